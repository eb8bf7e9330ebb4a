#include "rows.h"

#include <string.h>

enum { SYSTEM_YEAR = 2016, TRIES = 8, OPENS = 27000, CLOSES = 61200, ADULT_DAYS = 18 * 366 };

static uint64_t
draw(const struct demo_world *world, const struct demo_person *person, unsigned what)
{
	return demo_draw(world, person->index, what);
}

static int64_t
clamp(int64_t day, int64_t last)
{
	return day < last ? day : last;
}

static int64_t
system_start(void)
{
	return demo_days((struct demo_date){SYSTEM_YEAR, 1, 1});
}

static int64_t
new_codes_from(void)
{
	return demo_days((struct demo_date){2025, 7, 1});
}

/* Justice switched to the new codes on the day they came into force. */
static const char *
code_on(const struct demo_world *world, const struct demo_person *person, int64_t day)
{
	if (day < new_codes_from())
		return person->old->code;
	return world->lists.communes[person->commune].code;
}

/* "127/2024": the number in the year's book, and the day on which it was entered. */
static void
write_entry(struct demo_out *out, uint64_t id, int64_t day, const char *commune)
{
	char text[40];

	(void)snprintf(text, sizeof text, "%llu/%d", (unsigned long long)(id % 900 + 1),
		       demo_civil(day).year);
	demo_out_number(out, (int64_t)id);
	demo_out_text(out, text);
	demo_out_date(out, day);
	demo_out_text(out, commune);
}

/* Entries are made in office hours of their day and mended seldom. */
static void
write_stamp(const struct demo_world *world, const struct demo_person *person, int64_t day,
	    struct demo_out *out)
{
	uint64_t random = draw(world, person, DRAW_DELAY);
	int64_t second = demo_between(random, OPENS, CLOSES);

	if (demo_chance(random, 300))
		day = demo_between(random, day, world->today - 1);
	demo_out_time(out, (day * DEMO_DAY_S + second) * 1000000);
}

/* A parent out of the same commune, of fitting age and sex; NULL where none is soon found. */
static const char *
find_parent(const struct demo_world *world, const struct demo_person *child, bool female,
	    struct demo_person *out)
{
	uint64_t first = world->starts[child->commune];
	uint64_t size = world->starts[child->commune + 1] - first;
	uint64_t random = draw(world, child, female ? DRAW_MOTHER : DRAW_FATHER);

	if (!female && demo_chance(random, 500))
		return NULL;
	for (int i = 0; i < TRIES; i++) {
		int years;

		demo_person_make(world, first + random % size, out);
		years = out->age - child->age;
		if (out->female == female && years >= 19 && years <= (female ? 42 : 55))
			return out->number;
		random = demo_random(world->seed, random, DRAW_MOTHER);
	}
	return NULL;
}

static void
write_child(const struct demo_person *child, struct demo_out *out)
{
	char text[32];

	(void)snprintf(text, sizeof text, "%s", child->number);
	if (child->kind == BIRTH_ID_11)
		text[DEMO_NUMBER - 2] = '\0';
	demo_out_text(out, text);
}

static void
write_born(struct demo_world *world, const struct demo_person *child, struct demo_out *out)
{
	char text[DEMO_DATE_TEXT];
	bool iso = child->kind == DEMO_CLEAN && demo_chance(draw(world, child, DRAW_SHAPE), 2500);

	if (iso)
		world->dirt.counted[BIRTH_BORN_ISO]++;
	demo_date_text(child->born, iso ? DEMO_ISO : DEMO_SLASHES, text);
	if (child->kind == BIRTH_BORN_IMPOSSIBLE)
		(void)snprintf(text, sizeof text, "31/04/%04d", demo_civil(child->born).year);
	demo_out_text(out, text);
}

static void
write_sex(const struct demo_person *child, struct demo_out *out)
{
	char text[32];

	if (child->kind != BIRTH_SEX_NFD) {
		demo_out_text(out, child->female ? "Nữ" : "Nam");
		return;
	}
	demo_nfd("Nữ", text, sizeof text);
	demo_out_text(out, text);
}

