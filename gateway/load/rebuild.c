#include "load/rebuild.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/i18n.h"
#include "base/text.h"
#include "load/shadow.h"

enum {
	PASSES = 5,   /* after the loaders, until they are held */
	NEAR = 20000, /* records, which are read while they are held */
	HOLDS = 5,    /* attempts at a table that somebody reads for long */
	REST_S = 2,
	GUARD_ROWS = 100, /* rows of no record, or 1 % where that is less */
};

struct gw_rebuild {
	struct gw_shadow shadow;
	gw_rebuild_note_fn *note;
	void *arg;
};

static enum gw_status
query_one(struct gw_db *db, const char *sql, const char *param, struct gw_db_result **out,
	  struct gw_error *err)
{
	const char *params[] = {param};
	enum gw_status status = gw_db_query(db, sql, params, 1, out, err);

	if (status == GW_OK && gw_db_rows(*out) != 1) {
		gw_db_free(*out);
		*out = NULL;
		status = gw_fail(err, GW_CONFIG,
				 _("the warehouse has no table canon.%s that the gateway fills"),
				 param);
	}
	return status;
}

/* Two of them would write the same table.  The lock goes with the connection. */
static enum gw_status
lock_out(struct gw_rebuild *rebuild, struct gw_error *err)
{
	struct gw_db_result *row = NULL;
	enum gw_status status = query_one(rebuild->shadow.hold,
					  "SELECT pg_try_advisory_lock(hashtext('songma.rebuild'), "
					  "hashtext(entity)) FROM ops.entity WHERE entity = $1",
					  rebuild->shadow.entity, &row, err);

	if (status == GW_OK && strcmp(gw_db_text(row, 0, 0), "t") != 0)
		status = gw_fail(err, GW_CONFIG,
				 _("canon.%s is being rebuilt by another command already"),
				 rebuild->shadow.entity);
	gw_db_free(row);
	return status;
}

enum gw_status
gw_rebuild_open(const struct gw_config *config, const char *entity, struct gw_rebuild **out,
		struct gw_error *err)
{
	struct gw_rebuild *rebuild = calloc(1, sizeof *rebuild);

	if (rebuild == NULL)
		return gw_fail_memory(err);
	(void)strncat(rebuild->shadow.entity, entity, GW_MAX_NAME - 1);
	if (gw_shadow_open(&rebuild->shadow, config, err) != GW_OK ||
	    lock_out(rebuild, err) != GW_OK) {
		gw_rebuild_close(rebuild);
		return err->status;
	}
	*out = rebuild;
	return GW_OK;
}

void
gw_rebuild_close(struct gw_rebuild *rebuild)
{
	if (rebuild == NULL)
		return;
	gw_shadow_close(&rebuild->shadow);
	free(rebuild);
}

void
gw_rebuild_listen(struct gw_rebuild *rebuild, gw_rebuild_fn *progress, gw_rebuild_note_fn *note,
		  void *arg)
{
	rebuild->shadow.progress = progress;
	rebuild->shadow.arg = arg;
	rebuild->note = note;
	rebuild->arg = arg;
}

static enum gw_status
take_name(void *arg, const char *const *values, size_t count, struct gw_error *err)
{
	char *entity = arg;

	(void)err;
	if (count == 1 && values[0] != NULL)
		(void)snprintf(entity, GW_MAX_NAME, "%s", values[0]);
	return GW_OK;
}

enum gw_status
gw_rebuild_find(const struct gw_config *config, const char *source, const char *stream,
		char entity[GW_MAX_NAME], struct gw_error *err)
{
	const char *params[] = {source, stream};
	struct gw_warehouse *warehouse = NULL;
	enum gw_status status = gw_warehouse_open(config, &warehouse, err);

	entity[0] = '\0';
	if (status == GW_OK)
		status = gw_warehouse_query(
			warehouse,
			"SELECT entity FROM ops.stream WHERE source = $1 AND stream = $2", params,
			2, INT64_C(30000000), take_name, entity, err);
	gw_warehouse_close(warehouse);
	if (status == GW_OK && entity[0] == '\0')
		return gw_fail(err, GW_CONFIG,
			       _("nothing of stream %s of source %s was ever loaded, so there is "
				 "nothing to rebuild"),
			       stream, source);
	return status;
}

/* What a new table would lack; GW_REJECT names it. */
static enum gw_status
check_obstacles(struct gw_rebuild *rebuild, const struct gw_rebuild_wish *wish,
		struct gw_error *err)
{
	struct gw_db_result *row = NULL;
	enum gw_status status = query_one(
		rebuild->shadow.hold, "SELECT string_agg(o, ', ') FROM ops.rebuild_obstacles($1) o",
		rebuild->shadow.entity, &row, err);

