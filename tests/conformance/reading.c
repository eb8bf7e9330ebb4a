#include "conform.h"

static void
empty_table(void)
{
	struct taken taken;

	use("empty", "id,label");
	for (int i = 0; i < 2; i++) {
		must_read(0, &taken);
		expect(taken.ended && taken.rows.count == 0, "cycle %d: %zu rows", i + 1,
		       taken.rows.count);
		release(&taken);
	}
}

/* The rows of a first reading with pages of that size. */
static void
read_all(size_t page, bool restart, struct taken *out)
{
	s.mark.len = 0;
	s.request.max_rows = page;
	s.restart = restart;
	must_read(0, out);
	s.restart = false;
}

static void
every_row_once(void)
{
	static const size_t pages[] = {1000, 105, 35, 7, 1};
	size_t want;

	use("plain", "id,label,changed");
	want = number_of(hook("rows plain"));
	for (size_t i = 0; i < sizeof pages / sizeof pages[0]; i++) {
		struct taken taken;
		char *ids;

		read_all(pages[i], false, &taken);
		ids = ids_of(&taken.rows);
		expect(taken.rows.count == want, "pages of %zu: %zu rows, not %zu", pages[i],
		       taken.rows.count, want);
		expect(words_in(ids) == want, "pages of %zu: %zu rows, each once", pages[i],
		       words_in(ids));
		expect(taken.most <= pages[i], "a batch of %zu rows, %zu were asked for",
		       taken.most, pages[i]);
		free(ids);
		release(&taken);
	}
}

static void
resumes_at_every_page(void)
{
	static const size_t pages[] = {35, 7};

	use("plain", "id,label,changed");
	for (size_t i = 0; i < sizeof pages / sizeof pages[0]; i++) {
		struct taken through, resumed;

		read_all(pages[i], false, &through);
		read_all(pages[i], true, &resumed);
		expect(same_rows(&through.rows, &resumed.rows),
		       "pages of %zu: %zu rows, read through they are %zu, or others, or in "
		       "another order",
		       pages[i], resumed.rows.count, through.rows.count);
		expect(s.connector->can & GW_CAN_RESUME, "it says that it does not resume");
		release(&through);
		release(&resumed);
	}
}

static void
second_cycle_is_quiet(void)
{
	struct taken taken;

	use("plain", "id,label");
	if (s.stream.mode == GW_MODE_BULK)
		skipped("it reads the whole table in each cycle");
	for (int i = 0; i < 3; i++) {
		must_read(0, &taken);
		expect(i == 0 || taken.fresh == 0, "cycle %d: %zu rows as if they were new", i + 1,
		       taken.fresh);
		expect(i > 0 || s.mark.len > 0, "no bookmark after the first cycle");
		release(&taken);
	}
}

static void
bulk_reads_again(void)
{
	struct taken taken;
	size_t want;

	use("plain", "id,label");
	if (s.stream.mode == GW_MODE_FILES)
		skipped("files are read once");
	use_mode(GW_MODE_BULK, NULL);
	want = number_of(hook("rows plain"));
	for (int i = 0; i < 2; i++) {
		must_read(0, &taken);
		expect(taken.rows.count == want, "cycle %d: %zu rows of %zu", i + 1,
		       taken.rows.count, want);
		expect(i == 0 || taken.fresh == 0, "cycle %d: %zu rows not as resent", i + 1,
		       taken.fresh);
		release(&taken);
	}
}

/* All that a cycle of s brings from this bookmark: refused, or the whole table with a notice. */
static void
not_taken_for_its_own(const struct gw_bookmark *mark, size_t want, const char *what)
{
	struct taken taken;
	struct gw_error err;
	enum gw_status status;

	s.mark = *mark;
	status = read_on(0, &taken, &err);
	if (status != GW_OK)
		expect(status == GW_CONFIG, "%s: %s: %s", what, gw_status_name(status), err.text);
	else
		expect(taken.noticed && taken.rows.count >= want, "%s: %zu of %zu rows, %s", what,
		       taken.rows.count, want, taken.noticed ? "with a notice" : "without a word");
	release(&taken);
}

