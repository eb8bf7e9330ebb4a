#include "table/cycle.h"

#include <string.h>

#include "base/i18n.h"

const char *
gw_cycle_why_again(const char *was, const char *is, bool same_shape)
{
	if (was[0] != '\0' && is[0] != '\0' && strcmp(was, is) != 0)
		return _("the source is another server or database than before, or was restored: "
			 "the whole table is read again; rows that are gone from it stay until a "
			 "reconcile");
	if (!same_shape)
		return _("table, mode, cursor or key are not those of the last reading: the whole "
			 "table is read again");
	return NULL;
}

enum gw_status
gw_cycle_check_values(const struct gw_values *position, size_t norder, const struct gw_values *at,
		      size_t nkey, const char *table, struct gw_error *err)
{
	if (position->count <= norder && (at->count == 0 || at->count == nkey))
		return GW_OK;
	return gw_fail(err, GW_CONFIG, _("the stored position does not fit %s"), table);
}

void
gw_cycle_mark(struct gw_values *at, size_t nkey)
{
	gw_values_clear(at);
	for (size_t i = 0; i < nkey; i++)
		(void)gw_values_add(at, "", 0);
}

void
gw_cycle_clear(struct gw_batch *batch)
{
	batch->nrows = 0;
	batch->deleted = NULL;
	batch->resent = batch->late = batch->snapshot = false;
	batch->after.len = 0;
	batch->notice = NULL;
}

enum gw_status
gw_cycle_open(const struct gw_cycle *cycle, const char *table, struct gw_batch *batch,
	      struct gw_error *err)
{
	gw_cycle_clear(batch);
	if (!cycle->broken)
		return GW_OK;
	return gw_fail(err, GW_RETRY,
		       _("%s: the cycle was broken off; begin again at the last position"), table);
}

bool
gw_cycle_hand_over(struct gw_cycle *cycle, bool ended, struct gw_batch *batch)
{
	bool worth = cycle->worth_closing;

	batch->notice = cycle->notice;
	cycle->notice = NULL;
	/* Once a bookmark closes the cycle nothing is left to remember at its end. */
	cycle->worth_closing = worth && !ended;
	return worth;
}

enum gw_status
gw_cycle_close(struct gw_cycle *cycle, struct gw_batch *batch, enum gw_status status)
{
	if (status == GW_OK)
		return GW_OK;
	cycle->broken = true;
	batch->nrows = 0;
	return status;
}
