/*
 * A stream written as a proposal: table, key, cursor, schema, a rule a column, and in comments
 * why, and what stays in the source.
 *
 * Nothing of a sample stands in it but counts.
 */
#ifndef GW_DRAFT_H
#define GW_DRAFT_H

#include "setup/look.h"

enum { GW_DRAFT_MAX = 512 * 1024 };

struct gw_draft {
	char stream[128];           /* its name */
	char schema[256];           /* "health/HealthRecord" */
	struct gw_buf yaml;         /* the stream, indented to stand below "streams:" */
	struct gw_buf avsc;         /* the schema that was made for it; empty: a canonical one */
	struct gw_schema *invented; /* the same, read; NULL: none was made */
	struct gw_buf missing;      /* what keeps it from being used, a line each; empty: nothing */
	size_t listed;              /* columns that feed a field */
	size_t left;                /* columns that stay in the source */
	size_t unsure;              /* fields that a person should look at */
};

void gw_draft_init(struct gw_draft *draft);
void gw_draft_release(struct gw_draft *draft);

/* Writes the stream for a table as match says, which need not be look's own; its name is none
   that the source has already. */
enum gw_status gw_draft_stream(const struct gw_kit *kit, const struct gw_source *source,
			       const struct gw_look *look, const struct gw_match *match,
			       struct gw_draft *out, struct gw_error *err);

/*
 * Makes a schema for a table that no canonical one fits, and the match that goes with it.
 * Conservative: numbers of persons become pseudonyms; of a table about persons only codes, the
 * commune and the time of change travel else; text that no list has stays in the source.
 */
enum gw_status gw_invent_schema(const struct gw_kit *kit, const struct gw_source *source,
				const struct gw_look *look, struct gw_draft *out,
				struct gw_match *match, struct gw_error *err);

/* Adds the draft to the source's file, comments and all that stands there kept: GW_CONFIG, and
   the file is as it was, where the whole would not be accepted. */
enum gw_status gw_draft_append(const struct gw_config *config, const struct gw_source *source,
			       const struct gw_draft *draft, struct gw_error *err);

#endif
