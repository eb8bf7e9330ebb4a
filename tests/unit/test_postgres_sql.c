#include <criterion/criterion.h>
#include <string.h>

#include "postgres/plan.h"

static struct gw_buf out;
static struct gw_error err;

static void
setup(void)
{
	gw_buf_init(&out, GW_PG_SQL_MAX);
}

static void
teardown(void)
{
	gw_buf_release(&out);
}

TestSuite(postgres_sql, .init = setup, .fini = teardown);

/* mode timestamp: changed, then id */
static const struct gw_pg_plan by_time = {
	.table = "\"public\".\"t\"",
	.shown = "public.t",
	.fields = "t.\"id\", t.\"changed\"",
	.order = {{.column = "t.\"changed\"", .cast = "pg_catalog.timestamptz", .nullable = true},
		  {.column = "t.\"id\"", .cast = "pg_catalog.int8"}},
	.norder = 2,
	.ncursor = 1,
	.key = {{.column = "t.\"id\"", .cast = "pg_catalog.int8"}},
	.nkey = 1,
	.has_xmin = true,
	.timed = true,
	.now = "pg_catalog.now()",
	.overlap_us = 600500000,
};

static void
expect_page(const struct gw_pg_plan *plan, struct gw_pg_page page, const char *want)
{
	gw_buf_clear(&out);
	page.limit = 7;
	cr_assert_eq(gw_pg_sql_page(plan, &page, &out, &err), GW_OK);
	cr_assert_str_eq(out.data, want);
}

#define HEAD "SELECT t.\"id\", t.\"changed\" FROM \"public\".\"t\" AS t WHERE "
#define SETTING(name, type) "pg_catalog.current_setting('songma." name "')::pg_catalog." type
#define AGE                                                                                        \
	"pg_catalog.age(t.xmin) BETWEEN 0 AND (SELECT "                                            \
	"pg_catalog.age(" SETTING("x", "xid") "))"

Test(postgres_sql, reads_the_snapshot_by_key)
{
	expect_page(&by_time, (struct gw_pg_page){.phase = GW_PG_SNAPSHOT},
		    HEAD "true ORDER BY t.\"id\" LIMIT 7");
	expect_page(&by_time, (struct gw_pg_page){.phase = GW_PG_SNAPSHOT, .resumed = true},
		    HEAD
		    "true AND (t.\"id\") > (" SETTING("k0", "int8") ") ORDER BY t.\"id\" LIMIT 7");
}

Test(postgres_sql, reads_new_rows_behind_the_position_and_never_past_now)
{
	expect_page(&by_time, (struct gw_pg_page){.phase = GW_PG_NEW},
		    HEAD
		    "t.\"changed\" <= pg_catalog.now() ORDER BY t.\"changed\", t.\"id\" LIMIT 7");
	expect_page(&by_time, (struct gw_pg_page){.phase = GW_PG_NEW, .npos = 2},
		    HEAD "t.\"changed\" <= pg_catalog.now() AND (t.\"changed\", t.\"id\") > "
			 "(" SETTING("p0", "timestamptz") ", " SETTING(
				 "p1",
				 "int8") ") AND t.\"changed\" >= " SETTING("p0",
									   "timestamptz") " ORDER "
											  "BY "
											  "t."
											  "\"change"
											  "d\", "
											  "t."
											  "\"id\" "
											  "LIMIT "
											  "7");
}

/* Behind the position, by 600.5 seconds at most; the clock may have been set back since. */
#define P0 SETTING("p0", "timestamptz")
#define OVERLAP                                                                                    \
	"((t.\"changed\") <= (" P0 ") AND t.\"changed\" > LEAST(" P0 ", pg_catalog.now()) - "      \
	"pg_catalog.interval '600.500000 seconds')"

