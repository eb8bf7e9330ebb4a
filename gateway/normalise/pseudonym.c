#include "normalise/hmac.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

/* Between label and value; no label has it. */
#define SEPARATOR "\x1f"

struct gw_hmac {
	crypto_auth_hmacsha256_state begun;
};

static void
begin(crypto_auth_hmacsha256_state *state, const struct gw_pseudonym_key *key, const char *label)
{
	crypto_auth_hmacsha256_init(state, key->secret, sizeof key->secret);
	crypto_auth_hmacsha256_update(state, (const unsigned char *)label, strlen(label));
	crypto_auth_hmacsha256_update(state, (const unsigned char *)SEPARATOR, 1);
}

static void
end(crypto_auth_hmacsha256_state *state, const char *value, size_t len,
    unsigned char out[GW_HMAC_SIZE])
{
	crypto_auth_hmacsha256_update(state, (const unsigned char *)value, len);
	crypto_auth_hmacsha256_final(state, out);
}

struct gw_hmac *
gw_hmac_new(const struct gw_pseudonym_key *key, const char *label)
{
	struct gw_hmac *hmac = malloc(sizeof *hmac);

	if (hmac != NULL)
		begin(&hmac->begun, key, label);
	return hmac;
}

void
gw_hmac_free(struct gw_hmac *hmac)
{
	if (hmac == NULL)
		return;
	sodium_memzero(hmac, sizeof *hmac);
	free(hmac);
}

void
gw_hmac_run(const struct gw_hmac *hmac, const char *value, size_t len,
	    unsigned char out[GW_HMAC_SIZE])
{
	crypto_auth_hmacsha256_state state = hmac->begun;

	end(&state, value, len, out);
}

void
gw_pseudonym(const struct gw_pseudonym_key *key, enum gw_identifier kind, const char *value,
	     size_t len, unsigned char out[32])
{
	crypto_auth_hmacsha256_state state;

	begin(&state, key, gw_identifier_name(kind));
	end(&state, value, len, out);
}

void
gw_pseudonym_key_id(const struct gw_pseudonym_key *key, char out[17])
{
	crypto_auth_hmacsha256_state state;
	unsigned char hash[GW_HMAC_SIZE];

	begin(&state, key, "key id");
	end(&state, "", 0, hash);
	gw_hex_encode(hash, 8, out);
}
