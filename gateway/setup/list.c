#include "setup/match.h"

#include <stdio.h>
#include <string.h>

#include "normalise/codes.h"

enum { SHARE_GOOD = 80 };

/* True when every word that the field may hold is a code of the list. */
static bool
has_symbols(const struct gw_code_list *list, const struct gw_schema_field *field)
{
	for (size_t i = 0; i < field->nsymbols; i++) {
		const char *code =
			gw_code_exact(list, field->symbols[i], strlen(field->symbols[i]));

		if (code == NULL || strcmp(code, field->symbols[i]) != 0)
			return false;
	}
	return field->nsymbols > 0;
}

/* How well the schema alone says that this list is the field's: 0 to 100. */
static unsigned
named(const struct gw_schema *schema, const struct gw_schema_field *field, const char *list)
{
	char said[128], whole[256];

	(void)snprintf(said, sizeof said, " %s", list);
	(void)snprintf(whole, sizeof whole, "%s_%s", schema->entity, field->name);
	if (strcmp(list, field->name) == 0 || strcmp(list, whole) == 0)
		return 100;
	/* "…, theo danh mục dossier_status; …" */
	if (field->doc != NULL && strstr(field->doc, said) != NULL)
		return 90;
	return 0;
}

static unsigned
weigh(const struct gw_schema *schema, const struct gw_schema_field *field,
      const struct gw_code_list *list, const char *name, size_t rows, unsigned share)
{
	unsigned weight = named(schema, field, name);

	if (field->type == GW_AVRO_ENUM) {
		if (!has_symbols(list, field))
			return 0;
		weight = weight < 80 ? 80 : weight;
	}
	if (rows == 0)
		return weight;
	if (share < SHARE_GOOD)
		return weight / 2;
	/* Rows alone are enough for a field that is a code by its description. */
	return weight + share;
}

/* Codes of few letters fit many lists; only a field that has one may take a list by its rows. */
static bool
wants_list(const struct gw_schema_field *field, const struct gw_column_guess *guess)
{
	if (field->type == GW_AVRO_ENUM)
		return true;
	if (field->type != GW_AVRO_STRING || field->logical != GW_LOGICAL_NONE)
		return false;
	return guess->meaning == GW_MEANS_SORT || guess->meaning == GW_MEANS_STATUS ||
	       guess->meaning == GW_MEANS_ETHNIC || guess->meaning == GW_MEANS_SEX ||
	       guess->meaning == GW_MEANS_MARITAL;
}

/* True when another list numbers the same things otherwise and has the values as well: which of
   them it is can't be told from codes. */
static bool
has_rival(const struct gw_list_names *lists, const char *found, const struct gw_column_guess *guess)
{
	size_t len = strlen(found);

	for (size_t i = 0; i < lists->count; i++)
		if (strncmp(lists->at[i], found, len) == 0 && lists->at[i][len] == '_' &&
		    (guess->filled == 0 || guess->list_share[i] >= SHARE_GOOD))
			return true;
	return false;
}

const char *
gw_match_list(const struct gw_schema *schema, size_t field, const struct gw_codes *codes,
	      const struct gw_list_names *lists, const struct gw_column_guess *guess, bool *sure)
{
	const struct gw_schema_field *facts = &schema->fields[field];
	bool wants = wants_list(facts, guess), words = facts->type == GW_AVRO_ENUM;
	unsigned best = 0, least = words ? 1 : wants ? 80 : 90;
	const char *found = NULL;

	*sure = false;
	if (!words && facts->type != GW_AVRO_STRING)
		return NULL;
	for (size_t i = 0; i < lists->count; i++) {
		const struct gw_code_list *list = gw_codes_list(codes, lists->at[i]);
		unsigned weight = 0;

		if (list != NULL && (wants || named(schema, facts, lists->at[i]) > 0))
			weight = weigh(schema, facts, list, lists->at[i], guess->filled,
				       guess->list_share[i]);
		if (weight > best) {
			best = weight;
			found = lists->at[i];
		}
	}
	*sure = best >= 160 && !has_rival(lists, found, guess);
	return best >= least ? found : NULL;
}

static const char *
identifier_rule(enum gw_identifier identifier, enum gw_meaning meaning)
{
	if (gw_meaning_identifier(meaning) == identifier)
		return gw_meaning_rule(meaning);
	return gw_identifier_name(identifier);
}

/* What makes a number or a day of text. */
static const char *
type_rule(const struct gw_schema_field *field, enum gw_kind kind, bool odd_days)
{
	bool loose = kind == GW_TEXT || kind == GW_FLOAT;

	switch (field->logical) {
	case GW_LOGICAL_DATE:
	case GW_LOGICAL_PARTIAL_DATE:
		return kind == GW_DATE && !odd_days ? NULL : "date";
	case GW_LOGICAL_DECIMAL:
		return loose ? "decimal" : NULL;
	case GW_LOGICAL_TIMESTAMP_MILLIS:
	case GW_LOGICAL_TIMESTAMP_MICROS:
		return odd_days ? "timestamp" : NULL;
	case GW_LOGICAL_NONE:
		break;
	}
	if (field->type == GW_AVRO_BOOLEAN)
		return kind == GW_BOOL ? NULL : "boolean";
	return loose && (field->type == GW_AVRO_INT || field->type == GW_AVRO_LONG) ? "integer"
										    : NULL;
}

const char *
gw_match_rule(const struct gw_schema_field *field, enum gw_kind kind,
	      const struct gw_column_guess *guess)
{
	return field->privacy == GW_IDENTIFIER ? identifier_rule(field->identifier, guess->meaning)
					       : type_rule(field, kind, guess->odd_days);
}
