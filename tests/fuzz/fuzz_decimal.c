/*
 * Any text as a decimal, and any bytes as Avro's form of one: refused, or the
 * same number there and back.  The first two bytes choose precision and scale.
 */
#include "avro/decimal.h"
#include "fuzz.h"

enum { PRECISIONS = 80 };

static void
check_text(const char *text, size_t len, int precision, int scale)
{
	unsigned char bytes[GW_DECIMAL_BYTES], again[GW_DECIMAL_BYTES];
	char back[GW_DECIMAL_TEXT], *shortened;
	size_t size = 0, back_len = 0, again_size = 0;

	if (gw_decimal_encode(text, len, precision, scale, bytes, &size) != GW_DECIMAL_OK)
		return;
	require(size >= 1 && size <= sizeof bytes);
	require(gw_decimal_decode(bytes, size, precision, scale, back, &back_len) == GW_DECIMAL_OK);
	require(strlen(back) == back_len && back_len < sizeof back);
	require(gw_decimal_encode(back, back_len, precision, scale, again, &again_size) ==
		GW_DECIMAL_OK);
	require(again_size == size && memcmp(bytes, again, size) == 0);
	/* Equal numbers have one short text. */
	shortened = malloc(len + back_len + 2);
	require(shortened != NULL);
	size = gw_decimal_shorten(text, len, shortened);
	require(size <= len);
	require(gw_decimal_shorten(back, back_len, shortened + len) == size);
	require(memcmp(shortened, shortened + len, size) == 0);
	free(shortened);
}

static void
check_bytes(const unsigned char *bytes, size_t len, int precision, int scale)
{
	unsigned char shortest[GW_DECIMAL_BYTES];
	char text[GW_DECIMAL_TEXT], again[GW_DECIMAL_TEXT];
	size_t size = 0, text_len = 0, again_len = 0;

	if (gw_decimal_decode(bytes, len, precision, scale, text, &text_len) != GW_DECIMAL_OK)
		return;
	require(gw_decimal_encode(text, text_len, precision, scale, shortest, &size) ==
		GW_DECIMAL_OK);
	require(size <= len);
	require(gw_decimal_decode(shortest, size, precision, scale, again, &again_len) ==
		GW_DECIMAL_OK);
	require(text_len == again_len && memcmp(text, again, text_len) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int precision, scale;

	if (size < 3)
		return 0;
	precision = 1 + data[0] % PRECISIONS;
	scale = data[1] % (precision + 1);
	check_text((const char *)data + 2, size - 2, precision, scale);
	check_bytes(data + 2, size - 2, precision, scale);
	return 0;
}
