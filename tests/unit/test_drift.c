#include <string.h>

#include "mapping_case.h"
#include "pull/internal.h"

static struct mapping_case c;
static struct gw_stream_plan plan;
static struct gw_arena arena;
static struct gw_error err;

static char id[] = "id", label[] = "label", born[] = "born", changed[] = "changed";
static char *key[] = {id}, *cursor[] = {changed};

/* A field without a default is one that needs its column. */
static void
field(size_t i, const char *name, enum gw_avro_type type, bool nullable)
{
	c.fields[i] = (struct gw_schema_field){
		.name = name, .type = type, .nullable = nullable, .null_branch = nullable ? 0 : -1};
	c.maps[i] =
		(struct gw_field_map){.field = lend(name), .column = lend(name), .at = c.stream.at};
}

static void
set_up(void)
{
	mapping_case_init(&c);
	field(0, id, GW_AVRO_LONG, false);
	field(1, label, GW_AVRO_STRING, true);
	field(2, born, GW_AVRO_INT, false);
	field(3, changed, GW_AVRO_LONG, false);
	c.schema = (struct gw_schema){.name = "X",
				      .space = "x",
				      .entity = "x",
				      .text = "{}",
				      .text_len = 2,
				      .fields = c.fields,
				      .nfields = 4};
	c.stream.nfields = 4;
	c.stream.key = key;
	c.stream.nkey = 1;
	c.stream.cursor = cursor;
	c.stream.ncursor = 1;
	assert_compiles(&c);
	plan = (struct gw_stream_plan){
		.stream = &c.stream, .schema = &c.schema, .mapping = c.mapping};
	gw_arena_init(&arena, 1 << 20);
}

static void
tear_down(void)
{
	gw_arena_release(&arena);
	mapping_case_release(&c);
}

TestSuite(drift, .init = set_up, .fini = tear_down);

/* The table as the mapping was written for, and as others have left it. */
static const struct gw_column whole[] = {
	{.name = "id", .type = "bigint", .kind = GW_INT},
	{.name = "label", .type = "text", .kind = GW_TEXT, .nullable = true},
	{.name = "born", .type = "integer", .kind = GW_INT},
	{.name = "note", .type = "text", .kind = GW_TEXT, .nullable = true},
	{.name = "changed", .type = "bigint", .kind = GW_INT},
};

enum { WHOLE = sizeof whole / sizeof whole[0] };

static struct gw_column columns[WHOLE + 1];
static struct gw_table table = {.name = "public.t", .columns = columns};

static void
make_whole(void)
{
	memcpy(columns, whole, sizeof whole);
	table.ncolumns = WHOLE;
}

static struct gw_column *
column(const char *name)
{
	size_t i = 0;

	while (i < table.ncolumns && strcmp(columns[i].name, name) != 0)
		i++;
	cr_assert_lt(i, table.ncolumns, "no column %s", name);
	return &columns[i];
}

static void
drop(const char *name)
{
	struct gw_column *at = column(name);

	memmove(at, at + 1, (size_t)(columns + table.ncolumns - at - 1) * sizeof *at);
	table.ncolumns--;
}

static struct gw_catalog
learn(const struct gw_catalog *known, int64_t now)
{
	struct gw_catalog out;

	cr_assert_eq(gw_drift_learn(known, &table, &plan, now, &out, &err), GW_OK, "%s", err.text);
	return out;
}

static size_t
compare(const struct gw_catalog *known, struct gw_change **changes)
{
	struct gw_changes found;

	cr_assert_eq(gw_drift_compare(known, &table, &plan, &arena, &found, &err), GW_OK, "%s",
		     err.text);
	*changes = found.list;
	return found.count;
}

static const struct gw_catalog nothing = {.ncolumns = 0};

