#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "desk/desk.h"
#include "desk/parts.h"

enum { ROWS_MAX = 128 * 1024 * 1024, UNIT_MAX = 256 };

struct showing {
	const struct gw_desk_plan *plan; /* NULL: there is none today, so all is masked */
	struct gw_original *out;
	const char *culprit;
	bool reveal, shown;
};

static enum gw_status
take_row(void *arg, size_t letter, const struct gw_desk_row *row, struct gw_error *err)
{
	struct showing *showing = arg;
	struct gw_original *out = showing->out;

	(void)letter;
	showing->shown = row != NULL;
	if (row == NULL)
		return GW_OK;
	out->cells = gw_arena_zalloc(&out->arena, (row->count + 1) * sizeof *out->cells);
	if (out->cells == NULL)
		return gw_fail_memory(err);
	for (size_t i = 0; i < row->count; i++) {
		struct gw_cell *cell = &out->cells[i];

		cell->column = row->columns[i];
		cell->culprit = strcmp(row->columns[i], showing->culprit) == 0;
		cell->value = row->values[i];
		cell->clear =
			showing->reveal || gw_desk_mask(showing->plan, row->columns[i],
							row->values[i], &out->arena, &cell->value);
	}
	out->ncells = row->count;
	return GW_OK;
}

/* What must hold before a letter is opened. */
static enum gw_status
check_right(const struct gw_desk *desk, struct gw_error *err)
{
	if (!desk->may_reveal)
		return gw_fail(err, GW_CONFIG,
			       _("this account can't open letters: it can't read the secret letter "
				 "key (keys.letter_secret_file in %s)"),
			       desk->config->path);
	return GW_OK;
}

enum gw_status
gw_desk_show(struct gw_desk *desk, const struct gw_letters *letters, size_t which, bool reveal,
	     struct gw_original *out, struct gw_error *err)
{
	const struct gw_cause *cause = &letters->causes[letters->letters[which].cause];
	struct showing showing = {.out = out, .culprit = cause->column, .reveal = reveal};
	const struct gw_desk_walk walk = {.letters = letters,
					  .first = which,
					  .last = which + 1,
					  .ended = true,
					  .arena = &out->arena,
					  .each = take_row,
					  .arg = &showing};
	struct gw_error ignored;
	enum gw_status status;

	*out = (struct gw_original){0};
	gw_arena_init(&out->arena, ROWS_MAX);
	status = check_right(desk, err);
	/* A source file that is gone or broken must not keep anybody from a letter. */
	if (status == GW_OK &&
	    gw_desk_plan_make(desk, cause->source, cause->stream, &showing.plan, &ignored) != GW_OK)
		showing.plan = NULL;
	if (status == GW_OK && reveal)
		status = gw_desk_note_reveal(desk, letters, which, err);
	if (status != GW_OK)
		return status;
	return strcmp(cause->stage, "load") == 0
		       ? gw_desk_record(desk, letters, which, reveal, out, err)
		       : gw_desk_walk_rows(desk, &walk, err);
}

void
gw_original_release(struct gw_original *original)
{
	gw_arena_release(&original->arena);
	*original = (struct gw_original){0};
}

bool
gw_desk_personal(struct gw_desk *desk, const struct gw_cause *cause, const char *column)
{
	const struct gw_desk_plan *plan;
	struct gw_error ignored;

	if (gw_desk_plan_make(desk, cause->source, cause->stream, &plan, &ignored) != GW_OK)
		return true;
	return !gw_desk_public(plan, column);
}

/* Codes of communes as the rows have them, for one question to the warehouse each. */
struct units {
	const struct gw_desk_plan *plan;
	struct gw_letters *letters;
	struct gw_arena *arena;
	struct commune {
		const char *code, *map;
	} * found; /* one a letter */
};

