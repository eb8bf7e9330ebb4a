/*
 * The loader's statements alone, in rows a second, over the rows that a table
 * of canon has: straight into an empty table; into the stage; and the merge of
 * rows that are new, unchanged and changed.
 *
 *   bench-merge WAREHOUSE SCHEMA_FILE SOURCE STREAM
 *
 * Afterwards the table has the same rows with other versions and hashes.  Rows
 * come from a copy of the table, so that reading them is no part of a figure.
 */
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/i18n.h"
#include "bench.h"
#include "load/canon.h"

enum { BATCH_ROWS = 20000, SQL_MAX = 256 * 1024, BATCH_MAX = 256 * 1024 * 1024, HEADER = 19 };

struct bench {
	PGconn *conn, *reader;
	struct gw_schema *schema;
	struct gw_canon_table table;
	const char *source, *stream;
	struct gw_buf rows; /* of one batch, as COPY wants them */
	int64_t stage_us, stage_rows;
};

/* One measurement: where rows go, and how they differ from those that are there. */
struct pass {
	const char *figure;
	const char *version, *hash; /* expressions over the copy's row */
	bool empty;                 /* the table is emptied first */
	bool straight;
	char fate;             /* of all its rows */
	enum gw_step steps[2]; /* what its fates ask for; GW_STEP_JUDGE: no more */
};

static const char copy_trailer[] = "\377\377";

static void
read_schema(struct bench *bench, const char *path)
{
	struct gw_buf text;
	struct gw_error err;

	gw_buf_init(&text, SQL_MAX);
	if (gw_file_read(path, &text, &err) != GW_OK ||
	    gw_schema_parse(path, text.data, text.len, true, &bench->schema, &err) != GW_OK)
		bench_die("schema", err.text);
	gw_buf_release(&text);
	bench->table.count = bench->schema->nfields;
	bench->table.columns = calloc(bench->table.count, sizeof *bench->table.columns);
	if (bench->table.columns == NULL)
		bench_die("schema", "out of memory");
	(void)snprintf(bench->table.entity, sizeof bench->table.entity, "%s",
		       bench->schema->entity);
	for (size_t i = 0; i < bench->table.count; i++) {
		const struct gw_schema_field *field = &bench->schema->fields[i];

		(void)snprintf(bench->table.columns[i].name, GW_MAX_NAME, "%s", field->name);
		bench->table.columns[i].type = gw_canon_type(field);
	}
}

/* As the loader's session. */
static void
prepare(struct bench *bench)
{
	struct gw_buf sql;

	gw_buf_init(&sql, SQL_MAX);
	bench_exec(bench->conn, "SET enable_hashjoin = off; SET enable_mergejoin = off; "
				"SET plan_cache_mode = force_custom_plan; SET work_mem = '32MB'; "
				"SET jit = off; SET client_min_messages = warning");
	gw_canon_stage(&bench->table, &sql);
	bench_exec(bench->conn, sql.data);
	for (int step = 0; step < GW_STEPS; step++) {
		char name[16];

		(void)snprintf(name, sizeof name, "step%d", step);
		gw_buf_clear(&sql);
		gw_canon_step(&bench->table, (enum gw_step)step, &sql);
		PQclear(bench_result(bench->conn, PQprepare(bench->conn, name, sql.data, 0, NULL)));
	}
	gw_buf_clear(&sql);
	gw_buf_printf(&sql,
		      "DROP TABLE IF EXISTS public.kept; CREATE TABLE public.kept AS SELECT * FROM "
		      "canon.\"%s\" WHERE _source = '%s' AND _stream = '%s'",
		      bench->table.entity, bench->source, bench->stream);
	bench_exec(bench->conn, sql.data);
	gw_buf_release(&sql);
}

/* The copy's rows in the columns that the pass copies in. */
static void
begin_read(struct bench *bench, const struct pass *pass)
{
	struct gw_buf sql;

	gw_buf_init(&sql, SQL_MAX);
	(void)gw_buf_puts(&sql, "COPY (SELECT ");
	for (size_t i = 0; i < bench->table.count; i++)
		(void)gw_buf_printf(&sql, "\"%s\", ", bench->table.columns[i].name);
	if (pass->straight)
		(void)gw_buf_puts(&sql, "_source, _stream, _key, _version, _run, _hash, "
					"_loaded_at");
	else
		(void)gw_buf_printf(&sql, "_key, %s, _run, %s, false, 0", pass->version,
				    pass->hash);
	(void)gw_buf_puts(&sql, " FROM public.kept) TO STDOUT (FORMAT binary)");
	if (sql.failed)
		bench_die("read", "out of memory");
	bench_exec(bench->reader, sql.data);
	gw_buf_release(&sql);
}

/* Fills bench->rows with the next batch; how many rows it has. */
static int64_t
read_batch(struct bench *bench, bool first)
{
	int64_t rows = 0;
	char *row;
	int len = 0;

	gw_buf_clear(&bench->rows);
	(void)gw_buf_append(&bench->rows, "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0", HEADER);
	while (rows < BATCH_ROWS && (len = PQgetCopyData(bench->reader, &row, 0)) > 0) {
		/* The server puts its header before its first row, the trailer alone. */
		int skip = first && rows == 0 ? HEADER : 0;

		if (len - skip > 2) {
			(void)gw_buf_append(&bench->rows, row + skip, (size_t)(len - skip));
			rows++;
		}
		PQfreemem(row);
	}
	(void)gw_buf_append(&bench->rows, copy_trailer, 2);
	if (len == -2 || bench->rows.failed)
		bench_die("read", PQerrorMessage(bench->reader));
	return rows;
}

