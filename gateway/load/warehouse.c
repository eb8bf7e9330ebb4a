#include "load/warehouse.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/i18n.h"
#include "load/prepare.h"

enum { MAX_CONNINFO = 16 * 1024, MAX_COLUMNS = 256 };

struct gw_warehouse {
	struct gw_db *db;
	bool reading; /* between gw_warehouse_begin and _end */
};

/* Anything that waits longer holds others up: a loader that was stopped must block nobody. */
static const char limits_sql[] =
	"SET lock_timeout = '10s'; SET statement_timeout = '5min'; "
	"SET idle_in_transaction_session_timeout = '60s'; SET TimeZone = 'UTC'; "
	"SET DateStyle = 'ISO, YMD'; SET IntervalStyle = 'postgres'; "
	"SET bytea_output = 'hex'; SET standard_conforming_strings = on; "
	"SET search_path = pg_catalog";

/*
 * A refused row must not stand in the server's log.  Only a superuser, or whom
 * it was granted (GRANT SET ON PARAMETER), may say so; SECURITY.md has the
 * two statements for where it is not.
 */
static const char *const quiet_settings[][2] = {
	{"log_min_messages", "fatal"},
	{"log_min_error_statement", "panic"},
	{"log_min_duration_statement", "-1"},
	{"log_statement", "none"},
};

static void
be_quiet(struct gw_db *db, bool role_too)
{
	struct gw_error unused;
	char sql[160];

	for (size_t i = 0; i < sizeof quiet_settings / sizeof quiet_settings[0]; i++) {
		(void)snprintf(sql, sizeof sql, "SET %s = '%s'", quiet_settings[i][0],
			       quiet_settings[i][1]);
		(void)gw_db_exec(db, sql, &unused);
		(void)snprintf(sql, sizeof sql, "ALTER ROLE CURRENT_USER SET %s = '%s'",
			       quiet_settings[i][0], quiet_settings[i][1]);
		if (role_too)
			(void)gw_db_exec(db, sql, &unused);
	}
}

enum gw_status
gw_warehouse_connect(const struct gw_config *config, const char *duty, struct gw_db **out,
		     struct gw_error *err)
{
	struct gw_buf conninfo;
	struct gw_db *db = NULL;
	enum gw_status status;

	gw_buf_init(&conninfo, MAX_CONNINFO);
	status = gw_config_secret(config->warehouse_file, config->warehouse_env,
				  _("warehouse connection"), &conninfo, err);
	if (status == GW_OK)
		status = gw_db_open(conninfo.data, duty, &db, err);
	gw_buf_release(&conninfo);
	if (status == GW_OK)
		status = gw_db_exec(db, limits_sql, err);
	if (status != GW_OK) {
		gw_db_close(db);
		return status;
	}
	be_quiet(db, false);
	*out = db;
	return GW_OK;
}

/* Makes ref.home say what songma.yaml says; a province that today's list lacks would leave every
   list of communes empty. */
static enum gw_status
set_home(struct gw_db *db, const struct gw_config *config, struct gw_error *err)
{
	const char *params[] = {config->province};
	struct gw_db_result *known = NULL;
	enum gw_status status =
		gw_db_query(db,
			    "SELECT FROM ref.code_map m JOIN ref.unit_code c USING (map) "
			    "JOIN ref.unit u ON u.id = c.unit_id AND u.level = 'province' "
			    "WHERE m.valid_to IS NULL AND c.code = $1",
			    params, 1, &known, err);

	if (status == GW_OK && config->province != NULL && gw_db_rows(known) == 0)
		status = gw_fail(err, GW_CONFIG,
				 _("%s: \"province\": today's administrative units have no "
				   "province %s; schemas/codes/unit_code.csv has their codes"),
				 config->path, config->province);
	gw_db_free(known);
	if (status != GW_OK)
		return status;
	return gw_db_query(
		db,
		config->province == NULL
			? "DELETE FROM ref.home WHERE $1::text IS NULL"
			: "INSERT INTO ref.home (province) VALUES ($1) "
			  "ON CONFLICT ((true)) DO UPDATE SET province = excluded.province "
			  "WHERE home.province <> excluded.province",
		params, 1, NULL, err);
}

static enum gw_status
make(struct gw_db *db, const char *schemas_dir, struct gw_error *err)
{
	enum gw_status status;

	/* Another one that prepares may take its time: it is waited for. */
	status = gw_db_exec(db, "SET lock_timeout = '60s'", err);
	if (status == GW_OK)
		status = gw_prepare_files(db, schemas_dir, err);
	if (status == GW_OK) {
		be_quiet(db, true);
		status = gw_db_exec(db, "SET lock_timeout = '10s'", err);
	}
	return status == GW_OK ? GW_OK : gw_wrap(err, "%s", _("prepare the warehouse"));
}

enum gw_status
gw_warehouse_make(struct gw_db *db, const struct gw_config *config, struct gw_error *err)
{
	if (make(db, config->schemas_dir, err) != GW_OK)
		return err->status;
	return set_home(db, config, err);
}

