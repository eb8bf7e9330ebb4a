#include "cmd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "ops/report.h"
#include "setup/look.h"
#include "setup/scalar.h"

/* Tables that are looked into; of more, the first by what the catalogue says of them. */
enum { LOOKS_MAX = 40 };

struct discovery {
	struct gw_kit kit;
	struct gw_link link;
	struct gw_source *source;
	struct gw_catalogue tables;
	struct gw_look *looks; /* one a table, the likeliest first once sorted */
	size_t looked;         /* of them have their rows read */
};

static void
names_of(const struct gw_table *table, const size_t *columns, size_t count, char *out, size_t size)
{
	size_t len = 0;

	out[0] = '\0';
	for (size_t i = 0; i < count && len < size; i++) {
		int n = snprintf(out + len, size - len, "%s%s", i > 0 ? ", " : "",
				 table->columns[columns[i]].name);

		len += n < 0 ? 0 : (size_t)n;
	}
}

/* "timestamp: ngay_sua" */
static void
way_of(const struct gw_look *look, char *out, size_t size)
{
	char cursor[300];

	names_of(look->table, look->cursor, look->ncursor, cursor, sizeof cursor);
	(void)snprintf(out, size, "%s%s%s", gw_mode_name((enum gw_mode)look->mode),
		       cursor[0] != '\0' ? ": " : "", cursor);
}

/* As the catalogues name them; another word stays as it is. */
static const char *
kind_word(const char *kind)
{
	static const char *const kinds[] = {N_("table"), N_("view"), N_("materialized view"),
					    N_("partitioned table"), N_("foreign table")};

	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (strcmp(kinds[i], kind) == 0)
			return _(kinds[i]);
	return kind;
}

static void
add_table(struct gw_report *report, const struct gw_look *look, bool json)
{
	const struct gw_table *table = look->table;
	char text[GW_LOOK_WHY];

	gw_report_row(report);
	gw_report_text(report, table->name);
	gw_report_text(report, json ? table->kind : kind_word(table->kind));
	if (table->rows_estimate >= 0)
		gw_report_number(report, table->rows_estimate);
	else
		gw_report_text(report, NULL);
	gw_report_number(report, (int64_t)table->ncolumns);
	names_of(table, look->key, look->nkey, text, sizeof text);
	if (!look->key_declared && look->nkey > 0)
		(void)strncat(text, "?", sizeof text - strlen(text) - 1);
	gw_report_text(report, text);
	way_of(look, text, sizeof text);
	gw_report_text(report, text);
	gw_look_why(look, text);
	gw_report_text(report, text);
}

/* Tables that are all of their files. */
static size_t
whole_files(const struct discovery *d)
{
	size_t count = 0;

	for (size_t i = 0; d->source->folder != NULL && i < d->tables.count; i++)
		count += d->tables.tables[i].sheet == NULL;
	return count;
}

static enum gw_status
show_tables(const struct discovery *d, const struct gw_args *args, struct gw_error *err)
{
	struct gw_report *report = gw_report_new();
	char word[GW_SHELL_WORD];
	enum gw_status status;
	const char *first;

	if (report == NULL)
		return gw_fail_memory(err);
	gw_report_column(report, "table", _("TABLE"), false);
	gw_report_column(report, "kind", _("KIND"), false);
	gw_report_column(report, "rows_estimate", _("ROWS (ABOUT)"), true);
	gw_report_column(report, "columns", _("COLUMNS"), true);
	gw_report_column(report, "key", _("KEY"), false);
	gw_report_column(report, "read_by", _("READ BY"), false);
	gw_report_column(report, "why", _("WHY"), false);
	for (size_t i = 0; i < d->tables.count; i++)
		add_table(report, &d->looks[i], args->json);
	status = gw_report_print(report, stdout, args->json, err);
	gw_report_free(report);
	if (status != GW_OK || args->json || d->tables.count == 0)
		return status;
	first = gw_shell_word(d->looks[0].table->name, word);
	(void)printf(
		_("\nThe likeliest first; a key with ? is a guess.  songma discover %s %s shows "
		  "columns, songma draft %s %s proposes what to read; of several tables at once: "
		  "songma draft %s TABLE TABLE… --schema --write.\n"),
		d->source->name, first, d->source->name, first, d->source->name);
	if (whole_files(d) > 1)
		(void)printf(_("Files of the same columns that differ in a name, such as that of a "
			       "commune, are one table: write {part} in its place, as in "
			       "'list {part} *-*.csv'.\n"));
	return GW_OK;
}

/* "personal number (CCCD), 98 of 100 values" */
static void
guess_of(const struct gw_look *look, size_t column, char *out, size_t size)
{
	const struct gw_column_guess *guess = &look->columns[column];
	const char *what = gw_meaning_text(guess->meaning);
	char counts[100] = "", encoding[100] = "";

	if (guess->tried > 0)
		(void)snprintf(counts, sizeof counts, _(", %zu of %zu values"), guess->taken,
			       guess->tried);
	if (guess->encoding != NULL)
		(void)snprintf(encoding, sizeof encoding,
			       what[0] != '\0' ? _(", written in %s") : _("written in %s"),
			       gw_look_encoding(guess->encoding));
	if (look->rows > 0 && guess->filled == 0)
		(void)snprintf(counts, sizeof counts, "%s%s", what[0] != '\0' ? ", " : "",
			       _("all empty"));
	(void)snprintf(out, size, "%s%s%s", what, counts, encoding);
}

