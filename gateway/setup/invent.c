#include "setup/draft.h"

#include <ctype.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/i18n.h"
#include "base/text.h"
#include "load/canon.h"
#include "normalise/codes.h"

enum { SHARE_GOOD = 80, DECIMAL_MOST = 38 };

struct invention {
	const struct gw_kit *kit;
	const struct gw_look *look;
	json_t *fields;
	size_t column[GW_MATCH_FIELDS]; /* of each field */
	size_t count;
	bool people;    /* the table is about persons */
	bool pseudonym; /* the type was written once */
	bool commune;   /* it has a field for it already */
	bool failed;
};

static bool
about_people(const struct gw_look *look)
{
	for (size_t c = 0; c < look->table->ncolumns; c++) {
		enum gw_meaning meaning = look->columns[c].meaning;

		if ((meaning >= GW_MEANS_CITIZEN && meaning <= GW_MEANS_ADDRESS) ||
		    meaning == GW_MEANS_BIRTH || meaning == GW_MEANS_DEATH ||
		    meaning == GW_MEANS_ETHNIC || meaning == GW_MEANS_RELIGION)
			return true;
	}
	return false;
}

static bool
in_key(const struct gw_look *look, size_t column)
{
	for (size_t i = 0; i < look->nkey; i++)
		if (look->key[i] == column)
			return true;
	return false;
}

/* "numeric(12,2)"; false: the type does not say. */
static bool
digits_of(const char *type, int *precision, int *scale)
{
	const char *open = type == NULL ? NULL : strchr(type, '(');
	char *end = NULL;
	long digits, behind = 0;

	if (open == NULL)
		return false;
	digits = strtol(open + 1, &end, 10);
	if (*end == ',')
		behind = strtol(end + 1, NULL, 10);
	if (digits < 1 || digits > DECIMAL_MOST || behind < 0 || behind > digits)
		return false;
	*precision = (int)digits;
	*scale = (int)behind;
	return true;
}

static json_t *
logical(const char *type, const char *name)
{
	return json_pack("{s:s,s:s}", "type", type, "logicalType", name);
}

static json_t *
plain_type(const struct gw_column *column, const struct gw_column_guess *guess)
{
	int precision, scale;

	switch (column->kind) {
	case GW_BOOL:
		return json_string("boolean");
	case GW_INT:
		return json_string("long");
	case GW_FLOAT:
		return json_string("double");
	case GW_DATE:
		return logical("int", "date");
	case GW_TIMESTAMP:
		return logical("long", "timestamp-micros");
	case GW_DECIMAL:
		if (!digits_of(column->type, &precision, &scale))
			return json_string("string");
		return json_pack("{s:s,s:s,s:i,s:i}", "type", "bytes", "logicalType", "decimal",
				 "precision", precision, "scale", scale);
	case GW_TEXT:
		return gw_meaning_time(guess->meaning) && guess->tried > 0
			       ? logical("string", "partial-date")
			       : json_string("string");
	case GW_NULL:
	case GW_BYTES:
	case GW_UNHELD:
		break;
	}
	return NULL;
}

/* The first use of a named type carries it, later ones its name. */
static json_t *
pseudonym_type(struct invention *in)
{
	if (in->pseudonym)
		return json_string("Pseudonym");
	in->pseudonym = true;
	return json_pack("{s:s,s:s,s:i}", "type", "fixed", "name", "Pseudonym", "size", 32);
}

static bool
name_taken(const struct invention *in, const char *name)
{
	size_t i;
	json_t *field;

	json_array_foreach(in->fields, i,
			   field) if (strcmp(json_string_value(json_object_get(field, "name")),
					     name) == 0) return true;
	return false;
}

static bool
name_field(const struct invention *in, const struct gw_column *column, char *out, size_t size)
{
	char base[48];

	if (!gw_words_identifier(column->name, base, sizeof base))
		(void)snprintf(base, sizeof base, "t");
	(void)snprintf(out, size, "%s", base);
	for (int n = 2; name_taken(in, out) && n < 1000; n++)
		(void)snprintf(out, size, "%s_%d", base, n);
	return !name_taken(in, out);
}

