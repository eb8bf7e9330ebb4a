#include "file/csv_bytes.h"

#include <stdint.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "file/sheet_reader.h"

enum {
	CHUNK = 256 * 1024,
	/* A byte of UTF-16 or of an older encoding becomes at most so many of UTF-8. */
	GROWTH = 3,
	TEXT_MAX = GW_SHEET_ROW + 2 * CHUNK,
	/* Text in UTF-8 has so many characters of several bytes for each place that is broken. */
	GOOD_FOR_BAD = 8,
	HEAD = 512, /* in which an encoding without a mark is looked for */
};

/* windows-1252 where Latin-1 has control characters; 0: it has none there either. */
static const uint16_t above_80[32] = {
	0x20ac, 0,      0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160,
	0x2039, 0x0152, 0,      0x017d, 0,      0,      0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
	0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0,      0x017e, 0x0178,
};

/* What was seen of a file whose encoding is looked for. */
struct look {
	size_t good, bad; /* characters of several bytes, and bytes that are part of none */
	int64_t line;
	bool nul;
};

static void
count_lines(struct look *look, const char *text, size_t len)
{
	const char *end = text + len;

	for (; (text = memchr(text, '\n', (size_t)(end - text))) != NULL; text++)
		look->line++;
}

/* Returns how many bytes were looked at: a character that is cut off at the end waits. */
static size_t
look_at(struct look *look, const char *text, size_t len, bool last)
{
	size_t i = 0;

	while (i < len) {
		size_t run = gw_ascii_run(text + i, len - i), size;

		i += run;
		if (i == len || (!last && len - i < 4))
			break;
		if (text[i] == '\0') {
			look->nul = true;
			break;
		}
		size = gw_utf8_next(text + i, len - i);
		look->good += size > 0;
		look->bad += size == 0;
		i += size > 0 ? size : 1;
	}
	count_lines(look, text, i);
	return i;
}

static enum gw_status
look_through(struct gw_csv_bytes *bytes, struct look *look, struct gw_error *err)
{
	off_t offset = bytes->offset;
	ssize_t got = CHUNK;

	while (got == CHUNK && !look->nul) {
		got = gw_sheet_read_at(bytes->fd, bytes->text.data, CHUNK, offset);
		if (got < 0)
			return gw_sheet_fail_read(err);
		offset += (off_t)look_at(look, bytes->text.data, (size_t)got, got < CHUNK);
	}
	return GW_OK;
}

/* Takes a mark at the beginning. */
static bool
take_mark(struct gw_csv_bytes *bytes, const char *head, size_t len)
{
	static const struct {
		const char *bytes;
		int len;
		enum gw_csv_encoding encoding;
	} marks[] = {
		{"\xef\xbb\xbf", 3, GW_CSV_UTF8},
		{"\xff\xfe", 2, GW_CSV_UTF16LE},
		{"\xfe\xff", 2, GW_CSV_UTF16BE},
	};

	for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++)
		if (len >= (size_t)marks[i].len &&
		    memcmp(head, marks[i].bytes, (size_t)marks[i].len) == 0) {
			bytes->encoding = marks[i].encoding;
			bytes->offset = marks[i].len;
			return true;
		}
	return false;
}

/*
 * UTF-16 whose program wrote no mark: at least every second character is of ASCII,
 * and their zero bytes stand in the same half of the pairs.
 */
static bool
guess_wide(struct gw_csv_bytes *bytes, const char *head, size_t len)
{
	size_t zeros[2] = {0, 0};

	for (size_t i = 0; i < len; i++)
		zeros[i % 2] += head[i] == '\0';
	if ((zeros[0] > 0) == (zeros[1] > 0) || (zeros[0] + zeros[1]) * 4 < len)
		return false;
	bytes->encoding = zeros[0] > 0 ? GW_CSV_UTF16BE : GW_CSV_UTF16LE;
	return true;
}

static enum gw_status
find_encoding(struct gw_csv_bytes *bytes, struct gw_error *err)
{
	struct look look = {.line = 1};
	ssize_t got = gw_sheet_read_at(bytes->fd, bytes->text.data, HEAD, 0);
	bool marked;

	if (got < 0)
		return gw_sheet_fail_read(err);
	marked = take_mark(bytes, bytes->text.data, (size_t)got) ||
		 guess_wide(bytes, bytes->text.data, (size_t)got);
	if (bytes->encoding != GW_CSV_UTF8)
		return GW_OK;
	if (look_through(bytes, &look, err) != GW_OK)
		return err->status;
	if (look.nul)
		return gw_fail(err, GW_REJECT,
			       _("line %lld: found a zero byte, so the file is damaged or no text: "
				 "save it as CSV UTF-8 or as .xlsx"),
			       (long long)look.line);
	if (!marked && look.bad > 0 && look.good / GOOD_FOR_BAD < look.bad)
		bytes->encoding = GW_CSV_OLD;
	return GW_OK;
}

enum gw_status
gw_csv_bytes_open(struct gw_csv_bytes *bytes, int fd, struct gw_error *err)
{
	*bytes = (struct gw_csv_bytes){.fd = fd};
	gw_buf_init(&bytes->text, TEXT_MAX);
	if (gw_buf_reserve(&bytes->text, CHUNK) == NULL)
		return gw_fail_memory(err);
	return find_encoding(bytes, err);
}

