#include "dirt.h"

#include <stdlib.h>
#include <string.h>

enum {
	KIND,
	STREAM,
	HOW,
	COLUMN,
	RULE,
	PER_MILLION,
	LABEL_VI,
	LABEL_EN,
	SCRATCH_SQL,
	CANON_SQL,
	COLUMNS
};

static const struct demo_trait traits[DEMO_KINDS] = {
	[DEMO_CLEAN] = {.name = NULL},
	[PERSON_ID_11] = {.name = "person_id_11_digits"},
	[PERSON_ID_LETTER] = {.name = "person_id_letter"},
	[PERSON_BIRTH_IMPOSSIBLE] = {.name = "person_birth_impossible"},
	[PERSON_SEX_UNKNOWN] = {.name = "person_sex_unknown"},
	[PERSON_COMMUNE_UNKNOWN] = {.name = "person_commune_unknown"},
	[PERSON_COMMUNE_LOST] = {.name = "person_commune_lost"},
	[PERSON_COMMUNE_NOT_CONVERTED] = {.name = "person_commune_not_converted"},
	[PERSON_STATUS_UNKNOWN] = {.name = "person_status_unknown"},
	[PERSON_REGISTERED_INFINITY] = {.name = "person_registered_infinity"},
	[PERSON_ID_SPACED] = {.name = "person_id_spaced"},
	[PERSON_ID_DOTTED] = {.name = "person_id_dotted"},
	[PERSON_SEX_NFD] = {.name = "person_sex_nfd", .sex = 'F'},
	[PERSON_SEX_UPPER] = {.name = "person_sex_upper"},
	[PERSON_STATUS_NFD] = {.name = "person_status_nfd"},
	[PERSON_ETHNIC_NFD] = {.name = "person_ethnic_nfd"},
	[PERSON_BIRTH_YEAR] = {.name = "person_birth_year_only", .age_from = 55, .age_to = 95},
	[PERSON_BIRTH_MONTH] = {.name = "person_birth_month_only", .age_from = 45, .age_to = 90},
	[PERSON_BIRTH_DASHES] = {.name = "person_birth_dashes"},
	[PERSON_BIRTH_UNKNOWN] = {.name = "person_birth_unknown", .age_from = 40, .age_to = 95},
	[PERSON_COMMUNE_ABOLISHED] = {.name = "person_commune_abolished"},
	[PERSON_TWO_NUMBERS] = {.name = "person_two_numbers", .age_from = 30, .age_to = 70},
	[BIRTH_ID_11] = {.name = "birth_id_11_digits", .age_from = 1, .age_to = 8},
	[BIRTH_BORN_IMPOSSIBLE] = {.name = "birth_born_impossible", .age_from = 1, .age_to = 8},
	[BIRTH_COMMUNE_UNKNOWN] = {.name = "birth_commune_unknown", .age_from = 1, .age_to = 8},
	[BIRTH_OTHER_MAP] = {.name = "birth_name_of_other_map", .age_from = 1, .age_to = 8},
	[BIRTH_SEX_NFD] = {.name = "birth_sex_nfd", .age_from = 1, .age_to = 8, .sex = 'F'},
	[DEATH_ALIVE_IN_REGISTER] = {.name = "death_alive_in_register",
				     .age_from = 60,
				     .age_to = 98},
	[DEATH_ID_SPACED] = {.name = "death_id_spaced", .age_from = 60, .age_to = 98},
	[DEATH_CMND] = {.name = "death_cmnd", .age_from = 60, .age_to = 98},
	[DEATH_CMND_ONLY] = {.name = "death_cmnd_only", .age_from = 60, .age_to = 98},
	[DEATH_CMND_SHARED] = {.name = "death_cmnd_shared", .age_from = 60, .age_to = 98},
	[DEATH_DIED_IMPOSSIBLE] = {.name = "death_died_impossible", .age_from = 60, .age_to = 98},
	[MARRIAGE_ID_LETTER] = {.name = "marriage_id_letter",
				.age_from = 30,
				.age_to = 60,
				.sex = 'F'},
	[MARRIAGE_COMMUNE_UNKNOWN] = {.name = "marriage_commune_unknown",
				      .age_from = 30,
				      .age_to = 60,
				      .sex = 'F'},
	[BENEFICIARY_SINCE_SERIAL] = {.name = "beneficiary_since_serial"},
	[BENEFICIARY_CLASS_UNKNOWN] = {.name = "beneficiary_class_unknown"},
	[BENEFICIARY_NAME_MISMATCH] = {.name = "beneficiary_name_mismatch"},
	[BENEFICIARY_SINCE_YEAR] = {.name = "beneficiary_since_year_only"},
	[BENEFICIARY_ETHNIC_CONFLICT] = {.name = "beneficiary_ethnic_conflict"},
	[BENEFICIARY_NEW_NAME] = {.name = "beneficiary_new_name"},
	[BENEFICIARY_SPLIT_NAME] = {.name = "beneficiary_split_name"},
	[CARD_TWO_FOR_ONE] = {.name = "card_two_for_one"},
	[RECORD_ID_11] = {.name = "record_id_11_digits", .fresh = true},
	[RECORD_NAN] = {.name = "record_completeness_nan", .fresh = true},
	[RECORD_COMMUNE_UNKNOWN] = {.name = "record_commune_unknown", .fresh = true},
	[RECORD_OPENED_IMPOSSIBLE] = {.name = "record_opened_impossible", .fresh = true},
	[RECORD_ID_SPACED] = {.name = "record_id_spaced", .fresh = true},
	[RECORD_BHYT_SPACED] = {.name = "record_bhyt_spaced", .fresh = true},
	[RECORD_WITHOUT_NUMBER] = {.name = "record_without_number", .fresh = true},
	[RECORD_BHYT_ONLY] = {.name = "record_bhyt_only", .fresh = true},
	[RECORD_CARD_NOWHERE] = {.name = "record_card_nowhere", .fresh = true},
	[RECORD_CARD_CONFLICT] = {.name = "record_card_conflict", .fresh = true},
	[RECORD_TWO_FOR_ONE] = {.name = "record_two_for_one", .fresh = true},
	[RECORD_NEVER_STAMPED] = {.name = "record_never_stamped", .fresh = true},
	[UPDATE_KIND_UNKNOWN] = {.name = "update_kind_unknown", .fresh = true},
	[UPDATE_INFINITY] = {.name = "update_infinity", .fresh = true},
	[UPDATE_KIND_NFD] = {.name = "update_kind_nfd", .fresh = true},
	[UPDATE_FIRST_INSTANT] = {.name = "update_first_instant", .fresh = true},
	[UPDATE_LAST_INSTANT] = {.name = "update_last_instant", .fresh = true},
	[BIRTH_NOT_IN_REGISTER] = {.name = "birth_not_in_register"},
	[DEATH_NOT_IN_REGISTER] = {.name = "death_not_in_register"},
	[DEATH_WITHOUT_NUMBER] = {.name = "death_without_number"},
	[RECORD_NOT_IN_REGISTER] = {.name = "record_not_in_register"},
	[ONESTOP_POLICY_UNKNOWN] = {.name = "dossier_policy_unknown"},
	[ONESTOP_HANGING] = {.name = "dossier_hanging"},
	[PERSON_OLD_CODE] = {.name = "person_old_code"},
	[PERSON_SPLIT_COMMUNE] = {.name = "person_split_commune"},
	[PERSON_DEAD_IN_JUSTICE] = {.name = "person_dead_in_justice"},
	[PERSON_DEAD_IN_REGISTER_ONLY] = {.name = "person_dead_in_register_only"},
	[INFANT_WITHOUT_BIRTH] = {.name = "infant_without_birth"},
	[BIRTH_BORN_ISO] = {.name = "birth_born_iso"},
	[DEATH_YEAR_ONLY] = {.name = "death_year_only"},
	[PEOPLE_UNMATCHED] = {.name = "people_unmatched"},
	[BENEFICIARY_NAME_TCVN3] = {.name = "beneficiary_name_tcvn3"},
	[BENEFICIARY_UNTIL_ZERO] = {.name = "beneficiary_until_zero"},
	[PAYMENT_ID_UNSIGNED] = {.name = "payment_id_unsigned"},
	[PAYMENT_MONTH_ZERO_DAY] = {.name = "payment_month_zero_day"},
	[PAYMENT_HANDED_OVER] = {.name = "payment_handed_over"},
	[PAYMENT_STAMP] = {.name = "payment_stamp"},
	[CARD_ID_UNSIGNED] = {.name = "card_id_unsigned"},
	[CARD_FROM_ZERO] = {.name = "card_from_zero"},
	[CARD_WITHOUT_END] = {.name = "card_without_end"},
	[CARD_FLAG_TWO] = {.name = "card_flag_two"},
	[CARD_STAMP] = {.name = "card_stamp"},
};

