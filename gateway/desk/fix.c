#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "desk/acting.h"
#include "desk/desk.h"
#include "dlq/correction.h"

/* All rows must have one bad value, where one good one is to replace it. */
static enum gw_status
check_bad(struct gw_acting *acting, const char *bad, struct gw_error *err)
{
	if (gw_acting_same(bad, acting->fix->value))
		return gw_fail(err, GW_REJECT,
			       _("column \"%s\" has this value already; what is wrong lies "
				 "elsewhere"),
			       acting->column);
	if (!acting->any) {
		acting->any = true;
		acting->bad = bad == NULL ? NULL : strdup(bad);
		return bad != NULL && acting->bad == NULL ? gw_fail_memory(err) : GW_OK;
	}
	if (acting->fix->value != NULL && !gw_acting_same(bad, acting->bad))
		return gw_fail(err, GW_REJECT,
			       _("the rows of this cause have different values in column \"%s\", "
				 "and one value can't be right for all: fix them one by one, by "
				 "their numbers (songma dlq show NUMBER)"),
			       acting->column);
	return GW_OK;
}

static enum gw_status
check_row(void *arg, size_t letter, const struct gw_desk_row *row, struct gw_error *err)
{
	struct gw_acting *acting = arg;
	const struct gw_filed *filed = &acting->letters->letters[letter];
	struct gw_desk_try attempt = {.column = acting->column, .value = acting->fix->value};
	const char **key;
	size_t at;

	if (row == NULL)
		return gw_fail(err, GW_FATAL, "%s", _("the letter was not opened"));
	at = gw_desk_column(row, acting->column);
	key = gw_arena_alloc(&acting->arena, acting->ncolumns * sizeof *key);
	if (key == NULL)
		return gw_fail_memory(err);
	if (at == row->count)
		return gw_fail(err, GW_REJECT, _("letter %lld: its row has no column \"%s\""),
			       (long long)filed->id, acting->column);
	if (gw_desk_key(acting->plan, filed, row, &acting->arena, key, err) != GW_OK ||
	    check_bad(acting, row->values[at], err) != GW_OK ||
	    gw_desk_check(acting->plan, row, &attempt, &acting->arena, err) != GW_OK)
		return gw_wrap(err, _("letter %lld"), (long long)filed->id);
	return GW_OK;
}

static enum gw_status
send_correction(void *arg, size_t letter, const struct gw_desk_row *row, struct gw_error *err)
{
	struct gw_acting *acting = arg;
	const struct gw_filed *filed = &acting->letters->letters[letter];
	struct gw_desk_try attempt = {.column = acting->column, .value = acting->fix->value};
	const char **key = gw_arena_alloc(&acting->arena, acting->ncolumns * sizeof *key);
	struct gw_correction correction = {
		.key = {.columns = acting->columns,
			.ncolumns = acting->ncolumns,
			.values = key,
			.count = 1},
		.column = acting->column,
		.value = acting->fix->value,
		.reason = acting->reason,
		.at_us = acting->at_us,
	};

	if (key == NULL)
		return gw_fail_memory(err);
	if (gw_desk_key(acting->plan, filed, row, &acting->arena, key, err) != GW_OK ||
	    gw_desk_check(acting->plan, row, &attempt, &acting->arena, err) != GW_OK)
		return err->status;
	correction.kind = attempt.kind;
	correction.bad = row->values[gw_desk_column(row, acting->column)];
	(void)gw_acting_name(correction.stream, sizeof correction.stream, acting->cause->stream);
	(void)gw_acting_name(correction.by, sizeof correction.by, acting->by);
	gw_buf_clear(&acting->key);
	gw_buf_clear(&acting->value);
	if (gw_correction_encode(&correction, acting->pull_public, acting->desk->letter_secret,
				 &acting->key, &acting->value, err) != GW_OK ||
	    gw_acting_send(acting, GW_TOPIC_CORRECTIONS, err) != GW_OK)
		return err->status;
	acting->taken[acting->ntaken++] = filed->id;
	return GW_OK;
}

/* What must hold before any letter is opened for a fix. */
static enum gw_status
check_right(const struct gw_acting *acting, bool dry, struct gw_error *err)
{
	const struct gw_cause *cause = acting->letters->causes;

	if (acting->letters->ncauses > 1)
		return gw_fail(err, GW_REJECT, "%s",
			       _("a fix is for letters of one cause: choose one, or a letter"));
	if (strcmp(cause->stage, "load") == 0)
		return gw_fail(
			err, GW_REJECT,
			_("the warehouse refused these records, not a rule: correct the rows "
			  "at the source, or the warehouse's constraint (%s), then songma "
			  "dlq replay"),
			cause->rule[0] != '\0' ? cause->rule : cause->code);
	if (!acting->desk->may_reveal)
		return gw_fail(err, GW_CONFIG,
			       _("a fix opens letters, and this account can't read the secret "
				 "letter key (keys.letter_secret_file in %s)"),
			       acting->desk->config->path);
	if (!dry && (acting->reason == NULL || acting->reason[0] == '\0'))
		return gw_fail(err, GW_REJECT, "%s",
			       _("a reason is needed: it stays in the audit"));
	return GW_OK;
}

static enum gw_status
check_fix(struct gw_acting *acting, bool dry, struct gw_error *err)
{
	const struct gw_cause *cause = acting->letters->causes;

	if (check_right(acting, dry, err) != GW_OK)
		return err->status;
	acting->column = acting->fix->column != NULL ? acting->fix->column : cause->column;
	if (acting->column[0] == '\0')
		return gw_fail(err, GW_REJECT, "%s",
			       _("the letters name no column: name the one to correct (--column), "
				 "or correct the rows at the source"));
	acting->cause = cause;
	if (gw_acting_plan(acting, err) != GW_OK)
		return err->status;
	if (acting->plan->stream->nkey == 0)
		return gw_desk_no_key(acting->plan, err);
	return gw_acting_walk(acting, 0, check_row, err);
}

enum gw_status
gw_desk_fix(struct gw_desk *desk, const struct gw_letters *letters, const struct gw_fix *fix,
	    bool dry, struct gw_done *done, struct gw_error *err)
{
	struct gw_acting acting = {.desk = desk,
				   .letters = letters,
				   .kind = GW_ACT_FIX,
				   .fix = fix,
				   .reason = fix->reason,
				   .done = done};
	enum gw_status status = gw_acting_start(&acting, err);

	if (status == GW_OK)
		status = check_fix(&acting, dry, err);
	done->letters = letters->nletters;
	if (status == GW_OK && !dry) {
		status = gw_acting_begin(&acting, err);
		if (status == GW_OK)
			status = gw_acting_walk(&acting, 0, send_correction, err);
		if (status == GW_OK)
			status = gw_acting_note(&acting, err);
		if (status == GW_OK)
			status = gw_acting_commit(&acting, err);
		done->keys = acting.ntaken;
	}
	gw_acting_finish(&acting);
	return status;
}
