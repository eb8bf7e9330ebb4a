/*
 * hanging: dossiers that do not move, and because of whom.  What hangs is the
 * warehouse's to say (ops.hanging); here it is told to people: whose turn it
 * is, since when, and what to type where it is ours.
 */
#include "cmd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "desk/desk.h"
#include "desk/print.h"
#include "load/load.h"
#include "ops/report.h"

enum { QUERY_TIMEOUT_US = 60 * 1000000, WHO_MAX = 400, KEY_MAX = 160, DO_MAX = 200, CAUSES = 32 };

enum kind { OURS, ASKED, OFFICE, KINDS };

static const struct {
	const char *code, *count, *title;
} kinds[KINDS] = {
	[OURS] = {"songma", N_("Because of Songma (set aside here: mend and replay):"),
		  N_("\nBecause of Songma\n")},
	[ASKED] = {"source", N_("In another sector's system (asked, not answered):"),
		   N_("\nIn another sector's system\n")},
	[OFFICE] = {"office", N_("At the one-stop office (past the promised day):"),
		    N_("\nAt the one-stop office\n")},
};

enum column {
	KIND,
	SOURCE,
	STREAM,
	DOSSIER,
	KEY,
	PROCEDURE,
	SECTOR,
	SECTOR_NAME,
	UNIT,
	SINCE,
	DUE,
	OVERDUE,
	LETTER,
	STATE,
	REASON,
	TOTAL,
	COLUMNS,
};

static const char list_sql[] =
	"select h.kind, h.source, h.stream, h.dossier, h.key, "
	"coalesce(case $4 when 'vi' then p.name_vi else p.name_en end, h.procedure), h.sector, "
	"coalesce(case $4 when 'vi' then s.name_vi else s.name_en end, h.sector), h.unit, "
	"(extract(epoch from h.since) * 1000000)::bigint, to_char(h.due_on, $5), h.overdue, "
	"h.letter, h.letter_state, h.reason, h.total "
	"from (select *, count(*) over (partition by kind) as total, row_number() over "
	"(partition by kind order by since, dossier, key) as nth "
	"from ops.hanging(make_interval(days => $1::int)) where $2 in ('', source)) h "
	"left join lateral (select name_vi, name_en from ref.code_label where list = 'procedure' "
	"and code = h.procedure limit 1) p on true "
	"left join lateral (select name_vi, name_en from ref.code_label where list = 'sector' "
	"and code = h.sector limit 1) s on true "
	"where h.nth <= $3::bigint order by h.kind, h.nth";

struct listing {
	const struct gw_config *config;
	bool json;
	struct gw_report *reports[KINDS]; /* JSON: all rows in the first */
	int64_t total[KINDS], shown[KINDS];
	struct gw_desk *desk;
	struct gw_letters letters; /* of the dossiers' streams, for their causes */
	bool told[CAUSES];         /* causes that shown letters have */
};

/* The cause of a letter; NULL: it is not known. */
static const struct gw_cause *
cause_of(struct listing *list, const char *letter)
{
	int64_t id;

	if (letter == NULL || !gw_parse_i64(letter, strlen(letter), &id))
		return NULL;
	for (size_t i = 0; i < list->letters.nletters; i++) {
		size_t cause = list->letters.letters[i].cause;

		if (list->letters.letters[i].id != id)
			continue;
		if (cause < CAUSES)
			list->told[cause] = true;
		return &list->letters.causes[cause];
	}
	return NULL;
}

/* A value that is typed can mend it. */
static bool
is_fixable(const struct gw_cause *cause)
{
	return cause != NULL && cause->column[0] != '\0' && strcmp(cause->stage, "load") != 0 &&
	       strncmp(cause->code, "schema.", 7) != 0;
}

