/*
 * The least that moves a table through Kafka, to hold the gateway against: rows
 * of a binary COPY, each a message, to a COPY into an empty table.  No Avro, no
 * rules, no transactions, no position: a crash loses or doubles rows.
 *
 *   bench-pipe SOURCE WAREHOUSE BROKERS TOPIC PARTITIONS FROM TO
 *
 * Reader and writer are processes of their own.  Prints pipe_ms, pipe_cpu_s and
 * pipe_rss_kb (both together).
 */
#include <librdkafka/rdkafka.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

enum { HEADER = 19, TRAILER = 2, PIECE = 64 * 1024, TAKE = 1000, TAKE_MS = 10 };

struct pipe {
	const char *source, *warehouse, *brokers, *topic, *from, *to;
	int32_t partitions;
	_Atomic int64_t *sent; /* rows in all; -1: not known yet */
};

static const char copy_header[] = "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0";
static const char copy_trailer[] = "\377\377";

static rd_kafka_t *
open_kafka(const struct pipe *pipe, rd_kafka_type_t type)
{
	char why[256];
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	rd_kafka_t *kafka;

	if (rd_kafka_conf_set(conf, "bootstrap.servers", pipe->brokers, why, sizeof why) != 0 ||
	    (type == RD_KAFKA_PRODUCER &&
	     rd_kafka_conf_set(conf, "compression.type", "lz4", why, sizeof why) != 0) ||
	    (type == RD_KAFKA_CONSUMER &&
	     rd_kafka_conf_set(conf, "group.id", pipe->topic, why, sizeof why) != 0))
		bench_die("kafka", why);
	kafka = rd_kafka_new(type, conf, why, sizeof why);
	if (kafka == NULL)
		bench_die("kafka", why);
	return kafka;
}

static void
send_row(rd_kafka_t *kafka, rd_kafka_topic_t *topic, char *row, size_t len)
{
	while (rd_kafka_produce(topic, RD_KAFKA_PARTITION_UA, RD_KAFKA_MSG_F_COPY, row, len, NULL,
				0, NULL) != 0) {
		if (rd_kafka_last_error() != RD_KAFKA_RESP_ERR__QUEUE_FULL)
			bench_die("produce", rd_kafka_err2str(rd_kafka_last_error()));
		rd_kafka_poll(kafka, 10);
	}
}

/* The server puts the header before the first row, and the trailer into a piece of its own. */
static int64_t
send_rows(PGconn *conn, rd_kafka_t *kafka, rd_kafka_topic_t *topic)
{
	int64_t rows = 0;
	char *row;
	int len;

	while ((len = PQgetCopyData(conn, &row, 0)) > 0) {
		int skip = rows == 0 ? HEADER : 0;

		if (len - skip > TRAILER) {
			send_row(kafka, topic, row + skip, (size_t)(len - skip));
			rows++;
		}
		PQfreemem(row);
		if (rows % 1000 == 0)
			rd_kafka_poll(kafka, 0);
	}
	return rows;
}

static int
run_reader(const struct pipe *pipe)
{
	char sql[256];
	PGconn *conn = bench_connect(pipe->source);
	rd_kafka_t *kafka = open_kafka(pipe, RD_KAFKA_PRODUCER);
	rd_kafka_topic_t *topic = rd_kafka_topic_new(kafka, pipe->topic, NULL);
	int64_t rows;

	(void)snprintf(sql, sizeof sql, "COPY %s TO STDOUT (FORMAT binary)", pipe->from);
	bench_exec(conn, sql);
	rows = send_rows(conn, kafka, topic);
	if (rd_kafka_flush(kafka, 60000) != RD_KAFKA_RESP_ERR_NO_ERROR)
		bench_die("flush", "Kafka did not take all rows within a minute");
	atomic_store(pipe->sent, rows);
	rd_kafka_topic_destroy(topic);
	rd_kafka_destroy(kafka);
	PQfinish(conn);
	return 0;
}

struct piece {
	PGconn *conn;
	size_t len;
	char bytes[PIECE];
};

static void
put(struct piece *piece, const void *bytes, size_t len)
{
	if (piece->len + len > PIECE) {
		if (PQputCopyData(piece->conn, piece->bytes, (int)piece->len) != 1)
			bench_die("copy", PQerrorMessage(piece->conn));
		piece->len = 0;
	}
	if (len > PIECE)
		bench_die("copy", "a row is larger than the buffer");
	memcpy(piece->bytes + piece->len, bytes, len);
	piece->len += len;
}