static bool
is_birth_kind(enum demo_kind kind)
{
	return kind >= BIRTH_ID_11 && kind <= BIRTH_SEX_NFD;
}

/* Births go back to the start of the system; some parents never came.  The births of those whose
   row of the register is broken are left out, so that a birth without its infant is a stranger's.
 */
static bool
birth_registered(struct demo_world *world, const struct demo_person *child)
{
	bool missed = demo_chance(draw(world, child, DRAW_BIRTH), 800);

	if (is_birth_kind(child->kind))
		return true;
	if (!demo_in_register(child) || child->born < system_start())
		return false;
	if (missed && child->born >= world->today - 365)
		world->dirt.counted[INFANT_WITHOUT_BIRTH]++;
	return !missed;
}

/* The name beside the code.  Some clerks go on writing what the number meant before the codes were
   switched: a new code beside the name of the former commune that had the same number. */
static const char *
birth_place(const struct demo_world *world, const struct demo_person *child, int64_t day,
	    const char **name)
{
	const struct demo_lists *lists = &world->lists;
	const struct demo_commune *commune = &lists->communes[child->commune];

	if (child->kind != BIRTH_OTHER_MAP) {
		bool former = code_on(world, child, day) == child->old->code;

		*name = former ? child->old->name : commune->name;
		return child->kind == BIRTH_COMMUNE_UNKNOWN ? "99999" : code_on(world, child, day);
	}
	for (uint32_t i = child->commune;; i++) {
		commune = &lists->communes[i % lists->ncommunes];
		for (uint32_t j = 0; j < commune->nold; j++) {
			const struct demo_old_unit *old = &commune->old[j];

			if (strcmp(old->code, commune->code) != 0 ||
			    demo_same_name(old->name, commune->name))
				continue;
			*name = old->name;
			return commune->code;
		}
	}
}

static void
write_birth(struct demo_world *world, const struct demo_person *child, struct demo_out *out)
{
	uint64_t random = draw(world, child, DRAW_BIRTH);
	int64_t day = clamp(child->born + demo_between(random, 1, 60), world->today - 1);
	const char *place, *place_name;
	struct demo_person parent;
	char name[DEMO_NAME];

	if (child->kind == BIRTH_OTHER_MAP) /* registered late */
		day = demo_between(random, new_codes_from(), world->today - 1);
	place = birth_place(world, child, day, &place_name);
	write_entry(out, ++world->birth_id, day, place);
	demo_out_text(out, place_name);
	write_child(child, out);
	demo_person_name(world, child, name);
	demo_out_text(out, name);
	write_sex(child, out);
	write_born(world, child, out);
	if (out->file != NULL) {
		demo_out_text(out, find_parent(world, child, true, &parent));
		demo_out_text(out, find_parent(world, child, false, &parent));
	}
	write_stamp(world, child, day, out);
	demo_out_end(out);
}

static void
birth_row(struct demo_world *world, const struct demo_person *child, struct demo_out *out)
{
	if (!birth_registered(world, child))
		return;
	if (is_birth_kind(child->kind))
		world->dirt.counted[child->kind]++;
	write_birth(world, child, out);
}

bool
demo_dead_in_justice(const struct demo_person *person)
{
	return person->kind == DEATH_ALIVE_IN_REGISTER || person->kind == DEATH_ID_SPACED ||
	       person->kind == DEATH_CMND_ONLY;
}

static void
write_died(struct demo_world *world, enum demo_kind kind, uint64_t random, int64_t day,
	   struct demo_out *out)
{
	char text[DEMO_DATE_TEXT];
	bool year_only = kind == DEMO_CLEAN && demo_chance(random >> 8, 400);

	if (year_only)
		world->dirt.counted[DEATH_YEAR_ONLY]++;
	demo_date_text(day,
		       year_only         ? DEMO_YEAR
		       : random % 4 == 0 ? DEMO_SHORT
					 : DEMO_SLASHES,
		       text);
	if (kind == DEATH_DIED_IMPOSSIBLE)
		(void)snprintf(text, sizeof text, "31/02/%d", demo_civil(day).year);
	demo_out_text(out, text);
}

