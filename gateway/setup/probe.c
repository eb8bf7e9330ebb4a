#include "setup/probe.h"

#include <string.h>

#include "base/i18n.h"
#include "base/text.h"

#define TIME_LIMIT INT64_C(60000000)
enum { NAMES_MEMORY = 1 << 20 };

struct names {
	struct gw_arena arena;
	const char *at[GW_PROBE_TABLES];
	size_t count;
};

static enum gw_status
add_name(void *arg, const struct gw_table *table, struct gw_error *err)
{
	struct names *names = arg;

	if (!table->readable || names->count == GW_PROBE_TABLES)
		return GW_OK;
	names->at[names->count] = gw_arena_copy(&names->arena, table->name, strlen(table->name));
	if (names->at[names->count] == NULL)
		return gw_fail_memory(err);
	names->count++;
	return GW_OK;
}

/* Whether it may write is asked of each table by itself: one that is broken is no reason to
   refuse the connection. */
static enum gw_status
ask_rights(const struct gw_connector *connector, struct gw_session *session,
	   const struct names *names, struct gw_probe *out, struct gw_error *err)
{
	for (size_t i = 0; i < names->count && !out->facts.can_write; i++) {
		struct gw_source_facts facts = {.can_write = false};
		enum gw_status status = connector->check(session, &names->at[i], 1, &facts, err);

		if (status != GW_OK && status != GW_CONFIG && status != GW_REJECT)
			return status;
		out->facts.can_write = status == GW_OK && facts.can_write;
		out->broken += status != GW_OK;
	}
	return GW_OK;
}

static enum gw_status
ask(const struct gw_connector *connector, struct gw_session *session, struct names *names,
    struct gw_probe *out, struct gw_error *err)
{
	struct gw_probe found = {.tables = 0};

	if (connector->discover(session, NULL, add_name, names, err) != GW_OK ||
	    connector->check(session, names->at, 0, &found.facts, err) != GW_OK ||
	    ask_rights(connector, session, names, &found, err) != GW_OK)
		return err->status;
	found.tables = names->count;
	if (found.facts.clock_us > 0)
		found.ahead_us = found.facts.clock_us - gw_now_us();
	*out = found;
	return GW_OK;
}

enum gw_status
gw_probe(const char *connector, const char *connection, const char *time_zone, struct gw_probe *out,
	 struct gw_error *err)
{
	struct gw_settings settings = {.connection = connection,
				       .time_zone = time_zone,
				       .statement_timeout_us = TIME_LIMIT};
	const struct gw_connector *found = NULL;
	struct gw_session *session = NULL;
	struct names names = {.count = 0};
	enum gw_status status = gw_connector_find(connector, &found, err);

	if (status == GW_OK)
		status = found->open(&settings, &session, err);
	if (status != GW_OK)
		return status;
	gw_arena_init(&names.arena, NAMES_MEMORY);
	status = ask(found, session, &names, out, err);
	gw_arena_release(&names.arena);
	found->close(session);
	return status;
}

const char *
gw_probe_advice(const struct gw_error *err)
{
	if (err->status == GW_RETRY)
		return _("Is the machine's name right?  Does the database run?  Does its firewall "
			 "let this machine in on that port?  Its administrator can tell.");
	return _("Account, password and name of the database come from the database's "
		 "administrator; show them this message.");
}
