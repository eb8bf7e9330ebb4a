/*
 * Any text as the address of the registry: refused, or one whose form for
 * people has no user and no password; and any text escaped within a path.
 */
#include "avro/http.h"
#include "fuzz.h"

static void
check_escape(const char *text)
{
	char *escaped = gw_http_escape(text);

	require(escaped != NULL && strlen(escaped) >= strlen(text));
	require(strspn(escaped, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
				"-._~%") == strlen(escaped));
	free(escaped);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *url = fuzz_text(data, size);
	struct gw_http *http = NULL;
	struct gw_error err;

	check_escape(url);
	if (gw_http_open(url, &http, &err) != GW_OK) {
		require(http == NULL);
		require_error(&err, GW_CONFIG, data, size);
	} else {
		const char *address = gw_http_address(http);
		const char *host = strstr(address, "://");

		require(strncmp(address, "http", 4) == 0 && host != NULL);
		require(memchr(host + 3, '@', strcspn(host + 3, "/?#")) == NULL);
	}
	gw_http_close(http);
	free(url);
	return 0;
}
