/*
 * What the readers of tables share, without one: which columns a stream needs,
 * and the parts of a cycle.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "table/cycle.h"
#include "table/discover.h"
#include "table/keys.h"

static struct gw_arena arena;
static struct gw_table_facts facts;
static struct gw_stream stream;
static struct gw_request request;
static struct gw_table_choice choice;
static struct gw_error err;
static char a[] = "a", b[] = "b", changed[] = "changed", shape[] = "shape", real[] = "real",
	    missing[] = "c";

static enum gw_status
no_column(const struct gw_table *table, const char *name, bool suggest, struct gw_error *out)
{
	return gw_fail(out, GW_CONFIG, "no %s in %s%s", name, table->name, suggest ? "?" : "");
}

static enum gw_status
no_cursor(const struct gw_table *table, const struct gw_column *column, bool time,
	  struct gw_error *out)
{
	return gw_fail(out, GW_CONFIG, "%s of %s is no %s", column->name, table->name,
		       time ? "time" : "number");
}

static const struct gw_table_words words = {no_column, no_cursor};

/* Key (b, a); a column of each sort. */
static void
setup(void)
{
	static const struct {
		const char *name;
		enum gw_kind kind;
		int key;
		unsigned use;
	} columns[] = {
		{"a", GW_INT, 2, GW_TABLE_READ | GW_TABLE_KEY | GW_TABLE_NUMBER},
		{"b", GW_TEXT, 1, GW_TABLE_READ | GW_TABLE_KEY},
		{"changed", GW_TIMESTAMP, 0, GW_TABLE_READ | GW_TABLE_KEY | GW_TABLE_TIME},
		{"shape", GW_UNHELD, 0, GW_TABLE_READ},
		{"secret", GW_TEXT, 0, GW_TABLE_KEY},
		{"real", GW_FLOAT, 0, GW_TABLE_READ},
	};
	static char file[] = "s.yaml";
	const size_t count = sizeof columns / sizeof columns[0];
	const struct gw_place at = {file, 7, 3};

	gw_arena_init(&arena, 1 << 16);
	cr_assert_eq(gw_table_facts_init(&facts, count, &arena, &err), GW_OK);
	facts.told.name = "s.t";
	facts.quoted = "\"s\".\"t\"";
	facts.words = &words;
	for (size_t i = 0; i < count; i++) {
		const struct gw_column column = {
			.name = columns[i].name,
			.type = "some type",
			.kind = columns[i].kind,
			.refusal = columns[i].kind == GW_UNHELD ? "it has no form" : NULL,
			.key = columns[i].key,
		};

		gw_table_facts_put(&facts, i, &column, columns[i].use);
	}
	stream = (struct gw_stream){
		.at = at, .table_at = at, .key_at = at, .cursor_at = at, .mode = GW_MODE_BULK};
	request = (struct gw_request){.stream = &stream};
}

static void
teardown(void)
{
	gw_arena_release(&arena);
}

TestSuite(table, .init = setup, .fini = teardown);

static enum gw_status
choose(const char *const *columns, size_t ncolumns)
{
	request.columns = columns;
	request.ncolumns = ncolumns;
	return gw_table_choose(&facts, &request, &arena, &choice, &err);
}

Test(table, the_primary_key_goes_by_its_own_order)
{
	static const char *const columns[] = {"changed", "b", "changed"};
	static char *cursor[] = {changed};

	stream.mode = GW_MODE_TIMESTAMP;
	stream.cursor = cursor;
	stream.ncursor = 1;
	cr_assert_eq(choose(columns, 3), GW_OK, "%s", err.text);
	cr_assert(choice.nread == 3 && choice.read[0] == 2 && choice.read[1] == 1 &&
		  choice.read[2] == 2);
	cr_assert(choice.nkey == 2 && choice.key[0] == 1 && choice.key[1] == 0);
	cr_assert_str_eq(choice.key_names[0], "b");
	cr_assert(choice.norder == 3 && choice.order[0] == 2 && choice.order[1] == 1 &&
		  choice.order[2] == 0);
	cr_assert(choice.ncursor == 1 && choice.timed);
}

Test(table, a_cursor_that_is_of_the_key_stands_once_in_the_order)
{
	static char *cursor[] = {a}, *key[] = {a, b};

	stream.mode = GW_MODE_INCREMENTING;
	stream.cursor = cursor;
	stream.ncursor = 1;
	stream.key = key;
	stream.nkey = 2;
	cr_assert_eq(choose(NULL, 0), GW_OK, "%s", err.text);
	cr_assert(choice.norder == 2 && choice.order[0] == 0 && choice.order[1] == 1);
	cr_assert(choice.nkey == 2 && choice.key[0] == 0 && choice.key[1] == 1 && !choice.timed);
}

