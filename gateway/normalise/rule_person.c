#include "normalise/rules.h"

#include <string.h>

#include "base/i18n.h"
#include "normalise/person_name.h"

static void
warn(struct gw_rule_context *context, unsigned changes)
{
	static const struct {
		enum gw_name_change change;
		enum gw_warning_kind warning;
	} warnings[] = {
		{GW_NAME_NOTE, GW_WARN_NAME_NOTE},
		{GW_NAME_HONORIFIC, GW_WARN_NAME_HONORIFIC},
		{GW_NAME_NUMBER, GW_WARN_NAME_NUMBER},
		{GW_NAME_SURNAME, GW_WARN_NAME_SURNAME},
	};

	for (size_t i = 0; i < sizeof warnings / sizeof warnings[0]; i++)
		if ((changes & warnings[i].change) != 0)
			gw_rule_warn(context, warnings[i].warning);
}

enum gw_status
gw_rule_person_name(struct gw_value *value, struct gw_rule_context *context, struct gw_error *err)
{
	char name[GW_FOLD_MAX + 1];
	unsigned changes;

	if (value->kind == GW_NULL)
		return GW_OK;
	if (value->kind != GW_TEXT)
		return gw_rule_reject(context, "person_name.kind", err,
				      _("found %s, expected text"), gw_kind_name(value->kind));
	switch (gw_name_normal(value->as.text, value->len, name, &changes)) {
	case GW_NAME_NOTHING:
		gw_rule_set_null(value);
		return GW_OK;
	case GW_NAME_LONG:
		return gw_rule_reject(context, "person_name.long", err,
				      _("text of %u bytes, longer than names are"), value->len);
	case GW_NAME_CHARACTERS:
		return gw_rule_reject(
			context, "person_name.characters", err,
			_("text of %u bytes with characters that names do not have, or nothing "
			  "but words around a name"),
			value->len);
	case GW_NAME_OK:
		break;
	}
	warn(context, changes);
	if (strlen(name) == value->len && memcmp(name, value->as.text, value->len) == 0)
		return GW_OK;
	if (gw_rule_set_text(value, context, name, strlen(name), err) != GW_OK)
		return err->status;
	return gw_rule_nfc(value, context, err);
}
