/*
 * Any text as an order, as what is sealed in one, and as an answer: refused, or
 * read so that it can be written and read again as the same.
 */
#include "control/answer.h"
#include "control/order.h"
#include "message.h"
#include "sealed.h"

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
	require_same_keys(&a->keys, &b->keys);
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
	struct fuzz_space s;
	struct gw_error err;

	space_make(&s);
	if (gw_order_decode(text, len, &keys, &s.arena, &order, &err) == GW_OK) {
		require(order.keys.count <= GW_ORDER_KEYS);
		require(gw_order_encode(&order, keys.public_key, &s.first, &err) == GW_OK);
		require(gw_order_decode(s.first.data, s.first.len, &keys, &s.arena, &again, &err) ==
			GW_OK);
		require_same(&order, &again);
	} else {
		require(err.status == GW_REJECT);
	}
	space_drop(&s);
}

/* The same, where it is JSON, as what is sealed in an order. */
static void
decode_sealed(const char *text, size_t len, const char *kind)
{
	struct gw_buf out;

	gw_buf_init(&out, FUZZ_MEMORY);
	if (sealed_wrap(text, len,
			json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:b, s:b, s:n}", "format",
				  "order/1", "id", "630f5832-b9a5-4ba7-bcf8-43c063d9faa3", "kind",
				  kind, "stream", "record", "by", "hoa", "at",
				  "2026-11-22T03:04:05Z", "dry", 1, "repair", 0, "data"),
			&out))
		decode(out.data, out.len);
	gw_buf_release(&out);
}

static void
decode_answer(const char *text, size_t len)
{
	struct gw_answer answer, again;
	struct fuzz_space s;
	struct gw_error err;

	space_make(&s);
	if (gw_answer_decode(text, len, &s.arena, &answer, &err) == GW_OK) {
		require(gw_answer_encode(&answer, &s.first, &err) == GW_OK);
		require(gw_answer_decode(s.first.data, s.first.len, &s.arena, &again, &err) ==
			GW_OK);
		require(answer.state == again.state && answer.rows == again.rows);
		require_same_text(answer.why, again.why);
		require(answer.len == again.len);
	} else {
		require(err.status == GW_REJECT);
	}
	space_drop(&s);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	sealed_prepare();
	decode((const char *)data, size);
	decode_sealed((const char *)data, size, "replay");
	decode_sealed((const char *)data, size, "backfill");
	decode_answer((const char *)data, size);
	return 0;
}