static enum gw_status
take_commune(void *arg, size_t letter, const struct gw_desk_row *row, struct gw_error *err)
{
	struct units *units = arg;
	struct commune *found = &units->found[letter];

	(void)err;
	if (row != NULL &&
	    !gw_desk_commune(units->plan, row, units->arena, &found->code, &found->map))
		*found = (struct commune){0};
	return GW_OK;
}

/* "Xã Thọ Xuân" is Thọ Xuân, whatever else came to it. */
static bool
is_named(const char *now, const char *then)
{
	size_t n = strlen(now), t = strlen(then);

	return t <= n && strcmp(now + n - t, then) == 0 && (t == n || now[n - t - 1] == ' ');
}

static enum gw_status
take_unit(void *arg, const char *const *values, size_t count, struct gw_error *err)
{
	char *out = arg;
	const char *then = count == 2 ? values[0] : NULL, *now = count == 2 ? values[1] : NULL;

	(void)err;
	if (now == NULL || then == NULL)
		(void)snprintf(out, UNIT_MAX, "%s", then != NULL ? then : now != NULL ? now : "");
	else if (is_named(now, then))
		(void)snprintf(out, UNIT_MAX, "%s", now);
	else
		(void)snprintf(out, UNIT_MAX, _("%s (formerly %s)"), now, then);
	return GW_OK;
}

static const char unit_sql[] =
	"select (select u.name from ref.unit_code u where u.map = c.map and u.code = c.code "
	"order by u.valid_to desc nulls first limit 1), c.today_name "
	"from ref.commune_today c where c.map = $1 and c.code = $2 limit 1";

static enum gw_status
name_units(struct gw_desk *desk, struct units *units, size_t first, size_t last,
	   struct gw_error *err)
{
	char name[UNIT_MAX];

	for (size_t i = first; i < last; i++) {
		const struct commune *found = &units->found[i];
		const char *params[] = {found->map, found->code};

		name[0] = '\0';
		if (found->code == NULL)
			continue;
		units->letters->letters[i].commune =
			gw_arena_copy(&units->letters->arena, found->code, strlen(found->code));
		if (i > first && found[-1].code != NULL &&
		    strcmp(found[-1].code, found->code) == 0 &&
		    strcmp(found[-1].map, found->map) == 0) {
			units->letters->letters[i].unit = units->letters->letters[i - 1].unit;
			continue;
		}
		if (gw_desk_query(desk, unit_sql, params, 2, take_unit, name, err) != GW_OK)
			return err->status;
		units->letters->letters[i].unit =
			name[0] == '\0' ? NULL
					: gw_arena_copy(&units->letters->arena, name, strlen(name));
	}
	return GW_OK;
}

enum gw_status
gw_desk_units(struct gw_desk *desk, struct gw_letters *letters, struct gw_error *err)
{
	struct gw_arena arena;
	struct units units = {.letters = letters, .arena = &arena};
	enum gw_status status = GW_OK;

	gw_arena_init(&arena, ROWS_MAX);
	units.found = calloc(letters->nletters + 1, sizeof *units.found);
	if (units.found == NULL)
		status = gw_fail_memory(err);
	for (size_t i = 0; status == GW_OK && desk->may_reveal && i < letters->ncauses; i++) {
		struct gw_desk_walk walk = {.letters = letters,
					    .ended = true,
					    .arena = &arena,
					    .each = take_commune,
					    .arg = &units};

		gw_desk_cause_range(letters, i, &walk.first, &walk.last);
		if (gw_desk_plan_make(desk, letters->causes[i].source, letters->causes[i].stream,
				      &units.plan, err) != GW_OK)
			continue;
		gw_arena_reset(&arena);
		status = gw_desk_walk_rows(desk, &walk, err);
		/* A letter that can't be opened is listed like the others. */
		if (status == GW_CONFIG || status == GW_REJECT)
			status = GW_OK;
		if (status == GW_OK)
			status = name_units(desk, &units, walk.first, walk.last, err);
	}
	free(units.found);
	gw_arena_release(&arena);
	return status;
}
