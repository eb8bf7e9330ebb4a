#include "normalise/rules.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "normalise/codes.h"
#include "normalise/commune.h"
#include "normalise/fold.h"
#include "normalise/number.h"

enum { COMMUNE_DIGITS = GW_COMMUNE_DIGITS, CODE_MAX = 8, CODE_DIGITS_MAX = 4, NULL_WORD_MAX = 24 };

/* The text of a code, trimmed; numbers as they are written.  False for other kinds. */
static bool
code_text(const struct gw_value *value, char number[GW_INTEGER_TEXT], const char **text,
	  uint32_t *len)
{
	int64_t n;

	if (value->kind == GW_TEXT) {
		*text = value->as.text;
		*len = value->len;
		gw_text_trim(text, len);
		return true;
	}
	if (!gw_value_integer(value, &n))
		return false;
	*len = (uint32_t)gw_integer_text(n, number);
	*text = number;
	return true;
}

static void
set_code(struct gw_value *value, const char *code)
{
	*value = (struct gw_value){.kind = GW_TEXT, .len = (uint32_t)strlen(code), .as.text = code};
}

/*
 * True for text that may stand in a message: what is left of values then is a
 * code.  A person's name takes two words or a letter with a mark; a number that
 * tells one person from others has nine digits or more, a birth date six; a
 * passport or a licence plate has letters, and five digits or more.  One short
 * word of ASCII letters, at most a given name without its marks, is shared by
 * thousands.  And the schema says that nothing personal belongs in the field.
 */
static bool
is_code(const char *text, uint32_t len)
{
	unsigned digits = 0;

	if (len > CODE_MAX)
		return false;
	for (uint32_t i = 0; i < len; i++) {
		char small = (char)(text[i] | 0x20);

		if (text[i] >= '0' && text[i] <= '9')
			digits++;
		else if (small < 'a' || small > 'z')
			return false;
	}
	return digits <= CODE_DIGITS_MAX && digits < len;
}

static enum gw_status
reject_unknown(const char *text, uint32_t len, struct gw_rule_context *context,
	       struct gw_error *err)
{
	const char *list = gw_code_list_name(context->list);

	if (context->quotable && is_code(text, len))
		return gw_rule_reject(context, "code_list.unknown", err,
				      _("code \"%.*s\" is not in the list %s"), (int)len, text,
				      list);
	return gw_rule_reject(context, "code_list.unknown", err,
			      _("text of %u bytes that is not in the list %s"), len, list);
}

enum gw_status
gw_rule_code_list(struct gw_value *value, struct gw_rule_context *context, struct gw_error *err)
{
	const char *text, *code;
	char number[GW_INTEGER_TEXT];
	uint32_t len;

	if (value->kind == GW_NULL)
		return GW_OK;
	if (!code_text(value, number, &text, &len))
		return gw_rule_reject(context, "code_list.kind", err,
				      _("found %s, expected text or a whole number"),
				      gw_kind_name(value->kind));
	if (len == 0) {
		gw_rule_set_null(value);
		return GW_OK;
	}
	code = gw_code_find(context->list, text, len);
	if (code == NULL)
		return reject_unknown(text, len, context, err);
	set_code(value, code);
	return GW_OK;
}

/* The name beside the code, where the row has one.  GW_REJECT: it is no text. */
static enum gw_status
take_name(struct gw_rule_context *context, struct gw_commune_text *text, bool *has_name,
	  struct gw_error *err)
{
	const struct gw_value *name = context->name;
	char folded[GW_FOLD_MAX + 1];

	*has_name = false;
	if (name == NULL || name->kind == GW_NULL)
		return GW_OK;
	if (name->kind != GW_TEXT)
		return gw_rule_reject(context, "commune_code.name_kind", err,
				      _("found %s in column \"%s\", expected the commune's name"),
				      gw_kind_name(name->kind), context->name_column);
	gw_commune_text(text, name->as.text, name->len);
	/* Words for "not known" are short. */
	*has_name =
		text->len > 0 && (text->len > NULL_WORD_MAX ||
				  gw_text_fold(text->text, text->len, folded) == GW_FOLD_FAILED ||
				  !gw_rule_null_word(folded, strlen(folded)));
	return GW_OK;
}

static enum gw_status
reject_name(const char *code, const struct gw_code_list *map, struct gw_commune_text *text,
	    struct gw_rule_context *context, struct gw_error *err)
{
	const struct gw_commune *elsewhere =
		gw_codes_commune_elsewhere(context->codes, map, code, text);

