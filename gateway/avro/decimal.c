#include "avro/decimal.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "avro/logical.h"

/* The number is held in 32-bit limbs, least first, and moved nine digits at a time. */
enum { LIMBS = GW_DECIMAL_BYTES / 4, CHUNK_DIGITS = 9, SMALL_DIGITS = 18 };
#define CHUNK UINT64_C(1000000000)

/* Text taken apart: points into it. */
struct parts {
	bool negative;
	const char *whole, *fraction;
	size_t nwhole, nfraction;
};

static size_t
count_digits(const char *text, const char *end)
{
	const char *p = text;

	while (p < end && *p >= '0' && *p <= '9')
		p++;
	return (size_t)(p - text);
}

static bool
take_apart(const char *text, size_t len, struct parts *parts)
{
	const char *end = text + len;

	*parts = (struct parts){.negative = len > 0 && *text == '-'};
	if (len > 0 && (*text == '-' || *text == '+'))
		text++;
	parts->whole = parts->fraction = text;
	parts->nwhole = count_digits(text, end);
	text += parts->nwhole;
	if (text < end && *text == '.') {
		parts->fraction = ++text;
		parts->nfraction = count_digits(text, end);
		text += parts->nfraction;
		if (parts->nfraction == 0)
			return false;
	}
	while (parts->nwhole > 1 && *parts->whole == '0') {
		parts->whole++;
		parts->nwhole--;
	}
	return parts->nwhole > 0 && text == end;
}

/* Gathers the digits of the unscaled number, without zeros in front. */
static enum gw_decimal_result
gather(const struct parts *parts, int precision, int scale, char *digits, size_t *n)
{
	size_t fraction = parts->nfraction, want = (size_t)scale, most = (size_t)precision;
	size_t whole = parts->whole[0] == '0' ? 0 : parts->nwhole;
	size_t zeros = 0;

	for (; fraction > want; fraction--) {
		if (parts->fraction[fraction - 1] != '0')
			return GW_DECIMAL_SCALE;
	}
	if (whole + want > most && whole > 0)
		return GW_DECIMAL_PRECISION;
	memcpy(digits, parts->whole, whole);
	memcpy(digits + whole, parts->fraction, fraction);
	memset(digits + whole + fraction, '0', want - fraction);
	*n = whole + want;
	while (zeros < *n && digits[zeros] == '0')
		zeros++;
	*n -= zeros;
	memmove(digits, digits + zeros, *n);
	return *n > most ? GW_DECIMAL_PRECISION : GW_DECIMAL_OK;
}

static uint64_t
read_chunk(const char *digits, size_t n)
{
	uint64_t value = 0;

	for (size_t i = 0; i < n; i++)
		value = value * 10 + (uint64_t)(digits[i] - '0');
	return value;
}

static uint32_t
power_of_ten(size_t n)
{
	uint32_t power = 1;

	while (n-- > 0)
		power *= 10;
	return power;
}

static void
limbs_from_digits(const char *digits, size_t n, uint32_t limbs[LIMBS])
{
	memset(limbs, 0, LIMBS * sizeof limbs[0]);
	while (n > 0) {
		size_t take = n % CHUNK_DIGITS != 0 ? n % CHUNK_DIGITS : CHUNK_DIGITS;
		uint64_t carry = read_chunk(digits, take), times = power_of_ten(take);

		for (size_t i = 0; i < LIMBS; i++) {
			carry += limbs[i] * times;
			limbs[i] = (uint32_t)carry;
			carry >>= 32;
		}
		digits += take;
		n -= take;
	}
}

static void
negate(uint32_t limbs[LIMBS])
{
	uint64_t carry = 1;

	for (size_t i = 0; i < LIMBS; i++) {
		carry += (uint32_t)~limbs[i];
		limbs[i] = (uint32_t)carry;
		carry >>= 32;
	}
}

/* Bytes at the front that only repeat the sign. */
static size_t
count_filler(const unsigned char *bytes, size_t len)
{
	unsigned char sign = (bytes[0] & 0x80) != 0 ? 0xff : 0;
	size_t n = 0;

	while (n + 1 < len && bytes[n] == sign && ((bytes[n + 1] ^ sign) & 0x80) == 0)
		n++;
	return n;
}

static size_t
put_shortest(const unsigned char *full, size_t len, unsigned char *out)
{
	size_t filler = count_filler(full, len);

	memcpy(out, full + filler, len - filler);
	return len - filler;
}

static size_t
put_small(uint64_t magnitude, bool negative, unsigned char *out)
{
	uint64_t n = negative ? 0 - magnitude : magnitude;
	unsigned char full[8];

	for (size_t i = 0; i < sizeof full; i++)
		full[i] = (unsigned char)(n >> (56 - 8 * i));
	return put_shortest(full, sizeof full, out);
}

static size_t
put_large(const char *digits, size_t n, bool negative, unsigned char *out)
{
	uint32_t limbs[LIMBS];
	unsigned char full[GW_DECIMAL_BYTES];

	limbs_from_digits(digits, n, limbs);
	if (negative)
		negate(limbs);
	for (size_t i = 0; i < sizeof full; i++)
		full[i] = (unsigned char)(limbs[LIMBS - 1 - i / 4] >> (24 - 8 * (i % 4)));
	return put_shortest(full, sizeof full, out);
}