/* Takes type and fields; a field that may be empty has null for its default. */
static void
add_field(struct invention *in, size_t c, const char *name, json_t *type, const char *privacy,
	  bool required)
{
	json_t *field = json_object();
	char doc[512];

	(void)snprintf(doc, sizeof doc,
		       "Cột %s của nguồn; dự thảo, cần người của ngành xem lại / Column %s of the "
		       "source; drafted, to be reviewed",
		       in->look->table->columns[c].name, in->look->table->columns[c].name);
	if (field == NULL || type == NULL || in->count == GW_MATCH_FIELDS) {
		in->failed = true;
		json_decref(field);
		json_decref(type);
		return;
	}
	if (!required)
		type = json_pack("[s,o]", "null", type);
	in->failed = in->failed || json_object_set_new(field, "name", json_string(name)) != 0 ||
		     json_object_set_new(field, "type", type) != 0 ||
		     json_object_set_new(field, "doc", json_string(doc)) != 0 ||
		     (!required && json_object_set_new(field, "default", json_null()) != 0) ||
		     json_object_set_new(field, "privacy", json_string(privacy)) != 0 ||
		     json_array_append_new(in->fields, field) != 0;
	in->column[in->count++] = c;
}

static void
add_identifier(struct invention *in, size_t c, const char *name)
{
	enum gw_identifier kind = gw_meaning_identifier(in->look->columns[c].meaning);
	struct gw_words words;
	const char *whose = "person";
	json_t *field;

	gw_words(in->look->table->columns[c].name, &words);
	if (gw_words_have(&words, "me"))
		whose = "mother";
	else if (gw_words_have(&words, "cha") || gw_words_have(&words, "bo"))
		whose = "father";
	else if (gw_words_have(&words, "chong"))
		whose = "husband";
	else if (gw_words_have(&words, "vo"))
		whose = "wife";
	add_field(in, c, name, pseudonym_type(in), "identifier", in_key(in->look, c));
	field = json_array_get(in->fields, json_array_size(in->fields) - 1);
	if (field == NULL ||
	    json_object_set_new(field, "kind", json_string(gw_identifier_name(kind))) != 0 ||
	    json_object_set_new(field, "whose", json_string(whose)) != 0)
		in->failed = true;
}

/* The code, and the map that it is of. */
static void
add_commune(struct invention *in, size_t c, const char *name)
{
	char map[80], derived[96];
	json_t *field;

	(void)snprintf(map, sizeof map, "%s_map", name);
	(void)snprintf(derived, sizeof derived, "commune_map_of:%s", name);
	add_field(in, c, name, json_string("string"), "public", true);
	add_field(in, c, map, json_string("string"), "public", true);
	field = json_array_get(in->fields, json_array_size(in->fields) - 1);
	if (field == NULL || json_object_set_new(field, "derived", json_string(derived)) != 0)
		in->failed = true;
	if (in->count > 0)
		in->column[in->count - 1] = GW_NO_COLUMN;
	in->commune = true;
}

/* True when some list has nearly all its values, and there were enough of them. */
static bool
has_list(const struct invention *in, size_t c)
{
	for (size_t i = 0; i < in->kit->lists.count; i++)
		if (in->look->columns[c].list_share[i] >= SHARE_GOOD &&
		    in->look->columns[c].filled >= SHARE_GOOD)
			return true;
	return false;
}

/* Text that is a day, or a code of a list. */
static bool
harmless_text(const struct invention *in, size_t c)
{
	const struct gw_column_guess *guess = &in->look->columns[c];

	return (gw_meaning_time(guess->meaning) && guess->tried > 0 &&
		guess->taken * 100 >= guess->tried * SHARE_GOOD) ||
	       has_list(in, c);
}

