#include "load/analyze.h"

#include <stdio.h>

enum { LEAST_ROWS = 500, SHARE = 10 /* a tenth of what was there */ };

void
gw_analyze_note(const struct gw_stage *stage)
{
	for (size_t i = 0; i < stage->nslots; i++)
		stage->topic->changed += stage->slots[i].loaded + stage->slots[i].deleted;
}

enum gw_status
gw_analyze_due(struct gw_db *db, struct gw_topic *topics, struct gw_error *err)
{
	for (struct gw_topic *topic = topics; topic != NULL; topic = topic->next) {
		char sql[GW_MAX_NAME + 48];

		if (topic->content != GW_CONTENT_RECORDS || topic->entity[0] == '\0' ||
		    topic->changed < LEAST_ROWS || topic->changed < topic->analysed / SHARE)
			continue;
		/* An entity's name is made of letters, digits and _ alone.  A table that another
		 * loader is analysing right now needs it no second time. */
		(void)snprintf(sql, sizeof sql, "ANALYZE (SKIP_LOCKED) canon.\"%s\"",
			       topic->entity);
		if (gw_db_exec(db, sql, err) != GW_OK)
			return err->status;
		topic->analysed += topic->changed;
		topic->changed = 0;
	}
	return GW_OK;
}
