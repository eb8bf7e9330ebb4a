#include "rows.h"

#include <string.h>

enum { OPENS = 27000, CLOSES = 61200, PAID_MONTHS = 6, SERIAL_OF_1970 = 25569 };

/* As UUID_SHORT() of server 200 counts, and as a list does that another was merged into. */
#define FIRST_CARD UINT64_C(14411518807585587200)
#define FIRST_PAYMENT INT64_C(3000000000)

/* What MariaDB keeps for "not known" and "for ever". */
static const char zero_date[] = "0000-00-00", no_end[] = "9999-12-31";

/* What a beneficiary's row says; the texts are the lists' or the program's own. */
struct grant {
	const char *class, *commune, *commune_name, *status;
	int64_t since, until; /* until: 0 for as long as it lasts */
};

static uint64_t
draw(const struct demo_world *world, const struct demo_person *person, unsigned what)
{
	return demo_draw(world, person->index, what);
}

static void
write_day(int64_t day, struct demo_out *out)
{
	char text[DEMO_DATE_TEXT];

	demo_date_text(day, DEMO_COMPACT, text);
	demo_out_text(out, text);
}

static void
write_tcvn3(const char *text, struct demo_out *out)
{
	char bytes[2 * DEMO_NAME];

	if (text != NULL)
		demo_tcvn3(text, bytes, sizeof bytes);
	demo_out_text(out, text == NULL ? NULL : bytes);
}

static void
write_stamp(int64_t day, uint64_t random, struct demo_out *out)
{
	demo_out_time(out, (day * DEMO_DAY_S + demo_between(random, OPENS, CLOSES)) * 1000000);
}

/* ---- cards --------------------------------------------------------------- */

static bool
insured(const struct demo_world *world, const struct demo_person *person)
{
	if (person->kind == RECORD_CARD_NOWHERE)
		return false;
	return person->kind == RECORD_BHYT_ONLY || person->kind == RECORD_CARD_CONFLICT ||
	       person->kind == CARD_TWO_FOR_ONE ||
	       demo_chance(draw(world, person, DRAW_INSURED), 8500);
}

/* A flag that is neither yes nor no: a card in a thousand, of somebody else's dirt never. */
static bool
flag_is_two(struct demo_world *world, const struct demo_person *person)
{
	uint64_t *counted = world->dirt.counted;

	if (person->kind != DEMO_CLEAN || world->card_id < 100 + 1000 * counted[CARD_FLAG_TWO])
		return false;
	counted[CARD_FLAG_TWO]++;
	return true;
}

/* From when, until when, withdrawn or not, and the time of the last change. */
static void
write_validity(struct demo_world *world, const struct demo_person *person, uint64_t random,
	       struct demo_out *out)
{
	uint64_t *counted = world->dirt.counted;
	int64_t from = demo_between(random >> 8, world->today - 700, world->today - 2);
	bool broken = flag_is_two(world, person);
	bool unknown = !broken && world->card_id % 250 == 7, endless = !broken && random % 20 == 0;

	if (unknown)
		demo_out_text(out, zero_date);
	else
		demo_out_date(out, from);
	if (endless)
		demo_out_text(out, no_end);
	else
		demo_out_date(out, from + 364);
	demo_out_number(out, broken ? 2 : random % 40 == 3);
	write_stamp(from + 1, random, out);
	counted[CARD_FROM_ZERO] += unknown;
	counted[CARD_WITHOUT_END] += endless;
	counted[CARD_ID_UNSIGNED] += !broken;
	counted[CARD_STAMP] += !broken;
}

