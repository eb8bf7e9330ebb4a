#include <criterion/criterion.h>
#include <string.h>
#include <utf8proc.h>

#include "base/buf.h"
#include "base/file.h"
#include "normalise/encoding.h"
#include "rule_case.h"

/* A line of tests/data/encoding_tests.tsv. */
struct line {
	char *id, *encoding, *hex, *latin, *expected, *note;
};

static bool
next_line(char **text, struct line *out)
{
	char **const fields[] = {&out->id,    &out->encoding, &out->hex,
				 &out->latin, &out->expected, &out->note};
	char *row = strsep(text, "\n");

	if (row == NULL || *row == '\0')
		return false;
	for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
		*fields[i] = strsep(&row, "\t");
		cr_assert_not_null(*fields[i], "a line has too few fields");
	}
	return true;
}

/* The bytes of "43 E9" as a database gives them that takes them for Latin-1 or windows-1252. */
static struct gw_value
widened(const char *hex, bool windows, char *out)
{
	static const struct {
		unsigned byte, letter;
	} named[] = {{0x80, 0x20ac}, {0x86, 0x2020}, {0x8f, 0x8f}, {0x9c, 0x153}, {0x9f, 0x178}};
	size_t len = 0;
	unsigned byte;

	for (; sscanf(hex, "%2x", &byte) == 1; hex += hex[2] == '\0' ? 2 : 3) {
		for (size_t i = 0; windows && i < sizeof named / sizeof named[0]; i++)
			if (named[i].byte == byte) {
				byte = named[i].letter;
				break;
			}
		len += (size_t)utf8proc_encode_char((utf8proc_int32_t)byte,
						    (utf8proc_uint8_t *)out + len);
	}
	return (struct gw_value){.kind = GW_TEXT, .len = (uint32_t)len, .as.text = out};
}

static const char *
rule_argument(const char *encoding)
{
	static const struct {
		const char *written, *name;
	} names[] = {{"TCVN3", "tcvn3"},
		     {"VNI-Windows", "vni"},
		     {"VISCII", "viscii"},
		     {"CP1258", "cp1258"}};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strcmp(names[i].written, encoding) == 0)
			return names[i].name;
	return NULL;
}

Test(encoding, reads_the_old_encodings)
{
	struct rule_case run;
	struct gw_buf file;
	struct line line;
	char text[1024], *rest;
	size_t tested = 0;

	rule_case_init(&run);
	gw_buf_init(&file, 1024 * 1024);
	cr_assert_eq(gw_file_read("tests/data/encoding_tests.tsv", &file, &run.err), GW_OK, "%s",
		     run.err.text);
	rest = file.data;
	cr_assert(next_line(&rest, &line));
	while (next_line(&rest, &line)) {
		const char *name = rule_argument(line.encoding);

		if (name == NULL)
			continue;
		run.context.encoding = gw_encoding_find(name);
		cr_assert_not_null(run.context.encoding);
		for (int windows = 0; windows <= 1; windows++)
			cr_assert_str_eq(
				rule_case_run(&run, "encoding", widened(line.hex, windows, text)),
				line.expected, "%s: %s, not %s", line.id, run.text, line.expected);
		tested++;
	}
	cr_assert_eq(tested, 31);
	gw_buf_release(&file);
	rule_case_release(&run);
}

Test(encoding, refuses_what_is_none_of_its_bytes)
{
	static const struct {
		const char *name, *in, *out;
	} cases[] = {
		{"tcvn3", "Nguyễn", "!encoding.unicode"},
		{"tcvn3", "abc \u2022", "!encoding.byte"}, /* windows-1252's 0x95 */
		{"tcvn3", "\u00ff", "!encoding.byte"},
		{"tcvn3", "Lª\u00a0An", "Lê\u00a0An"},
		{"tcvn3", "An", "An"},
		{"tcvn3", "", ""},
		{"vni", "Traàn", "Trần"},
		{"vni", "\u00e0", "!encoding.byte"},
		{"vni", "\u4e00", "!encoding.unicode"},
		{"cp1258", "\u20ac", "€"},
		{"viscii", "\x02", "Ẳ"},
	};
	struct rule_case run;

	rule_case_init(&run);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		run.context.encoding = gw_encoding_find(cases[i].name);
		cr_assert_str_eq(rule_case_run(&run, "encoding", text_value(cases[i].in)),
				 cases[i].out, "case %zu: %s", i, run.text);
	}
	cr_assert_null(gw_encoding_find("utf-8"));
	rule_case_release(&run);
}
