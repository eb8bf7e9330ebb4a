#include "config/config.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/i18n.h"
#include "base/text.h"
#include "config/parts.h"

enum { KEY_MAX = 4096 };

static enum gw_status
read_env(const char *env, const char *what, struct gw_buf *out, struct gw_error *err)
{
	const char *value = getenv(env);

	if (value == NULL)
		return gw_fail(err, GW_CONFIG, _("%s: the environment variable %s is not set"),
			       what, env);
	if (!gw_buf_puts(out, value))
		return gw_fail(err, GW_CONFIG, _("%s: the environment variable %s is too long"),
			       what, env);
	return GW_OK;
}

enum gw_status
gw_config_secret(const char *file, const char *env, const char *what, struct gw_buf *out,
		 struct gw_error *err)
{
	gw_buf_clear(out);
	if (file == NULL && env == NULL)
		return gw_fail(err, GW_CONFIG,
			       _("%s: the configuration names neither connection_file nor "
				 "connection_env"),
			       what);
	if (file == NULL && read_env(env, what, out, err) != GW_OK)
		return err->status;
	if (file != NULL && gw_file_read_secret(gw_path_shown(file), out, err) != GW_OK)
		return gw_wrap(err, "%s", what);
	if (out->len == 0)
		return gw_fail(err, GW_CONFIG, _("%s: %s is empty"), what,
			       file != NULL ? gw_path_shown(file) : env);
	return GW_OK;
}

typedef enum gw_status read_fn(const char *path, struct gw_buf *buf, struct gw_error *err);

static enum gw_status
read_key(const char *file, const char *what, unsigned char *out, size_t len, read_fn *read,
	 struct gw_error *err)
{
	enum gw_status status = GW_OK;
	struct gw_buf text;

	if (file == NULL)
		return gw_fail(err, GW_CONFIG, _("%s: the configuration names no file for it"),
			       what);
	gw_buf_init(&text, KEY_MAX);
	if (read(gw_path_shown(file), &text, err) != GW_OK) {
		status = gw_wrap(err, "%s", what);
	} else {
		gw_buf_trim(&text);
		if (!gw_hex_decode(text.data, text.len, out, len))
			status = gw_fail(err, GW_CONFIG,
					 _("%s: %s: found %zu characters, expected %zu hex digits; "
					   "songma init makes such keys"),
					 what, gw_path_shown(file), text.len, 2 * len);
	}
	if (text.data != NULL)
		sodium_memzero(text.data, text.cap);
	gw_buf_release(&text);
	return status;
}

enum gw_status
gw_config_key(const char *file, const char *what, unsigned char *out, size_t len,
	      struct gw_error *err)
{
	return read_key(file, what, out, len, gw_file_read_secret, err);
}

enum gw_status
gw_config_public_key(const char *file, const char *what, unsigned char *out, size_t len,
		     struct gw_error *err)
{
	return read_key(file, what, out, len, gw_file_read, err);
}
