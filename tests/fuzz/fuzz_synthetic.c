/*
 * Any text as the connection of a synthetic source and as one of its bookmarks:
 * refused, or a table whose rows can be made, and a bookmark that is written as
 * it was read.
 */
#include "fuzz.h"
#include "synthetic/parts.h"

enum { ROWS_TRIED = 3, BIG_MAX = 1 << 20 };

static void
try_rows(const struct gw_syn_table *table)
{
	int64_t total = gw_syn_total(table, table->moment);
	struct gw_arena arena;
	struct gw_value value;

	require(table->ncolumns > 0 && table->nkey > 0 && total >= 0);
	gw_arena_init(&arena, BIG_MAX);
	for (int64_t row = total; row > 0 && row > total - ROWS_TRIED; row--) {
		require(gw_syn_life(table, row).touched <= table->moment);
		for (size_t i = 0; i < table->ncolumns; i++) {
			if (!gw_syn_value(table, &table->columns[i], row, &arena, &value))
				continue;
			require(value.kind == gw_syn_kind_of(table->columns[i].kind) ||
				value.kind == GW_NULL || value.kind == GW_UNHELD);
			require(value.kind != GW_TEXT || gw_utf8_valid(value.as.text, value.len));
		}
	}
	gw_arena_release(&arena);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size);
	struct gw_bookmark mark = {.len = 0}, again;
	struct gw_syn_state state;
	struct gw_syn_table table;
	struct gw_error err;

	if (gw_syn_table_read(text, &table, &err) == GW_OK)
		try_rows(&table);
	else
		require_error(&err, GW_CONFIG, data, size);
	gw_syn_table_release(&table);
	free(text);
	mark.len = (uint32_t)(size < sizeof mark.bytes ? size : sizeof mark.bytes);
	memcpy(mark.bytes, data, mark.len);
	if (gw_syn_bookmark_read(&mark, &state, &err) != GW_OK)
		return 0;
	require(gw_syn_bookmark_write(&state, &again, &err) == GW_OK);
	require(gw_syn_bookmark_read(&again, &state, &err) == GW_OK);
	return 0;
}
