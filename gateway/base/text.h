/*
 * Small conversions between text and numbers, all of them whole-string and
 * range-checked: what can't be converted exactly is refused, never guessed.
 */
#ifndef GW_TEXT_H
#define GW_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { GW_UUID_TEXT = 37, GW_TIME_TEXT = 40 };

/* Decimal digits with an optional sign, nothing else around them. */
bool gw_parse_i64(const char *text, size_t len, int64_t *out);

/* "250ms", "10s", "15min", "6h", "1d" to microseconds. */
bool gw_parse_duration(const char *text, int64_t *out_us);

/* Writes 2 * len lower-case hex digits and a NUL. */
void gw_hex_encode(const unsigned char *bytes, size_t len, char *out);

/* Reads exactly len bytes from 2 * len hex digits. */
bool gw_hex_decode(const char *hex, size_t hex_len, unsigned char *out, size_t len);

/* A random (version 4) UUID as 16 bytes. */
void gw_uuid_make(unsigned char out[16]);
void gw_uuid_format(const unsigned char uuid[16], char out[GW_UUID_TEXT]);
bool gw_uuid_parse(const char *text, unsigned char out[16]);

/* Days since 1970-01-01 of a date of the proleptic Gregorian calendar; false when there is no
   such day.  Years 1 to 9999. */
bool gw_date_from_civil(int year, int month, int day, int64_t *out_days);
void gw_date_to_civil(int64_t days, int *year, int *month, int *day);

/* "2026-11-22" of days; "2026-11-22T03:04:05.123456Z" of microseconds UTC. */
void gw_date_format(int64_t days, char out[GW_TIME_TEXT]);
void gw_timestamp_format(int64_t us, char out[GW_TIME_TEXT]);
/* The inverse of the two; the time part of a timestamp may have 0 to 6 fraction digits. */
bool gw_date_parse(const char *text, size_t len, int64_t *out_days);
bool gw_timestamp_parse(const char *text, size_t len, int64_t *out_us);

/* Microseconds since 1970 of the wall clock, and of a clock that never steps. */
int64_t gw_now_us(void);
int64_t gw_monotonic_us(void);

/* Bytes at the beginning of text[0..len) that are ASCII other than NUL. */
size_t gw_ascii_run(const char *text, size_t len);

/* True when text[0..len) is valid UTF-8 without NUL. */
bool gw_utf8_valid(const char *text, size_t len);

/* Bytes of the UTF-8 character that text[0..len) begins with; 0: it begins with none, or with NUL.
 */
size_t gw_utf8_next(const char *text, size_t len);

/* Copies text into out[size], cut between two letters where it is too long. */
void gw_utf8_copy(char *out, size_t size, const char *text);

/* True when text is UTF-8 on one line: what a server says may be anything, and goes to a terminal.
 */
bool gw_line_valid(const char *text);

/* True for five of A-Z and 0-9: what a PostgreSQL server names an error by. */
bool gw_sqlstate_valid(const char *text);

/* Terminal columns that UTF-8 text takes (combining marks take none). */
size_t gw_utf8_width(const char *text);

#endif
