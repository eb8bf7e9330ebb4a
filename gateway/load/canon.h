/*
 * The SQL of canon tables, made from schemas: text only, nothing is run here.
 *
 * An entity is a table canon.<entity>, its past in history.<entity>, and the
 * view canon.<entity>_live, which hides deleted rows and leaves personal and
 * sensitive columns out.  Every name is checked and quoted.
 */
#ifndef GW_CANON_H
#define GW_CANON_H

#include "avro/schema.h"
#include "base/buf.h"
#include "load/copy_in.h"

enum { GW_MAX_NAME = 64 };

struct gw_canon_column {
	char name[GW_MAX_NAME];
	enum gw_column_type type;
};

/* A canon table as it stands: the columns that hold fields, in order, and which of them the view
 * leaves out. */
struct gw_canon_table {
	char entity[GW_MAX_NAME];
	struct gw_canon_column *columns;
	bool *hidden;
	size_t count;
	bool shadow; /* not it, but the one in the making beside it: see rebuild.h */
};

void gw_canon_release(struct gw_canon_table *table); /* frees columns and hidden */

/* [a-z][a-z0-9_]{0,62}: a name that needs no thought; a leading underscore is ours. */
bool gw_canon_name_ok(const char *name);

/* GW_REJECT names what of the schema can't be a table or column here. */
enum gw_status gw_canon_check(const struct gw_schema *schema, struct gw_error *err);

enum gw_column_type gw_canon_type(const struct gw_schema_field *field);
bool gw_canon_hidden(const struct gw_schema_field *field);

/* Statements are appended; ask out->failed.  Each ends in a semicolon where several may follow. */
void gw_canon_create(const struct gw_schema *schema, struct gw_buf *out);
/* ADD COLUMN with the field's default, to canon and history. */
void gw_canon_add(const struct gw_schema *schema, size_t field, struct gw_buf *out);
/* A column whose field's type was promoted. */
void gw_canon_widen(const char *entity, const char *column, enum gw_column_type type,
		    struct gw_buf *out);
/* True when a column of type from may be widened to hold what to holds. */
bool gw_canon_widens(enum gw_column_type from, enum gw_column_type to);
void gw_canon_view(const struct gw_canon_table *table, struct gw_buf *out);
void gw_canon_comments(const struct gw_schema *schema, struct gw_buf *out);

/* COPY into it: the fields, then _source _stream _key _version _run _hash _loaded_at. */
void gw_canon_copy(const struct gw_canon_table *table, struct gw_buf *out);
enum { GW_COPY_EXTRA = 7 };

/*
 * What a merge asks of the server beside that COPY.  Arrays go together: their
 * nth elements are of one row.  A row is found again by where it stood (tid); its
 * place may be another's by now, so that it is also told by what it was (old: its
 * version, was: its hash).
 */
enum gw_step {
	GW_STEP_LOOK,       /* source, stream, key[]: nth, tid, version, hash, deleted, and the
			     * version of a remembered delete, of keys that are known at all */
	GW_STEP_PAST,       /* tid[], now: what they were goes to history */
	GW_STEP_REPLACED,   /* tid[]: make room for what they are now; of each, old xor was */
	GW_STEP_GONE,       /* tid[], old[], was[], now, version[], run[]: are deleted */
	GW_STEP_REMEMBERED, /* source, stream, now, key[], version[]: deletes of what never was */
	GW_STEP_FORGOTTEN,  /* tid[], old[]: such deletes, of keys that come after all */
	GW_STEPS,           /* how many */
};
void gw_canon_step(const struct gw_canon_table *table, enum gw_step step, struct gw_buf *out);

#endif
