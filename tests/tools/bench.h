/*
 * What the measuring tools share: a clock, and a PostgreSQL that ends the tool
 * when it refuses.  A figure is printed as a line "name value".
 */
#ifndef BENCH_H
#define BENCH_H

#include <libpq-fe.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* Microseconds of a clock that only goes forward. */
static inline int64_t
bench_now_us(void)
{
	struct timespec now;

	if (clock_gettime(CLOCK_MONOTONIC, &now) != 0)
		abort();
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static inline void
bench_print(const char *name, double value)
{
	(void)printf("%s %.3f\n", name, value);
	(void)fflush(stdout);
}

/* Ends the tool, saying what was being done. */
static inline void
bench_die(const char *what, const char *why)
{
	(void)fprintf(stderr, "bench: %s: %s\n", what, why);
	exit(1);
}

/* A connection; the caller's to PQfinish. */
static inline PGconn *
bench_connect(const char *conninfo)
{
	PGconn *conn = PQconnectdb(conninfo);

	if (PQstatus(conn) != CONNECTION_OK)
		bench_die("connect", PQerrorMessage(conn));
	return conn;
}

/* The result, which is the caller's to PQclear; anything but success ends the tool. */
static inline PGresult *
bench_result(PGconn *conn, PGresult *result)
{
	ExecStatusType status = PQresultStatus(result);

	if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK && status != PGRES_COPY_IN &&
	    status != PGRES_COPY_OUT)
		bench_die("query", PQerrorMessage(conn));
	return result;
}

static inline void
bench_exec(PGconn *conn, const char *sql)
{
	PQclear(bench_result(conn, PQexec(conn, sql)));
}

#endif