/* What to type about a letter: about its whole cause where that is known. */
static void
write_do(struct listing *list, const char *const *values, char out[DO_MAX])
{
	const struct gw_cause *cause = cause_of(list, values[LETTER]);
	const char *target =
		cause != NULL && cause->label[0] != '\0' ? cause->label : values[LETTER];

	if (strcmp(values[STATE], "replayed") == 0)
		(void)snprintf(out, DO_MAX, "songma sync %s", values[SOURCE]);
	else if (strcmp(values[STATE], "fixed") == 0)
		(void)snprintf(out, DO_MAX, "songma dlq replay %s", target);
	else if (is_fixable(cause))
		(void)snprintf(out, DO_MAX, _("songma dlq fix %s, then songma dlq replay %s"),
			       target, target);
	else
		(void)snprintf(out, DO_MAX,
			       _("songma dlq show %s; mended at the source: songma dlq replay %s"),
			       values[LETTER], target);
}

/* Who is to answer: the sector's source and its owner, where there is a source of that name. */
static void
write_sector(const struct listing *list, const char *const *values, char out[WHO_MAX])
{
	struct gw_source *source = NULL;
	struct gw_error err;

	if (gw_source_read(list->config, values[SECTOR], &source, &err) == GW_OK)
		(void)snprintf(out, WHO_MAX, "%s (%s)", source->title, source->owner);
	else
		(void)snprintf(out, WHO_MAX, "%s", values[SECTOR_NAME]);
	gw_source_free(source);
}

/* True where the stream's key is the very column that the dossier's number comes from, which is
   public. */
static bool
key_is_number(const struct listing *list, const char *const *values)
{
	struct gw_source *source = NULL;
	struct gw_error err;
	const struct gw_stream *stream = NULL;
	bool same = false;

	if (gw_source_read(list->config, values[SOURCE], &source, &err) == GW_OK)
		stream = gw_source_stream(source, values[STREAM]);
	for (size_t i = 0; stream != NULL && stream->nkey == 1 && i < stream->nfields; i++)
		same = same || (strcmp(stream->fields[i].field, "dossier_id") == 0 &&
				stream->fields[i].column != NULL &&
				strcmp(stream->fields[i].column, stream->key[0]) == 0);
	gw_source_free(source);
	return same;
}

/* The dossier's number, masked where a letter's key is all there is and may be anything else. */
static const char *
write_dossier(const struct listing *list, const char *const *values, char out[KEY_MAX])
{
	bool known =
		values[DOSSIER] != NULL && (values[LETTER] == NULL || values[PROCEDURE] != NULL ||
					    key_is_number(list, values));

	if (known)
		return values[DOSSIER];
	gw_desk_mask_key(values[KEY] != NULL ? values[KEY] : "", out, KEY_MAX);
	return out[0] == '\0' ? NULL : out;
}

static int64_t
number_of(const char *text)
{
	int64_t n = 0;

	if (text != NULL)
		(void)gw_parse_i64(text, strlen(text), &n);
	return n;
}

static void
add_number(struct gw_report *report, const char *text)
{
	if (text == NULL)
		gw_report_text(report, NULL);
	else
		gw_report_number(report, number_of(text));
}

/* What machines get beside it. */
static void
add_details(struct gw_report *report, const char *const *values)
{
	gw_report_text(report, values[SOURCE]);
	gw_report_text(report, values[SECTOR]);
	gw_report_text(report, values[UNIT]);
	add_number(report, values[LETTER]);
	gw_report_text(report, values[STATE]);
	gw_report_text(report, values[REASON]);
}

/* Who is to act, or what is to be done where it is us; "" for what it is not. */
static void
write_turn(struct listing *list, enum kind kind, const char *const *values, char who[WHO_MAX],
	   char what[DO_MAX])
{
	who[0] = what[0] = '\0';
	if (kind == ASKED)
		write_sector(list, values, who);
	else if (kind == OFFICE && values[UNIT] != NULL)
		(void)snprintf(who, WHO_MAX, "%s", values[UNIT]);
	else if (kind == OURS)
		write_do(list, values, what);
}

/* Of the office it is the promised day, which people see anyway. */
static void
add_since(struct listing *list, enum kind kind, int64_t us)
{
	char iso[GW_TIME_TEXT], time[32];

	gw_timestamp_format(us, iso);
	if (list->json)
		gw_report_text(list->reports[0], iso);
	else if (kind != OFFICE)
		gw_report_text(list->reports[kind], gw_format_time(us, time));
}