Test(postgres_sql, looks_for_late_rows_within_the_overlap_in_the_future_and_undated)
{
	expect_page(&by_time, (struct gw_pg_page){.phase = GW_PG_LATE, .npos = 1},
		    HEAD AGE " AND (" OVERLAP " OR t.\"changed\" > pg_catalog.now() OR "
			     "t.\"changed\" IS NULL) ORDER BY t.\"id\" LIMIT 7");
	expect_page(&by_time, (struct gw_pg_page){.phase = GW_PG_LATE},
		    HEAD AGE
		    " AND (false OR t.\"changed\" > pg_catalog.now() OR t.\"changed\" IS NULL) "
		    "ORDER BY t.\"id\" LIMIT 7");
}

Test(postgres_sql, sweeps_the_whole_table)
{
	expect_page(
		&by_time, (struct gw_pg_page){.phase = GW_PG_SWEEP, .npos = 1, .resumed = true},
		HEAD AGE " AND (((t.\"changed\") <= (" SETTING(
			"p0", "timestamptz") ")) OR t.\"changed\" > "
					     "pg_catalog.now() OR "
					     "t.\"changed\" IS NULL) AND "
					     "(t.\"id\") > (" SETTING(
						     "k0", "int8") ") ORDER BY t.\"id\" LIMIT 7");
}

Test(postgres_sql, without_xmin_the_overlap_is_plain)
{
	struct gw_pg_plan view = by_time;

	view.has_xmin = false;
	expect_page(&view, (struct gw_pg_page){.phase = GW_PG_LATE, .npos = 1},
		    HEAD "(" OVERLAP ") ORDER BY t.\"id\" LIMIT 7");
}

Test(postgres_sql, a_cycle_without_xmin_reads_up_to_when_it_began)
{
	struct gw_pg_plan view = by_time;

	view.has_xmin = false;
	expect_page(&view, (struct gw_pg_page){.phase = GW_PG_NEW, .until_us = 1700000000000123},
		    HEAD "t.\"changed\" <= pg_catalog.now() AND t.\"changed\" <= "
			 "pg_catalog.to_timestamp(1700000000.000123) ORDER BY t.\"changed\", "
			 "t.\"id\" LIMIT 7");
	view.now = "(pg_catalog.now() AT TIME ZONE 'Asia/Ho_Chi_Minh')::pg_catalog.date";
	expect_page(&view, (struct gw_pg_page){.phase = GW_PG_NEW, .until_us = 1700000000000123},
		    HEAD "t.\"changed\" <= (pg_catalog.now() AT TIME ZONE "
			 "'Asia/Ho_Chi_Minh')::pg_catalog.date AND t.\"changed\" <= "
			 "(pg_catalog.to_timestamp(1700000000.000123) AT TIME ZONE "
			 "'Asia/Ho_Chi_Minh')::pg_catalog.date ORDER BY t.\"changed\", t.\"id\" "
			 "LIMIT 7");
}

Test(postgres_sql, numbers_overlap_by_ten_thousand_and_know_no_future)
{
	struct gw_pg_plan numbers = by_time;

	numbers.order[0] = by_time.order[1];
	numbers.norder = 1;
	numbers.timed = false;
	expect_page(&numbers, (struct gw_pg_page){.phase = GW_PG_LATE, .npos = 1},
		    HEAD AGE
		    " AND (((t.\"id\") <= (" SETTING("p0", "int8") ") AND t.\"id\" > " SETTING(
			    "p0", "int8") "::pg_catalog.int8 - 10000)) ORDER BY t.\"id\" LIMIT 7");
	expect_page(&numbers, (struct gw_pg_page){.phase = GW_PG_NEW},
		    HEAD "t.\"id\" IS NOT NULL ORDER BY t.\"id\" LIMIT 7");
}

