#include "config/parts.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"

#define MS INT64_C(1000)
#define SECOND (1000 * MS)
#define HOUR (3600 * SECOND)
#define DAY (24 * HOUR)

static const char *const map_words[] = {"before-2025-07", "after-2025-07", NULL};

struct codes_draft {
	int map; /* index into map_words; -1: none */
	char *by, *switched_on;
};

static const struct gw_option codes_options[] = {
	{.name = "map",
	 .type = GW_OPT_ENUM,
	 .offset = offsetof(struct codes_draft, map),
	 .words = map_words,
	 .help = N_("the map that every row's code is of")},
	{.name = "by",
	 .type = GW_OPT_TEXT,
	 .offset = offsetof(struct codes_draft, by),
	 .help = N_("the date column that tells by which map a row was written")},
	{.name = "switched_on",
	 .type = GW_OPT_TEXT,
	 .offset = offsetof(struct codes_draft, switched_on),
	 .help = N_("the day from which rows carry the new codes, such as 2025-07-01")},
	{.name = NULL},
};

const struct gw_option *
gw_codes_options(void)
{
	return codes_options;
}

static enum gw_status
check_codes(const struct codes_draft *draft, const struct gw_yaml *node, struct gw_error *err)
{
	if (draft->map >= 0 && (draft->by != NULL || draft->switched_on != NULL))
		return gw_yaml_fail(node, err,
				    _("\"commune_codes\": expected either map, or by and "
				      "switched_on, not both"));
	if (draft->map < 0 && (draft->by == NULL || draft->switched_on == NULL))
		return gw_yaml_fail(node, err,
				    _("\"commune_codes\": expected {map: before-2025-07}, {map: "
				      "after-2025-07}, or {by: a date column, switched_on: "
				      "2025-07-01}"));
	if (draft->by != NULL && !gw_text_plain(draft->by))
		return gw_yaml_fail(gw_yaml_get(node, "by"), err,
				    _("\"by\": expected the name of a column"));
	return GW_OK;
}

enum gw_status
gw_codes_option_read(struct gw_source *source, const struct gw_yaml *node, struct gw_error *err)
{
	struct codes_draft draft = {.map = -1};
	struct gw_commune_codes *codes = &source->codes;
	enum gw_status status;

	codes->at = gw_place_of(source, node);
	if (node->kind == GW_YAML_MAP && node->count == 0)
		return GW_OK;
	if (gw_yaml_options(node, codes_options, &draft, err) != GW_OK)
		return err->status;
	status = check_codes(&draft, node, err);
	if (status == GW_OK && draft.switched_on != NULL &&
	    !gw_date_parse(draft.switched_on, strlen(draft.switched_on), &codes->switched_on_days))
		status = gw_yaml_fail(gw_yaml_get(node, "switched_on"), err,
				      _("\"switched_on\": expected a day that there is, such as "
					"2025-07-01"));
	if (status == GW_OK && draft.map >= 0) {
		codes->map = strdup(map_words[draft.map]);
		status = codes->map == NULL ? gw_fail_memory(err) : GW_OK;
	}
	if (status == GW_OK) {
		codes->by = draft.by;
		draft.by = NULL;
	}
	gw_option_release(codes_options, &draft);
	return status;
}

struct schedule_draft {
	int64_t every_us, idle_every_us;
	const struct gw_yaml *not_between;
};

static const struct gw_option schedule_options[] = {
	{.name = "every",
	 .type = GW_OPT_DURATION,
	 .offset = offsetof(struct schedule_draft, every_us),
	 .fallback = "15min",
	 .min = SECOND / 10,
	 .max = 366 * DAY,
	 .help = N_("from one reading's beginning to the next one's")},
	{.name = "idle_every",
	 .type = GW_OPT_DURATION,
	 .offset = offsetof(struct schedule_draft, idle_every_us),
	 .min = SECOND / 10,
	 .max = 366 * DAY,
	 .help = N_("the same while nothing changes (every; under 1s: 10 times that, but at most "
		    "1s)")},
	{.name = "not_between",
	 .type = GW_OPT_NODE,
	 .offset = offsetof(struct schedule_draft, not_between),
	 .help = N_("hours in which the source is left alone, such as [\"09:00\", \"11:00\"]")},
	{.name = NULL},
};

const struct gw_option *
gw_schedule_options(void)
{
	return schedule_options;
}

/* "09:30" to minutes of the day; "24:00" is its end. */
static bool
parse_clock(const struct gw_yaml *node, int *out_min)
{
	int64_t hours, minutes;

	if (node->kind != GW_YAML_SCALAR || strlen(node->text) != 5 || node->text[2] != ':' ||
	    strspn(node->text, GW_DIGIT) != 2 || strspn(node->text + 3, GW_DIGIT) != 2 ||
	    !gw_parse_i64(node->text, 2, &hours) || !gw_parse_i64(node->text + 3, 2, &minutes) ||
	    minutes > 59 || hours * 60 + minutes > 1440)
		return false;
	*out_min = (int)(hours * 60 + minutes);
	return true;
}

