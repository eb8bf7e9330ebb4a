#include <criterion/criterion.h>
#include <string.h>

#include "synthetic/parts.h"

static char table_name[] = "synthetic.rows", cursor_name[] = "changed", stream_name[] = "rows";
static char *cursor_names[] = {cursor_name};
static const char *const columns[] = {"id", "name"};
static struct gw_stream stream;
static struct gw_request request;
static struct gw_batch batch;
static struct gw_error err;

static void
setup(void)
{
	stream = (struct gw_stream){.name = stream_name,
				    .table = table_name,
				    .mode = GW_MODE_TIMESTAMP,
				    .cursor = cursor_names,
				    .ncursor = 1};
	request = (struct gw_request){
		.stream = &stream, .columns = columns, .ncolumns = 2, .max_rows = 10};
	gw_arena_init(&batch.arena, 1 << 20);
}

static void
teardown(void)
{
	gw_arena_release(&batch.arena);
}

TestSuite(synthetic, .init = setup, .fini = teardown);

/* Rows of one cycle from the bookmark on, in a session of its own; how many were gone. */
static enum gw_status
read_cycle(const char *connection, struct gw_bookmark *mark, size_t *rows, size_t *gone)
{
	const struct gw_connector *c = &gw_connector_synthetic;
	struct gw_settings settings = {.connection = connection};
	struct gw_session *session = NULL;
	struct gw_cursor *cursor = NULL;
	enum gw_status status = c->open(&settings, &session, &err);

	if (status == GW_OK)
		status = c->begin(session, &request, mark, &cursor, &err);
	do {
		gw_arena_reset(&batch.arena);
		if (status == GW_OK)
			status = c->next(cursor, &batch, &err);
		if (status != GW_OK)
			break;
		for (size_t r = 0; r < batch.nrows; r++)
			*gone += batch.deleted != NULL && batch.deleted[r];
		*rows += batch.nrows;
		if (batch.after.len > 0)
			*mark = batch.after;
	} while (batch.nrows > 0);
	c->end(cursor);
	c->close(session);
	return status;
}

Test(synthetic, refuses_what_it_does_not_understand_and_repeats_none_of_it)
{
	static const char *const bad[] = {
		"CANARY",
		"CANARY=1",
		"rows=CANARY",
		"rows=-1",
		"rows=99999999999999999999",
		"table=%4",
		"table=%00",
		"columns=CANARY",
		"columns=CANARY:nothing",
		"columns=a:id,a:id",
		"columns=:id",
		"columns=a:id key=CANARY",
		"columns=a:id,b:int key=b",
		"columns=a:id key=a,a",
		"wide=5000",
	};

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct gw_syn_table table;

		cr_assert_eq(gw_syn_table_read(bad[i], &table, &err), GW_CONFIG, "%s", bad[i]);
		cr_assert_null(strstr(err.text, "CANARY"), "%s", err.text);
		gw_syn_table_release(&table);
	}
}

Test(synthetic, goes_on_where_it_was_when_the_source_went_away)
{
	struct gw_bookmark mark = {.len = 0};
	size_t rows = 0, gone = 0, sessions = 0;

	for (; rows < 100 && sessions < 100; sessions++) {
		enum gw_status status = read_cycle("rows=100 fail_after=30", &mark, &rows, &gone);

		cr_assert_eq(status, rows < 100 ? GW_RETRY : GW_OK, "%s", err.text);
	}
	cr_assert_eq(rows, 100);
	cr_assert_eq(sessions, 4, "%zu sessions", sessions);
	cr_assert_eq(read_cycle("away=1", &mark, &rows, &gone), GW_RETRY);
}

Test(synthetic, writes_as_many_rows_at_each_moment_as_it_says)
{
	struct gw_bookmark mark = {.len = 0};
	size_t rows = 0, gone = 0;

	cr_assert_eq(read_cycle("rows=100 moment=0", &mark, &rows, &gone), GW_OK);
	cr_assert_eq(rows, 100);
	rows = 0;
	cr_assert_eq(
		read_cycle("rows=100 moment=1 insert=3 update=7 delete=2", &mark, &rows, &gone),
		GW_OK);
	cr_assert_eq(rows, 12, "%zu rows", rows);
	cr_assert_eq(gone, 2, "%zu are gone", gone);
	/* A whole reading at a later moment has what was inserted, and nothing that is gone. */
	mark.len = 0;
	rows = gone = 0;
	cr_assert_eq(
		read_cycle("rows=100 moment=1 insert=3 update=7 delete=2", &mark, &rows, &gone),
		GW_OK);
	cr_assert_eq(rows, 101, "%zu rows", rows);
	cr_assert_eq(gone, 0);
}

Test(synthetic, gives_the_same_values_for_the_same_words)
{
	struct gw_value a, b, other;
	struct gw_syn_table one, two, third;

	cr_assert_eq(gw_syn_table_read("rows=50 seed=3", &one, &err), GW_OK);
	cr_assert_eq(gw_syn_table_read("seed=3 rows=50", &two, &err), GW_OK);
	cr_assert_eq(gw_syn_table_read("rows=50 seed=4", &third, &err), GW_OK);
	for (int64_t row = 1; row <= 50; row++) {
		size_t same = 0;

		for (size_t i = 0; i < one.ncolumns; i++) {
			cr_assert(gw_syn_value(&one, &one.columns[i], row, &batch.arena, &a));
			cr_assert(gw_syn_value(&two, &two.columns[i], row, &batch.arena, &b));
			cr_assert(
				gw_syn_value(&third, &third.columns[i], row, &batch.arena, &other));
			cr_assert(gw_value_equal(&a, &b), "row %lld, column %zu", (long long)row,
				  i);
			same += gw_value_equal(&a, &other);
		}
		cr_assert_lt(same, one.ncolumns, "row %lld is the same with another seed",
			     (long long)row);
	}
	gw_syn_table_release(&one);
	gw_syn_table_release(&two);
	gw_syn_table_release(&third);
}
