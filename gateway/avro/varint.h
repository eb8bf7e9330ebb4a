/*
 * Avro's variable-length integers: zig-zag, seven bits a byte, least first.
 */
#ifndef GW_VARINT_H
#define GW_VARINT_H

#include <stddef.h>
#include <stdint.h>

enum { GW_VARINT_MAX = 10 };

/* Writes n at p, which has room for ten bytes; returns the place behind it. */
static inline unsigned char *
gw_varint_put(unsigned char *p, int64_t n)
{
	uint64_t z = ((uint64_t)n << 1) ^ (n < 0 ? UINT64_MAX : 0);

	while (z >= 0x80) {
		*p++ = (unsigned char)(z | 0x80);
		z >>= 7;
	}
	*p++ = (unsigned char)z;
	return p;
}

/* Reads one that takes more than a byte; NULL when it ends too late or has over 64 bits. */
static inline const unsigned char *
gw_varint_get_long(const unsigned char *p, const unsigned char *end, int64_t *out)
{
	size_t most = end - p < GW_VARINT_MAX ? (size_t)(end - p) : GW_VARINT_MAX;
	uint64_t z = 0;

	for (size_t i = 0; i < most; i++) {
		z |= (uint64_t)(p[i] & 0x7f) << (7 * i);
		if (p[i] >= 0x80)
			continue;
		if (i == GW_VARINT_MAX - 1 && p[i] > 1)
			return NULL;
		*out = (int64_t)((z >> 1) ^ (0 - (z & 1)));
		return p + i + 1;
	}
	return NULL;
}

/* Reads an integer at p, not past end; returns the place behind it, NULL when there is none. */
static inline const unsigned char *
gw_varint_get(const unsigned char *p, const unsigned char *end, int64_t *out)
{
	if (p < end && *p < 0x80) {
		*out = (int64_t)(*p >> 1) ^ -(int64_t)(*p & 1);
		return p + 1;
	}
	return gw_varint_get_long(p, end, out);
}

#endif
