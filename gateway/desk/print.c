#include "desk/print.h"

#include <jansson.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "desk/terms.h"
#include "ops/report.h"

enum { KEY_MAX = 160, NEXT_MAX = 768, WHY_MAX = 1024 };

static const struct gw_term stages[] = {
	{"normalise", N_("a rule of the mapping refused it")},
	{"encode", N_("it does not fit the schema")},
	{"load", N_("the warehouse refused it")},
	{NULL, NULL},
};

/* Control characters as spaces: what rows hold goes to a terminal. */
static void
make_plain(char *text)
{
	unsigned char *at = (unsigned char *)text;

	for (; *at != '\0'; at++) {
		bool wide = at[0] == 0xc2 && at[1] >= 0x80 && at[1] < 0xa0;

		if (wide)
			at[0] = at[1] = ' ';
		else if (*at < ' ' || *at == 0x7f)
			*at = ' ';
	}
}

/* The key's mask, fit for a terminal. */
static const char *
shown_key(const struct gw_filed *filed, char key[KEY_MAX])
{
	gw_desk_mask_key(filed->key, key, KEY_MAX);
	make_plain(key);
	return key;
}

static const char *
or_null(const char *text)
{
	return text == NULL || text[0] == '\0' ? NULL : text;
}

/* The day is enough to tell old from new. */
static const char *
day_of(int64_t us, char out[32])
{
	const char *space = strchr(gw_format_time(us, out), ' ');

	return space == NULL ? out : space + 1;
}

void
gw_dlq_print_cause(const struct gw_cause *cause)
{
	(void)printf("[%s] %s.%s", cause->label[0] != '\0' ? cause->label : "–", cause->source,
		     cause->stream);
	if (cause->column[0] != '\0')
		(void)printf(_(", column %s"), cause->column);
	(void)printf(": %s\n", cause->reason[0] != '\0' ? cause->reason : cause->code);
}

static void
write_open(const struct gw_cause *cause, char *out, size_t size)
{
	const char *label = cause->label;

	if (strcmp(cause->stage, "load") == 0)
		(void)snprintf(out, size,
			       _("correct the row at the source, or the warehouse's constraint "
				 "(%s); then songma dlq replay %s"),
			       cause->rule[0] != '\0' ? cause->rule : cause->code, label);
	else if (cause->column[0] == '\0' || strncmp(cause->code, "schema.", 7) == 0)
		(void)snprintf(
			out, size,
			_("have the rows corrected at the source, then songma dlq replay %s"),
			label);
	else if (strncmp(cause->code, "code_list.", 10) == 0)
		(void)snprintf(out, size,
			       _("songma dlq fix %s (asks for the right code and the reason), then "
				 "songma dlq replay %s (shows first, then sends); or add the code "
				 "to the list in schemas/codes, then replay"),
			       label, label);
	else
		(void)snprintf(out, size,
			       _("songma dlq fix %s (asks for the right value and the reason) or "
				 "have the source corrected, then songma dlq replay %s (shows "
				 "first, then sends)"),
			       label, label);
}

/* What to do next about a cause, in plain words; first: one of its letters. */
static void
write_next(const struct gw_cause *cause, const struct gw_filed *first, char *out, size_t size)
{
	if (cause->label[0] == '\0')
		(void)snprintf(out, size, "%s", _("nothing: these have ended"));
	else if (cause->open > 0)
		write_open(cause, out, size);
	else if (cause->fixed > 0)
		(void)snprintf(out, size, _("songma dlq replay %s (shows first, then sends)"),
			       cause->label);
	else if (first->key == NULL)
		(void)snprintf(
			out, size,
			_("the rows are sent for; these letters have no key, so nothing ends "
			  "them: once songma runs shows the rows loaded, songma dlq discard "
			  "%s"),
			cause->label);
	else
		(void)snprintf(out, size,
			       _("the rows are sent for: a running serve reads them, else songma "
				 "sync %s; where a row is gone from the source (songma runs says "
				 "so): songma dlq replay %s --original, or songma dlq discard %s"),
			       cause->source, cause->label, cause->label);
}

