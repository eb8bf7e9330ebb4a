/*
 * Any bytes as a CSV of codes: refused at a line of the file, or read so that
 * the fields, written again with quotes around them, are read as the same.  The
 * same bytes stand for the header and for a line of ref.list too.
 */
#include "base/buf.h"
#include "fuzz.h"
#include "load/prepare.h"
#include "normalise/csv.h"

enum { COLUMNS = GW_CSV_COLUMNS_MAX };

static void
write_field(struct gw_buf *out, const char *text, bool first)
{
	(void)gw_buf_puts(out, first ? "\"" : ",\"");
	for (; *text != '\0'; text++)
		(void)gw_buf_puts(out, *text == '"' ? "\"\"" : (char[]){*text, '\0'});
	(void)gw_buf_putc(out, '"');
}

/* The rows as they are read: as many fields as name[0..columns) are there. */
static void
write_rows(struct gw_csv *csv, int columns, struct gw_buf *out, struct gw_error *err)
{
	bool more = true;

	while (gw_csv_next(csv, &more, err) == GW_OK && more) {
		for (int i = 0; i < columns; i++)
			write_field(out, gw_csv_field(csv, i), i == 0);
		(void)gw_buf_putc(out, '\n');
	}
}

/* How many columns the header has, when it is that of write_again. */
static void
write_header(struct gw_buf *out, int columns)
{
	for (int i = 0; i < columns; i++)
		(void)gw_buf_printf(out, "%sc%d", i == 0 ? "" : ",", i);
	(void)gw_buf_putc(out, '\n');
}

/* Fields beyond the last column would be read from beyond the row. */
static int
columns_of(const uint8_t *data, size_t size)
{
	int columns = 1;
	bool quoted = false;

	for (size_t i = 0; i < size && (quoted || data[i] != '\n'); i++) {
		quoted ^= data[i] == '"';
		columns += data[i] == ',' && !quoted;
	}
	return columns;
}

static void
check_rows(struct gw_csv *csv, int columns)
{
	struct gw_buf first, second;
	struct gw_error err = {.status = GW_OK};
	struct gw_csv *again = NULL;

	gw_buf_init(&first, FUZZ_MEMORY);
	gw_buf_init(&second, FUZZ_MEMORY);
	write_header(&first, columns);
	write_rows(csv, columns, &first, &err);
	if (err.status == GW_OK && !first.failed) {
		require(gw_csv_parse("again.csv", first.data, first.len, &again, &err) == GW_OK);
		write_header(&second, columns);
		write_rows(again, columns, &second, &err);
		require(err.status == GW_OK && first.len == second.len);
		require(memcmp(first.data, second.data, first.len) == 0);
	} else {
		require_error(&err, GW_CONFIG, "", 0);
	}
	gw_csv_free(again);
	gw_buf_release(&first);
	gw_buf_release(&second);
}

static void
check_list_line(const uint8_t *data, size_t size)
{
	char *line = fuzz_text(data, size);
	const char *file, *schema, *table;
	struct gw_buf names;
	bool bad;

	if (gw_prepare_line(line, &file, &schema, &table, &bad)) {
		require(!bad && strchr(file, '/') == NULL && strpbrk(schema, "\"; ") == NULL);
		require(strpbrk(table, "\"; ") == NULL);
	}
	free(line);
	gw_buf_init(&names, FUZZ_MEMORY);
	if (size > 0 && gw_prepare_columns((const char *)data, size, &names))
		require(names.data[0] == '"' && strpbrk(names.data, ";'()") == NULL);
	gw_buf_release(&names);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct gw_csv *csv = NULL;
	struct gw_error err;

	check_list_line(data, size);
	if (gw_csv_parse("f.csv", (const char *)data, size, &csv, &err) != GW_OK) {
		require(csv == NULL);
		require_error(&err, GW_CONFIG, "", 0);
		require(strncmp(err.text, "f.csv", 5) == 0);
		return 0;
	}
	check_rows(csv, columns_of(data, size));
	gw_csv_free(csv);
	return 0;
}
