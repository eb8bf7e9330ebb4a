/*
 * Any bytes as the file of a time zone: refused, or a clock whose day and time
 * of day make up its local time, at any moment at all.
 */
#include "file.h"
#include "normalise/zone.h"

#define US_PER_DAY (INT64_C(86400) * 1000000)

static void
check_moment(const struct gw_zone *zone, int64_t us)
{
	int64_t local = gw_zone_local(zone, us), of_day = -1;
	int64_t day = gw_zone_day(zone, us, &of_day);

	require(of_day >= 0 && of_day < US_PER_DAY);
	require((__int128)day * US_PER_DAY + of_day == local);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const int64_t moments[] = {INT64_MIN, -1, 0, 1, INT64_MAX};
	struct gw_zone *zone = NULL;
	struct gw_error err;
	int64_t us;

	if (size < sizeof us)
		return 0;
	memcpy(&us, data, sizeof us);
	file_bytes = data + sizeof us;
	file_len = size - sizeof us;
	if (gw_zone_read("Asia/Ho_Chi_Minh", &zone, &err) != GW_OK) {
		require_error(&err, GW_CONFIG, data, size);
		return 0;
	}
	check_moment(zone, us);
	for (size_t i = 0; i < sizeof moments / sizeof moments[0]; i++)
		check_moment(zone, moments[i]);
	gw_zone_free(zone);
	return 0;
}
