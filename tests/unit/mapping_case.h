/*
 * A source, a schema and code lists made by hand, for the tests of mappings.
 *
 * The schema has one field of each sort; the tests choose what feeds it.
 */
#ifndef MAPPING_CASE_H
#define MAPPING_CASE_H

#include <criterion/criterion.h>
#include <sodium.h>
#include <string.h>

#include "base/text.h"
#include "normalise/codes.h"
#include "normalise/normalise.h"

enum { CASE_FIELDS = 16 };

struct mapping_case {
	struct gw_source source;
	struct gw_stream stream;
	struct gw_field_map maps[CASE_FIELDS];
	struct gw_rule_use rules[CASE_FIELDS][3];
	struct gw_schema_field fields[CASE_FIELDS];
	struct gw_schema schema;
	struct gw_codes *codes;
	struct gw_pseudonym_key key;
	struct gw_mapping *mapping;
	struct gw_error err;
};

/* Text of a struct that does not own it here. */
static inline char *
lend(const char *text)
{
	return (char *)(uintptr_t)text;
}

static inline void
mapping_case_init(struct mapping_case *c)
{
	memset(c, 0, sizeof *c);
	cr_assert_geq(sodium_init(), 0);
	cr_assert_eq(gw_codes_read("schemas", &c->codes, &c->err), GW_OK, "%s", c->err.text);
	memset(c->key.secret, 7, sizeof c->key.secret);
	c->source.path = lend("sources/t.yaml");
	c->source.name = lend("t");
	c->source.agreement = lend("01/TT");
	c->source.time_zone = lend("Asia/Ho_Chi_Minh");
	c->source.codes.map = lend(GW_MAP_BEFORE);
	c->source.codes.at = (struct gw_place){.file = "sources/t.yaml", .line = 3, .column = 16};
	c->source.at = (struct gw_place){.file = "sources/t.yaml", .line = 1, .column = 1};
	c->stream.name = lend("s");
	c->stream.table = lend("public.t");
	c->stream.schema = lend("x/X");
	c->stream.fields = c->maps;
	c->stream.at = (struct gw_place){.file = "sources/t.yaml", .line = 5, .column = 3};
	c->stream.key_at = (struct gw_place){.file = "sources/t.yaml", .line = 7, .column = 10};
	c->stream.table_at = (struct gw_place){.file = "sources/t.yaml", .line = 6, .column = 12};
	c->stream.schema_at = (struct gw_place){.file = "sources/t.yaml", .line = 8, .column = 13};
	c->schema.name = "X";
	c->schema.text = "{}";
	c->schema.text_len = 2;
	c->schema.fields = c->fields;
}

static inline void
mapping_case_release(struct mapping_case *c)
{
	gw_mapping_free(c->mapping);
	gw_codes_free(c->codes);
}

/* Adds a field to the schema; returns it for what is not plain. */
static inline struct gw_schema_field *
add_field(struct mapping_case *c, const char *name, enum gw_avro_type type)
{
	struct gw_schema_field *field = &c->fields[c->schema.nfields++];

	cr_assert_leq(c->schema.nfields, CASE_FIELDS);
	*field = (struct gw_schema_field){.name = name, .type = type, .null_branch = -1};
	return field;
}

/* A person's number, as 32 bytes of pseudonym. */
static inline struct gw_schema_field *
add_person(struct mapping_case *c, const char *name)
{
	struct gw_schema_field *field = add_field(c, name, GW_AVRO_FIXED);

	field->size = 32;
	field->privacy = GW_IDENTIFIER;
	field->identifier = GW_ID_CITIZEN_NUMBER;
	return field;
}

/* Maps it: column, or "=text" for a constant; rules such as "trim date code_list:gender". */
static inline struct gw_field_map *
map_field(struct mapping_case *c, const char *field, const char *column, const char *rules)
{
	static char names[CASE_FIELDS * 3][32];
	static size_t nnames;
	size_t at = c->stream.nfields++;
	struct gw_field_map *map = &c->maps[at];

	*map = (struct gw_field_map){.field = lend(field), .rules = c->rules[at]};
	map->at =
		(struct gw_place){.file = "sources/t.yaml", .line = 10 + (unsigned)at, .column = 7};
	*(column[0] == '=' ? &map->constant : &map->column) =
		lend(column[0] == '=' ? column + 1 : column);
	for (size_t len; *(rules += strspn(rules, " ")) != '\0'; rules += len) {
		struct gw_rule_use *use = &c->rules[at][map->nrules++];
		char *name = names[nnames++ % (CASE_FIELDS * 3)];

		len = strcspn(rules, " ");
		(void)snprintf(name, 32, "%.*s", (int)len, rules);
		use->name = name;
		use->argument = strchr(name, ':');
		if (use->argument != NULL)
			*use->argument++ = '\0';
		use->at = (struct gw_place){
			.file = "sources/t.yaml", .line = map->at.line, .column = 30};
	}
	return map;
}

static inline void
set_key(struct mapping_case *c, char **columns, size_t count)
{
	c->stream.key = columns;
	c->stream.nkey = count;
}

static inline enum gw_status
compile_case(struct mapping_case *c)
{
	gw_mapping_free(c->mapping);
	c->mapping = NULL;
	return gw_mapping_compile(&c->source, &c->stream, &c->schema, c->codes, &c->key,
				  &c->mapping, &c->err);
}

static inline void
assert_compiles(struct mapping_case *c)
{
	cr_assert_eq(compile_case(c), GW_OK, "%s", c->err.text);
}

/* The mapping is refused as configuration, at place and with part in the message. */
static inline void
assert_refused(struct mapping_case *c, const char *place, const char *part)
{
	cr_assert_eq(compile_case(c), GW_CONFIG, "compiled, or %s", c->err.text);
	cr_assert_null(c->mapping);
	cr_assert_eq(strncmp(c->err.text, place, strlen(place)), 0, "\"%s\" is not at %s",
		     c->err.text, place);
	cr_assert_not_null(strstr(c->err.text, part), "\"%s\" lacks \"%s\"", c->err.text, part);
}

#endif
