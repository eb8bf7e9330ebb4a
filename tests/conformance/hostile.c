#include "conform.h"

enum {
	MIB = 1 << 20,
	ARENA_MIB = 16,
	/* What a reading of anything may add to the process: what a driver and libpq hold of a row
	   of 50 MB, which is a few times its size, and a reader's own. */
	PEAK_MIB = 224,
};

/* What is freed stays mapped there, and the bounds say nothing. */
#ifdef __SANITIZE_ADDRESS__
#define MEASURED false
#else
#define MEASURED true
#endif

/* The most memory that the process had since forget_peak(), in bytes; 0: it can't be told. */
static size_t
peak(void)
{
	FILE *file = fopen("/proc/self/status", "re");
	char line[300];
	long kib = 0;

	while (file != NULL && fgets(line, sizeof line, file) != NULL)
		if (strncmp(line, "VmHWM:", 6) == 0)
			kib = strtol(line + 6, NULL, 10);
	if (file != NULL)
		(void)fclose(file);
	return (size_t)kib * 1024;
}

/* What the process has now, from which peak() counts anew. */
static size_t
forget_peak(void)
{
	FILE *file = fopen("/proc/self/clear_refs", "we");

	if (file != NULL) {
		(void)fputs("5", file);
		(void)fclose(file);
	}
	return peak();
}

static void
expect_bounded(size_t before, const char *what)
{
	size_t most = peak();

	expect(!MEASURED || most <= before + (size_t)PEAK_MIB * MIB,
	       "%s: the process had %zu MB, %zu MB before", what, most / MIB, before / MIB);
}

/* ---- types that hold many values, or none that a record can ------------------------------------
 */

struct odd {
	const char *refused; /* "name,name" */
	size_t seen;
};

static bool
is_listed(const char *list, const char *name)
{
	size_t len = strlen(name);

	for (const char *at = list; at != NULL; at = strchr(at, ',')) {
		at += *at == ',';
		if (strncmp(at, name, len) == 0 && (at[len] == ',' || at[len] == '\0'))
			return true;
	}
	return false;
}

static enum gw_status
note_odd(void *arg, const struct gw_table *table, struct gw_error *err)
{
	struct odd *odd = arg;

	(void)err;
	for (size_t i = 0; i < table->ncolumns; i++) {
		const struct gw_column *column = &table->columns[i];
		bool wanted = is_listed(odd->refused, column->name);

		expect((column->refusal != NULL) == wanted, "the column %s (%s) is %s",
		       column->name, column->type,
		       column->refusal == NULL ? "not refused" : column->refusal);
		odd->seen += wanted;
	}
	return GW_OK;
}

/* Each of them by itself; what stands beside it is read. */
static void
must_refuse_each(const char *list)
{
	char *copy = strdup(list), *rest = copy;

	for (char *name; (name = strsep(&rest, ",")) != NULL;) {
		char both[300];

		if (name[0] == '\0')
			continue;
		(void)snprintf(both, sizeof both, "id,%s", name);
		use("odd", both);
		use_no_cursor();
		must_refuse(GW_CONFIG, name);
		must_refuse(GW_CONFIG, "conform.yaml:");
	}
	free(copy);
}

/* The first line has the columns that are refused, the second the others, then come rows. */
static void
odd_types(void)
{
	char path[WORD_MAX], refused[WORD_MAX] = "", columns[WORD_MAX] = "";
	struct odd odd = {.refused = refused};
	struct gw_error err;
	FILE *file;

	(void)snprintf(path, sizeof path, "%s", hook("expect odd"));
	file = fopen(path, "r");
	expect(file != NULL && fgets(refused, sizeof refused, file) != NULL &&
		       fgets(columns, sizeof columns, file) != NULL,
	       "no file %s", path);
	refused[strcspn(refused, "\n")] = columns[strcspn(columns, "\n")] = '\0';
	use("odd", columns);
	need_session();
	expect(noted(s.connector->discover(s.session, s.stream.table, note_odd, &odd, &err),
		     &err) == GW_OK,
	       "discover: %s", err.text);
	use_no_cursor();
	must_read_lines(file);
	must_refuse_each(refused);
}

/* ---- a type that changes while it is read ------------------------------------------------------
 */

