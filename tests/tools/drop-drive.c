/*
 * Pulls two streams of a drop folder as a pull does, with a file in place of
 * Kafka: a page's rows and its bookmark go there in one write, and only from
 * who opened it last.  For tests/faults/drop_folder.py, which ends it, stops it and
 * starts another beside it thousands of times.
 *
 *   drop-drive FOLDER LOG
 *
 * Lines of the log: "U stream key", "D stream key", "B stream bookmark",
 * "N stream notice".  Exit code as songma's own; it ends when it is fenced or the
 * folder can't be used, and is told by a signal otherwise.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/text.h"
#include "connector.h"
#include "file/file.h"

enum { NSTREAMS = 2, PAGE_ROWS = 200, ARENA = 4 << 20, LINE = 1 << 16, TEXT_MAX = 16 << 20 };
enum { TRIES = 3, FAIL_ONE_IN = 50, REJECT_ONE_IN = 300, REST_US = 20000 };

static const char *const columns[] = {"Mã", "Tên gọi", "Cập nhật"};
static char key_column[] = "Mã", pattern[] = "thing-{part}-*";
static char names[NSTREAMS][8] = {"thing", "copy"};
static char *key[] = {key_column};
static struct gw_stream streams[NSTREAMS];
static struct gw_source source = {.streams = streams, .nstreams = NSTREAMS};

static struct gw_bookmark stored[NSTREAMS];
static const char *log_path;
static char epoch_path[4096];
static int64_t epoch;
static struct gw_batch batch;
static struct gw_buf text;
static uint64_t chance;

/* A generator of Lehmer's; what is wanted is only that processes differ. */
static bool
one_in(uint64_t count)
{
	chance = chance * 48271 % 2147483647;
	return chance % count == 0;
}

static void
die(const char *what)
{
	perror(what);
	exit(4);
}

/* ---- the log --------------------------------------------------------------------------------- */

/* Takes the lock; who holds it reads and writes alone. */
static int
open_log(void)
{
	int fd = open(log_path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0644);

	if (fd < 0 || flock(fd, LOCK_EX) != 0)
		die(log_path);
	return fd;
}

static void
take_line(const char *line)
{
	size_t len = strcspn(line, "\n");
	struct gw_bookmark *mark = &stored[line[2] == '0' ? 0 : 1];

	if (line[0] != 'B' || len < 4 || len - 4 > sizeof mark->bytes)
		return;
	memcpy(mark->bytes, line + 4, len - 4);
	mark->len = (uint32_t)(len - 4);
}

/* The streams' last bookmarks. */
static void
read_log(void)
{
	static char line[LINE];
	FILE *file = fopen(log_path, "r");

	if (file == NULL)
		die(log_path);
	while (fgets(line, sizeof line, file) != NULL)
		take_line(line);
	(void)fclose(file);
}

/* Who opened the log last, beside it. */
static int64_t
last_epoch(FILE *file)
{
	char line[32] = "";
	int64_t last = 0;

	if (file != NULL && fgets(line, sizeof line, file) != NULL)
		(void)gw_parse_i64(line, strcspn(line, "\n"), &last);
	if (file != NULL)
		(void)fclose(file);
	return last;
}

/* From now on nobody who came before may write. */
static void
begin_epoch(void)
{
	int fd = open_log();
	FILE *file;

	read_log();
	epoch = last_epoch(fopen(epoch_path, "r")) + 1;
	file = fopen(epoch_path, "w");
	if (file == NULL || fprintf(file, "%lld\n", (long long)epoch) < 0 || fclose(file) != 0)
		die(epoch_path);
	(void)close(fd);
}

static void
put_row(int stream, size_t row)
{
	const struct gw_value *value = &batch.values[row * batch.ncolumns];
	char what = batch.deleted != NULL && batch.deleted[row] ? 'D' : 'U';

	if (value->kind == GW_INT)
		(void)gw_buf_printf(&text, "%c %d %lld\n", what, stream,
				    (long long)value->as.integer);
	else
		(void)gw_buf_printf(&text, "%c %d %.*s\n", what, stream, (int)value->len,
				    value->as.text);
}