static void
foreign_bookmarks(void)
{
	struct gw_bookmark mark;
	struct taken taken;
	size_t plain, live;

	use("plain", "id,label");
	must_read(0, &taken);
	release(&taken);
	mark = s.mark;
	plain = number_of(hook("rows plain"));
	use_key("id,label");
	not_taken_for_its_own(&mark, plain, "another key");
	use("live", "id,label");
	live = number_of(hook("rows live"));
	not_taken_for_its_own(&mark, live, "another table");
}

static void
broken_bookmarks(void)
{
	static const char *const texts[] = {"x",         "{}",           "{\"v\":99}",
					    "synthetic", "\x01\x02\x03", "CANARY 1 2 3"};
	struct gw_bookmark whole, mark;
	struct taken taken;
	size_t want;

	use("plain", "id,label");
	must_read(0, &taken);
	release(&taken);
	whole = s.mark;
	want = number_of(hook("rows plain"));
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		mark.len = (uint32_t)strlen(texts[i]);
		memcpy(mark.bytes, texts[i], mark.len);
		not_taken_for_its_own(&mark, want, "a bookmark of somebody else's");
	}
	mark = whole;
	for (mark.len = whole.len - 1; mark.len > 0; mark.len -= mark.len > 8 ? mark.len / 8 : 1)
		not_taken_for_its_own(&mark, want, "a bookmark that was cut");
	mark.len = GW_BOOKMARK_MAX;
	memset(mark.bytes, '7', sizeof mark.bytes);
	not_taken_for_its_own(&mark, want, "a bookmark of sevens");
}

static void
asked_beforehand(void)
{
	struct taken plain, asked;

	use("plain", "id,label");
	if (s.connector->ask == NULL)
		skipped("it has no ask()");
	read_all(7, false, &plain);
	for (int drop = 0; drop < 2; drop++) {
		s.ask = drop != 0 ? ASK_AND_DROP : ASK;
		read_all(7, false, &asked);
		expect(same_rows(&plain.rows, &asked.rows), "%zu rows, else %zu, or others",
		       asked.rows.count, plain.rows.count);
		release(&asked);
	}
	release(&plain);
}

/* Two streams of one session, a page of each in turn. */
static void
two_cursors(void)
{
	struct gw_cursor *cursor[2] = {NULL, NULL};
	struct gw_batch batch = {.nrows = 0};
	size_t rows[2] = {0, 0}, want;
	bool ended[2] = {false, false};
	struct gw_error err;

	use("plain", "id,label");
	want = number_of(hook("rows plain"));
	if (s.connector->count == NULL)
		skipped("it reads nothing once");
	if (s.stream.mode == GW_MODE_FILES)
		skipped("of files only those are read once that were taken");
	need_session();
	gw_arena_init(&batch.arena, s.arena_mb << 20);
	for (int i = 0; i < 2; i++) {
		s.request.once = i == 1;
		s.request.max_rows = i == 0 ? 7 : 10;
		expect(noted(s.connector->begin(s.session, &s.request, &s.mark, &cursor[i], &err),
			     &err) == GW_OK,
		       "begin: %s", err.text);
	}
	for (int i = 0; !ended[0] || !ended[1]; i = 1 - i) {
		if (ended[i])
			continue;
		gw_arena_reset(&batch.arena);
		expect(noted(s.connector->next(cursor[i], &batch, &err), &err) == GW_OK, "next: %s",
		       err.text);
		rows[i] += batch.nrows;
		ended[i] = batch.nrows == 0;
	}
	s.connector->end(cursor[0]);
	s.connector->end(cursor[1]);
	gw_arena_release(&batch.arena);
	expect(rows[0] == want && rows[1] == want, "%zu and %zu rows, not %zu", rows[0], rows[1],
	       want);
}

const struct test reading_tests[] = {
	{"an empty table has no rows", 0, empty_table},
	{"every row comes once, whatever a page holds", 0, every_row_once},
	{"resumed after every page it gives the same rows", GW_CAN_RESUME, resumes_at_every_page},
	{"the second cycle brings nothing new", GW_CAN_RESUME, second_cycle_is_quiet},
	{"mode bulk reads all in each cycle, as resent", 0, bulk_reads_again},
	{"a bookmark of another table or key is not taken", GW_CAN_RESUME, foreign_bookmarks},
	{"a bookmark that is none is refused", GW_CAN_RESUME, broken_bookmarks},
	{"a page asked for beforehand is the same page", 0, asked_beforehand},
	{"a table read once and a cycle share a session", 0, two_cursors},
	{.name = NULL},
};