static enum gw_status
show_columns(const struct gw_look *look, const struct gw_args *args, struct gw_error *err)
{
	struct gw_report *report = gw_report_new();
	enum gw_status status;
	char text[400];

	if (report == NULL)
		return gw_fail_memory(err);
	gw_report_column(report, "column", _("COLUMN"), false);
	gw_report_column(report, "type", _("TYPE"), false);
	gw_report_column(report, "arrives_as", _("ARRIVES AS"), false);
	gw_report_column(report, "nullable", _("MAY BE EMPTY"), false);
	gw_report_column(report, "key", _("KEY"), true);
	gw_report_column(report, "meaning", _("PROBABLY"), false);
	for (size_t i = 0; i < look->table->ncolumns; i++) {
		const struct gw_column *column = &look->table->columns[i];

		gw_report_row(report);
		gw_report_text(report, column->name);
		gw_report_text(report, column->type);
		gw_report_text(report, column->refusal != NULL ? column->refusal
							       : gw_kind_name(column->kind));
		gw_report_text(report, column->nullable ? _("yes") : _("no"));
		if (column->key > 0)
			gw_report_number(report, column->key);
		else
			gw_report_text(report, NULL);
		guess_of(look, i, text, sizeof text);
		gw_report_text(report, text);
	}
	status = gw_report_print(report, stdout, args->json, err);
	gw_report_free(report);
	return status;
}

static int
by_rank(const void *a, const void *b)
{
	const struct gw_look *x = a, *y = b;

	if (x->rank != y->rank)
		return x->rank < y->rank ? 1 : -1;
	return strcmp(x->table->name, y->table->name);
}

/* By what the catalogue says first, so that rows are read of those alone that matter. */
static enum gw_status
look_around(struct discovery *d, struct gw_error *err)
{
	const struct gw_reach reach = {.link = &d->link, .source = d->source};
	enum gw_status status = GW_OK;
	size_t most = d->tables.count < LOOKS_MAX ? d->tables.count : LOOKS_MAX;

	d->looks = calloc(d->tables.count + 1, sizeof *d->looks);
	if (d->looks == NULL)
		return gw_fail_memory(err);
	for (size_t i = 0; status == GW_OK && i < d->tables.count; i++)
		status = gw_look_at(&d->kit, d->source, &d->tables.tables[i], NULL, &d->looks[i],
				    err);
	if (status != GW_OK)
		return status;
	qsort(d->looks, d->tables.count, sizeof *d->looks, by_rank);
	for (size_t i = 0; status == GW_OK && i < most; i++) {
		const struct gw_table *table = d->looks[i].table;

		gw_look_release(&d->looks[i]);
		status = gw_look_into(&d->kit, &reach, table, &d->looks[i], NULL, err);
	}
	if (status == GW_OK)
		qsort(d->looks, d->tables.count, sizeof *d->looks, by_rank);
	return status;
}

static enum gw_status
open_all(const struct gw_config *config, const struct gw_args *args, struct discovery *d,
	 struct gw_error *err)
{
	const char *only = args->nwords > 1 ? args->words[1] : NULL;
	enum gw_status status = gw_source_read_bare(config, args->words[0], &d->source, err);

	if (status == GW_OK)
		status = gw_kit_read(config, &d->kit, err);
	if (status == GW_OK)
		status = gw_link_open(d->source, &d->link, err);
	if (status == GW_OK)
		status = gw_catalogue_read(&d->link, only, &d->tables, err);
	return status;
}

static enum gw_status
discover(const struct gw_config *config, const struct gw_args *args, struct gw_error *err)
{
	struct discovery d = {.looks = NULL};
	enum gw_status status = open_all(config, args, &d, err);

	if (status == GW_OK)
		status = look_around(&d, err);
	if (status == GW_OK && d.tables.count == 0)
		(void)fprintf(stderr, "%s\n",
			      _("The account sees no table or view: ask the administrator for "
				"SELECT on what is to be read."));
	if (status == GW_OK && args->nwords > 1 && d.tables.count > 0)
		status = show_columns(&d.looks[0], args, err);
	else if (status == GW_OK)
		status = show_tables(&d, args, err);
	if (status == GW_OK && d.tables.cut)
		(void)fprintf(stderr, _("There are more than %d tables; the rest is not shown.\n"),
			      GW_CATALOGUE_TABLES);
	for (size_t i = 0; d.looks != NULL && i < d.tables.count; i++)
		gw_look_release(&d.looks[i]);
	free(d.looks);
	gw_catalogue_release(&d.tables);
	gw_link_close(&d.link);
	gw_kit_release(&d.kit);
	gw_source_free(d.source);
	return status;
}

static int
run(const struct gw_args *args)
{
	return gw_cmd_work(args, discover);
}

const struct gw_cmd gw_cmd_discover = {
	.name = "discover",
	.about = N_("list the tables of a source, or the columns of one table, with guesses"),
	.arguments = N_("SOURCE [TABLE]"),
	.min_words = 1,
	.max_words = 2,
	.details = N_("A connection is enough: the source may have no stream yet.  A few rows of "
		      "each table are read for the guesses; none is shown or kept."),
	.run = run,
};
