#include "rows.h"

static const char *const statuses[] = {
	[DEMO_PERMANENT] = "Thường trú",   [DEMO_TEMPORARY] = "Tạm trú",
	[DEMO_MOVED_OUT] = "Đã chuyển đi", [DEMO_DECEASED] = "Đã chết",
	[DEMO_REMOVED] = "Đã xóa đăng ký",
};

/* What systems write for a birth date that nobody knows. */
static const char *const sentinels[] = {"01/01/1900", "0000-00-00", "00/00/0000", "1900-01-01"};

static uint64_t
draw(const struct demo_world *world, const struct demo_person *person, unsigned what)
{
	return demo_draw(world, person->index, what);
}

/* The broken ones carry their place in the list, so that no two are alike. */
static void
write_number(const struct demo_person *person, struct demo_out *out)
{
	char text[32];

	(void)snprintf(text, sizeof text, "%s", person->number);
	if (person->kind == PERSON_ID_11)
		(void)snprintf(text, sizeof text, "%.4s%07llu", person->number,
			       (unsigned long long)person->index);
	else if (person->kind == PERSON_ID_LETTER)
		text[0] = 'O'; /* the letter for the figure */
	else if (person->kind == PERSON_ID_SPACED)
		demo_number_grouped(person->number, ' ', text);
	else if (person->kind == PERSON_ID_DOTTED)
		demo_number_grouped(person->number, '.', text);
	demo_out_text(out, text);
}

static void
write_cmnd(const struct demo_world *world, const struct demo_person *person, struct demo_out *out)
{
	char text[DEMO_CMND];

	demo_out_text(out, demo_cmnd(world, person, text) ? text : NULL);
}

static void
write_born(const struct demo_person *person, struct demo_out *out)
{
	char text[DEMO_DATE_TEXT];
	enum demo_date_shape shape = DEMO_SLASHES;

	if (person->kind == PERSON_BIRTH_YEAR)
		shape = person->index % 2 == 0 ? DEMO_YEAR : DEMO_ZERO_DAYS;
	else if (person->kind == PERSON_BIRTH_MONTH)
		shape = DEMO_MONTH;
	else if (person->kind == PERSON_BIRTH_DASHES)
		shape = DEMO_DASHES;
	demo_date_text(person->born, shape, text);
	if (person->kind == PERSON_BIRTH_UNKNOWN)
		(void)snprintf(text, sizeof text, "%s", sentinels[person->index % 4]);
	if (person->kind == PERSON_BIRTH_IMPOSSIBLE)
		(void)snprintf(text, sizeof text, "30/02/%04d", demo_civil(person->born).year);
	demo_out_text(out, text);
}

static void
write_sex(const struct demo_person *person, struct demo_out *out)
{
	char text[32];

	if (person->kind == PERSON_SEX_UNKNOWN)
		demo_out_text(out, "X");
	else if (person->kind == PERSON_SEX_UPPER)
		demo_out_text(out, person->female ? "NỮ " : "NAM ");
	else if (person->kind == PERSON_SEX_NFD) {
		demo_nfd("Nữ", text, sizeof text);
		demo_out_text(out, text);
	} else
		demo_out_text(out, person->female ? "Nữ" : "Nam");
}

static void
write_ethnic(const struct demo_world *world, const struct demo_person *person, struct demo_out *out)
{
	uint32_t at = demo_below(draw(world, person, DRAW_ETHNIC_TEXT), 10000);
	char text[32];

	if (person->kind == BENEFICIARY_ETHNIC_CONFLICT)
		at = 10000; /* the conflict shows in the codes */
	if (person->kind == PERSON_ETHNIC_NFD) {
		demo_nfd("Mường", text, sizeof text);
		demo_out_text(out, text);
	} else if (at < 100)
		demo_out_text(out, NULL);
	else
		demo_out_text(out, at < 700 ? person->ethnic->name : person->ethnic->code);
}

/* A row that was changed after the switch but still carries a code that ended with the old map. */
static const char *
ended_code(const struct demo_world *world, const struct demo_person *person)
{
	const struct demo_lists *lists = &world->lists;
	uint64_t random = draw(world, person, DRAW_SHAPE);

	for (;; random = random * 6364136223846793005U + 1442695040888963407U) {
		const struct demo_commune *commune =
			&lists->communes[demo_below(random, lists->ncommunes)];
		const char *code = commune->old[demo_below(random << 16, commune->nold)].code;

		if (!demo_is_new_code(lists, code))
			return code;
	}
}