/* GW_RETRY now and then, with nothing written. */
static enum gw_status
commit(int stream, struct gw_error *err)
{
	int fd;

	if (one_in(FAIL_ONE_IN))
		return gw_fail(err, GW_RETRY, "the log is away");
	gw_buf_clear(&text);
	for (size_t r = 0; r < batch.nrows; r++)
		put_row(stream, r);
	if (batch.notice != NULL)
		(void)gw_buf_printf(&text, "N %d %s\n", stream, batch.notice);
	if (batch.after.len > 0)
		(void)gw_buf_printf(&text, "B %d %.*s\n", stream, (int)batch.after.len,
				    (const char *)batch.after.bytes);
	if (text.len == 0)
		return GW_OK;
	fd = open_log();
	if (last_epoch(fopen(epoch_path, "r")) != epoch) {
		(void)close(fd);
		return gw_fail(err, GW_FENCED, "another has followed");
	}
	if (text.failed || write(fd, text.data, text.len) != (ssize_t)text.len)
		die(log_path);
	(void)close(fd);
	if (batch.after.len > 0)
		stored[stream] = batch.after;
	return GW_OK;
}

/* ---- cycles ---------------------------------------------------------------------------------- */

static enum gw_status
read_page(struct gw_cursor *cursor, struct gw_error *err)
{
	gw_arena_reset(&batch.arena);
	batch.nrows = 0;
	batch.deleted = NULL;
	batch.after.len = 0;
	batch.notice = NULL;
	return gw_connector_file.next(cursor, &batch, err);
}

static enum gw_status
send_page(struct gw_session *session, struct gw_cursor *cursor, int stream, struct gw_error *err)
{
	enum gw_status status = GW_RETRY;

	for (size_t r = 0; r < batch.nrows; r++)
		if (one_in(REJECT_ONE_IN))
			gw_connector_file.rejected(cursor, r, columns[1], "not as it should be");
	for (int try = 0; try < TRIES && status == GW_RETRY; try++)
		status = commit(stream, err);
	return status == GW_OK
		       ? gw_connector_file.stored(session, &streams[stream], &stored[stream], err)
		       : status;
}

static enum gw_status
cycle(struct gw_session *session, int stream, struct gw_error *err)
{
	const struct gw_connector *connector = &gw_connector_file;
	const struct gw_request request = {
		.stream = &streams[stream],
		.columns = columns,
		.ncolumns = sizeof columns / sizeof columns[0],
		.max_rows = PAGE_ROWS,
	};
	struct gw_cursor *cursor = NULL;
	enum gw_status status;

	status = connector->stored(session, &streams[stream], &stored[stream], err);
	if (status == GW_OK)
		status = connector->begin(session, &request, &stored[stream], &cursor, err);
	do {
		if (status == GW_OK)
			status = read_page(cursor, err);
		if (status == GW_OK)
			status = send_page(session, cursor, stream, err);
	} while (status == GW_OK && batch.nrows > 0);
	connector->end(cursor);
	return status;
}

static enum gw_status
cycles(struct gw_session **session, struct gw_error *err)
{
	const struct gw_settings settings = {
		.source = &source,
		.connection = source.folder,
		.time_zone = "Asia/Ho_Chi_Minh",
	};
	enum gw_status status = GW_OK;

	if (*session == NULL)
		status = gw_connector_file.open(&settings, session, err);
	for (int i = 0; i < NSTREAMS && status == GW_OK; i++)
		status = cycle(*session, i, err);
	return status;
}

int
main(int argc, char **argv)
{
	struct gw_session *session = NULL;
	enum gw_status status = GW_OK;
	struct gw_error err;

	if (argc != 3) {
		(void)fprintf(stderr, "usage: drop-drive FOLDER LOG\n");
		return 2;
	}
	source.folder = argv[1];
	log_path = argv[2];
	(void)snprintf(epoch_path, sizeof epoch_path, "%s.epoch", log_path);
	chance = (uint64_t)getpid();
	gw_arena_init(&batch.arena, ARENA);
	gw_buf_init(&text, TEXT_MAX);
	for (int i = 0; i < NSTREAMS; i++)
		streams[i] = (struct gw_stream){.name = names[i],
						.table = pattern,
						.key = key,
						.nkey = 1,
						.mode = GW_MODE_FILES};
	begin_epoch();
	while (status == GW_OK || status == GW_RETRY) {
		status = cycles(&session, &err);
		if (status != GW_OK) {
			(void)fprintf(stderr, "%s\n", err.text);
			gw_connector_file.close(session);
			session = NULL;
		}
		(void)usleep(REST_US);
	}
	return status == GW_CONFIG ? 2 : 1;
}
