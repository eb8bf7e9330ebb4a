/*
 * What is wrong with the demo's data, on purpose and in known numbers.
 *
 * The catalogue (dirt.tsv) says for each kind how many there are in a million
 * people, what the gateway should make of it and by which SQL it is found.  A
 * person carries at most one kind, so that no two get in each other's way.
 * Rows are counted as they are written: what is counted is what is there.
 */
#ifndef DEMO_DIRT_H
#define DEMO_DIRT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "lists.h"

enum demo_kind {
	DEMO_CLEAN,
	/* of a person, who carries it into one of his rows */
	PERSON_ID_11,
	PERSON_ID_LETTER,
	PERSON_BIRTH_IMPOSSIBLE,
	PERSON_SEX_UNKNOWN,
	PERSON_COMMUNE_UNKNOWN,
	PERSON_COMMUNE_LOST,
	PERSON_COMMUNE_NOT_CONVERTED,
	PERSON_STATUS_UNKNOWN,
	PERSON_REGISTERED_INFINITY,
	DEMO_LAST_BROKEN_PERSON = PERSON_REGISTERED_INFINITY,
	PERSON_ID_SPACED,
	PERSON_ID_DOTTED,
	PERSON_SEX_NFD,
	PERSON_SEX_UPPER,
	PERSON_STATUS_NFD,
	PERSON_ETHNIC_NFD,
	PERSON_BIRTH_YEAR,
	PERSON_BIRTH_MONTH,
	PERSON_BIRTH_DASHES,
	PERSON_BIRTH_UNKNOWN,
	PERSON_COMMUNE_ABOLISHED,
	PERSON_TWO_NUMBERS,
	DEMO_LAST_IN_REGISTER = PERSON_TWO_NUMBERS,
	BIRTH_ID_11,
	BIRTH_BORN_IMPOSSIBLE,
	BIRTH_COMMUNE_UNKNOWN,
	BIRTH_OTHER_MAP,
	BIRTH_SEX_NFD,
	DEATH_ALIVE_IN_REGISTER,
	DEATH_ID_SPACED,
	DEATH_CMND,
	DEATH_CMND_ONLY,
	DEATH_CMND_SHARED,
	DEATH_DIED_IMPOSSIBLE,
	MARRIAGE_ID_LETTER,
	MARRIAGE_COMMUNE_UNKNOWN,
	BENEFICIARY_SINCE_SERIAL,
	BENEFICIARY_CLASS_UNKNOWN,
	BENEFICIARY_NAME_MISMATCH,
	BENEFICIARY_SINCE_YEAR,
	BENEFICIARY_ETHNIC_CONFLICT,
	BENEFICIARY_NEW_NAME,
	BENEFICIARY_SPLIT_NAME,
	CARD_TWO_FOR_ONE,
	RECORD_ID_11,
	RECORD_NAN,
	RECORD_COMMUNE_UNKNOWN,
	RECORD_OPENED_IMPOSSIBLE,
	RECORD_ID_SPACED,
	RECORD_BHYT_SPACED,
	RECORD_WITHOUT_NUMBER,
	RECORD_BHYT_ONLY,
	RECORD_CARD_NOWHERE,
	RECORD_CARD_CONFLICT,
	RECORD_TWO_FOR_ONE,
	RECORD_NEVER_STAMPED,
	UPDATE_KIND_UNKNOWN,
	UPDATE_INFINITY,
	UPDATE_KIND_NFD,
	UPDATE_FIRST_INSTANT,
	UPDATE_LAST_INSTANT,
	DEMO_LAST_CARRIED = UPDATE_LAST_INSTANT,
	/* of people whom the register does not know */
	BIRTH_NOT_IN_REGISTER,
	DEATH_NOT_IN_REGISTER,
	DEATH_WITHOUT_NUMBER,
	RECORD_NOT_IN_REGISTER,
	/* dossiers, always as many */
	ONESTOP_POLICY_UNKNOWN,
	ONESTOP_HANGING,
	DEMO_LAST_PLANNED = ONESTOP_HANGING,
	/* not planned but counted */
	PERSON_OLD_CODE,
	PERSON_SPLIT_COMMUNE,
	PERSON_DEAD_IN_JUSTICE,
	PERSON_DEAD_IN_REGISTER_ONLY,
	INFANT_WITHOUT_BIRTH,
	BIRTH_BORN_ISO,
	DEATH_YEAR_ONLY,
	PEOPLE_UNMATCHED,
	BENEFICIARY_NAME_TCVN3,
	BENEFICIARY_UNTIL_ZERO,
	PAYMENT_ID_UNSIGNED,
	PAYMENT_MONTH_ZERO_DAY,
	PAYMENT_HANDED_OVER,
	PAYMENT_STAMP,
	CARD_ID_UNSIGNED,
	CARD_FROM_ZERO,
	CARD_WITHOUT_END,
	CARD_FLAG_TWO,
	CARD_STAMP,
	DEMO_KINDS,
};

/* What a carrier has to be, so that the dirt can be told. */
struct demo_trait {
	const char *name;     /* in the catalogue */
	int age_from, age_to; /* 0, 0: any */
	char sex;             /* 'F', 'M' or 0: any */
	bool fresh;           /* has a health record, kept up to date */
};

const struct demo_trait *demo_trait(enum demo_kind kind);

struct demo_dirt {
	struct demo_csv catalogue;
	size_t row[DEMO_KINDS];
	uint64_t planned[DEMO_KINDS];
	uint64_t counted[DEMO_KINDS];
	uint64_t carriers;
};

/* False, with a line on stderr, when the catalogue and the kinds above differ. */
bool demo_dirt_read(const char *dir, const char *file, uint64_t people, struct demo_dirt *out);
void demo_dirt_free(struct demo_dirt *dirt);

/* The kind that the carrier of this rank has; DEMO_CLEAN from dirt->carriers on. */
enum demo_kind demo_dirt_of(const struct demo_dirt *dirt, uint64_t rank);

/* Counts and planned numbers agree; false names the first that does not. */
bool demo_dirt_holds(const struct demo_dirt *dirt);

/* The catalogue with the numbers counted. */
void demo_dirt_print(const struct demo_dirt *dirt, FILE *file);

#endif
