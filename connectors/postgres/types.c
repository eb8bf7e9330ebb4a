#include "postgres/types.h"

#include <stddef.h>
#include <string.h>

#include "base/i18n.h"

#define AS_TEXT "", "::pg_catalog.text"
#define AS_IS "", ""

const struct gw_pg_type gw_pg_types[] = {
	{"bool", GW_BOOL, GW_PG_BOOL, AS_IS, GW_PG_KEY, "pg_catalog.bool"},
	{"int2", GW_INT, GW_PG_INT2, AS_IS, GW_PG_KEY | GW_PG_CURSOR_INT, "pg_catalog.int2"},
	{"int4", GW_INT, GW_PG_INT4, AS_IS, GW_PG_KEY | GW_PG_CURSOR_INT, "pg_catalog.int4"},
	{"int8", GW_INT, GW_PG_INT8, AS_IS, GW_PG_KEY | GW_PG_CURSOR_INT, "pg_catalog.int8"},
	{"oid", GW_INT, GW_PG_OID, AS_IS, GW_PG_KEY, "pg_catalog.oid"},
	{"float4", GW_FLOAT, GW_PG_FLOAT4, AS_IS, 0, NULL},
	{"float8", GW_FLOAT, GW_PG_FLOAT8, AS_IS, 0, NULL},
	{"numeric", GW_DECIMAL, GW_PG_NUMERIC, AS_IS, GW_PG_KEY, "pg_catalog.numeric"},
	{"money", GW_DECIMAL, GW_PG_NUMERIC, "", "::pg_catalog.numeric", 0, NULL},
	{"text", GW_TEXT, GW_PG_TEXT, AS_IS, GW_PG_KEY, "pg_catalog.text"},
	{"varchar", GW_TEXT, GW_PG_TEXT, AS_IS, GW_PG_KEY, "pg_catalog.text"},
	{"bpchar", GW_TEXT, GW_PG_BPCHAR, AS_IS, GW_PG_KEY, "pg_catalog.bpchar"},
	{"name", GW_TEXT, GW_PG_TEXT, AS_IS, GW_PG_KEY, "pg_catalog.name"},
	{"char", GW_TEXT, GW_PG_TEXT, AS_TEXT, GW_PG_KEY | GW_PG_KEY_TEXT, "pg_catalog.\"char\""},
	{"citext", GW_TEXT, GW_PG_TEXT, AS_TEXT, 0, NULL},
	{"uuid", GW_TEXT, GW_PG_UUID, AS_IS, GW_PG_KEY, "pg_catalog.uuid"},
	{"json", GW_TEXT, GW_PG_TEXT, AS_IS, 0, NULL},
	{"jsonb", GW_TEXT, GW_PG_JSONB, AS_IS, 0, NULL},
	{"xml", GW_TEXT, GW_PG_TEXT, AS_TEXT, 0, NULL},
	{"date", GW_DATE, GW_PG_DATE, AS_IS, GW_PG_KEY | GW_PG_CURSOR_TIME | GW_PG_DAY,
	 "pg_catalog.date"},
	{"time", GW_TEXT, GW_PG_TEXT, AS_TEXT, GW_PG_KEY | GW_PG_KEY_TEXT, "pg_catalog.time"},
	{"timetz", GW_TEXT, GW_PG_TEXT, AS_TEXT, GW_PG_KEY | GW_PG_KEY_TEXT, "pg_catalog.timetz"},
	{"timestamp", GW_TIMESTAMP, GW_PG_TIMESTAMP, AS_IS,
	 GW_PG_KEY | GW_PG_CURSOR_TIME | GW_PG_ZONED, "pg_catalog.timestamp"},
	{"timestamptz", GW_TIMESTAMP, GW_PG_TIMESTAMP, AS_IS, GW_PG_KEY | GW_PG_CURSOR_TIME,
	 "pg_catalog.timestamptz"},
	{"interval", GW_TEXT, GW_PG_TEXT, AS_TEXT, 0, NULL},
	/* ::text would add a net mask that the type's own output leaves out. */
	{"inet", GW_TEXT, GW_PG_TEXT, "pg_catalog.abbrev(", ")", GW_PG_KEY | GW_PG_KEY_TEXT,
	 "pg_catalog.inet"},
	{"cidr", GW_TEXT, GW_PG_TEXT, AS_TEXT, GW_PG_KEY | GW_PG_KEY_TEXT, "pg_catalog.cidr"},
	{"macaddr", GW_TEXT, GW_PG_TEXT, AS_TEXT, GW_PG_KEY | GW_PG_KEY_TEXT, "pg_catalog.macaddr"},
	{"macaddr8", GW_TEXT, GW_PG_TEXT, AS_TEXT, GW_PG_KEY | GW_PG_KEY_TEXT,
	 "pg_catalog.macaddr8"},
	{"bytea", GW_BYTES, GW_PG_BYTES, AS_IS, GW_PG_KEY | GW_PG_KEY_TEXT, "pg_catalog.bytea"},
	{"bit", GW_TEXT, GW_PG_TEXT, AS_TEXT, 0, NULL},
	{"varbit", GW_TEXT, GW_PG_TEXT, AS_TEXT, 0, NULL},
	{NULL, GW_NULL, GW_PG_TEXT, NULL, NULL, 0, NULL},
};

/* An enum's binary form is its label; the cast is its own name, which the catalogue gives. */
static const struct gw_pg_type enum_type = {"enum", GW_TEXT, GW_PG_TEXT, AS_IS, GW_PG_KEY, NULL};

static const struct {
	char typtype, category; /* 0: any */
	const char *refusal;
} refusals[] = {
	{0, 'A', N_("an array holds many values; a record is flat")},
	{'c', 0, N_("a composite type holds many values; a record is flat")},
	{'r', 0, N_("a range holds two values; read its bounds")},
	{'m', 0, N_("a multirange holds many values; a record is flat")},
	{0, 'G', N_("geometry is not read")},
	{'p', 0, N_("a pseudo-type has no value to read")},
};

const struct gw_pg_type *
gw_pg_type_find(const struct gw_pg_type_facts *facts, const char **refusal)
{
	*refusal = NULL;
	if (facts->type == 'e')
		return &enum_type;
	for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
		if ((refusals[i].typtype == 0 || refusals[i].typtype == facts->type) &&
		    (refusals[i].category == 0 || refusals[i].category == facts->category)) {
			*refusal = _(refusals[i].refusal);
			return NULL;
		}
	}
	for (const struct gw_pg_type *type = gw_pg_types; type->name != NULL; type++) {
		/* citext is an extension's; its name is enough, for its text is all we take. */
		if (strcmp(type->name, facts->name) == 0 &&
		    (facts->builtin || strcmp(facts->name, "citext") == 0))
			return type;
	}
	*refusal = _("the gateway does not know this type");
	return NULL;
}
