#include <criterion/criterion.h>
#include <string.h>
#include <utf8proc.h>

#include "base/buf.h"
#include "base/file.h"
#include "normalise/codes.h"
#include "normalise/commune.h"
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

/* How a line's bytes reach the rule, and which argument reads them. */
static const struct how {
	const char *written, *name;
	bool bytes; /* kept as Latin-1 characters; else the text is UTF-8 as it stands */
} hows[] = {
	{"TCVN3", "tcvn3", true},
	{"TCVN3-H", "tcvn3_upper", true},
	{"TCVN3-mixed", "tcvn3", true},
	{"VNI-Windows", "vni", true},
	{"VISCII", "viscii", true},
	{"CP1258", "cp1258", true},
	{"VIQR", "viqr", true},
	{"UTF-8-NFD", "unicode", false},
	{"UTF-8-double-cp1252", "double", false},
	{"TCVN3-as-unicode", "tcvn3", false},
	{"VNI-Windows-as-unicode", "vni", false},
};

static const struct how *
how_of(const struct line *line)
{
	for (size_t i = 0; i < sizeof hows / sizeof hows[0]; i++)
		if (strcmp(hows[i].written, line->encoding) == 0)
			return &hows[i];
	cr_assert_fail("%s: nobody reads %s", line->id, line->encoding);
	return NULL;
}

/* The bytes of "43 E9" as a text. */
static struct gw_value
as_it_stands(const char *hex, char *out)
{
	size_t len = 0;
	unsigned byte;

	for (; sscanf(hex, "%2x", &byte) == 1; hex += hex[2] == '\0' ? 2 : 3)
		out[len++] = (char)byte;
	return (struct gw_value){.kind = GW_TEXT, .len = (uint32_t)len, .as.text = out};
}

/* Each line of the file to check, as it is read from Latin-1 and from windows-1252. */
static size_t
each_line(struct rule_case *run, void (*check)(struct rule_case *run, const struct line *line,
					       const struct how *how, struct gw_value value))
{
	struct gw_buf file;
	struct line line;
	char text[1024], *rest;
	size_t lines = 0;

	gw_buf_init(&file, 1024 * 1024);
	cr_assert_eq(gw_file_read("tests/data/encoding_tests.tsv", &file, &run->err), GW_OK, "%s",
		     run->err.text);
	rest = file.data;
	cr_assert(next_line(&rest, &line));
	for (; next_line(&rest, &line); lines++) {
		const struct how *how = how_of(&line);

		for (int windows = 0; windows <= (how->bytes ? 1 : 0); windows++)
			check(run, &line, how,
			      how->bytes ? widened(line.hex, windows, text)
					 : as_it_stands(line.hex, text));
	}
	gw_buf_release(&file);
	return lines;
}

static void
check_named(struct rule_case *run, const struct line *line, const struct how *how,
	    struct gw_value value)
{
	run->context.encoding = gw_encoding_find(how->name);
	cr_assert_not_null(run->context.encoding);
	cr_assert_str_eq(rule_case_run(run, "encoding", value), line->expected, "%s: %s, not %s",
			 line->id, run->text, line->expected);
}

Test(encoding, reads_every_line_of_the_file)
{
	struct rule_case run;

	rule_case_init(&run);
	cr_assert_eq(each_line(&run, check_named), 46);
	rule_case_release(&run);
}

static size_t guessed, doubted;

/* A guess may be refused; what it gives is right, but for the case that only a font tells. */
static void
check_guessed(struct rule_case *run, const struct line *line, const struct how *how,
	      struct gw_value value)
{
	const char *got;

	if (strcmp(how->name, "viqr") == 0 || strcmp(how->name, "tcvn3_upper") == 0)
		return;
	run->context.encoding = gw_encoding_find("guess");
	got = rule_case_run(run, "encoding", value);
	if (got[0] == '!') {
		cr_assert_str_eq(got, "!encoding.doubtful", "%s", line->id);
		doubted++;
		return;
	}
	cr_assert_str_eq(got, line->expected, "%s (%s): %s, not %s", line->id, line->encoding, got,
			 line->expected);
	guessed++;
}

Test(encoding, a_guess_is_right_or_is_none)
{
	struct rule_case run;

	rule_case_init(&run);
	(void)each_line(&run, check_guessed);
	cr_assert_geq(guessed, 60, "%zu guessed, %zu doubted", guessed, doubted);
	rule_case_release(&run);
}

/* The one or two bytes of a letter; false: the encoding lacks it. */
static bool
bytes_of(const struct gw_encoding *encoding, utf8proc_int32_t cp, unsigned char bytes[2])
{
	bytes[0] = cp < 0x80 ? (unsigned char)cp : 0;
	bytes[1] = 0;
	for (size_t i = 0; bytes[0] == 0 && i < encoding->npairs; i++)
		if (encoding->pairs[i].letter == cp) {
			bytes[0] = encoding->pairs[i].first;
			bytes[1] = encoding->pairs[i].second;
		}
	for (unsigned i = 0; bytes[0] == 0 && encoding->high != NULL && i < 128; i++)
		if (encoding->high[i] == cp)
			bytes[0] = (unsigned char)(0x80 + i);
	return bytes[0] != 0;
}

