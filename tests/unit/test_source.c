#include "config/source.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "config/parts.h"

#include "source_case.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define SECOND INT64_C(1000000)

TestSuite(source, .init = sources_make, .fini = folder_drop);

static struct gw_source *
read_ok(const char *text)
{
	struct gw_source *source = NULL;
	struct gw_error err = {0};

	put_file("sources/health.yaml", text, 0644);
	cr_assert_eq(gw_source_read(&config, "health", &source, &err), GW_OK, "%s\n%s", text,
		     err.text);
	return source;
}

Test(source, the_smallest_file_gets_all_defaults)
{
	struct gw_source *s = read_ok(HEAD STREAM);
	char dsn[128];

	snprintf(dsn, sizeof dsn, "%s/secrets/health.dsn", folder);
	cr_assert_str_eq(s->name, "health");
	cr_assert_str_eq(s->title, "Y tế");
	cr_assert_null(s->agreement);
	cr_assert_str_eq(s->connection_file, dsn, "beside songma.yaml, not beside the source file");
	cr_assert_null(s->connection_env);
	cr_assert_null(s->codes.map);
	cr_assert_null(s->codes.by);
	cr_assert_eq(s->schedule.every_us, 900 * SECOND);
	cr_assert_eq(s->schedule.idle_every_us, 900 * SECOND);
	cr_assert_eq(s->schedule.not_from_min, -1);
	cr_assert_eq(s->schedule.not_to_min, -1);
	cr_assert_eq(s->rows_per_second, 5000);
	cr_assert_eq(s->statement_timeout_us, 60 * SECOND);
	cr_assert_eq(s->page_rows, 10000);
	cr_assert_eq(s->nstreams, 1);
	cr_assert_str_eq(s->streams[0].table, "public.ho_so");
	cr_assert_eq(s->streams[0].nkey, 0);
	cr_assert_eq(s->streams[0].mode, GW_MODE_BULK);
	cr_assert_eq(s->streams[0].ncursor, 0);
	cr_assert_eq(s->streams[0].overlap_us, 600 * SECOND);
	cr_assert_eq(s->streams[0].sweep_every_us, 6 * 3600 * SECOND);
	cr_assert_str_eq(gw_mode_name(GW_MODE_TIMESTAMP_INCREMENTING), "timestamp+incrementing");
	gw_source_free(s);
	gw_source_free(NULL);
}

Test(source, a_stream_says_itself_or_as_its_source_when_it_pauses)
{
	struct gw_source *s = read_ok(HEAD STREAM);

	cr_assert_eq(s->streams[0].letters.pause_at, 50000);
	cr_assert_eq(s->streams[0].letters.at_least, 100);
	gw_source_free(s);
	s = read_ok(HEAD "letters: {pause_at: 0.25%, at_least: 7}\n" STREAM);
	cr_assert_eq(s->streams[0].letters.pause_at, 2500);
	cr_assert_eq(s->streams[0].letters.at_least, 7);
	gw_source_free(s);
	s = read_ok(HEAD "letters: {pause_at: never}\n" STREAM);
	cr_assert_eq(s->streams[0].letters.pause_at, GW_PAUSE_NEVER);
	gw_source_free(s);
}