Test(postgres_sql, starts_at_the_largest_cursor_that_is_not_in_the_future)
{
	struct gw_pg_plan two = by_time;

	cr_assert_eq(gw_pg_sql_position(&by_time, &out, &err), GW_OK);
	cr_assert_str_eq(out.data,
			 "SELECT t.\"changed\"::pg_catalog.text FROM \"public\".\"t\" AS t "
			 "WHERE t.\"changed\" <= pg_catalog.now() ORDER BY t.\"changed\" "
			 "DESC LIMIT 1");
	gw_buf_clear(&out);
	two.ncursor = 2;
	cr_assert_eq(gw_pg_sql_position(&two, &out, &err), GW_OK);
	cr_assert_not_null(strstr(out.data, "t.\"id\" IS NOT NULL"));
	cr_assert_not_null(strstr(out.data, "ORDER BY t.\"changed\" DESC, t.\"id\" DESC"));
}

Test(postgres_sql, asks_for_null_keys_only_where_there_can_be_some)
{
	struct gw_pg_plan plan = by_time;

	cr_assert_eq(gw_pg_sql_null_key(&plan, &out, &err), GW_OK);
	cr_assert_eq(out.len, 0);
	plan.key[0].nullable = true;
	cr_assert_eq(gw_pg_sql_null_key(&plan, &out, &err), GW_OK);
	cr_assert_str_eq(out.data,
			 "SELECT 1 FROM \"public\".\"t\" AS t WHERE t.\"id\" IS NULL LIMIT 1");
}

Test(postgres_sql, quotes_names)
{
	struct gw_arena arena;

	gw_arena_init(&arena, 1000);
	cr_assert_str_eq(gw_pg_quote(&arena, "Ngày \"sinh\""), "\"Ngày \"\"sinh\"\"\"");
	gw_arena_release(&arena);
}

Test(postgres_sql, counts_letters_that_differ)
{
	cr_assert_eq(gw_pg_distance("public.cong_dan", "public.cong_dan"), 0);
	cr_assert_eq(gw_pg_distance("public.cong_dna", "public.cong_dan"), 2);
	cr_assert_eq(gw_pg_distance("ten", "ho_ten"), 3);
	cr_assert_eq(gw_pg_distance("", "abc"), 3);
}

Test(postgres_sql, asks_for_late_and_new_rows_at_once)
{
	cr_assert_eq(gw_pg_sql_probe(&by_time, 2, 5000000000, 150000, &out, &err), GW_OK);
	cr_assert_not_null(strstr(out.data, "pg_snapshot_xmin(pg_catalog.pg_current_snapshot())"));
	cr_assert_not_null(strstr(out.data,
				  "(SELECT true FROM \"public\".\"t\" AS t WHERE t.\"changed\" <= "
				  "pg_catalog.now() AND (t.\"changed\", t.\"id\") > "));
	cr_assert_not_null(
		strstr(out.data, "ORDER BY t.\"changed\", t.\"id\" LIMIT 1) IS TRUE OR "));
	/* The id in full, since its lower half comes again. */
	cr_assert_not_null(strstr(out.data, " > 5000000000 THEN EXISTS (SELECT FROM "
					    "\"public\".\"t\" AS t WHERE " AGE));
}

Test(postgres_sql, asks_an_old_server_with_its_own_functions)
{
	cr_assert_eq(gw_pg_sql_probe(&by_time, 2, 7, 120000, &out, &err), GW_OK);
	cr_assert_not_null(strstr(out.data, "txid_snapshot_xmin"));
	cr_assert_null(strstr(out.data, "pg_current_snapshot"));
}

Test(postgres_sql, can_not_skip_late_rows_where_there_is_no_xmin)
{
	struct gw_pg_plan view = by_time;

	view.has_xmin = false;
	cr_assert_eq(gw_pg_sql_probe(&view, 2, 7, 150000, &out, &err), GW_OK);
	cr_assert_null(strstr(out.data, "CASE"));
	cr_assert_not_null(strstr(out.data, "OR EXISTS (SELECT FROM"));
}

