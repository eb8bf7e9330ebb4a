#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "explain/explain.h"
#include "load/canon.h"
#include "load/load.h"

enum { QUERY_US = 30 * 1000000, TEXT_MAX = 4 * 1024 * 1024, SQL_MAX = 1024 };

#define MICROSECONDS(time) "(extract(epoch FROM " time ") * 1000000)::bigint"

void
gw_explain_init(struct gw_explained *out)
{
	*out = (struct gw_explained){.entity = NULL};
	gw_arena_init(&out->arena, TEXT_MAX);
}

void
gw_explain_release(struct gw_explained *out)
{
	gw_arena_release(&out->arena);
}

/* One question after the other, all in one snapshot. */
struct asking {
	struct gw_explained *out;
	struct gw_warehouse *warehouse;
	const char *source, *stream, *key;
};

static int64_t
number(const char *text)
{
	int64_t n = 0;

	return text != NULL && gw_parse_i64(text, strlen(text), &n) ? n : 0;
}

/* A copy; "" for null. */
static const char *
text(struct gw_explained *out, const char *value)
{
	const char *copy = value == NULL ? "" : gw_arena_copy(&out->arena, value, strlen(value));

	return copy == NULL ? "" : copy;
}

static enum gw_status
ask(const struct asking *asking, const char *sql, gw_row_fn *each, struct gw_error *err)
{
	const char *params[] = {asking->source, asking->stream, asking->key};

	return gw_warehouse_query(asking->warehouse, sql, params, 3, QUERY_US, each, asking->out,
				  err);
}

static enum gw_status
take_entity(void *arg, const char *const *values, size_t count, struct gw_error *err)
{
	struct gw_explained *out = arg;

	(void)err;
	if (count == 1 && values[0] != NULL && gw_canon_name_ok(values[0]))
		out->entity = text(out, values[0]);
	return GW_OK;
}

static enum gw_status
take_row(void *arg, const char *const *values, size_t count, struct gw_error *err)
{
	struct gw_explained *out = arg;

	if (count != 8)
		return gw_fail(err, GW_FATAL, "%s", _("the warehouse gave other columns"));
	out->row = true;
	out->version = number(values[0]);
	out->hash = number(values[1]);
	out->loaded_us = number(values[2]);
	out->deleted_us = number(values[3]);
	out->run = text(out, values[4]);
	out->balance = text(out, values[5]);
	out->run_us = number(values[6]);
	out->replayed = values[7] != NULL;
	(void)snprintf(out->topic, sizeof out->topic, "%s", values[7] == NULL ? "" : values[7]);
	return GW_OK;
}

static const char row_sql[] =
	"SELECT c._version, c._hash, " MICROSECONDS("c._loaded_at") ", " MICROSECONDS(
		"c._deleted_at") ", c._run, b.state, " MICROSECONDS("b.started_at") ", "
										    "(SELECT "
										    "l.topic FROM "
										    "ops.run_load "
										    "l WHERE l.run "
										    "= c._run AND "
										    "l.topic LIKE "
										    "'%%.\\_replay'"
										    " "
										    "LIMIT 1) FROM "
										    "canon.\"%s\" "
										    "c LEFT JOIN "
										    "ops.run_"
										    "balance b ON "
										    "b.run = "
										    "c._run "
										    "WHERE "
										    "c._source = "
										    "$1 AND "
										    "c._stream = "
										    "$2 AND c._key "
										    "= $3";

static enum gw_status
ask_row(const struct asking *asking, struct gw_error *err)
{
	struct gw_buf sql;
	enum gw_status status;

	gw_buf_init(&sql, SQL_MAX);
	(void)gw_buf_printf(&sql, row_sql, asking->out->entity);
	status = sql.failed ? gw_fail_memory(err) : ask(asking, sql.data, take_row, err);
	gw_buf_release(&sql);
	return status;
}

static enum gw_status
take_version(void *arg, const char *const *values, size_t count, struct gw_error *err)
{
	struct gw_explained *out = arg;

	(void)err;
	if (count != 4 || out->nversions == GW_EXPLAIN_ITEMS)
		return GW_OK;
	out->history[out->nversions++] = (struct gw_explain_version){
		.from_us = number(values[0]),
		.to_us = number(values[1]),
		.version = number(values[2]),
	};
	out->nhistory = number(values[3]);
	return GW_OK;
}

static enum gw_status
ask_history(const struct asking *asking, struct gw_error *err)
{
	struct gw_buf sql;
	enum gw_status status;

	gw_buf_init(&sql, SQL_MAX);
	(void)gw_buf_printf(&sql,
			    "SELECT " MICROSECONDS("_valid_from") ", " MICROSECONDS(
				    "_valid_to") ", _version, count(*) OVER () "
						 "FROM history.\"%s\" WHERE _source = $1 AND "
						 "_stream = $2 AND _key = $3 "
						 "ORDER BY _version DESC LIMIT 20",
			    asking->out->entity);
	status = sql.failed ? gw_fail_memory(err) : ask(asking, sql.data, take_version, err);
	gw_buf_release(&sql);
	return status;
}

