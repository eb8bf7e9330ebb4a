/*
 * Names of files that people gave: which of them a stream reads, of which part of
 * its table each is the content, and which comes first.
 *
 * A pattern is a name with * (any text), ? (one character) and at most one
 * {part} (any text but none, as short as it can be).  Upper and lower case of
 * ASCII are the same, for so they are where most files come from; composed and
 * decomposed letters too.
 */
#ifndef GW_PATTERN_H
#define GW_PATTERN_H

#include <stdbool.h>
#include <stddef.h>

enum {
	GW_FILE_NAME = 256,      /* with NUL: of a file's name, and of a part */
	GW_FILE_NAME_TAKEN = 230 /* bytes of one that is taken: a report's name is longer */
};

/* False: more than one {part} or six *, or other braces. */
bool gw_pattern_valid(const char *pattern);

/* Whether the name fits; then part is what {part} matched, in lower case, or all of the name. */
bool gw_pattern_match(const char *pattern, const char *name, char part[GW_FILE_NAME]);

/* Digits count as numbers: "a-9" before "a-10"; names that differ are never equal. */
int gw_pattern_compare(const char *a, const char *b);

/* Names that are no one's data: hidden ones, what Excel and copying leave while they work. */
bool gw_name_ignored(const char *name);

/* The name in NFC without the mark ("xacnhan-" or "confirm-") by which a person lets it pass all
   the same; *confirmed: it had one.  False: it is no UTF-8, or too long. */
bool gw_name_plain(const char *name, char out[GW_FILE_NAME], bool *confirmed);

/* NULL, or why a file of this name can't be taken, in the reader's language. */
const char *gw_name_odd(const char *name);
/* The name as it can be written anywhere: _ for what is no text or can't be seen, cut to what is
   taken, but for its ending. */
void gw_name_safe(const char *name, char out[GW_FILE_NAME]);

#endif