const struct demo_trait *
demo_trait(enum demo_kind kind)
{
	return &traits[kind];
}

static char *
cell(const struct demo_dirt *dirt, enum demo_kind kind, size_t column)
{
	return dirt->catalogue.cells[dirt->row[kind] * COLUMNS + column];
}

static bool
find_row(struct demo_dirt *dirt, enum demo_kind kind)
{
	for (size_t i = 0; i < dirt->catalogue.nrows; i++) {
		if (strcmp(dirt->catalogue.cells[i * COLUMNS + KIND], traits[kind].name) != 0)
			continue;
		dirt->row[kind] = i;
		return true;
	}
	(void)fprintf(stderr, "songma-demo-people: the catalogue of dirt has no %s\n",
		      traits[kind].name);
	return false;
}

/* "=3": always three.  Else from a thousand people on there is at least one of each kind. */
static uint64_t
plan(uint64_t people, const char *per_million)
{
	uint64_t number = (people * strtoull(per_million, NULL, 10) + 500000) / 1000000;

	if (*per_million == '=')
		return strtoull(per_million + 1, NULL, 10);
	return number == 0 && people >= 1000 ? 1 : number;
}

bool
demo_dirt_read(const char *dir, const char *file, uint64_t people, struct demo_dirt *out)
{
	*out = (struct demo_dirt){.carriers = 0};
	if (!demo_csv_read(dir, file, '\t', COLUMNS, &out->catalogue))
		return false;
	for (int kind = DEMO_CLEAN + 1; kind < DEMO_KINDS; kind++) {
		if (!find_row(out, (enum demo_kind)kind))
			return false;
		if (kind <= DEMO_LAST_PLANNED)
			out->planned[kind] =
				plan(people, cell(out, (enum demo_kind)kind, PER_MILLION));
		if (kind <= DEMO_LAST_CARRIED)
			out->carriers += out->planned[kind];
	}
	if (out->catalogue.nrows == DEMO_KINDS - 1)
		return true;
	(void)fprintf(stderr,
		      "songma-demo-people: the catalogue of dirt has kinds that are not known\n");
	return false;
}

