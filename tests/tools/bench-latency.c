/*
 * How long a change of the table "wide" takes from its commit in the source
 * until it is seen in the warehouse, under a running serve.
 *
 *   bench-latency SOURCE WAREHOUSE ROWS single TIMES   latency_single_ms, TIMES lines
 *   bench-latency SOURCE WAREHOUSE ROWS bulk CHANGED   latency_bulk_ms: all of them, of one commit
 *
 * ROWS is what the table has.  The time ends when the warehouse's answer is
 * here, so it holds the round trip of the question too.
 */
#include <string.h>
#include <unistd.h>

#include "bench.h"

enum { POLL_US = 2000, DEADLINE_S = 60, SAMPLE = 20 };

struct bench {
	PGconn *source, *warehouse;
	long rows;
};

static const char seen_sql[] = "SELECT count(*) FROM canon.wide WHERE _source = 'test' AND "
			       "_stream = 'wide' AND _key = ANY ($1::text[]) AND "
			       "updated_at = $2::timestamptz";

/* Of the keys, how many have that time already. */
static long
count_seen(const struct bench *bench, const char *keys, const char *time)
{
	const char *params[] = {keys, time};
	PGresult *seen = bench_result(bench->warehouse, PQexecPrepared(bench->warehouse, "seen", 2,
								       params, NULL, NULL, 0));
	long count = strtol(PQgetvalue(seen, 0, 0), NULL, 10);

	PQclear(seen);
	return count;
}

static void
wait_seen(const struct bench *bench, const char *keys, const char *time, long count)
{
	int64_t until = bench_now_us() + INT64_C(1000000) * DEADLINE_S;

	while (count_seen(bench, keys, time) < count) {
		if (bench_now_us() > until)
			bench_die("wait", "the change was not seen within a minute");
		(void)usleep(POLL_US);
	}
}

/* "{step,2*step…}", count of them; the caller frees it. */
static char *
make_keys(long step, long count)
{
	size_t size = (size_t)count * 21 + 3, len = 0;
	char *keys = malloc(size);

	if (keys == NULL)
		bench_die("keys", "out of memory");
	for (long i = 1; i <= count; i++)
		len += (size_t)snprintf(keys + len, size - len, "%c%ld", i == 1 ? '{' : ',',
					i * step);
	(void)snprintf(keys + len, size - len, "}");
	return keys;
}

/* Changes the rows in one commit; their new time, which the caller clears. */
static PGresult *
change(const struct bench *bench, const char *keys)
{
	return bench_result(bench->source,
			    PQexecPrepared(bench->source, "change", 1, &keys, NULL, NULL, 0));
}

static double
change_one(const struct bench *bench, long id)
{
	char key[32];
	PGresult *changed;
	int64_t began;

	(void)snprintf(key, sizeof key, "{%ld}", id);
	changed = change(bench, key);
	began = bench_now_us();
	wait_seen(bench, key, PQgetvalue(changed, 0, 0), 1);
	PQclear(changed);
	return (double)(bench_now_us() - began) / 1000;
}

/* The first change only proves that serve is at work. */
static void
single(const struct bench *bench, long times)
{
	(void)change_one(bench, 1);
	for (long i = 1; i <= times; i++) {
		/* Spread over the poll's phase, whatever it is. */
		(void)usleep((useconds_t)(150000 + i * 37000 % 100000));
		bench_print("latency_single_ms", change_one(bench, 1 + i * 104729 % bench->rows));
	}
}

/* A few of the keys are asked for until they are there; then all. */
static void
bulk(const struct bench *bench, long changes)
{
	long step = bench->rows / changes;
	char *keys = make_keys(step, changes);
	char *sample = make_keys(step * (changes / SAMPLE), SAMPLE);
	PGresult *changed = change(bench, keys);
	const char *time = PQgetvalue(changed, 0, 0);
	int64_t began = bench_now_us();

	wait_seen(bench, sample, time, SAMPLE);
	wait_seen(bench, keys, time, changes);
	bench_print("latency_bulk_ms", (double)(bench_now_us() - began) / 1000);
	PQclear(changed);
	free(keys);
	free(sample);
}

static void
prepare(const struct bench *bench)
{
	PQclear(bench_result(
		bench->source,
		PQprepare(bench->source, "change",
			  "WITH c AS (UPDATE wide SET diem = diem + 1, luc_sua = now() WHERE "
			  "id = ANY ($1::bigint[]) RETURNING luc_sua) SELECT max(luc_sua) FROM c",
			  0, NULL)));
	PQclear(bench_result(bench->warehouse,
			     PQprepare(bench->warehouse, "seen", seen_sql, 0, NULL)));
}

int
main(int argc, char **argv)
{
	struct bench bench = {NULL, NULL, 0};
	long count = argc == 6 ? strtol(argv[5], NULL, 10) : 0;

	if (count < 1 || (strcmp(argv[4], "single") != 0 && strcmp(argv[4], "bulk") != 0)) {
		(void)fprintf(stderr, "usage: bench-latency SOURCE WAREHOUSE ROWS single|bulk "
				      "COUNT\n");
		return 2;
	}
	bench.source = bench_connect(argv[1]);
	bench.warehouse = bench_connect(argv[2]);
	bench.rows = strtol(argv[3], NULL, 10);
	if (bench.rows < count || (strcmp(argv[4], "bulk") == 0 && count < SAMPLE))
		bench_die("count", "it does not fit the table's rows");
	prepare(&bench);
	if (strcmp(argv[4], "single") == 0)
		single(&bench, count);
	else
		bulk(&bench, count);
	PQfinish(bench.source);
	PQfinish(bench.warehouse);
	return 0;
}
