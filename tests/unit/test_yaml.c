#include "config/yaml.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

static struct gw_yaml_doc *
parse(const char *text)
{
	struct gw_yaml_doc *doc = NULL;
	struct gw_error err = {0};

	cr_assert_eq(gw_yaml_parse("t.yaml", text, strlen(text), &doc, &err), GW_OK, "%s: %s", text,
		     err.text);
	return doc;
}

Test(yaml, every_node_knows_its_place)
{
	struct gw_yaml_doc *doc = parse("a: 1\nb:\n  - x\n  - {c: \"đ é\", e: 'q'}\n");
	const struct gw_yaml *root = gw_yaml_root(doc), *b = gw_yaml_get(root, "b");
	const struct gw_yaml *map = &b->items[1], *e = gw_yaml_get(map, "e");

	cr_assert_eq(root->kind, GW_YAML_MAP);
	cr_assert_eq(root->count, 2);
	cr_assert_str_eq(gw_yaml_get(root, "a")->text, "1");
	cr_assert_not(gw_yaml_get(root, "a")->quoted);
	cr_assert_eq(root->keys[1].line, 2);
	cr_assert_eq(root->keys[1].column, 1);
	cr_assert_eq(b->kind, GW_YAML_LIST);
	cr_assert_eq(b->items[0].line, 3);
	cr_assert_eq(b->items[0].column, 5);
	cr_assert(e->quoted);
	cr_assert_eq(e->line, 4);
	cr_assert_eq(e->column, 19, "columns count characters, not bytes: %u", e->column);
	cr_assert_null(gw_yaml_get(root, "nothing"));
	cr_assert_null(gw_yaml_get(b, "a"), "a list has no keys");
	gw_yaml_free(doc);
}

Test(yaml, a_block_text_keeps_its_lines)
{
	struct gw_yaml_doc *doc = parse("sql: |\n  select 1\n  from x\nafter: >\n  a\n  b\n");

	cr_assert_str_eq(gw_yaml_get(gw_yaml_root(doc), "sql")->text, "select 1\nfrom x\n");
	cr_assert(gw_yaml_get(gw_yaml_root(doc), "sql")->quoted);
	cr_assert_str_eq(gw_yaml_get(gw_yaml_root(doc), "after")->text, "a b\n");
	gw_yaml_free(doc);
}

Test(yaml, a_byte_order_mark_and_windows_line_ends_are_accepted)
{
	struct gw_yaml_doc *doc = parse("\xef\xbb\xbf"
					"a: 1\r\nb: 2\r\n");

	cr_assert_str_eq(gw_yaml_get(gw_yaml_root(doc), "a")->text, "1");
	cr_assert_str_eq(gw_yaml_get(gw_yaml_root(doc), "b")->text, "2");
	gw_yaml_free(doc);
}

