#include "serve/notice.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/i18n.h"
#include "base/text.h"
#include "ops/report.h"

enum { TEXT_MAX = 4096 };

enum gw_notice_act
gw_notice_step(struct gw_notice *notice, bool troubled, int64_t after_us, int64_t now_us)
{
	if (troubled && !notice->troubled)
		notice->since_us = now_us;
	notice->troubled = troubled;
	if (!troubled && notice->told) {
		notice->told = false;
		return GW_NOTICE_END;
	}
	if (!troubled || notice->told || now_us - notice->since_us < after_us)
		return GW_NOTICE_NONE;
	if (notice->begun_us != 0 && now_us - notice->begun_us < after_us + GW_NOTICE_REST_US)
		return GW_NOTICE_NONE;
	notice->told = true;
	notice->begun_us = now_us;
	return GW_NOTICE_BEGIN;
}

char *
gw_notice_span(int64_t us, char out[64])
{
	long long s = (long long)(us / 1000000);

	if (s < 60)
		(void)snprintf(out, 64, _("%lld s"), s);
	else if (s < 3600)
		(void)snprintf(out, 64, _("%lld min"), s / 60);
	else if (s < 86400)
		(void)snprintf(out, 64, _("%lld h %lld min"), s / 3600, s % 3600 / 60);
	else
		(void)snprintf(out, 64, _("%lld d %lld h"), s / 86400, s % 86400 / 3600);
	return out;
}

static const char *
subject(const struct gw_duty *duty)
{
	return duty->title[0] != '\0' ? duty->title : duty->name;
}

static void
put_text(struct gw_buf *text, const struct gw_duty *duty, enum gw_notice_act act, int64_t now_us)
{
	const char *who = gw_duty_who(duty);
	char span[64], since[32];

	if (act == GW_NOTICE_END) {
		gw_buf_printf(text, _("Songma: %s goes well again; the trouble lasted %s"),
			      subject(duty), gw_notice_span(now_us - duty->since_us, span));
		return;
	}
	gw_buf_printf(text, _("Songma: trouble with %s since %s: %s. To act: %s"), subject(duty),
		      gw_format_time(duty->since_us, since), duty->cause,
		      who != NULL ? who : _("the operator"));
}

static json_t *
time_or_null(int64_t us)
{
	char text[GW_TIME_TEXT];

	if (us == 0)
		return json_null();
	gw_timestamp_format(us, text);
	return json_string(text);
}

json_t *
gw_notice_make(const struct gw_duty *duty, enum gw_notice_act act, int64_t now_us)
{
	const char *who = gw_duty_who(duty);
	char host[256] = "";
	struct gw_buf text;
	json_t *notice = NULL;

	(void)gethostname(host, sizeof host - 1);
	gw_buf_init(&text, TEXT_MAX);
	put_text(&text, duty, act, now_us);
	if (!text.failed)
		notice = json_pack(
			"{s:s, s:s, s:o, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:s, s:I, "
			"s:s}",
			"format", "notice/1", "event", act == GW_NOTICE_END ? "end" : "begin", "at",
			time_or_null(now_us), "host", host, "duty", duty->name, "kind", duty->kind,
			"source", duty->source, "title", duty->title, "state",
			gw_duty_state_name(duty->state), "cause", duty->cause, "since",
			time_or_null(duty->since_us), "next", time_or_null(duty->next_us), "who",
			who != NULL ? who : _("the operator"), "duration_s",
			(json_int_t)((now_us - duty->since_us) / 1000000), "text", text.data);
	gw_buf_release(&text);
	return notice;
}
