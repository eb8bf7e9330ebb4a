#include "base/text.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <utf8proc.h>

#define US_PER_SECOND INT64_C(1000000)
#define US_PER_DAY (INT64_C(86400) * US_PER_SECOND)

#define HIGH_BITS UINT64_C(0x8080808080808080)
#define LOW_BITS UINT64_C(0x0101010101010101)

/* Counts down, since the most negative number has no positive twin. */
static bool
parse_negative(const char *digits, size_t len, int64_t *out)
{
	int64_t n = 0;

	for (size_t i = 0; i < len; i++)
		if (digits[i] < '0' || digits[i] > '9' || __builtin_mul_overflow(n, 10, &n) ||
		    __builtin_sub_overflow(n, digits[i] - '0', &n))
			return false;
	*out = n;
	return len > 0;
}

bool
gw_parse_i64(const char *text, size_t len, int64_t *out)
{
	bool minus = len > 0 && text[0] == '-';
	size_t sign = minus || (len > 0 && text[0] == '+') ? 1 : 0;
	int64_t n;

	if (!parse_negative(text + sign, len - sign, &n) || (!minus && n == INT64_MIN))
		return false;
	*out = minus ? n : -n;
	return true;
}

bool
gw_parse_duration(const char *text, int64_t *out_us)
{
	static const struct {
		const char *unit;
		int64_t us;
	} units[] = {
		{"ms", 1000},
		{"s", US_PER_SECOND},
		{"min", 60 * US_PER_SECOND},
		{"h", 3600 * US_PER_SECOND},
		{"d", US_PER_DAY},
	};
	size_t digits = strspn(text, "0123456789");
	int64_t n, us;

	if (!gw_parse_i64(text, digits, &n))
		return false;
	for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
		if (strcmp(text + digits, units[i].unit) != 0)
			continue;
		if (__builtin_mul_overflow(n, units[i].us, &us))
			return false;
		*out_us = us;
		return true;
	}
	return false;
}

void
gw_hex_encode(const unsigned char *bytes, size_t len, char *out)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < len; i++) {
		out[2 * i] = digits[bytes[i] >> 4];
		out[2 * i + 1] = digits[bytes[i] & 15];
	}
	out[2 * len] = '\0';
}

bool
gw_hex_decode(const char *hex, size_t hex_len, unsigned char *out, size_t len)
{
	size_t got = 0;

	return hex_len == 2 * len &&
	       sodium_hex2bin(out, len, hex, hex_len, NULL, &got, NULL) == 0 && got == len;
}

void
gw_uuid_make(unsigned char out[16])
{
	randombytes_buf(out, 16);
	out[6] = (unsigned char)((out[6] & 0x0f) | 0x40);
	out[8] = (unsigned char)((out[8] & 0x3f) | 0x80);
}

void
gw_uuid_format(const unsigned char uuid[16], char out[GW_UUID_TEXT])
{
	static const size_t part[] = {4, 2, 2, 2, 6};
	size_t at = 0;

	for (size_t i = 0; i < 5; i++) {
		if (i > 0)
			*out++ = '-';
		gw_hex_encode(uuid + at, part[i], out);
		out += 2 * part[i];
		at += part[i];
	}
}

bool
gw_uuid_parse(const char *text, unsigned char out[16])
{
	size_t got = 0;

	return strlen(text) == GW_UUID_TEXT - 1 && text[8] == '-' && text[13] == '-' &&
	       text[18] == '-' && text[23] == '-' &&
	       sodium_hex2bin(out, 16, text, GW_UUID_TEXT - 1, "-", &got, NULL) == 0 && got == 16;
}

/* Days from civil: years begin in March, so that the leap day is the last of its year. */
static int64_t
days_from_civil(int64_t y, int m, int d)
{
	y -= m <= 2;
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t yoe = y - era * 400;
	int64_t doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
	int64_t doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;

	return era * 146097 + doe - 719468;
}