	if (elsewhere != NULL)
		return gw_rule_reject(
			context, "commune_code.other_map", err,
			_("column \"%s\" has the name of the commune with this code in the map "
			  "%s, and the row counts as of the map %s: correct \"commune_codes\" of "
			  "the source, or the row at the source"),
			context->name_column, gw_code_list_name(elsewhere->map),
			gw_code_list_name(map));
	return gw_rule_reject(
		context, "commune_code.name_mismatch", err,
		_("column \"%s\" has another name than the commune with this code in the map %s "
		  "or what it became: one of the two is wrong; correct the row at the source"),
		context->name_column, gw_code_list_name(map));
}

/* Holds the name against the code that was found, and takes the part that the name says. */
static enum gw_status
check_name(struct gw_commune_text *text, struct gw_value *value, struct gw_rule_context *context,
	   struct gw_error *err)
{
	const char *code = value->as.text;
	const struct gw_communes *communes = gw_codes_communes(context->codes);
	const struct gw_commune *commune = gw_commune_find(communes, context->used, code), *heir;
	bool apart = false;

	if (commune == NULL || gw_commune_named(commune, text))
		return GW_OK;
	heir = gw_commune_heir_named(commune, text, &apart);
	if (heir == NULL)
		return reject_name(code, context->used, text, context, err);
	if (apart) {
		context->used = heir->map;
		set_code(value, heir->code);
	}
	return GW_OK;
}

/* Where the row does not tell its map and both have the code, the name may. */
static bool
map_by_name(const char *code, struct gw_commune_text *text, struct gw_rule_context *context)
{
	const struct gw_communes *communes = gw_codes_communes(context->codes);
	const struct gw_commune *one = gw_commune_find(communes, context->list, code);
	const struct gw_commune *two = gw_commune_find(communes, context->other, code);
	bool of_one = one != NULL && gw_commune_named(one, text);
	bool of_two = two != NULL && gw_commune_named(two, text);

	context->used = of_one ? context->list : context->other;
	return of_one != of_two;
}

static enum gw_status
reject_absent(struct gw_rule_context *context, struct gw_error *err)
{
	return gw_rule_reject(context, "commune_code.not_in_map", err,
			      _("5 digits that are no commune's code in the map %s%s%s"),
			      gw_code_list_name(context->list), context->other == NULL ? "" : ", ",
			      context->other == NULL ? "" : gw_code_list_name(context->other));
}

/* Looks in the map that the row is written in, or in both where the row does not tell. */
static enum gw_status
find_commune(const char *digits, struct gw_value *value, struct gw_rule_context *context,
	     struct gw_error *err)
{
	const char *code = gw_code_exact(context->list, digits, COMMUNE_DIGITS);
	const char *other = context->other == NULL
				    ? NULL
				    : gw_code_exact(context->other, digits, COMMUNE_DIGITS);
	struct gw_commune_text text;
	bool has_name;

	if (code == NULL && other == NULL)
		return reject_absent(context, err);
	if (take_name(context, &text, &has_name, err) != GW_OK)
		return err->status;
	context->used = code != NULL ? context->list : context->other;
	if (code != NULL && other != NULL && (!has_name || !map_by_name(digits, &text, context)))
		return gw_rule_reject(context, "commune_code.map_unknown", err, "%s",
				      _("the row's date is not known, and this code means one "
					"commune in the old map and another in the new"));
	set_code(value, gw_code_exact(context->used, digits, COMMUNE_DIGITS));
	return has_name ? check_name(&text, value, context, err) : GW_OK;
}

enum gw_status
gw_rule_commune_code(struct gw_value *value, struct gw_rule_context *context, struct gw_error *err)
{
	char number[GW_INTEGER_TEXT], padded[COMMUNE_DIGITS + 1];
	const char *text;
	uint32_t len;

	if (value->kind == GW_NULL)
		return GW_OK;
	if (!code_text(value, number, &text, &len))
		return gw_rule_reject(context, "commune_code.kind", err,
				      _("found %s, expected text or a whole number"),
				      gw_kind_name(value->kind));
	if (len == 0) {
		gw_rule_set_null(value);
		return GW_OK;
	}
	/* A number column has lost the zeros of the first provinces. */
	if (value->kind != GW_TEXT && len < COMMUNE_DIGITS && text[0] != '-') {
		(void)snprintf(padded, sizeof padded, "%05d", (int)strtol(text, NULL, 10));
		text = padded;
		len = COMMUNE_DIGITS;
	}
	for (uint32_t i = 0; i < len; i++)
		if (len != COMMUNE_DIGITS || text[i] < '0' || text[i] > '9')
			return gw_rule_reject(context, "commune_code.shape", err,
					      _("text of %u bytes, expected 5 digits"), len);
	return find_commune(text, value, context, err);
}
