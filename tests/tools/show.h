/*
 * What read-source takes as words and shows as lines.
 */
#ifndef GW_SHOW_H
#define GW_SHOW_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "connector.h"

enum { MAX_COLUMNS = 64, MAX_VALUES = 20000 };

static int64_t
number(const char *text)
{
	int64_t n = 0;

	if (text != NULL && !gw_parse_i64(text, strlen(text), &n)) {
		(void)fprintf(stderr, "read-source: \"%s\" is no number\n", text);
		exit(2);
	}
	return n;
}

static int64_t
duration(const char *text)
{
	int64_t us = 0;

	if (strcmp(text, "0") != 0 && !gw_parse_duration(text, &us)) {
		(void)fprintf(stderr, "read-source: \"%s\" is no duration\n", text);
		exit(2);
	}
	return us;
}

static size_t
split(const char *list, char *names[MAX_COLUMNS])
{
	char *rest = list == NULL ? NULL : strdup(list);
	size_t n = 0;

	while (rest != NULL && n < MAX_COLUMNS)
		names[n++] = strsep(&rest, ",");
	return n;
}

static void
print_text(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '\n' || text[i] == '\t' || text[i] == '\\')
			(void)printf("\\x%02x", (unsigned)(unsigned char)text[i]);
		else
			(void)putchar(text[i]);
	}
}

static void
print_value(const struct gw_value *value)
{
	char text[GW_TIME_TEXT];

	switch (value->kind) {
	case GW_NULL:
		(void)printf("null");
		return;
	case GW_BOOL:
		(void)printf("bool:%s", value->as.truth ? "true" : "false");
		return;
	case GW_INT:
		(void)printf("int:%lld", (long long)value->as.integer);
		return;
	case GW_FLOAT:
		(void)printf("float:%.17g", value->as.real);
		return;
	case GW_DATE:
		gw_date_format(value->as.integer, text);
		(void)printf("date:%s", text);
		return;
	case GW_TIMESTAMP:
		gw_timestamp_format(value->as.integer, text);
		(void)printf("timestamp:%s", text);
		return;
	case GW_BYTES:
		(void)printf("bytes:");
		for (uint32_t i = 0; i < value->len; i++)
			(void)printf("%02x", (unsigned)(unsigned char)value->as.text[i]);
		return;
	case GW_DECIMAL:
	case GW_TEXT:
	case GW_UNHELD:
		(void)printf("%s:", value->kind == GW_DECIMAL ? "decimal"
				    : value->kind == GW_TEXT  ? "text"
							      : "unheld");
		print_text(value->as.text, value->len);
		return;
	}
}

static enum gw_status
print_table(void *arg, const struct gw_table *table, struct gw_error *err)
{
	(void)arg;
	(void)err;
	(void)printf("table\t%s\t%s\trows=%lld\treadable=%d\tlate_commits=%d\n", table->name,
		     table->kind, (long long)table->rows_estimate, table->readable,
		     table->late_commits);
	for (size_t i = 0; i < table->ncolumns; i++) {
		const struct gw_column *column = &table->columns[i];

		(void)printf("column\t%s\t%s\t%s\tnullable=%d\tkey=%d%s%s\n", column->name,
			     column->type, gw_kind_name(column->kind), column->nullable,
			     column->key, column->refusal == NULL ? "" : "\trefused: ",
			     column->refusal == NULL ? "" : column->refusal);
	}
	return GW_OK;
}

#endif