static void
add_row(struct listing *list, enum kind kind, const char *const *values)
{
	struct gw_report *report = list->reports[list->json ? 0 : kind];
	char dossier[KEY_MAX], who[WHO_MAX], what[DO_MAX];

	write_turn(list, kind, values, who, what);
	gw_report_row(report);
	if (list->json)
		gw_report_text(report, kinds[kind].code);
	gw_report_text(report, write_dossier(list, values, dossier));
	gw_report_text(report, values[PROCEDURE]);
	if (list->json || kind != OURS)
		gw_report_text(report, kind == OURS ? "Songma" : who);
	add_since(list, kind, number_of(values[SINCE]));
	gw_report_text(report, values[DUE]);
	add_number(report, values[OVERDUE]);
	if (list->json || kind == OURS)
		gw_report_text(report, what[0] != '\0' ? what : NULL);
	if (list->json)
		add_details(report, values);
}

static enum gw_status
take_row(void *arg, const char *const *values, size_t count, struct gw_error *err)
{
	struct listing *list = arg;
	size_t kind = 0;

	while (count == COLUMNS && kind < KINDS && strcmp(values[KIND], kinds[kind].code) != 0)
		kind++;
	if (count != COLUMNS || kind == KINDS)
		return gw_fail(err, GW_FATAL, "%s", _("the warehouse gave no list of dossiers"));
	list->total[kind] = number_of(values[TOTAL]);
	list->shown[kind]++;
	add_row(list, (enum kind)kind, values);
	return GW_OK;
}

static void
add_columns(struct listing *list, enum kind kind)
{
	struct gw_report *report = list->reports[kind];

	if (list->json)
		gw_report_column(report, "kind", "", false);
	gw_report_column(report, "dossier", _("DOSSIER"), false);
	gw_report_column(report, "procedure", _("PROCEDURE"), false);
	if (list->json || kind != OURS)
		gw_report_column(report, "responsible",
				 kind == ASKED ? _("IS TO ANSWER") : _("OFFICE"), false);
	if (list->json || kind != OFFICE)
		gw_report_column(report, "since", _("SINCE"), false);
	gw_report_column(report, "due_on", _("PROMISED FOR"), false);
	gw_report_column(report, "overdue_days", _("DAYS LATE"), true);
	if (list->json || kind == OURS)
		gw_report_column(report, "next", _("DO"), false);
	if (!list->json)
		return;
	gw_report_column(report, "source", "", false);
	gw_report_column(report, "sector", "", false);
	gw_report_column(report, "unit", "", false);
	gw_report_column(report, "letter", "", true);
	gw_report_column(report, "letter_state", "", false);
	gw_report_column(report, "reason", "", false);
}

static enum gw_status
take_flag(void *arg, const char *const *values, size_t count, struct gw_error *err)
{
	bool *flag = arg;

	(void)err;
	*flag = count == 1 && values[0] != NULL && values[0][0] == 't';
	return GW_OK;
}

static enum gw_status
print_kind(const struct listing *list, enum kind kind, struct gw_error *err)
{
	char count[32];

	if (list->total[kind] == 0)
		return GW_OK;
	(void)printf("%s", _(kinds[kind].title));
	if (gw_report_print(list->reports[kind], stdout, false, err) != GW_OK)
		return err->status;
	if (list->total[kind] > list->shown[kind])
		(void)printf(_("… and %s more; --limit shows more\n"),
			     gw_format_count(list->total[kind] - list->shown[kind], count));
	for (size_t i = 0; kind == OURS && i < CAUSES && i < list->letters.ncauses; i++)
		if (list->told[i])
			gw_dlq_print_cause(&list->letters.causes[i]);
	return GW_OK;
}

static enum gw_status
print_people(const struct listing *list, struct gw_warehouse *warehouse, struct gw_error *err)
{
	bool loaded = false;
	char count[32];
	enum gw_status status =
		gw_warehouse_query(warehouse, "select to_regclass('canon.dossier') is not null",
				   NULL, 0, QUERY_TIMEOUT_US, take_flag, &loaded, err);

	if (status != GW_OK)
		return status;
	if (!loaded && list->total[OURS] == 0) {
		(void)printf("%s", _("No dossier has ever been loaded: connect a one-stop system "
				     "(a source with the schema one-stop/Dossier) first.\n"));
		return GW_OK;
	}
	for (int kind = 0; kind < KINDS; kind++)
		(void)printf("%s %s\n", _(kinds[kind].count),
			     gw_format_count(list->total[kind], count));
	for (int kind = 0; status == GW_OK && kind < KINDS; kind++)
		status = print_kind(list, (enum kind)kind, err);
	return status;
}

