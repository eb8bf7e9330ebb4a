/*
 * Drives a connector from a shell: one cycle over one table, every row and
 * batch on stdout, the bookmark kept in a file as a pull would keep it.
 *
 *   read-source [OPTION=VALUE…] read | discover [TABLE] | check TABLE…
 *   read-source [OPTION=VALUE…] fetch | fetch-twice | count | place | describe
 *
 * The keys to fetch are the lines of stdin, their values parted by tabs, in
 * the order of by=COLUMN,…; \N is null.  fetch-twice does it two times in one
 * session.
 *
 * once=yes reads the table (or the range= column from= to=) one time; between=yes
 * then runs a cycle of the same stream to its end before every further page, its
 * rows as "between" lines, and asks it whether it is idle.  place puts the
 * bookmark for a cycle from= into the file, describe tells what is there.
 *
 * The connection is in $SOURCE_DSN.  Exit code as songma's own.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/i18n.h"
#include "base/text.h"
#include "connector.h"
#include "show.h"

static struct options {
	const char *connector, *table, *mode, *cursor, *key, *columns, *bookmark, *zone;
	const char *overlap, *sweep_every, *timeout, *page, *max_batches, *cancel_after_ms;
	const char *sweep_now, *quiet, *arena_mb;
	const char *idle, *until; /* tell at the end, once a file is there, if nothing is left */
	const char *by;           /* the columns of the keys to fetch; as key= otherwise */
	const char *once, *range, *from, *to;
	const char *between; /* a cycle between two pages of one that reads once */
	const char *ask; /* for the next page beforehand: "yes", or "drop" to give it up again */
} options = {
	.connector = "postgres",
	.mode = "bulk",
	.zone = "Asia/Ho_Chi_Minh",
	.overlap = "10min",
	.sweep_every = "6h",
	.timeout = "60s",
	.page = "10000",
	.arena_mb = "64",
};

static const struct {
	const char *name;
	const char **value;
} option_table[] = {
	{"connector", &options.connector},
	{"table", &options.table},
	{"mode", &options.mode},
	{"cursor", &options.cursor},
	{"key", &options.key},
	{"columns", &options.columns},
	{"bookmark", &options.bookmark},
	{"zone", &options.zone},
	{"overlap", &options.overlap},
	{"sweep_every", &options.sweep_every},
	{"timeout", &options.timeout},
	{"page", &options.page},
	{"max_batches", &options.max_batches},
	{"cancel_after_ms", &options.cancel_after_ms},
	{"sweep_now", &options.sweep_now},
	{"quiet", &options.quiet},
	{"arena_mb", &options.arena_mb},
	{"ask", &options.ask},
	{"idle", &options.idle},
	{"until", &options.until},
	{"by", &options.by},
	{"once", &options.once},
	{"range", &options.range},
	{"from", &options.from},
	{"to", &options.to},
	{"between", &options.between},
};

static const struct gw_connector *connector;
static struct gw_session *session;

static void
on_alarm(int signal_number)
{
	(void)signal_number;
	connector->cancel(session);
}

static void
cancel_later(int64_t ms)
{
	struct sigaction action = {.sa_handler = on_alarm};
	struct itimerval timer = {.it_value = {ms / 1000, (ms % 1000) * 1000}};

	(void)sigaction(SIGALRM, &action, NULL);
	(void)setitimer(ITIMER_REAL, &timer, NULL);
}

static bool
take_option(char *arg)
{
	char *equals = strchr(arg, '=');

	if (equals == NULL)
		return false;
	*equals = '\0';
	for (size_t i = 0; i < sizeof option_table / sizeof option_table[0]; i++) {
		if (strcmp(option_table[i].name, arg) == 0) {
			*option_table[i].value = equals + 1;
			return true;
		}
	}
	*equals = '=';
	return false;
}

