/*
 * Normalisation rules, by the names that mapping files use.
 *
 * A rule changes one value in place or rejects the record.  Its message says
 * what shape was wrong, never the value: values are people's data, and
 * messages end up in logs.
 */
#ifndef GW_RULE_H
#define GW_RULE_H

#include "base/arena.h"
#include "base/error.h"
#include "base/value.h"

struct gw_code_list;
struct gw_codes;
struct gw_encoding;
struct gw_zone;

/* What a rule may look at beside the value. */
struct gw_rule_context {
	struct gw_arena *arena;
	const struct gw_code_list *list;    /* of {code_list: name}; of the commune code map */
	const struct gw_code_list *other;   /* the map that it may be instead, where the row does
					       not tell; NULL: list it is */
	const struct gw_code_list *used;    /* set by commune_code: the map that has the code */
	const struct gw_codes *codes;       /* where names of communes are; with name */
	const struct gw_value *name;        /* of the commune, as the row has it; NULL: not read */
	const char *name_column;            /* where it stood */
	const struct gw_encoding *encoding; /* of {encoding: name} */
	bool quotable;                      /* the field is public: an unknown code may be shown */
	const struct gw_zone *zone;         /* of the source; NULL: a moment has no day */
	const char *code;                   /* set by a reject: "date.no_such_day" */
};

struct gw_rule {
	const char *name;
	const char *help;     /* N_() */
	const char *argument; /* NULL: takes none; else what it is: "a list of schemas/codes" */
	bool optional;        /* the argument may be left out */
	enum gw_status (*apply)(struct gw_value *value, struct gw_rule_context *context,
				struct gw_error *err);
};

/* Returns NULL when there is no rule of that name. */
const struct gw_rule *gw_rule_find(const char *name);

/* All rules, ending with a row whose name is NULL. */
const struct gw_rule *gw_rules(void);

#endif
