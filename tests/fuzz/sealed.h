/*
 * What fuzzers of sealed messages share: the pull's keys, always the same, and
 * an envelope around an input, so that what is sealed is reached as well.
 */
#ifndef FUZZ_SEALED_H
#define FUZZ_SEALED_H

#include <sodium.h>

#include "control/sealed.h"
#include "fuzz.h"
#include "kafka/json.h"

static struct gw_pull_keys keys;

static inline void
sealed_prepare(void)
{
	static const unsigned char seed[crypto_box_SEEDBYTES] = {1};

	require(sodium_init() >= 0);
	(void)crypto_box_seed_keypair(keys.public_key, keys.secret_key, seed);
}

/* Puts the text, where it is JSON, sealed into envelope (taken over) and writes that to out; false
   where it is none. */
static inline bool
sealed_wrap(const char *text, size_t len, json_t *envelope, struct gw_buf *out)
{
	json_t *inner = gw_json_parse(text, len, 65536), *sealed = NULL;
	struct gw_error err;

	if (inner == NULL) {
		json_decref(envelope);
		return false;
	}
	require(gw_sealed_new(inner, keys.public_key, &sealed, &err) == GW_OK);
	require(json_object_set_new(envelope, "sealed", sealed) == 0);
	require(gw_json_write(envelope, out, &err) == GW_OK);
	return true;
}

static inline void
require_same_keys(const struct gw_keys *a, const struct gw_keys *b)
{
	require(a->count == b->count && a->ncolumns == b->ncolumns);
	for (size_t i = 0; i < a->ncolumns; i++)
		require_same_text(a->columns[i], b->columns[i]);
	for (size_t i = 0; i < a->ncolumns * a->count; i++)
		require_same_text(a->values[i], b->values[i]);
}

#endif