enum gw_decimal_result
gw_decimal_encode(const char *text, size_t len, int precision, int scale,
		  unsigned char out[GW_DECIMAL_BYTES], size_t *size)
{
	char digits[2 * GW_DECIMAL_DIGITS];
	enum gw_decimal_result result;
	struct parts parts;
	size_t n;

	if (!take_apart(text, len, &parts))
		return GW_DECIMAL_SYNTAX;
	if (precision > GW_DECIMAL_DIGITS)
		return GW_DECIMAL_PRECISION;
	result = gather(&parts, precision, scale, digits, &n);
	if (result != GW_DECIMAL_OK)
		return result;
	if (n <= SMALL_DIGITS)
		*size = put_small(read_chunk(digits, n), parts.negative, out);
	else
		*size = put_large(digits, n, parts.negative, out);
	return GW_DECIMAL_OK;
}

/* Divides by a thousand million and returns the rest. */
static uint32_t
divide(uint32_t limbs[LIMBS])
{
	uint64_t rest = 0;

	for (size_t i = LIMBS; i-- > 0;) {
		rest = rest << 32 | limbs[i];
		limbs[i] = (uint32_t)(rest / CHUNK);
		rest %= CHUNK;
	}
	return (uint32_t)rest;
}

static bool
is_zero(const uint32_t limbs[LIMBS])
{
	for (size_t i = 0; i < LIMBS; i++) {
		if (limbs[i] != 0)
			return false;
	}
	return true;
}

static void
limbs_from_bytes(const unsigned char *bytes, size_t len, uint32_t limbs[LIMBS])
{
	memset(limbs, (bytes[0] & 0x80) != 0 ? 0xff : 0, LIMBS * sizeof limbs[0]);
	for (size_t i = 0; i < len; i++) {
		unsigned shift = 8 * (i % 4);

		limbs[i / 4] &= ~(UINT32_C(0xff) << shift);
		limbs[i / 4] |= (uint32_t)bytes[len - 1 - i] << shift;
	}
}

/* Writes digits backwards from end; returns where they begin. */
static char *
digits_from_small(uint64_t n, char *end)
{
	for (; n > 0; n /= 10)
		*--end = (char)('0' + n % 10);
	return end;
}

static char *
digits_from_limbs(uint32_t limbs[LIMBS], char *end)
{
	while (!is_zero(limbs)) {
		uint32_t chunk = divide(limbs);

		for (int i = 0; i < CHUNK_DIGITS; i++, chunk /= 10)
			*--end = (char)('0' + chunk % 10);
	}
	while (*end == '0')
		end++;
	return end;
}

/* The digits of the magnitude, in the last bytes before end. */
static char *
read_magnitude(const unsigned char *bytes, size_t len, char *end)
{
	bool negative = (bytes[0] & 0x80) != 0;
	uint32_t limbs[LIMBS];
	uint64_t n = negative ? UINT64_MAX : 0;

	if (len <= 8) {
		for (size_t i = 0; i < len; i++)
			n = n << 8 | bytes[i];
		return digits_from_small(negative ? 0 - n : n, end);
	}
	limbs_from_bytes(bytes, len, limbs);
	if (negative)
		negate(limbs);
	*end = 'x'; /* ends the search for the first digit of nought */
	return digits_from_limbs(limbs, end);
}

enum gw_decimal_result
gw_decimal_decode(const unsigned char *bytes, size_t len, int precision, int scale,
		  char out[GW_DECIMAL_TEXT], size_t *size)
{
	char room[10 * CHUNK_DIGITS + 1], *digits;
	char *end = room + sizeof room - 1, *to = out;
	size_t filler, n, after = (size_t)scale;

	if (len == 0)
		return GW_DECIMAL_SYNTAX;
	filler = count_filler(bytes, len);
	if (len - filler > GW_DECIMAL_BYTES || precision > GW_DECIMAL_DIGITS)
		return GW_DECIMAL_PRECISION;
	digits = read_magnitude(bytes + filler, len - filler, end);
	n = (size_t)(end - digits);
	if (n > (size_t)precision || n > GW_DECIMAL_DIGITS)
		return GW_DECIMAL_PRECISION;
	if ((bytes[0] & 0x80) != 0)
		*to++ = '-';
	while (n <= after) {
		*--digits = '0';
		n++;
	}
	memcpy(to, digits, n - after);
	to += n - after;
	if (after > 0) {
		*to++ = '.';
		memcpy(to, end - after, after);
		to += after;
	}
	*to = '\0';
	*size = (size_t)(to - out);
	return GW_DECIMAL_OK;
}

size_t
gw_decimal_shorten(const char *text, size_t len, char *out)
{
	struct parts parts;
	char *to = out;

	if (!take_apart(text, len, &parts)) {
		memcpy(out, text, len);
		return len;
	}
	while (parts.nfraction > 0 && parts.fraction[parts.nfraction - 1] == '0')
		parts.nfraction--;
	if (parts.negative && (parts.whole[0] != '0' || parts.nfraction > 0))
		*to++ = '-';
	memcpy(to, parts.whole, parts.nwhole);
	to += parts.nwhole;
	if (parts.nfraction > 0) {
		*to++ = '.';
		memcpy(to, parts.fraction, parts.nfraction);
		to += parts.nfraction;
	}
	return (size_t)(to - out);
}
