/*
 * Any text as a connection string: refused without a piece of it in the
 * message, or read so that what is written of it is read as the same.
 */
#include "fuzz.h"
#include "odbc/connect.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct gw_odbc_target target, again;
	char *text = strndup((const char *)data, size);
	char name[GW_ODBC_WHERE_MAX];
	struct gw_error err;
	struct gw_buf out;

	if (text == NULL)
		return 0;
	if (gw_odbc_target_read(text, &target, &err) == GW_OK) {
		gw_buf_init(&out, (size_t)4 * GW_ODBC_CONNECTION_MAX);
		gw_odbc_target_name(&target, name, sizeof name);
		require(gw_odbc_target_write(&target, &out));
		if (out.len < GW_ODBC_CONNECTION_MAX) {
			require(gw_odbc_target_read(out.data, &again, &err) == GW_OK);
			require(again.count == target.count);
		}
		gw_odbc_target_force(&target, "UseDeclareFetch=1;Fetch=500");
		gw_buf_release(&out);
	} else {
		require(err.status == GW_CONFIG);
	}
	free(text);
	return 0;
}
