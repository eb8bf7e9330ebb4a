#include "odbc/catalog.h"

#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"

enum { ACCOUNT_MAX = 700, NAMES_MAX = 16 << 20 };

static bool
put_to(const char *quoted, const char *account, struct gw_buf *out)
{
	return gw_buf_printf(out, "GRANT SELECT ON %s TO %s;\n", quoted,
			     account == NULL || account[0] == '\0' ? _("<account>") : account);
}

bool
gw_odbc_put_grant(const struct gw_odbc_dialect *dialect, const char *schema, const char *name,
		  const char *account, struct gw_buf *out)
{
	const char *dot = strchr(name, '.');
	struct gw_buf quoted;
	bool put = true;

	gw_buf_init(&quoted, GW_ODBC_SQL_MAX);
	if (dot != NULL) {
		char *before = strndup(name, (size_t)(dot - name));

		put = before != NULL && gw_odbc_quote(&quoted, dialect, before);
		free(before);
	} else if (schema[0] != '\0') {
		put = gw_odbc_quote(&quoted, dialect, schema);
	}
	if (put && quoted.len > 0)
		put = gw_buf_putc(&quoted, '.');
	put = put && gw_odbc_quote(&quoted, dialect, dot != NULL ? dot + 1 : name) &&
	      put_to(quoted.data, account, out);
	gw_buf_release(&quoted);
	return put;
}

/* "" where the database does not tell: a stand-in, or a server that knows no such function. */
static enum gw_status
who(struct gw_session *session, char account[ACCOUNT_MAX], struct gw_error *err)
{
	enum gw_status status = GW_OK;

	account[0] = '\0';
	if (session->dialect->account != NULL)
		status = gw_odbc_query_one(session, session->where, session->dialect->account,
					   account, ACCOUNT_MAX, err);
	return status == GW_CONFIG || status == GW_REJECT ? GW_OK : status;
}

static enum gw_status
put_table(struct gw_session *session, const char *name, const char *account, struct gw_buf *out,
	  struct gw_error *err)
{
	struct gw_odbc_table found;
	struct gw_arena arena;
	enum gw_status status;
	bool put = true;

	gw_arena_init(&arena, NAMES_MAX);
	status = gw_odbc_table_find(session, name, &arena, &found, err);
	gw_odbc_end_page(session);
	/* One that may not be read is often not seen either; its name is all that is needed. */
	if (status == GW_OK)
		put = put_to(found.quoted, account, out);
	else if (status == GW_CONFIG || status == GW_REJECT)
		put = gw_odbc_put_grant(session->dialect, session->schema, name, account, out);
	gw_arena_release(&arena);
	if (status == GW_RETRY || status == GW_CANCELLED || status == GW_FATAL)
		return status;
	return put ? GW_OK : gw_fail_memory(err);
}

enum gw_status
gw_odbc_grants(struct gw_session *session, const char *const *tables, size_t ntables,
	       struct gw_buf *out, struct gw_error *err)
{
	char account[ACCOUNT_MAX];
	enum gw_status status;

	if (session->dialect->file != NULL) {
		(void)gw_buf_printf(out, "-- %s\n",
				    _("a file has no accounts: the rights of the file decide. The "
				      "account that songma runs as needs to read it, and should "
				      "not be able to write to it: setfacl -m u:ACCOUNT:r FILE"));
		return out->failed ? gw_fail_memory(err) : GW_OK;
	}
	status = who(session, account, err);
	for (size_t i = 0; status == GW_OK && i < ntables; i++)
		status = put_table(session, tables[i], account, out, err);
	return status;
}