static void
write_card(struct demo_world *world, const struct demo_person *person, const char *number,
	   const char *card, struct demo_out *out)
{
	uint64_t random = draw(world, person, DRAW_INSURED) + world->card_id;
	char cmnd[DEMO_CMND], name[DEMO_NAME], id[DEMO_CARD];
	bool old = demo_cmnd(world, person, cmnd) && number == person->number;
	bool old_alone = old && person->kind == DEMO_CLEAN && demo_chance(random >> 16, 300);

	(void)snprintf(id, sizeof id, "%llu", (unsigned long long)(FIRST_CARD + ++world->card_id));
	demo_out_text(out, id);
	demo_out_text(out, card);
	demo_out_text(out, old_alone ? NULL : number);
	demo_out_text(out, old_alone || (old && random % 2 == 0) ? cmnd : NULL);
	demo_person_name(world, person, name);
	write_tcvn3(name, out);
	write_validity(world, person, random, out);
	demo_out_end(out);
}

static void
card_rows(struct demo_world *world, const struct demo_person *person, struct demo_out *out)
{
	char card[DEMO_CARD];

	if (!insured(world, person))
		return;
	demo_card(world, person, card);
	write_card(world, person, person->number, card, out);
	if (person->kind == RECORD_CARD_CONFLICT) {
		char other[DEMO_NUMBER];

		demo_other_number(world, person, other);
		write_card(world, person, other, card, out);
	} else if (person->kind == CARD_TWO_FOR_ONE) {
		card[6] = '7'; /* 38 becomes 37: a number given out elsewhere */
		write_card(world, person, person->number, card, out);
		world->dirt.counted[CARD_TWO_FOR_ONE]++;
	}
}

/* ---- beneficiaries ------------------------------------------------------- */

static bool
carries(const struct demo_person *person)
{
	return person->kind >= BENEFICIARY_SINCE_SERIAL && person->kind <= BENEFICIARY_SPLIT_NAME;
}

static bool
is_beneficiary(const struct demo_world *world, const struct demo_person *person)
{
	bool mountain = world->lists.communes[person->commune].area == DEMO_MOUNTAIN;
	uint32_t share = 130;

	if (carries(person))
		return true;
	if (person->kind != DEMO_CLEAN)
		return false;
	if (person->age >= 80)
		share = 5500;
	else if (person->age >= 60)
		share = 250;
	else if (person->age < 3 && mountain)
		share = 1200;
	return demo_chance(draw(world, person, DRAW_BENEFICIARY), share);
}

static const char *
class_of(const struct demo_world *world, const struct demo_person *person)
{
	static const char *const adult[] = {"6a", "6b", "6b", "6b", "8", "4"};
	uint64_t random = draw(world, person, DRAW_CLASS);
	bool disabled = random % 3 == 0;

	if (person->kind == BENEFICIARY_CLASS_UNKNOWN)
		return "9z";
	if (person->age >= 80)
		return random % 10 == 0 ? "5a2" : "5c";
	if (person->age >= 60)
		return disabled ? "6b+" : "5a1";
	if (person->age >= 16)
		return adult[random % 6];
	if (disabled)
		return random % 2 == 0 ? "6a+" : "6b+";
	if (person->age < 3)
		return "7";
	return person->age < 4 ? "1a" : "1b";
}

static bool
formed_of(const struct demo_commune *commune, const char *old_code)
{
	for (uint32_t i = 0; i < commune->nold; i++)
		if (strcmp(commune->old[i].code, old_code) == 0)
			return true;
	return false;
}

/* A former commune, split or not, beside the name of a new one that it went to. */
static void
make_renamed(const struct demo_world *world, const struct demo_person *person, bool split,
	     struct grant *grant)
{
	const struct demo_lists *lists = &world->lists;
	uint64_t random = draw(world, person, DRAW_LABOUR_SHAPE);

	for (;; random = random * 6364136223846793005U + 1442695040888963407U) {
		const struct demo_commune *commune =
			&lists->communes[demo_below(random, lists->ncommunes)];
		const struct demo_old_unit *old =
			&commune->old[demo_below(random << 16, commune->nold)];

		if (old->split != split || demo_same_name(old->name, commune->name))
			continue;
		grant->commune = old->code;
		grant->commune_name = commune->name;
		return;
	}
}

