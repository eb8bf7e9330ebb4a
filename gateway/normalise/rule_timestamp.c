/*
 * Moments as files and old systems write them: "15/09/2025 08:05", "2025-09-15T08:05:00.250+07:00",
 * "08:05:30 15/9/2025", "9/15" never.  The day is read as the rule date reads it, so what is
 * refused there is refused here.
 */
#include "normalise/rules.h"

#include <string.h>

#include "base/i18n.h"
#include "normalise/fold.h"
#include "normalise/zone.h"

#define US_PER_SECOND INT64_C(1000000)
#define US_PER_MINUTE (60 * US_PER_SECOND)
#define US_PER_HOUR (60 * US_PER_MINUTE)
#define US_PER_DAY (24 * US_PER_HOUR)

struct part {
	const char *text;
	size_t len;
};

/* A day, a time of day, and what stands behind that: the half of the day, a zone. */
enum { PARTS_MAX = 4 };

struct clock {
	int64_t us; /* since midnight */
	bool zoned;
	int64_t east_us; /* of Greenwich */
};

/* Takes 1 to max digits off the front of part; -1: there are none, or more. */
static int
take_number(struct part *part, size_t max)
{
	size_t digits = 0;
	int number = 0;

	while (digits < part->len && part->text[digits] >= '0' && part->text[digits] <= '9') {
		if (digits == max)
			return -1;
		number = number * 10 + (part->text[digits++] - '0');
	}
	part->text += digits;
	part->len -= digits;
	return digits == 0 ? -1 : number;
}

static bool
take_char(struct part *part, char c)
{
	if (part->len == 0 || part->text[0] != c)
		return false;
	part->text++;
	part->len--;
	return true;
}

/* ".250" as microseconds; what is finer is cut off. */
static int64_t
take_fraction(struct part *part)
{
	int64_t us = 0, unit = US_PER_SECOND / 10;

	while (part->len > 0 && part->text[0] >= '0' && part->text[0] <= '9') {
		us += unit * (part->text[0] - '0');
		unit /= 10;
		part->text++;
		part->len--;
	}
	return us;
}

/* "07", "0700", "07:00" as microseconds; false: none of these. */
static bool
take_offset(struct part *part, int64_t *us)
{
	struct part head = {part->text, part->len == 4 ? 2 : part->len};
	int hours = take_number(&head, 2), minutes = 0;
	struct part rest = {head.text, part->len - (size_t)(head.text - part->text)};

	if (take_char(&rest, ':') || rest.len > 0)
		minutes = take_number(&rest, 2);
	*us = hours * US_PER_HOUR + minutes * US_PER_MINUTE;
	return rest.len == 0 && hours >= 0 && hours <= 15 && minutes >= 0 && minutes < 60;
}

/* "Z", or + or - and an offset; nothing is no zone. */
static bool
take_zone(struct part part, struct clock *out)
{
	bool west = part.len > 0 && part.text[0] == '-';

	if (part.len == 0)
		return true;
	out->zoned = true;
	if (take_char(&part, 'Z') || take_char(&part, 'z'))
		return part.len == 0;
	if (!take_char(&part, '+') && !take_char(&part, '-'))
		return false;
	if (!take_offset(&part, &out->east_us))
		return false;
	if (west)
		out->east_us = -out->east_us;
	return true;
}

/* "8:05", "08:05:30.250", each with a zone behind it or not. */
static bool
take_clock(struct part part, struct clock *out)
{
	int hours = take_number(&part, 2), minutes, seconds = 0;
	int64_t fraction = 0;

	if (hours < 0 || hours > 23 || !take_char(&part, ':'))
		return false;
	minutes = take_number(&part, 2);
	if (minutes < 0 || minutes > 59)
		return false;
	if (take_char(&part, ':')) {
		seconds = take_number(&part, 2);
		if (take_char(&part, '.') || take_char(&part, ','))
			fraction = take_fraction(&part);
	}
	out->us =
		hours * US_PER_HOUR + minutes * US_PER_MINUTE + seconds * US_PER_SECOND + fraction;
	return seconds >= 0 && seconds <= 59 && take_zone(part, out);
}

/* The half of the day in English and in Vietnamese; hours from 1 to 12 then. */
static bool
take_half(const struct part *part, struct clock *out)
{
	static const struct {
		const char *word;
		bool second;
	} halves[] = {{"AM", false}, {"SA", false}, {"PM", true}, {"CH", true}};
	int64_t hours = out->us / US_PER_HOUR;

	for (size_t i = 0; i < sizeof halves / sizeof halves[0]; i++) {
		if (part->len != 2 || strncasecmp(part->text, halves[i].word, 2) != 0)
			continue;
		if (hours < 1 || hours > 12)
			return false;
		out->us += ((hours % 12) - hours + (halves[i].second ? 12 : 0)) * US_PER_HOUR;
		return true;
	}
	return false;
}

