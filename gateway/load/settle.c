#include "load/settle.h"

#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "load/canon.h"
#include "load/copy_in.h"
#include "load/judge.h"

enum { MAX_PARAM_BYTES = 64 * 1024 * 1024, MAX_SQL = 16 * 1024, MAX_PARAMS = 5, MAX_KEY = 2048 };

struct gw_settle {
	struct gw_db *db;
	struct gw_buf params;
};

#define UNFINISHED "d.state IN ('open', 'fixed', 'replayed')"

/* Two keys, since the one that is a single number is used for other locks. */
#define LOCK_KEYS "(hashtext('songma.letters'), hashtext($1::text || '.' || $2::text))"

static const char share_sql[] = "SELECT pg_advisory_xact_lock_shared" LOCK_KEYS;
static const char alone_sql[] = "SELECT pg_advisory_xact_lock" LOCK_KEYS;

static const char look_sql[] =
	"SELECT d.key FROM ops.dead_letter d WHERE d.source = $1 AND "
	"d.stream = $2 AND d.key IS NOT NULL AND " UNFINISHED " LIMIT $3::bigint";

/*
 * Letters are looked up key by key and locked, so that one that a person ends at
 * the same time is seen as it is then; only what was found is updated, by id: no
 * plan can turn the two around.
 */
#define LETTERS_OF_KEY                                                                             \
	"SELECT d.id FROM ops.dead_letter d WHERE d.source = $1 AND d.stream = $2 AND "            \
	"d.key = k.key AND " UNFINISHED

#define ENDED "UPDATE ops.dead_letter l SET state_at = clock_timestamp(), state_by = 'load', "

static const char records_sql[] =
	ENDED "state = 'resolved', state_why = w.why, resolved_version = w.version FROM ("
	      "SELECT m.id, k.version, k.why FROM unnest($3::text[], $4::bigint[], $5::text[]) "
	      "k(key, version, why) CROSS JOIN LATERAL (" LETTERS_OF_KEY
	      " AND d.version <= k.version FOR UPDATE) m) w WHERE l.id = w.id";

/* A row that was replayed as it was, and rejected again, has the version that it had. */
static const char newer_sql[] =
	ENDED "state = 'discarded', state_why = 'newer_letter' FROM ("
	      "SELECT m.id FROM unnest($3::text[], $4::bigint[], $5::text[]) "
	      "k(key, version, name) CROSS JOIN LATERAL (" LETTERS_OF_KEY
	      " AND coalesce(d.column_name, '') = k.name AND (d.version < k.version "
	      "OR d.version = k.version AND EXISTS (SELECT FROM ops.dead_letter n "
	      "WHERE n.source = $1 AND n.stream = $2 AND n.key = k.key AND n.version = k.version "
	      "AND coalesce(n.column_name, '') = k.name AND n.id > d.id)) FOR UPDATE) m) w "
	      "WHERE l.id = w.id";

/* Before the data of the key, and behind it. */
static const char arrived_head[] =
	ENDED "state = 'resolved', state_why = w.why, resolved_version = w.version FROM ("
	      "SELECT m.id, c.version, c.why FROM unnest($3::text[]) k(key) CROSS JOIN LATERAL ("
	      "SELECT version, 'deleted' AS why FROM ops.deleted "
	      "WHERE source = $1 AND stream = $2 AND key = k.key";
static const char arrived_canon[] =
	" UNION ALL SELECT _version, CASE WHEN _deleted_at IS NULL THEN 'superseded' "
	"ELSE 'deleted' END FROM canon.\"%s\" "
	"WHERE _source = $1 AND _stream = $2 AND _key = k.key";
static const char arrived_tail[] = ") c CROSS JOIN LATERAL (" LETTERS_OF_KEY
				   " AND d.version < c.version FOR UPDATE) m) w WHERE l.id = w.id";

static const struct {
	const char *name, *sql;
} statements[] = {
	{"settle_share", share_sql},     {"settle_alone", alone_sql}, {"settle_look", look_sql},
	{"settle_records", records_sql}, {"settle_newer", newer_sql},
};

enum gw_status
gw_settle_open(struct gw_db *db, struct gw_settle **out, struct gw_error *err)
{
	struct gw_settle *settle = calloc(1, sizeof *settle);

	if (settle == NULL)
		return gw_fail_memory(err);
	settle->db = db;
	gw_buf_init(&settle->params, MAX_PARAM_BYTES);
	for (size_t i = 0; i < sizeof statements / sizeof statements[0]; i++)
		if (gw_db_prepare(db, statements[i].name, statements[i].sql, err) != GW_OK) {
			gw_settle_close(settle);
			return err->status;
		}
	*out = settle;
	return GW_OK;
}

void
gw_settle_close(struct gw_settle *settle)
{
	if (settle == NULL)
		return;
	gw_buf_release(&settle->params);
	free(settle);
}

/* A key with what is asked or told of it. */
struct mark {
	const char *source, *stream;
	const char *key;
	size_t key_len;
	int64_t version;
	const char *word; /* what became of the record; the letter's column, "" for none */
};

