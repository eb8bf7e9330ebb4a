#include "serve/troubles.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/i18n.h"
#include "base/text.h"

enum { LINE_MAX_BYTES = 8192 };

void
gw_troubles_release(struct gw_troubles *troubles)
{
	free(troubles->at);
	*troubles = (struct gw_troubles){0};
}

struct gw_trouble *
gw_troubles_add(struct gw_troubles *troubles, const char *subject, const char *kind)
{
	struct gw_trouble *trouble;

	if (troubles->count == troubles->room) {
		size_t room = troubles->room == 0 ? 16 : 2 * troubles->room;
		struct gw_trouble *at = realloc(troubles->at, room * sizeof *at);

		if (at == NULL) {
			troubles->failed = true;
			return NULL;
		}
		troubles->at = at;
		troubles->room = room;
	}
	trouble = &troubles->at[troubles->count++];
	*trouble = (struct gw_trouble){0};
	gw_utf8_copy(trouble->subject, sizeof trouble->subject, subject);
	gw_utf8_copy(trouble->kind, sizeof trouble->kind, kind);
	gw_utf8_copy(trouble->who, sizeof trouble->who, _("the operator"));
	return trouble;
}

/* "08:07:12", with the day where it is not today. */
static void
put_clock(int64_t us, int64_t now_us, char out[32])
{
	time_t then = (time_t)(us / 1000000), now = (time_t)(now_us / 1000000);
	struct tm tm, today;

	out[0] = '\0';
	if (localtime_r(&then, &tm) == NULL || localtime_r(&now, &today) == NULL)
		return;
	(void)strftime(out, 32,
		       tm.tm_yday == today.tm_yday && tm.tm_year == today.tm_year
			       ? "%H:%M:%S"
			       : "%H:%M:%S %d/%m/%Y",
		       &tm);
}

/* While it is being tried. */
static const char *
next_now(enum gw_duty_state state)
{
	static const char *const words[GW_DUTY_STATES] = {
		[GW_DUTY_AWAY] = N_("it is being tried again; nothing that was received is lost"),
		[GW_DUTY_FAILED] =
			N_("it is being tried again; after mending: systemctl reload songma"),
		[GW_DUTY_FENCED] = N_("it is being taken back from another process"),
		[GW_DUTY_KILLED] =
			N_("it is started again; well when it has done a round of its work"),
		[GW_DUTY_ENDED] =
			N_("it is started again; well when it has done a round of its work"),
	};

	return words[state] == NULL ? "" : _(words[state]);
}

/* Until it is tried. */
static void
next_at(enum gw_duty_state state, const char *clock, char *out, size_t size)
{
	out[0] = '\0';
	switch (state) {
	case GW_DUTY_AWAY:
		(void)snprintf(
			out, size,
			_("it is tried again by itself at %s; nothing that was received is lost"),
			clock);
		break;
	case GW_DUTY_FAILED:
		(void)snprintf(out, size,
			       _("it is tried again by itself at %s; after mending: systemctl "
				 "reload songma"),
			       clock);
		break;
	case GW_DUTY_FENCED:
		(void)snprintf(out, size,
			       _("another process does this now; it is taken back at %s"), clock);
		break;
	case GW_DUTY_KILLED:
	case GW_DUTY_ENDED:
		(void)snprintf(out, size, _("it is started again at %s"), clock);
		break;
	case GW_DUTY_STARTING:
	case GW_DUTY_OK:
	case GW_DUTY_HOURS:
	case GW_DUTY_STATES:
		break;
	}
}

static void
put_next(struct gw_trouble *trouble, const struct gw_duty *duty, int64_t now_us)
{
	char clock[32];

	if (duty->next_us <= now_us) {
		gw_utf8_copy(trouble->next, sizeof trouble->next, next_now(duty->state));
		return;
	}
	trouble->next_us = duty->next_us;
	put_clock(duty->next_us, now_us, clock);
	next_at(duty->state, clock, trouble->next, sizeof trouble->next);
}

/* NULL: it is the duty's own trouble. */
static const char *
server_of(const struct gw_duty *duty)
{
	static const char *const servers[] = {
		[GW_AT_KAFKA] = "Kafka",
		[GW_AT_REGISTRY] = N_("the schema registry"),
		[GW_AT_WAREHOUSE] = N_("the warehouse"),
	};

	if (duty->state != GW_DUTY_AWAY || duty->with == GW_AT_HERE || duty->with == GW_AT_SOURCE)
		return NULL;
	return _(servers[duty->with]);
}

static const char *
subject_of(const struct gw_duty *duty)
{
	if (strcmp(duty->kind, "load") == 0)
		return _("loading into the warehouse");
	if (strcmp(duty->kind, "config") == 0)
		return _("the changed configuration");
	if (strcmp(duty->kind, "notice") == 0)
		return _("notices of trouble");
	return duty->title[0] != '\0' ? duty->title : duty->name;
}