enum gw_status
gw_warehouse_open(const struct gw_config *config, struct gw_warehouse **out, struct gw_error *err)
{
	struct gw_warehouse *warehouse = calloc(1, sizeof *warehouse);

	if (warehouse == NULL)
		return gw_fail_memory(err);
	if (gw_warehouse_connect(config, "songma", &warehouse->db, err) != GW_OK) {
		free(warehouse);
		return err->status;
	}
	*out = warehouse;
	return GW_OK;
}

void
gw_warehouse_close(struct gw_warehouse *warehouse)
{
	if (warehouse == NULL)
		return;
	gw_db_close(warehouse->db);
	free(warehouse);
}

enum gw_status
gw_warehouse_prepare(struct gw_warehouse *warehouse, const char *schemas_dir, struct gw_error *err)
{
	return make(warehouse->db, schemas_dir, err);
}

enum gw_status
gw_warehouse_begin(struct gw_warehouse *warehouse, struct gw_error *err)
{
	enum gw_status status =
		gw_db_exec(warehouse->db, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", err);

	warehouse->reading = status == GW_OK;
	return status;
}

void
gw_warehouse_end(struct gw_warehouse *warehouse)
{
	gw_db_rollback(warehouse->db);
	warehouse->reading = false;
}

static enum gw_status
give_rows(const struct gw_db_result *result, gw_row_fn *each, void *arg, struct gw_error *err)
{
	const char *values[MAX_COLUMNS];
	size_t columns = gw_db_columns(result);
	enum gw_status status = GW_OK;

	if (columns > MAX_COLUMNS)
		return gw_fail(err, GW_FATAL, _("a query gives more than %d columns"), MAX_COLUMNS);
	for (size_t r = 0; r < gw_db_rows(result) && status == GW_OK; r++) {
		for (size_t c = 0; c < columns; c++)
			values[c] = gw_db_text(result, r, c);
		status = each(arg, values, columns, err);
	}
	return status;
}

static enum gw_status
limit_time(struct gw_db *db, int64_t timeout_us, struct gw_error *err)
{
	char sql[96];

	(void)snprintf(sql, sizeof sql, "SET LOCAL statement_timeout = %lld",
		       (long long)(timeout_us / 1000));
	return gw_db_exec(db, sql, err);
}

/* What the two usual failures of a question mean.  One that is too slow is not tried again: it
   would be as slow. */
static enum gw_status
explain(int64_t timeout_us, struct gw_error *err)
{
	if (strcmp(err->sqlstate, "42P01") == 0 || strcmp(err->sqlstate, "3F000") == 0) {
		(void)gw_fail(
			err, GW_CONFIG, "%s",
			_("the warehouse has no table of this yet: nothing of it was loaded; run "
			  "songma sync first"));
		/* Who only asks how it is need not take this for trouble. */
		memcpy(err->sqlstate, "42P01", sizeof err->sqlstate);
		return err->status;
	}
	if (strcmp(err->sqlstate, "57014") != 0)
		return err->status;
	return gw_fail(err, GW_FATAL, _("the query took longer than the %lld seconds it is given"),
		       (long long)(timeout_us / 1000000));
}

enum gw_status /* NOLINTNEXTLINE(readability-function-size): each is a part of one query */
gw_warehouse_query(struct gw_warehouse *warehouse, const char *sql, const char *const *params,
		   size_t nparams, int64_t timeout_us, gw_row_fn *each, void *arg,
		   struct gw_error *err)
{
	bool alone = !warehouse->reading;
	struct gw_db_result *result = NULL;
	enum gw_status status = alone ? gw_warehouse_begin(warehouse, err) : GW_OK;

	if (status == GW_OK)
		status = limit_time(warehouse->db, timeout_us, err);
	if (status == GW_OK)
		status = gw_db_query(warehouse->db, sql, params, (int)nparams, &result, err);
	if (status == GW_OK)
		status = give_rows(result, each, arg, err);
	else
		status = explain(timeout_us, err);
	if (alone)
		gw_warehouse_end(warehouse);
	gw_db_free(result);
	return status;
}

enum gw_status
gw_warehouse_write(struct gw_warehouse *warehouse, const char *sql, const char *const *params,
		   size_t nparams, struct gw_error *err)
{
	return gw_db_query(warehouse->db, sql, params, (int)nparams, NULL, err);
}

/*
 * A batch touches few rows of a table that may be large and, while it fills, has
 * no statistics: rows are looked up by key or place, whatever the planner thinks,
 * and it is not asked anew with each batch's arrays in hand.  A backend whose
 * loader was killed notices it, and lets its locks go.
 */
static const char session_sql[] =
	"SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; "
	"SET plan_cache_mode = force_generic_plan; SET work_mem = '32MB'; SET jit = off; "
	"SET default_statistics_target = 20; SET client_connection_check_interval = '2s'; "
	"SET client_min_messages = error";

enum gw_status
gw_warehouse_load(const struct gw_config *config, struct gw_db **out, struct gw_error *err)
{
	if (gw_warehouse_connect(config, "songma load", out, err) != GW_OK ||
	    gw_warehouse_make(*out, config, err) != GW_OK)
		return err->status;
	return gw_db_exec(*out, session_sql, err);
}
