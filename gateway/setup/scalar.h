/*
 * Text as YAML that our own reader gives back to the byte.
 */
#ifndef GW_SCALAR_H
#define GW_SCALAR_H

#include "base/buf.h"

/* Appends text as a scalar: bare where nothing in it needs quotes, else in double quotes.  Text
   is UTF-8 without NUL. */
void gw_yaml_scalar(struct gw_buf *out, const char *text);

/* Appends text as a part of a comment: one line, without control characters. */
void gw_yaml_remark(struct gw_buf *out, const char *text);

#endif