	if (status == GW_OK && !wish->force && gw_db_text(row, 0, 0) != NULL)
		status = gw_fail(err, GW_REJECT,
				 _("canon.%s has what a table made anew would lack, or what would "
				   "go on looking at the old one: %.600s.  Take it away and make "
				   "it again afterwards, or add --force to go on without it"),
				 rebuild->shadow.entity, gw_db_text(row, 0, 0));
	gw_db_free(row);
	return status;
}

static enum gw_status
set_state(struct gw_rebuild *rebuild, const char *state, struct gw_error *err)
{
	const char *params[] = {rebuild->shadow.entity, state};

	return gw_db_query(rebuild->shadow.db,
			   "UPDATE ops.rebuild SET state = $2, ended_at = now() WHERE entity = $1",
			   params, 2, NULL, err);
}

/*
 * True where a rebuild was broken off and may go on: the table's form is the same,
 * what it had made is there, and it was not so long ago that Kafka could have dropped
 * deletes that it did not come to.
 */
static enum gw_status
can_resume(struct gw_rebuild *rebuild, bool *out, struct gw_error *err)
{
	struct gw_db_result *row = NULL;
	enum gw_status status = query_one(
		rebuild->shadow.db,
		"SELECT EXISTS (SELECT FROM ops.rebuild r JOIN ops.entity e USING (entity) "
		"WHERE r.entity = $1 AND r.state = 'reading' AND r.entity_version = e.version "
		"AND r.started_at > now() - interval '7 days' "
		"AND to_regclass(format('rebuild.%I', r.entity)) IS NOT NULL "
		"AND to_regclass(format('rebuild.%I', r.entity || '_gone')) IS NOT NULL "
		"AND to_regclass(format('rebuild.%I', r.entity || '_refused')) IS NOT NULL)",
		rebuild->shadow.entity, &row, err);

	*out = status == GW_OK && strcmp(gw_db_text(row, 0, 0), "t") == 0;
	gw_db_free(row);
	return status;
}

/* The table in the making, empty, and nothing read. */
static enum gw_status
start_anew(struct gw_rebuild *rebuild, const struct gw_rebuild_wish *wish, struct gw_error *err)
{
	static const char *const statements[] = {
		"SELECT ops.rebuild_make($1)",
		"DELETE FROM ops.rebuild_offset WHERE entity = $1",
		"DELETE FROM ops.rebuild WHERE entity = $1",
	};
	const char *params[] = {rebuild->shadow.entity, wish->by, wish->reason};
	struct gw_db *db = rebuild->shadow.db;

	if (gw_db_exec(db, "BEGIN", err) != GW_OK)
		return err->status;
	for (size_t i = 0; i < sizeof statements / sizeof statements[0]; i++)
		if (gw_db_query(db, statements[i], params, 1, NULL, err) != GW_OK)
			return err->status;
	if (gw_db_query(db,
			"INSERT INTO ops.rebuild (entity, by, reason, entity_version) "
			"SELECT entity, $2, $3, version FROM ops.entity WHERE entity = $1",
			params, 3, NULL, err) != GW_OK)
		return err->status;
	return gw_db_commit(db, err);
}

static enum gw_status
start(struct gw_rebuild *rebuild, const struct gw_rebuild_wish *wish, struct gw_error *err)
{
	struct gw_rebuild_counts *counts = &rebuild->shadow.counts;
	enum gw_status status = can_resume(rebuild, &counts->resumed, err);

	if (status == GW_OK && !counts->resumed) {
		status = start_anew(rebuild, wish, err);
		if (status != GW_OK)
			gw_db_rollback(rebuild->shadow.db);
	}
	return status == GW_OK ? gw_shadow_find(&rebuild->shadow, err) : status;
}

/* After the loaders until they are near. */
static enum gw_status
follow(struct gw_rebuild *rebuild, const volatile sig_atomic_t *stop, struct gw_error *err)
{
	int64_t left = 0;

	for (int pass = 0; pass < PASSES; pass++) {
		if (gw_shadow_aim(&rebuild->shadow, rebuild->shadow.db, &left, err) != GW_OK ||
		    gw_shadow_read(&rebuild->shadow, stop, err) != GW_OK)
			return err->status;
		if (left <= NEAR)
			break;
	}
	return gw_shadow_analyze(&rebuild->shadow, err);
}

