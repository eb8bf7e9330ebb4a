/*
 * What the fuzzers share: what must hold, and what every error text promises:
 * it is UTF-8, says something, and tells no number that stood in the input.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
	FUZZ_DIGITS = 6, /* so many in a row are somebody's number; no text of ours has as many */
	FUZZ_MEMORY = 16 * 1024 * 1024,
};

#define require(holds) require_at((holds), __FILE__, __LINE__)

static inline void
require_at(bool holds, const char *file, int line)
{
	if (holds)
		return;
	(void)fprintf(stderr, "%s:%d: does not hold\n", file, line);
	abort();
}

static inline void
require_same_text(const char *a, const char *b)
{
	require((a == NULL) == (b == NULL) && (a == NULL || strcmp(a, b) == 0));
}

/* No run of digits of the input stands in the text. */
static inline void
require_hidden(const char *text, const void *input, size_t size)
{
	const char *bytes = input;
	size_t run = 0;

	for (size_t i = 0; i < size; i++) {
		run = bytes[i] >= '0' && bytes[i] <= '9' ? run + 1 : 0;
		if (run >= FUZZ_DIGITS)
			if (memmem(text, strlen(text), bytes + i + 1 - FUZZ_DIGITS, FUZZ_DIGITS) !=
			    NULL) {
				(void)fprintf(stderr, "told: %s\n", text);
				abort();
			}
	}
}

static inline void
require_message(const struct gw_error *err)
{
	bool plain = true;

	for (const char *p = err->text; *p != '\0'; p++)
		plain = plain && ((unsigned char)*p >= ' ' || *p == '\n') && *p != 0x7f;
	if (err->text[0] == '\0' || !plain || !gw_utf8_valid(err->text, strlen(err->text))) {
		(void)fprintf(stderr, "no message: \"%s\"\n", err->text);
		abort();
	}
}

/* A failure of this status, whose text may be shown to anybody. */
static inline void
require_error(const struct gw_error *err, enum gw_status status, const void *input, size_t size)
{
	if (err->status != status) {
		(void)fprintf(stderr, "%s: %s\n", gw_status_name(err->status), err->text);
		abort();
	}
	require_message(err);
	require_hidden(err->text, input, size);
}

/* Up to the next separator, or all that is left: cuts one input into several. */
struct fuzz_part {
	const char *text;
	size_t len;
};

static inline struct fuzz_part
fuzz_next(const uint8_t **data, size_t *size, char separator)
{
	const uint8_t *end = *size == 0 ? NULL : memchr(*data, separator, *size);
	size_t len = end == NULL ? *size : (size_t)(end - *data);
	struct fuzz_part part = {.text = (const char *)*data, .len = len};

	*data += end == NULL ? len : len + 1;
	*size -= end == NULL ? len : len + 1;
	return part;
}

/* A NUL-terminated copy, cut at the first NUL, as C text comes; to be freed. */
static inline char *
fuzz_text(const void *text, size_t len)
{
	char *copy = strndup(len == 0 ? "" : text, len);

	require(copy != NULL);
	return copy;
}

#endif
