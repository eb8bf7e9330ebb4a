/* Rows of a text file and of a workbook. */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "file/sheet.h"
#include "torture.h"

/* Reads all rows of a file, of which there must be so many. */
static enum gw_status
read_rows(int fd, int64_t expected, struct gw_error *err)
{
	const struct gw_sheet_options options = {.scratch = "/tmp"};
	struct gw_sheet *sheet = NULL;
	enum gw_status status = gw_sheet_open(fd, &options, &sheet, err);
	struct gw_sheet_row row;
	struct gw_arena arena;
	int64_t count = 0;
	bool more = true;

	gw_arena_init(&arena, (size_t)1 << 20);
	while (status == GW_OK && more) {
		status = gw_sheet_next(sheet, &arena, &row, &more, err);
		count += status == GW_OK && more;
	}
	gw_arena_release(&arena);
	gw_sheet_close(sheet);
	torture_require(status != GW_OK || count == expected, "the rows");
	return status;
}

static enum gw_status
text_rows(struct gw_error *err)
{
	static const char name[] = "rows.csv";
	static const char text[] = "a;b\n1;\"x\"\"y\"\n2;\"z\n\"\n";
	char path[128];
	enum gw_status status;
	int fd;

	(void)snprintf(path, sizeof path, "%s/%s", torture_dir, name);
	fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	torture_require(fd >= 0 && write(fd, text, sizeof text - 1) == (ssize_t)sizeof text - 1,
			"a file");
	status = read_rows(fd, 3, err);
	(void)close(fd);
	return status;
}

static enum gw_status
book_rows(struct gw_error *err)
{
	int fd = open("tests/data/sheets/xlsxwriter.xlsx", O_RDONLY | O_CLOEXEC);
	enum gw_status status;

	torture_require(fd >= 0, "a workbook");
	status = read_rows(fd, 7, err);
	(void)close(fd);
	return status;
}

const struct torture_case torture_sheet[] = {
	{"text_rows", text_rows},
	{"book_rows", book_rows},
	{NULL, NULL},
};
