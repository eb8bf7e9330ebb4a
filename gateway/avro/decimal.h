/*
 * Decimals: exact text on one side, big-endian two's complement of the
 * unscaled number on the other, as Avro has them.  Nothing is rounded.
 */
#ifndef GW_DECIMAL_H
#define GW_DECIMAL_H

#include <stddef.h>

enum {
	GW_DECIMAL_BYTES = 32, /* of 76 digits */
	GW_DECIMAL_TEXT = 80,  /* sign, 76 digits, "0.", end */
};

enum gw_decimal_result {
	GW_DECIMAL_OK,
	GW_DECIMAL_SYNTAX,    /* not digits with an optional sign and point */
	GW_DECIMAL_SCALE,     /* a digit that is not zero stands behind the scale */
	GW_DECIMAL_PRECISION, /* more digits than the precision */
};

/*
 * Writes the shortest bytes of text ("-12.5") to out and their number to *size.
 * Missing fraction digits are zeros.  scale is at most precision; a precision
 * over 76 is refused as GW_DECIMAL_PRECISION, here and in decoding.
 */
enum gw_decimal_result gw_decimal_encode(const char *text, size_t len, int precision, int scale,
					 unsigned char out[GW_DECIMAL_BYTES], size_t *size);

/*
 * Writes the text of bytes, with exactly scale digits behind the point and a
 * NUL, and its length to *size.  GW_DECIMAL_SYNTAX: there are no bytes.
 */
enum gw_decimal_result gw_decimal_decode(const unsigned char *bytes, size_t len, int precision,
					 int scale, char out[GW_DECIMAL_TEXT], size_t *size);

/*
 * The digits of text that mean something: its sign, no zeros before the first or
 * behind the last fraction digit, so that equal numbers have equal text.  At
 * most len bytes are written to out; returns their number.
 */
size_t gw_decimal_shorten(const char *text, size_t len, char *out);

#endif
