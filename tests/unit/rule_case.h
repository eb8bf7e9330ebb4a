/*
 * One value through one rule, and what came out as a text to compare with:
 * "NULL", "1980-04-03", "int 5", "!date.no_such_day" for a reject.
 */
#ifndef RULE_CASE_H
#define RULE_CASE_H

#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "normalise/rule.h"

struct rule_case {
	struct gw_arena arena;
	struct gw_rule_context context;
	struct gw_error err;
	struct gw_value value;
	char text[512];
};

static inline void
rule_case_init(struct rule_case *run)
{
	*run = (struct rule_case){.text = ""};
	gw_arena_init(&run->arena, 4 * 1024 * 1024);
	run->context.arena = &run->arena;
}

static inline void
rule_case_release(struct rule_case *run)
{
	gw_arena_release(&run->arena);
}

static inline struct gw_value
text_value(const char *text)
{
	return (struct gw_value){.kind = GW_TEXT, .len = (uint32_t)strlen(text), .as.text = text};
}

static inline void
rule_case_show(struct rule_case *run)
{
	const struct gw_value *value = &run->value;
	char when[GW_TIME_TEXT];

	switch (value->kind) {
	case GW_NULL:
		(void)snprintf(run->text, sizeof run->text, "NULL");
		break;
	case GW_INT:
		(void)snprintf(run->text, sizeof run->text, "int %" PRId64, value->as.integer);
		break;
	case GW_BOOL:
		(void)snprintf(run->text, sizeof run->text, "%s", value->as.truth ? "yes" : "no");
		break;
	case GW_DATE:
		gw_date_format(value->as.integer, when);
		(void)snprintf(run->text, sizeof run->text, "%s", when);
		break;
	case GW_TIMESTAMP:
		gw_timestamp_format(value->as.integer, run->text);
		break;
	case GW_TEXT:
	case GW_DECIMAL:
		(void)snprintf(run->text, sizeof run->text, "%s%.*s",
			       value->kind == GW_DECIMAL ? "dec " : "", (int)value->len,
			       value->as.text);
		break;
	case GW_FLOAT:
	case GW_BYTES:
	case GW_UNHELD:
		(void)snprintf(run->text, sizeof run->text, "%s", gw_kind_name(value->kind));
		break;
	}
}

/* Runs rule on value; the answer in run->text holds until the next call. */
static inline const char *
rule_case_run(struct rule_case *run, const char *rule, struct gw_value value)
{
	const struct gw_rule *found = gw_rule_find(rule);

	cr_assert_not_null(found, "no rule %s", rule);
	run->value = value;
	run->context.code = NULL;
	run->context.warnings = 0;
	run->err.text[0] = '\0';
	if (found->apply(&run->value, &run->context, &run->err) == GW_OK) {
		rule_case_show(run);
	} else {
		cr_assert_eq(run->err.status, GW_REJECT, "%s: %s", rule, run->err.text);
		cr_assert_not_null(run->context.code, "%s rejects without a code", rule);
		cr_assert_gt(strlen(run->err.text), 0, "%s rejects without a reason", rule);
		(void)snprintf(run->text, sizeof run->text, "!%s", run->context.code);
	}
	return run->text;
}

/* Runs it, holds the answer against expected, and runs it again on what came out. */
static inline void
rule_case_check(struct rule_case *run, const char *rule, struct gw_value value,
		const char *expected)
{
	char shape[32];

	(void)snprintf(shape, sizeof shape, "%s/%s", rule, gw_kind_name(value.kind));
	cr_assert_str_eq(rule_case_run(run, rule, value), expected,
			 "%s on \"%.*s\": got %s, expected %s (%s)", shape,
			 value.kind == GW_TEXT ? (int)value.len : 0,
			 value.kind == GW_TEXT ? value.as.text : "", run->text, expected,
			 run->err.text);
	if (expected[0] != '!')
		cr_assert_str_eq(rule_case_run(run, rule, run->value), expected,
				 "%s: the second time gives %s, not %s", shape, run->text,
				 expected);
}

#endif
