#include "load/pause.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "config/source.h"

enum { NUMBER_TEXT = 24, MAX_ARRAY = 1024 * 1024, WHY_MAX = 600, CAUSES = 16, SHOWN = 4 };

static const char *
number(char text[NUMBER_TEXT], int64_t n)
{
	(void)snprintf(text, NUMBER_TEXT, "%" PRId64, n);
	return text;
}

static const char paused_sql[] =
	"INSERT INTO ops.pause AS p (source, stream, side, at, why, run) "
	"VALUES ($1, $2, 'pull', $3, $4, $5) ON CONFLICT (source, stream, side) DO UPDATE SET "
	"at = excluded.at, why = excluded.why, ended_at = NULL, "
	"run = CASE WHEN p.at = excluded.at THEN p.run ELSE excluded.run END";

static const char not_paused_sql[] =
	"UPDATE ops.pause SET ended_at = $3 WHERE source = $1 AND stream = $2 AND side = 'pull' "
	"AND ended_at IS NULL";

static const char limit_sql[] =
	"UPDATE ops.run SET pause_at = $2, at_least = $3 WHERE id = $1 AND pause_at IS NULL";

static enum gw_status
put_limit(struct gw_db *db, const struct gw_event *event, const char *id, struct gw_error *err)
{
	char n[2][NUMBER_TEXT];
	const char *params[] = {id, number(n[0], event->pause_at), number(n[1], event->at_least)};

	/* What is as always need not be noted. */
	if (event->at_least < 0 ||
	    (event->pause_at == GW_PAUSE_AT && event->at_least == GW_PAUSE_AT_LEAST))
		return GW_OK;
	return gw_db_query(db, limit_sql, params, 3, NULL, err);
}

enum gw_status
gw_pause_told(struct gw_db *db, const struct gw_event *event, struct gw_error *err)
{
	bool paused = event->paused_us != 0;
	char id[GW_UUID_TEXT], at[GW_TIME_TEXT];
	const char *params[] = {event->source, event->stream, at, event->why, id};

	gw_uuid_format(event->run.id, id);
	gw_timestamp_format(paused ? event->paused_us : event->at_us, at);
	if (gw_db_query(db, paused ? paused_sql : not_paused_sql, params, paused ? 5 : 3, NULL,
			err) != GW_OK)
		return err->status;
	return put_limit(db, event, id, err);
}

/* The picked batch's runs as they are in the warehouse. */
struct account {
	int64_t rows, refused, allow;
	struct gw_letters_limit limit;
};

/* A run whose beginning has not been told yet has the limit of the one before it. */
static const char account_sql[] =
	"SELECT coalesce(sum(loaded + unchanged + superseded + deleted + refused), 0)::bigint, "
	"coalesce(sum(refused), 0)::bigint, "
	"(SELECT allow FROM ops.pause WHERE source = $3 AND stream = $4 AND side = 'load'), "
	"coalesce((SELECT min(pause_at) FROM ops.run WHERE id = ANY ($1::uuid[])), "
	"(SELECT pause_at FROM ops.run WHERE source = $3 AND stream = $4 "
	"ORDER BY started_at DESC LIMIT 1)), "
	"coalesce((SELECT max(at_least) FROM ops.run WHERE id = ANY ($1::uuid[])), "
	"(SELECT at_least FROM ops.run WHERE source = $3 AND stream = $4 "
	"ORDER BY started_at DESC LIMIT 1)) "
	"FROM ops.run_load WHERE run = ANY ($1::uuid[]) AND topic = $2";

static enum gw_status
put_runs(const struct gw_stage *stage, struct gw_buf *out, struct gw_error *err)
{
	bool first = true;

	(void)gw_buf_putc(out, '{');
	for (size_t i = 0; i < stage->nslots; i++) {
		char id[GW_UUID_TEXT];

		if (!stage->slots[i].has_run)
			continue;
		gw_uuid_format(stage->slots[i].run, id);
		(void)gw_buf_printf(out, "%s%s", first ? "" : ",", id);
		first = false;
	}
	return gw_buf_putc(out, '}') ? GW_OK : gw_fail_memory(err);
}

