/*
 * Normalisation rules, by the names that mapping files use.
 *
 * A rule changes one value in place or rejects the record.  Its message says
 * what shape was wrong, never the value: values are people's data, and
 * messages end up in logs.
 */
#ifndef GW_RULE_H
#define GW_RULE_H

#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/value.h"

struct gw_code_list;
struct gw_codes;
struct gw_encoding;
struct gw_places;
struct gw_zone;

/* What a rule may look at beside the value. */
struct gw_rule_context {
	struct gw_arena *arena;
	const struct gw_code_list *list;  /* of {code_list: name}; of the commune code map */
	const struct gw_code_list *other; /* the map that it may be instead, where the row does
					     not tell; NULL: list it is */
	const struct gw_code_list *used;  /* set by commune_code: the map that has the code */
	const struct gw_codes *codes;     /* where names of communes are; with name */
	const struct gw_value *name;      /* of the commune, as the row has it; NULL: not read */
	const char *name_column;          /* where it stood */
	const struct gw_value *second; /* citizen_cross: the person's sex; name: the birth date */
	const struct gw_encoding *encoding; /* of {encoding: name} */
	const struct gw_places *places;     /* of address */
	const char *word;                   /* an argument of words of the rule's own, such as
					       repair; NULL: none */
	bool quotable;                      /* the field is public: an unknown code may be shown */
	const struct gw_zone *zone;         /* of the source; NULL: a moment has no day */
	const char *code;                   /* set by a reject: "date.no_such_day" */
	uint32_t warnings; /* bits of enum gw_warning_kind, added by a rule that took
			      the value */
};

/*
 * A value that was taken, and that somebody should look at: it travels as any
 * other, and is counted by column and rule.
 */
enum gw_warning_kind {
	GW_WARN_LETTER_O,
	GW_WARN_LETTER_D,
	GW_WARN_LEADING_ZERO,
	GW_WARN_MONTH_FIRST,
	GW_WARN_MAYBE_YEAR_ONLY,
	GW_WARN_SENTINEL,
	GW_WARN_ZERO_DATE,
	GW_WARN_YEAR_OR_SERIAL,
	GW_WARN_CITIZEN_FOR_CARD,
	GW_WARN_NAME_NOTE,
	GW_WARN_NAME_HONORIFIC,
	GW_WARN_NAME_NUMBER,
	GW_WARN_NAME_SURNAME,
	GW_WARN_CENTURY,
	GW_WARN_BIRTH_YEAR,
	GW_WARN_SEX,
	GW_WARN_OLD_UNIT,
	GW_WARN_COUNT,
};

struct gw_warning_text {
	const char *code; /* dotted, for machines and grouping: "repaired.letter_o" */
	const char *text; /* N_(), for people */
};

const struct gw_warning_text *gw_warning_text(enum gw_warning_kind kind);

/* What a rule's argument is. */
enum gw_rule_takes {
	GW_TAKES_NOTHING,
	GW_TAKES_LIST,
	GW_TAKES_ENCODING,
	GW_TAKES_WORDS,  /* some of words */
	GW_TAKES_COLUMN, /* which the rule may read besides */
	GW_TAKES_COLUMNS,
};

struct gw_rule {
	const char *name;
	const char *help;     /* N_() */
	const char *argument; /* NULL: takes none; else what it is: "a list of schemas/codes" */
	bool optional;        /* the argument may be left out */
	enum gw_status (*apply)(struct gw_value *value, struct gw_rule_context *context,
				struct gw_error *err);
	enum gw_rule_takes takes;
	const char *words; /* of GW_TAKES_WORDS, with commas between */
};

/* Returns NULL when there is no rule of that name. */
const struct gw_rule *gw_rule_find(const char *name);

/* All rules, ending with a row whose name is NULL. */
const struct gw_rule *gw_rules(void);

#endif