static void
copy_in(struct bench *bench, const char *sql)
{
	enum { PIECE = 64 * 1024 };

	PGresult *result;

	bench_exec(bench->conn, sql);
	for (size_t at = 0; at < bench->rows.len; at += PIECE) {
		size_t left = bench->rows.len - at;

		if (PQputCopyData(bench->conn, bench->rows.data + at,
				  (int)(left < PIECE ? left : PIECE)) != 1)
			bench_die("copy", PQerrorMessage(bench->conn));
	}
	if (PQputCopyEnd(bench->conn, NULL) != 1)
		bench_die("copy", PQerrorMessage(bench->conn));
	while ((result = PQgetResult(bench->conn)) != NULL)
		PQclear(bench_result(bench->conn, result));
}

/* The caller clears the result. */
static PGresult *
run_step(struct bench *bench, enum gw_step step)
{
	const char *params[] = {bench->source, bench->stream, "now"};
	char name[16];

	(void)snprintf(name, sizeof name, "step%d", (int)step);
	return bench_result(bench->conn,
			    PQexecPrepared(bench->conn, name, 3, params, NULL, NULL, 0));
}

/* A merge that did not do to all rows what the pass says would be a figure of something else. */
static void
merge(struct bench *bench, const struct pass *pass, int64_t rows)
{
	PGresult *result = run_step(bench, GW_STEP_JUDGE);
	bool right = PQntuples(result) == 1 && PQgetvalue(result, 0, 1)[0] == pass->fate;

	PQclear(result);
	for (size_t i = 0; i < 2 && pass->steps[i] != GW_STEP_JUDGE; i++) {
		result = run_step(bench, pass->steps[i]);
		right = right && strtol(PQcmdTuples(result), NULL, 10) == rows;
		PQclear(result);
	}
	if (!right)
		bench_die(pass->figure, "the merge did something else to the rows");
}

/* One transaction; the time of what the pass measures. */
static int64_t
load_batch(struct bench *bench, const struct pass *pass, const char *sql, int64_t rows)
{
	int64_t began, copied;

	bench_exec(bench->conn, "BEGIN");
	began = bench_now_us();
	copy_in(bench, sql);
	copied = bench_now_us();
	if (!pass->straight) {
		bench->stage_us += copied - began;
		bench->stage_rows += rows;
		merge(bench, pass, rows);
		began = copied;
	}
	bench_exec(bench->conn, "COMMIT");
	return bench_now_us() - began;
}

static void
run(struct bench *bench, const struct pass *pass)
{
	struct gw_buf sql;
	int64_t us = 0, all = 0, rows;
	PGresult *result;

	gw_buf_init(&sql, SQL_MAX);
	if (pass->empty) {
		gw_buf_printf(&sql, "TRUNCATE canon.\"%s\", history.\"%s\"", bench->table.entity,
			      bench->table.entity);
		bench_exec(bench->conn, sql.data);
		gw_buf_clear(&sql);
	}
	if (pass->straight)
		gw_canon_copy_straight(&bench->table, &sql);
	else
		gw_canon_copy_stage(&bench->table, &sql);
	bench_exec(bench->conn, "CHECKPOINT");
	begin_read(bench, pass);
	while ((rows = read_batch(bench, all == 0)) > 0) {
		us += load_batch(bench, pass, sql.data, rows);
		all += rows;
		if (rows < BATCH_ROWS)
			break;
	}
	while ((result = PQgetResult(bench->reader)) != NULL)
		PQclear(bench_result(bench->reader, result));
	gw_buf_release(&sql);
	if (all == 0)
		bench_die(pass->figure, "the table of canon has no rows");
	bench_print(pass->figure, (double)all * 1e6 / (double)us);
}

int
main(int argc, char **argv)
{
	static const struct pass passes[] = {
		{.figure = "stage_straight_rows_s", .empty = true, .straight = true},
		{.figure = "stage_merge_new_rows_s",
		 .version = "_version",
		 .hash = "_hash",
		 .empty = true,
		 .fate = GW_FATE_NEW,
		 .steps = {GW_STEP_FRESH}},
		{.figure = "stage_merge_unchanged_rows_s",
		 .version = "_version + 1",
		 .hash = "_hash",
		 .fate = GW_FATE_UNCHANGED},
		{.figure = "stage_merge_changed_rows_s",
		 .version = "_version + 2",
		 .hash = "_hash # 1",
		 .fate = GW_FATE_CHANGED,
		 .steps = {GW_STEP_PAST, GW_STEP_CHANGED}},
	};
	static struct bench bench;

	if (argc != 5) {
		(void)fprintf(stderr, "usage: bench-merge WAREHOUSE SCHEMA_FILE SOURCE STREAM\n");
		return 2;
	}
	(void)gw_i18n_init("en");
	bench.source = argv[3];
	bench.stream = argv[4];
	read_schema(&bench, argv[2]);
	bench.conn = bench_connect(argv[1]);
	bench.reader = bench_connect(argv[1]);
	gw_buf_init(&bench.rows, BATCH_MAX);
	prepare(&bench);
	for (size_t i = 0; i < sizeof passes / sizeof passes[0]; i++)
		run(&bench, &passes[i]);
	bench_print("stage_stage_rows_s", (double)bench.stage_rows * 1e6 / (double)bench.stage_us);
	bench_exec(bench.conn, "DROP TABLE public.kept");
	PQfinish(bench.conn);
	PQfinish(bench.reader);
	gw_buf_release(&bench.rows);
	free(bench.table.columns);
	gw_schema_free(bench.schema);
	return 0;
}