/* A key of a number, a local time and bytes, as the letters hold them. */
static const struct gw_pg_plan three_keys = {
	.table = "\"public\".\"t\"",
	.fields = "t.\"v\"",
	.key = {{.column = "t.\"id\"", .before = "", .behind = "::pg_catalog.int8"},
		{.column = "t.\"at\"",
		 .before = "(",
		 .behind = "::pg_catalog.timestamptz AT TIME ZONE 'Asia/Ho_Chi_Minh')"},
		{.column = "t.\"raw\"", .before = "pg_catalog.decode(", .behind = ", 'base64')"}},
	.nkey = 3,
	.key_unique = true,
};

#define LIST(n) "pg_catalog.unnest(pg_catalog.current_setting('songma.f" n "')::pg_catalog.text[])"

Test(postgres_sql, reads_rows_by_keys_that_stand_in_settings)
{
	cr_assert_eq(gw_pg_sql_keys(&three_keys, 8, &out, &err), GW_OK);
	cr_assert_str_eq(out.data,
			 "SELECT t.\"v\" FROM \"public\".\"t\" AS t WHERE "
			 "(t.\"id\", t.\"at\", t.\"raw\") IN (SELECT k.c0::pg_catalog.int8, "
			 "(k.c1::pg_catalog.timestamptz AT TIME ZONE 'Asia/Ho_Chi_Minh'), "
			 "pg_catalog.decode(k.c2, 'base64') FROM ROWS FROM (" LIST("0") ", " LIST(
				 "1") ", " LIST("2") ") AS k (c0, c1, c2)) LIMIT 8");
}

Test(postgres_sql, orders_rows_by_key_where_two_may_have_the_same)
{
	struct gw_pg_plan view = three_keys;

	view.key_unique = false;
	cr_assert_eq(gw_pg_sql_keys(&view, 8, &out, &err), GW_OK);
	cr_assert_not_null(strstr(out.data, ") ORDER BY t.\"id\", t.\"at\", t.\"raw\" LIMIT 8"));
}

Test(postgres_sql, proves_keys_without_the_table)
{
	cr_assert_eq(gw_pg_sql_prove_keys(&three_keys, &out, &err), GW_OK);
	cr_assert_str_eq(out.data,
			 "SELECT pg_catalog.count(k.c0::pg_catalog.int8), pg_catalog.count("
			 "(k.c1::pg_catalog.timestamptz AT TIME ZONE 'Asia/Ho_Chi_Minh')), "
			 "pg_catalog.count(pg_catalog.decode(k.c2, 'base64')) FROM ROWS FROM ("
			 "pg_catalog.unnest($1::pg_catalog.text[]), "
			 "pg_catalog.unnest($2::pg_catalog.text[]), "
			 "pg_catalog.unnest($3::pg_catalog.text[])) AS k (c0, c1, c2)");
}

Test(postgres_sql, reads_a_range_by_key)
{
	struct gw_pg_plan plan = by_time;

	plan.range = (struct gw_pg_range){.column = "t.\"at\"", .cast = "pg_catalog.date"};
	expect_page(&plan, (struct gw_pg_page){.phase = GW_PG_SNAPSHOT},
		    HEAD "t.\"at\" IS NOT NULL ORDER BY t.\"id\" LIMIT 7");
	plan.range.to = true;
	expect_page(&plan, (struct gw_pg_page){.phase = GW_PG_SNAPSHOT},
		    HEAD "t.\"at\" < " SETTING("r0", "date") " ORDER BY t.\"id\" LIMIT 7");
	plan.range.from = true;
	expect_page(&plan, (struct gw_pg_page){.phase = GW_PG_SNAPSHOT, .resumed = true},
		    HEAD "t.\"at\" >= " SETTING("r0", "date") " AND t.\"at\" < " SETTING(
			    "r1", "date") " AND (t.\"id\") > (" SETTING("k0",
									"int8") ") ORDER BY "
										"t.\"id\" LIMIT 7");
}

