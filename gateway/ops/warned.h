/*
 * What the latest runs of a source's streams warned of, in numbers.
 */
#ifndef GW_WARNED_H
#define GW_WARNED_H

#include <jansson.h>

#include "base/buf.h"
#include "load/load.h"

/*
 * Of each stream whose latest run that read rows has warnings: {"stream", "rows", "run"}.  A new
 * reference.  A warehouse that is older than the counts has none.
 */
enum gw_status gw_warned_read(struct gw_warehouse *warehouse, const char *source, json_t **out,
			      struct gw_error *err);

/* A line each for people, with the command that says more. */
void gw_warned_lines(const json_t *list, const char *title, struct gw_buf *out);

#endif
