#include "indicator/parts.h"

#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"

enum { VALUE_MAX = 1000000, VARIANTS_MAX = 32 };

static const struct gw_option parameter_rows[] = {
	{.name = "value",
	 .type = GW_OPT_INT,
	 .required = true,
	 .offset = offsetof(struct gw_indicator_parameter, value),
	 .min = -VALUE_MAX,
	 .max = VALUE_MAX},
	{.name = "min",
	 .type = GW_OPT_INT,
	 .offset = offsetof(struct gw_indicator_parameter, min),
	 .min = -VALUE_MAX,
	 .max = VALUE_MAX},
	{.name = "max",
	 .type = GW_OPT_INT,
	 .offset = offsetof(struct gw_indicator_parameter, max),
	 .min = -VALUE_MAX,
	 .max = VALUE_MAX},
	{0},
};

struct variant {
	char *code;
	const struct gw_yaml *name, *parameters, *worth;
};

static const struct gw_option variant_rows[] = {
	{.name = "code",
	 .type = GW_OPT_TEXT,
	 .required = true,
	 .offset = offsetof(struct variant, code)},
	{.name = "name",
	 .type = GW_OPT_NODE,
	 .required = true,
	 .offset = offsetof(struct variant, name)},
	{.name = "parameters",
	 .type = GW_OPT_NODE,
	 .required = true,
	 .offset = offsetof(struct variant, parameters)},
	{.name = "worth", .type = GW_OPT_NODE, .offset = offsetof(struct variant, worth)},
	{0},
};

int
gw_indicator_find(const struct gw_indicator *indicator, const char *name, size_t len)
{
	for (size_t i = 0; i < indicator->nparameters; i++)
		if (strlen(indicator->parameters[i].name) == len &&
		    memcmp(indicator->parameters[i].name, name, len) == 0)
			return (int)i;
	return -1;
}

void
gw_indicator_defaults(const struct gw_indicator *indicator, int64_t values[GW_INDICATOR_PARAMETERS])
{
	for (size_t i = 0; i < GW_INDICATOR_PARAMETERS; i++)
		values[i] = i < indicator->nparameters ? indicator->parameters[i].value : 0;
}

enum gw_status
gw_indicator_set(const struct gw_indicator *indicator, const char *name, const char *value,
		 int64_t values[GW_INDICATOR_PARAMETERS], struct gw_error *err)
{
	int i = gw_indicator_find(indicator, name, strlen(name));
	int64_t number;

	if (i < 0)
		return gw_fail(err, GW_CONFIG, _("indicator %s has no parameter %s"),
			       indicator->code, name);
	if (!gw_parse_i64(value, strlen(value), &number) || number < indicator->parameters[i].min ||
	    number > indicator->parameters[i].max)
		return gw_fail(err, GW_CONFIG,
			       _("parameter %s is a number from %lld to %lld, not %s"), name,
			       (long long)indicator->parameters[i].min,
			       (long long)indicator->parameters[i].max, value);
	values[i] = number;
	return GW_OK;
}

const struct gw_indicator_variant *
gw_indicator_variant_of(const struct gw_indicator *indicator,
			const int64_t values[GW_INDICATOR_PARAMETERS])
{
	for (size_t v = 0; v < indicator->nvariants; v++) {
		const struct gw_indicator_variant *variant = &indicator->variants[v];
		bool same = true;

		for (size_t i = 0; i < indicator->nparameters; i++)
			same = same && (!variant->named[i] || variant->values[i] == values[i]);
		if (same)
			return variant;
	}
	return NULL;
}

static enum gw_status
read_name(const struct gw_yaml *key, struct gw_indicator_parameter *out, struct gw_error *err)
{
	size_t len = strspn(key->text, "abcdefghijklmnopqrstuvwxyz_");

	if (len == 0 || len > 32 || key->text[len] != '\0' || strcmp(key->text, "as_of") == 0)
		return gw_yaml_fail(key, err,
				    _("a parameter's name is a-z and _, and not as_of, which every "
				      "indicator has"));
	out->name = strdup(key->text);
	return out->name != NULL ? GW_OK : gw_fail_memory(err);
}

