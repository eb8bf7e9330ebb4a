/*
 * The functions behind the table of rules, and what they share.
 *
 * Each takes any kind of value: null stays null, a value that is right already
 * stays as it is, so that a rule may run twice.  Text that a rule makes lives
 * in the context's arena.
 */
#ifndef GW_RULES_H
#define GW_RULES_H

#include <stddef.h>

#include "normalise/rule.h"

enum gw_status gw_rule_trim(struct gw_value *value, struct gw_rule_context *context,
			    struct gw_error *err);
enum gw_status gw_rule_nfc(struct gw_value *value, struct gw_rule_context *context,
			   struct gw_error *err);
enum gw_status gw_rule_encoding(struct gw_value *value, struct gw_rule_context *context,
				struct gw_error *err);
enum gw_status gw_rule_upper(struct gw_value *value, struct gw_rule_context *context,
			     struct gw_error *err);
enum gw_status gw_rule_lower(struct gw_value *value, struct gw_rule_context *context,
			     struct gw_error *err);
enum gw_status gw_rule_date(struct gw_value *value, struct gw_rule_context *context,
			    struct gw_error *err);
enum gw_status gw_rule_timestamp(struct gw_value *value, struct gw_rule_context *context,
				 struct gw_error *err);
enum gw_status gw_rule_integer(struct gw_value *value, struct gw_rule_context *context,
			       struct gw_error *err);
enum gw_status gw_rule_decimal(struct gw_value *value, struct gw_rule_context *context,
			       struct gw_error *err);
enum gw_status gw_rule_boolean(struct gw_value *value, struct gw_rule_context *context,
			       struct gw_error *err);
enum gw_status gw_rule_citizen_number(struct gw_value *value, struct gw_rule_context *context,
				      struct gw_error *err);
enum gw_status gw_rule_cmnd(struct gw_value *value, struct gw_rule_context *context,
			    struct gw_error *err);
enum gw_status gw_rule_bhyt_number(struct gw_value *value, struct gw_rule_context *context,
				   struct gw_error *err);
enum gw_status gw_rule_social_insurance(struct gw_value *value, struct gw_rule_context *context,
					struct gw_error *err);
enum gw_status gw_rule_tax(struct gw_value *value, struct gw_rule_context *context,
			   struct gw_error *err);
enum gw_status gw_rule_phone(struct gw_value *value, struct gw_rule_context *context,
			     struct gw_error *err);
enum gw_status gw_rule_code_list(struct gw_value *value, struct gw_rule_context *context,
				 struct gw_error *err);
enum gw_status gw_rule_commune_code(struct gw_value *value, struct gw_rule_context *context,
				    struct gw_error *err);

enum gw_status gw_rule_excel_date(struct gw_value *value, struct gw_rule_context *context,
				  struct gw_error *err);
enum gw_status gw_rule_person_name(struct gw_value *value, struct gw_rule_context *context,
				   struct gw_error *err);
enum gw_status gw_rule_dossier_code(struct gw_value *value, struct gw_rule_context *context,
				    struct gw_error *err);
enum gw_status gw_rule_citizen_cross(struct gw_value *value, struct gw_rule_context *context,
				     struct gw_error *err);
enum gw_status gw_rule_address(struct gw_value *value, struct gw_rule_context *context,
			       struct gw_error *err);

/* The argument of rules that may put slips right. */
#define GW_REPAIR "repair"
/* Of excel_date: the system whose first day is the first of January 1904. */
#define GW_EXCEL_1904 "1904"

/* Of bhyt_number: of the numbers that stand in such a column, those of cards or those of persons.
 */
#define GW_ONLY_CARD "only_card"
#define GW_ONLY_CITIZEN "only_citizen"
/* Of phone: all the numbers of one value. */
#define GW_SEVERAL "several"

/* True where word[0..len) is one of words, which have commas between. */
bool gw_rule_words_hold(const char *words, const char *word, size_t len);

/* True where the mapping gives the rule that word. */
bool gw_rule_asked(const struct gw_rule_context *context, const char *word);

/* True where the mapping asks the rule to put slips right, each with a warning. */
bool gw_rule_repairs(const struct gw_rule_context *context);
void gw_rule_warn(struct gw_rule_context *context, enum gw_warning_kind kind);

/* GW_REJECT with a dotted code (borrowed for good) and a reason, which shows no value. */
enum gw_status gw_rule_reject(struct gw_rule_context *context, const char *code,
			      struct gw_error *err, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* Makes value a text: a copy in the arena.  GW_FATAL past the arena's limit. */
enum gw_status gw_rule_set_text(struct gw_value *value, struct gw_rule_context *context,
				const char *text, size_t len, struct gw_error *err);

void gw_rule_set_null(struct gw_value *value);

/* True for a database's date of zeros alone, which no kind holds and the rules for dates take. */
bool gw_rule_zero_date(const struct gw_value *value);

/* The rules for dates take it: nothing, with a warning. */
void gw_rule_take_zero_date(struct gw_value *value, struct gw_rule_context *context);

/* True when folded text says that there is nothing: "không", "ko rõ", "?", "-"... */
bool gw_rule_null_word(const char *folded, size_t len);

#endif