Test(table, once_has_no_cursor_and_a_shape_of_its_range)
{
	const struct gw_span ranges[] = {{"a", "1", NULL}, {"a", NULL, "1"}, {"a", "", "1"}};
	static char *cursor[] = {changed};
	uint64_t shapes[4];

	stream.mode = GW_MODE_TIMESTAMP;
	stream.cursor = cursor;
	stream.ncursor = 1;
	request.once = true;
	cr_assert_eq(choose(NULL, 0), GW_OK);
	cr_assert_eq(choice.ncursor, 0);
	shapes[3] = choice.shape;
	for (size_t i = 0; i < 3; i++) {
		request.range = &ranges[i];
		cr_assert_eq(choose(NULL, 0), GW_OK);
		shapes[i] = choice.shape;
	}
	for (size_t i = 0; i < 4; i++)
		for (size_t k = 0; k < i; k++)
			cr_assert_neq(shapes[i], shapes[k], "%zu, %zu", i, k);
}

Test(table, says_what_can_not_be_read_and_where)
{
	static char *none[] = {missing}, *unheld[] = {shape}, *twice[] = {a, a}, *no_key[] = {real},
		    *text[] = {b}, *time[] = {changed};
	static const struct {
		const char *column;
		char **key;
		size_t nkey;
		char **cursor;
		int mode;
		const char *part;
	} cases[] = {
		{"c", NULL, 0, NULL, GW_MODE_BULK, "no c in s.t?"},
		{"secret", NULL, 0, NULL, GW_MODE_BULK, "GRANT SELECT (secret) ON \"s\".\"t\""},
		{"shape", NULL, 0, NULL, GW_MODE_BULK, "the type some type: it has no form."},
		{NULL, none, 1, NULL, GW_MODE_BULK, "no c in s.t?"},
		{NULL, unheld, 1, NULL, GW_MODE_BULK, "which can't be a key"},
		{NULL, no_key, 1, NULL, GW_MODE_BULK, "which can't be a key"},
		{NULL, twice, 2, NULL, GW_MODE_BULK, "names the column a twice"},
		{NULL, NULL, 0, text, GW_MODE_TIMESTAMP, "b of s.t is no time"},
		{NULL, NULL, 0, time, GW_MODE_INCREMENTING, "changed of s.t is no number"},
		{NULL, NULL, 0, time, GW_MODE_TIMESTAMP_INCREMENTING, "needs 2 cursor columns"},
		{NULL, NULL, 0, NULL, GW_MODE_FILES, "has no mode files"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		stream.key = cases[i].key;
		stream.nkey = cases[i].nkey;
		stream.cursor = cases[i].cursor;
		stream.ncursor = cases[i].cursor != NULL;
		stream.mode = cases[i].mode;
		cr_assert_eq(choose(&cases[i].column, cases[i].column != NULL), GW_CONFIG, "%s",
			     cases[i].part);
		cr_assert_not_null(strstr(err.text, cases[i].part), "%s", err.text);
		cr_assert_eq(strncmp(err.text, "s.yaml:7:3: ", 12), 0, "%s", err.text);
	}
}

Test(table, a_table_without_a_key_is_refused)
{
	facts.columns[0].key = facts.columns[1].key = 0;
	cr_assert_eq(choose(NULL, 0), GW_CONFIG);
	cr_assert_not_null(strstr(err.text, "has no primary key"), "%s", err.text);
}

Test(table, a_range_needs_a_column_that_can_be_compared)
{
	static const struct {
		const char *name, *part;
	} cases[] = {
		{"c", "no c in s.t"},
		{"secret", "may not read the column secret"},
		{"real", "which has no range"},
	};
	size_t column = 9;

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		cr_assert_eq(gw_table_choose_range(&facts, cases[i].name, &column, &err),
			     GW_REJECT);
		cr_assert_eq(err.status, GW_REJECT);
		cr_assert_not_null(strstr(err.text, cases[i].part), "%s", err.text);
	}
	cr_assert_eq(column, 9, "the output is untouched");
	cr_assert_eq(gw_table_choose_range(&facts, "changed", &column, &err), GW_OK);
	cr_assert_eq(column, 2);
}

Test(table, what_the_account_may_not_read_is_told)
{
	cr_assert_not_null(strstr(facts.told.columns[4].refusal, "may not read"));
	cr_assert_str_eq(facts.told.columns[3].refusal, "it has no form");
	cr_assert_null(facts.told.columns[0].refusal);
}

/* ---- keys ------------------------------------------------------------------------------------ */

