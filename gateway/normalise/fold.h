/*
 * Text as people write it, made comparable: white space, composition, case.
 *
 * Pure ASCII, which most columns hold, takes no Unicode table.
 */
#ifndef GW_FOLD_H
#define GW_FOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* True when text is ASCII without NUL. */
bool gw_text_ascii(const char *text, size_t len);

/* True when text is valid UTF-8 without NUL and in NFC for certain; false: it may be. */
bool gw_text_surely_nfc(const char *text, size_t len);

/* Moves past white space at both ends, invisible characters and the byte order mark included. */
void gw_text_trim(const char **text, uint32_t *len);

enum { GW_FOLD_MAX = 256, GW_FOLD_FAILED = -1 };

/*
 * Writes text trimmed, in NFC, without case and with đ for ð.  Returns its
 * length, or GW_FOLD_FAILED: longer than GW_FOLD_MAX, or not UTF-8.
 */
int gw_text_fold(const char *text, size_t len, char out[GW_FOLD_MAX + 1]);

/* Writes folded, NUL-terminated text in capitals; false where that does not fit. */
bool gw_text_capitals(const char *folded, char out[GW_FOLD_MAX + 1]);

#endif