/* The causes of the letters: good to have, and a flood of letters has none. */
static void
select_causes(struct listing *list, const char *source)
{
	const struct gw_identity nobody = {.name = "hanging"};
	const struct gw_choice choice = {.source = source};
	struct gw_error ignored;

	if (gw_desk_open(list->config, &nobody, &list->desk, &ignored) == GW_OK)
		(void)gw_desk_select(list->desk, &choice, &list->letters, &ignored);
}

static enum gw_status
list_hanging(struct listing *list, struct gw_warehouse *warehouse, const struct gw_args *args,
	     const char *const *params, struct gw_error *err)
{
	enum gw_status status = GW_OK;

	for (int kind = 0; kind < KINDS; kind++) {
		list->reports[kind] = gw_report_new();
		if (list->reports[kind] == NULL)
			return gw_fail_memory(err);
		add_columns(list, (enum kind)kind);
	}
	if (gw_warehouse_prepare(warehouse, list->config->schemas_dir, err) != GW_OK)
		return err->status;
	select_causes(list, args->nwords > 0 ? args->words[0] : NULL);
	status = gw_warehouse_query(warehouse, list_sql, params, 5, QUERY_TIMEOUT_US, take_row,
				    list, err);
	if (status != GW_OK)
		return status;
	return list->json ? gw_report_print(list->reports[0], stdout, true, err)
			  : print_people(list, warehouse, err);
}

static enum gw_status
read_number(const struct gw_args *args, const char *option, const char *fallback, const char **out,
	    struct gw_error *err)
{
	const char *asked = gw_args_get(args, option);
	int64_t n;

	*out = asked != NULL ? asked : fallback;
	if (gw_parse_i64(*out, strlen(*out), &n) && n >= 1 && n <= 10000)
		return GW_OK;
	return gw_fail(err, GW_CONFIG, _("--%s is a number from 1 to 10000, not %s"), option,
		       asked);
}

static enum gw_status
work(const struct gw_config *config, const struct gw_args *args, struct gw_error *err)
{
	struct listing list = {.config = config, .json = args->json};
	struct gw_warehouse *warehouse = NULL;
	struct gw_source *source = NULL;
	const char *params[] = {NULL, args->nwords > 0 ? args->words[0] : "", NULL,
				gw_i18n_language(), args->json ? "YYYY-MM-DD" : "DD/MM/YYYY"};
	enum gw_status status = read_number(args, "days", "3", &params[0], err);

	if (status == GW_OK)
		status = read_number(args, "limit", "20", &params[2], err);
	if (status == GW_OK && args->nwords > 0)
		status = gw_source_read(config, args->words[0], &source, err);
	gw_source_free(source);
	if (status == GW_OK)
		status = gw_warehouse_open(config, &warehouse, err);
	if (status == GW_OK)
		status = list_hanging(&list, warehouse, args, params, err);
	for (int kind = 0; kind < KINDS; kind++)
		gw_report_free(list.reports[kind]);
	gw_letters_release(&list.letters);
	gw_desk_close(list.desk);
	gw_warehouse_close(warehouse);
	return status;
}

static int
run(const struct gw_args *args)
{
	return gw_cmd_work(args, work);
}

const struct gw_cmd gw_cmd_hanging = {
	.name = "hanging",
	.about = N_("list the dossiers that do not move, and whose turn it is"),
	.arguments = N_("[SOURCE]"),
	.max_words = 1,
	.details = N_(
		"Three kinds are told apart: dossiers that hang because of Songma (their row "
		"stands "
		"among the dead letters: mend and replay it), those that hang in another sector's "
		"system (it was asked and has not answered), and those that are late at the "
		"one-stop office itself."),
	.options = {{"days", N_("N"), N_("how long an answer may take before it hangs (3)")},
		    {"limit", N_("N"), N_("how many of each kind (20)")}},
	.run = run,
};
