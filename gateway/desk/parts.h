/*
 * What the files of the desk share: its state, opened rows, and the mapping of
 * a stream as it is today.  For them alone.
 */
#ifndef GW_DESK_PARTS_H
#define GW_DESK_PARTS_H

#include "avro/schema.h"
#include "base/buf.h"
#include "config/source.h"
#include "desk/desk.h"
#include "kafka/position.h"
#include "load/load.h"
#include "normalise/normalise.h"

enum { GW_DESK_QUERY_US = 30 * 1000000 };

/* What a stream's rows are held against: no secret of the pull is in it. */
struct gw_desk_plan {
	struct gw_source *source;
	const struct gw_stream *stream;
	struct gw_schema *schema;
	struct gw_mapping *mapping;
	struct gw_pseudonym_key key; /* thrown away: no pseudonym made with it leaves the desk */
};

struct gw_desk {
	const struct gw_config *config;
	char name[128];
	bool may_reveal;
	unsigned char letter_public[32], letter_secret[32];
	struct gw_warehouse *warehouse;
	struct gw_codes *codes;     /* read when first needed */
	struct gw_desk_plan *plan;  /* the last one; NULL: none */
	struct gw_hearing *hearing; /* of what was sent for last; NULL: nobody listens */
};

/* A row as a letter holds it: text of each column, NULL for null. */
struct gw_desk_row {
	const char *const *columns;
	const char *const *values;
	size_t count;
	const struct gw_value *cells; /* as the source had them; NULL: text alone is known */
	const char *json;             /* the opened original, during the call alone */
	size_t len;
};

/* A value that is to stand in a column's place. */
struct gw_desk_try {
	const char *column;
	const char *value; /* as a letter writes one; NULL: null */
	enum gw_kind kind; /* out: as which it is accepted */
};

/* Index of the column, or row->count. */
size_t gw_desk_column(const struct gw_desk_row *row, const char *column);

/* The stream's plan, kept until another one is asked for.  GW_CONFIG: the source file does not know
   it (any more), or what its mapping is refused for. */
enum gw_status gw_desk_plan_make(struct gw_desk *desk, const char *source, const char *stream,
				 const struct gw_desk_plan **out, struct gw_error *err);
void gw_desk_plan_free(struct gw_desk_plan *plan); /* NULL is allowed */

/*
 * Evaluates what the column feeds, with the value in its place; rules that look at other columns
 * see the row's.  The value is text where that will do, else one of the kind that the column holds
 * or the field asks for.  GW_REJECT: it would be a letter again, or is no value of that kind, and
 * why.
 */
enum gw_status gw_desk_check(const struct gw_desk_plan *plan, const struct gw_desk_row *row,
			     struct gw_desk_try *attempt, struct gw_arena *arena,
			     struct gw_error *err);

/* The text as a person may see it, by the most private field that the column feeds.  Not shown at
   all: what feeds none, unless it is a cursor's number or time; what says more than the public
   fields that it feeds; anything without a plan (NULL).  True: in clear.  In arena, or value
   itself; *out is NULL for null. */
bool gw_desk_mask(const struct gw_desk_plan *plan, const char *column, const char *value,
		  struct gw_arena *arena, const char **out);

/* True where the column feeds public fields alone, and at least one, and says no more than they. */
bool gw_desk_public(const struct gw_desk_plan *plan, const char *column);

/* The commune of the row: its code and the name of its map; false where the row does not tell. */
bool gw_desk_commune(const struct gw_desk_plan *plan, const struct gw_desk_row *row,
		     struct gw_arena *arena, const char **code, const char **map);

/* Columns that ask for a row: the stream's key, or all columns where the source file leaves the key
   to the table. */
const char *const *gw_desk_key_columns(const struct gw_desk_plan *plan, size_t *count);

/* GW_CONFIG, at the stream: it names no key. */
enum gw_status gw_desk_no_key(const struct gw_desk_plan *plan, struct gw_error *err);

/*
 * The values of these columns: from the row, or without one from the canonical
 * key, where all its parts stand there as the source has them.  GW_REJECT: it
 * can't be told, and why.  Into values (one a column), in arena.
 */
enum gw_status gw_desk_key(const struct gw_desk_plan *plan, const struct gw_filed *letter,
			   const struct gw_desk_row *row, struct gw_arena *arena,
			   const char **values, struct gw_error *err);

/* Called with a letter that has not ended, and its row, or NULL where that can't be opened: the
   original is a record, or the desk has no right to.  No query may be made in it. */
typedef enum gw_status gw_desk_row_fn(void *arg, size_t letter, const struct gw_desk_row *row,
				      struct gw_error *err);

/* Letters first to last - 1 of the selection, all of one cause; rows live in arena. */
struct gw_desk_walk {
	const struct gw_letters *letters;
	size_t first, last;
	bool ended; /* those that have ended, too */
	struct gw_arena *arena;
	gw_desk_row_fn *each;
	void *arg;
};
enum gw_status gw_desk_walk_rows(struct gw_desk *desk, const struct gw_desk_walk *walk,
				 struct gw_error *err);

/* A sealed original, which came as hexadecimal; bytes is room to work in. */
enum gw_status gw_desk_unseal(const struct gw_desk *desk, const char *hex, struct gw_buf *bytes,
			      struct gw_buf *plain, struct gw_error *err);
/* Wipes it, too. */
void gw_desk_wipe(struct gw_buf *buf);

/* Opens a letter whose original is a record: its fields as cells.  GW_REJECT: it is a delete, or no
   record that can be read. */
enum gw_status gw_desk_record(struct gw_desk *desk, const struct gw_letters *letters, size_t which,
			      bool reveal, struct gw_original *out, struct gw_error *err);

/* The letters of one cause: *first to *last - 1. */
void gw_desk_cause_range(const struct gw_letters *letters, size_t cause, size_t *first,
			 size_t *last);

/* Sends what is to be audited in a transaction of its own: which letter was shown. */
enum gw_status gw_desk_note_reveal(struct gw_desk *desk, const struct gw_letters *letters,
				   size_t which, struct gw_error *err);

/* "{1,2,3}" for PostgreSQL. */
enum gw_status gw_desk_ids(const int64_t *ids, size_t count, struct gw_buf *out,
			   struct gw_error *err);

/* A query of the desk; says what to do where the warehouse is older than the desk. */
enum gw_status gw_desk_query(struct gw_desk *desk, const char *sql, const char *const *params,
			     size_t nparams, gw_row_fn *each, void *arg, struct gw_error *err);

/* A column of a query as a number; 0 for null. */
int64_t gw_desk_number(const char *text);

#endif
