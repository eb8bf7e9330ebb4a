#include "base/value.h"

#include <string.h>

#include "base/i18n.h"

const char *
gw_kind_name(enum gw_kind kind)
{
	static const char *const name[] = {
		[GW_NULL] = N_("null"),           [GW_BOOL] = N_("boolean"),
		[GW_INT] = N_("integer"),         [GW_FLOAT] = N_("floating-point number"),
		[GW_DECIMAL] = N_("decimal"),     [GW_TEXT] = N_("text"),
		[GW_BYTES] = N_("bytes"),         [GW_DATE] = N_("date"),
		[GW_TIMESTAMP] = N_("timestamp"), [GW_UNHELD] = N_("value that no type holds"),
	};

	return _(name[kind]);
}

bool
gw_value_equal(const struct gw_value *a, const struct gw_value *b)
{
	if (a->kind != b->kind)
		return false;
	switch (a->kind) {
	case GW_NULL:
		return true;
	case GW_BOOL:
		return a->as.truth == b->as.truth;
	case GW_FLOAT: /* by bits: a NaN equals itself, and the zeros differ */
	case GW_INT:
	case GW_DATE:
	case GW_TIMESTAMP:
		return a->as.integer == b->as.integer;
	case GW_DECIMAL:
	case GW_TEXT:
	case GW_BYTES:
	case GW_UNHELD:
		return a->len == b->len &&
		       (a->len == 0 || memcmp(a->as.text, b->as.text, a->len) == 0);
	}
	return false;
}
