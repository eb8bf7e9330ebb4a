/*
 * A keyed hash whose beginning (key and kind) is worked out once, so that a
 * value costs only its own bytes.
 */
#ifndef GW_HMAC_H
#define GW_HMAC_H

#include <stdbool.h>
#include <stddef.h>

#include "normalise/normalise.h"

struct gw_hmac;

enum { GW_HMAC_SIZE = 32, GW_HMAC_HEX = 2 * GW_HMAC_SIZE };

/* Between label and value; no label has it. */
#define GW_HMAC_SEPARATOR "\x1f"

/*
 * label names what is hashed, and so keeps kinds apart; NULL: nothing stands
 * before the value.  Returns NULL: no memory.  For one thread at a time: the
 * hash has one place to be worked out in.
 */
struct gw_hmac *gw_hmac_new(const struct gw_pseudonym_key *key, const char *label);
/* Forgets the key's traces too; NULL is allowed. */
void gw_hmac_free(struct gw_hmac *hmac);

/* False: no memory; out is not set. */
bool gw_hmac_run(const struct gw_hmac *hmac, const char *value, size_t len,
		 unsigned char out[GW_HMAC_SIZE]);

#endif
