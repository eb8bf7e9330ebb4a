/*
 * One field of a binary COPY to one value.
 */
#ifndef GW_PG_DECODE_H
#define GW_PG_DECODE_H

#include "base/arena.h"
#include "base/value.h"
#include "postgres/types.h"

enum gw_pg_decoded { GW_PG_DECODED, GW_PG_DAMAGED, GW_PG_NO_MEMORY };

/*
 * Decodes data[0..len), which must live as long as the value.  What no kind
 * holds becomes GW_UNHELD with one of our words.
 */
enum gw_pg_decoded gw_pg_decode(enum gw_pg_wire wire, const char *data, uint32_t len,
				struct gw_arena *arena, struct gw_value *out);

/* The value of a numeric as exact decimal text with all its digits. */
enum gw_pg_decoded gw_pg_decode_numeric(const char *data, uint32_t len, struct gw_arena *arena,
					struct gw_value *out);

/* Big-endian integers of the wire. */
static inline uint16_t
gw_pg_u16(const char *p)
{
	const unsigned char *b = (const unsigned char *)p;

	return (uint16_t)(b[0] << 8 | b[1]);
}

static inline uint32_t
gw_pg_u32(const char *p)
{
	uint32_t n;

	__builtin_memcpy(&n, p, sizeof n);
	return __builtin_bswap32(n);
}

static inline uint64_t
gw_pg_u64(const char *p)
{
	uint64_t n;

	__builtin_memcpy(&n, p, sizeof n);
	return __builtin_bswap64(n);
}

#endif