static void
print_batch(const struct gw_batch *batch)
{
	if (batch->notice != NULL)
		(void)printf("notice\t%s\n", batch->notice);
	(void)printf("batch\trows=%zu\tresent=%d\tsnapshot=%d\tafter=%d\n", batch->nrows,
		     batch->resent, batch->snapshot, batch->after.len > 0);
	for (size_t r = 0; options.quiet == NULL && r < batch->nrows; r++) {
		(void)printf("row");
		for (size_t c = 0; c < batch->ncolumns; c++) {
			(void)putchar('\t');
			print_value(&batch->values[r * batch->ncolumns + c]);
		}
		(void)putchar('\n');
	}
	(void)fflush(stdout);
}

static void
load_bookmark(struct gw_bookmark *out)
{
	FILE *file = options.bookmark == NULL ? NULL : fopen(options.bookmark, "rb");

	out->len = 0;
	if (file == NULL)
		return;
	out->len = (uint32_t)fread(out->bytes, 1, sizeof out->bytes, file);
	(void)fclose(file);
}

static void
store_bookmark(const struct gw_bookmark *bookmark)
{
	FILE *file = options.bookmark == NULL || bookmark->len == 0 ? NULL
								    : fopen(options.bookmark, "wb");

	if (file == NULL)
		return;
	(void)fwrite(bookmark->bytes, 1, bookmark->len, file);
	(void)fclose(file);
}

static int
mode_of(const char *name)
{
	static const char *const names[] = {
		[GW_MODE_BULK] = "bulk",
		[GW_MODE_INCREMENTING] = "incrementing",
		[GW_MODE_TIMESTAMP] = "timestamp",
		[GW_MODE_TIMESTAMP_INCREMENTING] = "timestamp+incrementing",
	};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strcmp(names[i], name) == 0)
			return (int)i;
	return GW_MODE_LOG;
}

static enum gw_status
ask_beforehand(struct gw_cursor *cursor, struct gw_error *err)
{
	enum gw_status status;

	if (options.ask == NULL)
		return GW_OK;
	status = connector->ask(cursor, err);
	if (status == GW_OK && strcmp(options.ask, "drop") == 0)
		connector->drop(cursor);
	return status;
}

/* Whether the cursor knows, at its end, that a cycle begun now would find nothing. */
static enum gw_status
print_idle(struct gw_cursor *cursor, struct gw_error *err)
{
	bool idle = false;
	enum gw_status status;

	if (options.idle == NULL)
		return GW_OK;
	while (options.until != NULL && fflush(stdout) == 0 && access(options.until, F_OK) != 0)
		(void)usleep(20000);
	status = connector->idle(cursor, &idle, err);
	if (status == GW_OK)
		(void)printf("idle\t%d\n", (int)idle);
	return status;
}

/* What a pull does while it reads a table once: a cycle of its own from its own bookmark, to the
   end, then a look at whether there is more. */
static enum gw_status
cycle_between(struct gw_request request, struct gw_error *err)
{
	static struct gw_bookmark mark;
	static struct gw_cursor *idle;
	struct gw_batch batch = {.nrows = 0};
	size_t rows = 0;
	bool nothing = false;
	enum gw_status status = GW_OK;

	if (options.between == NULL)
		return GW_OK;
	request.once = false;
	request.range = NULL;
	if (idle != NULL)
		status = connector->idle(idle, &nothing, err);
	(void)printf("between\tidle=%d\n", (int)nothing);
	if (status != GW_OK || nothing)
		return status;
	connector->end(idle);
	idle = NULL;
	gw_arena_init(&batch.arena, (size_t)number(options.arena_mb) << 20);
	status = connector->begin(session, &request, &mark, &idle, err);
	do {
		if (status == GW_OK)
			status = connector->next(idle, &batch, err);
		rows += batch.nrows;
		if (status == GW_OK && batch.after.len > 0)
			mark = batch.after;
	} while (status == GW_OK && batch.nrows > 0);
	gw_arena_release(&batch.arena);
	(void)printf("between\trows=%zu\n", rows);
	return status;
}

