/*
 * Any text as a request to read keys again, and as what is sealed in one:
 * refused, or read so that it can be written and read again as the same.
 */
#include <sodium.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "dlq/control.h"
#include "dlq/sealed.h"
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
require_same(const struct gw_replay *a, const struct gw_replay *b)
{
	require(strcmp(a->id, b->id) == 0 && strcmp(a->stream, b->stream) == 0);
	require(strcmp(a->by, b->by) == 0 && a->at_us == b->at_us);
	require(a->keys.count == b->keys.count && a->keys.ncolumns == b->keys.ncolumns);
	for (size_t i = 0; i < a->keys.ncolumns; i++)
		require_same_text(a->keys.columns[i], b->keys.columns[i]);
	for (size_t i = 0; i < a->keys.ncolumns * a->keys.count; i++)
		require_same_text(a->keys.values[i], b->keys.values[i]);
}

static void
decode(const char *text, size_t len)
{
	struct gw_replay replay, again;
	struct gw_arena arena;
	struct gw_error err;
	struct gw_buf out;

	gw_arena_init(&arena, (size_t)64 * 1024 * 1024);
	gw_buf_init(&out, (size_t)16 * 1024 * 1024);
	if (gw_replay_decode(text, len, &keys, &arena, &replay, &err) == GW_OK) {
		require(replay.keys.count >= 1 && replay.keys.count <= GW_REPLAY_KEYS);
		require(gw_replay_encode(&replay, keys.public_key, &out, &err) == GW_OK);
		require(gw_replay_decode(out.data, out.len, &keys, &arena, &again, &err) == GW_OK);
		require_same(&replay, &again);
	} else {
		require(err.status == GW_REJECT);
	}
	gw_buf_release(&out);
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
	require(gw_json_write(json_pack("{s:s, s:s, s:s, s:s, s:s, s:o}", "format", "replay/1",
					"id", "630f5832-b9a5-4ba7-bcf8-43c063d9faa3", "stream",
					"record", "by", "hoa", "at", "2026-11-22T03:04:05Z",
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
