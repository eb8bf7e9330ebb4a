#include "world.h"

#include <stdio.h>
#include <string.h>

/* Where a number was given out first: people of these provinces are made here alone. */
static const char *const kept_provinces[] = {"037", "036", "040", "042", "001", "079"};
enum { BLOCK = 1000000, BLOCK_PROVINCES = 4, KEPT = 6 };

/* The part of a number that two people may share: then the six digits must differ. */
struct cell {
	uint32_t commune;
	bool first;
	enum demo_kind kind;
	int age;
	int64_t born;
	int year;
	bool female;
	const char *province;
};

static uint32_t
commune_of(const struct demo_world *world, uint64_t index)
{
	uint32_t low = 0, high = world->lists.ncommunes - 1;

	while (low < high) {
		uint32_t middle = (low + high + 1) / 2;

		if (world->starts[middle] <= index)
			low = middle;
		else
			high = middle - 1;
	}
	return low;
}

static const struct demo_age *
age_group(const struct demo_lists *lists, uint64_t random)
{
	uint32_t at = demo_below(random, lists->ages_sum), i = 0;

	while (i + 1 < lists->nages && lists->ages[i].sum <= at)
		i++;
	return &lists->ages[i];
}

static void
make_age_and_sex(const struct demo_world *world, uint64_t index, struct cell *out)
{
	const struct demo_trait *trait = demo_trait(out->kind);
	const struct demo_age *group = age_group(&world->lists, demo_draw(world, index, DRAW_AGE));
	uint64_t random = demo_draw(world, index, DRAW_BORN);
	int from = trait->age_to > 0 ? trait->age_from : group->from;
	int to = trait->age_to > 0 ? trait->age_to : group->to;

	out->age = (int)demo_between(random, from, to);
	out->born = world->today - 1 - (int64_t)out->age * 36525 / 100 -
		    (int64_t)demo_below(random, 365);
	out->year = demo_civil(out->born).year;
	out->female = demo_below(demo_draw(world, index, DRAW_SEX), 1000) >= group->male_permille;
	if (trait->sex != 0)
		out->female = trait->sex == 'F';
}

static const char *
province_of(const struct demo_world *world, uint64_t index)
{
	uint64_t random = demo_draw(world, index, DRAW_PROVINCE);
	const char *province;

	if (!demo_chance(random, 600))
		return "038";
	province = demo_word(&world->lists.provinces, demo_draw(world, index, DRAW_ELSEWHERE));
	for (size_t i = 0; i < KEPT; i++)
		if (strcmp(province, kept_provinces[i]) == 0)
			return "038";
	return province;
}

static void
make_cell(const struct demo_world *world, uint64_t index, struct cell *out)
{
	out->commune = commune_of(world, index);
	out->first = world->starts[out->commune] == index;
	out->kind = DEMO_CLEAN;
	if (!out->first) /* clean ones don't count among those who may carry dirt */
		out->kind = demo_dirt_of(&world->dirt,
					 demo_shuffle_at(&world->ranks, index - out->commune - 1));
	make_age_and_sex(world, index, out);
	out->province = province_of(world, index);
}

/*
 * Six digits make a million people apart.  People a million apart have the same six; where they
 * also share province, sex and year, the later one gets a province that is kept for that.
 */
static void
make_number(const struct demo_world *world, uint64_t index, const struct cell *cell,
	    char out[DEMO_NUMBER])
{
	const char *province = cell->province;

	for (uint64_t other = index % BLOCK; other < index; other += BLOCK) {
		struct cell before;

		make_cell(world, other, &before);
		if (before.year != cell->year || before.female != cell->female ||
		    strcmp(before.province, province) != 0)
			continue;
		province = kept_provinces[(index / BLOCK - 1) % BLOCK_PROVINCES];
		break;
	}
	demo_number_compose(province, cell->year, cell->female,
			    demo_shuffle_at(&world->digits, index % BLOCK), out);
}

static enum demo_status
status_of(const struct demo_world *world, const struct demo_person *person)
{
	uint32_t at = demo_below(demo_draw(world, person->index, DRAW_STATUS), 10000);
	uint32_t deceased = person->age >= 75 ? 1500 : person->age >= 60 ? 500 : 30;

	if (person->first || person->kind != DEMO_CLEAN)
		return DEMO_PERMANENT;
	if (at < deceased)
		return DEMO_DECEASED;
	if (at < deceased + 350)
		return DEMO_TEMPORARY;
	if (at < deceased + 600)
		return DEMO_MOVED_OUT;
	return at < deceased + 620 ? DEMO_REMOVED : DEMO_PERMANENT;
}

/* Two fifths of the rows were last changed before the codes were switched; some of them all at
   once, by a clean-up one night. */
static void
make_updated(const struct demo_world *world, struct demo_person *person)
{
	uint64_t which = demo_draw(world, person->index, DRAW_UPDATED);
	uint64_t when = demo_draw(world, person->index, DRAW_UPDATED_AT);
	int64_t start = demo_days((struct demo_date){2021, 7, 1}) * DEMO_DAY_S;
	int64_t middle = world->switched_on * DEMO_DAY_S;
	int64_t seconds;

	person->old_map = demo_chance(which, 4000);
	if (person->kind == PERSON_COMMUNE_ABOLISHED || person->kind == PERSON_COMMUNE_LOST)
		person->old_map = true;
	if (person->kind == PERSON_COMMUNE_NOT_CONVERTED)
		person->old_map = false;
	if (!person->old_map)
		seconds = demo_between(when, middle, world->today * DEMO_DAY_S - 1);
	else if (which % 100 < 12)
		seconds = demo_days((struct demo_date){2023, 8, 15}) * DEMO_DAY_S + 7200;
	else
		seconds = demo_between(when, start, middle - 1);
	person->updated_us = seconds * 1000000;
	if (when % 3 == 0 && which % 100 >= 12)
		person->updated_us += (int64_t)(when >> 40) % 1000000;
}