static const struct {
	const char *text;
	const char *message;
} refused[] = {
	{"", "t.yaml:1:1: the file is empty"},
	{"# only a comment\n\n", "t.yaml:1:1: the file is empty"},
	{"a: 1\nb: 2\na: 3\n",
	 "t.yaml:3:1: \"a\" stands here for the second time; it was set at line 1 already"},
	{"x: {b: 1, b: 2}\n",
	 "t.yaml:1:11: \"b\" stands here for the second time; it was set at line 1 already"},
	{"a: &x 1\n", "t.yaml:1:4: an anchor (&name) is not allowed here; write the value out, or "
		      "put text that begins with & in quotes"},
	{"a: &x [1]\n", "t.yaml:1:4: an anchor (&name) is not allowed here; write the value out, "
			"or put text that begins with & in quotes"},
	{"a: &x {b: 1}\n", "t.yaml:1:4: an anchor (&name) is not allowed here; write the value "
			   "out, or put text that begins with & in quotes"},
	{"a: *x\n", "t.yaml:1:4: an alias (*name) is not allowed here; write the value out, or put "
		    "text that begins with * in quotes"},
	{"*x : 1\n", "t.yaml:1:1: an alias (*name) is not allowed here; write the value out, or "
		     "put text that begins with * in quotes"},
	{"a: !!int 1\n", "t.yaml:1:4: a tag (!name) is not allowed here; put text that begins "
			 "with ! in quotes"},
	{"a: ! 1\n", "t.yaml:1:4: a tag (!name) is not allowed here; put text that begins with ! "
		     "in quotes"},
	{"a: !x [1]\n", "t.yaml:1:4: a tag (!name) is not allowed here; put text that begins with "
			"! in quotes"},
	{"a: !y!x 1\n", "t.yaml:1:4: a tag (!name) is not allowed here; put text that begins with "
			"! in quotes"},
	{"a: 1\n---\nb: 1\n", "t.yaml:2:1: a second document begins here (---); a file holds one"},
	{"[1, 2]: 3\n", "t.yaml:1:1: found a list or a map where a key belongs, expected a name"},
	{"? {a: 1}\n: 3\n", "t.yaml:1:3: found a list or a map where a key belongs, expected a "
			    "name"},
	{"a:\n\tb: 1\n", "t.yaml:2:1: a tab is used for indentation; use spaces (two a level)"},
	{"a:\n  b: 1\n \t c: 1\n",
	 "t.yaml:3:2: a tab is used for indentation; use spaces (two a level)"},
	{"title: Sở: Y tế\n", "t.yaml:1:10: a \":\" that can't stand here: the line is indented "
			      "wrongly, or text with \": \" in it needs quotes"},
	{"a:\n  b: 1\n c: 2\n", "t.yaml:3:2: this line is not indented like the lines before it"},
	{"  a: 1\nb: 2\n", "t.yaml:2:1: this line stands outside of what the file began with; "
			   "check its indentation"},
	{"a: 1\nbroken\nc: 2\n", "t.yaml:2:1: this key has no \":\" and value behind it"},
	{"a: \"open\nb: 2\n", "t.yaml:1:4: the quote that opens here is never closed"},
	{"a: 'open\n---\n", "t.yaml:1:4: the quote that opens here is never closed"},
	{"a: \"c:\\dir\"\n", "t.yaml:1:7: a \\ in double quotes begins an escape; use single "
			     "quotes, or write \\\\"},
	{"a: [1, 2\nb: 3\n",
	 "t.yaml:1:4: the [ that opens here is not closed, or a comma is missing after it"},
	{"a: {b: 1\nc: 3\n",
	 "t.yaml:1:4: the { that opens here is not closed, or a comma is missing after it"},
	{"a: @home\n", "t.yaml:1:4: text can't begin with this character; put it in quotes"},
	{"a: %x\n", "t.yaml:1:4: text can't begin with this character; put it in quotes"},
	{"a: - x\n", "t.yaml:1:4: a list item \"- \" can't stand here; begin the list on a line of "
		     "its own"},
	{"a:\n  - x\n  y: 1\n", "t.yaml:3:3: a list item \"- \" is expected here, indented like "
				"the ones before it"},
	{"a: | b\n  c\n", "t.yaml:1:6: nothing may follow | or > on its line"},
	{"a: \"\\0\"\n", "t.yaml:1:4: text may not hold the character \\0"},
	{"a: b\n"
	 "c: d\x01\n",
	 "t.yaml:2:5: a control character stands here; delete it"},
	{"a: b\nđ: \xc3(\n", "t.yaml:2:4: this is not UTF-8 text; save the file as UTF-8 (not "
			     "TCVN3, VNI or UTF-16)"},
};

Test(yaml, a_mistake_is_named_with_its_place)
{
	for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
		struct gw_yaml_doc *doc = NULL;
		struct gw_error err = {0};
		const char *text = refused[i].text;

		cr_expect_eq(gw_yaml_parse("t.yaml", text, strlen(text), &doc, &err), GW_CONFIG,
			     "%s", text);
		cr_expect_str_eq(err.text, refused[i].message, "%s\n got: %s\nwant: %s", text,
				 err.text, refused[i].message);
		cr_expect_null(doc);
		gw_yaml_free(doc);
	}
}

Test(yaml, utf16_and_nul_bytes_are_refused)
{
	static const char utf16[] = "\xff\xfe"
				    "a\0:\0";
	struct gw_yaml_doc *doc = NULL;
	struct gw_error err;

	cr_assert_eq(gw_yaml_parse("t", utf16, sizeof utf16 - 1, &doc, &err), GW_CONFIG);
	cr_assert(strstr(err.text, "t:1:1: this is not UTF-8") == err.text, "%s", err.text);
	cr_assert_eq(gw_yaml_parse("t", "a: \0b\n", 6, &doc, &err), GW_CONFIG);
	cr_assert(strstr(err.text, "t:1:4: this is not UTF-8") == err.text, "%s", err.text);
}

/* depth lists within each other. */
static enum gw_status
parse_nested(int depth, struct gw_error *err)
{
	struct gw_yaml_doc *doc = NULL;
	enum gw_status status;
	struct gw_buf text;

	gw_buf_init(&text, 1 << 20);
	for (int i = 0; i < depth; i++)
		gw_buf_putc(&text, '[');
	for (int i = 0; i < depth; i++)
		gw_buf_putc(&text, ']');
	status = gw_yaml_parse("t", text.data, text.len, &doc, err);
	gw_yaml_free(doc);
	gw_buf_release(&text);
	return status;
}

