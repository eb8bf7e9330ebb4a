/*
 * What is told of one row: for people in the order of its way, source, Kafka,
 * warehouse, dead letters; or as JSON for machines.
 */
#ifndef GW_STORY_H
#define GW_STORY_H

#include "control/look.h"
#include "explain/explain.h"

struct gw_story {
	const char *source, *stream;
	const char *shown; /* the key, masked */
	bool looked;       /* the source's pull has answered: look holds it */
	struct gw_look look;
	const char *silent; /* else why not */
	const char
		*keyless;  /* why Kafka and the warehouse could not be searched; NULL: they were */
	const char *kafka; /* why Kafka was not; NULL: it was */
	const struct gw_explained *found;
};

/* One word for machines, and what people read for it. */
enum gw_standing {
	GW_STANDING_UNKNOWN,
	GW_STANDING_IN_STEP,
	GW_STANDING_WAITS,    /* the source has newer: the next cycle reads it */
	GW_STANDING_DIFFERS,  /* the source has something else, and no cycle will read it by itself
			       */
	GW_STANDING_REJECTED, /* the row can't go on: it is, or will be, a dead letter */
	GW_STANDING_DELETED,  /* neither has it */
	GW_STANDING_LEFT,     /* only the warehouse has it still */
	GW_STANDING_NEVER,    /* nobody has ever seen it */
};
enum gw_standing gw_story_standing(const struct gw_story *story);

void gw_story_print(const struct gw_story *story);
enum gw_status gw_story_print_json(const struct gw_story *story, struct gw_error *err);

#endif
