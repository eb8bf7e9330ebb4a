#include "config/parts.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/i18n.h"
#include "base/text.h"
#include "config/config.h"

enum { KEY_BYTES = 32, KEY_TEXT = 2 * KEY_BYTES + 2 };

_Static_assert(KEY_BYTES == crypto_box_PUBLICKEYBYTES, "all keys have one size");
_Static_assert(KEY_BYTES == crypto_box_SECRETKEYBYTES, "all keys have one size");

/* Writes a key as a line of hex; the file must not be there. */
static enum gw_status
write_key(const char *dir, const char *name, unsigned mode, const unsigned char *key,
	  struct gw_buf *report, struct gw_error *err)
{
	char text[KEY_TEXT], *path = gw_path_join(dir, name);
	enum gw_status status;

	if (path == NULL)
		return gw_fail_memory(err);
	gw_hex_encode(key, KEY_BYTES, text);
	text[KEY_TEXT - 2] = '\n';
	status = gw_file_create(path, mode, text, KEY_TEXT - 1, err);
	if (status == GW_OK && !gw_buf_printf(report, _("written  %s\n"), name))
		status = gw_fail_memory(err);
	sodium_memzero(text, sizeof text);
	free(path);
	return status;
}

static enum gw_status
say_kept(const char *name, const char *why, struct gw_buf *report, struct gw_error *err)
{
	if (!gw_buf_printf(report, _("kept     %s%s\n"), name, why))
		return gw_fail_memory(err);
	return GW_OK;
}

/* A run that was cut off left the secret key alone: its public one follows from it. */
static enum gw_status
public_of(const char *dir, const char *secret_name, unsigned char *public, struct gw_error *err)
{
	char *path = gw_path_join(dir, secret_name);
	unsigned char secret[KEY_BYTES];
	enum gw_status status;

	if (path == NULL)
		return gw_fail_memory(err);
	status = gw_config_key(path, secret_name, secret, sizeof secret, err);
	if (status == GW_OK && crypto_scalarmult_base(public, secret) != 0)
		status = gw_fail(err, GW_CONFIG, _("%s: is not a key"), path);
	sodium_memzero(secret, sizeof secret);
	free(path);
	return status;
}

/*
 * A public key that is there is never joined by a new secret one: the matching
 * secret key is on another machine, and sealed data could not be opened with ours.
 */
static enum gw_status
make_pair(const char *dir, const char *stem, struct gw_buf *report, size_t *written,
	  struct gw_error *err)
{
	unsigned char public[KEY_BYTES], secret[KEY_BYTES];
	char public_name[64], secret_name[64];
	bool has_public, has_secret;
	enum gw_status status = GW_OK;

	(void)snprintf(public_name, sizeof public_name, "secrets/%s.pub", stem);
	(void)snprintf(secret_name, sizeof secret_name, "secrets/%s.key", stem);
	has_public = gw_init_exists(dir, public_name);
	has_secret = gw_init_exists(dir, secret_name);
	if (has_secret)
		status = say_kept(secret_name, "", report, err);
	if (status == GW_OK && has_public)
		return say_kept(public_name,
				has_secret ? "" : _(" (its secret key is not on this machine)"),
				report, err);
	if (status == GW_OK && has_secret)
		status = public_of(dir, secret_name, public, err);
	if (!has_secret) {
		crypto_box_keypair(public, secret);
		status = write_key(dir, secret_name, 0600, secret, report, err);
		*written += status == GW_OK;
	}
	if (status == GW_OK)
		status = write_key(dir, public_name, 0644, public, report, err);
	*written += status == GW_OK;
	sodium_memzero(secret, sizeof secret);
	return status;
}

/* A key that is no half of a pair. */
static enum gw_status
make_single(const char *dir, const char *name, struct gw_buf *report, size_t *written,
	    struct gw_error *err)
{
	unsigned char key[KEY_BYTES];
	enum gw_status status;

	if (gw_init_exists(dir, name))
		return say_kept(name, "", report, err);
	randombytes_buf(key, sizeof key);
	status = write_key(dir, name, 0600, key, report, err);
	sodium_memzero(key, sizeof key);
	*written += status == GW_OK;
	return status;
}

enum gw_status
gw_init_keys(const char *dir, struct gw_buf *report, size_t *written, struct gw_error *err)
{
	if (make_single(dir, "secrets/pseudonym.key", report, written, err) != GW_OK ||
	    make_pair(dir, "letter", report, written, err) != GW_OK ||
	    make_pair(dir, "pull", report, written, err) != GW_OK)
		return err->status;
	return make_single(dir, "secrets/audit.key", report, written, err);
}