/* Whether a column that is no identifier may travel in clear before anybody has decided. */
static bool
harmless(const struct invention *in, size_t c)
{
	enum gw_kind kind = in->look->table->columns[c].kind;
	enum gw_meaning meaning = in->look->columns[c].meaning;

	if (in_key(in->look, c) || meaning == GW_MEANS_SEX ||
	    (meaning == GW_MEANS_UPDATED && kind == GW_TIMESTAMP))
		return true;
	if (in->people || (meaning >= GW_MEANS_NAME && meaning <= GW_MEANS_BIRTH) ||
	    meaning == GW_MEANS_DEATH || meaning == GW_MEANS_ETHNIC || meaning == GW_MEANS_MARITAL)
		return false;
	return kind == GW_TEXT ? harmless_text(in, c) : kind != GW_BYTES;
}

static bool
is_identifier(const struct invention *in, size_t c)
{
	enum gw_kind kind = in->look->table->columns[c].kind;
	enum gw_meaning meaning = in->look->columns[c].meaning;

	if (kind != GW_TEXT && kind != GW_INT && kind != GW_DECIMAL)
		return false;
	/* A phone number joins nobody's data, so it travels only where rows have no other name. */
	return meaning == GW_MEANS_PHONE ? in_key(in->look, c)
					 : gw_meaning_identifier(meaning) != GW_ID_NONE;
}

static void
add_column(struct invention *in, size_t c)
{
	const struct gw_column *column = &in->look->table->columns[c];
	const struct gw_column_guess *guess = &in->look->columns[c];
	char name[64];

	if (column->refusal != NULL || column->kind == GW_UNHELD ||
	    !name_field(in, column, name, sizeof name))
		return;
	if (is_identifier(in, c))
		add_identifier(in, c, name);
	else if (guess->meaning == GW_MEANS_COMMUNE && !in->commune && !in_key(in->look, c) &&
		 column->kind == GW_TEXT)
		add_commune(in, c, name);
	else if (harmless(in, c))
		add_field(in, c, name, plain_type(column, guess), "public", in_key(in->look, c));
}

/* Of a table its name without the schema; of files what stands before the ending, without what
   differs from file to file; of a workbook's sheet its name. */
static void
own_name(const struct gw_table *table, char *out, size_t size)
{
	const char *dot = strrchr(table->name, '.'), *part;
	bool file = dot != NULL && (strcasecmp(dot, ".csv") == 0 || strcasecmp(dot, ".tsv") == 0 ||
				    strcasecmp(dot, ".txt") == 0 || strcasecmp(dot, ".xlsx") == 0 ||
				    strcasecmp(dot, ".xlsm") == 0);

	(void)snprintf(out, size, "%s", dot == NULL ? table->name : dot + 1);
	if (table->sheet != NULL)
		(void)snprintf(out, size, "%s", table->sheet);
	else if (file)
		(void)snprintf(out, size, "%.*s", (int)(dot - table->name), table->name);
	part = strstr(out, "{part}");
	if (part != NULL && file)
		memmove(out + (part - out), part + sizeof "{part}" - 1,
			strlen(part + sizeof "{part}" - 1) + 1);
}

/* "dm_xa" to "DmXa", which no other schema is called. */
static bool
name_schema(const struct gw_kit *kit, const struct gw_table *table, char out[64])
{
	char own[GW_WORDS_TEXT];
	struct gw_words words;
	size_t len = 0, base;

	own_name(table, own, sizeof own);
	gw_words(own, &words);
	for (size_t i = 0; i < words.count && len + strlen(words.at[i]) < 48; i++) {
		(void)stpcpy(out + len, words.at[i]);
		out[len] = (char)toupper((unsigned char)out[len]);
		len += strlen(words.at[i]);
	}
	out[len] = '\0';
	if (len == 0 || isdigit((unsigned char)out[0])) {
		memmove(out + 1, out, len + 1);
		out[0] = 'T';
		len++;
	}
	base = len;
	for (int n = 2; n < 1000; n++) {
		bool taken = false;

		for (size_t i = 0; i < kit->shelf.count; i++)
			taken = taken || strcasecmp(kit->shelf.schemas[i]->name, out) == 0;
		if (!taken)
			return true;
		(void)snprintf(out + base, 64 - base, "%d", n);
	}
	return false;
}

/* As the delivered ones look: a field a line. */
static bool
write_schema(const struct invention *in, const struct gw_source *source, const char *name,
	     struct gw_buf *out)
{
	char space[80];
	size_t i;
	json_t *field;

