/*
 * The loader's statements alone, in rows a second, over the rows that a table
 * of canon has: straight into an empty table; the look-up of keys; and the merge
 * of rows that are new, unchanged and changed.
 *
 *   bench-merge WAREHOUSE SCHEMA_FILE SOURCE STREAM
 *
 * Afterwards the table has the same rows with other versions and hashes.  Rows
 * come from a copy of the table, so that reading them is no part of a figure.
 */
#include <endian.h>
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
	struct gw_buf rows;   /* of one batch, as COPY wants them */
	struct gw_buf keys;   /* of these rows, as an array's values */
	struct gw_buf places; /* of the rows that a look-up found, as an array */
	int64_t look_us, look_rows;
};

/* One measurement: where rows go, and how they differ from those that are there. */
struct pass {
	const char *figure;
	const char *version, *hash; /* expressions over the copy's row */
	bool empty;                 /* the table is emptied first */
	bool straight;              /* without a look-up */
	bool found;                 /* all rows are there */
	bool changed;               /* and have another hash */
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
	bench_exec(bench->conn, "SET enable_seqscan = off; SET enable_hashjoin = off; "
				"SET enable_mergejoin = off; SET jit = off; "
				"SET plan_cache_mode = force_generic_plan; SET work_mem = '32MB'; "
				"SET client_min_messages = warning");
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
	(void)gw_buf_printf(&sql,
			    "_source, _stream, _key, %s, _run, %s, _loaded_at FROM public.kept) "
			    "TO STDOUT (FORMAT binary)",
			    pass->version, pass->hash);
	if (sql.failed)
		bench_die("read", "out of memory");
	bench_exec(bench->reader, sql.data);
	gw_buf_release(&sql);
}

/* Appends the key of a row, which stands behind the fields, source and stream. */
static void
keep_key(struct bench *bench, const char *row)
{
	uint32_t len;

	row += sizeof(uint16_t);
	for (size_t i = 0; i <= bench->table.count + 2; i++) {
		memcpy(&len, row, sizeof len);
		len = be32toh(len);
		row += sizeof len;
		if (i == bench->table.count + 2)
			gw_copy_in_bytes(&bench->keys, row, len);
		else if (len != UINT32_MAX)
			row += len;
	}
}

