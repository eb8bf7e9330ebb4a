/*
 * Any text as an order, as what is sealed in one, and as an answer: refused, or
 * read so that it can be written and read again as the same.
 */
#include <sodium.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "control/answer.h"
#include "control/order.h"
#include "control/sealed.h"
#include "kafka/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

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
require_same(const struct gw_order *a, const struct gw_order *b)
{
	require(strcmp(a->id, b->id) == 0 && strcmp(a->stream, b->stream) == 0);
	require(strcmp(a->by, b->by) == 0 && a->at_us == b->at_us);
	require(a->kind == b->kind && a->dry == b->dry && a->repair == b->repair);
	require(a->len == b->len && (a->len == 0 || memcmp(a->data, b->data, a->len) == 0));
	require_same_text(a->range.column, b->range.column);
	require_same_text(a->range.from, b->range.from);
	require_same_text(a->range.to, b->range.to);
	require(a->keys.count == b->keys.count && a->keys.ncolumns == b->keys.ncolumns);
	for (size_t i = 0; i < a->keys.ncolumns; i++)
		require_same_text(a->keys.columns[i], b->keys.columns[i]);
	for (size_t i = 0; i < a->keys.ncolumns * a->keys.count; i++)
		require_same_text(a->keys.values[i], b->keys.values[i]);
	require((a->rows == NULL) == (b->rows == NULL));
	for (size_t i = 0; a->rows != NULL && i < a->keys.count; i++) {
		require(a->rows[i].version == b->rows[i].version);
		require_same_text(a->rows[i].row, b->rows[i].row);
	}
}

static void
decode(const char *text, size_t len)
{
	struct gw_order order, again;
	struct gw_arena arena;
	struct gw_error err;
	struct gw_buf out;

	gw_arena_init(&arena, (size_t)64 * 1024 * 1024);
	gw_buf_init(&out, (size_t)16 * 1024 * 1024);
	if (gw_order_decode(text, len, &keys, &arena, &order, &err) == GW_OK) {
		require(order.keys.count <= GW_ORDER_KEYS);
		require(gw_order_encode(&order, keys.public_key, &out, &err) == GW_OK);
		require(gw_order_decode(out.data, out.len, &keys, &arena, &again, &err) == GW_OK);
		require_same(&order, &again);
	} else {
		require(err.status == GW_REJECT);
	}
	gw_buf_release(&out);
	gw_arena_release(&arena);
}

/* Puts the text, where it is JSON, into an envelope that opens. */
static void
decode_sealed(const char *text, size_t len, const char *kind)
{
	json_t *inner = gw_json_parse(text, len, 65536), *sealed = NULL;
	struct gw_error err;
	struct gw_buf out;

	if (inner == NULL)
		return;
	gw_buf_init(&out, (size_t)1024 * 1024);
	require(gw_sealed_new(inner, keys.public_key, &sealed, &err) == GW_OK);
	require(gw_json_write(json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:b, s:b, s:n, s:o}",
					"format", "order/1", "id",
					"630f5832-b9a5-4ba7-bcf8-43c063d9faa3", "kind", kind,
					"stream", "record", "by", "hoa", "at",
					"2026-11-22T03:04:05Z", "dry", 1, "repair", 0, "data",
					"sealed", sealed),
			      &out, &err) == GW_OK);
	decode(out.data, out.len);
	gw_buf_release(&out);
}

static void
decode_answer(const char *text, size_t len)
{
	struct gw_answer answer, again;
	struct gw_arena arena;
	struct gw_error err;
	struct gw_buf out;

	gw_arena_init(&arena, (size_t)64 * 1024 * 1024);
	gw_buf_init(&out, (size_t)16 * 1024 * 1024);
	if (gw_answer_decode(text, len, &arena, &answer, &err) == GW_OK) {
		require(gw_answer_encode(&answer, &out, &err) == GW_OK);
		require(gw_answer_decode(out.data, out.len, &arena, &again, &err) == GW_OK);
		require(answer.state == again.state && answer.rows == again.rows);
		require_same_text(answer.why, again.why);
		require(answer.len == again.len);
	} else {
		require(err.status == GW_REJECT);
	}
	gw_buf_release(&out);
	gw_arena_release(&arena);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const unsigned char seed[crypto_box_SEEDBYTES] = {1};

	require(sodium_init() >= 0);
	(void)crypto_box_seed_keypair(keys.public_key, keys.secret_key, seed);
	decode((const char *)data, size);
	decode_sealed((const char *)data, size, "replay");
	decode_sealed((const char *)data, size, "backfill");
	decode_answer((const char *)data, size);
	return 0;
}
