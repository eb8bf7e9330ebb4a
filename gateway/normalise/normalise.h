/*
 * Rows of a source to records of a canonical schema.
 *
 * A mapping is compiled once from the source file, the schema, the code lists
 * and the pseudonym key; gw_normalise then runs it over batches.  The schema's
 * privacy class decides what leaves: an identifier becomes a keyed pseudonym
 * whatever the source file says, in record keys too; a personal or sensitive
 * field travels only where the schema states a purpose and the source an
 * agreement.  Records and rejects come apart; nothing here ever shows a value.
 */
#ifndef GW_NORMALISE_H
#define GW_NORMALISE_H

#include "avro/schema.h"
#include "connector.h"

struct gw_codes; /* code lists and commune codes, read once from schemas/codes */
struct gw_mapping;

/* Reads all lists of <schemas_dir>/codes. */
enum gw_status gw_codes_read(const char *schemas_dir, struct gw_codes **out, struct gw_error *err);
void gw_codes_free(struct gw_codes *codes); /* NULL is allowed */

/* The secret behind pseudonyms. */
struct gw_pseudonym_key {
	unsigned char secret[32];
};

/*
 * HMAC-SHA-256 of kind and normalised value (DOMAIN: the same for every
 * sector, so the system's name is no part of it).
 */
void gw_pseudonym(const struct gw_pseudonym_key *key, enum gw_identifier kind, const char *value,
		  size_t len, unsigned char out[32]);
/* A public name of the key: 16 hex digits and NUL, from which it can't be had. */
void gw_pseudonym_key_id(const struct gw_pseudonym_key *key, char out[17]);

/*
 * Compiles stream's mapping.  GW_CONFIG at file:line:column: a field that the
 * schema lacks, a required field without a column, an unknown rule or list, a
 * key column that feeds no field, a personal field without purpose or
 * agreement...  All arguments must outlive the mapping.
 */
enum gw_status gw_mapping_compile(const struct gw_source *source, const struct gw_stream *stream,
				  const struct gw_schema *schema, const struct gw_codes *codes,
				  const struct gw_pseudonym_key *key, struct gw_mapping **out,
				  struct gw_error *err);
void gw_mapping_free(struct gw_mapping *mapping); /* NULL is allowed */

/* The columns to read, in the order that gw_normalise expects. */
const char *const *gw_mapping_columns(const struct gw_mapping *mapping, size_t *count);

/*
 * Tells the mapping which columns are the key, once the connector knows (the
 * stream's key, or the table's primary key): parts of the record's key, in
 * order.  GW_CONFIG when a key column feeds no field.  Compiling does it by
 * itself where the source file names the key.
 */
enum gw_status gw_mapping_set_key(struct gw_mapping *mapping, const char *const *columns,
				  size_t count, struct gw_error *err);

/*
 * Marks the columns that make a record's key, of those that gw_mapping_columns
 * names.  False: that can't be told without all of them, or the mapping was not
 * told its key yet.
 */
bool gw_mapping_key_columns(const struct gw_mapping *mapping, bool *needed);
/* Which of the columns the nth column of the key is; (size_t)-1: there is none. */
size_t gw_mapping_key_column(const struct gw_mapping *mapping, size_t part);

/*
 * The canonical key of the row with this key (one, of all key columns, as the source writes their
 * values), in arena.  GW_REJECT: a rule refuses a part, or it is null.
 */
enum gw_status gw_key_of_texts(const struct gw_mapping *mapping, const struct gw_keys *keys,
			       struct gw_arena *arena, const char **out, struct gw_error *err);
/* True where no part of it is a pseudonym, so that it is the same with any pseudonym key. */
bool gw_key_is_public(const struct gw_mapping *mapping);

/*
 * Which values become null, or their field's default, where the schema allows it, instead of
 * making a reject of their row: with values those that their field can't hold, with columns
 * (NULL: none; one a column, the caller's) whatever is rejected in these.  Parts of the key never.
 */
void gw_mapping_discard(struct gw_mapping *mapping, bool values, const bool *columns);

/* First 8 bytes of a hash over all that decides what the mapping does: its version. */
uint64_t gw_mapping_version(const struct gw_mapping *mapping);
/* The same but for the columns of the key, which only the connector may know. */
uint64_t gw_mapping_basis(const struct gw_mapping *mapping);

struct gw_record {
	size_t row;      /* of the batch */
	const char *key; /* canonical: parts joined by U+001F, pseudonyms in hex */
	uint32_t key_len;
	bool deleted;                  /* only the key stands */
	const struct gw_value *fields; /* schema->nfields of them; NULL when deleted */
};

struct gw_reject {
	size_t row;
	const char *key; /* canonical key, or NULL where it can't be made */
	uint32_t key_len;
	const char *column; /* of the source; "" when no single one */
	const char *rule;   /* "citizen_number", "date", "schema", "key"... */
	const char *code;   /* dotted, for machines and grouping: "citizen_number.digits" */
	const char *reason; /* for people; a shape, never a value */
};

/*
 * Values that travel, and that somebody should look at: a lost zero that was
 * put back, a number that does not go with the birth date.  Counted by column,
 * rule and code; no row is held back for them.
 */
struct gw_warning {
	const char *column; /* of the source */
	const char *rule;
	const char *code; /* dotted, for machines and grouping: "repaired.leading_zero" */
	const char *text; /* for people, N_(): to be shown through _() */
	size_t rows;      /* how many records */
	size_t first;     /* the first of them: its row of the batch */
};

/* All of it lives in the batch's arena. */
struct gw_normalised {
	struct gw_record *records;
	size_t nrecords;
	struct gw_reject *rejects;
	size_t nrejects;
	struct gw_warning *warnings; /* NULL: there are none */
	size_t nwarnings;
	size_t discarded; /* values, of records */
};

/*
 * Normalises a batch; every row becomes one record or one reject.  A canonical
 * key stands once: a second row with the same key is a reject (rule "key").
 * Fails only as a whole (GW_FATAL: memory).
 */
enum gw_status gw_normalise(struct gw_mapping *mapping, struct gw_batch *batch,
			    struct gw_normalised *out, struct gw_error *err);

/*
 * What a person may see of a field's value before it leaves: personal and
 * identifying values masked (038••••••123), the rest as it is.  Into out.
 */
void gw_mask(const struct gw_schema_field *field, const struct gw_value *value, char *out,
	     size_t size);

#endif
