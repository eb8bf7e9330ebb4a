/*
 * Drives a connector from a shell: one cycle over one table, every row and
 * batch on stdout, the bookmark kept in a file as a pull would keep it.
 *
 *   read-source [OPTION=VALUE…] read | discover [TABLE] | check TABLE…
 *   read-source [OPTION=VALUE…] fetch | fetch-twice
 *
 * The keys to fetch are the lines of stdin, their values parted by tabs, in
 * the order of by=COLUMN,…; \N is null.  fetch-twice does it two times in one
 * session.
 *
 * The connection is in $SOURCE_DSN.  Exit code as songma's own.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

#include "base/i18n.h"
#include "base/text.h"
#include "connector.h"

enum { MAX_COLUMNS = 64, MAX_VALUES = 20000 };

static struct options {
	const char *connector, *table, *mode, *cursor, *key, *columns, *bookmark, *zone;
	const char *overlap, *sweep_every, *timeout, *page, *max_batches, *cancel_after_ms;
	const char *sweep_now, *quiet, *arena_mb;
	const char *idle; /* tell at the end whether nothing is left to find */
	const char *by;   /* the columns of the keys to fetch; as key= otherwise */
	const char *ask;  /* for the next page beforehand: "yes", or "drop" to give it up again */
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
	{"by", &options.by},
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

static int64_t
number(const char *text)
{
	int64_t n = 0;

	if (text != NULL && !gw_parse_i64(text, strlen(text), &n)) {
		(void)fprintf(stderr, "read-source: \"%s\" is no number\n", text);
		exit(2);
	}
	return n;
}

static int64_t
duration(const char *text)
{
	int64_t us = 0;

	if (strcmp(text, "0") != 0 && !gw_parse_duration(text, &us)) {
		(void)fprintf(stderr, "read-source: \"%s\" is no duration\n", text);
		exit(2);
	}
	return us;
}

static size_t
split(const char *list, char *names[MAX_COLUMNS])
{
	char *rest = list == NULL ? NULL : strdup(list);
	size_t n = 0;

	while (rest != NULL && n < MAX_COLUMNS)
		names[n++] = strsep(&rest, ",");
	return n;
}

static void
print_text(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '\n' || text[i] == '\t' || text[i] == '\\')
			(void)printf("\\x%02x", (unsigned)(unsigned char)text[i]);
		else
			(void)putchar(text[i]);
	}
}

static void
print_value(const struct gw_value *value)
{
	char text[GW_TIME_TEXT];

	switch (value->kind) {
	case GW_NULL:
		(void)printf("null");
		return;
	case GW_BOOL:
		(void)printf("bool:%s", value->as.truth ? "true" : "false");
		return;
	case GW_INT:
		(void)printf("int:%lld", (long long)value->as.integer);
		return;
	case GW_FLOAT:
		(void)printf("float:%.17g", value->as.real);
		return;
	case GW_DATE:
		gw_date_format(value->as.integer, text);
		(void)printf("date:%s", text);
		return;
	case GW_TIMESTAMP:
		gw_timestamp_format(value->as.integer, text);
		(void)printf("timestamp:%s", text);
		return;
	case GW_BYTES:
		(void)printf("bytes:");
		for (uint32_t i = 0; i < value->len; i++)
			(void)printf("%02x", (unsigned)(unsigned char)value->as.text[i]);
		return;
	case GW_DECIMAL:
	case GW_TEXT:
	case GW_UNHELD:
		(void)printf("%s:", value->kind == GW_DECIMAL ? "decimal"
				    : value->kind == GW_TEXT  ? "text"
							      : "unheld");
		print_text(value->as.text, value->len);
		return;
	}
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
	status = connector->idle(cursor, &idle, err);

	if (status == GW_OK)
		(void)printf("idle\t%d\n", (int)idle);
	return status;
}

static enum gw_status
read_batches(struct gw_cursor *cursor, struct gw_error *err)
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
	}
	gw_arena_release(&batch.arena);
	return status;
}

/* What the options ask for. */
static struct gw_request
make_request(void)
{
	static char file[] = "source.yaml", name[] = "stream";
	struct gw_place at = {file, 1, 1};
	/* Static, so that they are not taken for leaks. */
	static char *columns[MAX_COLUMNS], *key[MAX_COLUMNS], *order[MAX_COLUMNS];
	static struct gw_stream stream;

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
		status = read_batches(cursor, err);
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
print_table(void *arg, const struct gw_table *table, struct gw_error *err)
{
	(void)arg;
	(void)err;
	(void)printf("table\t%s\t%s\trows=%lld\treadable=%d\tlate_commits=%d\n", table->name,
		     table->kind, (long long)table->rows_estimate, table->readable,
		     table->late_commits);
	for (size_t i = 0; i < table->ncolumns; i++) {
		const struct gw_column *column = &table->columns[i];

		(void)printf("column\t%s\t%s\t%s\tnullable=%d\tkey=%d%s%s\n", column->name,
			     column->type, gw_kind_name(column->kind), column->nullable,
			     column->key, column->refusal == NULL ? "" : "\trefused: ",
			     column->refusal == NULL ? "" : column->refusal);
	}
	return GW_OK;
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
	if (strncmp(command, "fetch", 5) == 0)
		return cmd_fetch(strcmp(command, "fetch") == 0 ? 1 : 2, err);
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
