#include "explain/story.h"

#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "desk/terms.h"
#include "ops/report.h"

static const struct gw_term balances[] = {
	{"open", N_("open")},
	{"balanced", N_("balanced")},
	{"unbalanced", N_("DOES NOT BALANCE")},
	{"unprovable", N_("cannot be proven")},
	{"", N_("not known here")},
	{NULL, NULL},
};

static enum gw_standing
standing_without_row(const struct gw_story *story)
{
	const struct gw_explained *found = story->found;

	if (found->row && found->deleted_us == 0)
		return GW_STANDING_LEFT;
	if (found->row || found->remembered != 0)
		return GW_STANDING_DELETED;
	return found->nletters > 0 ? GW_STANDING_DELETED : GW_STANDING_NEVER;
}

enum gw_standing
gw_story_standing(const struct gw_story *story)
{
	const struct gw_look *look = &story->look;
	const struct gw_explained *found = story->found;

	if (!story->looked)
		return GW_STANDING_UNKNOWN;
	if (!look->there)
		return standing_without_row(story);
	if (look->reason != NULL)
		return GW_STANDING_REJECTED;
	if (found->row && found->deleted_us == 0 && look->hashed && look->hash == found->hash)
		return GW_STANDING_IN_STEP;
	if (look->ahead == GW_AHEAD_UNKNOWN)
		return GW_STANDING_UNKNOWN;
	return look->ahead == GW_AHEAD_YES ? GW_STANDING_WAITS : GW_STANDING_DIFFERS;
}

static const char *
standing_text(enum gw_standing standing)
{
	switch (standing) {
	case GW_STANDING_IN_STEP:
		return _("In step: the warehouse has what the source has now.");
	case GW_STANDING_WAITS:
		return _("The source is newer: the next cycle reads it.");
	case GW_STANDING_DIFFERS:
		return _("The warehouse has not what the source has, although it was read: it is "
			 "on its way, or was lost. Should it stay so: songma reconcile --repair.");
	case GW_STANDING_REJECTED:
		return _("The row can't go on as it is: songma dlq list shows its letter once it "
			 "was read.");
	case GW_STANDING_DELETED:
		return _("It is gone from the source, and the warehouse does not show it.");
	case GW_STANDING_LEFT:
		return _("It is gone from the source, but the warehouse still has it: songma "
			 "reconcile finds deletes.");
	case GW_STANDING_NEVER:
		return _("Nobody here has ever seen it: is the key right?");
	case GW_STANDING_UNKNOWN:
		break;
	}
	return _("Whether the warehouse is in step with the source can't be told.");
}

static void
print_look(const struct gw_story *story)
{
	const struct gw_look *look = &story->look;
	char read[32], stored[32];

	(void)gw_format_time(look->read_us, read);
	(void)gw_format_time(look->position_us, stored);
	(void)printf(look->there ? _("  The row is there (looked at %s).\n")
				 : _("  No row has this key (looked at %s).\n"),
		     read);
	if (look->there && look->ahead == GW_AHEAD_YES)
		(void)printf(_("  The next cycle reads it: it lies ahead of the position "
			       "(stored %s).\n"),
			     stored);
	else if (look->there && look->ahead == GW_AHEAD_NO)
		(void)printf(_("  It lies behind the position (stored %s): it was read.\n"),
			     stored);
	else if (look->there)
		(void)printf("%s", _("  Whether the next cycle reads it can't be told.\n"));
	if (look->reason != NULL)
		(void)printf(_("  Read today it would be a dead letter: column %s, rule %s (%s): "
			       "%s\n"),
			     look->column == NULL || look->column[0] == '\0' ? "–" : look->column,
			     look->rule, look->code, look->reason);
	for (size_t i = 0; i < look->ncorrected; i++)
		(void)printf(_("  A correction is applied to column %s.\n"), look->corrected[i]);
}

static void
print_source(const struct gw_story *story)
{
	const struct gw_explained *found = story->found;
	char time[32];

	(void)printf("%s", _("Source\n"));
	if (story->looked)
		print_look(story);
	else
		(void)printf(_("  It could not be asked: %s\n"), story->silent);
	for (size_t i = 0; i < found->nfixes; i++)
		(void)printf(_("  Corrected %s by %s, column %s: %s\n"),
			     gw_format_time(found->fixes[i].at_us, time), found->fixes[i].by,
			     found->fixes[i].column, found->fixes[i].reason);
}