/* Letters that nothing but a person ends. */
static bool
has_keyless(const struct gw_letters *letters, size_t first, size_t last)
{
	bool any = false;

	for (size_t i = first; i < last; i++)
		any |= letters->letters[i].key == NULL;
	return any && letters->causes[letters->letters[first].cause].label[0] != '\0';
}

static const char keyless[] = N_(
	"A letter without a key never ends by itself, not even when its row is loaded, for nothing "
	"tells which record is its own: songma dlq discard ends it, with a reason.");

static void
add_letter(struct gw_report *report, const struct gw_letters *letters, const struct gw_filed *filed)
{
	const struct gw_cause *cause = &letters->causes[filed->cause];
	char key[KEY_MAX], time[32];

	gw_report_row(report);
	gw_report_number(report, filed->id);
	gw_report_text(report, cause->source);
	gw_report_text(report, or_null(shown_key(filed, key)));
	gw_report_text(report, filed->unit);
	gw_report_text(report, day_of(filed->at_us, time));
	gw_report_text(report, gw_term_of(gw_letter_states, filed->state));
}

static enum gw_status
print_table(const struct gw_letters *letters, size_t first, size_t last, struct gw_error *err)
{
	struct gw_report *report = gw_report_new();
	enum gw_status status;

	if (report == NULL)
		return gw_fail_memory(err);
	gw_report_column(report, "id", _("NO."), true);
	gw_report_column(report, "source", _("SOURCE"), false);
	gw_report_column(report, "key", _("KEY"), false);
	gw_report_column(report, "unit", _("UNIT"), false);
	gw_report_column(report, "since", _("SET ASIDE"), false);
	gw_report_column(report, "state", _("STATE"), false);
	for (size_t i = first; i < last; i++)
		add_letter(report, letters, &letters->letters[i]);
	status = gw_report_print(report, stdout, false, err);
	gw_report_free(report);
	return status;
}

static enum gw_status
print_group(const struct gw_letters *letters, size_t first, size_t last, struct gw_error *err)
{
	const struct gw_cause *cause = &letters->causes[letters->letters[first].cause];
	char next[NEXT_MAX], count[32];
	int64_t more = cause->letters - (int64_t)(last - first);

	(void)putchar('\n');
	if (print_table(letters, first, last, err) != GW_OK)
		return err->status;
	if (more > 0)
		(void)printf(_("… and %s more (--limit shows more)\n"),
			     gw_format_count(more, count));
	gw_dlq_print_cause(cause);
	write_next(cause, &letters->letters[first], next, sizeof next);
	(void)printf(_("    What to do: %s\n"), next);
	if (has_keyless(letters, first, last))
		(void)printf("    %s\n", _(keyless));
	return GW_OK;
}

static enum gw_status
print_groups(const struct gw_letters *letters, struct gw_error *err)
{
	char all[32], causes[32];
	int64_t total = 0;

	for (size_t i = 0; i < letters->ncauses; i++)
		total += letters->causes[i].letters;
	(void)printf(_("Dead letters: %s · causes: %s\n"), gw_format_count(total, all),
		     gw_format_count((int64_t)letters->ncauses, causes));
	for (size_t first = 0, last; first < letters->nletters; first = last) {
		last = first;
		while (last < letters->nletters &&
		       letters->letters[last].cause == letters->letters[first].cause)
			last++;
		if (print_group(letters, first, last, err) != GW_OK)
			return err->status;
	}
	return GW_OK;
}

/* Empty text and an unknown time are null for machines. */
static json_t *
text_or_null(const char *text)
{
	return or_null(text) == NULL ? json_null() : json_string(text);
}

static json_t *
time_or_null(int64_t us)
{
	char text[GW_TIME_TEXT];

	if (us == 0)
		return json_null();
	gw_timestamp_format(us, text);
	return json_string(text);
}

