#include "conform.h"

enum { FETCHED_MAX = 64 };

/* The text that a letter has of a value: what stands behind the colon, of the kinds that the
   fixture's key has. */
static void
key_text(const char *value, char *out, size_t size)
{
	const char *colon = strchr(value, ':');
	const char *tab = strchr(value, '\t');
	size_t len = tab == NULL ? strlen(value) : (size_t)(tab - value);
	size_t skip = colon == NULL ? len : (size_t)(colon - value) + 1;

	(void)snprintf(out, size, "%.*s", (int)(len - skip), value + skip);
	/* What the row's text writes as \x5c is one backslash. */
	for (char *at = strstr(out, "\\x5c"); at != NULL; at = strstr(at + 1, "\\x5c"))
		memmove(at + 1, at + 4, strlen(at + 4) + 1);
}

static void
must_be_all(size_t want, const char *what)
{
	struct taken taken;
	char *ids;

	must_read(0, &taken);
	ids = ids_of(&taken.rows);
	expect(taken.rows.count == want && words_in(ids) == want,
	       "%s, pages of %zu: %zu rows, %zu of them different, not %zu: %s", what,
	       s.request.max_rows, taken.rows.count, words_in(ids), want, ids);
	free(ids);
	release(&taken);
}

/* Each page in a session of its own, so that every key in turn is what a page begins behind. */
static void
composite_keys(void)
{
	static const size_t pages[] = {1000, 3, 1};
	size_t want;

	use("pair", "v,a,b");
	want = number_of(hook("rows pair"));
	use_key("a,b");
	for (size_t i = 0; i < sizeof pages / sizeof pages[0]; i++) {
		s.request.max_rows = pages[i];
		s.restart = (s.connector->can & GW_CAN_RESUME) != 0;
		s.mark.len = 0;
		must_be_all(want, "the first reading");
		if (s.connector->count == NULL)
			continue;
		s.request.once = true;
		s.mark.len = 0;
		must_be_all(want, "once");
		s.request.once = false;
	}
}

/* The same in the order of changes: all rows have one time, so their keys decide. */
static void
composite_changes(void)
{
	size_t want;

	use("pair", "v,a,b");
	want = number_of(hook("rows pair"));
	use_key("a,b");
	must_be_all(want, "the first reading");
	(void)hook("touch pair");
	look_again();
	s.request.max_rows = 1;
	s.restart = true;
	must_be_all(want, "changes");
}

static void
names_its_key(void)
{
	struct gw_cursor *cursor = NULL;
	const char *const *columns;
	struct gw_error err;
	size_t count;

	use("pair", "v,a,b");
	use_key("a,b");
	need_session();
	expect(s.connector->begin(s.session, &s.request, &s.mark, &cursor, &err) == GW_OK,
	       "begin: %s", err.text);
	expect(s.connector->key_columns(cursor, &columns, &count, &err) == GW_OK, "%s", err.text);
	expect(count == 2 && strcmp(columns[0], "a") == 0 && strcmp(columns[1], "b") == 0,
	       "%zu columns, not a and b", count);
	s.connector->end(cursor);
}

/* ---- fetch ----------------------------------------------------------------------------------- */

static enum gw_status
fetch(const char *const *columns, size_t ncolumns, const char *const *values, size_t count,
      struct rows *out, struct gw_error *err)
{
	struct gw_keys keys = {
		.columns = columns, .ncolumns = ncolumns, .values = values, .count = count};
	struct gw_batch batch = {.nrows = 0};
	enum gw_status status;

	if (s.connector->fetch == NULL)
		skipped("it has no fetch()");
	need_session();
	gw_arena_init(&batch.arena, s.arena_mb << 20);
	status = noted(s.connector->fetch(s.session, &s.request, &keys, &batch, err), err);
	for (size_t i = 0; status == GW_OK && i < batch.nrows; i++)
		rows_add(out, row_text(batch.values + i * batch.ncolumns, batch.ncolumns));
	expect(status != GW_OK || (batch.resent && batch.after.len == 0 && batch.snapshot_us > 0),
	       "fetched rows are not resent, move the position or have no time");
	gw_arena_release(&batch.arena);
	return status;
}

