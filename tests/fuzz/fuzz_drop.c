/*
 * Any text as a bookmark of a drop folder, a line of its ledger and, cut in two,
 * a pattern and a name: refused, or read so that it can be written and read again
 * as the same.  As a cell of a header: a name, or none.
 */
#include "base/text.h"
#include "bookmark.h"
#include "file/header.h"
#include "file/ledger.h"
#include "file/pattern.h"
#include "file/place.h"

static void
try_place(const uint8_t *data, size_t size)
{
	struct gw_bookmark bookmark = bookmark_take(data, size), written;
	struct gw_drop_place place, again;
	char text[2000];
	struct gw_error err;

	if (gw_drop_place_read(&bookmark, &place, &err) != GW_OK) {
		require_error(&err, GW_CONFIG, data, size);
		return;
	}
	require(gw_drop_place_describe(&bookmark, text, sizeof text, &err) == GW_OK);
	if (gw_drop_place_write(&place, &written, &err) != GW_OK)
		return;
	require(gw_drop_place_read(&written, &again, &err) == GW_OK);
	require(place.phase == again.phase && place.row == again.row && place.gone == again.gone);
	require_same_text(place.file.name, again.file.name);
	require_same_text(place.about, again.about);
	require(memcmp(place.file.sha, again.file.sha, GW_SHA) == 0);
}

static void
try_name(const uint8_t *data, size_t size)
{
	struct fuzz_part one = fuzz_next(&data, &size, '\n');
	char *pattern = fuzz_text(one.text, one.len), *name = fuzz_text(data, size);
	char part[GW_FILE_NAME], plain[GW_FILE_NAME], safe[GW_FILE_NAME];
	bool confirmed;

	if (gw_name_plain(name, plain, &confirmed))
		require(strlen(plain) < sizeof plain);
	gw_name_safe(name, safe);
	require(strlen(safe) <= GW_FILE_NAME_TAKEN && gw_utf8_valid(safe, strlen(safe)));
	require(gw_name_odd(safe) == NULL);
	if (gw_name_odd(name) == NULL)
		require_same_text(name, safe);
	if (gw_pattern_valid(pattern) && gw_pattern_match(pattern, name, part))
		require(part[0] != '\0' || name[0] == '\0');
	require((gw_pattern_compare(pattern, name) == 0) == (strcmp(pattern, name) == 0));
	require((gw_pattern_compare(pattern, name) < 0) == (gw_pattern_compare(name, pattern) > 0));
	free(pattern);
	free(name);
}

static void
try_header(const uint8_t *data, size_t size)
{
	const struct gw_value cell = {
		.kind = GW_TEXT, .len = (uint32_t)size, .as.text = (const char *)data};
	struct gw_arena arena;
	bool failed = false;
	const char *name;

	gw_arena_init(&arena, 1 << 16);
	name = gw_header_name(&cell, &arena, &failed);
	require(!failed && (name == NULL || gw_utf8_valid(name, strlen(name))));
	gw_arena_release(&arena);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct gw_taken taken;

	try_place(data, size);
	if (gw_ledger_read_line((const char *)data, size, &taken))
		require(taken.stream[0] != '\0' && taken.name[0] != '\0' && taken.rows >= -1);
	try_name(data, size);
	try_header(data, size);
	return 0;
}
