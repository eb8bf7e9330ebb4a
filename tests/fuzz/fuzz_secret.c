/*
 * Any bytes as the file of a key, or of a connection: taken or refused, and
 * nothing of them stands in a message.
 */
#include <ctype.h>

#include "config/config.h"
#include "file.h"

/* True when the file is exactly so many hex digits, with white space behind them at most. */
static bool
is_key(size_t want)
{
	const unsigned char *bytes = file_bytes;
	size_t len = file_len, digits = 0;

	while (len > 0 && strchr(" \t\r\n", bytes[len - 1]) != NULL && bytes[len - 1] != '\0')
		len--;
	while (digits < len && isxdigit(bytes[digits]))
		digits++;
	return digits == len && len == 2 * want;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char path[] = "/f/key";
	unsigned char key[32];
	struct gw_error err;
	struct gw_buf secret;

	file_bytes = data;
	file_len = size;
	if (gw_config_public_key(path, "key", key, sizeof key, &err) == GW_OK)
		require(is_key(sizeof key));
	else
		require_error(&err, GW_CONFIG, data, size);
	require(size >= 4096 ||
		is_key(sizeof key) == (gw_config_key(path, "key", key, sizeof key, &err) == GW_OK));
	gw_buf_init(&secret, 4096);
	if (gw_config_secret(path, NULL, "source", &secret, &err) != GW_OK)
		require_error(&err, GW_CONFIG, data, size);
	gw_buf_release(&secret);
	return 0;
}
