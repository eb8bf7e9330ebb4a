/*
 * A compiled mapping: what is done to each field of each row, decided once.
 *
 * Fields whose value is the same for every row (constants, defaults) stand in
 * a template that each record begins as; the rest is evaluated in an order that
 * puts the parts of the key first and derived fields last.
 */
#ifndef GW_MAPPING_H
#define GW_MAPPING_H

#include "config/source.h"
#include "normalise/codes.h"
#include "normalise/coerce.h"
#include "normalise/hmac.h"
#include "normalise/normalise.h"
#include "normalise/place.h"
#include "normalise/zone.h"

#define GW_NO_INDEX ((size_t)-1)

enum { GW_KEY_MAX = 4096, GW_STRING_MAX = 1024 * 1024 };

struct gw_step {
	const struct gw_rule *rule;
	const struct gw_code_list *list;    /* of code_list */
	const struct gw_encoding *encoding; /* of encoding */
	const char *word;                   /* of rules that take one; NULL: it was left out */
	bool commune;                       /* commune_code, address: the list is the row's */
	size_t name;             /* another column that the rule reads; GW_NO_INDEX: none */
	size_t second;           /* and one more */
	const char *name_column; /* what it is called */
};

struct gw_field_plan {
	const struct gw_schema_field *field;
	const struct gw_field_map *map; /* NULL: the default, or derived */
	size_t column;                  /* of the batch; GW_NO_INDEX: none */
	struct gw_value constant;       /* without a column: where the steps begin */
	struct gw_step *steps;
	size_t nsteps;
	struct gw_hmac *hmac; /* of an identifier; else NULL */
	gw_coerce_fn *coerce;
	enum gw_kind as_is; /* a value of this kind is the field's already; GW_NULL: none is */
	size_t derived_of;  /* index of the field whose code map this names; GW_NO_INDEX: no */
	bool each_row;      /* evaluated row by row; else the template has it */
};

struct gw_mapping {
	const struct gw_source *source;
	const struct gw_stream *stream;
	const struct gw_schema *schema;
	const struct gw_codes *codes;
	const struct gw_pseudonym_key *key_secret;

	struct gw_arena arena; /* columns, plans, steps, constants */
	const char **columns;
	size_t ncolumns;
	struct gw_field_plan *plans; /* one a field of the schema */
	struct gw_value *template;   /* likewise */
	const char **used; /* scratch of a row: the map that each commune code was found in */

	size_t *key; /* fields, in the order of the key's columns */
	size_t nkey;
	size_t *order; /* all fields: norder to evaluate, the first nfirst those of the key; then
			  those that the template has */
	size_t norder, nfirst;
	struct gw_hmac *key_hmac; /* of personal parts of a key that are no identifiers */

	const struct gw_encoding *encoding; /* of the stream's texts; NULL: Unicode */
	struct gw_places *places;           /* of addresses; NULL: none are read */
	struct gw_zone *zone;               /* NULL: the source names none */
	size_t by; /* column that tells a row's code map; GW_NO_INDEX: map_before it is */
	const struct gw_code_list *map_before, *map_after;

	unsigned char digest[32]; /* of all that decides, but the key's columns */

	bool discard_values;           /* that their field can't hold */
	const bool *discarded_columns; /* NULL: of no column all that is rejected */
};

/* Values of a row that were taken and should be looked at. */
enum { GW_ROW_WARNINGS = 32 };

struct gw_row_warning {
	const struct gw_field_plan *plan;
	const struct gw_rule *rule;
	uint32_t kinds; /* bits of enum gw_warning_kind */
};

/* What is known of a row while its fields are evaluated. */
struct gw_row {
	const struct gw_value *cells;           /* of the batch; NULL at compile time */
	const struct gw_code_list *map, *other; /* of commune codes */
	struct gw_rule_context context;
	const char *column, *rule; /* where a reject came from */
	struct gw_row_warning warnings[GW_ROW_WARNINGS];
	size_t nwarnings; /* more than that of one row are not counted */
	bool may_discard; /* not yet: parts of the key, of which none may be */
	size_t discarded; /* values */
};

/*
 * Evaluates one field into *value, which is of no use after a failure.
 * GW_REJECT leaves row->column, ->rule and ->context.code.
 */
enum gw_status gw_field_evaluate(const struct gw_mapping *mapping, size_t field, struct gw_row *row,
				 struct gw_value *value, struct gw_error *err);

/* Whether a field that was just rejected may do without: then *value is null or its default. */
bool gw_field_discard(const struct gw_mapping *mapping, size_t field, const struct gw_row *row,
		      struct gw_value *value);

/* True when the value of the plan's column is the field's; only where plan->as_is is not GW_NULL.
 */
bool gw_field_as_is(const struct gw_field_plan *plan, const struct gw_value *cell);

/* Sets row->map and ->other by the row's date, or to what every row has. */
void gw_row_map(const struct gw_mapping *mapping, struct gw_row *row);

/*
 * Puts the canonical key of values into out, of GW_KEY_MAX bytes.  GW_REJECT,
 * rule "key": a part is null, too long or holds the separator.
 */
enum gw_status gw_key_make(const struct gw_mapping *mapping, const struct gw_value *values,
			   struct gw_row *row, char *out, size_t *len, struct gw_error *err);

/* False for a field that can be no part of a key: its text is not one and the same. */
bool gw_key_allows(const struct gw_schema_field *field);

/* Index of the column in mapping->columns, or GW_NO_INDEX. */
size_t gw_mapping_column(const struct gw_mapping *mapping, const char *name);

/* The column's index; a new one is added (the array has room for all). */
size_t gw_mapping_add_column(struct gw_mapping *mapping, const char *name);

/* What use says, held against the rule, the lists and the source, as a step. */
enum gw_status gw_mapping_plan_rule(struct gw_mapping *mapping, const struct gw_rule_use *use,
				    struct gw_step *step, struct gw_error *err);

/* Parts of compiling, each in a file's worth of checks. */
enum gw_status gw_mapping_plan_fields(struct gw_mapping *mapping, struct gw_error *err);
enum gw_status gw_mapping_plan_communes(struct gw_mapping *mapping, struct gw_error *err);
enum gw_status gw_mapping_plan_constants(struct gw_mapping *mapping, struct gw_error *err);
enum gw_status gw_mapping_digest(struct gw_mapping *mapping, struct gw_error *err);

#endif
