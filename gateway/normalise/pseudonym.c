#include "normalise/hmac.h"

#include <sodium.h>
#include <string.h>

#include "base/text.h"

static void
begin(crypto_auth_hmacsha256_state *state, const struct gw_pseudonym_key *key, const char *label)
{
	crypto_auth_hmacsha256_init(state, key->secret, sizeof key->secret);
	crypto_auth_hmacsha256_update(state, (const unsigned char *)label, strlen(label));
	crypto_auth_hmacsha256_update(state, (const unsigned char *)GW_HMAC_SEPARATOR, 1);
}

static void
end(crypto_auth_hmacsha256_state *state, const char *value, size_t len,
    unsigned char out[GW_HMAC_SIZE])
{
	crypto_auth_hmacsha256_update(state, (const unsigned char *)value, len);
	crypto_auth_hmacsha256_final(state, out);
	sodium_memzero(state, sizeof *state);
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
