#include "one-stop.h"

#include <stdio.h>
#include <string.h>

enum {
	ADULT = 18,
	SHARE = 1230,    /* tenthousandths of the adults who live here */
	WORK_DAYS = 523, /* two years of them; prime, so that any step visits each */
	EVENTS = 5,
	EVENT_IDS = 8, /* kept for each dossier */
	OPENS = 27000,
	NOON = 50000,
	AFTERNOON = 56000,
	CLOSES = 61200,
	CODE = 40,
	NEVER = -1,
	LATE = 500,
	STOPPED = 250,
	POLICIES = 2,
	UNKNOWN = 3,
	HANGING = 2,
	OLDEST_HANGING = 117,
	NEXT_HANGING = 35,
	/* what is decided by chance; far from the numbers of the other tables */
	DRAW_DOSSIER = 0x4d00,
	DRAW_PROCEDURE,
	DRAW_RECEIVED,
	DRAW_FINISHED,
	DRAW_ENDED,
	DRAW_DESK,
};

#define PROCESSING "Đang xử lý"
#define REQUEST "Gửi yêu cầu liên thông"

/* Working days promised; the system that is asked on the way, or NULL. */
struct procedure {
	const char *code, *policies[POLICIES], *system;
	int days;
	uint32_t sum; /* of the weights up to it, of a hundred */
};

enum { ALLOWANCE = 3, FUNERAL = 6, CREMATION = 7 };

static const struct procedure procedures[] = {
	{"1.001193", {NULL, NULL}, "Dân cư", 1, 24},
	{"1.000656", {NULL, NULL}, "Dân cư", 1, 36},
	{"1.000894", {NULL, NULL}, NULL, 1, 46},
	[ALLOWANCE] = {"1.001776", {"BT01", "BT01"}, "Dân cư", 22, 59},
	{"1.014027", {"BT02", "BT02"}, "BHXH", 10, 69},
	{"1.001699", {"BT03", "BT03"}, NULL, 25, 75},
	[FUNERAL] = {"1.001731", {"MT01", "MT01"}, "Hộ tịch", 3, 80},
	[CREMATION] = {"DP-HOATANG", {"HT02", "HT03"}, "Hộ tịch", 7, 85},
	{"DP-CHUNGSINH", {NULL, NULL}, NULL, 3, 89},
	{"DP-KCBNGHEO", {"YT01", "YT01"}, "BHXH", 10, 100},
};

struct event {
	int64_t at_us;
	const char *kind, *status, *system;
};

struct dossier {
	uint64_t id;
	const struct demo_person *person;
	const char *procedure, *policy, *commune, *status;
	uint32_t unit;     /* of the dossier code */
	uint64_t sequence; /* number of the day */
	int64_t received_us, finished_us, due;
	int nevents;
	struct event events[EVENTS];
};

static uint64_t
draw(const struct demo_world *world, const struct demo_person *person, unsigned what)
{
	return demo_draw(world, person->index, what);
}

/* A Monday more than two years ago, from which working days are counted; holidays are not known. */
static int64_t
first_monday(const struct demo_world *world)
{
	int64_t day = world->today - 800;

	return day - (day + 3) % 7;
}

static int64_t
work_day(const struct demo_world *world, int64_t nth)
{
	return first_monday(world) + nth / 5 * 7 + nth % 5;
}

static int64_t
last_work_day(const struct demo_world *world)
{
	int64_t days = world->today - 1 - first_monday(world);

	return days / 7 * 5 + (days % 7 < 4 ? days % 7 : 4);
}

/* A second of that day, between two. */
static int64_t
second_of(int64_t day, uint64_t random, int64_t from, int64_t to)
{
	return (day * DEMO_DAY_S + demo_between(random, from, to)) * 1000000;
}

static void
add_event(struct dossier *dossier, int64_t at_us, const char *kind, const char *status)
{
	dossier->events[dossier->nevents++] =
		(struct event){.at_us = at_us, .kind = kind, .status = status};
	if (status != NULL)
		dossier->status = status;
}