static struct gw_trouble *
find(struct gw_troubles *troubles, size_t from, const char *subject)
{
	for (size_t i = from; i < troubles->count; i++)
		if (strcmp(troubles->at[i].subject, subject) == 0)
			return &troubles->at[i];
	return NULL;
}

static void
add_name(struct gw_trouble *trouble, const struct gw_duty *duty)
{
	size_t len = strlen(trouble->duties);

	if (len + strlen(duty->name) + 3 >= sizeof trouble->duties)
		return;
	if (len > 0)
		memcpy(trouble->duties + len, ", ", 3);
	len = strlen(trouble->duties);
	gw_utf8_copy(trouble->duties + len, sizeof trouble->duties - len, duty->name);
}

static void
put_what(struct gw_trouble *trouble, const struct gw_duty *duty, int64_t now_us)
{
	const char *who = gw_duty_who(duty);

	gw_utf8_copy(trouble->cause, sizeof trouble->cause, duty->cause);
	trouble->since_us = duty->since_us;
	if (who != NULL)
		gw_utf8_copy(trouble->who, sizeof trouble->who, who);
	if (strcmp(duty->kind, "config") == 0)
		gw_utf8_copy(
			trouble->next, sizeof trouble->next,
			_("the configuration of before goes on; after mending: systemctl reload "
			  "songma"));
	else if (strcmp(duty->kind, "notice") == 0)
		gw_utf8_copy(trouble->next, sizeof trouble->next,
			     _("they are sent again by itself"));
	else
		put_next(trouble, duty, now_us);
}

void
gw_troubles_of_serve(struct gw_troubles *troubles, const struct gw_serve_state *state,
		     int64_t now_us)
{
	size_t from = troubles->count;

	for (size_t i = 0; i < state->count; i++) {
		const struct gw_duty *duty = &state->duties[i];
		const char *server = server_of(duty);
		struct gw_trouble *trouble;

		if (!gw_duty_troubled(duty->state))
			continue;
		trouble = server == NULL ? NULL : find(troubles, from, server);
		if (trouble == NULL) {
			trouble = gw_troubles_add(troubles,
						  server == NULL ? subject_of(duty) : server,
						  gw_duty_state_name(duty->state));
			if (trouble == NULL)
				return;
			put_what(trouble, duty, now_us);
		} else if (duty->since_us < trouble->since_us) {
			trouble->since_us = duty->since_us;
		}
		add_name(trouble, duty);
	}
}

char *
gw_trouble_line(const struct gw_trouble *trouble)
{
	int64_t now = gw_now_us();
	struct gw_buf line;
	char since[32];
	char *copy;

	gw_buf_init(&line, LINE_MAX_BYTES);
	gw_buf_printf(&line, "%s: %s", trouble->subject, trouble->cause);
	if (trouble->next[0] != '\0')
		gw_buf_printf(&line, "; %s", trouble->next);
	if (trouble->since_us != 0) {
		put_clock(trouble->since_us, now, since);
		gw_buf_puts(&line, "; ");
		gw_buf_printf(&line, _("since %s"), since);
	}
	gw_buf_puts(&line, ". ");
	gw_buf_printf(&line, _("To act: %s"), trouble->who);
	copy = line.failed ? NULL : strdup(line.data);
	gw_buf_release(&line);
	return copy;
}

void
gw_troubles_print(const struct gw_troubles *troubles, FILE *out, bool color)
{
	for (size_t i = 0; i < troubles->count; i++) {
		char *line = gw_trouble_line(&troubles->at[i]);

		if (line != NULL)
			(void)fprintf(out, "%s%s%s\n", color ? "\033[31m" : "", line,
				      color ? "\033[0m" : "");
		free(line);
	}
}

json_t *
gw_time_json(int64_t us)
{
	char text[GW_TIME_TEXT];

	if (us == 0)
		return json_null();
	gw_timestamp_format(us, text);
	return json_string(text);
}

json_t *
gw_troubles_json(const struct gw_troubles *troubles)
{
	json_t *list = json_array();
	int failed = list == NULL || troubles->failed;

	for (size_t i = 0; i < troubles->count; i++) {
		const struct gw_trouble *trouble = &troubles->at[i];
		char *line = gw_trouble_line(trouble);

		failed |= line == NULL ||
			  json_array_append_new(
				  list, json_pack("{s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:s, s:s}",
						  "subject", trouble->subject, "duties",
						  trouble->duties, "state", trouble->kind, "cause",
						  trouble->cause, "next", trouble->next, "next_at",
						  gw_time_json(trouble->next_us), "since",
						  gw_time_json(trouble->since_us), "who",
						  trouble->who, "text", line)) != 0;
		free(line);
	}
	if (failed == 0)
		return list;
	json_decref(list);
	return NULL;
}
