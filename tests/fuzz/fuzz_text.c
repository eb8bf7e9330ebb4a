/*
 * Any bytes as each of the small texts that stand in messages and files
 * (numbers, durations, days, moments, UUIDs, hex, UTF-8): refused, or read so
 * that what is written from it is read as the same.
 */
#include <inttypes.h>
#include <stdio.h>
#include <utf8proc.h>

#include "fuzz.h"
#include "normalise/number.h"

static void
check_number(const char *text, size_t len)
{
	char written[GW_INTEGER_TEXT];
	int64_t n, again;

	if (gw_parse_i64(text, len, &n)) {
		size_t size = gw_integer_text(n, written);

		require(gw_parse_i64(written, size, &again) && again == n);
	}
	if (gw_decimal_integer(text, len, &n))
		require(memchr(text, '.', len) != NULL ||
			(gw_parse_i64(text, len, &again) && again == n));
}

static void
check_times(const char *text, size_t len)
{
	char written[GW_TIME_TEXT], day[GW_DAY_TEXT];
	int64_t n, again;

	if (gw_date_parse(text, len, &n)) {
		gw_date_format(n, written);
		require(gw_date_parse(written, strlen(written), &again) && again == n);
		require(strlen(written) == len && memcmp(written, text, len) == 0);
		require(gw_day_text(n, day) && strcmp(day, written) == 0);
	}
	if (gw_timestamp_parse(text, len, &n)) {
		gw_timestamp_format(n, written);
		require(gw_timestamp_parse(written, strlen(written), &again) && again == n);
	}
}

static void
check_identities(const char *text, size_t len)
{
	unsigned char bytes[16], again[16], raw[64];
	char written[GW_UUID_TEXT], hex[2 * sizeof raw + 1];

	if (strlen(text) == len && gw_uuid_parse(text, bytes)) {
		gw_uuid_format(bytes, written);
		require(gw_uuid_parse(written, again) && memcmp(bytes, again, sizeof bytes) == 0);
		require(strcasecmp(written, text) == 0);
	}
	if (len / 2 <= sizeof raw && gw_hex_decode(text, len, raw, len / 2)) {
		gw_hex_encode(raw, len / 2, hex);
		require(strncasecmp(hex, text, len) == 0);
	}
}

/* Held against another implementation. */
static void
check_utf8(const char *text, size_t len)
{
	bool valid = true;
	utf8proc_int32_t letter;

	for (size_t at = 0; valid && at < len;) {
		utf8proc_ssize_t step = utf8proc_iterate((const utf8proc_uint8_t *)text + at,
							 (utf8proc_ssize_t)(len - at), &letter);

		valid = step > 0 && letter != 0;
		at += valid ? (size_t)step : 0;
	}
	require(gw_utf8_valid(text, len) == valid);
	require(gw_ascii_run(text, len) <= len);
	if (valid)
		require(gw_utf8_width(text) <= len);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	int64_t us = -1;

	require(text != NULL);
	memcpy(text, data, size);
	text[size] = '\0';
	check_number(text, size);
	check_times(text, size);
	check_identities(text, size);
	check_utf8(text, size);
	require(!gw_parse_duration(text, &us) || us >= 0);
	free(text);
	return 0;
}