static enum gw_status
read_account(struct gw_db *db, const struct gw_stage *stage, struct account *out,
	     struct gw_error *err)
{
	const struct gw_topic *topic = stage->topic;
	const char *params[] = {NULL, topic->name, topic->source, topic->stream};
	struct gw_db_result *rows = NULL;
	struct gw_buf runs;
	enum gw_status status;

	gw_buf_init(&runs, MAX_ARRAY);
	status = put_runs(stage, &runs, err);
	params[0] = runs.data;
	if (status == GW_OK)
		status = gw_db_query(db, account_sql, params, 4, &rows, err);
	if (status == GW_OK)
		*out = (struct account){
			.rows = gw_db_i64(rows, 0, 0),
			.refused = gw_db_i64(rows, 0, 1),
			.allow = gw_db_i64(rows, 0, 2),
			.limit.pause_at = gw_db_text(rows, 0, 3) == NULL ? GW_PAUSE_AT
									 : gw_db_i64(rows, 0, 3),
			.limit.at_least = gw_db_text(rows, 0, 4) == NULL ? GW_PAUSE_AT_LEAST
									 : gw_db_i64(rows, 0, 4),
		};
	gw_db_free(rows);
	gw_buf_release(&runs);
	return status;
}

static int64_t
count_refused(const struct gw_stage *stage)
{
	int64_t count = 0;

	for (size_t i = 0; i < stage->npicked; i++)
		count += stage->picked[i]->refusal != NULL;
	return count;
}

enum gw_status
gw_pause_check(struct gw_db *db, struct gw_stage *stage, struct gw_error *err)
{
	const struct gw_topic *topic = stage->topic;
	/* A person has asked for what is replayed, and it is no more than an order holds. */
	bool limited = topic->content == GW_CONTENT_RECORDS && !topic->mixed;
	int64_t refused = limited ? count_refused(stage) : 0;

	if (refused == 0)
		return GW_OK;
	if (!stage->limited) {
		struct account account;
		int64_t most;

		if (read_account(db, stage, &account, err) != GW_OK)
			return err->status;
		most = gw_letters_most(&account.limit, account.rows + (int64_t)stage->npicked);
		stage->most = most > account.refused ? most - account.refused : 0;
		stage->allowed = account.allow;
		stage->limited = true;
	}
	if (refused <= stage->most || refused - stage->most <= stage->allowed)
		return GW_OK;
	stage->flooded = true;
	return gw_fail(err, GW_REJECT, "%s", _("too many records are refused"));
}

enum gw_status
gw_pause_use(struct gw_db *db, struct gw_stage *stage, struct gw_error *err)
{
	static const char sql[] = "UPDATE ops.pause SET allow = greatest(allow - $3::bigint, 0) "
				  "WHERE source = $1 AND stream = $2 AND side = 'load'";
	char beyond[NUMBER_TEXT];
	const char *params[] = {stage->topic->source, stage->topic->stream, beyond};
	int64_t refused;

	if (gw_pause_check(db, stage, err) != GW_OK)
		return err->status;
	refused = stage->limited ? count_refused(stage) : 0;
	if (refused <= stage->most)
		return GW_OK;
	(void)number(beyond, refused - stage->most);
	return gw_db_query(db, sql, params, 3, NULL, err);
}

/* What refused records of a batch, and how many. */
struct cause {
	const char *code, *rule;
	int64_t records;
};

static const char *
rule_of(const struct gw_refusal *refusal)
{
	if (refusal->rule != NULL && refusal->rule[0] != '\0')
		return refusal->rule;
	return refusal->column == NULL ? "" : refusal->column;
}

static size_t
gather(const struct gw_stage *stage, struct cause causes[CAUSES])
{
	size_t count = 0;

	for (size_t i = 0; i < stage->npicked; i++) {
		const struct gw_refusal *refusal = stage->picked[i]->refusal;
		size_t c = 0;

		if (refusal == NULL)
			continue;
		while (c < count && (strcmp(causes[c].code, refusal->code) != 0 ||
				     strcmp(causes[c].rule, rule_of(refusal)) != 0))
			c++;
		if (c == CAUSES)
			continue;
		if (c == count)
			causes[count++] =
				(struct cause){.code = refusal->code, .rule = rule_of(refusal)};
		causes[c].records++;
	}
	return count;
}

