#include "file/xlsx_string.h"

#include <stdint.h>
#include <string.h>

#include "base/text.h"
#include "file/sheet.h"
#include "file/xlsx_xml.h"

enum { ESCAPE = 7 }; /* _x000D_ */

void
gw_xlsx_string_init(struct gw_xlsx_string *string)
{
	*string = (struct gw_xlsx_string){.run = 0};
	gw_buf_init(&string->text, GW_SHEET_CELL);
}

void
gw_xlsx_string_release(struct gw_xlsx_string *string)
{
	gw_buf_release(&string->text);
}

void
gw_xlsx_string_begin(struct gw_xlsx_string *string)
{
	gw_buf_clear(&string->text);
	string->too_long = false;
	string->keeps_blanks = true;
	string->run = 0;
}

void
gw_xlsx_string_begin_run(struct gw_xlsx_string *string, const char *const *atts)
{
	const char *space = gw_xlsx_attribute(atts, "xml:space");

	string->keeps_blanks = space != NULL && strcmp(space, "preserve") == 0;
	string->run = string->text.len;
}

bool
gw_xlsx_string_add(struct gw_xlsx_string *string, const char *text, size_t len)
{
	if (string->too_long || len > string->text.max - string->text.len)
		string->too_long = true;
	else
		return gw_buf_append(&string->text, text, len);
	return true;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

void
gw_xlsx_string_end_run(struct gw_xlsx_string *string)
{
	struct gw_buf *text = &string->text;
	size_t from = string->run, end = text->len;

	if (string->keeps_blanks || from == end)
		return;
	while (end > from && is_blank(text->data[end - 1]))
		end--;
	while (from < end && is_blank(text->data[from]))
		from++;
	memmove(text->data + string->run, text->data + from, end - from);
	text->len = string->run + (end - from);
}

/* The 16 bits of "_xHHHH_" at p; -1: it stands for itself. */
static int32_t
escaped(const char *p, const char *end)
{
	unsigned char bits[2];

	if (end - p < ESCAPE || p[0] != '_' || p[1] != 'x' || p[ESCAPE - 1] != '_' ||
	    !gw_hex_decode(p + 2, 4, bits, 2))
		return -1;
	return bits[0] << 8 | bits[1];
}

/* The character that stands at p in such a form, of one or two of them; *size of it. */
static int32_t
character(const char *p, const char *end, size_t *size)
{
	int32_t high = escaped(p, end), low;

	*size = ESCAPE;
	if (high < 0xd800 || high > 0xdfff)
		return high == 0 ? -1 : high;
	low = high < 0xdc00 ? escaped(p + ESCAPE, end) : -1;
	*size = (size_t)2 * ESCAPE;
	if (low < 0xdc00 || low > 0xdfff)
		return -1;
	return 0x10000 + (high - 0xd800) * 0x400 + (low - 0xdc00);
}

static char *
put_character(char *to, int32_t c)
{
	if (c < 0x80) {
		*to++ = (char)c;
		return to;
	}
	if (c >= 0x10000)
		*to++ = (char)(0xf0 | c >> 18);
	if (c >= 0x10000)
		*to++ = (char)(0x80 | (c >> 12 & 0x3f));
	if (c >= 0x800 && c < 0x10000)
		*to++ = (char)(0xe0 | c >> 12);
	if (c >= 0x800)
		*to++ = (char)(0x80 | (c >> 6 & 0x3f));
	else
		*to++ = (char)(0xc0 | c >> 6);
	*to++ = (char)(0x80 | (c & 0x3f));
	return to;
}

void
gw_xlsx_string_end(struct gw_xlsx_string *string)
{
	struct gw_buf *text = &string->text;
	const char *end = text->data + text->len, *from;
	char *to = text->len == 0 ? NULL : memchr(text->data, '_', text->len);

	if (to == NULL)
		return;
	for (from = to; from < end;) {
		size_t size;
		int32_t c = character(from, end, &size);

		if (c < 0) {
			*to++ = *from++;
		} else {
			to = put_character(to, c);
			from += size;
		}
	}
	text->len = (size_t)(to - text->data);
	*to = '\0';
}