static void
ask(struct dossier *dossier, int64_t at_us, const char *kind, const char *system)
{
	add_event(dossier, at_us, kind, NULL);
	dossier->events[dossier->nevents - 1].system = system;
}

/* Taken in and handed to an official within the hour. */
static void
receive(struct dossier *dossier, int64_t day, uint64_t random)
{
	dossier->received_us = second_of(day, random, OPENS, NOON);
	dossier->finished_us = NEVER;
	add_event(dossier, dossier->received_us, "Tiếp nhận", "Được tiếp nhận");
	add_event(dossier, dossier->received_us + demo_between(random >> 20, 1200, 3000) * 1000000,
		  "Chuyển xử lý", PROCESSING);
}

/* Unlucky ones end without a result; of the rest most are fetched. */
static void
finish(const struct demo_world *world, const struct demo_person *person, struct dossier *dossier,
       int64_t nth)
{
	uint64_t random = draw(world, person, DRAW_ENDED);
	int64_t fetched = nth + demo_between(random >> 16, 0, 5);
	bool room = dossier->nevents + 1 < EVENTS;

	dossier->finished_us = second_of(work_day(world, nth), random >> 24, AFTERNOON, CLOSES);
	if (demo_chance(random, STOPPED)) {
		bool withdrawn = random % 4 == 0;

		add_event(dossier, dossier->finished_us, withdrawn ? "Rút hồ sơ" : "Dừng xử lý",
			  withdrawn ? "Công dân yêu cầu rút hồ sơ" : "Dừng xử lý");
		return;
	}
	if (!room) {
		add_event(dossier, dossier->finished_us, "Trả kết quả", "Đã trả kết quả");
		return;
	}
	add_event(dossier, dossier->finished_us, "Xử lý xong", "Đã xử lý xong");
	if (fetched > last_work_day(world) || demo_chance(random >> 8, 1500))
		return;
	add_event(dossier,
		  fetched == nth ? dossier->finished_us + 600000000
				 : second_of(work_day(world, fetched), random >> 32, OPENS, CLOSES),
		  "Trả kết quả", "Đã trả kết quả");
}

/* What became of it since; most are finished in time, and none is older than 37 working days. */
static void
go_on(const struct demo_world *world, const struct demo_person *person,
      const struct procedure *procedure, int64_t nth, struct dossier *dossier)
{
	uint64_t random = draw(world, person, DRAW_FINISHED);
	int64_t given = procedure->days;
	int64_t took = demo_chance(random, LATE) ? given + demo_between(random >> 16, 1, 12)
						 : demo_between(random >> 16, given / 3, given);
	int64_t passed_on = dossier->events[dossier->nevents - 1].at_us;
	bool ended = nth + took <= last_work_day(world);

	if (procedure->system != NULL && demo_chance(random >> 8, 6000)) {
		ask(dossier, passed_on + demo_between(random >> 24, 300, 1500) * 1000000, REQUEST,
		    procedure->system);
		if (ended)
			ask(dossier,
			    second_of(work_day(world, nth + took), random >> 32, NOON + 5000,
				      AFTERNOON - 1),
			    "Nhận kết quả liên thông", procedure->system);
	} else if (!ended && demo_chance(random >> 40, 1000)) {
		add_event(dossier, passed_on + 1800000000, "Yêu cầu bổ sung",
			  "Yêu cầu bổ sung giấy tờ");
	}
	if (ended)
		finish(world, person, dossier, nth + took);
}

/*
 * Until the communes were merged "000.17.22.H56-210531-0001", since then "H56.35-250801-0007".
 * The numbers of the units are made up.
 */
static void
write_code(const struct dossier *dossier, char out[CODE])
{
	int64_t day = dossier->received_us / 1000000 / DEMO_DAY_S;
	struct demo_date date = demo_civil(day);
	int size;

	if (day < demo_days((struct demo_date){2025, 7, 1}))
		size = snprintf(out, CODE, "000.%02u.%02u.H56", dossier->unit % 30 + 11,
				dossier->unit / 30 + 22);
	else
		size = snprintf(out, CODE, "H56.%02u", dossier->unit + 10);
	(void)snprintf(out + size, CODE - (size_t)size, "-%02d%02d%02d-%04llu", date.year % 100,
		       date.month, date.day, (unsigned long long)dossier->sequence);
}