static void
fetches_by_key(void)
{
	static const char *const key[] = {"a", "b"};
	static char text[2 * FETCHED_MAX][WORD_MAX / 32];
	const char *values[2 * FETCHED_MAX + 8];
	struct rows found = {.count = 0};
	struct taken taken;
	struct gw_error err;
	size_t n = 0;
	char *want, *got;

	use("pair", "v,a,b");
	use_key("a,b");
	must_read(0, &taken);
	for (size_t i = 0; i < taken.rows.count && i < FETCHED_MAX; i++) {
		const char *a = strchr(taken.rows.text[i], '\t') + 1;

		key_text(a, text[2 * i], sizeof text[0]);
		key_text(strchr(a, '\t') + 1, text[2 * i + 1], sizeof text[0]);
	}
	n = taken.rows.count < FETCHED_MAX ? taken.rows.count : FETCHED_MAX;
	for (size_t i = 0; i < 2 * n; i++)
		values[i] = text[i];
	/* No row has these, and they stand in no other's way. */
	memcpy(values + 2 * n, (const char *[]){"x", "CANARY", "x", NULL, NULL, "1", "CANARY", "1"},
	       8 * sizeof values[0]);
	expect(fetch(key, 2, values, n + 4, &found, &err) == GW_OK, "%s", err.text);
	want = ids_of(&taken.rows);
	got = ids_of(&found);
	expect(strcmp(want, got) == 0 && found.count == n, "of the rows %s it finds %s", want, got);
	rows_free(&found);
	release(&taken);
	free(want);
	free(got);
}

static void
fetch_refuses(void)
{
	static const char *const other[] = {"id", "label"}, *const own[] = {"id"};
	static const char *const values[] = {"1", "2", "3", "CANARY"};
	struct rows found = {.count = 0};
	struct taken taken;
	struct gw_error err;

	use("plain", "id,label");
	use_key("id");
	must_read(0, &taken);
	release(&taken);
	expect(fetch(other, 2, values, 1, &found, &err) == GW_CONFIG,
	       "columns that are not the key's are taken");
	expect(fetch(own, 1, values, 0, &found, &err) == GW_OK && found.count == 0,
	       "no key at all: %s", err.text);
	expect(fetch(own, 1, values, 4, &found, &err) == GW_OK && found.count == 3,
	       "three keys and one that is no number: %zu rows", found.count);
	rows_free(&found);
}

/* ---- once, count, place ---------------------------------------------------------------------- */

static int64_t
counted(void)
{
	struct gw_error err;
	int64_t n = -1;

	if (s.connector->count == NULL)
		skipped("it has no count()");
	need_session();
	if (noted(s.connector->count(s.session, &s.request, &n, &err), &err) != GW_OK)
		failed("count: %s", err.text);
	return n;
}

static void
reads_a_range(void)
{
	static const struct {
		const char *from, *to;
		size_t rows;
	} ranges[] = {{"11", "21", 10}, {NULL, "11", 10}, {"11", "11", 0}, {"21", "11", 0},
		      {"100", NULL, 0}, {NULL, NULL, 0},  {"-5", "2", 1}};
	size_t all = 0;

	(void)hook("limits range");
	use("plain", "id,label");
	use_key("id");
	s.request.once = true;
	all = number_of(hook("rows plain"));
	for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++) {
		size_t want = ranges[i].to != NULL     ? ranges[i].rows
			      : ranges[i].from != NULL ? all - 99
						       : all;
		struct taken taken;

		s.span = (struct gw_span){"id", ranges[i].from, ranges[i].to};
		s.request.range = &s.span;
		s.mark.len = 0;
		expect(counted() == (int64_t)want, "range %zu: %lld rows are counted, not %zu", i,
		       (long long)counted(), want);
		s.request.max_rows = 3;
		s.restart = true;
		must_read(0, &taken);
		s.restart = false;
		expect(taken.rows.count == want, "range %zu: %zu rows, not %zu", i,
		       taken.rows.count, want);
		expect(taken.fresh == 0, "range %zu: its rows are not as resent", i);
		release(&taken);
	}
}

static void
refuses_ranges(void)
{
	static const struct gw_span bad[] = {{"id", "CANARY", NULL},
					     {"id", "1", "1'; CANARY --"},
					     {"nothing", "1", "2"},
					     {"id", "", NULL}};

	(void)hook("limits range");
	use("plain", "id,label");
	use_key("id");
	(void)counted();
	s.request.once = true;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct gw_error err;
		int64_t n;

		s.span = bad[i];
		s.request.range = &s.span;
		must_refuse(GW_REJECT, "");
		expect(noted(s.connector->count(s.session, &s.request, &n, &err), &err) ==
			       GW_REJECT,
		       "range %zu is counted", i);
	}
}

static void
once_is_its_own(void)
{
	struct taken taken;
	size_t all;

	(void)hook("limits range");
	use("plain", "id,label");
	use_key("id");
	(void)counted();
	all = number_of(hook("rows plain"));
	s.request.once = true;
	s.request.max_rows = 30;
	must_read(2, &taken);
	release(&taken);
	/* Another range, then no longer once: neither goes on where the other one stopped. */
	s.span = (struct gw_span){"id", "50", NULL};
	s.request.range = &s.span;
	must_read(1, &taken);
	expect(taken.noticed, "another range goes on without a word");
	release(&taken);
	s.request.once = false;
	s.request.range = NULL;
	s.request.max_rows = 1000;
	must_read(0, &taken);
	expect(taken.rows.count >= all, "a cycle goes on at once's bookmark: %zu of %zu rows",
	       taken.rows.count, all);
	release(&taken);
}

