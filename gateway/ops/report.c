#include "ops/report.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/i18n.h"
#include "base/text.h"

enum { TABLE_MAX = 64 * 1024 * 1024 };

struct cell {
	char *text;
	int64_t number;
	bool is_number;
};

struct gw_report {
	struct {
		const char *key, *title;
		bool number, rare;
	} columns[GW_REPORT_COLUMNS];
	size_t ncolumns;
	struct cell *cells;
	size_t ncells, cap;
	bool failed;
};

struct gw_report *
gw_report_new(void)
{
	return calloc(1, sizeof(struct gw_report));
}

void
gw_report_free(struct gw_report *report)
{
	if (report == NULL)
		return;
	for (size_t i = 0; i < report->ncells; i++)
		free(report->cells[i].text);
	free(report->cells);
	free(report);
}

void
gw_report_column(struct gw_report *report, const char *key, const char *title, bool number)
{
	if (report->ncolumns == GW_REPORT_COLUMNS) {
		report->failed = true;
		return;
	}
	report->columns[report->ncolumns].key = key;
	report->columns[report->ncolumns].title = title;
	report->columns[report->ncolumns++].number = number;
}

void
gw_report_rare(struct gw_report *report)
{
	if (report->ncolumns > 0)
		report->columns[report->ncolumns - 1].rare = true;
}

/* A row that was left short is filled up, so that columns never shift. */
void
gw_report_row(struct gw_report *report)
{
	while (report->ncolumns > 0 && report->ncells % report->ncolumns != 0 && !report->failed)
		gw_report_text(report, NULL);
}

static struct cell *
next_cell(struct gw_report *report)
{
	if (report->ncells == report->cap) {
		size_t cap = report->cap == 0 ? 64 : 2 * report->cap;
		struct cell *cells = realloc(report->cells, cap * sizeof *cells);

		if (cells == NULL) {
			report->failed = true;
			return NULL;
		}
		report->cells = cells;
		report->cap = cap;
	}
	report->cells[report->ncells] = (struct cell){0};
	return &report->cells[report->ncells++];
}

void
gw_report_text(struct gw_report *report, const char *text)
{
	struct cell *cell = next_cell(report);

	if (cell == NULL || text == NULL)
		return;
	cell->text = strdup(text);
	if (cell->text == NULL)
		report->failed = true;
}

void
gw_report_number(struct gw_report *report, int64_t number)
{
	struct cell *cell = next_cell(report);

	if (cell != NULL) {
		cell->is_number = true;
		cell->number = number;
	}
}

char *
gw_format_count(int64_t number, char out[32])
{
	const char mark = strcmp(gw_i18n_language(), "vi") == 0 ? '.' : ',';
	char digits[24];
	size_t len, at = 0;

	(void)snprintf(digits, sizeof digits, "%lld", (long long)number);
	len = strlen(digits);
	for (size_t i = 0; i < len; i++) {
		out[at++] = digits[i];
		if (i + 1 < len && (len - 1 - i) % 3 == 0 && digits[i] != '-')
			out[at++] = mark;
	}
	out[at] = '\0';
	return out;
}

char *
gw_format_time(int64_t us, char out[32])
{
	time_t seconds = (time_t)(us / 1000000);
	struct tm tm;

	if (us == 0 || localtime_r(&seconds, &tm) == NULL) {
		memcpy(out, "–", sizeof "–");
		return out;
	}
	if (strftime(out, 32, "%H:%M %d/%m/%Y", &tm) == 0)
		out[0] = '\0';
	return out;
}

static enum gw_status
print_json(const struct gw_report *report, FILE *out, struct gw_error *err)
{
	json_t *rows = json_array();
	int failed = rows == NULL;

	for (size_t i = 0; i < report->ncells; i += report->ncolumns) {
		json_t *row = json_object();

		for (size_t c = 0; c < report->ncolumns; c++) {
			const struct cell *cell = &report->cells[i + c];
			json_t *value = cell->is_number      ? json_integer(cell->number)
					: cell->text != NULL ? json_string(cell->text)
							     : json_null();

			failed |= json_object_set_new(row, report->columns[c].key, value);
		}
		failed |= json_array_append_new(rows, row);
	}
	if (failed == 0)
		failed = json_dumpf(rows, out, JSON_INDENT(2));
	json_decref(rows);
	if (failed != 0)
		return gw_fail_memory(err);
	(void)fputc('\n', out);
	return GW_OK;
}

static const char *
cell_text(const struct cell *cell, char number[32])
{
	if (cell->is_number)
		return gw_format_count(cell->number, number);
	return cell->text != NULL ? cell->text : "–";
}

static void
print_cell(FILE *out, const char *text, size_t width, bool right, bool last)
{
	size_t used = gw_utf8_width(text);
	int pad = width > used ? (int)(width - used) : 0;

	if (right)
		(void)fprintf(out, "%*s%s", pad, "", text);
	else
		(void)fprintf(out, "%s%*s", text, last ? 0 : pad, "");
	(void)fputs(last ? "\n" : "  ", out);
}

/* Which columns are shown; returns how many. */
static size_t
choose_columns(const struct gw_report *report, size_t shown[GW_REPORT_COLUMNS])
{
	size_t count = 0;

	for (size_t c = 0; c < report->ncolumns; c++) {
		bool some = !report->columns[c].rare;

		for (size_t i = c; i < report->ncells && !some; i += report->ncolumns)
			some = report->cells[i].number != 0 || report->cells[i].text != NULL;
		if (some)
			shown[count++] = c;
	}
	return count;
}

static void
print_table(const struct gw_report *report, FILE *out)
{
	size_t width[GW_REPORT_COLUMNS], shown[GW_REPORT_COLUMNS], n = report->ncolumns;
	size_t count = choose_columns(report, shown);
	char number[32];

	for (size_t c = 0; c < n; c++)
		width[c] = gw_utf8_width(report->columns[c].title);
	for (size_t i = 0; i < report->ncells; i++) {
		size_t used = gw_utf8_width(cell_text(&report->cells[i], number));

		if (used > width[i % n])
			width[i % n] = used;
	}
	for (size_t s = 0; s < count; s++)
		print_cell(out, report->columns[shown[s]].title, width[shown[s]],
			   report->columns[shown[s]].number, s + 1 == count);
	for (size_t row = 0; row < report->ncells; row += n)
		for (size_t s = 0; s < count; s++)
			print_cell(out, cell_text(&report->cells[row + shown[s]], number),
				   width[shown[s]], report->columns[shown[s]].number,
				   s + 1 == count);
}

enum gw_status
gw_report_print(const struct gw_report *report, FILE *out, bool json, struct gw_error *err)
{
	if (report->failed || report->ncolumns == 0 || report->ncells % report->ncolumns != 0)
		return gw_fail_memory(err);
	if (json)
		return print_json(report, out, err);
	print_table(report, out);
	return GW_OK;
}
