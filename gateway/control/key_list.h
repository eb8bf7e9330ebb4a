/*
 * Keys of rows that a person lists in a file or on standard input.  They may be
 * those of people: they are wiped, and stand in no message.
 */
#ifndef GW_KEY_LIST_H
#define GW_KEY_LIST_H

#include "base/arena.h"
#include "base/buf.h"
#include "config/source.h"

enum { GW_KEY_LIST = 200000 };

struct gw_key_list {
	struct gw_buf text;
	struct gw_arena arena;
	const char **columns;
	size_t ncolumns;
	char **values; /* count * ncolumns */
	size_t count;
};

/*
 * One key a line where the stream's key is one column that the source file names;
 * else CSV whose first line names the columns.  path "-": standard input.  GW_CONFIG
 * says what is wrong with which line.  *out is zeroed before, and released in any case.
 */
enum gw_status gw_key_list_read(const char *path, const struct gw_stream *stream,
				struct gw_key_list *out, struct gw_error *err);
/* The same of a text; name stands for the path in messages. */
enum gw_status gw_key_list_parse(const char *name, const char *text, size_t len,
				 const struct gw_stream *stream, struct gw_key_list *out,
				 struct gw_error *err);
void gw_key_list_release(struct gw_key_list *list);

#endif