static void
put_keys(const struct mark *marks, size_t count, struct gw_buf *out)
{
	gw_copy_in_array(out, GW_ARRAY_TEXT, count);
	for (size_t i = 0; i < count; i++)
		gw_copy_in_bytes(out, marks[i].key, marks[i].key_len);
}

static void
put_versions(const struct mark *marks, size_t count, struct gw_buf *out)
{
	gw_copy_in_array(out, GW_ARRAY_BIGINT, count);
	for (size_t i = 0; i < count; i++)
		gw_copy_in_i64(out, marks[i].version);
}

static void
put_words(const struct mark *marks, size_t count, struct gw_buf *out)
{
	gw_copy_in_array(out, GW_ARRAY_TEXT, count);
	for (size_t i = 0; i < count; i++)
		gw_copy_in_bytes(out, marks[i].word, strlen(marks[i].word));
}

static struct gw_db_bytes
text_param(const char *text)
{
	return (struct gw_db_bytes){text, strlen(text)};
}

/* Runs a statement with the stream of the marks and the first nparams - 2 of their arrays. */
static enum gw_status
run_marks(struct gw_settle *settle, const char *name, const struct mark *marks, size_t count,
	  int nparams, struct gw_error *err)
{
	static void (*const put[])(const struct mark *, size_t,
				   struct gw_buf *) = {put_keys, put_versions, put_words};
	struct gw_db_bytes params[MAX_PARAMS] = {text_param(marks[0].source),
						 text_param(marks[0].stream)};
	size_t ends[MAX_PARAMS] = {0};

	gw_buf_clear(&settle->params);
	for (int i = 2; i < nparams; i++) {
		put[i - 2](marks, count, &settle->params);
		ends[i] = settle->params.len;
	}
	if (settle->params.failed)
		return gw_fail_memory(err);
	for (int i = 2; i < nparams; i++)
		params[i] = (struct gw_db_bytes){settle->params.data + ends[i - 1],
						 ends[i] - ends[i - 1]};
	return gw_db_run(settle->db, name, params, nparams, NULL, err);
}

static enum gw_status
lock_stream(struct gw_settle *settle, const char *name, const char *source, const char *stream,
	    struct gw_error *err)
{
	const struct gw_db_bytes params[] = {text_param(source), text_param(stream)};

	return gw_db_run(settle->db, name, params, 2, NULL, err);
}

/* Keys of letters that are not ended, at most limit of them. */
static enum gw_status
look(struct gw_settle *settle, const struct gw_topic *topic, size_t limit,
     struct gw_db_result **out, struct gw_error *err)
{
	struct gw_db_bytes params[] = {
		text_param(topic->source), text_param(topic->stream), {NULL, 0}};

	gw_buf_clear(&settle->params);
	(void)gw_buf_put_u64(&settle->params, limit);
	if (settle->params.failed)
		return gw_fail_memory(err);
	params[2] = (struct gw_db_bytes){settle->params.data, settle->params.len};
	return gw_db_run(settle->db, "settle_look", params, 3, out, err);
}

static const char *
word_of(enum gw_fate fate)
{
	switch (fate) {
	case GW_FATE_NEW:
	case GW_FATE_RETURNED:
	case GW_FATE_CHANGED:
		return "loaded";
	case GW_FATE_UNCHANGED:
		return "unchanged";
	case GW_FATE_SUPERSEDED:
		return "superseded";
	case GW_FATE_DELETED:
	case GW_FATE_REMEMBERED:
	case GW_FATE_GONE:
	case GW_FATE_KNOWN:
		break;
	}
	return "deleted";
}

static void
add_record(const struct gw_topic *topic, const struct gw_arrival *record, struct mark *marks,
	   size_t *count)
{
	if (record == NULL || record->refusal != NULL)
		return;
	marks[(*count)++] = (struct mark){
		.source = topic->source,
		.stream = topic->stream,
		.key = record->key,
		.key_len = record->key_len,
		.version = record->header.version,
		.word = record->outlived ? "deleted" : word_of((enum gw_fate)record->fate),
	};
}

/* All live records where the stream has as many letters, else those that a letter has the key of.
 */
static void
mark_records(const struct gw_stage *stage, const struct gw_db_result *letters, struct mark *marks,
	     size_t *count)
{
	size_t nletters = gw_db_rows(letters);

	for (size_t i = 0; i < nletters; i++) {
		const char *key = gw_db_text(letters, i, 0);
		const struct gw_arrival *record = nletters == stage->nlive
							  ? stage->live[i]
							  : gw_stage_find(stage, key, strlen(key));

		add_record(stage->topic, record, marks, count);
	}
}

enum gw_status
gw_settle_begin(struct gw_settle *settle, const struct gw_stage *stage, struct gw_error *err)
{
	const struct gw_topic *topic = stage->topic;

	return lock_stream(settle, topic->mixed ? "settle_alone" : "settle_share", topic->source,
			   topic->stream, err);
}