static void
print_kafka(const struct gw_story *story)
{
	const struct gw_explained *found = story->found;
	char time[32];

	(void)printf("%s", _("Kafka\n"));
	if (story->kafka != NULL)
		(void)printf(_("  Could not be asked: %s\n"), story->kafka);
	else if (!found->row)
		(void)printf("%s", _("  No record of it was loaded.\n"));
	else if (found->found)
		(void)printf(_("  Version %lld stands in topic %s, partition %lld, offset %lld "
			       "(written %s).\n"),
			     (long long)found->version, found->topic, (long long)found->partition,
			     (long long)found->offset, gw_format_time(found->record_us, time));
	else if (found->looked && found->replayed)
		(void)printf(_("  The record of version %lld is no longer in topic %s, which keeps "
			       "records for 30 days.\n"),
			     (long long)found->version, found->topic);
	else if (found->looked)
		(void)printf(_("  The record of version %lld is no longer in topic %s: a newer one "
			       "of the same row, or a delete, has taken its place.\n"),
			     (long long)found->version, found->topic);
	else
		(void)printf(_("  The record of version %lld was not found in topic %s within a "
			       "few seconds; not searched further.\n"),
			     (long long)found->version, found->topic);
	if (found->row && found->replayed)
		(void)printf("%s", _("  It was replayed as it had been set aside: the source no "
				     "longer had the row.\n"));
}

static void
print_past(const struct gw_explained *found)
{
	char count[32], from[32], to[32];

	if (found->nversions == 0)
		return;
	(void)printf(_("  Earlier versions in history.%s: %s; the last was valid from %s to %s.\n"),
		     found->entity, gw_format_count(found->nhistory, count),
		     gw_format_time(found->history[0].from_us, from),
		     gw_format_time(found->history[0].to_us, to));
}

static void
print_warehouse(const struct gw_explained *found)
{
	char loaded[32], begun[32], time[32];

	(void)printf("%s", _("Warehouse\n"));
	if (found->row)
		(void)printf(
			_("  canon.%s has version %lld, loaded %s by run %s (%s, begun %s).\n"),
			found->entity, (long long)found->version,
			gw_format_time(found->loaded_us, loaded), found->run,
			gw_term_of(balances, found->balance), gw_format_time(found->run_us, begun));
	else
		(void)printf("%s", _("  It has no such row.\n"));
	if (found->deleted_us != 0)
		(void)printf(_("  It is deleted there since %s.\n"),
			     gw_format_time(found->deleted_us, time));
	if (found->remembered != 0)
		(void)printf(_("  A delete of it is remembered since %s (version %lld).\n"),
			     gw_format_time(found->remembered_us, time),
			     (long long)found->remembered);
	print_past(found);
}

static void
print_letter(const struct gw_explain_letter *letter)
{
	char at[32], changed[32];

	(void)printf(_("  Letter %lld of %s: column %s, rule %s: %s\n"), (long long)letter->id,
		     gw_format_time(letter->at_us, at),
		     letter->column[0] == '\0' ? "–" : letter->column,
		     letter->rule[0] == '\0' ? "–" : letter->rule, letter->reason);
	(void)printf(_("    %s since %s"), gw_term_of(gw_letter_states, letter->state),
		     gw_format_time(letter->changed_us != 0 ? letter->changed_us : letter->at_us,
				    changed));
	if (letter->by[0] != '\0')
		(void)printf(_(", by %s"), letter->by);
	if (letter->why[0] != '\0')
		(void)printf(": %s", gw_term_of(gw_letter_reasons, letter->why));
	if (letter->resolved_version != 0)
		(void)printf(_(" (version %lld)"), (long long)letter->resolved_version);
	(void)printf(_("\n    stands in %s, partition %lld, offset %lld\n"), letter->topic,
		     (long long)letter->partition, (long long)letter->offset);
}

static void
print_letters(const struct gw_explained *found)
{
	char count[32];

	(void)printf("%s", _("Dead letters\n"));
	if (found->nletters == 0)
		(void)printf("%s", _("  None of this key.\n"));
	for (size_t i = 0; i < found->nshown; i++)
		print_letter(&found->letters[i]);
	if (found->nletters > (int64_t)found->nshown)
		(void)printf(_("  and older ones: %s\n"),
			     gw_format_count(found->nletters - (int64_t)found->nshown, count));
}

void
gw_story_print(const struct gw_story *story)
{
	(void)printf(_("%s.%s, row %s\n"), story->source, story->stream, story->shown);
	(void)printf("%s\n", standing_text(gw_story_standing(story)));
	print_source(story);
	if (story->keyless != NULL) {
		(void)printf(_("Kafka and warehouse could not be searched: %s\n"), story->keyless);
		return;
	}
	print_kafka(story);
	print_warehouse(story->found);
	print_letters(story->found);
}
