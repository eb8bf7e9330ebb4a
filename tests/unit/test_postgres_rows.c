#include <criterion/criterion.h>
#include <string.h>

#include "postgres/rows.h"

/* One visible column (the key, an integer), a visible text, a hidden timestamp for the order. */
static enum gw_pg_wire wire[] = {GW_PG_INT4, GW_PG_TEXT, GW_PG_TIMESTAMP};
static bool for_order[] = {true, false, true};
static struct gw_pg_plan plan;
static struct gw_arena arena;
static struct gw_buf message;
static struct gw_pg_rows rows;
static struct gw_error err;

enum { MOST = 4 };

static void
setup(void)
{
	gw_arena_init(&arena, (size_t)256 << 10);
	gw_buf_init(&message, 1 << 20);
	plan = (struct gw_pg_plan){
		.shown = "public.t",
		.wire = wire,
		.for_order = for_order,
		.nfields = 3,
		.nvisible = 2,
		.norder = 2,
		.ncursor = 1,
		.nkey = 1,
		.order = {{.name = "changed", .wire = GW_PG_TIMESTAMP, .field = 2},
			  {.name = "id", .wire = GW_PG_INT4, .field = 0}},
		.key = {{.name = "id", .wire = GW_PG_INT4, .field = 0}},
	};
	rows = (struct gw_pg_rows){.plan = &plan, .arena = &arena, .most = MOST};
	rows.values = gw_arena_alloc(&arena, MOST * 2 * sizeof *rows.values);
}

static void
teardown(void)
{
	gw_buf_release(&message);
	gw_arena_release(&arena);
}

TestSuite(postgres_rows, .init = setup, .fini = teardown);

static void
put_header(void)
{
	gw_buf_append(&message, "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0", 19);
}

static void
put_row(int32_t id, const char *text, int64_t us)
{
	gw_buf_put_u16(&message, 3);
	gw_buf_put_u32(&message, 4);
	gw_buf_put_u32(&message, (uint32_t)id);
	gw_buf_put_u32(&message, text == NULL ? UINT32_MAX : (uint32_t)strlen(text));
	if (text != NULL)
		gw_buf_puts(&message, text);
	gw_buf_put_u32(&message, 8);
	gw_buf_put_u64(&message, (uint64_t)us);
}

static enum gw_status
feed(void)
{
	enum gw_status status = gw_pg_rows_feed(&rows, message.data, message.len, &err);

	gw_buf_clear(&message);
	return status;
}

static void
expect_order(size_t i, const char *want)
{
	struct gw_buf text;

	gw_buf_init(&text, 100);
	cr_assert_eq(gw_pg_rows_order_text(&rows, i, &text, &err), GW_OK);
	cr_assert_str_eq(text.data, want);
	gw_buf_release(&text);
}

Test(postgres_rows, reads_rows_over_several_messages)
{
	put_header();
	put_row(1, "một", 0);
	cr_assert_eq(feed(), GW_OK);
	put_row(2, NULL, 1);
	put_row(-3, "", 1000000);
	cr_assert_eq(feed(), GW_OK);
	gw_buf_put_u16(&message, UINT16_MAX);
	cr_assert_eq(feed(), GW_OK);
	cr_assert(rows.ended);
	cr_assert_eq(rows.nrows, 3);
	cr_assert_eq(rows.values[0].as.integer, 1);
	cr_assert_eq(rows.values[1].kind, GW_TEXT);
	cr_assert_eq(rows.values[1].len, strlen("một"));
	cr_assert_eq(rows.values[3].kind, GW_NULL);
	cr_assert_eq(rows.values[4].as.integer, -3);
	expect_order(0, "2000-01-01T00:00:01.000000Z");
	expect_order(1, "-3");
}

Test(postgres_rows, ends_at_once_where_there_are_no_rows)
{
	put_header();
	gw_buf_put_u16(&message, UINT16_MAX);
	cr_assert_eq(feed(), GW_OK);
	cr_assert_eq(rows.nrows, 0);
	cr_assert(rows.ended);
}