static void
end_copy(struct piece *piece)
{
	PGresult *result;

	put(piece, copy_trailer, TRAILER);
	if (PQputCopyData(piece->conn, piece->bytes, (int)piece->len) != 1 ||
	    PQputCopyEnd(piece->conn, NULL) != 1)
		bench_die("copy", PQerrorMessage(piece->conn));
	while ((result = PQgetResult(piece->conn)) != NULL)
		PQclear(bench_result(piece->conn, result));
}

/* Puts what was taken, without events such as the end of a partition; how many rows. */
static int64_t
put_taken(struct piece *piece, rd_kafka_message_t **taken, ssize_t count)
{
	int64_t rows = 0;

	for (ssize_t i = 0; i < count; i++) {
		if (taken[i]->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
			put(piece, taken[i]->payload, taken[i]->len);
			rows++;
		}
		rd_kafka_message_destroy(taken[i]);
	}
	return rows;
}

static void
take_rows(const struct pipe *pipe, rd_kafka_queue_t *queue, struct piece *piece)
{
	static rd_kafka_message_t *taken[TAKE];
	int64_t rows = 0, all;

	while ((all = atomic_load(pipe->sent)) < 0 || rows < all)
		rows += put_taken(piece, taken,
				  rd_kafka_consume_batch_queue(queue, TAKE_MS, taken, TAKE));
}

static int
run_writer(const struct pipe *pipe)
{
	static struct piece piece;
	char sql[256];
	rd_kafka_t *kafka = open_kafka(pipe, RD_KAFKA_CONSUMER);
	rd_kafka_topic_t *topic = rd_kafka_topic_new(kafka, pipe->topic, NULL);
	rd_kafka_queue_t *queue = rd_kafka_queue_new(kafka);

	piece.conn = bench_connect(pipe->warehouse);
	(void)snprintf(sql, sizeof sql, "COPY %s FROM STDIN (FORMAT binary)", pipe->to);
	bench_exec(piece.conn, sql);
	put(&piece, copy_header, HEADER);
	for (int32_t i = 0; i < pipe->partitions; i++)
		if (rd_kafka_consume_start_queue(topic, i, RD_KAFKA_OFFSET_BEGINNING, queue) != 0)
			bench_die("consume", rd_kafka_err2str(rd_kafka_last_error()));
	take_rows(pipe, queue, &piece);
	end_copy(&piece);
	for (int32_t i = 0; i < pipe->partitions; i++)
		(void)rd_kafka_consume_stop(topic, i);
	rd_kafka_queue_destroy(queue);
	rd_kafka_topic_destroy(topic);
	rd_kafka_destroy(kafka);
	PQfinish(piece.conn);
	return 0;
}

static pid_t
start(int (*work)(const struct pipe *pipe), const struct pipe *pipe)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(work(pipe));
	if (pid < 0)
		bench_die("fork", "no process");
	return pid;
}

static void
report(int64_t began, const struct rusage *both, long rss_kb)
{
	bench_print("pipe_ms", (double)(bench_now_us() - began) / 1000);
	bench_print("pipe_cpu_s",
		    (double)(both->ru_utime.tv_sec + both->ru_stime.tv_sec) +
			    (double)(both->ru_utime.tv_usec + both->ru_stime.tv_usec) / 1e6);
	bench_print("pipe_rss_kb", (double)rss_kb);
}

int
main(int argc, char **argv)
{
	int64_t began = bench_now_us();
	struct pipe pipe;
	struct rusage usage;
	pid_t running[2];
	long rss_kb = 0;
	int status;

	if (argc != 8) {
		(void)fprintf(stderr, "usage: bench-pipe SOURCE WAREHOUSE BROKERS TOPIC "
				      "PARTITIONS FROM TO\n");
		return 2;
	}
	pipe = (struct pipe){argv[1],
			     argv[2],
			     argv[3],
			     argv[4],
			     argv[6],
			     argv[7],
			     (int32_t)strtol(argv[5], NULL, 10),
			     NULL};
	pipe.sent = mmap(NULL, sizeof *pipe.sent, PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (pipe.sent == MAP_FAILED)
		bench_die("mmap", "no memory");
	atomic_store(pipe.sent, -1);
	running[0] = start(run_reader, &pipe);
	running[1] = start(run_writer, &pipe);
	for (int i = 0; i < 2; i++) {
		pid_t ended = wait4(-1, &status, 0, &usage);

		rss_kb += usage.ru_maxrss;
		if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
			(void)kill(ended == running[0] ? running[1] : running[0], SIGTERM);
			return 1;
		}
	}
	(void)getrusage(RUSAGE_CHILDREN, &usage);
	report(began, &usage, rss_kb);
	return 0;
}