static enum gw_status
read_parameter(const struct gw_yaml *node, struct gw_indicator_parameter *out, struct gw_error *err)
{
	out->max = VALUE_MAX;
	if (node->kind == GW_YAML_MAP && gw_yaml_options(node, parameter_rows, out, err) != GW_OK)
		return err->status;
	if (node->kind == GW_YAML_LIST ||
	    (node->kind == GW_YAML_SCALAR &&
	     !gw_parse_i64(node->text, strlen(node->text), &out->value)))
		return gw_yaml_fail(node, err,
				    _("a parameter is a number or {value: …, min: …, max: …}"));
	if (out->value < out->min || out->value > out->max)
		return gw_yaml_fail(node, err, _("the value is not between min and max"));
	return GW_OK;
}

enum gw_status
gw_indicator_read_parameters(const struct gw_yaml *node, struct gw_indicator *indicator,
			     struct gw_error *err)
{
	if (node->kind != GW_YAML_MAP || node->count > GW_INDICATOR_PARAMETERS)
		return gw_yaml_fail(node, err,
				    _("expected at most %d parameters, each a name and a number"),
				    GW_INDICATOR_PARAMETERS);
	indicator->parameters = calloc(node->count + 1, sizeof *indicator->parameters);
	if (indicator->parameters == NULL)
		return gw_fail_memory(err);
	for (size_t i = 0; i < node->count; i++) {
		indicator->nparameters = i + 1;
		if (read_name(&node->keys[i], &indicator->parameters[i], err) != GW_OK ||
		    read_parameter(&node->items[i], &indicator->parameters[i], err) != GW_OK)
			return err->status;
	}
	return GW_OK;
}

static enum gw_status
read_values(const struct gw_yaml *node, const struct gw_indicator *indicator,
	    struct gw_indicator_variant *out, struct gw_error *err)
{
	struct gw_error why;

	gw_indicator_defaults(indicator, out->values);
	if (node->kind != GW_YAML_MAP)
		return gw_yaml_fail(node, err, _("expected parameters, each a name and a number"));
	for (size_t i = 0; i < node->count; i++) {
		const char *name = node->keys[i].text;

		if (node->items[i].kind != GW_YAML_SCALAR)
			return gw_yaml_fail(&node->items[i], err, _("expected a number"));
		if (gw_indicator_set(indicator, name, node->items[i].text, out->values, &why) !=
		    GW_OK)
			return gw_yaml_fail(&node->keys[i], err, "%s", why.text);
		out->named[gw_indicator_find(indicator, name, strlen(name))] = true;
	}
	return GW_OK;
}

static enum gw_status
read_variant(const struct gw_yaml *node, const struct gw_indicator *indicator,
	     struct gw_indicator_variant *out, struct gw_error *err)
{
	struct variant variant = {0};
	enum gw_status status = gw_yaml_options(node, variant_rows, &variant, err);

	out->code = variant.code;
	if (status == GW_OK)
		status = gw_indicator_read_words(variant.name, &out->name_vi, &out->name_en, err);
	if (status == GW_OK && variant.worth != NULL)
		status =
			gw_indicator_read_words(variant.worth, &out->worth_vi, &out->worth_en, err);
	return status == GW_OK ? read_values(variant.parameters, indicator, out, err) : status;
}

enum gw_status
gw_indicator_read_variants(const struct gw_yaml *list, struct gw_indicator *indicator,
			   struct gw_error *err)
{
	if (list == NULL)
		return GW_OK;
	if (list->kind != GW_YAML_LIST || list->count > VARIANTS_MAX)
		return gw_yaml_fail(list, err,
				    _("expected a list of at most %d variants, each with code, "
				      "name and parameters"),
				    VARIANTS_MAX);
	indicator->variants = calloc(list->count + 1, sizeof *indicator->variants);
	if (indicator->variants == NULL)
		return gw_fail_memory(err);
	for (size_t i = 0; i < list->count; i++) {
		indicator->nvariants = i + 1;
		if (read_variant(&list->items[i], indicator, &indicator->variants[i], err) != GW_OK)
			return err->status;
	}
	return GW_OK;
}

void
gw_indicator_release_parameters(struct gw_indicator *indicator)
{
	for (size_t i = 0; i < indicator->nparameters; i++)
		free(indicator->parameters[i].name);
	for (size_t i = 0; i < indicator->nvariants; i++) {
		free(indicator->variants[i].code);
		free(indicator->variants[i].name_vi);
		free(indicator->variants[i].name_en);
		free(indicator->variants[i].worth_vi);
		free(indicator->variants[i].worth_en);
	}
	free(indicator->parameters);
	free(indicator->variants);
}