Test(postgres_rows, refuses_a_message_cut_anywhere)
{
	char whole[200];
	size_t len;

	put_header();
	put_row(1, "text", 5);
	len = message.len;
	memcpy(whole, message.data, len);
	for (size_t cut = 0; cut < len; cut++) {
		struct gw_pg_rows again = rows;

		if (cut == 19)
			continue; /* a header alone is a whole message */
		cr_assert_eq(gw_pg_rows_feed(&again, whole, cut, &err), GW_RETRY, "cut at %zu",
			     cut);
		cr_assert_eq(again.nrows, 0);
	}
}

Test(postgres_rows, refuses_what_was_not_asked_for)
{
	put_header();
	gw_buf_put_u16(&message, 2); /* fields */
	cr_assert_eq(feed(), GW_RETRY);
	cr_assert_eq(gw_pg_rows_feed(&rows, "PGCOPX\n\377\r\n\0\0\0\0\0\0\0\0\0", 19, &err),
		     GW_RETRY);
}

Test(postgres_rows, refuses_more_rows_than_the_page_has)
{
	put_header();
	for (int32_t i = 0; i < MOST + 1; i++)
		put_row(i, "x", i);
	cr_assert_eq(feed(), GW_RETRY);
	cr_assert_eq(rows.nrows, MOST);
}

Test(postgres_rows, refuses_anything_behind_the_end)
{
	put_header();
	gw_buf_put_u16(&message, UINT16_MAX);
	put_row(1, "x", 1);
	cr_assert_eq(feed(), GW_RETRY);
}

Test(postgres_rows, refuses_a_key_that_is_null_and_names_the_column)
{
	put_header();
	gw_buf_put_u16(&message, 3);
	gw_buf_put_u32(&message, UINT32_MAX);
	gw_buf_put_u32(&message, UINT32_MAX);
	gw_buf_put_u32(&message, UINT32_MAX);
	cr_assert_eq(feed(), GW_CONFIG);
	cr_assert_not_null(strstr(err.text, "id"));
}

Test(postgres_rows, finds_a_key_that_stands_twice_and_shows_no_value)
{
	rows.check_duplicates = true;
	put_header();
	put_row(4711, "a", 1);
	put_row(4712, "b", 2);
	cr_assert_eq(feed(), GW_OK);
	put_row(4712, "c", 3);
	cr_assert_eq(feed(), GW_CONFIG);
	cr_assert_null(strstr(err.text, "4712"), "%s", err.text);
}

Test(postgres_rows, a_missing_cursor_is_an_error_only_where_it_is_the_order)
{
	struct gw_buf text;

	gw_buf_init(&text, 100);
	put_header();
	gw_buf_put_u16(&message, 3);
	gw_buf_put_u32(&message, 4);
	gw_buf_put_u32(&message, 9);
	gw_buf_put_u32(&message, UINT32_MAX);
	gw_buf_put_u32(&message, UINT32_MAX);
	cr_assert_eq(feed(), GW_OK);
	cr_assert_eq(gw_pg_rows_key_text(&rows, 0, &text, &err), GW_OK);
	cr_assert_str_eq(text.data, "9");
	cr_assert_eq(gw_pg_rows_order_text(&rows, 0, &text, &err), GW_CONFIG);
	gw_buf_release(&text);
}

Test(postgres_rows, stops_where_the_arena_ends_and_keeps_what_fits)
{
	char long_text[100001];

	memset(long_text, 'x', sizeof long_text - 1);
	long_text[sizeof long_text - 1] = '\0';
	put_header();
	cr_assert_eq(feed(), GW_OK);
	for (int32_t i = 0; i < MOST; i++) {
		put_row(i, long_text, i);
		cr_assert_eq(feed(), GW_OK);
	}
	cr_assert(rows.no_memory);
	cr_assert_gt(rows.nrows, 0);
	cr_assert_lt(rows.nrows, MOST);
}

Test(postgres_rows, marks_text_that_is_no_utf8_where_the_server_does_not_vouch_for_it)
{
	rows.check_text = true;
	put_header();
	put_row(1, "\xc4\x91", 1);
	put_row(2, "\xf0\xee", 2);
	cr_assert_eq(feed(), GW_OK);
	cr_assert_eq(rows.values[1].kind, GW_TEXT);
	cr_assert_eq(rows.values[3].kind, GW_UNHELD);
}
