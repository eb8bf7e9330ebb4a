#include "conform.h"

/* The hook's ids of what it has done, as the list that ids_of() would give. */
static char *
told(const char *what, const char *fixture)
{
	return strdup(hook("%s %s", what, fixture));
}

static void
read_first(const char *fixture, size_t page)
{
	struct taken taken;
	size_t want;

	use(fixture, "id,label");
	want = number_of(hook("rows %s", fixture));
	s.request.max_rows = page;
	must_read(0, &taken);
	expect(taken.rows.count == want, "the first reading has %zu rows, not %zu",
	       taken.rows.count, want);
	release(&taken);
}

/* The next cycle's rows must hold all these ids; fresh: and nothing else that is new. */
static void
must_find(const char *ids, bool fresh)
{
	char *copy = strdup(ids), *rest = copy;
	struct taken taken;
	char *found;

	must_read(0, &taken);
	found = ids_of(&taken.rows);
	for (char *id; (id = strsep(&rest, " ")) != NULL;)
		expect(*id == '\0' || has_id(found, id), "row %s is not found, but %s", id, found);
	expect(!fresh || taken.fresh == words_in(ids), "%zu rows are fresh, not %zu: %s",
	       taken.fresh, words_in(ids), found);
	free(found);
	free(copy);
	release(&taken);
}

static void
must_be_quiet(void)
{
	struct taken taken;

	must_read(0, &taken);
	expect(taken.fresh == 0, "the cycle after it brings %zu rows as if they were new",
	       taken.fresh);
	release(&taken);
}

static void
change_by_change(size_t page, bool restart)
{
	read_first("live", page);
	for (int i = 0; i < 3; i++) {
		char *ids = told("change", "live");

		look_again();
		s.restart = restart;
		must_find(ids, true);
		must_be_quiet();
		s.restart = false;
		free(ids);
	}
}

static void
changes_are_found(void)
{
	change_by_change(1000, false);
	change_by_change(1, false);
	change_by_change(1, true);
}

static void
ties_at_page_borders(void)
{
	static const size_t pages[] = {1, 5};

	for (size_t i = 0; i < sizeof pages / sizeof pages[0]; i++) {
		char *ids;

		read_first("live", pages[i]);
		ids = told("tie", "live");
		look_again();
		s.restart = true;
		must_find(ids, true);
		must_be_quiet();
		free(ids);
	}
}

/* Rows without a time and rows of 2099 came with the first reading; they hide nothing. */
static void
odd_times(void)
{
	char *ids;

	read_first("plain", 7);
	must_be_quiet();
	ids = told("change", "plain");
	look_again();
	must_find(ids, false);
	must_be_quiet();
	free(ids);
}

static void
late_commits(void)
{
	char *late, *meanwhile;

	read_first("live", 1000);
	free(told("late_open", "live"));
	meanwhile = told("change", "live");
	look_again();
	must_find(meanwhile, false);
	late = told("late_commit", "live");
	look_again();
	must_find(late, false);
	must_be_quiet();
	free(meanwhile);
	free(late);
}

static void
deletes(void)
{
	struct taken taken;
	char *ids, *gone;

	read_first("live", 1000);
	s.request.max_rows = 2;
	ids = told("delete", "live");
	look_again();
	must_read(0, &taken);
	gone = ids_of(&taken.gone);
	expect(strcmp(gone, ids) == 0, "gone are \"%s\", not \"%s\"", gone, ids);
	for (size_t i = 0; i < taken.gone.count; i++)
		expect(strstr(taken.gone.text[i], "\tnull") != NULL,
		       "a row that is gone has more than its key: %s", taken.gone.text[i]);
	free(gone);
	release(&taken);
	must_read(0, &taken);
	expect(taken.gone.count == 0, "they are gone once more in the next cycle");
	release(&taken);
	free(ids);
}

/* ---- what somebody who follows it has in the end -------------------------------------------- */

struct copy {
	int64_t id;
	char *row; /* NULL: gone */
};

static struct {
	struct copy *rows;
	size_t count;
} follower;