static bool
cmnd_alone(enum demo_kind kind)
{
	return kind == DEATH_CMND_ONLY || kind == DEATH_CMND_SHARED;
}

static void
write_dead(const struct demo_world *world, const struct demo_person *person, struct demo_out *out)
{
	char text[DEMO_NUMBER + 3], cmnd[DEMO_CMND];
	bool old_card = cmnd_alone(person->kind) ||
			demo_chance(draw(world, person, DRAW_CMND_WRITTEN), 3000);

	(void)snprintf(text, sizeof text, "%s", person->number);
	if (person->kind == DEATH_CMND)
		(void)snprintf(text, sizeof text, "17%.7s", person->number + 5);
	else if (person->kind == DEATH_ID_SPACED)
		demo_number_grouped(person->number, ' ', text);
	demo_out_text(out, cmnd_alone(person->kind) ? NULL : text);
	demo_out_text(out, old_card && demo_cmnd(world, person, cmnd) ? cmnd : NULL);
}

static bool
is_death_kind(enum demo_kind kind)
{
	return kind >= DEATH_ALIVE_IN_REGISTER && kind <= DEATH_DIED_IMPOSSIBLE;
}

/* A few of the dead of the register never got their entry here. */
static bool
death_registered(struct demo_world *world, const struct demo_person *person)
{
	if (is_death_kind(person->kind)) {
		world->dirt.counted[person->kind]++;
		return true;
	}
	if (person->status != DEMO_DECEASED)
		return false;
	if (!demo_chance(draw(world, person, DRAW_DEATH), 1500))
		return true;
	world->dirt.counted[PERSON_DEAD_IN_REGISTER_ONLY]++;
	return false;
}

static void
death_row(struct demo_world *world, const struct demo_person *person, struct demo_out *out)
{
	uint64_t random = draw(world, person, DRAW_DEATH);
	int64_t from = system_start() > person->born ? system_start() : person->born;
	int64_t died = demo_between(draw(world, person, DRAW_DIED), clamp(from, world->today - 2),
				    world->today - 2);
	int64_t day = clamp(died + demo_between(random, 0, 15), world->today - 1);
	char text[DEMO_NAME];

	if (!death_registered(world, person))
		return;
	write_entry(out, ++world->death_id, day, code_on(world, person, day));
	write_dead(world, person, out);
	demo_person_name(world, person, text);
	demo_out_text(out, text);
	demo_date_text(person->born, DEMO_SLASHES, text);
	demo_out_text(out, text);
	demo_out_text(out, person->female ? "Nữ" : "Nam");
	write_died(world, person->kind, random, died, out);
	write_stamp(world, person, day, out);
	demo_out_end(out);
}

static void
marriage_row(struct demo_world *world, const struct demo_person *wife, const char *husband,
	     const char *husband_name, const char *commune, struct demo_out *out)
{
	int64_t from = wife->born + ADULT_DAYS;
	int64_t day;
	char name[DEMO_NAME];

	if (from < system_start())
		from = system_start();
	day = demo_between(draw(world, wife, DRAW_MARRIED), clamp(from, world->today - 1),
			   world->today - 1);
	write_entry(out, ++world->marriage_id, day,
		    commune != NULL ? commune : code_on(world, wife, day));
	demo_out_text(out, husband);
	demo_out_text(out, husband_name);
	demo_out_text(out, wife->number);
	demo_person_name(world, wife, name);
	demo_out_text(out, name);
	write_stamp(world, wife, day, out);
	demo_out_end(out);
}

