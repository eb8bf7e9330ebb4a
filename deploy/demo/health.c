#include "rows.h"

enum {
	UPDATES = 4,
	OPENS = 7 * 3600,
	CLOSES = 17 * 3600,
	YEARS_BACK = 4 * 365,
	LATEST_ENTRY = 3 * DEMO_DAY_S
};

/* When a person's record was kept up, in seconds; the order does not matter. */
struct care {
	bool record, fresh;
	int nupdates;
	int64_t at_us[UPDATES];
};

static const char *const kinds[] = {"Khám bệnh", "Khám sức khỏe định kỳ", "Tiêm chủng",
				    "Điều trị nội trú", "Cập nhật thông tin"};

static uint64_t
draw(const struct demo_world *world, const struct demo_person *person, unsigned what)
{
	return demo_draw(world, person->index, what);
}

static int64_t
instant(uint64_t random, int64_t from_day, int64_t last_day)
{
	int64_t day = demo_between(random, from_day, last_day);
	int64_t second = demo_between(random >> 24, OPENS, CLOSES);

	return (day * DEMO_DAY_S + second) * 1000000;
}

static void
make_times(const struct demo_world *world, const struct demo_person *person, struct care *care)
{
	uint64_t random = draw(world, person, DRAW_CARE_TIMES);
	int fresh = care->fresh ? 1 + demo_chance(random, 3000) : 0;
	int64_t last = world->window_from - 1;
	int64_t since = last - YEARS_BACK > person->born ? last - YEARS_BACK : person->born;
	int64_t from = person->born > last ? person->born : last + 1;
	int older = care->fresh ? demo_chance(random >> 7, 5000)
				: demo_chance(random >> 7, 9000) + demo_chance(random >> 9, 3000);

	if (person->born > last)
		older = 0;
	for (int i = 0; i < fresh + older; i++) {
		uint64_t when = draw(world, person, DRAW_CARE_TIMES + 1 + (unsigned)i);

		care->at_us[care->nupdates++] = i < fresh ? instant(when, from, world->today - 1)
							  : instant(when, since, last);
	}
}

/* The updates of carriers are one each, so that the dirt alone decides what the person counts as.
 */
static void
make_carried(const struct demo_world *world, const struct demo_person *person, struct care *care)
{
	int64_t edge_us = world->window_from * DEMO_DAY_S * 1000000;

	if (person->kind < UPDATE_KIND_UNKNOWN || person->kind > UPDATE_LAST_INSTANT)
		return;
	care->nupdates = 1;
	if (person->kind == UPDATE_FIRST_INSTANT)
		care->at_us[0] = edge_us;
	else if (person->kind == UPDATE_LAST_INSTANT)
		care->at_us[0] = edge_us - 1;
}

static void
make_care(const struct demo_world *world, const struct demo_person *person, struct care *care)
{
	const struct demo_coverage *coverage = &world->coverage[person->commune];
	uint32_t at = demo_below(draw(world, person, DRAW_CARE), 10000);

	*care = (struct care){.fresh = at < coverage->fresh,
			      .record = at < coverage->fresh + coverage->stale};
	if (person->status > DEMO_TEMPORARY) { /* gone: the record stays but is not kept up */
		care->fresh = false;
		care->record = at < 6000;
	}
	if (demo_trait(person->kind)->fresh)
		care->fresh = care->record = true;
	if (person->born > world->window_from - 1) /* too young for an older update */
		care->record = care->fresh;
	if (care->record)
		make_times(world, person, care);
	make_carried(world, person, care);
}

/* Known to the health system by nothing but the card. */
static bool
card_alone(enum demo_kind kind)
{
	return kind == RECORD_BHYT_ONLY || kind == RECORD_CARD_NOWHERE ||
	       kind == RECORD_CARD_CONFLICT;
}

/* Fifteen characters as cards had until 2021, or the ten digits that they have now. */
static void
write_card(const struct demo_world *world, const struct demo_person *person, struct demo_out *out)
{
	uint64_t random = draw(world, person, DRAW_CARD);
	bool none = demo_chance(random >> 3, 800) && !card_alone(person->kind);
	char card[DEMO_CARD], text[DEMO_CARD + 8];

	demo_card(world, person, card);
	(void)snprintf(text, sizeof text, "%s", random % 2 == 0 ? card + 5 : card);
	if (person->kind == RECORD_BHYT_SPACED)
		(void)snprintf(text, sizeof text, "%.3s %.2s %s", card, card + 3, card + 5);
	else if (none || person->kind == RECORD_WITHOUT_NUMBER) {
		demo_out_text(out, NULL);
		return;
	}
	demo_out_text(out, text);
}

static void
write_person(const struct demo_person *person, struct demo_out *out)
{
	char text[DEMO_NUMBER + 3];

	(void)snprintf(text, sizeof text, "%s", person->number);
	if (person->kind == RECORD_ID_11)
		text[DEMO_NUMBER - 2] = '\0';
	else if (person->kind == RECORD_ID_SPACED)
		demo_number_grouped(person->number, ' ', text);
	demo_out_text(out, person->kind == RECORD_WITHOUT_NUMBER || card_alone(person->kind)
				   ? NULL
				   : text);
}

