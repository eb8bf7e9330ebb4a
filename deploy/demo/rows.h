/*
 * The rows that a person has in the five databases.  Each function writes the
 * rows of one person (or stranger) into the tables of one database, in the
 * order of the columns in its .sql file, and counts what is wrong with them.
 */
#ifndef DEMO_ROWS_H
#define DEMO_ROWS_H

#include "out.h"
#include "world.h"

enum demo_table {
	CONG_DAN,
	KHAI_SINH,
	KHAI_TU,
	KET_HON,
	HO_SO_SUC_KHOE,
	LAN_CAP_NHAT,
	DOI_TUONG,
	CHI_TRA,
	THE_BHYT,
	HO_SO,
	HO_SO_SU_KIEN,
	DEMO_TABLES,
};

struct demo_tables {
	struct demo_out out[DEMO_TABLES];
};

void demo_register_rows(struct demo_world *world, const struct demo_person *person,
			struct demo_tables *to);

/* partner is the next person of the list, or NULL after the last one. */
void demo_justice_rows(struct demo_world *world, const struct demo_person *person,
		       const struct demo_person *partner, struct demo_tables *to);
void demo_justice_strangers(struct demo_world *world, struct demo_tables *to);

void demo_health_rows(struct demo_world *world, const struct demo_person *person,
		      struct demo_tables *to);
void demo_health_strangers(struct demo_world *world, struct demo_tables *to);

void demo_labour_rows(struct demo_world *world, const struct demo_person *person,
		      struct demo_tables *to);

/* True when justice has a death of this person that the gateway can take. */
bool demo_dead_in_justice(const struct demo_person *person);

#endif