static enum gw_status
fail_balance(struct gw_rebuild *rebuild, const char *wrong, struct gw_error *err)
{
	char text[sizeof err->text];
	struct gw_error ignored;

	(void)snprintf(text, sizeof text, "%s", wrong);
	(void)set_state(rebuild, "refused", &ignored);
	return gw_fail(err, GW_REJECT,
		       _("the table made again does not balance (rows that are there / rows that "
			 "were made): %.400s.  canon.%s stays as it is; the next rebuild begins "
			 "anew"),
		       text, rebuild->shadow.entity);
}

/* What the made table has is what reading it has made. */
static enum gw_status
check_balance(struct gw_rebuild *rebuild, struct gw_error *err)
{
	struct gw_db_result *row = NULL;
	enum gw_status status = query_one(rebuild->shadow.hold, "SELECT ops.rebuild_wrong($1)",
					  rebuild->shadow.entity, &row, err);

	if (status == GW_OK && gw_db_text(row, 0, 0) != NULL)
		status = fail_balance(rebuild, gw_db_text(row, 0, 0), err);
	gw_db_free(row);
	return status;
}

static enum gw_status
compare(struct gw_rebuild *rebuild, struct gw_error *err)
{
	struct gw_rebuild_counts *counts = &rebuild->shadow.counts;
	int64_t *const out[] = {&counts->same,  &counts->differ, &counts->missing,
				&counts->extra, &counts->newer,  &counts->kept};
	struct gw_db_result *row = NULL;
	enum gw_status status = query_one(rebuild->shadow.hold,
					  "SELECT same, differ, missing, extra, newer, kept "
					  "FROM ops.rebuild_compare($1)",
					  rebuild->shadow.entity, &row, err);

	for (size_t i = 0; status == GW_OK && i < sizeof out / sizeof out[0]; i++)
		*out[i] = gw_db_i64(row, 0, i);
	gw_db_free(row);
	return status;
}

/* Kafka may have lost what the warehouse has: a topic that was made anew, records that were
   deleted.  Then the live table is the better one. */
static enum gw_status
check_guard(const struct gw_rebuild *rebuild, const struct gw_rebuild_wish *wish,
	    struct gw_error *err)
{
	const struct gw_rebuild_counts *counts = &rebuild->shadow.counts;
	int64_t rows = counts->same + counts->differ + counts->extra;
	int64_t limit = rows / 100 < GUARD_ROWS ? rows / 100 : GUARD_ROWS;

	if (wish->force || (counts->newer == 0 && counts->extra <= limit))
		return GW_OK;
	return gw_fail(err, GW_REJECT,
		       _("Kafka lacks what canon.%s has: %lld rows are of no record there, and "
			 "%lld are newer than there.  Was a topic made anew, or were records "
			 "deleted?  Nothing was changed; where the table is what is wrong, add "
			 "--force"),
		       rebuild->shadow.entity, (long long)counts->extra, (long long)counts->newer);
}

/* What is replayed first: a batch of that goes on to the tables of any stream. */
static const char offsets_sql[] =
	"SELECT FROM ops.offset o WHERE o.topic IN (SELECT topic FROM ops.stream WHERE entity = $1 "
	"UNION SELECT left(topic, length(topic) - length(stream)) || '_replay' FROM ops.stream "
	"WHERE entity = $1) ORDER BY o.topic NOT LIKE '%.\\_replay', o.topic, o.partition "
	"FOR UPDATE OF o";

/*
 * Nothing is loaded into the table, and it keeps its form, until the transaction ends.
 * Offsets first, as a loader does it; a partition that has no row of them yet is kept
 * out by the table's own lock.
 */
static enum gw_status
hold(struct gw_rebuild *rebuild, struct gw_error *err)
{
	const char *entity = rebuild->shadow.entity;
	struct gw_db *db = rebuild->shadow.hold;
	struct gw_db_result *row = NULL;
	char lock[GW_MAX_NAME + 64];
	const char *params[] = {entity};
	enum gw_status status = gw_db_exec(db, "BEGIN", err);

	(void)snprintf(lock, sizeof lock, "LOCK TABLE canon.\"%s\" IN SHARE ROW EXCLUSIVE MODE",
		       entity);
	if (status == GW_OK)
		status = gw_db_query(db, offsets_sql, params, 1, NULL, err);
	if (status == GW_OK)
		status = gw_db_exec(db, lock, err);
	if (status == GW_OK)
		status = query_one(db,
				   "SELECT e.version = r.entity_version FROM ops.entity e "
				   "JOIN ops.rebuild r USING (entity) WHERE entity = $1",
				   entity, &row, err);
	if (status == GW_OK && strcmp(gw_db_text(row, 0, 0), "t") != 0)
		status =
			gw_fail(err, GW_RETRY,
				_("canon.%s got another schema meanwhile: begin the rebuild again"),
				entity);
	gw_db_free(row);
	return status;
}

