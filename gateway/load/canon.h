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

/* The temporary table that a batch is copied into, and the one of its fates, made by the session.
 */
void gw_canon_stage(const struct gw_canon_table *table, struct gw_buf *out);
/* COPY into the stage: the fields, then _key _version _run _hash _gone _slot. */
void gw_canon_copy_stage(const struct gw_canon_table *table, struct gw_buf *out);
/* COPY straight into canon: the fields, then _source _stream _key _version _run _hash _loaded_at.
 */
void gw_canon_copy_straight(const struct gw_canon_table *table, struct gw_buf *out);
enum { GW_STAGE_EXTRA = 6, GW_STRAIGHT_EXTRA = 7 };

/*
 * The merge of the stage in steps, each a statement with the parameters source,
 * stream and time.  The first one judges what is to become of each row, and its
 * own rows are slot, fate, count; the others do what the fates ask for, and are
 * of no use where no row has such a fate.
 */
enum gw_step {
	GW_STEP_JUDGE,
	GW_STEP_PAST,       /* c: what they were goes to history; before they are changed */
	GW_STEP_CHANGED,    /* c */
	GW_STEP_FRESH,      /* n, f */
	GW_STEP_GONE,       /* d, k */
	GW_STEP_REMEMBERED, /* r, q */
	GW_STEP_FORGOTTEN,  /* f */
	GW_STEPS,           /* how many */
};
void gw_canon_step(const struct gw_canon_table *table, enum gw_step step, struct gw_buf *out);

enum gw_fate {
	GW_FATE_NEW = 'n',
	GW_FATE_RETURNED = 'f', /* new, after a delete of the key was remembered */
	GW_FATE_CHANGED = 'c',
	GW_FATE_UNCHANGED = 'u',
	GW_FATE_SUPERSEDED = 's',
	GW_FATE_DELETED = 'd',
	GW_FATE_REMEMBERED = 'r', /* delete of a key that canon never had */
	GW_FATE_GONE = 'k',       /* delete of what is deleted already */
	GW_FATE_KNOWN = 'q',      /* delete that is remembered already */
};

#endif
