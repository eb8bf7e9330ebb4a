#include "conform.h"

#include <sys/resource.h>
#include <unistd.h>

enum {
	BIG_BYTES = 50 * 1000 * 1000,
	MIB = 1 << 20,
	ARENA_MIB = 16,
	GROWTH_MIB = 48, /* of the process, over all pages but the first ones */
};

/* What is freed stays mapped under AddressSanitizer, to be found if it is used again. */
#ifdef __SANITIZE_ADDRESS__
#define KEPT_MIB 256
#else
#define KEPT_MIB 0
#endif

/* ---- types ----------------------------------------------------------------------------------- */

/* The file's first line names the columns, each other one is a row as it must arrive. */
static void
types_round_trip(void)
{
	char path[WORD_MAX], columns[WORD_MAX];
	FILE *file;

	(void)snprintf(path, sizeof path, "%s", hook("expect types"));
	file = fopen(path, "r");
	expect(file != NULL && fgets(columns, sizeof columns, file) != NULL, "no file %s", path);
	columns[strcspn(columns, "\n")] = '\0';
	use("types", columns);
	use_no_cursor();
	must_read_lines(file);
}

struct seen {
	const char *table;
	enum gw_kind kinds[COLUMNS_MAX];
	char *names[COLUMNS_MAX];
	size_t ncolumns, tables;
	bool listed;
};

static enum gw_status
see_table(void *arg, const struct gw_table *table, struct gw_error *err)
{
	struct seen *seen = arg;

	(void)err;
	seen->tables++;
	if (strcmp(table->name, seen->table) != 0)
		return GW_OK;
	seen->listed = true;
	for (size_t i = 0; seen->ncolumns == 0 && i < table->ncolumns && i < COLUMNS_MAX; i++)
		seen->kinds[i] = table->columns[i].kind;
	seen->ncolumns = table->ncolumns;
	return GW_OK;
}

static void
discover_tells_the_kinds(void)
{
	static struct seen seen;
	struct gw_batch batch = {.nrows = 0};
	struct gw_cursor *cursor = NULL;
	struct gw_error err;

	use("kinds", "id");
	use_discovered();
	seen = (struct seen){.table = s.stream.table};
	expect(noted(s.connector->discover(s.session, NULL, see_table, &seen, &err), &err) == GW_OK,
	       "discover: %s", err.text);
	expect(seen.listed, "%s is not among the %zu tables that it lists", s.stream.table,
	       seen.tables);
	use_no_cursor();
	expect(noted(s.connector->begin(s.session, &s.request, &s.mark, &cursor, &err), &err) ==
		       GW_OK,
	       "begin: %s", err.text);
	gw_arena_init(&batch.arena, (size_t)s.arena_mb << 20);
	expect(noted(s.connector->next(cursor, &batch, &err), &err) == GW_OK, "%s", err.text);
	expect(batch.nrows > 0 && batch.ncolumns == seen.ncolumns, "%zu rows of %zu columns",
	       batch.nrows, batch.ncolumns);
	for (size_t i = 0; i < batch.nrows * batch.ncolumns; i++) {
		enum gw_kind kind = batch.values[i].kind, said = seen.kinds[i % batch.ncolumns];

		/* What 64 bits do not hold comes as a decimal, a day that is known in part as text.
		 */
		expect(kind == said || kind == GW_NULL || kind == GW_UNHELD ||
			       (said == GW_INT && kind == GW_DECIMAL) ||
			       (said == GW_DATE && kind == GW_TEXT),
		       "the column %s was said to be %s, but is %s", s.columns[i % batch.ncolumns],
		       gw_kind_name(said), gw_kind_name(kind));
	}
	s.connector->end(cursor);
	gw_arena_release(&batch.arena);
}

/* ---- names, width, size ---------------------------------------------------------------------- */

static void
hostile_names(void)
{
	struct taken taken;
	size_t want;

	use("names", "id");
	want = number_of(hook("rows names"));
	use_discovered();
	use_no_cursor();
	for (int keyed = 0; keyed < (s.stream.mode == GW_MODE_FILES ? 1 : 2); keyed++) {
		s.mark.len = 0;
		s.request.max_rows = 2;
		must_read(0, &taken);
		expect(taken.rows.count == want, "%zu rows of %zu", taken.rows.count, want);
		release(&taken);
		/* By names alone, without a key of the stream's own. */
		use_key(NULL);
	}
}

static void
many_columns(void)
{
	struct taken taken;
	size_t want;

	use("wide", "id");
	want = number_of(hook("rows wide"));
	use_discovered();
	expect(s.request.ncolumns >= 1000, "the fixture has but %zu columns", s.request.ncolumns);
	use_no_cursor();
	must_read(0, &taken);
	expect(taken.rows.count == want, "%zu rows of %zu", taken.rows.count, want);
	release(&taken);
}

static size_t
resident(void)
{
	char line[LINE_BYTES] = "", *rest = line;
	FILE *file = fopen("/proc/self/statm", "r");
	const char *read = file == NULL ? NULL : fgets(line, sizeof line, file);

	if (file != NULL)
		(void)fclose(file);
	expect(read != NULL, "/proc/self/statm can't be read");
	(void)strsep(&rest, " ");
	return number_of(strsep(&rest, " ")) * (size_t)sysconf(_SC_PAGESIZE);
}

