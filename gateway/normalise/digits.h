/*
 * The digits of a number that people write with spaces, dots, labels and
 * spreadsheet marks, whatever kind of column it stood in.
 */
#ifndef GW_DIGITS_H
#define GW_DIGITS_H

#include <stdbool.h>

#include "normalise/rule.h"

enum { GW_DIGITS_MAX = 24 };

struct gw_digits {
	char text[GW_DIGITS_MAX + 1];
	unsigned count; /* may be more than text holds */
	bool numeric;   /* from a number, which has lost its leading zeros */
};

/* What a rule takes, and the codes of its rejects. */
struct gw_digits_shape {
	const char *kind_code, *characters_code, *digits_code;
	const char *marks;  /* dropped between digits, ASCII */
	const char *labels; /* folded words that may stand before it, each followed by '|' */
};

/*
 * Takes value apart.  GW_OK with value null: there is nothing ("", "không",
 * zeros alone).  GW_REJECT: another kind, or characters that are not its own.
 */
enum gw_status gw_digits_take(struct gw_value *value, struct gw_rule_context *context,
			      const struct gw_digits_shape *shape, struct gw_digits *out,
			      struct gw_error *err);

/* True for a text of count digits and nothing else: what most columns hold already. */
bool gw_digits_alone(const struct gw_value *value, unsigned count);

/* Puts zeros before the digits up to want; want <= GW_DIGITS_MAX. */
void gw_digits_pad(struct gw_digits *digits, unsigned want);

/*
 * Puts back the one zero that is missing to want digits: of a number, which can't
 * hold it, and with a warning of text, where the mapping asks for repairs.
 */
void gw_digits_restore(struct gw_digits *digits, unsigned want, struct gw_rule_context *context);

/* The reject for a wrong number of digits; a lost zero is named where one digit is missing. */
enum gw_status gw_digits_reject(const struct gw_digits *digits, unsigned want,
				struct gw_rule_context *context,
				const struct gw_digits_shape *shape, struct gw_error *err);

#endif