enum gw_status
gw_settle_records(struct gw_settle *settle, struct gw_stage *stage, struct gw_error *err)
{
	const struct gw_topic *topic = stage->topic;
	struct gw_db_result *letters = NULL;
	struct mark *marks;
	size_t count = 0;
	enum gw_status status = GW_OK;

	if (stage->nlive == 0)
		return GW_OK;
	if (look(settle, topic, stage->nlive, &letters, err) != GW_OK)
		return err->status;
	marks = gw_arena_alloc(&stage->arena, (gw_db_rows(letters) + 1) * sizeof *marks);
	if (marks != NULL)
		mark_records(stage, letters, marks, &count);
	else
		status = gw_fail_memory(err);
	gw_db_free(letters);
	if (status == GW_OK && count > 0)
		status = run_marks(settle, "settle_records", marks, count, 5, err);
	return status;
}

/* The canon table of the stream; "" where it has none. */
static enum gw_status
find_entity(struct gw_settle *settle, const struct mark *mark, char entity[GW_MAX_NAME],
	    struct gw_error *err)
{
	const char *params[] = {mark->source, mark->stream};
	struct gw_db_result *rows = NULL;

	entity[0] = '\0';
	if (gw_db_query(settle->db,
			"SELECT entity FROM ops.stream WHERE source = $1 AND stream = $2", params,
			2, &rows, err) != GW_OK)
		return err->status;
	if (gw_db_rows(rows) == 1 && gw_canon_name_ok(gw_db_text(rows, 0, 0)))
		memcpy(entity, gw_db_text(rows, 0, 0), strlen(gw_db_text(rows, 0, 0)) + 1);
	gw_db_free(rows);
	return GW_OK;
}

/* Letters that come after newer data of their key. */
static enum gw_status
end_arrived(struct gw_settle *settle, const struct mark *marks, size_t count, struct gw_error *err)
{
	char entity[GW_MAX_NAME];
	struct gw_buf sql;
	enum gw_status status = find_entity(settle, &marks[0], entity, err);

	if (status != GW_OK)
		return status;
	gw_buf_init(&sql, MAX_SQL);
	(void)gw_buf_puts(&sql, arrived_head);
	if (entity[0] != '\0')
		(void)gw_buf_printf(&sql, arrived_canon, entity);
	(void)gw_buf_puts(&sql, arrived_tail);
	status = sql.failed ? gw_fail_memory(err) : gw_db_prepare(settle->db, "", sql.data, err);
	gw_buf_release(&sql);
	return status == GW_OK ? run_marks(settle, "", marks, count, 3, err) : status;
}

/* Of a letters topic what came, of the others what was refused; without key or version: nothing. */
static bool
mark_letter(const struct gw_stage *stage, const struct gw_arrival *arrival, struct mark *out)
{
	const struct gw_letter *letter = arrival->letter;

	if (letter != NULL)
		*out = (struct mark){
			.source = letter->source,
			.stream = letter->stream,
			.key = letter->key,
			.key_len = letter->key_len,
			.version = letter->version,
			.word = letter->column == NULL ? "" : letter->column,
		};
	else if (arrival->refusal != NULL && arrival->headed)
		*out = (struct mark){
			.source = stage->topic->source,
			.stream = stage->topic->stream,
			.key = arrival->key,
			.key_len = arrival->key_len,
			.version = arrival->header.version,
			.word = arrival->refusal->column == NULL ? "" : arrival->refusal->column,
		};
	else
		return false;
	return out->key != NULL && out->key_len < MAX_KEY && gw_utf8_valid(out->key, out->key_len);
}

/* Moves the marks of the first one's stream to the front; how many there are. */
static size_t
gather(struct mark *marks, size_t count)
{
	size_t same = 1;

	for (size_t i = 1; i < count; i++) {
		struct mark mark = marks[i];

		if (strcmp(mark.stream, marks[0].stream) != 0 ||
		    strcmp(mark.source, marks[0].source) != 0)
			continue;
		marks[i] = marks[same];
		marks[same++] = mark;
	}
	return same;
}

enum gw_status
gw_settle_letters(struct gw_settle *settle, struct gw_stage *stage, struct gw_error *err)
{
	struct mark mark, *marks;
	size_t count = 0;

	for (size_t i = 0; i < stage->npicked; i++)
		count += mark_letter(stage, stage->picked[i], &mark);
	if (count == 0)
		return GW_OK;
	marks = gw_arena_alloc(&stage->arena, count * sizeof *marks);
	if (marks == NULL)
		return gw_fail_memory(err);
	count = 0;
	for (size_t i = 0; i < stage->npicked; i++)
		if (mark_letter(stage, stage->picked[i], &mark))
			marks[count++] = mark;
	while (count > 0) {
		size_t same = gather(marks, count);
		/* A batch of records has the lock already; what it refused is of its own keys. */
		bool alone = stage->topic->content == GW_CONTENT_LETTERS;

		if ((alone && lock_stream(settle, "settle_alone", marks[0].source, marks[0].stream,
					  err) != GW_OK) ||
		    end_arrived(settle, marks, same, err) != GW_OK ||
		    run_marks(settle, "settle_newer", marks, same, 5, err) != GW_OK)
			return err->status;
		marks += same;
		count -= same;
	}
	return GW_OK;
}
