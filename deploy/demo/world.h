/*
 * The people of the demo.  Person number i is a pure function of the seed and
 * of i: nothing is kept about anybody, so memory does not grow with the number
 * of people and every database can ask for everybody again.
 *
 * People of one commune stand together.  The first of each is always clean, so
 * that every commune of today's map has a resident who counts.
 */
#ifndef DEMO_WORLD_H
#define DEMO_WORLD_H

#include "calendar.h"
#include "dirt.h"
#include "lists.h"
#include "random.h"

enum {
	DEMO_PEOPLE_MIN = 200,
	DEMO_PEOPLE_MAX = 5000000,
	DEMO_NUMBER = 13, /* twelve digits and NUL */
	DEMO_NAME = 128,
	DEMO_CMND = 10, /* nine digits and NUL */
	DEMO_CARD = 24,
	DEMO_MONTHS = 12, /* the window that "regularly" means here */
};

/* What is decided by chance; each decision draws from numbers of its own. */
enum demo_draw {
	DRAW_SHUFFLE,
	DRAW_DIGITS,
	DRAW_AGE,
	DRAW_BORN,
	DRAW_SEX,
	DRAW_PROVINCE,
	DRAW_ELSEWHERE,
	DRAW_ETHNIC,
	DRAW_OLD_UNIT,
	DRAW_STATUS,
	DRAW_UPDATED,
	DRAW_UPDATED_AT,
	DRAW_REGISTERED,
	DRAW_FAMILY,
	DRAW_MIDDLE,
	DRAW_GIVEN,
	DRAW_STREET,
	DRAW_HAMLET,
	DRAW_PHONE,
	DRAW_ETHNIC_TEXT,
	DRAW_SHAPE,
	DRAW_COVERAGE,
	DRAW_CARE,
	DRAW_CARE_TIMES, /* and the three after it */
	DRAW_CARE_KIND = DRAW_CARE_TIMES + 4,
	DRAW_OPENED,
	DRAW_CARD,
	DRAW_COMPLETE,
	DRAW_BIRTH,
	DRAW_MOTHER,
	DRAW_FATHER,
	DRAW_DEATH,
	DRAW_DIED,
	DRAW_MARRIAGE,
	DRAW_MARRIED,
	DRAW_DELAY,
	DRAW_EXTRA,
	DRAW_CMND,
	DRAW_CMND_WRITTEN,
	DRAW_BENEFICIARY,
	DRAW_CLASS,
	DRAW_SINCE,
	DRAW_INSURED,
	DRAW_LABOUR_SHAPE,
	DRAW_LABOUR_UPDATED,
};

struct demo_coverage {
	uint32_t fresh, stale; /* in tenthousandths */
};

struct demo_world {
	uint64_t seed;
	uint64_t people;
	int64_t today;       /* the day the data is asked about; everything is before it */
	int64_t window_from; /* first day inside the window */
	int64_t switched_on; /* the register writes today's codes from this day on */
	struct demo_lists lists;
	struct demo_dirt dirt;
	uint64_t *starts; /* first person of each commune, and one past the last */
	struct demo_coverage *coverage;
	struct demo_shuffle ranks, digits, cards, cmnds;
	uint64_t update_id; /* of the last health update written */
	uint64_t birth_id, death_id, marriage_id, payment_id, card_id;
};

enum demo_status { DEMO_PERMANENT, DEMO_TEMPORARY, DEMO_MOVED_OUT, DEMO_DECEASED, DEMO_REMOVED };

struct demo_person {
	uint64_t index;
	uint32_t commune;
	bool first; /* of the commune: clean */
	enum demo_kind kind;
	bool female;
	int64_t born; /* day */
	int age;
	char number[DEMO_NUMBER];
	const struct demo_ethnic *ethnic;
	const struct demo_old_unit *old;
	enum demo_status status;
	int64_t updated_us;
	bool old_map; /* the register's row was last changed before the codes were switched */
};

bool demo_world_init(struct demo_world *world, uint64_t seed, uint64_t people, int64_t today,
		     const char *data_dir);
void demo_world_free(struct demo_world *world);

uint64_t demo_draw(const struct demo_world *world, uint64_t index, unsigned draw);

void demo_person_make(const struct demo_world *world, uint64_t index, struct demo_person *out);

/* Family, middle and given name, as people of that sex, age and ethnic group are called. */
void demo_person_name(const struct demo_world *world, const struct demo_person *person,
		      char out[DEMO_NAME]);

/* True when the register has the person twice, under two personal numbers. */
bool demo_has_two_numbers(const struct demo_person *person);

/* True when the gateway can take the person's row of the register. */
bool demo_in_register(const struct demo_person *person);

/* Province, century and sex, year, and six digits below a million. */
void demo_number_compose(const char *province, int year, bool female, uint64_t digits,
			 char out[DEMO_NUMBER]);

/* The number of the i-th person whom the register does not know; province tells the reasons apart.
 */
void demo_stranger_number(const struct demo_world *world, uint64_t i, const char *province,
			  char out[DEMO_NUMBER]);

/* The same number with blanks or dots after the 3rd, 6th and 9th digit. */
void demo_number_grouped(const char *number, char between, char out[DEMO_NUMBER + 3]);

/* The old identity card number of the person; false for those who never had one. */
bool demo_cmnd(const struct demo_world *world, const struct demo_person *person,
	       char out[DEMO_CMND]);

/* The insurance card: fifteen characters, of which the last ten are the social insurance number. */
void demo_card(const struct demo_world *world, const struct demo_person *person,
	       char out[DEMO_CARD]);

/* The other personal number that PERSON_TWO_NUMBERS, DEATH_CMND_SHARED and RECORD_CARD_CONFLICT
   need. */
void demo_other_number(const struct demo_world *world, const struct demo_person *person,
		       char out[DEMO_NUMBER]);

#endif