Test(yaml, nests_32_deep_and_no_deeper)
{
	struct gw_error err = {0};

	cr_assert_eq(parse_nested(32, &err), GW_OK, "%s", err.text);
	cr_assert_eq(parse_nested(33, &err), GW_CONFIG);
	cr_assert_str_eq(err.text, "t:1:33: nested more than 32 deep");
	cr_assert_eq(parse_nested(100000, &err), GW_CONFIG);
}

Test(yaml, size_and_entries_are_limited)
{
	struct gw_yaml_doc *doc = NULL;
	struct gw_error err = {0};
	struct gw_buf text;

	gw_buf_init(&text, 2 << 20);
	gw_buf_puts(&text, "a: [");
	for (int i = 0; i < 70000; i++)
		gw_buf_puts(&text, "1, ");
	gw_buf_puts(&text, "1]\n");
	cr_assert_eq(gw_yaml_parse("t", text.data, text.len, &doc, &err), GW_CONFIG);
	cr_assert_not_null(strstr(err.text, "the file has more than 65536 entries"), "%s",
			   err.text);
	gw_buf_clear(&text);
	while (text.len <= 1 << 20)
		gw_buf_puts(&text, "# a comment of some length, again and again\n");
	cr_assert_eq(gw_yaml_parse("t", text.data, text.len, &doc, &err), GW_CONFIG);
	cr_assert_str_eq(err.text, "t: is larger than 1048576 bytes");
	gw_buf_release(&text);
}

Test(yaml, a_missing_file_is_named)
{
	struct gw_yaml_doc *doc = NULL;
	struct gw_error err = {0};

	cr_assert_eq(gw_yaml_read("/nowhere/x.yaml", &doc, &err), GW_CONFIG);
	cr_assert_str_eq(err.text, "/nowhere/x.yaml: cannot be opened: No such file or directory");
	gw_yaml_free(NULL);
}

struct settings {
	char *name, *path;
	int64_t count, wait_us;
	bool loud;
	int colour;
	const struct gw_yaml *more;
};

static const char *const colours[] = {"red", "green", "blue", NULL};

static const struct gw_option table[] = {
	{.name = "name",
	 .type = GW_OPT_TEXT,
	 .required = true,
	 .offset = offsetof(struct settings, name),
	 .help = "a name, such as Lan"},
	{.name = "path",
	 .type = GW_OPT_PATH,
	 .offset = offsetof(struct settings, path),
	 .fallback = "secrets/key"},
	{.name = "count",
	 .type = GW_OPT_INT,
	 .offset = offsetof(struct settings, count),
	 .fallback = "3",
	 .min = -5,
	 .max = 10},
	{.name = "wait",
	 .type = GW_OPT_DURATION,
	 .offset = offsetof(struct settings, wait_us),
	 .fallback = "90s",
	 .min = 1000000,
	 .max = 7200000000},
	{.name = "loud",
	 .type = GW_OPT_BOOL,
	 .offset = offsetof(struct settings, loud),
	 .fallback = "true"},
	{.name = "colour",
	 .type = GW_OPT_ENUM,
	 .offset = offsetof(struct settings, colour),
	 .words = colours,
	 .fallback = "blue"},
	{.name = "more", .type = GW_OPT_NODE, .offset = offsetof(struct settings, more)},
	{.name = NULL},
};

Test(options, defaults_fill_what_is_not_set)
{
	struct gw_yaml_doc *doc = parse("name: Lan\nmore:\ncount: ~\n");
	struct settings s = {0};
	struct gw_error err = {0};

	cr_assert_eq(gw_yaml_options(gw_yaml_root(doc), table, &s, &err), GW_OK, "%s", err.text);
	cr_assert_str_eq(s.name, "Lan");
	cr_assert(s.path[0] == '/' && strstr(s.path, "/secrets/key") != NULL, "%s", s.path);
	cr_assert_eq(s.count, 3);
	cr_assert_eq(s.wait_us, 90000000);
	cr_assert(s.loud);
	cr_assert_eq(s.colour, 2);
	cr_assert_null(s.more, "nothing is as good as not there");
	gw_option_release(table, &s);
	cr_assert_null(s.name);
	cr_assert_null(s.path);
	gw_yaml_free(doc);
}

