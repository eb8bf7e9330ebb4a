#include "table/refuse.h"

#include <string.h>

#include "base/i18n.h"

const struct gw_place *
gw_table_place_of(const struct gw_stream *stream, const char *column)
{
	for (size_t i = 0; i < stream->nfields; i++)
		if (stream->fields[i].column != NULL &&
		    strcmp(stream->fields[i].column, column) == 0)
			return &stream->fields[i].at;
	return &stream->at;
}

enum gw_status
gw_table_fail_at(const struct gw_place *at, struct gw_error *err)
{
	const struct gw_error cause = *err;

	return gw_place_fail(at, err, "%s", cause.text);
}

enum gw_status
gw_table_fail_large(const char *table, const struct gw_batch *batch, struct gw_error *err)
{
	return gw_fail(err, GW_CONFIG,
		       _("a row of %s is larger than the %zu MB that a batch may take"), table,
		       batch->arena.limit >> 20);
}

enum gw_status
gw_table_fail_null_key(const char *table, const char *const *key, size_t nkey, struct gw_error *err)
{
	return gw_fail(err, GW_CONFIG,
		       _("a key column of %s (%s%s) is empty (NULL) in a row: a key must identify "
			 "every row"),
		       table, key[0], nkey > 1 ? ", …" : "");
}

enum gw_status
gw_table_fail_tied(const char *table, const char *const *key, size_t nkey, size_t rows,
		   struct gw_error *err)
{
	return gw_fail(
		err, GW_CONFIG,
		_("more than the %zu rows of a page of %s have keys (%s%s) that the database "
		  "takes for equal, whatever their case, accents or blanks at the end: raise "
		  "limits: page_rows, or name with key: columns that the database tells "
		  "apart"),
		rows, table, key[0], nkey > 1 ? ", …" : "");
}

enum gw_status
gw_table_fail_value(const char *table, const char *column, const char *type, struct gw_error *err)
{
	return gw_fail(err, GW_REJECT,
		       _("what was given is no value of the column %s of %s, whose type is %s: a "
			 "time is written 2026-11-22 or 2026-11-22 08:05:00"),
		       column, table, type);
}

enum gw_status
gw_table_fail_bulk(const struct gw_stream *stream, struct gw_error *err)
{
	return gw_fail(err, GW_REJECT,
		       _("%s is read as a whole every time (mode bulk): there is no "
			 "place in it to go on from"),
		       stream->table);
}