static void
begins_at_a_place(void)
{
	struct gw_bookmark none = {.len = 0};
	struct gw_error err;
	struct taken taken;
	char *told, *ids, *found;

	use("plain", "id,label");
	told = strdup(hook("place plain"));
	ids = strchr(told, '\t');
	expect(ids != NULL, "the hook says no place: %s", told);
	*ids++ = '\0';
	if (s.connector->place == NULL || s.stream.ncursor == 0)
		skipped("it has no place()");
	need_session();
	expect(noted(s.connector->place(s.session, &s.request, &none, told, &s.mark, &err), &err) ==
		       GW_OK,
	       "place: %s", err.text);
	s.request.max_rows = 7;
	must_read(0, &taken);
	found = ids_of(&taken.rows);
	for (char *id, *rest = ids; (id = strsep(&rest, " ")) != NULL;)
		expect(has_id(found, id), "row %s is not found, but %s", id, found);
	expect(noted(s.connector->place(s.session, &s.request, &none, "CANARY", &s.mark, &err),
		     &err) == GW_REJECT,
	       "a place that is none is taken");
	release(&taken);
	free(found);
	free(told);
}

static void
describes_a_bookmark(void)
{
	struct gw_bookmark bad = {.len = 6, .bytes = "CANARY"};
	struct taken taken;
	struct gw_error err;
	char line[512] = "";

	use("plain", "id,label");
	if (s.connector->describe == NULL)
		skipped("it has no describe()");
	must_read(0, &taken);
	release(&taken);
	expect(noted(s.connector->describe(&s.mark, line, sizeof line, &err), &err) == GW_OK, "%s",
	       err.text);
	expect(line[0] != '\0' && strchr(line, '\n') == NULL, "not one line: \"%s\"", line);
	expect(noted(s.connector->describe(&bad, line, sizeof line, &err), &err) == GW_CONFIG,
	       "it describes a bookmark that is none");
}

/* ---- ahead ----------------------------------------------------------------------------------- */

static enum gw_ahead
ahead(const char *id)
{
	static const char *const own[] = {"id"};
	struct gw_keys key = {.columns = own, .ncolumns = 1, .values = &id, .count = 1};
	enum gw_ahead out = GW_AHEAD_UNKNOWN;
	struct gw_error err;

	need_session();
	if (noted(s.connector->ahead(s.session, &s.request, &s.mark, &key, &out, &err), &err) !=
	    GW_OK)
		failed("ahead: %s", err.text);
	return out;
}

static void
knows_what_is_ahead(void)
{
	struct taken taken;
	char *ids, *rest;

	use("live", "id,label");
	use_key("id");
	if (s.connector->ahead == NULL)
		skipped("it has no ahead()");
	must_read(0, &taken);
	release(&taken);
	expect(ahead("1") != GW_AHEAD_YES, "a row that was read is said to be ahead");
	ids = strdup(hook("change live"));
	look_again();
	rest = ids;
	for (char *id; (id = strsep(&rest, " ")) != NULL;)
		expect(ahead(id) != GW_AHEAD_NO, "row %s was changed, but is said to be read", id);
	expect(ahead("999999") == GW_AHEAD_UNKNOWN || ahead("999999") == GW_AHEAD_NO,
	       "a row that is not there is ahead");
	must_read(0, &taken);
	expect(ahead("1") != GW_AHEAD_YES, "a row that was read is said to be ahead");
	release(&taken);
	free(ids);
}

const struct test key_tests[] = {
	{"keys of two columns, odd letters, large and negative numbers", 0, composite_keys},
	{"changes go by such keys where their times are equal", GW_CAN_RESUME, composite_changes},
	{"it names its key", 0, names_its_key},
	{"rows are fetched by their keys", 0, fetches_by_key},
	{"fetch refuses what it can't take", 0, fetch_refuses},
	{"a range is read once, and counted", 0, reads_a_range},
	{"a limit that is none is rejected", 0, refuses_ranges},
	{"a bookmark of a table read once is good for that alone", GW_CAN_RESUME, once_is_its_own},
	{"a cycle begins at a place", 0, begins_at_a_place},
	{"a bookmark is described", 0, describes_a_bookmark},
	{"it knows what is ahead", GW_CAN_RESUME, knows_what_is_ahead},
	{.name = NULL},
};