static void
write_instant(struct demo_out *out, int64_t us)
{
	if (us == NEVER)
		demo_out_text(out, NULL);
	else
		demo_out_time(out, us);
}

static void
write_desk(uint64_t random, struct demo_out *out)
{
	static const char *const desks[] = {"Lê Thị Hạnh", "Nguyễn Văn Tuấn", "Phạm Thị Mai",
					    "Trịnh Văn Dũng"};

	demo_out_text(out, desks[random % (sizeof desks / sizeof *desks)]);
}

/* Some have no personal number: old forms, foreigners. */
static void
write_applicant(const struct demo_world *world, const struct demo_person *person,
		struct demo_out *out)
{
	uint64_t random = draw(world, person, DRAW_DESK);
	char text[DEMO_NAME];

	demo_person_name(world, person, text);
	demo_out_text(out, text);
	demo_out_text(out, demo_chance(random, 300) ? NULL : person->number);
	(void)snprintf(text, sizeof text, "%s%07u", demo_word(&world->lists.phones, random << 16),
		       demo_below(random >> 7, 10000000));
	demo_out_text(out, text);
}

static void
write_events(const struct dossier *dossier, const char *code, struct demo_out *out)
{
	for (int i = 0; i < dossier->nevents; i++) {
		const struct event *event = &dossier->events[i];

		demo_out_number(out, (int64_t)(dossier->id * EVENT_IDS) + i + 1);
		demo_out_text(out, code);
		demo_out_time(out, event->at_us);
		demo_out_text(out, event->kind);
		demo_out_text(out, event->status);
		demo_out_text(out, event->system);
		demo_out_text(out, NULL);
		demo_out_time(out, event->at_us);
		demo_out_end(out);
	}
}

static void
write_dossier(const struct demo_world *world, const struct dossier *dossier, struct demo_tables *to)
{
	struct demo_out *out = &to->out[HO_SO];
	char code[CODE];

	write_code(dossier, code);
	demo_out_text(out, code);
	demo_out_text(out, dossier->procedure);
	demo_out_text(out, dossier->policy);
	write_applicant(world, dossier->person, out);
	demo_out_text(out, dossier->commune);
	demo_out_time(out, dossier->received_us);
	demo_out_date(out, dossier->due);
	write_instant(out, dossier->finished_us);
	demo_out_text(out, dossier->status);
	write_desk(draw(world, dossier->person, DRAW_DESK) >> 40, out);
	demo_out_time(out, dossier->events[dossier->nevents - 1].at_us);
	demo_out_end(out);
	write_events(dossier, code, &to->out[HO_SO_SU_KIEN]);
}

static const struct procedure *
procedure_of(uint64_t random)
{
	uint32_t at = demo_below(random, 100), i = 0;

	while (procedures[i].sum <= at)
		i++;
	return &procedures[i];
}

static bool
may_apply(const struct demo_person *person)
{
	return person->age >= ADULT && person->status <= DEMO_TEMPORARY;
}

/*
 * Neighbours of a commune get days far apart; the day and the number of the day together say which
 * resident it is, so that no two dossiers have one code.
 */
void
demo_one_stop_rows(const struct demo_world *world, const struct demo_person *person,
		   struct demo_tables *to)
{
	uint64_t random = draw(world, person, DRAW_PROCEDURE);
	const struct procedure *procedure = procedure_of(random);
	uint64_t rank = person->index - world->starts[person->commune];
	int64_t nth = last_work_day(world) - (int64_t)((rank * 199 + person->commune) % WORK_DAYS);
	struct dossier dossier = {.id = person->index,
				  .person = person,
				  .procedure = procedure->code,
				  .policy = procedure->policies[random % POLICIES],
				  .commune = person->old->code,
				  .unit = person->commune,
				  .sequence = rank / WORK_DAYS + 1,
				  .due = work_day(world, nth + procedure->days)};