/* As the example that operators see first. */
Test(source, the_whole_file_is_read)
{
	struct gw_error err = {0};
	struct gw_source *s = NULL;
	const struct gw_stream *stream;
	char dir[4200];

	snprintf(dir, sizeof dir, "%s/tests/data/config/sources", project);
	config.sources_dir = dir;
	cr_assert_eq(gw_source_read(&config, "full", &s, &err), GW_OK, "%s", err.text);
	cr_assert_str_eq(s->agreement, "03/TTCS");
	cr_assert_str_eq(s->connection_env, "HEALTH_DSN");
	cr_assert_str_eq(s->codes.by, "ngay_lap");
	cr_assert_eq(s->codes.switched_on_days, 20346); /* 2025-09-15 */
	cr_assert_eq(s->schedule.every_us, 3600 * SECOND);
	cr_assert_eq(s->schedule.not_from_min, 22 * 60 + 30);
	cr_assert_eq(s->schedule.not_to_min, 6 * 60);
	cr_assert_eq(s->rows_per_second, 0);
	cr_assert_eq(s->statement_timeout_us, SECOND / 4);
	cr_assert_eq(s->page_rows, 500);
	cr_assert_eq(s->nstreams, 2);
	cr_assert_null(gw_source_stream(s, "nothing"));
	stream = gw_source_stream(s, "health_update");
	cr_assert_not_null(stream);
	cr_assert_str_eq(stream->table, "Y_TE.LanCapNhat");
	cr_assert_eq(stream->nkey, 2);
	cr_assert_str_eq(stream->key[1], "lần");
	cr_assert_eq(stream->mode, GW_MODE_TIMESTAMP_INCREMENTING);
	cr_assert_eq(stream->ncursor, 2);
	cr_assert_str_eq(stream->cursor[0], "ngay_ghi");
	cr_assert_eq(stream->overlap_us, 0);
	cr_assert_eq(stream->sweep_every_us, 86400 * SECOND);
	cr_assert_str_eq(stream->schema, "health/HealthUpdate");
	gw_source_free(s);
}

Test(source, fields_have_columns_rules_and_constants)
{
	struct gw_source *s = read_ok(HEAD STREAM "      person: {column: so_cccd, rules: [trim, "
						  "{code_list: gender}]}\n"
						  "      kind: {constant: \"\"}\n"
						  "      empty: {column: x, rules: []}\n");
	const struct gw_stream *stream = &s->streams[0];
	const struct gw_field_map *f = stream->fields;

	cr_assert_eq(stream->nfields, 4);
	cr_assert_str_eq(f[0].field, "record_id");
	cr_assert_str_eq(f[0].column, "ma");
	cr_assert_eq(f[0].nrules, 0);
	cr_assert_str_eq(f[1].column, "so_cccd");
	cr_assert_eq(f[1].nrules, 2);
	cr_assert_str_eq(f[1].rules[0].name, "trim");
	cr_assert_null(f[1].rules[0].argument);
	cr_assert_str_eq(f[1].rules[1].name, "code_list");
	cr_assert_str_eq(f[1].rules[1].argument, "gender");
	cr_assert_null(f[2].column);
	cr_assert_str_eq(f[2].constant, "");
	cr_assert_null(f[0].constant);
	gw_source_free(s);
}

static void
expect_place(const struct gw_place *at, const char *expected)
{
	struct gw_error err = {0};
	char text[100];

	cr_expect_eq(gw_place_fail(at, &err, "%s", "here"), GW_CONFIG);
	snprintf(text, sizeof text, "sources/health.yaml:%s: here", expected);
	cr_expect_str_eq(err.text, text);
}

Test(source, every_part_keeps_its_place_for_later_checks)
{
	struct gw_source *s = read_ok(HEAD "streams:\n"
					   "  record:\n"
					   "    table: ho_so\n"
					   "    key: [a, b]\n"
					   "    mode: timestamp\n"
					   "    cursor: t\n"
					   "    schema: health/HealthRecord\n"
					   "    fields:\n"
					   "      person: {column: p, rules: [trim, date]}\n");
	const struct gw_stream *stream = &s->streams[0];

	expect_place(&s->at, "1:1");
	expect_place(&stream->at, "8:3");
	expect_place(&stream->table_at, "9:12");
	expect_place(&stream->key_at, "10:10");
	expect_place(&stream->cursor_at, "12:13");
	expect_place(&stream->schema_at, "13:13");
	expect_place(&stream->fields[0].at, "15:7");
	expect_place(&stream->fields[0].rules[1].at, "15:41");
	gw_source_free(s);
}

#define FILES                                                                                      \
	"source: health\ntitle: a\nowner: b\nconnector: file\ntime_zone: UTC\nencoding: tcvn3\n"