/* Fills bench->rows and keys with the next batch; how many rows it has. */
static int64_t
read_batch(struct bench *bench, bool first)
{
	int64_t rows = 0;
	char *row;
	int len = 0;

	gw_buf_clear(&bench->rows);
	gw_buf_clear(&bench->keys);
	(void)gw_buf_append(&bench->rows, "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0", HEADER);
	while (rows < BATCH_ROWS && (len = PQgetCopyData(bench->reader, &row, 0)) > 0) {
		/* The server puts its header before its first row, the trailer alone. */
		int skip = first && rows == 0 ? HEADER : 0;

		if (len - skip > 2) {
			(void)gw_buf_append(&bench->rows, row + skip, (size_t)(len - skip));
			keep_key(bench, row + skip);
			rows++;
		}
		PQfreemem(row);
	}
	(void)gw_buf_append(&bench->rows, copy_trailer, 2);
	if (len == -2 || bench->rows.failed || bench->keys.failed)
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

/* Binary parameters and results; the caller clears the result. */
static PGresult *
run_step(struct bench *bench, enum gw_step step, const struct gw_buf *const *params, int count)
{
	const char *values[4];
	int lengths[4], formats[4];
	char name[16];

	for (int i = 0; i < count; i++) {
		values[i] = params[i]->data;
		lengths[i] = (int)params[i]->len;
		formats[i] = 1;
	}
	(void)snprintf(name, sizeof name, "step%d", (int)step);
	return bench_result(bench->conn,
			    PQexecPrepared(bench->conn, name, count, values, lengths, formats, 1));
}

/* Looks the batch's keys up and keeps where their rows are; how many there are. */
static int64_t
look_up(struct bench *bench, int64_t rows)
{
	struct gw_buf source, stream, keys;
	const struct gw_buf *const params[] = {&source, &stream, &keys};
	PGresult *result;
	int found;

	gw_buf_init(&source, GW_MAX_NAME);
	gw_buf_init(&stream, GW_MAX_NAME);
	gw_buf_init(&keys, BATCH_MAX);
	(void)gw_buf_puts(&source, bench->source);
	(void)gw_buf_puts(&stream, bench->stream);
	gw_copy_in_array(&keys, GW_ARRAY_TEXT, (size_t)rows);
	if (!gw_buf_append(&keys, bench->keys.data, bench->keys.len))
		bench_die("look", "out of memory");
	result = run_step(bench, GW_STEP_LOOK, params, 3);
	found = PQntuples(result);
	gw_buf_clear(&bench->places);
	gw_copy_in_array(&bench->places, GW_ARRAY_TID, (size_t)found);
	for (int i = 0; i < found; i++)
		gw_copy_in_bytes(&bench->places, PQgetvalue(result, i, 1),
				 (size_t)PQgetlength(result, i, 1));
	PQclear(result);
	gw_buf_release(&source);
	gw_buf_release(&stream);
	gw_buf_release(&keys);
	return found;
}

/* Moves the rows that were found into history. */
static int64_t
replace(struct bench *bench)
{
	struct gw_buf now;
	const struct gw_buf *const params[] = {&bench->places, &now};
	PGresult *result;
	int64_t moved;

	gw_buf_init(&now, 16);
	gw_copy_in_instant(&now, (int64_t)time(NULL) * 1000000);
	PQclear(run_step(bench, GW_STEP_PAST, params, 2));
	result = run_step(bench, GW_STEP_REPLACED, params, 1);
	moved = strtol(PQcmdTuples(result), NULL, 10);
	PQclear(result);
	gw_buf_release(&now);
	return moved;
}

/* One transaction; the time of what the pass measures. */
static int64_t
load_batch(struct bench *bench, const struct pass *pass, const char *sql, int64_t rows)
{
	int64_t began = bench_now_us();

	bench_exec(bench->conn, "BEGIN");
	if (!pass->straight) {
		/* A merge of other rows than the pass says would be a figure of something else. */
		if (look_up(bench, rows) != (pass->found ? rows : 0))
			bench_die(pass->figure, "the rows are not as they should be");
		bench->look_us += bench_now_us() - began;
		bench->look_rows += rows;
	}
	if (pass->changed && replace(bench) != rows)
		bench_die(pass->figure, "the merge did something else to the rows");
	if (!pass->found || pass->changed)
		copy_in(bench, sql);
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
	gw_canon_copy(&bench->table, &sql);
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
		{.figure = "stage_straight_rows_s",
		 .version = "_version",
		 .hash = "_hash",
		 .empty = true,
		 .straight = true},
		{.figure = "stage_merge_new_rows_s",
		 .version = "_version",
		 .hash = "_hash",
		 .empty = true},
		{.figure = "stage_merge_unchanged_rows_s",
		 .version = "_version + 1",
		 .hash = "_hash",
		 .found = true},
		{.figure = "stage_merge_changed_rows_s",
		 .version = "_version + 2",
		 .hash = "_hash # 1",
		 .found = true,
		 .changed = true},
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
	gw_buf_init(&bench.keys, BATCH_MAX);
	gw_buf_init(&bench.places, BATCH_MAX);
	prepare(&bench);
	for (size_t i = 0; i < sizeof passes / sizeof passes[0]; i++)
		run(&bench, &passes[i]);
	bench_print("stage_look_rows_s", (double)bench.look_rows * 1e6 / (double)bench.look_us);
	bench_exec(bench.conn, "DROP TABLE public.kept");
	PQfinish(bench.conn);
	PQfinish(bench.reader);
	gw_buf_release(&bench.rows);
	gw_buf_release(&bench.keys);
	gw_buf_release(&bench.places);
	free(bench.table.columns);
	gw_schema_free(bench.schema);
	return 0;
}