static enum gw_status
read_batches(const struct gw_request *request, struct gw_cursor *cursor, struct gw_error *err)
{
	static struct gw_batch batch;
	int64_t left = options.max_batches == NULL ? INT64_MAX : number(options.max_batches);
	const char *const *key;
	size_t nkey;
	enum gw_status status = connector->key_columns(cursor, &key, &nkey, err);

	(void)printf("key");
	for (size_t i = 0; status == GW_OK && i < nkey; i++)
		(void)printf("\t%s", key[i]);
	(void)printf("\n");
	gw_arena_init(&batch.arena, (size_t)number(options.arena_mb) << 20);
	while (status == GW_OK && left-- > 0) {
		gw_arena_reset(&batch.arena);
		status = connector->next(cursor, &batch, err);
		if (status != GW_OK)
			break;
		print_batch(&batch);
		store_bookmark(&batch.after);
		status = batch.nrows == 0 ? print_idle(cursor, err) : ask_beforehand(cursor, err);
		if (batch.nrows == 0)
			break;
		if (status == GW_OK)
			status = cycle_between(*request, err);
	}
	gw_arena_release(&batch.arena);
	return status;
}

static struct gw_request
make_request(void)
{
	static char file[] = "source.yaml", name[] = "stream";
	struct gw_place at = {file, 1, 1};
	/* Static, so that they are not taken for leaks. */
	static char *columns[MAX_COLUMNS], *key[MAX_COLUMNS], *order[MAX_COLUMNS];
	static struct gw_stream stream;
	static struct gw_span range;

	range = (struct gw_span){options.range, options.from, options.to};
	stream = (struct gw_stream){
		.name = name,
		.table = options.table == NULL ? NULL : strdup(options.table),
		.key = key,
		.nkey = split(options.key, key),
		.mode = mode_of(options.mode),
		.cursor = order,
		.ncursor = split(options.cursor, order),
		.overlap_us = duration(options.overlap),
		.sweep_every_us = duration(options.sweep_every),
		.at = at,
		.table_at = {file, 2, 1},
		.key_at = {file, 3, 1},
		.cursor_at = {file, 4, 1},
	};
	return (struct gw_request){
		.stream = &stream,
		.columns = (const char *const *)columns,
		.ncolumns = split(options.columns, columns),
		.max_rows = (size_t)number(options.page),
		.sweep_now = options.sweep_now != NULL,
		.once = options.once != NULL,
		.range = options.range == NULL ? NULL : &range,
	};
}

static enum gw_status
cmd_read(struct gw_error *err)
{
	static struct gw_bookmark since;
	struct gw_request request = make_request();
	struct gw_cursor *cursor = NULL;
	enum gw_status status;

	load_bookmark(&since);
	status = connector->begin(session, &request, &since, &cursor, err);
	if (status == GW_OK)
		status = read_batches(&request, cursor, err);
	connector->end(cursor);
	return status;
}

/* The keys on stdin.  Static, so that they are not taken for leaks. */
static struct gw_keys
read_keys(void)
{
	static char *columns[MAX_COLUMNS];
	static const char *values[MAX_VALUES];
	struct gw_keys keys = {
		.columns = (const char *const *)columns,
		.ncolumns = split(options.by == NULL ? options.key : options.by, columns),
		.values = values,
	};
	char *line = NULL;
	size_t size = 0, n = 0;

	while (keys.ncolumns > 0 && n + keys.ncolumns <= MAX_VALUES &&
	       getline(&line, &size, stdin) > 0) {
		char *rest = line;

		line[strcspn(line, "\n")] = '\0';
		for (size_t i = 0; i < keys.ncolumns; i++) {
			const char *value = strsep(&rest, "\t");

			values[n++] =
				value == NULL || strcmp(value, "\\N") == 0 ? NULL : strdup(value);
		}
		keys.count++;
	}
	free(line);
	return keys;
}