static const char *
commune_code(const struct demo_world *world, const struct demo_person *person)
{
	if (person->kind == PERSON_COMMUNE_UNKNOWN)
		return "99999";
	if (person->kind == PERSON_COMMUNE_ABOLISHED)
		return demo_word(&world->lists.abolished, draw(world, person, DRAW_SHAPE));
	if (person->kind == PERSON_COMMUNE_LOST)
		return demo_word(&world->lists.lost, draw(world, person, DRAW_SHAPE));
	if (person->kind == PERSON_COMMUNE_NOT_CONVERTED)
		return ended_code(world, person);
	return person->old_map ? person->old->code : world->lists.communes[person->commune].code;
}

static void
write_address(const struct demo_world *world, const struct demo_person *person,
	      struct demo_out *out)
{
	const struct demo_lists *lists = &world->lists;
	enum demo_area area = lists->communes[person->commune].area;
	uint64_t random = draw(world, person, DRAW_STREET);
	char text[160];

	if (area == DEMO_URBAN && random % 2 == 0)
		(void)snprintf(text, sizeof text, "Số %u %s", 1 + demo_below(random, 240),
			       demo_word(&lists->streets, random << 20));
	else
		(void)snprintf(
			text, sizeof text, "%s %s",
			demo_word(&lists->hamlet_prefix[area], random << 20),
			demo_word(&lists->hamlet_name[area], draw(world, person, DRAW_HAMLET)));
	demo_out_text(out, text);
}

static void
write_phone(const struct demo_world *world, const struct demo_person *person, struct demo_out *out)
{
	uint64_t random = draw(world, person, DRAW_PHONE);
	char text[24];

	if (person->age < 14 || demo_chance(random, 2000)) {
		demo_out_text(out, NULL);
		return;
	}
	(void)snprintf(text, sizeof text, "%s%07u", demo_word(&world->lists.phones, random << 16),
		       (unsigned)(random % 10000000));
	demo_out_text(out, text);
}

static void
write_status(const struct demo_person *person, struct demo_out *out)
{
	char text[64];

	if (person->kind == PERSON_STATUS_UNKNOWN)
		demo_out_text(out, "Chờ xác minh");
	else if (person->kind == PERSON_STATUS_NFD) {
		demo_nfd(statuses[person->status], text, sizeof text);
		demo_out_text(out, text);
	} else
		demo_out_text(out, statuses[person->status]);
}

static void
write_registered(const struct demo_world *world, const struct demo_person *person,
		 struct demo_out *out)
{
	uint64_t random = draw(world, person, DRAW_REGISTERED);
	int64_t last = person->updated_us / 1000000 / DEMO_DAY_S;
	int64_t from = person->born < last - 9000 ? last - 9000 : person->born;

	if (person->kind == PERSON_REGISTERED_INFINITY)
		demo_out_text(out, "infinity");
	else if (demo_chance(random, 300) || from > last)
		demo_out_text(out, NULL);
	else
		demo_out_date(out, demo_between(random, from, last));
}

/* One row that the gateway can take, or not. */
static void
count_row(struct demo_world *world, const struct demo_person *person)
{
	uint64_t *counted = world->dirt.counted;
	bool good = demo_in_register(person);
	bool split =
		person->old_map && person->old->split && person->kind != PERSON_COMMUNE_ABOLISHED;

	if (good && person->old_map)
		counted[PERSON_OLD_CODE]++;
	if (!good || person->status != DEMO_PERMANENT)
		return;
	if (demo_dead_in_justice(person))
		counted[PERSON_DEAD_IN_JUSTICE]++;
	else if (split)
		counted[PERSON_SPLIT_COMMUNE]++;
}

static void
write_row(const struct demo_world *world, const struct demo_person *person, struct demo_out *out)
{
	char name[DEMO_NAME];

	write_number(person, out);
	write_cmnd(world, person, out);
	demo_person_name(world, person, name);
	demo_out_text(out, name);
	write_born(person, out);
	write_sex(person, out);
	write_ethnic(world, person, out);
	demo_out_text(out, commune_code(world, person));
	write_address(world, person, out);
	write_phone(world, person, out);
	write_status(person, out);
	demo_out_text(out,
		      draw(world, person, DRAW_SHAPE) % 4 == 0 && person->age > 20 ? "t" : "f");
	write_registered(world, person, out);
	demo_out_time(out, person->updated_us);
	demo_out_end(out);
}

void
demo_register_rows(struct demo_world *world, const struct demo_person *person,
		   struct demo_tables *to)
{
	struct demo_out *out = &to->out[CONG_DAN];
	struct demo_person again = *person;

	if (person->kind <= DEMO_LAST_IN_REGISTER)
		world->dirt.counted[person->kind]++;
	count_row(world, person);
	if (out->file != NULL)
		write_row(world, person, out);
	if (!demo_has_two_numbers(person))
		return;
	demo_other_number(world, person, again.number);
	count_row(world, &again);
	if (out->file != NULL)
		write_row(world, &again, out);
}