	(void)snprintf(space, sizeof space, "%.64s", source->name);
	for (char *c = strchr(space, '-'); c != NULL; c = strchr(c, '-'))
		*c = '_';
	gw_buf_printf(out,
		      "{\n  \"type\": \"record\",\n  \"name\": \"%s\",\n  \"namespace\": "
		      "\"vn.songma.%s%s\",\n",
		      name, isdigit((unsigned char)space[0]) ? "s" : "", space);
	gw_buf_printf(out,
		      "  \"doc\": \"Dự thảo cho một bảng của nguồn %s, cần người của ngành xem lại "
		      "/ " GW_DRAFTED "%s, to be reviewed\",\n  \"fields\": [\n",
		      source->name, source->name);
	json_array_foreach(in->fields, i, field)
	{
		char *line = json_dumps(field, JSON_PRESERVE_ORDER);

		if (line == NULL)
			return false;
		gw_buf_printf(out, "    %s%s\n", line,
			      i + 1 < json_array_size(in->fields) ? "," : "");
		free(line);
	}
	return gw_buf_puts(out, "  ]\n}\n");
}

/* The key and the time of change first: they are what a record is found by. */
static void
add_columns(struct invention *in)
{
	for (size_t i = 0; i < in->look->nkey; i++)
		add_column(in, in->look->key[i]);
	for (size_t c = 0; c < in->look->table->ncolumns && in->count + 2 < GW_MATCH_FIELDS; c++)
		if (!in_key(in->look, c))
			add_column(in, c);
}

static enum gw_status
check_key(const struct gw_look *look, struct gw_error *err)
{
	if (look->nkey == 0)
		return gw_fail(
			err, GW_CONFIG,
			_("%s: no column tells its rows apart, so no schema can be made; ask "
			  "the owner for a view with a number of its own a row"),
			look->table->name);
	for (size_t i = 0; i < look->nkey; i++) {
		enum gw_meaning meaning = look->columns[look->key[i]].meaning;

		if (meaning >= GW_MEANS_NAME && meaning <= GW_MEANS_SECRET)
			return gw_fail(err, GW_CONFIG,
				       _("%s: its key %s seems to be: %s; ask the owner for a view "
					 "with a number of its own a row"),
				       look->table->name, look->table->columns[look->key[i]].name,
				       gw_meaning_text(meaning));
	}
	return GW_OK;
}

static enum gw_status
build(struct invention *in, const struct gw_source *source, struct gw_draft *out,
      struct gw_error *err)
{
	char name[64];

	if (!name_schema(in->kit, in->look->table, name))
		return gw_fail(err, GW_CONFIG, _("%s: no name is left for its schema"),
			       in->look->table->name);
	add_columns(in);
	if (in->failed || !write_schema(in, source, name, &out->avsc))
		return gw_fail_memory(err);
	(void)snprintf(out->schema, sizeof out->schema, "%s/%s", source->name, name);
	return gw_schema_parse(out->schema, out->avsc.data, out->avsc.len, true, &out->invented,
			       err);
}

enum gw_status
gw_invent_schema(const struct gw_kit *kit, const struct gw_source *source,
		 const struct gw_look *look, struct gw_draft *out, struct gw_match *match,
		 struct gw_error *err)
{
	struct invention in = {.kit = kit, .look = look, .fields = json_array()};
	enum gw_status status = check_key(look, err);

	in.people = about_people(look);
	if (status == GW_OK)
		status = in.fields == NULL ? gw_fail_memory(err) : build(&in, source, out, err);
	json_decref(in.fields);
	if (status == GW_OK)
		status = gw_canon_check(out->invented, err);
	if (status != GW_OK)
		return status;
	*match = (struct gw_match){.schema = out->invented, .name = out->schema, .score = 1};
	for (size_t f = 0; f < in.count; f++) {
		match->column[f] = in.column[f];
		match->sure[f] = 1;
		match->found += in.column[f] != GW_NO_COLUMN;
		match->wanted += in.column[f] != GW_NO_COLUMN;
	}
	return GW_OK;
}
