#include "out.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "calendar.h"

static void
begin_column(struct demo_out *out)
{
	if (out->inside)
		(void)putc_unlocked('\t', out->file);
	out->inside = true;
}

void
demo_out_text(struct demo_out *out, const char *text)
{
	if (out->file == NULL)
		return;
	begin_column(out);
	if (text == NULL) {
		(void)fputs_unlocked("\\N", out->file);
		return;
	}
	if (strpbrk(text, "\\\t\n\r") == NULL) {
		(void)fputs_unlocked(text, out->file);
		return;
	}
	for (; *text != '\0'; text++) {
		if (*text == '\\' || *text == '\t' || *text == '\n' || *text == '\r')
			(void)putc_unlocked('\\', out->file);
		(void)putc_unlocked(*text, out->file);
	}
}

void
demo_out_number(struct demo_out *out, int64_t number)
{
	char text[24];

	if (out->file == NULL)
		return;
	(void)snprintf(text, sizeof text, "%lld", (long long)number);
	demo_out_text(out, text);
}

void
demo_out_date(struct demo_out *out, int64_t days)
{
	char text[DEMO_DATE_TEXT];

	if (out->file == NULL)
		return;
	demo_date_text(days, DEMO_ISO, text);
	demo_out_text(out, text);
}

void
demo_out_time(struct demo_out *out, int64_t us)
{
	char text[DEMO_DATE_TEXT];

	if (out->file == NULL)
		return;
	demo_time_text(us, text);
	demo_out_text(out, text);
}

void
demo_out_end(struct demo_out *out)
{
	if (out->file != NULL)
		(void)putc_unlocked('\n', out->file);
	out->inside = false;
}

bool
demo_out_close(struct demo_out *out, const char *name)
{
	bool good;

	if (out->file == NULL)
		return true;
	good = fflush(out->file) == 0 && !ferror(out->file);
	if (!good)
		(void)fprintf(stderr, "songma-demo-people: %s can't be written: %s\n", name,
			      strerror(errno));
	if (out->file != stdout && fclose(out->file) != 0)
		good = false;
	out->file = NULL;
	return good;
}

void
demo_nfd(const char *text, char *out, size_t size)
{
	utf8proc_uint8_t *decomposed = utf8proc_NFD((const utf8proc_uint8_t *)text);

	(void)snprintf(out, size, "%s", decomposed != NULL ? (const char *)decomposed : text);
	free(decomposed);
}

/* The letters of TCVN3 by their bytes from 0xa1 on; a point where it has none. */
static const char tcvn3[] = "ĂÂÊÔƠƯĐăâêôơưđ......àảãáạ.ằẳẵắ.......ặầẩẫấậè.ẻẽéẹềểễếệìỉ...ĩíịò."
			    "ỏõóọồổỗốộờởỡớợù.ủũúụừửữứựỳỷỹýỵ";

/* 0: not in TCVN3. */
static utf8proc_int32_t
tcvn3_byte(utf8proc_int32_t letter)
{
	const utf8proc_uint8_t *at = (const utf8proc_uint8_t *)tcvn3;
	utf8proc_int32_t byte = 0xa1, found;

	for (; *at != '\0'; byte++) {
		at += utf8proc_iterate(at, -1, &found);
		if (found == letter)
			return byte;
	}
	return 0;
}

void
demo_tcvn3(const char *text, char *out, size_t size)
{
	const utf8proc_uint8_t *at = (const utf8proc_uint8_t *)text;
	utf8proc_int32_t letter, byte;
	utf8proc_ssize_t len;
	size_t used = 0;

	while (*at != '\0' && used + 4 < size && (len = utf8proc_iterate(at, -1, &letter)) > 0) {
		at += len;
		byte = letter < 0x80 ? letter : tcvn3_byte(letter);
		if (byte == 0)
			byte = tcvn3_byte(utf8proc_tolower(letter));
		used += (size_t)utf8proc_encode_char(byte == 0 ? '?' : byte,
						     (utf8proc_uint8_t *)out + used);
	}
	out[used] = '\0';
}
