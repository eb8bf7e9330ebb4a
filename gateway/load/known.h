/*
 * The topics and partitions that a loader has met.
 */
#ifndef GW_LOAD_KNOWN_H
#define GW_LOAD_KNOWN_H

#include "load/stage.h"

struct gw_known {
	struct gw_topic *topics; /* in the order in which they are loaded */
	struct gw_partition *partitions;
};

/* The topic of that name in a list, added where it is met first.  GW_REJECT: the name is no topic
   of a load. */
enum gw_status gw_known_topic(struct gw_topic **list, const char *prefix, const char *name,
			      struct gw_topic **out, struct gw_error *err);
void gw_known_topics_free(struct gw_topic **list);

/* NULL: it was not met. */
struct gw_partition *gw_known_partition(const struct gw_known *known, const char *topic,
					int32_t number);

/* Made when it is met first.  NULL after a failure; GW_CONFIG: the name is no topic of a load. */
struct gw_partition *gw_known_find(struct gw_known *known, const char *prefix, const char *name,
				   int32_t number, struct gw_error *err);

/* Nothing of the topic is taken any more; what was taken leaves the stage, to come again one day.
 */
void gw_known_hold(struct gw_known *known, struct gw_topic *topic, struct gw_stage *stage);

void gw_known_free(struct gw_known *known);

#endif
