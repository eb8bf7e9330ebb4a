/*
 * The cases of tests/data/messy_cases.tsv: values as sector databases hold them.
 */
#ifndef MESSY_CASE_H
#define MESSY_CASE_H

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"

struct messy {
	char *line, *save;
	int id;
	char *input, *kind, *expected;
};

/* Takes \t \n \r \\ and \uXXXX apart, in place. */
static inline void
unescape(char *text)
{
	char *to = text;

	for (char *p = text; *p != '\0';) {
		char hex[5] = "";
		unsigned long cp;

		if (*p != '\\') {
			*to++ = *p++;
			continue;
		}
		if (p[1] != 'u') {
			*to++ = p[1] == 't' ? '\t' : p[1] == 'n' ? '\n' : p[1] == 'r' ? '\r' : p[1];
			p += 2;
			continue;
		}
		memcpy(hex, p + 2, 4);
		cp = strtoul(hex, NULL, 16);
		p += 6;
		if (cp >= 0x800) {
			*to++ = (char)(0xe0 | cp >> 12);
			*to++ = (char)(0x80 | (cp >> 6 & 0x3f));
		} else if (cp >= 0x80) {
			*to++ = (char)(0xc0 | cp >> 6);
		}
		*to++ = cp >= 0x80 ? (char)(0x80 | (cp & 0x3f)) : (char)cp;
	}
	*to = '\0';
}

static inline void
read_messy(struct gw_buf *file)
{
	struct gw_error err;

	gw_buf_init(file, 1024 * 1024);
	cr_assert_eq(gw_file_read("tests/data/messy_cases.tsv", file, &err), GW_OK, "%s", err.text);
}

/* The next case; false at the end.  start is the file's text at first, then NULL. */
static inline bool
next_messy(char *start, struct messy *out)
{
	char *field;

	do {
		out->line = strtok_r(start, "\n", &out->save);
		start = NULL;
		if (out->line == NULL)
			return false;
	} while (strspn(out->line, "0123456789") == 0);
	field = out->line;
	out->id = atoi(strsep(&field, "\t"));
	out->input = strsep(&field, "\t");
	out->kind = strsep(&field, "\t");
	out->expected = strsep(&field, "\t");
	unescape(out->input);
	unescape(out->expected);
	return true;
}

#endif
