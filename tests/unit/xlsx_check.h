/*
 * What tests of workbooks do again and again: rows of a file as text, and what
 * they must be, or why the file is refused.
 */
#ifndef XLSX_CHECK_H
#define XLSX_CHECK_H

#include <criterion/criterion.h>

#include "xlsx_case.h"

static struct gw_buf rows;
static struct gw_error err;
static const char *sheet_name;

static inline void
setup(void)
{
	gw_buf_init(&rows, (size_t)64 << 20);
	sheet_name = NULL;
}

static inline void
teardown(void)
{
	gw_buf_release(&rows);
}

/* The rows of the file, which is closed, as text in rows. */
static inline enum gw_status
read_file(int fd)
{
	const struct gw_sheet_options options = {.sheet = sheet_name, .scratch = "/tmp"};
	struct gw_sheet *sheet = NULL;
	enum gw_status status;

	cr_assert_geq(fd, 0);
	gw_buf_clear(&rows);
	(void)gw_buf_puts(&rows, "");
	err = (struct gw_error){.status = GW_OK};
	status = gw_sheet_open(fd, &options, &sheet, &err);
	if (status == GW_OK)
		status = sheet_rows(sheet, &rows, &err);
	gw_sheet_close(sheet);
	close(fd);
	return status;
}

static inline void
check_case(const char *name, const struct xlsx_case *c, const char *expected)
{
	cr_assert_eq(read_file(xlsx_file(c, true)), GW_OK, "%s: %s", name, err.text);
	cr_assert_str_eq(rows.data, expected, "%s: found\n%s\nexpected\n%s", name, rows.data,
			 expected);
}

static inline void
check_sheet(const char *name, const char *sheet, const char *expected)
{
	check_case(name, &(struct xlsx_case){.sheet = sheet}, expected);
}

static inline void
check_refused(const char *name, const struct xlsx_case *c, const char *why)
{
	cr_assert_eq(read_file(xlsx_file(c, true)), GW_REJECT, "%s: read as\n%s", name, rows.data);
	cr_assert_not_null(strstr(err.text, why), "%s: %s", name, err.text);
}

#endif
