/*
 * The Vietnamese encodings before Unicode, as databases still hold them: each
 * byte kept as if it were a character of Latin-1 or windows-1252.
 */
#ifndef GW_ENCODING_H
#define GW_ENCODING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct gw_encoding_pair {
	unsigned char first, second; /* second 0: the first alone */
	uint16_t letter;
};

/* How a text in it becomes Unicode. */
enum gw_encoding_kind {
	GW_ENCODING_TABLE,   /* each byte, or two, by the table */
	GW_ENCODING_CAPITAL, /* the same, of a font that shows capitals */
	GW_ENCODING_UNICODE, /* it is */
	GW_ENCODING_VIQR,    /* marks written as ASCII: "Vie^.t" */
	GW_ENCODING_DOUBLE,  /* UTF-8 whose bytes were taken for windows-1252 */
	GW_ENCODING_GUESS,   /* one of these, or none */
};

struct gw_encoding {
	const char *name;
	enum gw_encoding_kind kind;
	const uint16_t *high; /* of bytes 0x80 to 0xff, 0: nothing; NULL: pairs alone say */
	const struct gw_encoding_pair *pairs; /* the longer first */
	size_t npairs;
};

/* "tcvn3", "vni", "viscii"...; NULL: there is none of that name. */
const struct gw_encoding *gw_encoding_find(const char *name);

/* A letter takes at most this many bytes of UTF-8. */
enum { GW_ENCODING_LETTER = 3 };
#define GW_ENCODING_FAILED ((size_t)-1)

/*
 * Writes the bytes that text was read from, at most len, if it was taken for
 * Latin-1 or windows-1252.  GW_ENCODING_FAILED: a character that was none.
 */
size_t gw_encoding_bytes(const char *text, size_t len, unsigned char *out);
/*
 * Writes what count bytes stand for by the encoding's table, at most
 * GW_ENCODING_LETTER bytes each, letters and marks apart as they come.
 * GW_ENCODING_FAILED: a byte that it does not use.
 */
size_t gw_encoding_decode(const struct gw_encoding *encoding, const unsigned char *bytes,
			  size_t count, char *out);
/* The same of VIQR; any text is. */
size_t gw_viqr_decode(const char *text, size_t len, char *out);

/* One reading of a text, and how well it reads. */
struct gw_reading {
	const char *text; /* in NFC; NULL: the text can't be in this encoding */
	uint32_t len;
	unsigned score;
	unsigned words; /* with a mark */
	bool whole;     /* nothing in it is out of place */
};

/*
 * How well reading's text reads as Vietnamese: each word with a mark that is a
 * syllable counts, common ones more, and what is out of place counts against it.
 */
void gw_encoding_score(struct gw_reading *reading);

/* The encodings that a guess tries, ending with NULL; Unicode first. */
const struct gw_encoding *const *gw_encoding_guesses(void);

#endif