static enum gw_status
cmd_fetch(int times, struct gw_error *err)
{
	static struct gw_batch batch;
	struct gw_request request = make_request();
	struct gw_keys keys = read_keys();
	enum gw_status status = GW_OK;

	gw_arena_init(&batch.arena, (size_t)number(options.arena_mb) << 20);
	for (; times > 0 && status == GW_OK; times--) {
		gw_arena_reset(&batch.arena);
		status = connector->fetch(session, &request, &keys, &batch, err);
		if (status == GW_OK)
			(void)printf("clock\t%lld\n", (long long)batch.snapshot_us);
		if (status == GW_OK)
			print_batch(&batch);
	}
	gw_arena_release(&batch.arena);
	return status;
}

static enum gw_status
cmd_count(struct gw_error *err)
{
	struct gw_request request = make_request();
	int64_t rows = 0;
	enum gw_status status = connector->count(session, &request, &rows, err);

	if (status == GW_OK)
		(void)printf("count\t%lld\n", (long long)rows);
	return status;
}

static enum gw_status
cmd_place(struct gw_error *err)
{
	static struct gw_bookmark since, out;
	struct gw_request request = make_request();
	enum gw_status status;

	load_bookmark(&since);
	status = connector->place(session, &request, &since, options.from, &out, err);
	if (status == GW_OK)
		store_bookmark(&out);
	return status;
}

static enum gw_status
cmd_describe(struct gw_error *err)
{
	static struct gw_bookmark since;
	char line[512];
	enum gw_status status;

	load_bookmark(&since);
	status = connector->describe(&since, line, sizeof line, err);
	if (status == GW_OK)
		(void)printf("%s\n", line);
	return status;
}

static enum gw_status
cmd_check(char **tables, size_t count, struct gw_error *err)
{
	struct gw_source_facts facts;
	enum gw_status status =
		connector->check(session, (const char *const *)tables, count, &facts, err);

	if (status == GW_OK)
		(void)printf("product=%s\nidentity=%s\ncan_write=%d\nstandby=%d\nclock=%lld\n",
			     facts.product, facts.identity, facts.can_write, facts.standby,
			     (long long)facts.clock_us);
	return status;
}

static enum gw_status
cmd_fetch_once(struct gw_error *err)
{
	return cmd_fetch(1, err);
}

static enum gw_status
cmd_fetch_twice(struct gw_error *err)
{
	return cmd_fetch(2, err);
}

static const struct {
	const char *name;
	enum gw_status (*run)(struct gw_error *err);
} commands[] = {
	{"fetch", cmd_fetch_once}, {"fetch-twice", cmd_fetch_twice}, {"count", cmd_count},
	{"place", cmd_place},      {"describe", cmd_describe},
};

static enum gw_status
run(char **args, size_t count, struct gw_error *err)
{
	struct gw_settings settings = {.connection = getenv("SOURCE_DSN"),
				       .time_zone = options.zone,
				       .statement_timeout_us = duration(options.timeout)};
	const char *command = count == 0 ? "read" : args[0];
	enum gw_status status = gw_connector_find(options.connector, &connector, err);

	if (settings.connection == NULL)
		return gw_fail(err, GW_CONFIG, "SOURCE_DSN is not set");
	if (status == GW_OK)
		status = connector->open(&settings, &session, err);
	if (status != GW_OK)
		return status;
	if (options.cancel_after_ms != NULL)
		cancel_later(number(options.cancel_after_ms));
	if (strcmp(command, "discover") == 0)
		return connector->discover(session, count > 1 ? args[1] : NULL, print_table, NULL,
					   err);
	if (strcmp(command, "check") == 0)
		return cmd_check(args + 1, count - 1, err);
	for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
		if (strcmp(command, commands[i].name) == 0)
			return commands[i].run(err);
	return cmd_read(err);
}

int
main(int argc, char **argv)
{
	struct gw_error err;
	enum gw_status status;
	int first = 1;

	(void)gw_i18n_init("en");
	while (first < argc && take_option(argv[first]))
		first++;
	status = run(argv + first, (size_t)(argc - first), &err);
	if (status != GW_OK)
		(void)fprintf(stderr, "%s: %s\n", gw_status_name(status), err.text);
	if (session != NULL)
		connector->close(session);
	return gw_status_exit(status);
}
