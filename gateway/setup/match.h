/*
 * Which canonical schema a table fits, and which of its columns feeds which field.
 *
 * The schemas themselves say what they want: a field's name, type, kind of identifier, and the
 * Vietnamese words of its description, which are those that columns are named with.  A schema
 * that is added to the folder is found without a change here.
 */
#ifndef GW_MATCH_H
#define GW_MATCH_H

#include "setup/meaning.h"

#define GW_NO_COLUMN ((size_t)-1)

/* The schemas of a folder. */
struct gw_shelf {
	struct gw_schema **schemas;
	char **names; /* "health/HealthRecord" */
	size_t count;
};

enum gw_status gw_shelf_read(const char *schemas_dir, struct gw_shelf *out, struct gw_error *err);
void gw_shelf_release(struct gw_shelf *shelf);
/* Index, or GW_NO_COLUMN. */
size_t gw_shelf_find(const struct gw_shelf *shelf, const char *name);

enum { GW_MATCH_FIELDS = 128 };

struct gw_match {
	const struct gw_schema *schema;
	const char *name;
	double score;   /* 0 to 1, for comparison */
	size_t missing; /* fields without a default that no column fits */
	size_t found;   /* fields that have a column */
	size_t wanted;  /* fields that could have one: all but those that are derived */
	size_t column[GW_MATCH_FIELDS]; /* of each field; GW_NO_COLUMN: none */
	double sure[GW_MATCH_FIELDS];   /* 0 to 1 */
};

/*
 * How well a table fits a schema; guesses is one a column.  True when anything of it fits.
 */
bool gw_match_schema(const struct gw_table *table, const struct gw_column_guess *guesses,
		     const struct gw_schema *schema, const char *name, struct gw_match *out);

/* How the description of a schema begins that was drafted for a table and that nobody has reviewed;
   another table's columns are none of its business. */
#define GW_DRAFTED "Drafted for a table of the source "

/* The best of all of them; false: none fits well enough. */
bool gw_match_best(const struct gw_table *table, const struct gw_column_guess *guesses,
		   const struct gw_shelf *shelf, struct gw_match *out);

/* The one of which the largest part of the fields has a column; false: none has two of them. */
bool gw_match_nearest(const struct gw_table *table, const struct gw_column_guess *guesses,
		      const struct gw_shelf *shelf, struct gw_match *out);

/* True for the field that a commune's code belongs to. */
bool gw_field_is_commune(const struct gw_schema *schema, size_t field);

/* The list that holds the field's codes; NULL: it has none.  *sure is false where neither the
   rows nor the schema tell. */
const char *gw_match_list(const struct gw_schema *schema, size_t field,
			  const struct gw_codes *codes, const struct gw_list_names *lists,
			  const struct gw_column_guess *guess, bool *sure);

/* The rule that makes the column's values, of this kind, the field's; NULL: none is needed. */
const char *gw_match_rule(const struct gw_schema_field *field, enum gw_kind kind,
			  const struct gw_column_guess *guess);

#endif