static void
write_opened(const struct demo_world *world, const struct demo_person *person,
	     const struct care *care, struct demo_out *out)
{
	uint64_t random = draw(world, person, DRAW_OPENED);
	int64_t from = demo_days((struct demo_date){2018, 7, 1});
	int64_t last = world->window_from;
	char text[DEMO_DATE_TEXT];

	for (int i = 0; i < care->nupdates; i++)
		if (care->at_us[i] / 1000000 / DEMO_DAY_S < last)
			last = care->at_us[i] / 1000000 / DEMO_DAY_S;
	if (from < person->born)
		from = person->born < last ? person->born : last;
	demo_date_text(demo_between(random, from, last),
		       random % 3 == 0 ? DEMO_SHORT : DEMO_SLASHES, text);
	if (person->kind == RECORD_OPENED_IMPOSSIBLE)
		(void)snprintf(text, sizeof text, "31/02/2024");
	demo_out_text(out, text);
}

static void
write_completeness(const struct demo_world *world, const struct demo_person *person,
		   struct demo_out *out)
{
	uint64_t random = draw(world, person, DRAW_COMPLETE);
	char text[16];

	(void)snprintf(text, sizeof text, "%u.%02u", 20 + demo_below(random, 80),
		       (unsigned)(random % 4 * 25));
	if (person->kind == RECORD_NAN)
		(void)snprintf(text, sizeof text, "NaN");
	demo_out_text(out,
		      demo_chance(random >> 5, 500) && person->kind != RECORD_NAN ? NULL : text);
}

/* Clerks enter what happened on the same day or up to three days later. */
static int64_t
entered_us(const struct demo_world *world, const struct demo_person *person, int64_t at_us)
{
	uint64_t random = draw(world, person, DRAW_DELAY);
	int64_t last = world->today * DEMO_DAY_S * 1000000 - 1000000;
	int64_t entered = at_us + demo_between(random, 60, LATEST_ENTRY) * 1000000;

	return entered < last ? entered : last;
}

static void
write_stamp(const struct demo_world *world, const struct demo_person *person,
	    const struct care *care, struct demo_out *out)
{
	int64_t latest = demo_days((struct demo_date){2020, 6, 30}) * DEMO_DAY_S * 1000000;

	for (int i = 0; i < care->nupdates; i++)
		if (care->at_us[i] > latest)
			latest = care->at_us[i];
	if (person->kind == RECORD_NEVER_STAMPED)
		demo_out_text(out, NULL);
	else
		demo_out_time(out, entered_us(world, person, latest));
}

static void
write_update(struct demo_world *world, const struct demo_person *person, const char *record,
	     int64_t at_us, struct demo_out *out)
{
	uint64_t random = draw(world, person, DRAW_CARE_KIND) + world->update_id;
	const char *kind = kinds[random % 5];
	char text[64];

	demo_out_number(out, (int64_t)++world->update_id);
	demo_out_text(out, record);
	if (person->kind == UPDATE_INFINITY)
		demo_out_text(out, "infinity");
	else
		demo_out_time(out, at_us);
	if (person->kind == UPDATE_KIND_UNKNOWN)
		kind = "Khác";
	if (person->kind == UPDATE_KIND_NFD) {
		demo_nfd(kinds[1], text, sizeof text);
		kind = text;
	}
	demo_out_text(out, kind);
	demo_out_text(out, NULL);
	demo_out_time(out, entered_us(world, person, at_us));
	demo_out_end(out);
}

/* The columns of a record; care says when it was kept up. */
static void
write_record(struct demo_world *world, const struct demo_person *person, uint64_t number,
	     const struct care *care, struct demo_tables *to)
{
	struct demo_out *out = &to->out[HO_SO_SUC_KHOE];
	char record[24], name[DEMO_NAME];

	(void)snprintf(record, sizeof record, "HS%010llu", (unsigned long long)number);
	demo_out_text(out, record);
	write_person(person, out);
	write_card(world, person, out);
	demo_person_name(world, person, name);
	demo_out_text(out, name);
	demo_out_date(out, person->born);
	demo_out_text(out, person->kind == RECORD_COMMUNE_UNKNOWN ? "99999" : person->old->code);
	write_opened(world, person, care, out);
	write_completeness(world, person, out);
	demo_out_text(out, NULL);
	write_stamp(world, person, care, out);
	demo_out_end(out);
	for (int i = 0; i < care->nupdates; i++)
		write_update(world, person, record, care->at_us[i], &to->out[LAN_CAP_NHAT]);
}

void
demo_health_rows(struct demo_world *world, const struct demo_person *person, struct demo_tables *to)
{
	struct care care, none = {.record = true};

	make_care(world, person, &care);
	if (!care.record)
		return;
	if (person->kind >= RECORD_ID_11 && person->kind <= DEMO_LAST_CARRIED)
		world->dirt.counted[person->kind]++;
	if (!demo_in_register(person))
		world->dirt.counted[PEOPLE_UNMATCHED]++;
	write_record(world, person, person->index + 1, &care, to);
	if (person->kind == RECORD_TWO_FOR_ONE) /* left over from another system, never kept up */
		write_record(world, person, 5000000000 + person->index, &none, to);
}

/* Records of people whom the register does not know. */
void
demo_health_strangers(struct demo_world *world, struct demo_tables *to)
{
	for (uint64_t i = 0; i < world->dirt.planned[RECORD_NOT_IN_REGISTER]; i++) {
		struct demo_person person;
		struct care care;

		demo_person_make(world, i * 104729 % world->people, &person);
		demo_stranger_number(world, i, "001", person.number);
		person.kind = DEMO_CLEAN;
		person.status = DEMO_PERMANENT;
		person.index = world->people + i;
		make_care(world, &person, &care);
		world->dirt.counted[RECORD_NOT_IN_REGISTER]++;
		world->dirt.counted[PEOPLE_UNMATCHED]++;
		write_record(world, &person, person.index + 1, &care, to);
	}
}
