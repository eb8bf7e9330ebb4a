#include "conform.h"

#include <inttypes.h>
#include <xxhash.h>

#include "base/buf.h"

enum { SHOWN = 2000, TEXT_MAX = 64 << 20 };

void
rows_add(struct rows *rows, char *text)
{
	if (rows->count == rows->room) {
		rows->room = rows->room == 0 ? 64 : rows->room * 2;
		rows->text = realloc(rows->text, rows->room * sizeof *rows->text);
	}
	if (rows->text == NULL || text == NULL)
		abort();
	rows->text[rows->count++] = text;
}

void
rows_free(struct rows *rows)
{
	for (size_t i = 0; i < rows->count; i++)
		free(rows->text[i]);
	free(rows->text);
	*rows = (struct rows){.count = 0};
}

/* Text on one line; what is long is told by length and hash. */
static void
put_text(struct gw_buf *out, const struct gw_value *value)
{
	const char *text = value->as.text;

	if (value->len > SHOWN) {
		(void)gw_buf_printf(out, "[%u bytes, %016" PRIx64 "]", value->len,
				    XXH3_64bits(text, value->len));
		return;
	}
	for (uint32_t i = 0; i < value->len; i++) {
		if (value->kind == GW_BYTES)
			(void)gw_buf_printf(out, "%02x", (unsigned)(unsigned char)text[i]);
		else if (text[i] == '\n' || text[i] == '\t' || text[i] == '\\' || text[i] == '\r')
			(void)gw_buf_printf(out, "\\x%02x", (unsigned)(unsigned char)text[i]);
		else
			(void)gw_buf_putc(out, text[i]);
	}
}

static const char *
kind_word(enum gw_kind kind)
{
	static const char *const words[] = {
		[GW_NULL] = "null",     [GW_BOOL] = "bool",       [GW_INT] = "int",
		[GW_FLOAT] = "float",   [GW_DECIMAL] = "decimal", [GW_TEXT] = "text",
		[GW_BYTES] = "bytes",   [GW_DATE] = "date",       [GW_TIMESTAMP] = "timestamp",
		[GW_UNHELD] = "unheld",
	};

	return words[kind];
}

static void
put_value(struct gw_buf *out, const struct gw_value *value)
{
	char time[GW_TIME_TEXT];

	(void)gw_buf_puts(out, kind_word(value->kind));
	if (value->kind == GW_NULL)
		return;
	(void)gw_buf_putc(out, ':');
	if (value->kind == GW_BOOL) {
		(void)gw_buf_puts(out, value->as.truth ? "true" : "false");
	} else if (value->kind == GW_INT) {
		(void)gw_buf_printf(out, "%" PRId64, value->as.integer);
	} else if (value->kind == GW_FLOAT) {
		(void)gw_buf_printf(out, "%.17g", value->as.real);
	} else if (value->kind == GW_DATE) {
		gw_date_format(value->as.integer, time);
		(void)gw_buf_puts(out, time);
	} else if (value->kind == GW_TIMESTAMP) {
		gw_timestamp_format(value->as.integer, time);
		(void)gw_buf_puts(out, time);
	} else {
		put_text(out, value);
	}
}

char *
row_text(const struct gw_value *values, size_t count)
{
	struct gw_buf out;

	gw_buf_init(&out, TEXT_MAX);
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			(void)gw_buf_putc(&out, '\t');
		put_value(&out, &values[i]);
	}
	if (out.failed)
		abort();
	return out.data == NULL ? strdup("") : out.data;
}

static int
by_number(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

char *
ids_of(const struct rows *rows)
{
	int64_t *ids = calloc(rows->count + 1, sizeof *ids);
	struct gw_buf out;
	size_t n = 0;

	if (ids == NULL)
		abort();
	gw_buf_init(&out, TEXT_MAX);
	for (size_t i = 0; i < rows->count; i++) {
		const char *colon = strchr(rows->text[i], ':');

		if (colon != NULL)
			ids[n++] = strtoll(colon + 1, NULL, 10);
	}
	qsort(ids, n, sizeof *ids, by_number);
	for (size_t i = 0; i < n; i++)
		if (i == 0 || ids[i] != ids[i - 1])
			(void)gw_buf_printf(&out, "%s%" PRId64, i == 0 ? "" : " ", ids[i]);
	free(ids);
	return out.data == NULL ? strdup("") : out.data;
}

bool
same_rows(const struct rows *a, const struct rows *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (strcmp(a->text[i], b->text[i]) != 0)
			return false;
	return true;
}

bool
has_id(const char *list, const char *id)
{
	size_t len = strlen(id);

	for (const char *at = strstr(list, id); at != NULL; at = strstr(at + 1, id))
		if ((at == list || at[-1] == ' ') && (at[len] == ' ' || at[len] == '\0'))
			return true;
	return false;
}

size_t
words_in(const char *list)
{
	size_t n = *list != '\0';

	for (; *list != '\0'; list++)
		n += *list == ' ';
	return n;
}
