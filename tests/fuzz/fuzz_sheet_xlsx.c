/*
 * Any bytes as a workbook: refused with a reason, or read; never anything else.
 */
#include "../unit/sheet_case.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct gw_sheet_options options = {.scratch = "/tmp"};
	struct gw_sheet *sheet = NULL;
	struct gw_buf out;
	struct gw_error err;
	int fd = sheet_file(data, size);
	bool good;

	require(fd >= 0);
	gw_buf_init(&out, FUZZ_MEMORY);
	good = gw_sheet_open(fd, &options, &sheet, &err) == GW_OK &&
	       sheet_rows(sheet, &out, &err) == GW_OK;
	if (!good)
		require_error(&err, GW_REJECT, "", 0);
	gw_buf_release(&out);
	gw_sheet_close(sheet);
	close(fd);
	return 0;
}