static char *
put_utf8(char *to, uint32_t c)
{
	if (c < 0x80) {
		*to++ = (char)c;
		return to;
	}
	if (c >= 0x10000) {
		*to++ = (char)(0xf0 | c >> 18);
		*to++ = (char)(0x80 | (c >> 12 & 0x3f));
	} else if (c >= 0x800) {
		*to++ = (char)(0xe0 | c >> 12);
	} else {
		*to++ = (char)(0xc0 | c >> 6);
		*to++ = (char)(0x80 | (c & 0x3f));
		return to;
	}
	*to++ = (char)(0x80 | (c >> 6 & 0x3f));
	*to++ = (char)(0x80 | (c & 0x3f));
	return to;
}

static char *
put_old(char *to, const unsigned char *from, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		uint32_t c = from[i];

		if (c >= 0x80 && c < 0xa0 && above_80[c - 0x80] != 0)
			c = above_80[c - 0x80];
		to = put_utf8(to, c);
	}
	return to;
}

/* Half a pair alone becomes bytes that are no UTF-8, and so is found with the rest of that. */
static char *
put_utf16(struct gw_csv_bytes *bytes, char *to, const unsigned char *from, size_t len)
{
	size_t low = bytes->encoding == GW_CSV_UTF16LE ? 0 : 1;

	for (size_t i = 0; i + 1 < len; i += 2) {
		uint32_t c = from[i + low] | (uint32_t)from[i + 1 - low] << 8;

		if (bytes->high != 0 && c >= 0xdc00 && c <= 0xdfff) {
			c = 0x10000 + ((bytes->high - 0xd800) << 10) + (c - 0xdc00);
			bytes->high = 0;
		} else if (bytes->high != 0) {
			to = put_utf8(to, bytes->high);
			bytes->high = 0;
		}
		if (c >= 0xd800 && c <= 0xdbff)
			bytes->high = c;
		else
			to = put_utf8(to, c);
	}
	return to;
}

static char *
put_decoded(struct gw_csv_bytes *bytes, char *to, const unsigned char *from, size_t len)
{
	return bytes->encoding == GW_CSV_OLD ? put_old(to, from, len)
					     : put_utf16(bytes, to, from, len);
}

/* What is left of UTF-16 at the end: half a pair, or half a character. */
static enum gw_status
check_end(const struct gw_csv_bytes *bytes, size_t got, struct gw_error *err)
{
	bool wide = bytes->encoding == GW_CSV_UTF16LE || bytes->encoding == GW_CSV_UTF16BE;

	if (wide && (got % 2 != 0 || bytes->high != 0))
		return gw_fail(
			err, GW_REJECT, "%s",
			_("the file ends within a character: it was cut off, copy it again"));
	return GW_OK;
}

/* Reads at least so many bytes more, as UTF-8. */
static enum gw_status
read_more(struct gw_csv_bytes *bytes, struct gw_error *err)
{
	unsigned char raw[CHUNK / GROWTH];
	size_t size = bytes->encoding == GW_CSV_UTF8 ? CHUNK : sizeof raw / 2 * 2;
	char *to = gw_buf_reserve(&bytes->text, CHUNK), *end;
	ssize_t got;

	if (to == NULL)
		return gw_fail_memory(err);
	got = gw_sheet_read_at(bytes->fd, bytes->encoding == GW_CSV_UTF8 ? (void *)to : raw, size,
			       bytes->offset);
	if (got < 0)
		return gw_sheet_fail_read(err);
	bytes->offset += got;
	bytes->end = (size_t)got < size;
	end = bytes->encoding == GW_CSV_UTF8 ? to + got : put_decoded(bytes, to, raw, (size_t)got);
	/* Programs of the time of DOS mark the end of a text. */
	if (bytes->end && end > to && end[-1] == '\x1a')
		end--;
	bytes->text.len += (size_t)(end - to);
	*end = '\0';
	return bytes->end ? check_end(bytes, (size_t)got, err) : GW_OK;
}

enum gw_status
gw_csv_bytes_more(struct gw_csv_bytes *bytes, struct gw_error *err)
{
	size_t left = bytes->text.len - bytes->from;

	if (bytes->from > 0)
		memmove(bytes->text.data, bytes->text.data + bytes->from, left);
	bytes->from = 0;
	bytes->text.len = left;
	/* A row that is begun again for each piece costs twice its length, not its square. */
	do {
		if (read_more(bytes, err) != GW_OK)
			return err->status;
	} while (!bytes->end && bytes->text.len < 2 * left && bytes->text.len < GW_SHEET_ROW);
	return GW_OK;
}

void
gw_csv_bytes_close(struct gw_csv_bytes *bytes)
{
	gw_buf_release(&bytes->text);
}

const char *
gw_csv_bytes_name(const struct gw_csv_bytes *bytes)
{
	static const char *const names[] = {[GW_CSV_UTF8] = "UTF-8",
					    [GW_CSV_UTF16LE] = "UTF-16",
					    [GW_CSV_UTF16BE] = "UTF-16",
					    [GW_CSV_OLD] = "8-bit"};

	return names[bytes->encoding];
}
