/*
 * One record as a row of COPY.
 */
#ifndef GW_ROW_H
#define GW_ROW_H

#include "load/stage.h"

/* Where the rows of a batch go, and what all of them share. */
struct gw_row_plan {
	const struct gw_entity *entity;
	const struct gw_topic *topic;
	int64_t now_us;
};

/* Memory that is used for every row anew. */
struct gw_row_space {
	struct gw_arena arena;
	struct gw_value *values;
	size_t room;
};

void gw_row_space_init(struct gw_row_space *space);
void gw_row_space_release(struct gw_row_space *space);

/* The hash of a record that has a value, which the record remembers.  GW_REJECT: it can't be read.
 */
enum gw_status gw_row_hash(struct gw_row_space *space, struct gw_arrival *record, int64_t *hash,
			   struct gw_error *err);

/*
 * Appends the row of a record that has a value.  GW_REJECT: it can't be read or does not fit,
 * *column names where (NULL: as a whole), and nothing is appended.
 */
enum gw_status gw_row_put(struct gw_row_space *space, const struct gw_row_plan *plan,
			  struct gw_arrival *record, struct gw_buf *out, const char **column,
			  struct gw_error *err);

/* Sets aside what one of the two refused with err; column or NULL.  GW_FATAL: no memory. */
enum gw_status gw_row_refuse(struct gw_stage *stage, struct gw_arrival *record, const char *column,
			     struct gw_error *err);

#endif
