#include "config/source.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "source_case.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

TestSuite(streams, .init = sources_make, .fini = folder_drop);

#define AT "sources/health.yaml:"

/* The lines of a stream; its line 9 is the table, 10 the mode, 11 schema, 12 fields. */
static const struct {
	const char *table, *mode, *schema, *fields;
	const char *message;
} streams[] = {
	{.schema = "",
	 .message = "9:5: \"schema\" is missing; expected the schema of its records, "
		    "such as health/HealthRecord"},
	{.table = "tabel: x",
	 .message = "9:5: unknown key \"tabel\"; did you mean \"table\"? Known "
		    "here: table, key, mode, cursor, overlap, sweep_every, "
		    "drift, encoding, sheet, header_row, schema, fields, letters"},
	{.table = "table: [a]", .message = "9:12: \"table\": found a list, expected a text"},
	{.table = "table: select * from x",
	 .message = "9:12: \"table\": expected the name of a "
		    "table or a view, never SQL; for a query, "
		    "ask the owner for a view"},
	{.table = "table: a.b.c",
	 .message = "9:12: \"table\": found \"a.b.c\", expected such as "
		    "public.ho_so_suc_khoe or ho_so_suc_khoe"},
	{.table = "table: a.",
	 .message = "9:12: \"table\": found \"a.\", expected such as "
		    "public.ho_so_suc_khoe or ho_so_suc_khoe"},
	{.table = "table: .a",
	 .message = "9:12: \"table\": found \".a\", expected such as "
		    "public.ho_so_suc_khoe or ho_so_suc_khoe"},
	{.mode = "mode: timestmap",
	 .message = "10:11: \"mode\": found \"timestmap\", expected one "
		    "of: bulk, incrementing, timestamp, "
		    "timestamp+incrementing, log, files; did you mean "
		    "\"timestamp\"?"},
	{.mode = "mode: log",
	 .message = "10:11: \"mode: log\" is not built yet; use timestamp, "
		    "incrementing, timestamp+incrementing or bulk"},
	{.mode = "mode: files", .message = "10:11: \"mode: files\" is for \"connector: file\""},
	{.mode = "mode: bulk\n    drift: bend",
	 .message = "11:12: \"drift\": found \"bend\", expected one of: freeze, evolve, "
		    "discard_row, discard_value"},
	{.mode = "mode: bulk\n    header_row: 1001",
	 .message = "11:17: \"header_row\": found 1001, expected 0 to 1000"},
	{.mode = "mode: incrementing",
	 .message = "9:5: \"cursor\" is missing; mode incrementing expects one column whose number "
		    "grows with every new row"},
	{.mode = "mode: timestamp",
	 .message =
		 "9:5: \"cursor\" is missing; mode timestamp expects one column with the time of "
		 "a row's last change"},
	{.mode = "mode: timestamp\n    cursor: [a, b]",
	 .message =
		 "11:13: \"cursor\": found 2, mode timestamp expects one column with the time of a "
		 "row's last change"},
	{.mode = "mode: timestamp+incrementing\n    cursor: a",
	 .message = "11:13: \"cursor\": found 1, mode timestamp+incrementing expects two columns: "
		    "[time of the last change, growing number]"},
	{.mode = "mode: bulk\n    cursor: a",
	 .message =
		 "11:13: \"cursor\": found 1, mode bulk expects no cursor, for mode bulk reads the "
		 "whole table each time"},
	{.mode = "mode: bulk\n    key: [a, a]", .message = "11:14: \"key\": the same column twice"},
	{.mode = "mode: bulk\n    key: []", .message = "11:10: \"key\": expected 1 to 32 columns"},
	{.mode = "mode: bulk\n    key: {a: b}",
	 .message = "11:10: \"key\": found a map, expected the name of a column"},
	{.mode = "mode: bulk\n    overlap: 8d",
	 .message = "11:14: \"overlap\": found \"8d\", expected 0ms to 7d"},
	{.mode = "mode: bulk\n    sweep_every: 0s",
	 .message = "11:18: \"sweep_every\": found \"0s\", expected 1s to 366d"},
	{.schema = "schema: ../etc/Passwd",
	 .message = "11:13: \"schema\": found \"../etc/Passwd\", expected sector/Name, such as "
		    "health/HealthRecord"},
	{.schema = "schema: HealthRecord",
	 .message = "11:13: \"schema\": found \"HealthRecord\", expected sector/Name, such as "
		    "health/HealthRecord"},
	{.schema = "schema: health/record",
	 .message = "11:13: \"schema\": found \"health/record\", expected sector/Name, such as "
		    "health/HealthRecord"},
	{.fields = "fields: [a]",
	 .message = "12:13: \"fields\": found a list, expected a map from "
		    "fields of the schema to columns"},
	{.fields = "fields: {}", .message = "12:13: \"fields\": found 0, expected 1 to 2000"},
	{.fields = "fields: {a b: c}",
	 .message = "12:14: field \"a b\": expected the name of a field of the schema"},
	{.fields = "fields: {a: [b]}",
	 .message =
		 "12:17: field \"a\": found a list, expected a column, or {column: …, rules: […]}"},
	{.fields = "fields: {a: }",
	 .message = "12:17: field \"a\": found nothing, expected a column, or {column: …, rules: "
		    "[…]}"},
	{.fields = "fields: {a: {colunm: b}}",
	 .message = "12:18: unknown key \"colunm\"; did you mean \"column\"? Known here: column, "
		    "rules, constant"},
	{.fields = "fields: {a: {rules: [trim]}}",
	 .message = "12:17: \"column\" is missing; expected the column that feeds the field, or a "
		    "constant"},
	{.fields = "fields: {a: {column: b, constant: c}}",
	 .message = "12:17: column and constant both stand here, expected one of them"},
	{.fields = "fields: {a: {constant: [c]}}",
	 .message = "12:28: \"constant\": found a list, expected a text"},
	{.fields = "fields: {a: {constant: c, rules: [trim]}}",
	 .message = "12:38: \"rules\" work on a column; a constant is taken as it is"},
	{.fields = "fields: {a: {column: b, rules: trim}}",
	 .message = "12:36: \"rules\": found \"trim\", expected a list such as [trim, date]"},
	{.fields = "fields: {a: {column: b, rules: [[trim]]}}",
	 .message = "12:37: \"rules\": found a list, expected the name of a rule, or {rule: "
		    "argument}"},
	{.fields = "fields: {a: {column: b, rules: [{x: 1, y: 2}]}}",
	 .message =
		 "12:37: \"rules\": found a map, expected the name of a rule, or {rule: argument}"},
	{.fields = "fields: {a: {column: b, rules: [{code_list: }]}}",
	 .message =
		 "12:37: \"rules\": found a map, expected the name of a rule, or {rule: argument}"},
	{.fields = "fields: {a: {column: b, rules: [Trim it]}}",
	 .message = "12:37: \"rules\": found \"Trim it\", expected the name of a rule, or {rule: "
		    "argument}"},
};

Test(streams, a_mistake_in_a_stream_is_named_with_its_place)
{
	for (size_t i = 0; i < COUNT(streams); i++) {
		const char *table = streams[i].table, *mode = streams[i].mode;
		const char *schema = streams[i].schema, *fields = streams[i].fields;
		char text[2000], message[1000];

		snprintf(text, sizeof text,
			 HEAD "streams:\n  record:\n    %s\n    %s\n    %s\n    %s\n",
			 table == NULL ? "table: ho_so" : table, mode == NULL ? "mode: bulk" : mode,
			 schema == NULL ? "schema: health/HealthRecord" : schema,
			 fields == NULL ? "fields: {record_id: ma}" : fields);
		snprintf(message, sizeof message, AT "%s", streams[i].message);
		expect_refused(text, message);
	}
}

Test(streams, a_later_stream_that_is_wrong_leaves_nothing_behind)
{
	expect_refused(HEAD STREAM "  other:\n    table: x\n    key: [a, b, a]\n    mode: bulk\n"
				   "    schema: health/HealthRecord\n    fields: {a: b}\n",
		       AT "16:17: \"key\": the same column twice");
}