Test(table, keys_are_found_by_their_columns_names)
{
	static const char *const sent[] = {"x", "b", "a"}, *const key[] = {"a", "b"},
				 *const other[] = {"a", "c"};
	struct gw_keys keys = {.columns = sent, .ncolumns = 3};
	size_t at[2];

	cr_assert_eq(gw_keys_find(&keys, key, 2, at), 2);
	cr_assert(at[0] == 2 && at[1] == 1);
	cr_assert_eq(gw_keys_find(&keys, other, 2, at), 1, "the second is not there");
	cr_assert_eq(gw_keys_match(&keys, key, 2, "s.t", at, &err), GW_CONFIG, "one too many");
	cr_assert_not_null(strstr(err.text, "the key of s.t is now a, …"), "%s", err.text);
	keys.columns++;
	keys.ncolumns = 2;
	cr_assert_eq(gw_keys_match(&keys, key, 2, "s.t", at, &err), GW_OK);
	cr_assert(at[0] == 1 && at[1] == 0);
}

/* ---- cycles ---------------------------------------------------------------------------------- */

Test(table, a_bookmark_is_of_one_source_and_shape)
{
	cr_assert_null(gw_cycle_why_again("x", "x", true));
	cr_assert_null(gw_cycle_why_again("", "x", true), "it was not known");
	cr_assert_null(gw_cycle_why_again("x", "", true), "it is not known");
	cr_assert_not_null(strstr(gw_cycle_why_again("x", "y", true), "another server"));
	cr_assert_not_null(strstr(gw_cycle_why_again("x", "x", false), "table, mode"));
}

Test(table, a_bookmark_has_as_many_values_as_the_plan_has_columns)
{
	static const struct {
		size_t position, at;
		enum gw_status status;
	} cases[] = {
		{0, 0, GW_OK},     {3, 2, GW_OK},     {4, 0, GW_CONFIG},
		{1, 1, GW_CONFIG}, {1, 3, GW_CONFIG},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const struct gw_values position = {.count = cases[i].position};
		const struct gw_values at = {.count = cases[i].at};

		cr_assert_eq(gw_cycle_check_values(&position, 3, &at, 2, "s.t", &err),
			     cases[i].status, "%zu", i);
	}
}

Test(table, the_end_of_a_cycle_is_handed_over_once)
{
	struct gw_cycle cycle = {.worth_closing = true, .notice = "again"};
	struct gw_batch batch = {.nrows = 7, .resent = true, .notice = "old"};

	cr_assert_eq(gw_cycle_open(&cycle, "s.t", &batch, &err), GW_OK);
	cr_assert(batch.nrows == 0 && !batch.resent && batch.notice == NULL);
	cr_assert(gw_cycle_hand_over(&cycle, false, &batch), "a page");
	cr_assert_str_eq(batch.notice, "again");
	cr_assert(gw_cycle_hand_over(&cycle, true, &batch), "the end");
	cr_assert_null(batch.notice, "it was told");
	cr_assert_not(gw_cycle_hand_over(&cycle, true, &batch), "there is no more to remember");
}

Test(table, a_cycle_that_failed_stays_broken)
{
	struct gw_cycle cycle = {.notice = NULL};
	struct gw_batch batch = {.nrows = 0};

	cr_assert_eq(gw_cycle_close(&cycle, &batch, GW_OK), GW_OK);
	cr_assert_eq(gw_cycle_open(&cycle, "s.t", &batch, &err), GW_OK);
	batch.nrows = 3;
	cr_assert_eq(gw_cycle_close(&cycle, &batch, GW_CONFIG), GW_CONFIG);
	cr_assert_eq(batch.nrows, 0);
	cr_assert_eq(gw_cycle_open(&cycle, "s.t", &batch, &err), GW_RETRY);
}

/* ---- looking at tables ----------------------------------------------------------------------- */

static enum gw_status
prove(struct gw_session *session, const char *name, struct gw_arena *room, bool *writable,
      struct gw_error *out)
{
	(void)session;
	if (strcmp(name, "gone") == 0)
		return gw_fail(out, GW_CONFIG, "%s", name);
	*writable = strcmp(name, "mine") == 0;
	return gw_arena_alloc(room, 100) == NULL ? gw_fail_memory(out) : GW_OK;
}

Test(table, one_that_can_be_changed_is_enough_to_warn)
{
	static const char *const tables[] = {"theirs", "mine", "theirs", "gone", "mine"};
	bool can_write = false;

	cr_assert_eq(gw_table_check(NULL, tables, 1, prove, &can_write, &err), GW_OK);
	cr_assert_not(can_write);
	cr_assert_eq(gw_table_check(NULL, tables, 3, prove, &can_write, &err), GW_OK);
	cr_assert(can_write);
	cr_assert_eq(gw_table_check(NULL, tables, 5, prove, &can_write, &err), GW_CONFIG);
	cr_assert_str_eq(err.text, "gone");
}