#define FILES_STREAM                                                                               \
	"streams:\n"                                                                               \
	"  record:\n"                                                                              \
	"    table: \"Dân số {part} *.xlsx\"\n"                                                 \
	"    key: ma\n"                                                                            \
	"    mode: files\n"                                                                        \
	"    schema: health/HealthRecord\n"

Test(source, a_folder_of_files_has_patterns_and_no_connection)
{
	struct gw_source *s =
		read_ok(FILES "folder: arrived\n" FILES_STREAM "    sheet: Nhân khẩu\n"
			      "    header_row: 3\n"
			      "    drift: discard_row\n"
			      "    fields: {record_id: ma}\n"
			      "  other:\n"
			      "    table: ho.csv\n"
			      "    mode: files\n"
			      "    encoding: vni\n"
			      "    schema: health/HealthRecord\n"
			      "    fields: {record_id: ma}\n");
	char arrived[120];

	(void)snprintf(arrived, sizeof arrived, "%s/arrived", folder);
	cr_assert_str_eq(s->folder, arrived);
	cr_assert_null(s->connection_file);
	cr_assert_str_eq(s->streams[0].table, "Dân số {part} *.xlsx");
	cr_assert_eq(s->streams[0].mode, GW_MODE_FILES);
	cr_assert_str_eq(s->streams[0].sheet, "Nhân khẩu");
	cr_assert_eq(s->streams[0].header_row, 3);
	cr_assert_eq(s->streams[0].drift, GW_DRIFT_DISCARD_ROW);
	cr_assert_str_eq(s->streams[0].encoding, "tcvn3");
	cr_assert_str_eq(s->streams[1].table, "ho.csv");
	cr_assert_str_eq(s->streams[1].encoding, "vni");
	cr_assert_eq(s->streams[1].drift, GW_DRIFT_FREEZE);
	gw_source_free(s);
}

Test(source, a_name_may_hold_what_names_of_databases_hold)
{
	struct gw_source *s = read_ok("source: health\ntitle: a\nowner: b\nconnector: odbc\n"
				      "time_zone: UTC\nconnection_env: X\n"
				      "streams:\n"
				      "  record:\n"
				      "    table: QLDT.dbo.Hộ \"nghèo\" $ order\n"
				      "    mode: bulk\n"
				      "    schema: health/HealthRecord\n"
				      "    fields: {record_id: ma}\n");

	cr_assert_str_eq(s->streams[0].table, "QLDT.dbo.Hộ \"nghèo\" $ order");
	gw_source_free(s);
}

#define AT "sources/health.yaml:"

