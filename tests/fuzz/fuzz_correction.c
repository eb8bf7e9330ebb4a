/*
 * Any text as a correction, and as what is sealed in one: refused, or read so
 * that it can be written and read again as the same.
 */
#include "dlq/correction.h"
#include "sealed.h"

static const unsigned char secret[32] = {2};

static void
require_same(const struct gw_correction *a, const struct gw_correction *b)
{
	require(strcmp(a->stream, b->stream) == 0 && strcmp(a->by, b->by) == 0);
	require(a->at_us == b->at_us && a->kind == b->kind && a->key.count == 1);
	require_same_text(a->column, b->column);
	require_same_text(a->reason, b->reason);
	require_same_text(a->bad, b->bad);
	require_same_text(a->value, b->value);
	require_same_keys(&a->key, &b->key);
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
decode(const char *text, size_t len, const uint8_t *hidden, size_t hidden_len)
{
	struct gw_correction correction;
	struct gw_arena arena;
	struct gw_error err;

	gw_arena_init(&arena, (size_t)16 * 1024 * 1024);
	if (gw_correction_decode(text, len, &keys, &arena, &correction, &err) == GW_OK)
		write_again(&correction, &arena);
	else
		require_error(&err, GW_REJECT, hidden, hidden_len);
	gw_arena_release(&arena);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct gw_buf wrapped;

	sealed_prepare();
	decode((const char *)data, size, data, 0); /* names may be told, what is sealed not */
	gw_buf_init(&wrapped, (size_t)1024 * 1024);
	if (sealed_wrap((const char *)data, size,
			json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "format", "correction/1",
				  "stream", "record", "column", "ngay_sinh", "by", "hoa", "reason",
				  "", "at", "2026-11-22T03:04:05Z"),
			&wrapped))
		decode(wrapped.data, wrapped.len, data, size);
	gw_buf_release(&wrapped);
	return 0;
}
