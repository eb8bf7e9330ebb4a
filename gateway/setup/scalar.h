/*
 * Text as YAML that our own reader gives back to the byte, and as a word of a command.
 */
#ifndef GW_SCALAR_H
#define GW_SCALAR_H

#include "base/buf.h"

/* Appends text as a scalar: bare where nothing in it needs quotes, else in double quotes.  Text
   is UTF-8 without NUL. */
void gw_yaml_scalar(struct gw_buf *out, const char *text);

/* Appends text as a part of a comment: one line, without control characters. */
void gw_yaml_remark(struct gw_buf *out, const char *text);

enum { GW_SHELL_WORD = 2048 };

/* A name as a person can type it behind a command: in quotes where it needs them.  Returns out. */
const char *gw_shell_word(const char *text, char out[GW_SHELL_WORD]);

#endif