Test(postgres_sql, counts_what_a_cycle_reads)
{
	struct gw_pg_plan plan = by_time;

	gw_buf_clear(&out);
	cr_assert_eq(gw_pg_sql_count(&plan, &out, &err), GW_OK);
	cr_assert_str_eq(out.data,
			 "SELECT pg_catalog.count(*) FROM \"public\".\"t\" AS t WHERE true");
	plan.range = (struct gw_pg_range){
		.column = "t.\"changed\"", .cast = "pg_catalog.timestamptz", .from = true};
	gw_buf_clear(&out);
	cr_assert_eq(gw_pg_sql_count(&plan, &out, &err), GW_OK);
	cr_assert_str_eq(out.data,
			 "SELECT pg_catalog.count(*) FROM \"public\".\"t\" AS t WHERE "
			 "t.\"changed\" >= " SETTING("r0", "timestamptz") " AND t.\"changed\" <= "
									  "pg_catalog.now()");
}

/* ---- keys that a collation takes for equal ----------------------------------------------------
 */

static struct gw_pg_plan
with_loose_key(void)
{
	struct gw_pg_plan plan = by_time;

	plan.loose = plan.key[0].loose = plan.order[1].loose = true;
	plan.key[0].cast = plan.order[1].cast = "pg_catalog.text";
	plan.key[0].before = "";
	plan.key[0].behind = "::pg_catalog.text";
	return plan;
}

Test(postgres_sql, counts_what_equals_the_last_row_in_the_columns_own_collation)
{
	const struct gw_pg_plan plan = with_loose_key();
	const struct gw_pg_page by_key = {.phase = GW_PG_SNAPSHOT, .resumed = true};
	const struct gw_pg_page in_order = {.phase = GW_PG_NEW, .npos = 2};

	cr_assert_eq(gw_pg_sql_border(&plan, &by_key, true, &out, &err), GW_OK);
	cr_assert_str_eq(out.data,
			 "SELECT pg_catalog.count(*) FROM \"public\".\"t\" AS t WHERE true AND "
			 "(t.\"id\") > (" SETTING("k0", "text") ") AND (t.\"id\") = (" SETTING(
				 "l0", "text") ")");
	gw_buf_clear(&out);
	cr_assert_eq(gw_pg_sql_border(&plan, &in_order, false, &out, &err), GW_OK);
	cr_assert_not_null(
		strstr(out.data, "(t.\"changed\", t.\"id\") <= (" SETTING(
					 "l0", "timestamptz") ", " SETTING("l1", "text") ")"),
		"%s", out.data);
	cr_assert_null(strstr(out.data, "COLLATE"));
}

Test(postgres_sql, a_page_reads_the_same_whatever_its_border_is)
{
	for (int phase = GW_PG_SNAPSHOT; phase < GW_PG_PHASES; phase++) {
		const struct gw_pg_page page = {
			.phase = (enum gw_pg_phase)phase, .npos = 2, .resumed = true, .limit = 7};
		struct gw_pg_plan plan = with_loose_key();
		struct gw_buf plain;

		gw_buf_init(&plain, GW_PG_SQL_MAX);
		gw_buf_clear(&out);
		cr_assert_eq(gw_pg_sql_page(&plan, &page, &out, &err), GW_OK);
		plan.loose = plan.key[0].loose = plan.order[1].loose = false;
		cr_assert_eq(gw_pg_sql_page(&plan, &page, &plain, &err), GW_OK);
		cr_assert_str_eq(out.data, plain.data);
		gw_buf_release(&plain);
	}
}

Test(postgres_sql, rows_come_again_by_their_keys_letter_for_letter)
{
	const struct gw_pg_plan plan = with_loose_key();

	cr_assert_eq(gw_pg_sql_keys(&plan, 8, &out, &err), GW_OK);
	cr_assert_not_null(
		strstr(out.data, "WHERE (t.\"id\") IN (SELECT k.c0::pg_catalog.text FROM"), "%s",
		out.data);
	cr_assert_not_null(strstr(out.data, " AND (t.\"id\" COLLATE pg_catalog.\"C\") IN (SELECT "
					    "k.c0::pg_catalog.text FROM"),
			   "%s", out.data);
}
