#include "setup/tally.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"

enum gw_status
gw_tally_init(struct gw_tally *tally, struct gw_error *err)
{
	memset(tally, 0, sizeof *tally);
	tally->kinds = calloc(GW_TALLY_KINDS, sizeof *tally->kinds);
	return tally->kinds == NULL ? gw_fail_memory(err) : GW_OK;
}

void
gw_tally_release(struct gw_tally *tally)
{
	free(tally->kinds);
	tally->kinds = NULL;
}

/* Cut where it is too long, and compared as it was cut. */
static void
count(struct gw_tally *tally, const struct gw_tally_kind *kind, size_t rows)
{
	for (size_t i = 0; i < tally->nkinds; i++) {
		struct gw_tally_kind *known = &tally->kinds[i];

		if (known->warning == kind->warning && strcmp(known->column, kind->column) == 0 &&
		    strcmp(known->rule, kind->rule) == 0 &&
		    strcmp(known->reason, kind->reason) == 0) {
			known->count += rows;
			return;
		}
	}
	if (tally->nkinds == GW_TALLY_KINDS) {
		tally->other += rows;
		return;
	}
	tally->kinds[tally->nkinds] = *kind;
	tally->kinds[tally->nkinds++].count = rows;
}

static void
set(struct gw_tally_kind *kind, const char *column, const char *rule, const char *reason)
{
	(void)snprintf(kind->column, sizeof kind->column, "%s", column == NULL ? "" : column);
	(void)snprintf(kind->rule, sizeof kind->rule, "%s", rule == NULL ? "" : rule);
	(void)snprintf(kind->reason, sizeof kind->reason, "%s", reason == NULL ? "" : reason);
}

void
gw_tally_add(struct gw_tally *tally, size_t rows, const struct gw_normalised *seen)
{
	tally->rows += rows;
	tally->rejected += seen->nrejects;
	for (size_t i = 0; i < seen->nrejects; i++) {
		const struct gw_reject *reject = &seen->rejects[i];
		struct gw_tally_kind kind = {.warning = false};

		set(&kind, reject->column, reject->rule, reject->reason);
		count(tally, &kind, 1);
	}
	for (size_t i = 0; i < seen->nwarnings; i++) {
		const struct gw_warning *warning = &seen->warnings[i];
		struct gw_tally_kind kind = {.warning = true};

		set(&kind, warning->column, warning->rule,
		    warning->text == NULL ? "" : _(warning->text));
		count(tally, &kind, warning->rows);
		tally->warned += warning->rows;
	}
}

static int
more_first(const void *a, const void *b)
{
	const struct gw_tally_kind *x = a, *y = b;

	if (x->warning != y->warning)
		return x->warning ? 1 : -1;
	if (x->count != y->count)
		return x->count < y->count ? 1 : -1;
	return strcmp(x->column, y->column);
}

void
gw_tally_sort(struct gw_tally *tally)
{
	qsort(tally->kinds, tally->nkinds, sizeof *tally->kinds, more_first);
}