static const struct {
	const char *text;
	const char *message;
} refused[] = {
	{HEAD "folder: here\n" STREAM,
	 AT "7:9: \"folder\" is for \"connector: file\"; a database has a connection_file"},
	{FILES FILES_STREAM "    fields: {record_id: ma}\n",
	 AT "4:12: \"connector: file\" needs \"folder\", the folder that files are put into, and "
	    "no connection"},
	{FILES "folder: a\nconnection_env: X\n" FILES_STREAM "    fields: {record_id: ma}\n",
	 AT "4:12: \"connector: file\" needs \"folder\", the folder that files are put into, and "
	    "no connection"},
	{FILES "folder: a\n" STREAM,
	 AT "11:11: \"mode\": \"connector: file\" knows the mode files alone"},
	{STREAM, AT "1:1: \"source\" is missing; expected the file's name without .yaml"},
	{"source: helth\ntitle: a\nowner: b\nconnector: c\ntime_zone: UTC\nconnection_env: "
	 "X\n" STREAM,
	 AT "1:9: \"source\": found \"helth\", expected \"health\", the name of the file"},
	{"source: Y Tế\ntitle: a\nowner: b\nconnector: c\ntime_zone: UTC\nconnection_env: "
	 "X\n" STREAM,
	 AT "1:9: \"source\": found \"Y Tế\", expected at most 64 of a-z, 0-9 and -"},
	{"source: health\ntitle: |\n  a\n  b\nowner: b\nconnector: c\ntime_zone: "
	 "UTC\nconnection_env: X\n" STREAM,
	 AT "2:8: \"title\": expected one line of text"},
	{HEAD "agreement: \"\"\n" STREAM,
	 AT "7:12: \"agreement\": found an empty text, expected a text"},
	{"source: health\ntitle: a\nowner: b\nconnector: c\ntime_zone: +07:00\nconnection_env: "
	 "X\n" STREAM,
	 AT "5:12: \"time_zone\": found \"+07:00\", expected a name such as Asia/Ho_Chi_Minh or "
	    "UTC"},
	{"source: health\ntitle: a\nowner: b\nconnector: c\ntime_zone: UTC\n" STREAM,
	 AT "1:1: \"connection_file\" is missing; expected a file with the connection, such as "
	    "secrets/NAME.dsn (or connection_env, an environment variable)"},
	{HEAD "connection_env: HEALTH_DSN\n" STREAM,
	 AT "7:17: connection_file and connection_env both stand here, expected one of them"},
	{"source: health\nconnection: host=x password=hunter2\n" STREAM,
	 AT "2:13: a password stands here; move it to a file of its own (chmod 600) and name that "
	    "file: connection_file: secrets/NAME.dsn"},
	{HEAD "password: hunter2\n" STREAM,
	 AT "7:1: \"password\" does not belong here; write the connection, such as host=… dbname=… "
	    "user=… password=…, into a file of its own (chmod 600) and name that file: "
	    "connection_file: secrets/NAME.dsn"},
	{"source: health\nconnection_file: postgres://me:hunter2@db/x\n" STREAM,
	 AT "2:18: a password stands here; move it to a file of its own (chmod 600) and name that "
	    "file: connection_file: secrets/NAME.dsn"},
	{HEAD "commune_codes: {map: before-2025-7}\n" STREAM,
	 AT "7:22: \"map\": found \"before-2025-7\", expected one of: before-2025-07, "
	    "after-2025-07; did you mean \"before-2025-07\"?"},
	{HEAD "commune_codes: {by: ngay_lap}\n" STREAM, AT
	 "7:16: \"commune_codes\": expected {map: before-2025-07}, {map: after-2025-07}, or {by: "
	 "a date column, switched_on: 2025-07-01}"},
	{HEAD "commune_codes: {by: a, switched_on: 2025-07-01, map: after-2025-07}\n" STREAM,
	 AT "7:16: \"commune_codes\": expected either map, or by and switched_on, not both"},
	{HEAD "commune_codes: {by: a, switched_on: 2025-02-29}\n" STREAM,
	 AT "7:37: \"switched_on\": expected a day that there is, such as 2025-07-01"},
	{HEAD "commune_codes: {by: a, switched_on: 1/7/2025}\n" STREAM,
	 AT "7:37: \"switched_on\": expected a day that there is, such as 2025-07-01"},
	{HEAD "letters: {pause_at: 5}\n" STREAM,
	 AT "7:21: \"pause_at\": found \"5\", expected a share such as 5% or 0.5%, or never"},
	{HEAD "letters: {pause_at: 101%}\n" STREAM,
	 AT "7:21: \"pause_at\": found \"101%\", expected a share such as 5% or 0.5%, or never"},
	{HEAD "letters: {pause_at: .5%}\n" STREAM,
	 AT "7:21: \"pause_at\": found \".5%\", expected a share such as 5% or 0.5%, or never"},
	{HEAD "letters: {at_least: -1}\n" STREAM,
	 AT "7:21: \"at_least\": found \"-1\", expected a whole number from 0"},
	{HEAD "schedule: {every: 15m}\n" STREAM,
	 AT "7:19: \"every\": found \"15m\", expected a duration such as 250ms, 10s, 15min, 6h or "
	    "1d"},
	{HEAD "schedule: {every: 10ms}\n" STREAM,
	 AT "7:19: \"every\": found \"10ms\", expected 100ms to 366d"},
	{HEAD "schedule: {every: 2s, idle_every: 1s}\n" STREAM,
	 AT "7:35: \"idle_every\" can't be shorter than \"every\""},
	{HEAD "schedule: {not_between: \"09:00\"}\n" STREAM, AT
	 "7:25: \"not_between\": found a text, expected two times of the day, such as [\"09:00\", "
	 "\"11:00\"]"},
	{HEAD "schedule: {not_between: [\"09:00\"]}\n" STREAM,
	 AT "7:25: \"not_between\": found another number of times, expected two times of the day, "
	    "such as [\"09:00\", \"11:00\"]"},
	{HEAD "schedule: {not_between: [\"09:00\", \"9:60\"]}\n" STREAM,
	 AT "7:35: \"not_between\": found \"9:60\", expected a time of the day such as \"09:00\""},
	{HEAD "schedule: {not_between: [\"24:01\", \"09:00\"]}\n" STREAM,
	 AT "7:26: \"not_between\": found \"24:01\", expected a time of the day such as \"09:00\""},
	{HEAD "schedule: {not_between: [\"09:00\", \"09:00\"]}\n" STREAM,
	 AT "7:25: \"not_between\": expected two different times of the day"},
	{HEAD "limits: {rows_per_second: none}\n" STREAM, AT
	 "7:27: \"rows_per_second\": found \"none\", expected a whole number from 1, or unlimited"},
	{HEAD "limits: {rows_per_second: 0}\n" STREAM,
	 AT "7:27: \"rows_per_second\": found \"0\", expected a whole number from 1, or unlimited"},
	{HEAD "limits: {page_rows: 1000000}\n" STREAM,
	 AT "7:21: \"page_rows\": found 1000000, expected 1 to 100000"},
	{HEAD "limits: 5000\n" STREAM, AT "7:9: found a text, expected a map of keys and values, "
					  "beginning with \"rows_per_second: …\""},
	{HEAD, AT "1:1: \"streams\" is missing; expected a map of the tables to read, a name of "
		  "your own for each"},
	{HEAD "streams: {}\n", AT "7:10: \"streams\": found 0, expected 1 to 500"},
	{HEAD "streams: [a]\n",
	 AT "7:10: \"streams\": found a list, expected a map: a name of your "
	    "own for each table to read"},
	{HEAD "streams:\n  _position: {}\n",
	 AT "8:3: stream \"_position\": expected a name of at most 64 of a-z, 0-9 and _, that does "
	    "not begin with _"},
	{HEAD "streams:\n  Hồ sơ: {}\n",
	 AT "8:3: stream \"Hồ sơ\": expected a name of at most 64 of a-z, 0-9 and _, that does not "
	    "begin with _"},
	{HEAD "streams:\n  a:\n", AT "8:5: found nothing, expected a map of keys and values, "
				     "beginning with \"table: …\""},
};

