/*
 * Any text as an opened letter's row: refused, or columns that each have a
 * name.  And any values as a row: sealed, opened and read again, each is the
 * text that corrections and requests are made with.
 */
#include <sodium.h>

#include "dlq/letter.h"
#include "dlq/row.h"
#include "values.h"

enum { COLUMNS = 6 };

static unsigned char public_key[crypto_box_PUBLICKEYBYTES], secret_key[crypto_box_SECRETKEYBYTES];

static void
check_text(const char *text, size_t len, struct gw_arena *arena)
{
	struct gw_letter_row row;
	struct gw_error err;

	if (gw_letter_row(text, len, arena, &row, &err) != GW_OK) {
		require_error(&err, GW_REJECT, text, len);
		return;
	}
	require(row.count > 0);
	for (size_t i = 0; i < row.count; i++) {
		require(row.columns[i] != NULL);
		require(row.values[i] == NULL || strlen(row.values[i]) <= len);
		require((row.values[i] == NULL) == (row.cells[i].kind == GW_NULL));
	}
}

static void
check_put(const struct gw_value *value, const char *text)
{
	struct gw_buf put;

	gw_buf_init(&put, FUZZ_MEMORY);
	require(gw_letter_put(value, &put));
	require(text == NULL ? put.len == 0
			     : put.len == strlen(text) && memcmp(put.data, text, put.len) == 0);
	gw_buf_release(&put);
}

static void
check_row(const struct gw_value *row, struct gw_arena *arena)
{
	static const char *const names[COLUMNS] = {"a", "b", "c", "d", "e", "f"};
	struct gw_letter_row read;
	struct gw_buf sealed, opened;
	struct gw_error err;
	const char *text;

	gw_buf_init(&sealed, FUZZ_MEMORY);
	gw_buf_init(&opened, FUZZ_MEMORY);
	require(gw_letter_seal_row(public_key, names, COLUMNS, row, &sealed, &err) == GW_OK);
	require(gw_letter_open(public_key, secret_key, sealed.data, sealed.len, &opened, &err) ==
		GW_OK);
	require(gw_letter_row(opened.data, opened.len, arena, &read, &err) == GW_OK);
	require(read.count == COLUMNS);
	for (size_t i = 0; i < COLUMNS; i++) {
		require(gw_letter_text(&row[i], arena, &text, &err) == GW_OK);
		require_same_text(read.columns[i], names[i]);
		require_same_text(read.values[i], text);
		check_put(&row[i], text);
	}
	gw_buf_release(&sealed);
	gw_buf_release(&opened);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const unsigned char seed[crypto_box_SEEDBYTES] = {1};
	struct gw_value row[COLUMNS];
	struct gw_arena arena;

	require(sodium_init() >= 0);
	(void)crypto_box_seed_keypair(public_key, secret_key, seed);
	gw_arena_init(&arena, FUZZ_MEMORY);
	check_text((const char *)data, size, &arena);
	for (size_t i = 0; i < COLUMNS; i++)
		row[i] = value_take(&data, &size);
	check_row(row, &arena);
	gw_arena_release(&arena);
	return 0;
}
