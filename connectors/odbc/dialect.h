/*
 * What differs between the databases that ODBC reaches: one row for each, so
 * that nothing else asks which one it is.
 *
 * In the texts '@' stands for a column, '?' for a parameter as in any statement, '#' for a
 * number: the statement timeout in the unit that the text says, or a count of characters.
 * No text holds a value of the source's.
 */
#ifndef GW_ODBC_DIALECT_H
#define GW_ODBC_DIALECT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/value.h"

/* As what a column's value comes from the driver, and what is made of it. */
enum gw_odbc_form {
	GW_ODBC_BOOL,    /* 0 or 1, t or f */
	GW_ODBC_INT,     /* digits; beyond 64 bits with sign it becomes a decimal */
	GW_ODBC_DECIMAL, /* digits with a point */
	GW_ODBC_FLOAT,   /* digits with a point and an exponent, NaN, Infinity */
	GW_ODBC_REAL,    /* a double of the machine's */
	GW_ODBC_TEXT,
	GW_ODBC_PADDED, /* text padded with blanks */
	GW_ODBC_UUID,   /* text, in small letters */
	GW_ODBC_BYTES,
	GW_ODBC_DATE,    /* "2026-11-22" */
	GW_ODBC_LOCAL,   /* "2026-11-22 08:05:00.5" by the clock of the source's time zone */
	GW_ODBC_INSTANT, /* the same, UTC */
	GW_ODBC_FORMS,
};

enum gw_odbc_use {
	GW_ODBC_CURSOR_TIME = 1 << 0, /* orders changes by time */
	GW_ODBC_CURSOR_INT = 1 << 1,  /* orders changes by number */
	GW_ODBC_CEILING = 1 << 2,     /* the server knows below which number nothing comes late */
};

/* Widths of a value as text where the catalogue's length does not say it. */
enum { GW_ODBC_BY_LENGTH = 0, GW_ODBC_NUMBER = 24, GW_ODBC_TIME = 48, GW_ODBC_ID = 64 };

struct gw_odbc_type {
	const char *name; /* as the catalogue names it, in small letters; the last: NULL */
	enum gw_odbc_form form;
	unsigned use;        /* gw_odbc_use bits */
	unsigned width;      /* bytes of its text */
	const char *read;    /* around the column */
	const char *param;   /* around the parameter that is a key or cursor; NULL: no such use.
				'@': what the catalogue tells of the column's own declaration */
	const char *refusal; /* NULL, or why it can't be read */
};

enum gw_odbc_paging { GW_ODBC_LIMIT, GW_ODBC_TOP, GW_ODBC_FETCH_FIRST };

struct gw_odbc_dialect {
	const char *name;
	const char *products[4]; /* how SQL_DBMS_NAME begins */
	bool verified;           /* tested with a real server */
	char open_quote, close_quote;
	enum gw_odbc_paging paging;
	bool row_values;      /* (a, b) > (?, ?) uses an index */
	const char *clock;    /* SELECT of microseconds since 1970 UTC */
	const char *version;  /* SELECT of a text; NULL: what the driver says */
	const char *identity; /* SELECT of a text; NULL: none */
	const char *schema;   /* SELECT of the schema of a table that is named without one */
	const char *setup[8]; /* statements after connecting */
	const char *self;     /* SELECT of the session's number, and what ends its query: # */
	const char *kill;     /* both NULL: the server ends a query with its connection, or never */
	const char *ceiling;  /* SELECT of GW_ODBC_CEILING's number: all below it is there */
	/*
	 * SELECT of two texts: another one once anything has been committed that the table could
	 * show, another one once its form was changed; no row where the first is not known of it (a
	 * view, a table of another server or engine); ? schema, ? table.  NULL: there is nothing
	 * sound.  MySQL shows the end of its log to administrators alone; SQL Server shows to them
	 * alone when a table was written to, and counts for rowversions only; Oracle's change
	 * number moves by itself, and a table's own takes reading all rows.  A table's time of
	 * change (MariaDB, MySQL) would not do: it is when the transaction began, in seconds.
	 */
	const char *mark;
	const char *length; /* bytes of a column; NULL: it is the driver that cuts, and says so */
	const char *cut_text, *cut_bytes; /* a column's first # characters, bytes */
	const struct gw_odbc_type *types;
	/* Catalogue; NULL: ODBC's own functions.  Schema, name, kind, estimated rows (-1) of all
	   tables, or of the one with schema and name ?, ?. */
	const char *tables, *table;
	/* name, type as people write it, type, bytes of its text (0: unknown), nullable, place in
	   the primary key, 0 where the account may not read it, what '@' is in its type's param;
	   ? schema, ? table. */
	const char *columns;
	/* index, column of unique indexes, by index; ? schema, ? table. */
	const char *unique;
	const char *rights;  /* one row where the account could write; ? schema, ? table */
	const char *file;    /* SELECT of the path of what it is; NULL: a server */
	const char *account; /* SELECT of the account as its GRANT names it; NULL: unknown */
};

/* Of drivers: what must be set so that they neither write nor hold a whole result. */
struct gw_odbc_driver {
	const char
		*file; /* SQL_DRIVER_NAME, or the name in the connection, has it; the last: NULL */
	const char *options; /* "Name=Value;…": take the place of what the connection file says */
	bool buffers;        /* holds a whole result in memory */
	bool interrupts;     /* in this process, without a socket: SQLCancel stops it */
	size_t block;        /* rows that are fetched at once */
	bool bare_braces;    /* takes "}" between braces as it stands, and "}}" as two */
	bool apart;          /* a statement is prepared first, then executed */
};

/* The row for a product's name, or with a name of our own ("mariadb"); the generic one for all
   else.  NULL: name is none of ours. */
const struct gw_odbc_dialect *gw_odbc_dialect_of(const char *product);
const struct gw_odbc_dialect *gw_odbc_dialect_named(const char *name);
const struct gw_odbc_driver *gw_odbc_driver_of(const char *file);

/* The type's row, or NULL where there is none: the longer text ("bit(1)") first, then the name. */
const struct gw_odbc_type *gw_odbc_type_find(const struct gw_odbc_dialect *dialect,
					     const char *shown, const char *name);

/* The type as a column of it was declared: detail for '@' in its param.  NULL: no memory. */
const struct gw_odbc_type *gw_odbc_type_declared(const struct gw_odbc_type *type,
						 const char *detail, struct gw_arena *arena);

/* The kind that a form becomes. */
enum gw_kind gw_odbc_form_kind(enum gw_odbc_form form);

/* Appends template with the column (or any text) for '@' and the number for '#'. */
bool gw_odbc_put(struct gw_buf *out, const char *template, const char *column, long long number);

/* Appends name between the dialect's quotes, doubled where it has them. */
bool gw_odbc_quote(struct gw_buf *out, const struct gw_odbc_dialect *dialect, const char *name);

extern const struct gw_odbc_dialect gw_odbc_dialects[];

/* Their types, each ending with a NULL name. */
extern const struct gw_odbc_type gw_odbc_types_mariadb[], gw_odbc_types_postgresql[],
	gw_odbc_types_sqlite[], gw_odbc_types_sqlserver[], gw_odbc_types_oracle[],
	gw_odbc_types_generic[];

#endif
