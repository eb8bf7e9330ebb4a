/*
 * The Vietnamese encodings before Unicode, as databases still hold them: each
 * byte kept as if it were a character of Latin-1 or windows-1252.
 */
#ifndef GW_ENCODING_H
#define GW_ENCODING_H

#include <stddef.h>
#include <stdint.h>

struct gw_encoding_pair {
	unsigned char first, second; /* second 0: the first alone */
	uint16_t letter;
};

struct gw_encoding {
	const char *name;
	const uint16_t *high; /* of bytes 0x80 to 0xff, 0: nothing; NULL: pairs alone say */
	const struct gw_encoding_pair *pairs; /* the longer first */
	size_t npairs;
};

/* "tcvn3", "vni", "viscii", "cp1258"; NULL: none of them. */
const struct gw_encoding *gw_encoding_find(const char *name);

#endif