static const struct demo_ethnic *
ethnic_of(const struct demo_world *world, const struct demo_person *person)
{
	uint32_t at = demo_below(demo_draw(world, person->index, DRAW_ETHNIC), 10000);
	enum demo_area area = world->lists.communes[person->commune].area;

	if (person->kind == BENEFICIARY_ETHNIC_CONFLICT)
		for (uint32_t i = 0; i < world->lists.nethnics; i++)
			if (strcmp(world->lists.ethnics[i].code,
				   world->lists.ethnics[i].code_2008) != 0)
				return &world->lists.ethnics[i];
	for (uint32_t i = world->lists.nethnics - 1; i > 0; i--)
		if (at < world->lists.ethnics[i].weight[area])
			return &world->lists.ethnics[i];
	return &world->lists.ethnics[0];
}

/* The former commune; the first resident's is one that was not split. */
static const struct demo_old_unit *
old_unit_of(const struct demo_world *world, const struct demo_person *person)
{
	const struct demo_commune *commune = &world->lists.communes[person->commune];
	uint32_t at = demo_below(demo_draw(world, person->index, DRAW_OLD_UNIT), commune->nold);

	for (uint32_t i = 0; person->first && commune->old[at].split && i < commune->nold; i++)
		at = (at + 1) % commune->nold;
	return &commune->old[at];
}

void
demo_person_make(const struct demo_world *world, uint64_t index, struct demo_person *out)
{
	struct cell cell;

	make_cell(world, index, &cell);
	*out = (struct demo_person){.index = index,
				    .commune = cell.commune,
				    .first = cell.first,
				    .kind = cell.kind,
				    .female = cell.female,
				    .born = cell.born,
				    .age = cell.age};
	make_number(world, index, &cell, out->number);
	out->ethnic = ethnic_of(world, out);
	out->old = old_unit_of(world, out);
	out->status = status_of(world, out);
	make_updated(world, out);
}

bool
demo_has_two_numbers(const struct demo_person *person)
{
	return person->kind == PERSON_TWO_NUMBERS || person->kind == DEATH_CMND_SHARED;
}

bool
demo_in_register(const struct demo_person *person)
{
	return person->kind == DEMO_CLEAN || person->kind > DEMO_LAST_BROKEN_PERSON;
}

/* Cards were issued from 14 years on, the last of them in 2021; some have been forgotten since. */
bool
demo_cmnd(const struct demo_world *world, const struct demo_person *person, char out[DEMO_CMND])
{
	bool needed = person->kind == DEATH_CMND_ONLY || demo_has_two_numbers(person);

	if (demo_civil(person->born).year > 2006 ||
	    (!needed && demo_chance(demo_draw(world, person->index, DRAW_CMND), 1500)))
		return false;
	(void)snprintf(out, DEMO_CMND, "17%07u",
		       (unsigned)(demo_shuffle_at(&world->cmnds, person->index) % 10000000));
	return true;
}

void
demo_card(const struct demo_world *world, const struct demo_person *person, char out[DEMO_CARD])
{
	const struct demo_csv *targets = world->lists.targets;
	uint64_t random = demo_draw(world, person->index, DRAW_CARD);
	char **target =
		targets->cells + demo_below(random, (uint32_t)targets->nrows) * targets->ncols;

	(void)snprintf(out, DEMO_CARD, "%.2s%.1s3838%08u", target[0], target[1],
		       (unsigned)(demo_shuffle_at(&world->cards, person->index) % 100000000));
}

void
demo_other_number(const struct demo_world *world, const struct demo_person *person,
		  char out[DEMO_NUMBER])
{
	demo_stranger_number(world, 300000 + person->index % 600000, "001", out);
}

static const struct demo_cohort *
cohort_of(const struct demo_world *world, const struct demo_person *person)
{
	const struct demo_lists *lists = &world->lists;
	int year = demo_civil(person->born).year;
	const struct demo_cohort *best = &lists->cohorts[0];

	for (uint32_t i = 0; i < lists->ncohorts; i++) {
		const struct demo_cohort *cohort = &lists->cohorts[i];

		if (cohort->female != person->female)
			continue;
		best = cohort;
		if (year <= cohort->year_to)
			break;
	}
	return best;
}

void
demo_person_name(const struct demo_world *world, const struct demo_person *person,
		 char out[DEMO_NAME])
{
	const struct demo_cohort *cohort = cohort_of(world, person);
	const struct demo_ethnic *ethnic = person->ethnic;
	bool own = ethnic->family.count > 0;
	const struct demo_words *family = own ? &ethnic->family : &world->lists.family;
	const char *middle =
		demo_word(&cohort->middle, demo_draw(world, person->index, DRAW_MIDDLE));

	if (own && person->female)
		middle = "Thị";
	(void)snprintf(out, DEMO_NAME, "%s %s %s",
		       demo_word(family, demo_draw(world, person->index, DRAW_FAMILY)), middle,
		       demo_word(&cohort->given, demo_draw(world, person->index, DRAW_GIVEN)));
}