static void
follow(const char *text, bool gone)
{
	int64_t id = strtoll(strchr(text, ':') + 1, NULL, 10);
	const char *tab = strchr(text, '\t');
	const char *label = tab == NULL ? text : tab + 1;
	size_t i = 0;

	while (i < follower.count && follower.rows[i].id != id)
		i++;
	if (i == follower.count) {
		follower.rows = realloc(follower.rows, (i + 1) * sizeof *follower.rows);
		follower.rows[follower.count++] = (struct copy){.id = id};
	}
	free(follower.rows[i].row);
	if (strncmp(label, "text:", 5) == 0)
		label += 5;
	follower.rows[i].row = gone ? NULL : strdup(label);
}

static void
follow_cycle(size_t batches)
{
	struct taken taken;

	must_read(batches, &taken);
	for (size_t i = 0; i < taken.rows.count; i++)
		follow(taken.rows.text[i], false);
	for (size_t i = 0; i < taken.gone.count; i++)
		follow(taken.gone.text[i], true);
	release(&taken);
}

static int
by_id(const void *a, const void *b)
{
	int64_t x = ((const struct copy *)a)->id, y = ((const struct copy *)b)->id;

	return (x > y) - (x < y);
}

static void
must_be_the_same(const char *dump)
{
	size_t size = strlen(dump) + 1, used = 0;
	char *text = calloc(1, size * 2 + 64 * (follower.count + 1));

	qsort(follower.rows, follower.count, sizeof *follower.rows, by_id);
	for (size_t i = 0; text != NULL && i < follower.count; i++)
		if (follower.rows[i].row != NULL && used < size)
			used += (size_t)snprintf(
				text + used, 2 * size - used, "%s%lld\t%s", used > 0 ? "\n" : "",
				(long long)follower.rows[i].id, follower.rows[i].row);
	expect(text != NULL && strcmp(text, dump) == 0,
	       "who follows has other rows than the source: %.300s … %.300s", text, dump);
	free(text);
}

/* Changes come between the pages of the first reading, each page in a session of its own. */
static void
changes_while_it_reads(void)
{
	use("live", "id,label");
	follower.count = 0;
	s.request.max_rows = 3;
	for (int i = 0; i < 5; i++) {
		follow_cycle(1);
		free(told("change", "live"));
		look_again();
	}
	follow_cycle(0);
	follow_cycle(0);
	must_be_the_same(hook("dump live"));
}

static void
idle_is_true(void)
{
	struct gw_cursor *cursor = NULL;
	struct gw_batch batch = {.nrows = 0};
	bool idle = false;
	struct gw_error err;
	char *ids;

	read_first("live", 1000);
	if (s.connector->idle == NULL)
		skipped("it has no idle()");
	must_be_quiet();
	need_session();
	gw_arena_init(&batch.arena, s.arena_mb << 20);
	expect(s.connector->begin(s.session, &s.request, &s.mark, &cursor, &err) == GW_OK,
	       "begin: %s", err.text);
	do {
		gw_arena_reset(&batch.arena);
		expect(s.connector->next(cursor, &batch, &err) == GW_OK, "next: %s", err.text);
		if (batch.after.len > 0)
			s.mark = batch.after;
	} while (batch.nrows > 0);
	ids = told("change", "live");
	if (strcmp(hook("dsn"), s.dsn) == 0) {
		expect(s.connector->idle(cursor, &idle, &err) == GW_OK, "idle: %s", err.text);
		expect(!idle, "it is idle, but rows %s were changed", ids);
	}
	s.connector->end(cursor);
	gw_arena_release(&batch.arena);
	look_again();
	must_find(ids, true);
	free(ids);
}

const struct test change_tests[] = {
	{"changes between two cycles come in the next, once", GW_CAN_RESUME, changes_are_found},
	{"equal cursor values across a page's border", GW_CAN_RESUME, ties_at_page_borders},
	{"rows without a time and of the future hide nothing", GW_CAN_RESUME, odd_times},
	{"a row that commits late is found", GW_CAN_RESUME, late_commits},
	{"deleted rows are told", GW_CAN_RESUME | GW_CAN_DELETES, deletes},
	{"changes while the first reading goes on", GW_CAN_RESUME, changes_while_it_reads},
	{"it is not idle when something has changed", GW_CAN_RESUME, idle_is_true},
	{.name = NULL},
};
