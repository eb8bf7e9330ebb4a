#include "avro/logical.h"

#include <string.h>

#include "base/i18n.h"

static const struct {
	const char *name;
	enum gw_avro_logical logical;
	enum gw_node_kind kind;
} logicals[] = {
	{"date", GW_LOGICAL_DATE, GW_NODE_INT},
	{"timestamp-millis", GW_LOGICAL_TIMESTAMP_MILLIS, GW_NODE_LONG},
	{"timestamp-micros", GW_LOGICAL_TIMESTAMP_MICROS, GW_NODE_LONG},
	{"partial-date", GW_LOGICAL_PARTIAL_DATE, GW_NODE_STRING},
	{"decimal", GW_LOGICAL_DECIMAL, GW_NODE_BYTES},
	{"decimal", GW_LOGICAL_DECIMAL, GW_NODE_FIXED},
};

/* Digits that every two's complement number of so many bytes can hold. */
static json_int_t
fixed_digits(uint32_t size)
{
	return size > 32 ? GW_DECIMAL_DIGITS : (json_int_t)(8 * size - 1) * 30103 / 100000;
}

static enum gw_status
read_decimal(const json_t *object, bool strict, struct gw_node *node, struct gw_error *err)
{
	const json_t *precision = json_object_get(object, "precision");
	const json_t *scale = json_object_get(object, "scale");
	json_int_t p = json_integer_value(precision), s = json_integer_value(scale);
	json_int_t most = strict ? GW_DECIMAL_DIGITS : INT32_MAX;

	if (!json_is_integer(precision) || p < 1 || p > most)
		return gw_fail(err, GW_CONFIG,
			       _("a decimal needs \"precision\": its number of digits, 1 to %d"),
			       GW_DECIMAL_DIGITS);
	if ((scale != NULL && !json_is_integer(scale)) || s < 0 || s > p)
		return gw_fail(err, GW_CONFIG,
			       _("\"scale\" is the number of digits behind the point: 0 to %d, "
				 "the precision"),
			       (int)p);
	if (node->kind == GW_NODE_FIXED && (node->size == 0 || p > fixed_digits(node->size)))
		return gw_fail(err, GW_CONFIG,
			       _("a fixed of %u bytes can't hold %d digits: use a larger size"),
			       node->size, (int)p);
	node->logical = GW_LOGICAL_DECIMAL;
	node->precision = (int)p;
	node->scale = (int)s;
	return GW_OK;
}

/* The row of this name and kind, else one of this name, else the number of rows. */
static size_t
find(const char *name, enum gw_node_kind kind)
{
	size_t n = sizeof logicals / sizeof logicals[0], found = n;

	for (size_t i = 0; name != NULL && i < n; i++) {
		if (strcmp(logicals[i].name, name) == 0 && (found == n || logicals[i].kind == kind))
			found = i;
	}
	return found;
}

enum gw_status
gw_logical_read(const json_t *object, bool strict, struct gw_node *node, struct gw_error *err)
{
	const json_t *word = json_object_get(object, "logicalType");
	const char *name = json_string_value(word);
	size_t i = find(name, node->kind), n = sizeof logicals / sizeof logicals[0];

	if (word == NULL)
		return GW_OK;
	if (i < n && logicals[i].kind == node->kind) {
		if (logicals[i].logical != GW_LOGICAL_DECIMAL)
			node->logical = logicals[i].logical;
		else if (read_decimal(object, strict, node, err) != GW_OK && strict)
			return err->status;
		return GW_OK;
	}
	if (!strict)
		return GW_OK;
	if (i < n)
		return gw_fail(err, GW_CONFIG,
			       _("the logical type %s stands on the type %s, not on %s"), name,
			       gw_node_kind_name(logicals[i].kind), gw_node_kind_name(node->kind));
	return gw_fail(err, GW_CONFIG,
		       _("logicalType \"%s\" is unknown; the known ones are date, "
			 "timestamp-micros, timestamp-millis, decimal, partial-date"),
		       name != NULL ? name : "?");
}