/* Three rows, the second of which has a field of 50 MB. */
static void
large_field(void)
{
	struct taken taken = {.ended = false};
	struct gw_error err;
	char part[64];

	(void)hook("limits field");
	use("big", "id,body");
	s.arena_mb = ARENA_MIB;
	s.request.max_rows = 1000;
	/* Refused as a row, or as a value that is set aside; its neighbours come in any case then.
	 */
	if (read_on(0, &taken, &err) == GW_OK)
		expect(taken.rows.count == 3 && strstr(taken.rows.text[1], "unheld:") != NULL,
		       "of 50 MB a batch of %d MB takes: %s", ARENA_MIB,
		       taken.rows.count == 3 ? taken.rows.text[1] : "not all rows");
	else
		expect(err.status == GW_CONFIG && strstr(err.text, s.stream.table) != NULL,
		       "%s, without the table: %s", gw_status_name(err.status), err.text);
	expect(taken.held <= (size_t)(ARENA_MIB + 1) * MIB, "an arena held %zu bytes", taken.held);
	release(&taken);
	/* Where there is room it comes whole or is set aside, never cut. */
	drop_session();
	s.mark.len = 0;
	s.arena_mb = 160;
	must_read(0, &taken);
	(void)snprintf(part, sizeof part, "[%d bytes", BIG_BYTES);
	expect(taken.rows.count == 3, "%zu rows of 3", taken.rows.count);
	expect(strstr(taken.rows.text[1], part) != NULL ||
		       strstr(taken.rows.text[1], "unheld:") != NULL,
	       "the field was cut: %s", taken.rows.text[1]);
	release(&taken);
}

static void
bad_utf8(void)
{
	struct taken taken;

	use("invalid", "id,body");
	/* A driver may leave no choice; then it must at least be said clearly. */
	if (hook_if_any("refuses invalid") != NULL) {
		struct gw_error err = {.text = ""};

		expect(read_on(0, &taken, &err) == GW_CONFIG &&
			       strstr(err.text, s.stream.table) != NULL,
		       "it is not refused clearly: %s", err.text);
		release(&taken);
		return;
	}
	must_read(0, &taken);
	expect(taken.rows.count == 3, "%zu rows of 3", taken.rows.count);
	for (size_t i = 0; i < taken.rows.count; i++) {
		const char *row = taken.rows.text[i];

		expect(gw_utf8_valid(row, strlen(row)), "row %zu came as text that is no UTF-8",
		       i + 1);
	}
	for (size_t i = 0; i < 3; i += 2)
		expect(strstr(taken.rows.text[i], "text:đúng") != NULL, "row %zu is %s", i + 1,
		       taken.rows.text[i]);
	expect(strstr(taken.rows.text[1], "unheld:not_utf8") != NULL, "row 2 is %s",
	       taken.rows.text[1]);
	release(&taken);
}

/* ---- memory ---------------------------------------------------------------------------------- */

struct use_of_memory {
	size_t rows, held, early, most;
};

static void
read_counting(struct gw_cursor *cursor, struct use_of_memory *use)
{
	enum { EARLY_PAGES = 3 };
	struct gw_batch batch = {.nrows = 0};
	struct gw_error err;
	size_t pages = 0;

	gw_arena_init(&batch.arena, (size_t)ARENA_MIB << 20);
	do {
		size_t now;

		gw_arena_reset(&batch.arena);
		if (noted(s.connector->next(cursor, &batch, &err), &err) != GW_OK)
			failed("page %zu: %s", pages, err.text);
		use->rows += batch.nrows;
		use->held = batch.arena.held > use->held ? batch.arena.held : use->held;
		now = resident();
		if (++pages <= EARLY_PAGES)
			use->early = now;
		use->most = now > use->most ? now : use->most;
	} while (batch.nrows > 0);
	gw_arena_release(&batch.arena);
}

static void
bounded_memory(void)
{
	struct use_of_memory use_of = {.rows = 0};
	struct gw_cursor *cursor = NULL;
	struct gw_error err;
	size_t want;

	use("many", "id,label");
	want = number_of(hook("rows many"));
	s.request.max_rows = 10000;
	need_session();
	if (noted(s.connector->begin(s.session, &s.request, &s.mark, &cursor, &err), &err) != GW_OK)
		failed("begin: %s", err.text);
	read_counting(cursor, &use_of);
	s.connector->end(cursor);
	expect(use_of.rows == want, "%zu rows, not %zu", use_of.rows, want);
	expect(use_of.held <= (size_t)(ARENA_MIB + 1) * MIB, "an arena held %zu MB",
	       use_of.held / MIB);
	expect(use_of.most < use_of.early + (size_t)(GROWTH_MIB + KEPT_MIB) * MIB,
	       "the process grew from %zu to %zu MB over %zu rows", use_of.early / MIB,
	       use_of.most / MIB, want);
}

const struct test value_tests[] = {
	{"every type arrives as its kind, with its exact value", 0, types_round_trip},
	{"discover says what arrives", 0, discover_tells_the_kinds},
	{"names with quotes, blanks, capitals and reserved words", 0, hostile_names},
	{"a thousand columns and more", 0, many_columns},
	{"a field of 50 MB comes whole or is refused clearly", 0, large_field},
	{"text that is no UTF-8 is marked and hides no row, or is refused clearly", 0, bad_utf8},
	{"memory is bounded, however many rows there are", 0, bounded_memory},
	{.name = NULL},
};