/* With the loaders held: what they loaded meanwhile, the comparison, and the change. */
static enum gw_status
finish_held(struct gw_rebuild *rebuild, const struct gw_rebuild_wish *wish,
	    const volatile sig_atomic_t *stop, struct gw_error *err)
{
	struct gw_db *db = rebuild->shadow.hold;
	const char *params[] = {rebuild->shadow.entity};
	int64_t left;

	if (hold(rebuild, err) != GW_OK ||
	    gw_shadow_aim(&rebuild->shadow, db, &left, err) != GW_OK ||
	    gw_shadow_read(&rebuild->shadow, stop, err) != GW_OK ||
	    check_balance(rebuild, err) != GW_OK || compare(rebuild, err) != GW_OK)
		return err->status;
	if (wish->dry)
		return gw_db_exec(db, "ROLLBACK", err);
	if (check_guard(rebuild, wish, err) != GW_OK ||
	    check_obstacles(rebuild, wish, err) != GW_OK ||
	    gw_db_query(db, "SELECT ops.rebuild_swap($1)", params, 1, NULL, err) != GW_OK ||
	    gw_db_query(db,
			"UPDATE ops.rebuild SET state = 'swapped', ended_at = clock_timestamp() "
			"WHERE entity = $1",
			params, 1, NULL, err) != GW_OK)
		return err->status;
	return gw_db_commit(db, err);
}

/* Somebody reads the table, or a loader has a batch in hand: a lock was waited for too long, or
   both waited for each other. */
static bool
is_momentary(const struct gw_error *err)
{
	return strcmp(err->sqlstate, "55P03") == 0 || strncmp(err->sqlstate, "40", 2) == 0;
}

static enum gw_status
finish(struct gw_rebuild *rebuild, const struct gw_rebuild_wish *wish,
       const volatile sig_atomic_t *stop, struct gw_error *err)
{
	static const struct timespec rest = {.tv_sec = REST_S};
	enum gw_status status;

	for (int attempt = 1;; attempt++) {
		status = finish_held(rebuild, wish, stop, err);
		if (status == GW_OK)
			break;
		gw_db_rollback(rebuild->shadow.hold);
		if (!is_momentary(err) || attempt == HOLDS || *stop)
			return status;
		(void)nanosleep(&rest, NULL);
	}
	rebuild->shadow.counts.swapped = !wish->dry;
	return GW_OK;
}

static enum gw_status
end_dry(struct gw_rebuild *rebuild, struct gw_error *err)
{
	const char *params[] = {rebuild->shadow.entity};

	if (set_state(rebuild, "compared", err) != GW_OK)
		return err->status;
	return gw_db_query(rebuild->shadow.db, "SELECT ops.rebuild_drop($1)", params, 1, NULL, err);
}

enum gw_status
gw_rebuild_run(struct gw_rebuild *rebuild, const struct gw_rebuild_wish *wish,
	       const volatile sig_atomic_t *stop, struct gw_rebuild_counts *out,
	       struct gw_error *err)
{
	struct gw_shadow *shadow = &rebuild->shadow;
	enum gw_status status;

	shadow->counts = (struct gw_rebuild_counts){0};
	status = wish->dry ? GW_OK : check_obstacles(rebuild, wish, err);
	if (status == GW_OK)
		status = start(rebuild, wish, err);
	if (status == GW_OK)
		status = follow(rebuild, stop, err);
	if (status == GW_OK && !wish->dry && rebuild->note != NULL)
		status = rebuild->note(rebuild->arg, shadow->streams, shadow->nstreams, err);
	if (status == GW_OK)
		status = finish(rebuild, wish, stop, err);
	if (status == GW_OK && wish->dry)
		status = end_dry(rebuild, err);
	*out = shadow->counts;
	return status;
}

enum gw_status
gw_rebuild_drop_old(struct gw_rebuild *rebuild, bool *was, struct gw_error *err)
{
	struct gw_db_result *row = NULL;
	char drop[GW_MAX_NAME + 64];
	enum gw_status status = query_one(
		rebuild->shadow.db, "SELECT to_regclass(format('before.%I', $1::text)) IS NOT NULL",
		rebuild->shadow.entity, &row, err);

	*was = status == GW_OK && strcmp(gw_db_text(row, 0, 0), "t") == 0;
	gw_db_free(row);
	if (!*was)
		return status;
	(void)snprintf(drop, sizeof drop, "DROP TABLE before.\"%s\"", rebuild->shadow.entity);
	return gw_db_exec(rebuild->shadow.db, drop, err);
}