/* Writes a text in an encoding, its bytes kept as Latin-1; false: it lacks a letter. */
static bool
encode(const struct gw_encoding *encoding, const char *text, char *out)
{
	utf8proc_uint8_t *to = (utf8proc_uint8_t *)out;
	utf8proc_int32_t cp;

	for (utf8proc_ssize_t n; *text != '\0'; text += n) {
		unsigned char bytes[2];

		n = utf8proc_iterate((const utf8proc_uint8_t *)text, -1, &cp);
		cr_assert_gt(n, 0);
		if (!bytes_of(encoding, cp, bytes))
			return false;
		for (size_t i = 0; i < 2 && bytes[i] != 0; i++)
			to += utf8proc_encode_char(bytes[i], to);
	}
	*to = '\0';
	return true;
}

/* One name through the guess; returns whether it was sure. */
static bool
guess_name(struct rule_case *run, const char *encoded, const char *name, const char *encoding)
{
	const char *got = rule_case_run(run, "encoding", text_value(encoded));

	if (strcmp(got, "!encoding.doubtful") == 0)
		return false;
	cr_assert_str_eq(got, name, "%s was taken for %s in %s", name, got, encoding);
	return true;
}

/* All communes of the country by name, in each encoding: never another name, mostly the right one.
 */
Test(encoding, a_guess_never_makes_another_name_of_a_commune)
{
	static const char *const names[] = {"unicode", "tcvn3", "vni", "viscii"};
	static const size_t least[] = {98, 88, 88, 85}; /* in 100 */
	struct gw_communes const *communes;
	struct gw_codes *codes = NULL;
	struct rule_case run;
	char encoded[512];

	rule_case_init(&run);
	cr_assert_eq(gw_codes_read("schemas", &codes, &run.err), GW_OK, "%s", run.err.text);
	communes = gw_codes_communes(codes);
	run.context.encoding = gw_encoding_find("guess");
	for (size_t e = 0; e < sizeof names / sizeof names[0]; e++) {
		const struct gw_encoding *encoding = gw_encoding_find(names[e]);
		size_t sure = 0, tried = 0;

		for (size_t i = 0; i < communes->count; i++) {
			const char *name = communes->all[i].names->full_name;

			if (e > 0 && !encode(encoding, name, encoded))
				continue;
			tried++;
			sure += guess_name(&run, e == 0 ? name : encoded, name, names[e]);
			gw_arena_reset(&run.arena);
		}
		cr_assert_gt(tried, 9000, "%s: %zu", names[e], tried);
		cr_assert_gt(sure * 100, tried * least[e], "%s: sure of %zu of %zu", names[e], sure,
			     tried);
	}
	gw_codes_free(codes);
	rule_case_release(&run);
}

Test(encoding, a_guess_leaves_unicode_as_it_is)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
		{"Nguyễn Văn An", "Nguyễn Văn An"},
		{"Nguye\u0302\u0303n", "Nguyễn"},
		{"Lê", "Lê"}, /* TCVN3 would have it Lờ */
		{"Lê Anh Hà", "Lê Anh Hà"},
		{"Trần", "Trần"},
		{"plain ASCII, too", "plain ASCII, too"},
		{"Co^.ng hoa`", "Co^.ng hoa`"}, /* VIQR is never guessed */
		{"Đỗ Thị Ào", "Đỗ Thị Ào"},
		{"東京", "東京"},
		/* no syllable in any encoding, or one in two */
		{"\u00b5\u00b8", "!encoding.doubtful"},
		{"Café crème", "!encoding.doubtful"},
		{"Lòng", "!encoding.doubtful"},    /* Lũng in VISCII */
		{"K«", "!encoding.doubtful"},      /* no common syllable */
		{"H\u00b5", "!encoding.doubtful"}, /* Hà in TCVN3, Hộ in VISCII */
	};
	struct rule_case run;

	rule_case_init(&run);
	run.context.encoding = gw_encoding_find("guess");
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		cr_assert_str_eq(rule_case_run(&run, "encoding", text_value(cases[i].in)),
				 cases[i].out, "case %zu: %s", i, run.text);
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
		{"tcvn3", "L\u00aa", "Lê"}, /* one capital begins a name */
		{"tcvn3", "H\u00b5 NéI", "HÀ NỘI"},
		{"tcvn3", "P.V H\u00b5", "P.V Hà"},
		{"tcvn3_upper", "hµ", "HÀ"},
		{"viqr", "Nguye^~n Va(n An", "Nguyễn Văn An"},
		{"viqr", "ddu+o+`ng DD", "đường Đ"},
		{"viqr", "Nam\\. 12.5", "Nam. 12.5"},
		{"double", "Nguyễn", "Nguyễn"},
		{"double", "Lê", "Lê"},
		{"double", "LÃª", "Lê"},
		{"unicode", "e\u0302", "ê"},
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
