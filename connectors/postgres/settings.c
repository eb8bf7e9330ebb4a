/*
 * Values for the texts of plan.h, which take no parameters.
 */
#include "postgres/cursor.h"

/* As hexadecimal digits, which no value can break out of and nobody reads in passing. */
void
gw_pg_put_values(const struct gw_cursor *cursor, const struct gw_values *values, char list,
		 struct gw_buf *out)
{
	const char *encoding = cursor->session->ascii ? "SQL_ASCII" : "UTF8";

	for (size_t i = 0; i < values->count; i++) {
		const char *text = gw_values_get(values, i);

		(void)gw_buf_printf(out,
				    "pg_catalog.set_config('songma.%c%zu', "
				    "pg_catalog.convert_from('\\x",
				    list, i);
		for (; *text != '\0'; text++)
			(void)gw_buf_printf(out, "%02x", (unsigned)(unsigned char)*text);
		(void)gw_buf_printf(out, "', '%s'), true), ", encoding);
	}
}

void
gw_pg_put_settings(const struct gw_cursor *cursor, struct gw_buf *out)
{
	(void)gw_buf_puts(out, "SELECT ");
	gw_pg_put_values(cursor, &cursor->state.position, 'p', out);
	gw_pg_put_values(cursor, &cursor->state.at, 'k', out);
	gw_pg_put_values(cursor, &cursor->limits, 'r', out);
	/* xid is the lower half of an xid8. */
	(void)gw_buf_printf(out, "pg_catalog.set_config('songma.x', '%lu', true)",
			    (unsigned long)((uint64_t)gw_pg_walk_floor(cursor) & UINT32_MAX));
}