Test(drift, has_an_answer_for_each_change_and_policy)
{
	static const struct {
		enum gw_change_kind kind;
		const char *then; /* freeze, evolve, discard_row, discard_value */
	} cells[] = {
		{GW_CHANGE_GONE, "stop fill reject discard"},
		{GW_CHANGE_REQUIRED_GONE, "stop stop reject reject"},
		{GW_CHANGE_KEY_GONE, "stop stop stop stop"},
		{GW_CHANGE_TYPE, "stop go go discard"},
		{GW_CHANGE_UNREADABLE, "stop stop reject discard"},
		{GW_CHANGE_NULLABLE, "go go go go"},
		{GW_CHANGE_NEW, "go go go go"},
		{GW_CHANGE_BACK, "go go go go"},
		{GW_CHANGE_VALUE, "reject reject reject discard"},
	};
	static const char *const words[] = {[GW_THEN_GO_ON] = "go",
					    [GW_THEN_FILL] = "fill",
					    [GW_THEN_DISCARD] = "discard",
					    [GW_THEN_REJECT] = "reject",
					    [GW_THEN_STOP] = "stop"};

	cr_assert_eq(sizeof cells / sizeof cells[0], GW_CHANGES);
	for (size_t i = 0; i < GW_CHANGES; i++) {
		char all[100], *end = all;

		for (int p = GW_DRIFT_FREEZE; p <= GW_DRIFT_DISCARD_VALUE; p++) {
			end = stpcpy(end, p == 0 ? "" : " ");
			end = stpcpy(end, words[gw_change_then(cells[i].kind, (enum gw_drift)p)]);
		}
		cr_expect_str_eq(all, cells[i].then, "change %d: %s", (int)cells[i].kind, all);
	}
}

Test(drift, finds_nothing_where_nothing_is_known_or_nothing_changed)
{
	struct gw_change *changes;
	struct gw_catalog known;

	make_whole();
	drop("label");
	cr_expect_eq(compare(&nothing, &changes), 0, "without a catalogue it is a mistake");
	make_whole();
	known = learn(&nothing, 1);
	cr_expect_eq(known.ncolumns, WHOLE);
	cr_expect_eq(compare(&known, &changes), 0);
	drop("note");
	cr_expect_eq(compare(&known, &changes), 0, "a column that nobody reads");
	c.stream.table = lend("public.other");
	drop("label");
	cr_expect_eq(compare(&known, &changes), 0, "it is of another table");
	gw_catalog_release(&known);
}

static void
leave(const char *name)
{
	drop(name);
}

static void
retype(const char *name)
{
	column(name)->type = "numeric(12,2)";
}

static void
hide(const char *name)
{
	column(name)->type = "point";
	column(name)->kind = GW_UNHELD;
}

static void
loosen(const char *name)
{
	column(name)->nullable = true;
}

static void
append(const char *name)
{
	columns[table.ncolumns++] =
		(struct gw_column){.name = name, .type = "text", .kind = GW_TEXT};
}

