#include "people/people.h"

#include <string.h>

#include "base/i18n.h"
#include "base/text.h"

enum { QUERY_TIMEOUT_US = 30 * 1000000 };

static enum gw_status
take_time(void *arg, const char *const *values, size_t count, struct gw_error *err)
{
	if (count != 1 || values[0] == NULL || !gw_parse_i64(values[0], strlen(values[0]), arg))
		return gw_fail(err, GW_FATAL, "%s", _("the warehouse gave no number"));
	return GW_OK;
}

/* Microseconds since 1970 of the last time; 0: never. */
static enum gw_status
last_time(struct gw_warehouse *warehouse, int64_t *us, struct gw_error *err)
{
	return gw_warehouse_query(
		warehouse,
		"select coalesce(max((extract(epoch from computed_at) * 1000000)::bigint), 0) "
		"from ops.link_state",
		NULL, 0, QUERY_TIMEOUT_US, take_time, us, err);
}

/* Millions of people take longer than a batch of the loader may. */
static enum gw_status
limits(struct gw_warehouse *warehouse, const char *statement, const char *lock,
       struct gw_error *err)
{
	const char *params[] = {statement, lock};

	return gw_warehouse_write(warehouse,
				  "select set_config('statement_timeout', $1, false), "
				  "set_config('lock_timeout', $2, false)",
				  params, 2, err);
}

enum gw_status
gw_people_link(struct gw_warehouse *warehouse, bool again, bool *computed, struct gw_error *err)
{
	const char *params[] = {again ? "t" : "f"};
	int64_t before = 0, after = 0;
	struct gw_error unused;
	enum gw_status status = last_time(warehouse, &before, err);

	if (status == GW_OK)
		status = limits(warehouse, "30min", "5min", err);
	if (status == GW_OK) {
		status = gw_warehouse_write(warehouse, "select ops.link_people($1::boolean)",
					    params, 1, err);
		(void)limits(warehouse, "5min", "10s", &unused);
	}
	if (status == GW_OK)
		status = last_time(warehouse, &after, err);
	if (status != GW_OK)
		return gw_wrap(err, "%s", _("link people across the sectors"));
	if (computed != NULL)
		*computed = after != before;
	return GW_OK;
}
