#include <string.h>

#include "base/i18n.h"
#include "normalise/place.h"
#include "normalise/rules.h"

static enum gw_status
take(const struct gw_commune *commune, struct gw_value *value, struct gw_rule_context *context)
{
	*value = (struct gw_value){
		.kind = GW_TEXT, .len = (uint32_t)strlen(commune->code), .as.text = commune->code};
	context->used = commune->map;
	return GW_OK;
}

static enum gw_status
reject_several(struct gw_rule_context *context, size_t count, struct gw_error *err)
{
	return gw_rule_reject(context, "address.ambiguous", err,
			      _("an address that may be of %zu communes: its district, or accents, "
				"are missing"),
			      count);
}

static enum gw_status
reject_unknown(struct gw_rule_context *context, enum gw_address_kind kind, uint32_t len,
	       struct gw_error *err)
{
	if (kind == GW_ADDRESS_SAME_AS_ABOVE)
		return gw_rule_reject(context, "address.same_as_above", err, "%s",
				      _("\"as above\", and a row does not know the one above it"));
	if (kind == GW_ADDRESS_PROVINCE)
		return gw_rule_reject(context, "address.province_only", err, "%s",
				      _("an address of a province, without a commune"));
	return gw_rule_reject(context, "address.unknown", err,
			      _("text of %u bytes in which no known commune is named"), len);
}

/* An address with a district, in a source that counts by the map of today. */
static enum gw_status
take_heir(const struct gw_commune *old, const struct gw_code_list *map, struct gw_value *value,
	  struct gw_rule_context *context, struct gw_error *err)
{
	const struct gw_commune *heirs[GW_CODES_MAX];
	size_t count = gw_commune_heirs(old, map, heirs, GW_CODES_MAX);

	if (count == 0)
		return reject_unknown(context, GW_ADDRESS_UNKNOWN, value->len, err);
	if (count > 1)
		return gw_rule_reject(context, "address.split", err,
				      _("an address in a commune that was divided among %zu: which "
					"one can't be told from it"),
				      count);
	gw_rule_warn(context, GW_WARN_OLD_UNIT);
	return take(heirs[0], value, context);
}

/* Where the row tells its map. */
static enum gw_status
by_map(const struct gw_address *address, const struct gw_code_list *map, struct gw_value *value,
       struct gw_rule_context *context, struct gw_error *err)
{
	bool old = strcmp(gw_code_list_name(map), GW_MAP_BEFORE) == 0;

	if (old && address->nold == 1)
		return take(address->old[0], value, context);
	if (!old && address->nnow == 1 && !address->district)
		return take(address->now[0], value, context);
	if (!old && address->nnow == 0 && address->nold == 1)
		return take_heir(address->old[0], map, value, context, err);
	if ((old ? address->nold : address->nnow + address->nold) > 1)
		return reject_several(context, old ? address->nold : address->nnow + address->nold,
				      err);
	return reject_unknown(context, GW_ADDRESS_UNKNOWN, value->len, err);
}

/* Where it does not: the address may. */
static enum gw_status
by_itself(const struct gw_address *address, struct gw_value *value, struct gw_rule_context *context,
	  struct gw_error *err)
{
	if (address->nold + address->nnow == 1)
		return take(address->nold == 1 ? address->old[0] : address->now[0], value, context);
	if (address->district || address->nold == 0 || address->nnow == 0)
		return reject_several(context, address->nold + address->nnow, err);
	return gw_rule_reject(context, "address.map_unknown", err, "%s",
			      _("the row's date is not known, and this address means one commune "
				"before July 2025 and another since"));
}

enum gw_status
gw_rule_address(struct gw_value *value, struct gw_rule_context *context, struct gw_error *err)
{
	struct gw_address address;

	if (value->kind == GW_NULL)
		return GW_OK;
	if (value->kind != GW_TEXT)
		return gw_rule_reject(context, "address.kind", err, _("found %s, expected text"),
				      gw_kind_name(value->kind));
	gw_address_read(context->places, value->as.text, value->len, &address);
	if (address.kind == GW_ADDRESS_NOTHING) {
		gw_rule_set_null(value);
		return GW_OK;
	}
	if (address.kind != GW_ADDRESS_COMMUNE)
		return reject_unknown(context, address.kind, value->len, err);
	return context->other == NULL ? by_map(&address, context->list, value, context, err)
				      : by_itself(&address, value, context, err);
}
