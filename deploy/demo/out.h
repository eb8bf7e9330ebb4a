/*
 * Rows in PostgreSQL's COPY text form.  An out without a file drops what it is
 * given, so that a pass can be made for its counts alone.  Errors of writing
 * stay in the stream and are found by demo_out_close.
 */
#ifndef DEMO_OUT_H
#define DEMO_OUT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct demo_out {
	FILE *file;  /* NULL: off */
	bool inside; /* a column of this row is written already */
};

void demo_out_text(struct demo_out *out, const char *text); /* NULL and "" stay apart */
void demo_out_number(struct demo_out *out, int64_t number);
void demo_out_date(struct demo_out *out, int64_t days);
void demo_out_time(struct demo_out *out, int64_t us);
void demo_out_end(struct demo_out *out);

/* False, with a line on stderr, when something could not be written. */
bool demo_out_close(struct demo_out *out, const char *name);

/* Writes text in NFD (decomposed) form into out, cut at a whole character. */
void demo_nfd(const char *text, char *out, size_t size);

/*
 * Writes text as it looks when its bytes of TCVN3 (ABC) are taken for Latin-1, cut at a whole
 * character.  A capital with a tone, which TCVN3 lacks, becomes the small letter.
 */
void demo_tcvn3(const char *text, char *out, size_t size);

#endif