	if (!may_apply(person) || !demo_chance(draw(world, person, DRAW_DOSSIER), SHARE))
		return;
	receive(&dossier, work_day(world, nth), draw(world, person, DRAW_RECEIVED));
	go_on(world, person, procedure, nth, &dossier);
	write_dossier(world, &dossier, to);
}

/* An adult of the commune, looked for from the nth resident on; where there is none, anybody. */
static void
applicant_of(const struct demo_world *world, uint32_t commune, uint64_t nth,
	     struct demo_person *out)
{
	uint64_t first = world->starts[commune];
	uint64_t size = world->starts[commune + 1] - first;
	uint64_t i = 0;

	do
		demo_person_make(world, first + (nth + i) % size, out);
	while (!may_apply(out) && ++i < size);
}

/* So many working days later than a working day. */
static int64_t
promised(int64_t day, int days)
{
	int64_t in_week = (day + 3) % 7;

	return day - in_week + (in_week + days) / 5 * 7 + (in_week + days) % 5;
}

static uint32_t
commune_with(const struct demo_lists *lists, const char *old_code)
{
	for (uint32_t i = 0; i < lists->ncommunes; i++)
		for (uint32_t j = 0; j < lists->communes[i].nold; j++)
			if (strcmp(lists->communes[i].old[j].code, old_code) == 0)
				return i;
	return 0;
}

/* Nothing moves them in September: the next desk waits for what never comes out of Songma. */
static void
plant_unknown(const struct demo_world *world, uint32_t nth, struct demo_tables *to)
{
	static const int days[UNKNOWN] = {4, 10, 16};
	int64_t day =
		demo_days((struct demo_date){demo_civil(world->today).year - 1, 9, days[nth]});
	struct demo_person person;
	struct dossier dossier = {.id = world->people + nth,
				  .person = &person,
				  .procedure = procedures[CREMATION].code,
				  .policy = "HT01",
				  .commune = "15538",
				  .unit = world->lists.ncommunes,
				  .sequence = nth + 1};

	applicant_of(world, commune_with(&world->lists, "15538"), nth * UINT64_C(7), &person);
	day += (day + 3) % 7 == 5 ? 2 : (day + 3) % 7 == 6 ? 1 : 0;
	dossier.due = promised(day, procedures[CREMATION].days);
	receive(&dossier, day, draw(world, &person, DRAW_RECEIVED));
	write_dossier(world, &dossier, to);
}

static void
plant_hanging(const struct demo_world *world, uint32_t nth, struct demo_tables *to)
{
	const struct procedure *procedure = &procedures[nth == 0 ? FUNERAL : ALLOWANCE];
	uint32_t commune = world->lists.ncommunes / 3 * (nth + 1);
	int64_t day = world->today - OLDEST_HANGING + (int64_t)nth * NEXT_HANGING;
	struct demo_person person;
	struct dossier dossier = {.id = world->people + UNKNOWN + nth,
				  .person = &person,
				  .procedure = procedure->code,
				  .policy = procedure->policies[0],
				  .unit = world->lists.ncommunes + 1,
				  .sequence = nth + 1};

	applicant_of(world, commune, nth * UINT64_C(5), &person);
	dossier.commune = person.old->code;
	if ((day + 3) % 7 > 3) /* the day after must be a working day, too */
		day -= (day + 3) % 7 - 3;
	dossier.due = promised(day, procedure->days);
	receive(&dossier, day, draw(world, &person, DRAW_RECEIVED));
	ask(&dossier, dossier.received_us + DEMO_DAY_S * 1000000LL, REQUEST, procedure->system);
	write_dossier(world, &dossier, to);
}

void
demo_one_stop_planted(struct demo_world *world, struct demo_tables *to)
{
	for (uint32_t i = 0; i < UNKNOWN; i++) {
		world->dirt.counted[ONESTOP_POLICY_UNKNOWN]++;
		plant_unknown(world, i, to);
	}
	for (uint32_t i = 0; i < HANGING; i++) {
		world->dirt.counted[ONESTOP_HANGING]++;
		plant_hanging(world, i, to);
	}
}