/* None of the rows after the change may come as a number, which is what the column was. */
static void
type_changes(void)
{
	struct gw_batch batch = {.nrows = 0};
	struct gw_cursor *cursor = NULL;
	enum gw_status status = GW_OK;
	struct gw_error err = {.text = ""};
	bool changed;

	use("retyped", "id,v");
	use_no_cursor();
	s.request.max_rows = 7;
	need_session();
	expect(noted(s.connector->begin(s.session, &s.request, &s.mark, &cursor, &err), &err) ==
		       GW_OK,
	       "begin: %s", err.text);
	gw_arena_init(&batch.arena, s.arena_mb << 20);
	expect(noted(s.connector->next(cursor, &batch, &err), &err) == GW_OK && batch.nrows == 7,
	       "the first page: %s", err.text);
	expect(batch.values[1].kind == GW_INT, "the column is %s to begin with",
	       gw_kind_name(batch.values[1].kind));
	changed = hook_if_any("retype retyped") != NULL;
	while (changed && status == GW_OK && batch.nrows > 0) {
		gw_arena_reset(&batch.arena);
		status = noted(s.connector->next(cursor, &batch, &err), &err);
		for (size_t r = 0; status == GW_OK && r < batch.nrows; r++)
			expect(batch.values[r * 2 + 1].kind != GW_INT,
			       "a date is read as the number %lld",
			       (long long)batch.values[r * 2 + 1].as.integer);
	}
	s.connector->end(cursor);
	gw_arena_release(&batch.arena);
	if (!changed)
		skipped("its columns have no types that change");
	expect(status == GW_OK || status == GW_RETRY || status == GW_CONFIG, "%s: %s",
	       gw_status_name(status), err.text);
}

/* ---- a great deal of it ------------------------------------------------------------------------
 */

static void
large_things(void)
{
	static const char *const fixtures[] = {"big", "wide"};

	for (size_t i = 0; i < sizeof fixtures / sizeof fixtures[0]; i++) {
		size_t before = forget_peak();
		struct taken taken;
		struct gw_error err = {.text = ""};

		if (hook_if_any("fixture %s", fixtures[i]) == NULL)
			continue;
		use(fixtures[i], i == 0 ? "id,body" : "id");
		if (i > 0)
			use_discovered();
		use_no_cursor();
		s.arena_mb = ARENA_MIB;
		if (read_on(0, &taken, &err) != GW_OK)
			expect(err.status == GW_CONFIG, "%s: %s", fixtures[i], err.text);
		release(&taken);
		drop_session();
		expect_bounded(before, fixtures[i]);
	}
}

/* ---- files that are made to do harm ------------------------------------------------------------
 */

/* "name take" or "name refuse", a line each. */
static void
hostile_file(const char *name, bool taken_in)
{
	struct gw_error err = {.text = ""};
	size_t before = forget_peak();
	struct taken taken;

	use(name, "id");
	s.arena_mb = ARENA_MIB;
	need_session();
	/* As a pull does before it begins: from then on files are put away. */
	expect(noted(s.connector->stored(s.session, &s.stream, &s.mark, &err), &err) == GW_OK, "%s",
	       err.text);
	expect(read_on(0, &taken, &err) == GW_OK, "%s: %s: %s", name, gw_status_name(err.status),
	       err.text);
	expect(taken.ended && taken.noticed == !taken_in && (taken.rows.count > 0) == taken_in,
	       "%s: %zu rows, %s", name, taken.rows.count,
	       taken.noticed ? "with a notice" : "without a word");
	release(&taken);
	drop_session();
	expect(taken_in || strcmp(hook("rejected %s", name), "1") == 0,
	       "%s: it is not put away with a report", name);
	expect_bounded(before, name);
}

static void
hostile_files(void)
{
	char *list = strdup(hook("hostile")), *rest = list;

	for (char *line; (line = strsep(&rest, "\n")) != NULL;) {
		char *name = strsep(&line, " ");

		hostile_file(name, line != NULL && strcmp(line, "take") == 0);
	}
	free(list);
}

const struct test hostile_tests[] = {
	{"arrays, json, enums, composites: a value, or refused with the reason", 0, odd_types},
	{"a column that becomes another type is not read as the old one", 0, type_changes},
	{"fields of 50 MB and very wide tables take bounded memory", 0, large_things},
	{"files made to do harm are taken or put away with a report", 0, hostile_files},
	{.name = NULL},
};