void
gw_date_to_civil(int64_t days, int *year, int *month, int *day)
{
	int64_t z = days + 719468;
	int64_t era = (z >= 0 ? z : z - 146096) / 146097;
	int64_t doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t mp = (5 * doy + 2) / 153;

	*day = (int)(doy - (153 * mp + 2) / 5 + 1);
	*month = (int)(mp < 10 ? mp + 3 : mp - 9);
	*year = (int)(yoe + era * 400 + (*month <= 2));
}

bool
gw_date_from_civil(int year, int month, int day, int64_t *out_days)
{
	static const signed char lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 ||
	    day > lengths[month - 1] + (month == 2 && leap))
		return false;
	*out_days = days_from_civil(year, month, day);
	return true;
}

void
gw_date_format(int64_t days, char out[GW_TIME_TEXT])
{
	int y, m, d;

	gw_date_to_civil(days, &y, &m, &d);
	(void)snprintf(out, GW_TIME_TEXT, "%04d-%02d-%02d", y, m, d);
}

void
gw_timestamp_format(int64_t us, char out[GW_TIME_TEXT])
{
	int64_t days = us / US_PER_DAY - (us % US_PER_DAY < 0);
	int64_t rest = us % US_PER_DAY + (us % US_PER_DAY < 0 ? US_PER_DAY : 0);
	int64_t seconds = rest / US_PER_SECOND;
	int y, m, d;

	gw_date_to_civil(days, &y, &m, &d);
	(void)snprintf(out, GW_TIME_TEXT, "%04d-%02d-%02dT%02d:%02d:%02d.%06dZ", y, m, d,
		       (int)(seconds / 3600), (int)(seconds / 60 % 60), (int)(seconds % 60),
		       (int)(rest % US_PER_SECOND));
}

/* Reads exactly n digits at *text and moves past them. */
static bool
take_digits(const char **text, const char *end, int n, int *out)
{
	*out = 0;
	for (int i = 0; i < n; i++, (*text)++) {
		if (*text == end || **text < '0' || **text > '9')
			return false;
		*out = *out * 10 + (**text - '0');
	}
	return true;
}

static bool
take_char(const char **text, const char *end, char c)
{
	if (*text == end || **text != c)
		return false;
	(*text)++;
	return true;
}

static bool
take_date(const char **text, const char *end, int64_t *out_days)
{
	int y, m, d;

	return take_digits(text, end, 4, &y) && take_char(text, end, '-') &&
	       take_digits(text, end, 2, &m) && take_char(text, end, '-') &&
	       take_digits(text, end, 2, &d) && gw_date_from_civil(y, m, d, out_days);
}

bool
gw_date_parse(const char *text, size_t len, int64_t *out_days)
{
	const char *end = text + len;
	int64_t days;

	if (!take_date(&text, end, &days) || text != end)
		return false;
	*out_days = days;
	return true;
}

static bool
take_fraction(const char **text, const char *end, int *out_us)
{
	int scale = 100000;

	*out_us = 0;
	if (!take_char(text, end, '.'))
		return true;
	if (*text == end || **text < '0' || **text > '9')
		return false;
	for (; *text != end && **text >= '0' && **text <= '9'; (*text)++, scale /= 10) {
		if (scale == 0)
			return false;
		*out_us += (**text - '0') * scale;
	}
	return true;
}

static bool
take_time(const char **text, const char *end, int64_t *out_us)
{
	int h, m, s, us;

	if (!take_digits(text, end, 2, &h) || !take_char(text, end, ':') ||
	    !take_digits(text, end, 2, &m) || !take_char(text, end, ':') ||
	    !take_digits(text, end, 2, &s) || !take_fraction(text, end, &us) || h > 23 || m > 59 ||
	    s > 59)
		return false;
	*out_us = (h * 3600 + m * 60 + s) * US_PER_SECOND + us;
	return true;
}