/* The pause of an idle source where the file does not say: asking more than once a second is
   worth it only while there is something to get. */
static int64_t
idle_pause(int64_t every_us)
{
	if (every_us >= SECOND)
		return every_us;
	return every_us * 10 < SECOND ? every_us * 10 : SECOND;
}

static enum gw_status
read_idle(struct gw_schedule *schedule, const struct schedule_draft *draft,
	  const struct gw_yaml *node, struct gw_error *err)
{
	const struct gw_yaml *given = gw_yaml_get(node, "idle_every");

	schedule->idle_every_us =
		given == NULL ? idle_pause(draft->every_us) : draft->idle_every_us;
	if (schedule->idle_every_us >= schedule->every_us)
		return GW_OK;
	return gw_yaml_fail(given, err, _("\"idle_every\" can't be shorter than \"every\""));
}

enum gw_status
gw_schedule_read(struct gw_source *source, const struct gw_yaml *node, struct gw_error *err)
{
	struct gw_schedule *schedule = &source->schedule;
	struct schedule_draft draft = {0};
	const struct gw_yaml *times;

	if (gw_yaml_options(node, schedule_options, &draft, err) != GW_OK)
		return err->status;
	*schedule = (struct gw_schedule){
		.every_us = draft.every_us, .not_from_min = -1, .not_to_min = -1};
	if (read_idle(schedule, &draft, node, err) != GW_OK)
		return err->status;
	times = draft.not_between;
	if (times == NULL)
		return GW_OK;
	if (times->kind != GW_YAML_LIST || times->count != 2)
		return gw_yaml_fail(
			times, err,
			_("\"not_between\": found %s, expected two times of the day, such "
			  "as [\"09:00\", \"11:00\"]"),
			times->kind == GW_YAML_LIST ? _("another number of times")
						    : gw_yaml_found(times));
	for (size_t i = 0; i < 2; i++) {
		char excerpt[GW_EXCERPT];

		if (!parse_clock(&times->items[i],
				 i == 0 ? &schedule->not_from_min : &schedule->not_to_min))
			return gw_yaml_fail(
				&times->items[i], err,
				_("\"not_between\": found %s, expected a time of the day "
				  "such as \"09:00\""),
				gw_yaml_excerpt(&times->items[i], excerpt));
	}
	if (schedule->not_from_min == schedule->not_to_min)
		return gw_yaml_fail(times, err,
				    _("\"not_between\": expected two different times of the day"));
	return GW_OK;
}

struct limits_draft {
	const struct gw_yaml *rows_per_second;
	int64_t statement_timeout_us, page_rows;
};

static const struct gw_option limits_options[] = {
	{.name = "rows_per_second",
	 .type = GW_OPT_NODE,
	 .offset = offsetof(struct limits_draft, rows_per_second),
	 .help = N_("at most so many rows a second, or unlimited (5000)")},
	{.name = "statement_timeout",
	 .type = GW_OPT_DURATION,
	 .offset = offsetof(struct limits_draft, statement_timeout_us),
	 .fallback = "60s",
	 .min = 10 * MS,
	 .max = DAY,
	 .help = N_("the longest that one query may take")},
	{.name = "page_rows",
	 .type = GW_OPT_INT,
	 .offset = offsetof(struct limits_draft, page_rows),
	 .fallback = "10000",
	 .min = 1,
	 .max = 100000,
	 .help = N_("rows that are read and sent together")},
	{.name = NULL},
};

const struct gw_option *
gw_limits_options(void)
{
	return limits_options;
}

enum { ROWS_PER_SECOND = 5000 };

static enum gw_status
read_rate(const struct gw_yaml *node, int64_t *out, struct gw_error *err)
{
	char excerpt[GW_EXCERPT];
	int64_t n;

	if (node->kind == GW_YAML_SCALAR && strcmp(node->text, "unlimited") == 0) {
		*out = 0;
		return GW_OK;
	}
	if (node->kind != GW_YAML_SCALAR || node->quoted ||
	    !gw_parse_i64(node->text, strlen(node->text), &n) || n < 1 || n > 1000000000)
		return gw_yaml_fail(
			node, err,
			_("\"rows_per_second\": found %s, expected a whole number from 1, "
			  "or unlimited"),
			gw_yaml_excerpt(node, excerpt));
	*out = n;
	return GW_OK;
}

enum gw_status
gw_limits_read(struct gw_source *source, const struct gw_yaml *node, struct gw_error *err)
{
	struct limits_draft draft = {0};

	if (gw_yaml_options(node, limits_options, &draft, err) != GW_OK)
		return err->status;
	source->rows_per_second = ROWS_PER_SECOND;
	source->statement_timeout_us = draft.statement_timeout_us;
	source->page_rows = draft.page_rows;
	if (draft.rows_per_second == NULL)
		return GW_OK;
	return read_rate(draft.rows_per_second, &source->rows_per_second, err);
}