Test(options, what_is_set_is_taken)
{
	struct gw_yaml_doc *doc = parse("name: \"5\"\npath: /a/b\ncount: -5\nwait: 2h\n"
					"loud: false\ncolour: \"red\"\nmore: [1]\n");
	struct settings s = {0};
	struct gw_error err = {0};

	cr_assert_eq(gw_yaml_options(gw_yaml_root(doc), table, &s, &err), GW_OK, "%s", err.text);
	cr_assert_str_eq(s.name, "5");
	cr_assert_str_eq(s.path, "/a/b");
	cr_assert_eq(s.count, -5);
	cr_assert_eq(s.wait_us, 7200000000);
	cr_assert_not(s.loud);
	cr_assert_eq(s.colour, 0);
	cr_assert_eq(s.more->count, 1);
	gw_option_release(table, &s);
	gw_yaml_free(doc);
}

static const struct {
	const char *text;
	const char *message;
} wrong[] = {
	{"path: x\n", "t.yaml:1:1: \"name\" is missing; expected a name, such as Lan"},
	{"[a]\n",
	 "t.yaml:1:1: found a list, expected a map of keys and values, beginning with \"name: …\""},
	{"hello\n",
	 "t.yaml:1:1: found a text, expected a map of keys and values, beginning with \"name: …\""},
	{"name:\n", "t.yaml:1:6: \"name\": found nothing, expected a text"},
	{"name: [a]\n", "t.yaml:1:7: \"name\": found a list, expected a text"},
	{"name: {a: b}\n", "t.yaml:1:7: \"name\": found a map, expected a text"},
	{"name: \" \"\n", "t.yaml:1:7: \"name\": found an empty text, expected a text"},
	{"name: x\npath: [a]\n", "t.yaml:2:7: \"path\": found a list, expected the path of a file"},
	{"name: x\ncount: many\n",
	 "t.yaml:2:8: \"count\": found \"many\", expected a whole number"},
	{"name: x\ncount: \"7\"\n",
	 "t.yaml:2:8: \"count\": found \"7\", expected a whole number without quotes"},
	{"name: x\ncount: 1.5\n", "t.yaml:2:8: \"count\": found \"1.5\", expected a whole number"},
	{"name: x\ncount: 11\n", "t.yaml:2:8: \"count\": found 11, expected -5 to 10"},
	{"name: x\nloud: yes\n", "t.yaml:2:7: \"loud\": found \"yes\", expected true or false"},
	{"name: x\nwait: 10\n", "t.yaml:2:7: \"wait\": found \"10\", expected a duration such as "
				"250ms, 10s, 15min, 6h or 1d"},
	{"name: x\nwait: 500ms\n", "t.yaml:2:7: \"wait\": found \"500ms\", expected 1s to 2h"},
	{"name: x\ncolour: gren\n", "t.yaml:2:9: \"colour\": found \"gren\", expected one of: red, "
				    "green, blue; did you mean \"green\"?"},
	{"name: x\ncolour: [red]\n",
	 "t.yaml:2:9: \"colour\": found a list, expected one of: red, green, blue"},
	{"name: x\ncuont: 1\n", "t.yaml:2:1: unknown key \"cuont\"; did you mean \"count\"? Known "
				"here: name, path, count, wait, loud, colour, more"},
	{"name: x\nelsewhere: 1\n", "t.yaml:2:1: unknown key \"elsewhere\". Known here: name, "
				    "path, count, wait, loud, colour, more"},
};

Test(options, what_was_found_and_what_was_expected_is_said)
{
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		struct gw_yaml_doc *doc = parse(wrong[i].text);
		struct settings s = {0};
		struct gw_error err = {0};

		cr_expect_eq(gw_yaml_options(gw_yaml_root(doc), table, &s, &err), GW_CONFIG, "%s",
			     wrong[i].text);
		cr_expect_str_eq(err.text, wrong[i].message, "%s\n got: %s\nwant: %s",
				 wrong[i].text, err.text, wrong[i].message);
		cr_expect_null(s.name, "nothing is left to free after a failure");
		cr_expect_null(s.path);
		gw_yaml_free(doc);
	}
}

Test(options, a_long_value_is_cut_within_the_message_and_never_within_a_character)
{
	struct gw_yaml_doc *doc =
		parse("name: x\ncount: aừừừừừừừừừừừừừừừừừừừừừừừừừừừừừừừừừừừừừừừừừừ\n");
	struct settings s = {0};
	struct gw_error err = {0};

	cr_assert_eq(gw_yaml_options(gw_yaml_root(doc), table, &s, &err), GW_CONFIG);
	cr_assert_str_eq(err.text,
			 "t.yaml:2:8: \"count\": found \"aừừừừừừừừừừừừừừừừừừừ…\", expected "
			 "a whole number");
	gw_yaml_free(doc);
}