static json_t *
letter_object(const struct gw_letters *letters, const struct gw_filed *filed)
{
	const struct gw_cause *cause = &letters->causes[filed->cause];
	char key[KEY_MAX];

	gw_desk_mask_key(filed->key, key, sizeof key);
	return json_pack(
		"{s:o, s:I, s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:s, s:o, s:o, "
		"s:o, s:o}",
		"cause", text_or_null(cause->label), "id", (json_int_t)filed->id, "source",
		cause->source, "stream", cause->stream, "stage", cause->stage, "column",
		text_or_null(cause->column), "rule", text_or_null(cause->rule), "code",
		text_or_null(cause->code), "reason", text_or_null(cause->reason), "key",
		text_or_null(key), "unit", text_or_null(filed->unit), "run",
		text_or_null(filed->run), "state", filed->state, "state_by",
		text_or_null(filed->by), "state_why", text_or_null(filed->why), "at",
		time_or_null(filed->at_us), "state_at", time_or_null(filed->changed_us));
}

static enum gw_status
print_json(json_t *value, struct gw_error *err)
{
	int failed = value == NULL || json_dumpf(value, stdout, JSON_INDENT(2)) != 0;

	json_decref(value);
	if (failed != 0)
		return gw_fail_memory(err);
	(void)putchar('\n');
	return GW_OK;
}

enum gw_status
gw_dlq_print_list(const struct gw_letters *letters, bool json, struct gw_error *err)
{
	json_t *list;

	if (!json && letters->nletters == 0) {
		(void)printf("%s", _("No dead letters.\n"));
		return GW_OK;
	}
	if (!json)
		return print_groups(letters, err);
	list = json_array();
	for (size_t i = 0; i < letters->nletters; i++)
		if (json_array_append_new(list, letter_object(letters, &letters->letters[i])) !=
		    0) {
			json_decref(list);
			return gw_fail_memory(err);
		}
	return print_json(list, err);
}

static enum gw_status
letter_json(const struct gw_letters *letters, const struct gw_filed *filed,
	    const struct gw_original *original, const char *why, struct gw_error *err)
{
	json_t *object = letter_object(letters, filed), *row = json_array();
	int failed = object == NULL || row == NULL;

	for (size_t i = 0; i < original->ncells; i++) {
		const struct gw_cell *cell = &original->cells[i];

		failed |= json_array_append_new(
			row, json_pack("{s:s, s:o, s:b}", "column", cell->column, "value",
				       cell->value == NULL ? json_null() : json_string(cell->value),
				       "clear", (int)cell->clear));
	}
	failed |= json_object_set_new(object, "row", row);
	failed |= json_object_set_new(object, "row_why", text_or_null(why));
	if (failed != 0) {
		json_decref(object);
		return gw_fail_memory(err);
	}
	return print_json(object, err);
}

static void
print_line(const char *name, const char *text)
{
	if (or_null(text) != NULL)
		(void)printf("%s: %s\n", name, text);
}

/* Why the state is so: a word of ours, or what a person wrote. */
static void
print_why(const char *why)
{
	char text[WHY_MAX];

	(void)snprintf(text, sizeof text, "%s", gw_term_of(gw_letter_reasons, why));
	make_plain(text);
	(void)printf(": %s", text);
}

static void
print_state(const struct gw_filed *filed)
{
	char time[32];

	(void)printf("%s: %s", _("state"), gw_term_of(gw_letter_states, filed->state));
	if (filed->changed_us != 0)
		(void)printf(", %s", gw_format_time(filed->changed_us, time));
	if (or_null(filed->by) != NULL)
		(void)printf(", %s", filed->by);
	if (or_null(filed->why) != NULL)
		print_why(filed->why);
	(void)putchar('\n');
}

static enum gw_status
add_cell(struct gw_report *report, const struct gw_cell *cell, struct gw_error *err)
{
	char *value = cell->value == NULL ? NULL : strdup(cell->value);

	if (cell->value != NULL && value == NULL)
		return gw_fail_memory(err);
	if (value != NULL)
		make_plain(value);
	gw_report_row(report);
	gw_report_text(report, cell->culprit ? "→" : "");
	gw_report_text(report, cell->column);
	gw_report_text(report, value == NULL ? _("(nothing)") : value);
	if (value != NULL)
		sodium_memzero(value, strlen(value));
	free(value);
	return GW_OK;
}