/* The name of a commune that has nothing to do with the code. */
static const char *
strange_name(const struct demo_world *world, const struct demo_person *person)
{
	const struct demo_lists *lists = &world->lists;

	for (uint32_t i = 40;; i++) {
		const struct demo_commune *commune =
			&lists->communes[(person->commune + i) % lists->ncommunes];

		if (!formed_of(commune, person->old->code) &&
		    !demo_same_name(commune->name, person->old->name))
			return commune->name;
	}
}

static void
make_place(const struct demo_world *world, const struct demo_person *person, struct grant *grant)
{
	uint64_t random = draw(world, person, DRAW_LABOUR_SHAPE);

	grant->commune = person->old->code;
	grant->commune_name = person->old->name;
	if (person->kind == BENEFICIARY_NEW_NAME || person->kind == BENEFICIARY_SPLIT_NAME)
		make_renamed(world, person, person->kind == BENEFICIARY_SPLIT_NAME, grant);
	else if (person->kind == BENEFICIARY_NAME_MISMATCH)
		grant->commune_name = strange_name(world, person);
	else if (random % 32 == 0)
		grant->commune_name = NULL;
	else if (random % 8 == 0)
		grant->commune_name = demo_bare_name(grant->commune_name);
}

static void
make_grant(const struct demo_world *world, const struct demo_person *person, struct grant *grant)
{
	uint64_t random = draw(world, person, DRAW_SINCE);
	int64_t from = demo_days((struct demo_date){2013, 1, 1});
	int64_t last = world->today - 2;

	*grant = (struct grant){.class = class_of(world, person), .status = "Đang hưởng"};
	if (from < person->born)
		from = person->born < last ? person->born : last;
	grant->since = demo_between(random, from, last);
	if (person->status > DEMO_TEMPORARY || demo_chance(random >> 20, 400)) {
		grant->status = "Đã thôi hưởng";
		grant->until = demo_between(random >> 8, grant->since, last);
	} else if (demo_chance(random >> 30, 300))
		grant->status = "Tạm dừng";
	make_place(world, person, grant);
}

static void
write_since(const struct demo_person *person, int64_t day, struct demo_out *out)
{
	char text[DEMO_DATE_TEXT];

	demo_date_text(day, person->kind == BENEFICIARY_SINCE_YEAR ? DEMO_YEAR : DEMO_COMPACT,
		       text);
	if (person->kind == BENEFICIARY_SINCE_SERIAL) /* as a spreadsheet keeps its dates */
		(void)snprintf(text, sizeof text, "%lld", (long long)day + SERIAL_OF_1970);
	demo_out_text(out, text);
}

static void
write_identifiers(const struct demo_world *world, const struct demo_person *person,
		  struct demo_out *out)
{
	uint64_t random = draw(world, person, DRAW_BENEFICIARY);
	char cmnd[DEMO_CMND], card[DEMO_CARD];
	bool old = demo_cmnd(world, person, cmnd);
	bool old_alone = old && person->kind == DEMO_CLEAN && demo_chance(random >> 16, 400);

	demo_card(world, person, card);
	demo_out_text(out, old_alone ? NULL : person->number);
	demo_out_text(out, old_alone || (old && (random >> 30) % 2 == 0) ? cmnd : NULL);
	demo_out_text(out, insured(world, person) && (random >> 31) % 3 > 0 ? card + 5 : NULL);
}

/* The encoding is counted of every row, the last day of those alone that arrive. */
static void
count_beneficiary(struct demo_world *world, const struct demo_person *person,
		  const struct grant *grant)
{
	uint64_t *counted = world->dirt.counted;

	counted[BENEFICIARY_NAME_TCVN3] += grant->commune_name != NULL;
	if (person->kind != BENEFICIARY_SINCE_SERIAL && person->kind != BENEFICIARY_CLASS_UNKNOWN &&
	    person->kind != BENEFICIARY_NAME_MISMATCH)
		counted[BENEFICIARY_UNTIL_ZERO] += grant->until == 0;
}

