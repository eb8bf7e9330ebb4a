#include "avro/http.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/i18n.h"

enum {
	CONNECT_TIMEOUT_MS = 3000,
	TIMEOUT_MS = 15000,
	ANSWER_MAX = 4 * 1024 * 1024,
	URL_MAX = 4096,
};

struct gw_http {
	CURL *curl;
	struct curl_slist *headers;
	char *url;     /* without a slash at its end */
	char *address; /* the same for people */
	struct gw_buf answer;
	char why[CURL_ERROR_SIZE];
};

static size_t
take_answer(char *bytes, size_t size, size_t n, void *context)
{
	struct gw_buf *answer = context;

	return gw_buf_append(answer, bytes, size * n) ? size * n : 0;
}

static char *
copy_without_slash(const char *url)
{
	size_t len = strlen(url);

	while (len > 0 && url[len - 1] == '/')
		len--;
	return strndup(url, len);
}

/* Takes the address apart: it must have a scheme we speak, and its password is for no message. */
static enum gw_status
read_address(struct gw_http *http, CURLU *parts, const char *url, struct gw_error *err)
{
	char *scheme = NULL, *query = NULL, *plain = NULL;
	bool good = curl_url_set(parts, CURLUPART_URL, url, 0) == CURLUE_OK &&
		    curl_url_get(parts, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
		    (strcmp(scheme, "http") == 0 || strcmp(scheme, "https") == 0) &&
		    curl_url_get(parts, CURLUPART_QUERY, &query, 0) == CURLUE_NO_QUERY;

	curl_free(scheme);
	curl_free(query);
	if (!good)
		return gw_fail(err, GW_CONFIG, "%s",
			       _("the address of the schema registry must be like "
				 "http://host:port/apis/ccompat/v7 (http or https)"));
	if (curl_url_set(parts, CURLUPART_USER, NULL, 0) != CURLUE_OK ||
	    curl_url_set(parts, CURLUPART_PASSWORD, NULL, 0) != CURLUE_OK ||
	    curl_url_get(parts, CURLUPART_URL, &plain, 0) != CURLUE_OK)
		return gw_fail_memory(err);
	http->url = copy_without_slash(url);
	http->address = copy_without_slash(plain);
	curl_free(plain);
	return http->url != NULL && http->address != NULL ? GW_OK : gw_fail_memory(err);
}

static bool
set_up(struct gw_http *http)
{
	CURL *curl = http->curl;
	struct curl_slist *headers = NULL;

	headers = curl_slist_append(NULL, "Content-Type: application/vnd.schemaregistry.v1+json");
	http->headers = headers;
	if (headers != NULL)
		headers = curl_slist_append(headers,
					    "Accept: application/vnd.schemaregistry.v1+json, "
					    "application/json");
	return headers != NULL && curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_PROXY, "") == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_TIMEOUT_MS) ==
		       CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)TIMEOUT_MS) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_answer) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_WRITEDATA, &http->answer) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, http->why) == CURLE_OK;
}

enum gw_status
gw_http_open(const char *url, struct gw_http **out, struct gw_error *err)
{
	struct gw_http *http = calloc(1, sizeof *http);
	CURLU *parts = curl_url();
	enum gw_status status;

	if (http == NULL || parts == NULL) {
		free(http);
		curl_url_cleanup(parts);
		return gw_fail_memory(err);
	}
	gw_buf_init(&http->answer, ANSWER_MAX);
	status = read_address(http, parts, url, err);
	curl_url_cleanup(parts);
	if (status == GW_OK) {
		http->curl = curl_easy_init();
		if (http->curl == NULL || !set_up(http))
			status = gw_fail_memory(err);
	}
	if (status != GW_OK) {
		gw_http_close(http);
		return status;
	}
	*out = http;
	return GW_OK;
}

void
gw_http_close(struct gw_http *http)
{
	if (http == NULL)
		return;
	curl_easy_cleanup(http->curl);
	curl_slist_free_all(http->headers);
	gw_buf_release(&http->answer);
	free(http->url);
	free(http->address);
	free(http);
}

const char *
gw_http_address(const struct gw_http *http)
{
	return http->address;
}

static enum gw_status
explain(const struct gw_http *http, CURLcode code, struct gw_error *err)
{
	const char *why = http->why[0] != '\0' ? http->why : curl_easy_strerror(code);

	switch ((int)code) {
	case CURLE_OUT_OF_MEMORY:
		return gw_fail_memory(err);
	case CURLE_WRITE_ERROR:
		return gw_fail(err, GW_CONFIG,
			       _("what answers at %s sends more than %d bytes; is it a schema "
				 "registry?"),
			       http->address, ANSWER_MAX);
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_CIPHER:
		return gw_fail(err, GW_CONFIG,
			       _("no safe connection to the schema registry at %s: %s"),
			       http->address, why);
	case CURLE_UNSUPPORTED_PROTOCOL:
	case CURLE_URL_MALFORMAT:
		return gw_fail(err, GW_CONFIG, _("%s is no address of a schema registry: %s"),
			       http->address, why);
	default:
		return gw_fail(err, GW_RETRY,
			       _("the schema registry at %s is away: %s; see that it runs and can "
				 "be reached from here"),
			       http->address, why);
	}
}

static bool
set_request(struct gw_http *http, const char *method, const char *url, const char *body)
{
	CURL *curl = http->curl;
	CURLcode code = curl_easy_setopt(curl, CURLOPT_URL, url);

	if (code == CURLE_OK && body == NULL)
		code = curl_easy_setopt(curl, CURLOPT_HTTPGET, 1L);
	if (code == CURLE_OK && body != NULL) {
		code = curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE,
					(curl_off_t)strlen(body));
		if (code == CURLE_OK)
			code = curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
	}
	/* Last, since the options above set a method too. */
	return code == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method) == CURLE_OK;
}

enum gw_status
gw_http_call(struct gw_http *http, const char *method, const char *path, const char *body,
	     struct gw_http_answer *out, struct gw_error *err)
{
	struct gw_buf url;
	long status = 0;
	CURLcode code;
	bool ready;

	gw_buf_init(&url, URL_MAX);
	ready = gw_buf_puts(&url, http->url) && gw_buf_puts(&url, path) &&
		set_request(http, method, url.data, body);
	gw_buf_release(&url);
	if (!ready)
		return gw_fail(err, GW_FATAL, _("the call to %s could not be prepared"),
			       http->address);
	gw_buf_clear(&http->answer);
	http->why[0] = '\0';
	code = curl_easy_perform(http->curl);
	if (code == CURLE_OK)
		code = curl_easy_getinfo(http->curl, CURLINFO_RESPONSE_CODE, &status);
	if (code != CURLE_OK)
		return explain(http, code, err);
	*out = (struct gw_http_answer){.code = status,
				       .body = http->answer.len > 0 ? http->answer.data : "",
				       .len = http->answer.len};
	return GW_OK;
}

char *
gw_http_escape(const char *text)
{
	static const char digits[] = "0123456789ABCDEF";
	static const char plain[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
	char *out = malloc(3 * strlen(text) + 1), *to = out;

	if (out == NULL)
		return NULL;
	for (; *text != '\0'; text++) {
		if (strchr(plain, *text) != NULL) {
			*to++ = *text;
			continue;
		}
		*to++ = '%';
		*to++ = digits[(unsigned char)*text >> 4];
		*to++ = digits[(unsigned char)*text & 15];
	}
	*to = '\0';
	return out;
}
