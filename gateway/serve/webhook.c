#include <curl/curl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/i18n.h"
#include "serve/outbox.h"

enum {
	NOTICE_MAX = 64 * 1024,
	ADDRESS_MAX = 4096,
	HEARD_MAX = 64 * 1024,
	CONNECT_MS = 5000,
	CALL_MS = 20000,
};

/* What the other side says may be long and is not looked at: its code says all. */
static size_t
take_answer(char *bytes, size_t size, size_t count, void *arg)
{
	struct gw_buf *answer = arg;

	gw_buf_clear(answer);
	(void)gw_buf_append(answer, bytes, size * count);
	return size * count;
}

static enum gw_status
read_notice(struct gw_buf *notice, struct gw_error *err)
{
	char block[4096];
	ssize_t n;

	while ((n = read(STDIN_FILENO, block, sizeof block)) > 0)
		if (!gw_buf_append(notice, block, (size_t)n))
			return gw_fail_memory(err);
	return n < 0 || notice->len == 0
		       ? gw_fail(err, GW_CONFIG, "%s", _("there is no notice on standard input"))
		       : GW_OK;
}

static bool
set_up(CURL *curl, const char *address, const struct gw_buf *notice, struct curl_slist *headers,
       struct gw_buf *heard)
{
	return headers != NULL && curl_easy_setopt(curl, CURLOPT_URL, address) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)CALL_MS) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)notice->len) ==
		       CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_POSTFIELDS, notice->data) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_answer) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_WRITEDATA, heard) == CURLE_OK;
}

/* The address may hold a secret, so no message repeats it. */
static enum gw_status
post(const char *address, const struct gw_buf *notice, struct gw_error *err)
{
	CURL *curl = curl_easy_init();
	struct curl_slist *headers = curl_slist_append(NULL, "Content-Type: application/json");
	CURLcode code = CURLE_OUT_OF_MEMORY;
	enum gw_status status = GW_OK;
	struct gw_buf heard;
	long answer = 0;

	gw_buf_init(&heard, HEARD_MAX);
	if (curl != NULL && set_up(curl, address, notice, headers, &heard))
		code = curl_easy_perform(curl);
	if (code == CURLE_OK)
		code = curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answer);
	if (code != CURLE_OK)
		status = gw_fail(err, GW_RETRY, _("the notice could not be sent: %s"),
				 curl_easy_strerror(code));
	else if (answer < 200 || answer > 299)
		status = gw_fail(err, GW_RETRY, _("the notice was refused: HTTP %ld"), answer);
	gw_buf_release(&heard);
	curl_slist_free_all(headers);
	curl_easy_cleanup(curl);
	return status;
}

enum gw_status
gw_outbox_post(const struct gw_config *config, struct gw_error *err)
{
	struct gw_buf notice, address;
	enum gw_status status;

	gw_buf_init(&notice, NOTICE_MAX);
	gw_buf_init(&address, ADDRESS_MAX);
	status = read_notice(&notice, err);
	if (status == GW_OK && config->notify_webhook != NULL)
		status =
			gw_buf_puts(&address, config->notify_webhook) ? GW_OK : gw_fail_memory(err);
	else if (status == GW_OK && config->notify_webhook_file != NULL)
		status = gw_config_secret(config->notify_webhook_file, NULL, _("notify webhook"),
					  &address, err);
	else if (status == GW_OK)
		status = gw_fail(err, GW_CONFIG, "%s", _("songma.yaml names no notify.webhook"));
	if (status == GW_OK)
		status = post(address.data, &notice, err);
	if (address.data != NULL)
		sodium_memzero(address.data, address.cap);
	gw_buf_release(&address);
	gw_buf_release(&notice);
	return status;
}