static void
write_beneficiary(const struct demo_world *world, const struct demo_person *person, const char *id,
		  const struct grant *grant, struct demo_out *out)
{
	uint64_t random = draw(world, person, DRAW_LABOUR_UPDATED);
	bool wrong = person->kind == BENEFICIARY_ETHNIC_CONFLICT;
	char name[DEMO_NAME];

	demo_out_text(out, id);
	write_identifiers(world, person, out);
	demo_person_name(world, person, name);
	write_tcvn3(name, out);
	write_day(person->born, out);
	if (person->kind == DEMO_CLEAN && random % 50 == 0)
		demo_out_text(out, NULL);
	else
		demo_out_text(out, wrong ? person->ethnic->code : person->ethnic->code_2008);
	demo_out_text(out, grant->commune);
	write_tcvn3(grant->commune_name, out);
	demo_out_text(out, grant->class);
	write_since(person, grant->since, out);
	if (grant->until > 0)
		demo_out_date(out, grant->until);
	else
		demo_out_text(out, zero_date);
	demo_out_text(out, grant->status);
	write_stamp(demo_between(random >> 10, grant->since, world->today - 1), random, out);
	demo_out_end(out);
}

/* ---- payments ------------------------------------------------------------ */

static const char *
amount_of(const struct demo_world *world, const char *class)
{
	const struct demo_csv *classes = world->lists.classes;

	for (size_t i = 0; i < classes->nrows; i++)
		if (strcmp(classes->cells[i * classes->ncols], class) == 0)
			return classes->cells[i * classes->ncols + 1];
	return "500000";
}

/* A month that is kept as a day: 2026-09-00. */
static void
write_month(struct demo_date month, struct demo_out *out)
{
	char text[DEMO_DATE_TEXT];

	(void)snprintf(text, sizeof text, "%04d-%02d-00", month.year, month.month);
	demo_out_text(out, text);
}

static void
write_payment(struct demo_world *world, const struct demo_person *person, const char *id,
	      const struct grant *grant, struct demo_date month, struct demo_out *out)
{
	uint64_t random = draw(world, person, DRAW_LABOUR_UPDATED), *counted = world->dirt.counted;
	int64_t day = demo_days(month);
	bool handed_over = (random >> 40) % 16 != 0;

	demo_out_number(out, FIRST_PAYMENT + (int64_t)++world->payment_id);
	demo_out_text(out, id);
	write_month(month, out);
	demo_out_text(out, amount_of(world, grant->class));
	demo_out_date(out, day);
	demo_out_number(out, handed_over);
	write_stamp(day, random, out);
	demo_out_end(out);
	counted[PAYMENT_ID_UNSIGNED]++;
	counted[PAYMENT_MONTH_ZERO_DAY]++;
	counted[PAYMENT_HANDED_OVER] += handed_over;
	counted[PAYMENT_STAMP]++;
}

static void
payment_rows(struct demo_world *world, const struct demo_person *person, const char *id,
	     const struct grant *grant, struct demo_out *out)
{
	for (int ago = PAID_MONTHS; ago > 0; ago--) {
		struct demo_date month = demo_civil(demo_months_before(world->today, ago));

		month.day = 4 + (int)(person->index % 9);
		if (demo_days(month) >= grant->since && grant->until == 0)
			write_payment(world, person, id, grant, month, out);
	}
}

void
demo_labour_rows(struct demo_world *world, const struct demo_person *person, struct demo_tables *to)
{
	struct grant grant;
	char id[DEMO_CARD];

	card_rows(world, person, &to->out[THE_BHYT]);
	if (!is_beneficiary(world, person))
		return;
	if (carries(person))
		world->dirt.counted[person->kind]++;
	make_grant(world, person, &grant);
	count_beneficiary(world, person, &grant);
	(void)snprintf(id, sizeof id, "BTXH%08llu", (unsigned long long)person->index + 1);
	write_beneficiary(world, person, id, &grant, &to->out[DOI_TUONG]);
	payment_rows(world, person, id, &grant, &to->out[CHI_TRA]);
}
