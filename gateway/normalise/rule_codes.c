#include "normalise/rules.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "normalise/codes.h"
#include "normalise/fold.h"
#include "normalise/number.h"

enum { COMMUNE_DIGITS = 5 };

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
		return gw_rule_reject(context, "code_list.unknown", err,
				      _("text of %u bytes that is not in the list %s"), len,
				      gw_code_list_name(context->list));
	set_code(value, code);
	return GW_OK;
}

/* Looks in the map that the row is written in, or in both where the row does not tell. */
static enum gw_status
find_commune(const char *text, struct gw_value *value, struct gw_rule_context *context,
	     struct gw_error *err)
{
	const char *code = gw_code_exact(context->list, text, COMMUNE_DIGITS);
	const char *other =
		context->other == NULL ? NULL : gw_code_exact(context->other, text, COMMUNE_DIGITS);

	if (code != NULL && other != NULL)
		return gw_rule_reject(context, "commune_code.map_unknown", err, "%s",
				      _("the row's date is not known, and this code means one "
					"commune in the old map and another in the new"));
	if (code == NULL && other == NULL)
		return gw_rule_reject(
			context, "commune_code.not_in_map", err,
			_("5 digits that are no commune's code in the map %s%s%s"),
			gw_code_list_name(context->list), context->other == NULL ? "" : ", ",
			context->other == NULL ? "" : gw_code_list_name(context->other));
	context->used = code != NULL ? context->list : context->other;
	set_code(value, code != NULL ? code : other);
	return GW_OK;
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