static void
put_cause(const struct cause *cause, struct gw_buf *out)
{
	if (cause->rule[0] == '\0')
		(void)gw_buf_printf(out, "%lld × %s", (long long)cause->records, cause->code);
	else
		(void)gw_buf_printf(out, "%lld × %s (%s)", (long long)cause->records, cause->rule,
				    cause->code);
}

/* The most frequent ones. */
static void
put_causes(const struct gw_stage *stage, struct gw_buf *out)
{
	struct cause causes[CAUSES];
	size_t count = gather(stage, causes);

	for (int n = 0; n < SHOWN && count > 0; n++) {
		size_t best = 0;

		for (size_t c = 1; c < count; c++)
			if (causes[c].records > causes[best].records)
				best = c;
		(void)gw_buf_puts(out, n == 0 ? "" : ", ");
		put_cause(&causes[best], out);
		causes[best] = causes[--count];
	}
}

static const char begin_sql[] =
	"INSERT INTO ops.pause (source, stream, side, at, why, run) "
	"VALUES ($1, $2, 'load', clock_timestamp(), $3, $4) "
	"ON CONFLICT (source, stream, side) DO UPDATE SET at = excluded.at, why = excluded.why, "
	"run = excluded.run, ended_at = NULL, allow = 0";

enum gw_status
gw_pause_begin(struct gw_db *db, struct gw_stage *stage, const char **why, struct gw_error *err)
{
	char run[GW_UUID_TEXT];
	const char *params[] = {stage->topic->source, stage->topic->stream, NULL, NULL};
	struct gw_buf text;
	enum gw_status status = GW_OK;

	gw_buf_init(&text, MAX_ARRAY);
	(void)gw_buf_printf(&text,
			    _("the warehouse refused %lld of %zu records that were to be loaded "
			      "together: "),
			    (long long)count_refused(stage), stage->npicked);
	put_causes(stage, &text);
	*why = text.failed ? NULL : gw_arena_copy(&stage->arena, text.data, text.len);
	gw_buf_release(&text);
	if (*why == NULL)
		return gw_fail_memory(err);
	params[2] = *why;
	for (size_t i = 0; i < stage->nslots; i++)
		if (stage->slots[i].has_run) {
			gw_uuid_format(stage->slots[i].run, run);
			params[3] = run;
		}
	status = gw_db_query(db, begin_sql, params, 4, NULL, err);
	if (status == GW_OK)
		stage->topic->paused = true;
	return status;
}

/* An act of long before can't have meant a pause of today: the warehouse was filled anew. */
static const char end_sql[] = "UPDATE ops.pause SET ended_at = $3::timestamptz, allow = $4::bigint "
			      "WHERE source = $1 AND stream = $2 AND side = 'load' "
			      "AND at <= $3::timestamptz + interval '1 hour'";

enum gw_status
gw_pause_end(struct gw_db *db, const struct gw_act *act, struct gw_error *err)
{
	char at[GW_TIME_TEXT], allow[NUMBER_TEXT];
	const char *params[] = {act->source, act->stream, at, number(allow, act->allow)};

	gw_timestamp_format(act->at_us, at);
	return gw_db_query(db, end_sql, params, 4, NULL, err);
}

enum gw_status
gw_pause_look(struct gw_db *db, struct gw_topic *topics, struct gw_error *err)
{
	struct gw_db_result *rows = NULL;

	if (gw_db_query(db,
			"SELECT source, stream FROM ops.pause WHERE side = 'load' "
			"AND ended_at IS NULL",
			NULL, 0, &rows, err) != GW_OK)
		return err->status;
	for (struct gw_topic *topic = topics; topic != NULL; topic = topic->next) {
		topic->paused = false;
		for (size_t r = 0; r < gw_db_rows(rows); r++)
			topic->paused |= topic->content == GW_CONTENT_RECORDS &&
					 strcmp(gw_db_text(rows, r, 0), topic->source) == 0 &&
					 strcmp(gw_db_text(rows, r, 1), topic->stream) == 0;
	}
	gw_db_free(rows);
	return GW_OK;
}
