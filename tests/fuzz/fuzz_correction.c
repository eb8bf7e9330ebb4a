/*
 * Any text as a correction, as what is sealed in one, and as a letter's row:
 * refused, or read so that it can be written and read again as the same.
 */
#include <sodium.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "dlq/correction.h"
#include "dlq/row.h"
#include "dlq/sealed.h"
#include "kafka/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const unsigned char secret[32] = {2};
static struct gw_pull_keys keys;

static void
require(int holds)
{
	if (!holds)
		abort();
}

static void
require_same_text(const char *a, const char *b)
{
	require((a == NULL) == (b == NULL) && (a == NULL || strcmp(a, b) == 0));
}

static void
require_same(const struct gw_correction *a, const struct gw_correction *b)
{
	require(strcmp(a->stream, b->stream) == 0 && strcmp(a->by, b->by) == 0);
	require(a->at_us == b->at_us && a->key.count == 1 && b->key.count == 1);
	require_same_text(a->column, b->column);
	require_same_text(a->reason, b->reason);
	require_same_text(a->bad, b->bad);
	require_same_text(a->value, b->value);
	require(a->key.ncolumns == b->key.ncolumns);
	for (size_t i = 0; i < a->key.ncolumns; i++) {
		require_same_text(a->key.columns[i], b->key.columns[i]);
		require_same_text(a->key.values[i], b->key.values[i]);
	}
}

static void
write_again(const struct gw_correction *correction, struct gw_arena *arena)
{
	struct gw_correction again;
	struct gw_buf key, value;
	struct gw_error err;

	gw_buf_init(&key, 1024);
	gw_buf_init(&value, (size_t)4 * 1024 * 1024);
	require(gw_correction_encode(correction, keys.public_key, secret, &key, &value, &err) ==
		GW_OK);
	require(key.len == 64);
	require(gw_correction_decode(value.data, value.len, &keys, arena, &again, &err) == GW_OK);
	require_same(correction, &again);
	gw_buf_release(&key);
	gw_buf_release(&value);
}

static void
decode(const char *text, size_t len)
{
	struct gw_correction correction;
	const char *const *columns, *const *values;
	struct gw_arena arena;
	struct gw_error err;
	size_t count;

	gw_arena_init(&arena, (size_t)16 * 1024 * 1024);
	if (gw_correction_decode(text, len, &keys, &arena, &correction, &err) == GW_OK)
		write_again(&correction, &arena);
	else
		require(err.status == GW_REJECT);
	if (gw_letter_row(text, len, &arena, &columns, &values, &count, &err) == GW_OK) {
		for (size_t i = 0; i < count; i++)
			require(columns[i] != NULL);
	} else {
		require(err.status == GW_REJECT);
	}
	gw_arena_release(&arena);
}

/* Puts the text, where it is JSON, into an envelope that opens. */
static void
decode_sealed(const char *text, size_t len)
{
	json_t *inner = gw_json_parse(text, len, 65536), *sealed = NULL;
	struct gw_error err;
	struct gw_buf out;

	if (inner == NULL)
		return;
	gw_buf_init(&out, (size_t)1024 * 1024);
	require(gw_sealed_new(inner, keys.public_key, &sealed, &err) == GW_OK);
	require(gw_json_write(json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:o}", "format",
					"correction/1", "stream", "record", "column", "ngay_sinh",
					"by", "hoa", "reason", "", "at", "2026-11-22T03:04:05Z",
					"sealed", sealed),
			      &out, &err) == GW_OK);
	decode(out.data, out.len);
	gw_buf_release(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const unsigned char seed[crypto_box_SEEDBYTES] = {1};

	require(sodium_init() >= 0);
	(void)crypto_box_seed_keypair(keys.public_key, keys.secret_key, seed);
	decode((const char *)data, size);
	decode_sealed((const char *)data, size);
	return 0;
}
