/*
 * Files in memory for the readers of sheets, and their rows as one line each:
 * "2: a|b||4" with kinds in front of all that is no text.
 */
#ifndef SHEET_CASE_H
#define SHEET_CASE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/text.h"
#include "file/sheet.h"

/* A descriptor of these bytes, or -1. */
static inline int
sheet_file(const void *bytes, size_t len)
{
	int fd = memfd_create("sheet", MFD_CLOEXEC);

	if (fd >= 0 && write(fd, bytes, len) == (ssize_t)len)
		return fd;
	return -1;
}

static inline void
sheet_put_value(struct gw_buf *out, const struct gw_value *value)
{
	char text[GW_TIME_TEXT];

	switch (value->kind) {
	case GW_TEXT:
		(void)gw_buf_append(out, value->as.text, value->len);
		break;
	case GW_BOOL:
		(void)gw_buf_puts(out, value->as.truth ? "b:true" : "b:false");
		break;
	case GW_INT:
		(void)gw_buf_printf(out, "i:%lld", (long long)value->as.integer);
		break;
	case GW_DECIMAL:
		(void)gw_buf_printf(out, "n:%.*s", (int)value->len, value->as.text);
		break;
	case GW_DATE:
		gw_date_format(value->as.integer, text);
		(void)gw_buf_printf(out, "d:%s", text);
		break;
	case GW_TIMESTAMP:
		gw_timestamp_format(value->as.integer, text);
		(void)gw_buf_printf(out, "t:%s", text);
		break;
	case GW_UNHELD:
		(void)gw_buf_printf(out, "!%.*s", (int)value->len, value->as.text);
		break;
	case GW_NULL:
		break;
	case GW_FLOAT:
		(void)gw_buf_printf(out, "f:%.17g", value->as.real);
		break;
	case GW_BYTES:
		(void)gw_buf_puts(out, "?");
		break;
	}
}

static inline void
sheet_put_row(struct gw_buf *out, const struct gw_sheet_row *row)
{
	(void)gw_buf_printf(out, "%s%lld%s:", out->len == 0 ? "" : "\n", (long long)row->number,
			    row->hidden ? "h" : "");
	for (size_t i = 0; i < row->ncells; i++) {
		(void)gw_buf_putc(out, i == 0 ? ' ' : '|');
		sheet_put_value(out, &row->cells[i]);
	}
}

/* All rows that come, as text; the failure, if any, in *err. */
static inline enum gw_status
sheet_rows(struct gw_sheet *sheet, struct gw_buf *out, struct gw_error *err)
{
	enum gw_status status = GW_OK;
	struct gw_arena arena;
	bool more = true;

	gw_arena_init(&arena, (size_t)32 << 20);
	while (status == GW_OK && more) {
		struct gw_sheet_row row = {.number = -1};

		gw_arena_reset(&arena);
		status = gw_sheet_next(sheet, &arena, &row, &more, err);
		if (status == GW_OK && more)
			sheet_put_row(out, &row);
	}
	gw_arena_release(&arena);
	return status;
}

#endif