Test(drift, tells_each_change_once)
{
	static const struct {
		void (*change)(const char *name);
		const char *column;
		enum gw_change_kind kind;
		bool stays; /* it is told again, but known */
		const char *said;
	} cases[] = {
		{leave, "label", GW_CHANGE_GONE, true, "column label (text) is gone"},
		{leave, "born", GW_CHANGE_REQUIRED_GONE, true,
		 "column born (integer) is gone, and its field can't do without"},
		{leave, "id", GW_CHANGE_KEY_GONE, true,
		 "column id (bigint) is gone, and it is of the key or the cursor"},
		{leave, "changed", GW_CHANGE_KEY_GONE, true,
		 "column changed (bigint) is gone, and it is of the key or the cursor"},
		{retype, "label", GW_CHANGE_TYPE, false,
		 "column label, which was text, has the type numeric(12,2) now"},
		{hide, "label", GW_CHANGE_UNREADABLE, true,
		 "column label, which was text, has a type that can't be read: point now"},
		{loosen, "born", GW_CHANGE_NULLABLE, false,
		 "column born (integer) may be empty now, and its field may not"},
		{append, "more", GW_CHANGE_NEW, false, "column more (text) is new"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct gw_catalog known, then;
		struct gw_change *changes;
		char said[400];
		size_t count;

		make_whole();
		known = learn(&nothing, 1);
		cases[i].change(cases[i].column);
		cr_assert_eq(compare(&known, &changes), 1, "case %zu", i);
		cr_expect_eq(changes[0].kind, cases[i].kind, "case %zu", i);
		cr_expect_not(changes[0].known, "case %zu", i);
		gw_drift_say(changes, 1, false, said, sizeof said);
		cr_expect_str_eq(said, cases[i].said);
		then = learn(&known, 2);
		count = compare(&then, &changes);
		cr_expect_eq(count, cases[i].stays ? 1 : 0, "case %zu: %zu", i, count);
		if (count > 0) {
			cr_expect(changes[0].known, "case %zu", i);
			cr_expect_eq(changes[0].kind, cases[i].kind, "case %zu", i);
		}
		gw_catalog_release(&known);
		gw_catalog_release(&then);
	}
}

Test(drift, remembers_since_when_and_sees_what_comes_back)
{
	struct gw_catalog known, gone, later;
	struct gw_change *changes;

	make_whole();
	known = learn(&nothing, 1);
	drop("label");
	gone = learn(&known, 20);
	later = learn(&gone, 300);
	cr_expect_eq(gw_catalog_find(&later, "label")->state, GW_COLUMN_GONE);
	cr_expect_eq(gw_catalog_find(&later, "label")->since_us, 20);
	make_whole();
	cr_assert_eq(compare(&later, &changes), 1);
	cr_expect_eq(changes[0].kind, GW_CHANGE_BACK);
	gw_catalog_release(&known);
	known = learn(&later, 4000);
	cr_expect_eq(gw_catalog_find(&known, "label")->state, GW_COLUMN_THERE);
	gw_catalog_release(&known);
	gw_catalog_release(&gone);
	gw_catalog_release(&later);
}

Test(drift, forgets_a_changed_type_with_another_mapping)
{
	struct gw_catalog known, other, after;

	make_whole();
	known = learn(&nothing, 1);
	retype("label");
	other = learn(&known, 2);
	cr_expect_eq(gw_catalog_find(&other, "label")->state, GW_COLUMN_CHANGED);
	c.stream.schema = lend("x/Y");
	after = learn(&other, 3);
	cr_expect_eq(gw_catalog_find(&after, "label")->state, GW_COLUMN_THERE);
	gw_catalog_release(&known);
	gw_catalog_release(&other);
	gw_catalog_release(&after);
}

Test(drift, is_written_down_and_read_again)
{
	struct gw_catalog known, gone, read;
	struct gw_buf text;

	make_whole();
	known = learn(&nothing, 1);
	drop("label");
	gone = learn(&known, 1700000000123456);
	gw_buf_init(&text, 1 << 20);
	cr_assert_eq(gw_catalog_encode(&gone, &text, &err), GW_OK, "%s", err.text);
	cr_assert_eq(gw_catalog_decode(text.data, text.len, &read, &err), GW_OK, "%s", err.text);
	cr_expect_str_eq(read.table, "public.t");
	cr_expect_str_eq(read.stream, "s");
	cr_expect_eq(read.mapping, gone.mapping);
	cr_assert_eq(read.ncolumns, gone.ncolumns);
	for (size_t i = 0; i < read.ncolumns; i++) {
		cr_expect_str_eq(read.columns[i].name, gone.columns[i].name);
		cr_expect_str_eq(read.columns[i].type, gone.columns[i].type);
		cr_expect_eq(read.columns[i].nullable, gone.columns[i].nullable);
		cr_expect_eq(read.columns[i].state, gone.columns[i].state);
		cr_expect_eq(read.columns[i].since_us, gone.columns[i].since_us);
	}
	cr_expect_eq(gw_catalog_decode("{}", 2, &read, &err), GW_CONFIG);
	gw_buf_release(&text);
	gw_catalog_release(&known);
	gw_catalog_release(&gone);
	gw_catalog_release(&read);
}

Test(drift, says_only_what_stops_where_something_does_and_cuts_where_a_character_ends)
{
	const struct gw_change changes[] = {
		{.kind = GW_CHANGE_NEW, .then = GW_THEN_GO_ON, .column = "mới", .is = "text"},
		{.kind = GW_CHANGE_GONE, .then = GW_THEN_STOP, .column = "cũ", .was = "text"},
	};
	char said[60], little[12];

	gw_drift_say(changes, 2, true, said, sizeof said);
	cr_expect_str_eq(said, "column cũ (text) is gone");
	gw_drift_say(changes, 2, false, little, sizeof little);
	cr_expect(gw_utf8_valid(little, strlen(little)), "%s", little);
}

/* ---- what is read of a table that lacks columns, and what stands for them ------------------- */

static void
put_batch(struct gw_pull *pull, size_t ncolumns)
{
	struct gw_value *values =
		gw_arena_zalloc(&pull->batch.arena, 2 * ncolumns * sizeof *values);

	for (size_t i = 0; i < 2 * ncolumns; i++)
		values[i] = (struct gw_value){.kind = GW_INT, .as.integer = (int64_t)i};
	pull->batch.values = values;
	pull->batch.nrows = 2;
	pull->batch.ncolumns = ncolumns;
}

Test(drift, puts_what_the_policy_says_in_the_place_of_a_column_that_is_gone)
{
	static const struct {
		enum gw_drift policy;
		bool required; /* it is born, which can't be null */
		size_t records, rejects, discarded;
	} cases[] = {
		{GW_DRIFT_EVOLVE, false, 2, 0, 0},        {GW_DRIFT_DISCARD_ROW, false, 0, 2, 0},
		{GW_DRIFT_DISCARD_VALUE, false, 2, 0, 2}, {GW_DRIFT_DISCARD_ROW, true, 0, 2, 0},
		{GW_DRIFT_DISCARD_VALUE, true, 0, 2, 0},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		static struct gw_pull pull;
		struct gw_lane lane = {.plan = &plan};
		struct gw_catalog known;
		struct gw_normalised out = {0};
		size_t count;

		make_whole();
		known = learn(&nothing, 1);
		drop(cases[i].required ? "born" : "label");
		c.stream.drift = (int)cases[i].policy;
		lane.table.catalog = learn(&known, 2);
		gw_catalog_release(&known);
		cr_assert_eq(gw_pull_table_open(&lane, NULL, &err), GW_OK, "%s", err.text);
		(void)gw_pull_columns(&lane, &count);
		cr_assert_eq(count, 3, "case %zu: %zu columns", i, count);
		gw_arena_init(&pull.batch.arena, 1 << 20);
		put_batch(&pull, count);
		cr_assert_eq(gw_pull_widen(&pull, &lane, &err), GW_OK, "%s", err.text);
		cr_assert_eq(gw_normalise(c.mapping, &pull.batch, &out, &err), GW_OK, "%s",
			     err.text);
		cr_expect_eq(out.nrecords, cases[i].records, "case %zu: %zu", i, out.nrecords);
		cr_expect_eq(out.nrejects, cases[i].rejects, "case %zu: %zu", i, out.nrejects);
		cr_expect_eq(out.discarded, cases[i].discarded, "case %zu: %zu", i, out.discarded);
		put_batch(&pull, count + 1);
		cr_expect_eq(gw_pull_widen(&pull, &lane, &err), GW_RETRY, "case %zu", i);
		gw_arena_release(&pull.batch.arena);
		gw_pull_table_close(&lane);
	}
}

/* Text where a day was: the type has changed, and so may all that its rules make of it. */
Test(drift, discards_a_value_that_does_not_fit_only_where_it_may)
{
	static const struct {
		enum gw_drift policy;
		bool changed; /* its type is known to have changed */
		bool key;     /* the value that does not fit is one of the key */
		size_t records, rejects, discarded;
	} cases[] = {
		{GW_DRIFT_FREEZE, false, false, 0, 2, 0},
		{GW_DRIFT_EVOLVE, true, false, 0, 2, 0},
		{GW_DRIFT_DISCARD_ROW, true, false, 0, 2, 0},
		{GW_DRIFT_DISCARD_VALUE, false, false, 2, 0, 2},
		{GW_DRIFT_DISCARD_VALUE, true, false, 2, 0, 2},
		{GW_DRIFT_DISCARD_VALUE, false, true, 0, 2, 0},
	};

	c.fields[1].type = GW_AVRO_INT;
	assert_compiles(&c);
	plan.mapping = c.mapping;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		static struct gw_pull pull;
		struct gw_lane lane = {.plan = &plan};
		struct gw_catalog known;
		struct gw_normalised out = {0};

		make_whole();
		known = learn(&nothing, 1);
		if (cases[i].changed)
			retype("label");
		c.stream.drift = (int)cases[i].policy;
		lane.table.catalog = learn(&known, 2);
		gw_catalog_release(&known);
		cr_assert_eq(gw_pull_table_open(&lane, NULL, &err), GW_OK, "%s", err.text);
		gw_arena_init(&pull.batch.arena, 1 << 20);
		put_batch(&pull, 4);
		for (size_t r = 0; r < 2; r++)
			pull.batch.values[r * 4 + (cases[i].key ? 0 : 1)] =
				(struct gw_value){.kind = GW_TEXT, .len = 3, .as.text = "xyz"};
		cr_assert_eq(gw_normalise(c.mapping, &pull.batch, &out, &err), GW_OK, "%s",
			     err.text);
		cr_expect_eq(out.nrecords, cases[i].records, "case %zu: %zu", i, out.nrecords);
		cr_expect_eq(out.nrejects, cases[i].rejects, "case %zu: %zu", i, out.nrejects);
		cr_expect_eq(out.discarded, cases[i].discarded, "case %zu: %zu", i, out.discarded);
		gw_arena_release(&pull.batch.arena);
		gw_pull_table_close(&lane);
	}
}