Test(source, a_mistake_is_named_with_its_place_and_without_any_secret)
{
	for (size_t i = 0; i < COUNT(refused); i++)
		expect_refused(refused[i].text, refused[i].message);
}

Test(source, names_are_listed_in_order)
{
	struct gw_error err = {0};
	char **names = NULL;
	size_t count = 9;

	cr_assert_eq(gw_source_list(&config, &names, &count, &err), GW_OK);
	cr_assert_eq(count, 0);
	gw_names_free(names, count);
	put_file("sources/population.yaml", "", 0644);
	put_file("sources/health.yaml", "", 0644);
	put_file("sources/justice.yaml", "", 0644);
	put_file("sources/example.yaml.txt", "", 0644);
	put_file("sources/.hidden.yaml", "", 0644);
	put_file("sources/health.yaml~", "", 0644);
	cr_assert_eq(gw_source_list(&config, &names, &count, &err), GW_OK, "%s", err.text);
	cr_assert_eq(count, 3);
	cr_assert_str_eq(names[0], "health");
	cr_assert_str_eq(names[1], "justice");
	cr_assert_str_eq(names[2], "population");
	gw_names_free(names, count);
	gw_names_free(NULL, 0);
}

Test(source, a_file_that_would_never_be_read_is_named)
{
	static char gone[] = "/nowhere/sources";
	struct gw_error err = {0};
	char **names = NULL;
	size_t count;

	put_file("sources/health.yml", "", 0644);
	cr_assert_eq(gw_source_list(&config, &names, &count, &err), GW_CONFIG);
	cr_assert_str_eq(err.text, "sources/health.yml: a source file ends in .yaml; rename it");
	unlink("sources/health.yml");
	put_file("sources/Y tế.yaml", "", 0644);
	cr_assert_eq(gw_source_list(&config, &names, &count, &err), GW_CONFIG);
	cr_assert_str_eq(err.text, "sources/Y tế.yaml: the name of a source has at most 64 of a-z, "
				   "0-9 and -; rename the file");
	config.sources_dir = gone;
	cr_assert_eq(gw_source_list(&config, &names, &count, &err), GW_CONFIG);
	cr_assert_not_null(strstr(err.text, "the folder of sources can't be read"), "%s", err.text);
}

