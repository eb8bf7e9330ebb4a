#include "normalise/hmac.h"

#include <openssl/evp.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 64 };

/*
 * HMAC by its definition (RFC 2104) over two hashes that have taken the key
 * already: libcrypto uses the processor's SHA instructions, and copying a
 * begun hash costs less than its own HMAC does to begin again.
 */
struct gw_hmac {
	EVP_MD_CTX *inner, *outer; /* begun; never finished */
	EVP_MD_CTX *work;
};

/* A hash that has taken the key, padded to a block and mixed with mask. */
static EVP_MD_CTX *
begin(const EVP_MD *sha256, const struct gw_pseudonym_key *key, unsigned char mask)
{
	unsigned char block[BLOCK] = {0};
	EVP_MD_CTX *hash = EVP_MD_CTX_new();
	bool begun;

	memcpy(block, key->secret, sizeof key->secret);
	for (size_t i = 0; i < BLOCK; i++)
		block[i] ^= mask;
	begun = hash != NULL && EVP_DigestInit_ex2(hash, sha256, NULL) &&
		EVP_DigestUpdate(hash, block, BLOCK);
	sodium_memzero(block, sizeof block);
	if (begun)
		return hash;
	EVP_MD_CTX_free(hash);
	return NULL;
}

struct gw_hmac *
gw_hmac_new(const struct gw_pseudonym_key *key, const char *label)
{
	struct gw_hmac *hmac = calloc(1, sizeof *hmac);
	EVP_MD *sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);

	if (hmac != NULL && sha256 != NULL) {
		hmac->inner = begin(sha256, key, 0x36);
		hmac->outer = begin(sha256, key, 0x5c);
		hmac->work = EVP_MD_CTX_new();
	}
	EVP_MD_free(sha256);
	if (hmac != NULL && hmac->inner != NULL && hmac->outer != NULL && hmac->work != NULL &&
	    (label == NULL || (EVP_DigestUpdate(hmac->inner, label, strlen(label)) &&
			       EVP_DigestUpdate(hmac->inner, GW_HMAC_SEPARATOR, 1))))
		return hmac;
	gw_hmac_free(hmac);
	return NULL;
}

void
gw_hmac_free(struct gw_hmac *hmac)
{
	if (hmac == NULL)
		return;
	/* libcrypto wipes a hash's state when it frees it. */
	EVP_MD_CTX_free(hmac->inner);
	EVP_MD_CTX_free(hmac->outer);
	EVP_MD_CTX_free(hmac->work);
	free(hmac);
}

bool
gw_hmac_run(const struct gw_hmac *hmac, const char *value, size_t len,
	    unsigned char out[GW_HMAC_SIZE])
{
	unsigned char inner[GW_HMAC_SIZE];

	return EVP_MD_CTX_copy_ex(hmac->work, hmac->inner) &&
	       EVP_DigestUpdate(hmac->work, value, len) &&
	       EVP_DigestFinal_ex(hmac->work, inner, NULL) &&
	       EVP_MD_CTX_copy_ex(hmac->work, hmac->outer) &&
	       EVP_DigestUpdate(hmac->work, inner, sizeof inner) &&
	       EVP_DigestFinal_ex(hmac->work, out, NULL);
}