/* Splits at blanks, and at the T of ISO 8601; 0: more than a moment has. */
static size_t
split(const char *text, size_t len, struct part *parts)
{
	size_t count = 0;

	for (size_t i = 0; i < len;) {
		size_t from = i;

		while (i < len && text[i] != ' ' && text[i] != '\t' &&
		       !(text[i] == 'T' && i > from && i + 1 < len))
			i++;
		if (i > from) {
			if (count == PARTS_MAX)
				return 0;
			parts[count++] = (struct part){text + from, i - from};
		}
		i += i < len;
	}
	return count;
}

/* A time of day, then its half or its zone, or both; none of it is midnight. */
static bool
take_time(const struct part *parts, size_t count, struct clock *clock)
{
	size_t next = 1;

	if (count == 0)
		return true;
	if (!take_clock(parts[0], clock))
		return false;
	if (next < count && take_half(&parts[next], clock))
		next++;
	if (next < count && !clock->zoned && take_zone(parts[next], clock))
		next++;
	return next == count;
}

/* Finds the day's part, first or last, and reads the rest; false: this is no moment. */
static bool
take_apart(const char *text, size_t len, struct part *day, struct clock *clock)
{
	struct part parts[PARTS_MAX];
	size_t count = split(text, len, parts);

	*clock = (struct clock){0};
	if (count == 0)
		return false;
	if (memchr(parts[0].text, ':', parts[0].len) == NULL) {
		*day = parts[0];
		return take_time(parts + 1, count - 1, clock);
	}
	*day = parts[count - 1];
	return count > 1 && take_time(parts, count - 1, clock);
}

static enum gw_status
put_moment(const struct gw_value *day, const struct clock *clock, struct gw_value *value,
	   struct gw_rule_context *context, struct gw_error *err)
{
	int64_t local = day->as.integer * US_PER_DAY + clock->us;

	if (!clock->zoned && context->zone == NULL)
		return gw_rule_reject(context, "timestamp.no_zone", err, "%s",
				      _("a time of day without a zone, and the source has none"));
	*value = (struct gw_value){.kind = GW_TIMESTAMP,
				   .as.integer = clock->zoned ? local - clock->east_us
							      : gw_zone_utc(context->zone, local)};
	return GW_OK;
}

static enum gw_status
timestamp_text(struct gw_value *value, struct gw_rule_context *context, struct gw_error *err)
{
	const char *text = value->as.text;
	uint32_t len = value->len;
	struct gw_value day;
	struct part part = {0};
	struct clock clock;
	bool moment;

	gw_text_trim(&text, &len);
	moment = take_apart(text, len, &part, &clock);
	/* What is none may still be a word for "not known". */
	if (!moment)
		part = (struct part){text, len};
	day = (struct gw_value){.kind = GW_TEXT, .len = (uint32_t)part.len, .as.text = part.text};
	if (gw_rule_date(&day, context, err) != GW_OK)
		return err->status;
	if (day.kind == GW_NULL) {
		gw_rule_set_null(value);
		return GW_OK;
	}
	if (!moment)
		return gw_rule_reject(context, "timestamp.shape", err,
				      _("text of %u bytes: not read as a day and a time of day"),
				      len);
	if (day.kind != GW_DATE)
		return gw_rule_reject(context, "timestamp.partial", err, "%s",
				      _("the day is not known as a whole"));
	return put_moment(&day, &clock, value, context, err);
}

enum gw_status
gw_rule_timestamp(struct gw_value *value, struct gw_rule_context *context, struct gw_error *err)
{
	static const struct clock midnight;
	struct gw_value day = *value;

	switch (value->kind) {
	case GW_NULL:
	case GW_TIMESTAMP:
		return GW_OK;
	case GW_DATE: /* within the years that days may lie in */
		if (gw_rule_date(&day, context, err) != GW_OK)
			return err->status;
		if (day.kind == GW_DATE)
			return put_moment(&day, &midnight, value, context, err);
		gw_rule_set_null(value);
		return GW_OK;
	case GW_TEXT:
		return timestamp_text(value, context, err);
	case GW_UNHELD:
		if (!gw_rule_zero_date(value))
			break;
		gw_rule_take_zero_date(value, context);
		return GW_OK;
	case GW_BOOL:
	case GW_INT:
	case GW_FLOAT:
	case GW_DECIMAL:
	case GW_BYTES:
		break;
	}
	return gw_rule_reject(context, "timestamp.kind", err, _("a %s, not a moment"),
			      gw_kind_name(value->kind));
}
