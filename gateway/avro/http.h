/*
 * Short HTTP calls to one server, one after the other on one connection.
 *
 * Every call has a time limit and a limit on what it takes back.  Redirects and
 * proxies are not followed: the address in the configuration is the one asked.
 */
#ifndef GW_HTTP_H
#define GW_HTTP_H

#include <stddef.h>

#include "base/error.h"

struct gw_http;

struct gw_http_answer {
	long code;        /* 200... */
	const char *body; /* NUL-terminated, until the next call */
	size_t len;
};

/* url is http or https, without query; nothing is asked yet.  GW_CONFIG: it is no such address. */
enum gw_status gw_http_open(const char *url, struct gw_http **out, struct gw_error *err);
void gw_http_close(struct gw_http *http); /* NULL is allowed */

/* The address for messages: without user and password.  Lives as long as http. */
const char *gw_http_address(const struct gw_http *http);

/*
 * Calls method ("GET", "POST", "PUT") on the address and path together; body is
 * JSON, or NULL.  Any answer is GW_OK, whatever its code.  GW_RETRY: there was
 * none in time.  GW_CONFIG: there never will be (certificate, too large).
 */
enum gw_status gw_http_call(struct gw_http *http, const char *method, const char *path,
			    const char *body, struct gw_http_answer *out, struct gw_error *err);

/* text with everything escaped that is not a letter, digit, -, ., _ or ~; the caller frees it. */
char *gw_http_escape(const char *text);

#endif