/* A marriage of its own, since whoever carries the dirt may have nobody beside him. */
static void
carried_marriage(struct demo_world *world, const struct demo_person *wife, struct demo_out *out)
{
	bool letter = wife->kind == MARRIAGE_ID_LETTER;
	char number[DEMO_NUMBER];

	if (!letter && wife->kind != MARRIAGE_COMMUNE_UNKNOWN)
		return;
	world->dirt.counted[wife->kind]++;
	demo_stranger_number(world, 900000 + wife->index % 100000, "079", number);
	if (letter)
		number[0] = 'O';
	marriage_row(world, wife, number, "Nguyễn Văn Hùng", letter ? NULL : "99999", out);
}

static bool
may_marry(const struct demo_person *person)
{
	return person->age >= 23 && person->age <= 50;
}

/* Two people who stand side by side in the list and could be a couple often are one. */
static void
couple(struct demo_world *world, const struct demo_person *person,
       const struct demo_person *partner, struct demo_out *out)
{
	const struct demo_person *wife = person->female ? person : partner;
	const struct demo_person *husband = person->female ? partner : person;
	char name[DEMO_NAME];

	if (partner == NULL || person->index % 2 != 0 || person->female == partner->female ||
	    !may_marry(person) || !may_marry(partner) ||
	    demo_chance(draw(world, person, DRAW_MARRIAGE), 3000))
		return;
	demo_person_name(world, husband, name);
	marriage_row(world, wife, husband->number, name, NULL, out);
}

void
demo_justice_rows(struct demo_world *world, const struct demo_person *person,
		  const struct demo_person *partner, struct demo_tables *to)
{
	birth_row(world, person, &to->out[KHAI_SINH]);
	death_row(world, person, &to->out[KHAI_TU]);
	carried_marriage(world, person, &to->out[KET_HON]);
	couple(world, person, partner, &to->out[KET_HON]);
}

/* Newborns who have their entry and their number here, but not yet in the register. */
static void
unknown_births(struct demo_world *world, struct demo_out *out)
{
	for (uint64_t i = 0; i < world->dirt.planned[BIRTH_NOT_IN_REGISTER]; i++) {
		struct demo_person child;

		demo_person_make(world, i * 15485863 % world->people, &child);
		child.index = world->people + i;
		child.kind = BIRTH_NOT_IN_REGISTER;
		child.born = world->today - 5 - (int64_t)(draw(world, &child, DRAW_BORN) % 55);
		child.age = 0;
		demo_number_compose("079", demo_civil(child.born).year, child.female,
				    demo_shuffle_at(&world->digits, i), child.number);
		world->dirt.counted[BIRTH_NOT_IN_REGISTER]++;
		write_birth(world, &child, out);
	}
}

/* Deaths of people whom the register does not know, or whose number nobody wrote down. */
static void
unknown_deaths(struct demo_world *world, struct demo_out *out)
{
	uint64_t known = world->dirt.planned[DEATH_NOT_IN_REGISTER];
	uint64_t all = known + world->dirt.planned[DEATH_WITHOUT_NUMBER];

	for (uint64_t i = 0; i < all; i++) {
		struct demo_person person;
		char text[DEMO_NAME];
		int64_t died;

		demo_person_make(world, i * 7919 % world->people, &person);
		demo_stranger_number(world, i, "079", person.number);
		person.index = world->people + i;
		world->dirt.counted[i < known ? DEATH_NOT_IN_REGISTER : DEATH_WITHOUT_NUMBER]++;
		died = demo_between(draw(world, &person, DRAW_DIED), system_start(),
				    world->today - 2);
		write_entry(out, ++world->death_id, died + 1, code_on(world, &person, died + 1));
		demo_out_text(out, i < known ? person.number : NULL);
		demo_out_text(out, NULL);
		demo_person_name(world, &person, text);
		demo_out_text(out, text);
		demo_out_text(out, NULL);
		demo_out_text(out, person.female ? "Nữ" : "Nam");
		write_died(world, DEATH_NOT_IN_REGISTER, i, died, out);
		write_stamp(world, &person, died + 1, out);
		demo_out_end(out);
	}
}

void
demo_justice_strangers(struct demo_world *world, struct demo_tables *to)
{
	unknown_births(world, &to->out[KHAI_SINH]);
	unknown_deaths(world, &to->out[KHAI_TU]);
}