bool
gw_timestamp_parse(const char *text, size_t len, int64_t *out_us)
{
	const char *end = text + len;
	int64_t days, us;

	if (!take_date(&text, end, &days) ||
	    (!take_char(&text, end, 'T') && !take_char(&text, end, ' ')) ||
	    !take_time(&text, end, &us) || !take_char(&text, end, 'Z') || text != end)
		return false;
	*out_us = days * US_PER_DAY + us;
	return true;
}

static int64_t
clock_us(clockid_t clock)
{
	struct timespec now;

	if (clock_gettime(clock, &now) != 0)
		return 0;
	return now.tv_sec * US_PER_SECOND + now.tv_nsec / 1000;
}

int64_t
gw_now_us(void)
{
	return clock_us(CLOCK_REALTIME);
}

int64_t
gw_monotonic_us(void)
{
	return clock_us(CLOCK_MONOTONIC);
}

size_t
gw_ascii_run(const char *text, size_t len)
{
	size_t i = 0;

	for (; i + 8 <= len; i += 8) {
		uint64_t w;

		memcpy(&w, text + i, 8);
		/* The second term finds a zero byte among bytes below 0x80. */
		if (((w | (w - LOW_BITS)) & HIGH_BITS) != 0)
			break;
	}
	while (i < len && text[i] > 0)
		i++;
	return i;
}

/* What may follow a lead byte: Unicode, chapter 3, table of well-formed UTF-8 sequences. */
static bool
second_fits(unsigned char lead, unsigned char second)
{
	switch (lead) {
	case 0xe0:
		return second >= 0xa0 && second <= 0xbf;
	case 0xed:
		return second >= 0x80 && second <= 0x9f;
	case 0xf0:
		return second >= 0x90 && second <= 0xbf;
	case 0xf4:
		return second >= 0x80 && second <= 0x8f;
	default:
		return second >= 0x80 && second <= 0xbf;
	}
}

/*
 * Bytes of the well-formed sequence that begins here, 0 where there is none.
 * Text is checked several times on its way, and utf8proc decodes it each time.
 */
static size_t
sequence_size(const unsigned char *p, size_t left)
{
	size_t size = p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;

	if (p[0] < 0xc2 || p[0] > 0xf4 || size > left || !second_fits(p[0], p[1]))
		return 0;
	for (size_t i = 2; i < size; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	return size;
}

bool
gw_utf8_valid(const char *text, size_t len)
{
	const unsigned char *p = (const unsigned char *)text;
	size_t i = gw_ascii_run(text, len);

	while (i < len) {
		size_t size = sequence_size(p + i, len - i);

		if (size == 0)
			return false;
		i += size;
		if (i < len && p[i] < 0x80)
			i += gw_ascii_run(text + i, len - i);
	}
	return true;
}

size_t
gw_utf8_next(const char *text, size_t len)
{
	if (len > 0 && (unsigned char)text[0] < 0x80)
		return text[0] != '\0';
	return len == 0 ? 0 : sequence_size((const unsigned char *)text, len);
}

void
gw_utf8_copy(char *out, size_t size, const char *text)
{
	size_t len = strlen(text);

	if (len >= size) {
		len = size - 1;
		while (len > 0 && ((unsigned char)text[len] & 0xc0) == 0x80)
			len--;
	}
	memcpy(out, text, len);
	out[len] = '\0';
}

bool
gw_line_valid(const char *text)
{
	for (const char *p = text; *p != '\0'; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			return false;
	return gw_utf8_valid(text, strlen(text));
}

bool
gw_sqlstate_valid(const char *text)
{
	return strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == 5 && text[5] == '\0';
}

size_t
gw_utf8_width(const char *text)
{
	const utf8proc_uint8_t *p = (const utf8proc_uint8_t *)text;
	size_t width = 0;

	while (*p != 0) {
		utf8proc_int32_t cp;
		utf8proc_ssize_t n = utf8proc_iterate(p, -1, &cp);

		if (n <= 0) {
			p++;
			width++;
			continue;
		}
		width += (size_t)utf8proc_charwidth(cp);
		p += n;
	}
	return width;
}