static enum gw_status
print_row(const struct gw_original *original, struct gw_error *err)
{
	struct gw_report *report = gw_report_new();
	enum gw_status status = report == NULL ? gw_fail_memory(err) : GW_OK;

	if (status == GW_OK) {
		gw_report_column(report, "wrong", "", false);
		gw_report_column(report, "column", _("COLUMN"), false);
		gw_report_column(report, "value", _("VALUE"), false);
	}
	for (size_t i = 0; status == GW_OK && i < original->ncells; i++)
		status = add_cell(report, &original->cells[i], err);
	if (status == GW_OK)
		status = gw_report_print(report, stdout, false, err);
	gw_report_free(report);
	return status;
}

enum gw_status
gw_dlq_print_letter(const struct gw_letters *letters, size_t which,
		    const struct gw_original *original, const char *why, bool json,
		    struct gw_error *err)
{
	const struct gw_filed *filed = &letters->letters[which];
	const struct gw_cause *cause = &letters->causes[filed->cause];
	char key[KEY_MAX], time[32], next[NEXT_MAX];

	if (json)
		return letter_json(letters, filed, original, why, err);
	(void)printf(_("Letter %lld, set aside %s\n"), (long long)filed->id,
		     gw_format_time(filed->at_us, time));
	gw_dlq_print_cause(cause);
	print_line(_("stage"), gw_term_of(stages, cause->stage));
	print_line(_("code"), cause->code);
	print_line(_("key"), shown_key(filed, key));
	print_line(_("unit"), filed->unit);
	print_line(_("run"), filed->run);
	print_state(filed);
	write_next(cause, filed, next, sizeof next);
	if (cause->label[0] != '\0')
		(void)printf(_("What to do: %s\n"), next);
	if (has_keyless(letters, which, which + 1))
		(void)printf("%s\n", _(keyless));
	(void)putchar('\n');
	if (original->ncells > 0)
		return print_row(original, err);
	print_line(_("The row is not shown"), why);
	return GW_OK;
}

void
gw_dlq_print_wish(const struct gw_wish *wish, const struct gw_done *done)
{
	char letters[32], rows[32], left[32];

	(void)printf(_("To be read again: %s rows, of %s letters\n"),
		     gw_format_count((int64_t)done->keys, rows),
		     gw_format_count((int64_t)done->letters, letters));
	if (wish->original)
		(void)printf("%s",
			     _("Rows that are gone from the source are sent as they were set "
			       "aside, with the versions that they had: newer data of a row stays "
			       "as it is. songma reconcile --repair would delete them again, for "
			       "the source does not have them.\n"));
	if (done->left > 0)
		(void)printf(_("Left out: %s letters: %s\n"),
			     gw_format_count((int64_t)done->left, left), done->why);
}

void
gw_dlq_print_heard(const struct gw_heard *heard, const struct gw_done *done)
{
	char rows[32], asked[32];

	(void)printf(_("The pull has sent %s of %s rows.\n"), gw_format_count(heard->rows, rows),
		     gw_format_count((int64_t)done->keys, asked));
	if (heard->why[0] != '\0')
		(void)printf(_("It says: %s\n"), heard->why);
}

enum gw_status
gw_dlq_print_done(const struct gw_done *done, enum gw_desk_seen seen, struct gw_error *err)
{
	static const char *const words[] = {[GW_DESK_SEEN] = "seen",
					    [GW_DESK_WAITS] = "waits",
					    [GW_DESK_NO_LOADER] = "no_loader"};

	return print_json(json_pack("{s:I, s:I, s:I, s:I, s:o, s:s}", "letters",
				    (json_int_t)done->letters, "rows", (json_int_t)done->keys,
				    "originals", (json_int_t)done->originals, "left",
				    (json_int_t)done->left, "why", text_or_null(done->why),
				    "warehouse", words[seen]),
			  err);
}