static enum gw_status
take_remembered(void *arg, const char *const *values, size_t count, struct gw_error *err)
{
	struct gw_explained *out = arg;

	(void)err;
	if (count == 2) {
		out->remembered = number(values[0]);
		out->remembered_us = number(values[1]);
	}
	return GW_OK;
}

static const char letters_sql[] = "SELECT id, " MICROSECONDS("at") ", " MICROSECONDS(
	"state_at") ", stage, column_name, rule, "
		    "code, reason, state, state_by, state_why, version, resolved_version, topic, "
		    "partition, "
		    "kafka_offset, count(*) OVER () FROM ops.dead_letter "
		    "WHERE source = $1 AND stream = $2 AND key = $3 ORDER BY id DESC LIMIT 20";

static enum gw_status
take_letter(void *arg, const char *const *values, size_t count, struct gw_error *err)
{
	struct gw_explained *out = arg;

	(void)err;
	if (count != 17 || out->nshown == GW_EXPLAIN_ITEMS)
		return GW_OK;
	out->letters[out->nshown++] = (struct gw_explain_letter){
		.id = number(values[0]),
		.at_us = number(values[1]),
		.changed_us = number(values[2]),
		.stage = text(out, values[3]),
		.column = text(out, values[4]),
		.rule = text(out, values[5]),
		.code = text(out, values[6]),
		.reason = text(out, values[7]),
		.state = text(out, values[8]),
		.by = text(out, values[9]),
		.why = text(out, values[10]),
		.version = number(values[11]),
		.resolved_version = number(values[12]),
		.topic = text(out, values[13]),
		.partition = number(values[14]),
		.offset = number(values[15]),
	};
	out->nletters = number(values[16]);
	return GW_OK;
}

/* The act that fixed a letter names who, which column and why; the correction itself is sealed. */
static const char fixes_sql[] = "SELECT " MICROSECONDS(
	"a.at") ", a.by, a.body::json ->> 'column', a.body::json ->> 'reason' "
		"FROM ops.audit a WHERE a.act = 'fix' AND a.source = $1 AND a.stream = $2 AND "
		"a.letters && "
		"ARRAY(SELECT id FROM ops.dead_letter WHERE source = $1 AND stream = $2 AND key = "
		"$3) "
		"ORDER BY a.seq DESC LIMIT 20";

static enum gw_status
take_fix(void *arg, const char *const *values, size_t count, struct gw_error *err)
{
	struct gw_explained *out = arg;

	(void)err;
	if (count != 4 || out->nfixes == GW_EXPLAIN_ITEMS)
		return GW_OK;
	out->fixes[out->nfixes++] = (struct gw_explain_fix){
		.at_us = number(values[0]),
		.by = text(out, values[1]),
		.column = text(out, values[2]),
		.reason = text(out, values[3]),
	};
	return GW_OK;
}

static enum gw_status
ask_all(const struct asking *asking, struct gw_error *err)
{
	static const char entity_sql[] = "SELECT entity FROM ops.stream WHERE source = $1 AND "
					 "stream = $2 AND $3::text IS NOT NULL";
	static const char remembered_sql[] = "SELECT version, " MICROSECONDS(
		"at") " FROM ops.deleted "
		      "WHERE source = $1 AND stream = $2 AND key = $3";

	if (ask(asking, entity_sql, take_entity, err) != GW_OK)
		return err->status;
	if (asking->out->entity != NULL &&
	    (ask_row(asking, err) != GW_OK || ask_history(asking, err) != GW_OK))
		return err->status;
	if (ask(asking, remembered_sql, take_remembered, err) != GW_OK ||
	    ask(asking, letters_sql, take_letter, err) != GW_OK)
		return err->status;
	return asking->out->nletters == 0 ? GW_OK : ask(asking, fixes_sql, take_fix, err);
}

enum gw_status
gw_explain_warehouse(const struct gw_config *config, const char *source, const char *stream,
		     const char *key, struct gw_explained *out, struct gw_error *err)
{
	struct asking asking = {.out = out, .source = source, .stream = stream, .key = key};
	enum gw_status status = gw_warehouse_open(config, &asking.warehouse, err);

	if (status == GW_OK)
		status = gw_warehouse_begin(asking.warehouse, err);
	if (status == GW_OK) {
		status = ask_all(&asking, err);
		gw_warehouse_end(asking.warehouse);
	}
	gw_warehouse_close(asking.warehouse);
	/* No loader has made the warehouse yet. */
	if (status != GW_OK &&
	    (strcmp(err->sqlstate, "42P01") == 0 || strcmp(err->sqlstate, "3F000") == 0))
		return GW_OK;
	return status;
}
