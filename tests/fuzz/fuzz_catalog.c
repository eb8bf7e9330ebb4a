/*
 * Any text as the catalogue of a table: refused, or read so that it is written
 * as a text that is read as the same again.
 */
#include "fuzz.h"
#include "kafka/catalog.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct gw_catalog catalog, again;
	struct gw_buf first, second;
	struct gw_error err;

	if (gw_catalog_decode((const char *)data, size, &catalog, &err) != GW_OK) {
		require_error(&err, GW_CONFIG, data, size);
		return 0;
	}
	gw_buf_init(&first, 8 << 20);
	gw_buf_init(&second, 8 << 20);
	require(gw_catalog_encode(&catalog, &first, &err) == GW_OK);
	require(gw_catalog_decode(first.data, first.len, &again, &err) == GW_OK);
	require(again.ncolumns == catalog.ncolumns && again.mapping == catalog.mapping);
	require(gw_catalog_encode(&again, &second, &err) == GW_OK);
	require(first.len == second.len && memcmp(first.data, second.data, first.len) == 0);
	for (size_t i = 0; i < catalog.ncolumns; i++)
		require(gw_catalog_find(&again, catalog.columns[i].name) != NULL);
	gw_buf_release(&first);
	gw_buf_release(&second);
	gw_catalog_release(&catalog);
	gw_catalog_release(&again);
	return 0;
}