Test(source, an_unknown_name_gets_the_known_ones)
{
	static const char *const outside[] = {"../songma", "/etc/passwd", "", "a/b", "Health"};
	struct gw_source *source = NULL;
	struct gw_error err = {0};

	cr_assert_eq(gw_source_read(&config, "health", &source, &err), GW_CONFIG);
	cr_assert_str_eq(err.text,
			 "there is no source \"health\": sources has no file yet that ends "
			 "in .yaml");
	put_file("songma.yaml", HEAD STREAM, 0644);
	put_file("sources/health.yaml", HEAD STREAM, 0644);
	put_file("sources/justice.yaml", HEAD STREAM, 0644);
	cr_assert_eq(gw_source_read(&config, "helth", &source, &err), GW_CONFIG);
	cr_assert_str_eq(err.text, "there is no source \"helth\" in sources; did you mean "
				   "\"health\"? Known: health, justice");
	cr_assert_eq(gw_source_read(&config, "tax", &source, &err), GW_CONFIG);
	cr_assert_str_eq(err.text, "there is no source \"tax\" in sources. Known: health, justice");
	for (size_t i = 0; i < COUNT(outside); i++) {
		cr_expect_eq(gw_source_read(&config, outside[i], &source, &err), GW_CONFIG);
		cr_expect_not_null(strstr(err.text, "there is no source"), "%s", err.text);
	}
}

Test(source, the_example_that_init_writes_is_a_source)
{
	struct gw_yaml_doc *doc = NULL;
	struct gw_source *source = NULL;
	struct gw_error err = {0};
	struct gw_buf text;

	gw_buf_init(&text, 1 << 20);
	cr_assert_eq(gw_init_example(&text, &err), GW_OK);
	cr_assert_eq(gw_yaml_parse("example.yaml", text.data, text.len, &doc, &err), GW_OK, "%s",
		     err.text);
	cr_assert_eq(gw_source_build(&config, "example", gw_yaml_root(doc), &source, &err), GW_OK,
		     "%s", err.text);
	cr_assert_eq(source->streams[0].nfields, 7);
	gw_source_free(source);
	gw_yaml_free(doc);
	gw_buf_release(&text);
}

Test(source, the_delivered_sources_are_read)
{
	static const char *const names[] = {"health", "justice", "population"};
	char dir[4200];

	snprintf(dir, sizeof dir, "%s/deploy/sources", project);
	config.sources_dir = dir;
	for (size_t i = 0; i < COUNT(names); i++) {
		struct gw_source *source = NULL;
		struct gw_error err = {0};

		cr_expect_eq(gw_source_read(&config, names[i], &source, &err), GW_OK, "%s",
			     err.text);
		gw_source_free(source);
	}
}
