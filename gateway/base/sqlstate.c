#include "base/sqlstate.h"

#include <string.h>

/* A longer prefix stands before a shorter one that it begins with.  Source, warehouse. */
static const struct {
	const char *prefix;
	enum gw_status status[2];
} classes[] = {
	{"08", {GW_RETRY, GW_RETRY}},      /* the connection */
	{"0A", {GW_CONFIG, GW_CONFIG}},    /* a feature that is not there */
	{"21", {GW_CONFIG, GW_REJECT}},    /* of a trigger or rule: more rows than one */
	{"22023", {GW_CONFIG, GW_REJECT}}, /* a setting or time zone */
	{"22", {GW_CONFIG, GW_REJECT}},    /* a value */
	{"23", {GW_CONFIG, GW_REJECT}},    /* a constraint */
	{"25006", {GW_CONFIG, GW_RETRY}},  /* read-only: the warehouse is a standby just now */
	{"25P03", {GW_RETRY, GW_RETRY}},   /* idle in a transaction for too long */
	{"25", {GW_RETRY, GW_FATAL}},      /* the transaction's state */
	{"26", {GW_RETRY, GW_RETRY}},      /* a prepared statement that a pooler has lost */
	{"27", {GW_CONFIG, GW_REJECT}},    /* a trigger changed the row it was called for */
	{"28", {GW_CONFIG, GW_CONFIG}},    /* account and password */
	{"2BP01", {GW_CONFIG, GW_CONFIG}}, /* others depend on it */
	{"38", {GW_CONFIG, GW_REJECT}},    /* a function of somebody else */
	{"39", {GW_CONFIG, GW_REJECT}},    {"3D", {GW_CONFIG, GW_CONFIG}}, /* no such database */
	{"3F", {GW_CONFIG, GW_CONFIG}},                                    /* no such schema */
	{"40", {GW_RETRY, GW_RETRY}},      /* a deadlock, a conflict with recovery */
	{"42", {GW_CONFIG, GW_CONFIG}},    /* rights, a table or column that is gone */
	{"44", {GW_CONFIG, GW_REJECT}},    /* the check option of a view */
	{"53400", {GW_CONFIG, GW_CONFIG}}, /* a limit that somebody has configured */
	{"53", {GW_RETRY, GW_RETRY}},      /* disk, memory, connections */
	{"54000", {GW_CONFIG, GW_REJECT}}, /* a value too long for an index */
	{"54", {GW_CONFIG, GW_FATAL}},     /* a limit of the server */
	{"55P03", {GW_RETRY, GW_RETRY}},   /* a lock */
	{"55006", {GW_RETRY, GW_RETRY}},   /* in use */
	{"55", {GW_RETRY, GW_CONFIG}},     /* an object's state */
	{"57P04", {GW_CONFIG, GW_CONFIG}}, /* the database was dropped */
	{"57", {GW_RETRY, GW_RETRY}},      /* stopping, starting, cancelled, timed out */
	{"58P01", {GW_RETRY, GW_FATAL}},   /* a file is missing */
	{"58", {GW_RETRY, GW_RETRY}},      /* the disk */
	{"72", {GW_RETRY, GW_RETRY}},      /* the snapshot is too old */
	{"F0", {GW_RETRY, GW_RETRY}},      /* the server's own configuration */
	{"HV00N", {GW_RETRY, GW_RETRY}},   /* a foreign table's server is away */
	{"P0", {GW_CONFIG, GW_REJECT}},    /* a trigger or function raised it */
	{"XX001", {GW_CONFIG, GW_CONFIG}}, /* data of the server are damaged */
	{"XX002", {GW_CONFIG, GW_CONFIG}}, /* an index of it is */
	{"XX", {GW_RETRY, GW_FATAL}},      /* an error of the server's own */
};

enum gw_status
gw_sqlstate_status(const char *state, enum gw_sql_end end)
{
	for (size_t i = 0; i < sizeof classes / sizeof classes[0]; i++)
		if (strncmp(state, classes[i].prefix, strlen(classes[i].prefix)) == 0)
			return classes[i].status[end];
	return end == GW_SQL_SOURCE ? GW_CONFIG : GW_FATAL;
}