void
demo_dirt_free(struct demo_dirt *dirt)
{
	demo_csv_free(&dirt->catalogue);
}

enum demo_kind
demo_dirt_of(const struct demo_dirt *dirt, uint64_t rank)
{
	if (rank >= dirt->carriers)
		return DEMO_CLEAN;
	for (int kind = DEMO_CLEAN + 1; kind <= DEMO_LAST_CARRIED; kind++) {
		if (rank < dirt->planned[kind])
			return (enum demo_kind)kind;
		rank -= dirt->planned[kind];
	}
	return DEMO_CLEAN;
}

bool
demo_dirt_holds(const struct demo_dirt *dirt)
{
	for (int kind = DEMO_CLEAN + 1; kind <= DEMO_LAST_PLANNED; kind++) {
		if (dirt->counted[kind] == dirt->planned[kind])
			continue;
		(void)fprintf(stderr, "songma-demo-people: %s: %llu planned, %llu written\n",
			      traits[kind].name, (unsigned long long)dirt->planned[kind],
			      (unsigned long long)dirt->counted[kind]);
		return false;
	}
	return true;
}

void
demo_dirt_print(const struct demo_dirt *dirt, FILE *file)
{
	(void)fputs(
		"kind\tstream\thow\tcolumn\trule\tnumber\tlabel_vi\tlabel_en\tscratch_sql\tcanon_"
		"sql\n",
		file);
	for (size_t row = 0; row < dirt->catalogue.nrows; row++) {
		char **cells = dirt->catalogue.cells + row * COLUMNS;
		int kind = DEMO_CLEAN + 1;

		while (dirt->row[kind] != row)
			kind++;
		for (size_t column = 0; column < COLUMNS; column++) {
			if (column > 0)
				(void)fputc('\t', file);
			if (column == PER_MILLION)
				(void)fprintf(file, "%llu",
					      (unsigned long long)dirt->counted[kind]);
			else
				(void)fputs(cells[column], file);
		}
		(void)fputc('\n', file);
	}
}
