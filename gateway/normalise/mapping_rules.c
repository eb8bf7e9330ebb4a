#include <string.h>

#include "base/i18n.h"
#include "normalise/commune.h"
#include "normalise/encoding.h"
#include "normalise/mapping.h"
#include "normalise/rules.h"

enum { MESSAGE_LIST = 700 };

size_t
gw_mapping_column(const struct gw_mapping *mapping, const char *name)
{
	for (size_t i = 0; i < mapping->ncolumns; i++)
		if (strcmp(mapping->columns[i], name) == 0)
			return i;
	return GW_NO_INDEX;
}

size_t
gw_mapping_add_column(struct gw_mapping *mapping, const char *name)
{
	size_t at = gw_mapping_column(mapping, name);

	if (at != GW_NO_INDEX)
		return at;
	mapping->columns[mapping->ncolumns] = name;
	return mapping->ncolumns++;
}

static enum gw_status
fail_unknown_rule(const struct gw_rule_use *use, struct gw_error *err)
{
	struct gw_buf names;

	gw_buf_init(&names, MESSAGE_LIST);
	for (const struct gw_rule *rule = gw_rules(); rule->name != NULL; rule++)
		(void)gw_buf_printf(&names, "%s%s", rule == gw_rules() ? "" : ", ", rule->name);
	(void)gw_place_fail(&use->at, err, _("there is no rule \"%s\"; the rules are: %s"),
			    use->name, names.data == NULL ? "" : names.data);
	gw_buf_release(&names);
	return err->status;
}

static enum gw_status
fail_unknown_list(const struct gw_mapping *mapping, const struct gw_rule_use *use,
		  struct gw_error *err)
{
	struct gw_buf names;

	gw_buf_init(&names, MESSAGE_LIST);
	gw_codes_names(mapping->codes, false, &names);
	(void)gw_place_fail(&use->at, err,
			    _("there is no code list \"%s\" in schemas/codes; the lists are: %s"),
			    use->argument, names.data == NULL ? "" : names.data);
	gw_buf_release(&names);
	return err->status;
}

static enum gw_status
check_argument(const struct gw_rule *rule, const struct gw_rule_use *use, struct gw_error *err)
{
	if (rule->argument == NULL && use->argument != NULL)
		return gw_place_fail(&use->at, err, _("rule \"%s\" takes no argument"), use->name);
	if (rule->argument != NULL && !rule->optional && use->argument == NULL)
		return gw_place_fail(&use->at, err, _("rule \"%s\" needs %s: write {%s: …}"),
				     use->name, _(rule->argument), use->name);
	return GW_OK;
}

static enum gw_status
fail_unnamed(const struct gw_rule_use *use, struct gw_error *err)
{
	return gw_place_fail(&use->at, err, "%s",
			     _("schemas/codes/unit_code.csv has no names of communes to hold a "
			       "name against"));
}

static enum gw_status
plan_commune(struct gw_mapping *mapping, const struct gw_rule_use *use, struct gw_step *step,
	     struct gw_error *err)
{
	const struct gw_commune_codes *codes = &mapping->source->codes;

	step->commune = true;
	if (codes->map == NULL && codes->by == NULL)
		return gw_place_fail(
			&use->at, err,
			_("a commune's code means nothing without its map: add "
			  "\"commune_codes: {map: %s}\" (or %s, or {by: …, switched_on: "
			  "…}) to the source"),
			GW_MAP_BEFORE, GW_MAP_AFTER);
	if (use->argument == NULL)
		return GW_OK;
	if (!gw_codes_communes(mapping->codes)->named)
		return fail_unnamed(use, err);
	step->name_column = use->argument;
	step->name = gw_mapping_add_column(mapping, use->argument);
	return GW_OK;
}

static enum gw_status
plan_encoding(const struct gw_rule_use *use, struct gw_step *step, struct gw_error *err)
{
	step->encoding = gw_encoding_find(use->argument);
	if (step->encoding != NULL)
		return GW_OK;
	return gw_place_fail(&use->at, err, _("there is no encoding \"%s\"; expected %s"),
			     use->argument, _(step->rule->argument));
}

/* "repair, several": words of the rule's own. */
static enum gw_status
plan_words(const struct gw_rule_use *use, struct gw_step *step, struct gw_error *err)
{
	const char *at = use->argument;

	while (at != NULL && (at == use->argument || *at != '\0')) {
		size_t len = strcspn(at, ", ");

		if (!gw_rule_words_hold(step->rule->words, at, len))
			return gw_place_fail(&use->at, err,
					     _("rule \"%s\": found \"%s\", expected %s"), use->name,
					     use->argument, _(step->rule->argument));
		at += len;
		at += strspn(at, ", ");
	}
	step->word = use->argument;
	return GW_OK;
}

/* "ngay_sinh, gioi_tinh": two columns; the second may be left out. */
static enum gw_status
plan_columns(struct gw_mapping *mapping, const struct gw_rule_use *use, struct gw_step *step,
	     struct gw_error *err)
{
	size_t len = strcspn(use->argument, ",");
	const char *second = use->argument + len;
	const char *first = gw_arena_copy(&mapping->arena, use->argument, len);

	if (first == NULL)
		return gw_fail_memory(err);
	second += *second == ',';
	second += strspn(second, " ");
	if (len == 0 || strchr(second, ',') != NULL)
		return gw_place_fail(&use->at, err, _("rule \"%s\": expected %s"), use->name,
				     _(step->rule->argument));
	step->name = gw_mapping_add_column(mapping, first);
	step->name_column = use->argument;
	if (*second != '\0')
		step->second = gw_mapping_add_column(mapping, second);
	return GW_OK;
}

/* Addresses are read against the names of communes, which are made ready once. */
static enum gw_status
plan_places(struct gw_mapping *mapping, const struct gw_rule_use *use, struct gw_step *step,
	    struct gw_error *err)
{
	if (plan_commune(mapping, use, step, err) != GW_OK)
		return err->status;
	if (!gw_codes_communes(mapping->codes)->named)
		return fail_unnamed(use, err);
	if (mapping->places == NULL)
		return gw_places_make(mapping->codes, &mapping->places, err);
	return GW_OK;
}

enum gw_status
gw_mapping_plan_rule(struct gw_mapping *mapping, const struct gw_rule_use *use,
		     struct gw_step *step, struct gw_error *err)
{
	step->name = GW_NO_INDEX;
	step->second = GW_NO_INDEX;
	step->rule = gw_rule_find(use->name);
	if (step->rule == NULL)
		return fail_unknown_rule(use, err);
	if (check_argument(step->rule, use, err) != GW_OK)
		return err->status;
	if (step->rule->apply == gw_rule_address)
		return plan_places(mapping, use, step, err);
	switch (step->rule->takes) {
	case GW_TAKES_COLUMN:
		return plan_commune(mapping, use, step, err);
	case GW_TAKES_COLUMNS:
		return plan_columns(mapping, use, step, err);
	case GW_TAKES_ENCODING:
		return plan_encoding(use, step, err);
	case GW_TAKES_WORDS:
		return plan_words(use, step, err);
	case GW_TAKES_LIST:
		step->list = gw_codes_list(mapping->codes, use->argument);
		return step->list == NULL ? fail_unknown_list(mapping, use, err) : GW_OK;
	case GW_TAKES_NOTHING:
		break;
	}
	return GW_OK;
}
