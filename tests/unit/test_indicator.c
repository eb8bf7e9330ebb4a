/* Indicators: what a definition may say, and the arithmetic of shares. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/i18n.h"
#include "folder_case.h"
#include "indicator/indicator.h"

Test(indicator, rounds_a_share_half_up)
{
	static const struct {
		int64_t numerator, denominator;
		const char *en;
	} cases[] = {
		{0, 7, "0.00"},          {7, 7, "100.00"},
		{1, 3, "33.33"},         {2, 3, "66.67"},
		{1, 800, "0.13"},        {1, 20000, "0.01"},
		{1, 20001, "0.00"},      {32702, 34346, "95.21"},
		{30214, 35969, "84.00"}, {3700000, 3700000, "100.00"},
	};
	char text[32];

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		gw_indicator_percent(cases[i].numerator, cases[i].denominator, '.', text,
				     sizeof text);
		cr_assert_str_eq(text, cases[i].en, "%lld of %lld", (long long)cases[i].numerator,
				 (long long)cases[i].denominator);
	}
	gw_indicator_percent(32702, 34346, ',', text, sizeof text);
	cr_assert_str_eq(text, "95,21");
}

Test(indicator, counts_the_people_who_are_missing_for_the_target)
{
	static const struct {
		int64_t denominator, fresh;
		const char *target;
		int64_t missing;
	} cases[] = {
		{34346, 32702, "95", 0}, {35969, 30214, "95", 3957},
		{100, 95, "95", 0},      {100, 94, "95", 1},
		{101, 95, "95", 1},      {0, 0, "95", 0},
		{1000, 974, "97.5", 1},  {1000, 975, "97.5", 0},
		{3, 3, "100", 0},        {3, 2, "100", 1},
		{10, 0, "0", 0},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const struct gw_indicator_row row = {.denominator = cases[i].denominator,
						     .fresh = cases[i].fresh};

		cr_assert_eq(gw_indicator_shortfall(&row, cases[i].target), cases[i].missing,
			     "case %zu", i);
	}
}

Test(indicator, lets_a_definition_read_canon_and_ref_alone)
{
	static const struct {
		const char *sql;
		bool good;
	} cases[] = {
		{"select 1 from canon.person p join ref.unit u on true", true},
		{"with x as (select 1) select * from x", true},
		{"select 'ops.run; pg_class' from canon.person", true},
		{"select 1 -- ops.run; pg_class\nfrom canon.person", true},
		{"select 1 from ops.run", false},
		{"select 1 from OPS.run", false},
		{"select 1 from history.person", false},
		{"select 1 from information_schema.tables", false},
		{"select pg_read_file('x')", false},
		{"select 1; drop table canon.person", false},
		{"delete from canon.person", false},
		{"", false},
	};
	struct gw_error err;

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		cr_assert_eq(gw_indicator_check_sql("X", cases[i].sql, &err) == GW_OK,
			     cases[i].good, "%s", cases[i].sql);
}

/* A folder of schemas with indicators/X.yaml; folder_drop ends it. */
static const char *
schemas_with(const char *yaml)
{
	folder_make();
	cr_assert_eq(mkdir("indicators", 0700), 0);
	put_file("indicators/X.yaml", yaml, 0644);
	return folder;
}

#define HEAD                                                                                       \
	"version: 3\nname: {vi: a, en: b}\nname_from: sample\nunit: commune\ntarget: 97.5\n"       \
	"parameters: {months: 6}\ndefinition: {vi: c, en: d}\n"

Test(indicator, reads_a_definition)
{
	const char *dir = schemas_with("code: X\n" HEAD "sql: select 1\napart:\n"
				       "  - {code: y, name: {vi: e, en: f}, sql: select 2}\n");
	struct gw_indicator *indicator = NULL;
	struct gw_error err;

	cr_assert_eq(gw_indicator_read(dir, "X", &indicator, &err), GW_OK, "%s", err.text);
	cr_assert_eq(indicator->version, 3);
	cr_assert_eq(indicator->nparameters, 1);
	cr_assert_str_eq(indicator->parameters[0].name, "months");
	cr_assert_eq(indicator->parameters[0].value, 6);
	cr_assert_str_eq(indicator->target, "97.5");
	cr_assert_str_eq(indicator->definition_en, "d");
	cr_assert_eq(indicator->naparts, 1);
	cr_assert_str_eq(indicator->apart[0].name_vi, "e");
	gw_indicator_free(indicator);
	folder_drop();
}

#define TAIL                                                                                       \
	"name: {vi: a, en: b}\nname_from: sample\nunit: commune\ntarget: 95\n"                     \
	"definition: {vi: c, en: d}\nsql: select 1\n"

Test(indicator, reads_parameters_in_order_and_variants_of_them)
{
	const char *dir = schemas_with(
		"code: X\nversion: 1\n" TAIL
		"parameters: {months: 12, links: {value: 1, min: 0, max: 1}}\nvariants:\n"
		"  - {code: full, name: {vi: g, en: h}, parameters: {links: 1}}\n"
		"  - {code: bare, name: {vi: i, en: j}, parameters: {links: 0},"
		" worth: {vi: k, en: l}}\n");
	struct gw_indicator *indicator = NULL;
	int64_t values[GW_INDICATOR_PARAMETERS];
	struct gw_error err;

	cr_assert_eq(gw_indicator_read(dir, "X", &indicator, &err), GW_OK, "%s", err.text);
	cr_assert_eq(indicator->nparameters, 2);
	cr_assert_eq(gw_indicator_find(indicator, "links", 5), 1);
	cr_assert_eq(gw_indicator_find(indicator, "link", 4), -1);
	cr_assert_eq(indicator->nvariants, 2);
	cr_assert_str_eq(indicator->variants[1].worth_en, "l");
	gw_indicator_defaults(indicator, values);
	cr_assert_eq(values[0], 12);
	cr_assert_eq(gw_indicator_variant_of(indicator, values), &indicator->variants[0]);
	cr_assert_eq(gw_indicator_set(indicator, "months", "6", values, &err), GW_OK);
	cr_assert_eq(gw_indicator_set(indicator, "links", "0", values, &err), GW_OK);
	cr_assert_eq(values[0], 6);
	cr_assert_eq(gw_indicator_variant_of(indicator, values), &indicator->variants[1],
		     "months is open in every variant");
	gw_indicator_free(indicator);
	folder_drop();
}

Test(indicator, refuses_a_parameter_that_is_none_or_out_of_range)
{
	static const struct {
		const char *name, *value;
		bool good;
	} cases[] = {
		{"months", "24", true}, {"months", "0", false}, {"months", "1201", false},
		{"months", "x", false}, {"links", "1", true},   {"links", "2", false},
		{"as_of", "1", false},  {"month", "1", false},  {"deaths", "-1", false},
		{"deaths", "0", true},  {"deaths", "", false},
	};
	struct gw_indicator *indicator = NULL;
	int64_t values[GW_INDICATOR_PARAMETERS];
	struct gw_error err;

	cr_assert_eq(gw_indicator_read("schemas", "EHR", &indicator, &err), GW_OK, "%s", err.text);
	gw_indicator_defaults(indicator, values);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		cr_assert_eq(gw_indicator_set(indicator, cases[i].name, cases[i].value, values,
					      &err) == GW_OK,
			     cases[i].good, "%s=%s", cases[i].name, cases[i].value);
	gw_indicator_free(indicator);
}

Test(indicator, refuses_parameters_and_variants_and_says_where)
{
	static const char *const files[] = {
		"parameters: 12\n",
		"parameters: {as_of: 1}\n",
		"parameters: {Months: 1}\n",
		"parameters: {months: x}\n",
		"parameters: {months: [1]}\n",
		"parameters: {months: {min: 1}}\n",            /* no value */
		"parameters: {months: {value: 1, most: 2}}\n", /* unknown key */
		"parameters: {months: {value: 3, min: 1, max: 2}}\n",
		"parameters: {a: 1, b: 1, c: 1, d: 1, e: 1, f: 1, g: 1, h: 1, i: 1, j: 1, k: 1, "
		"l: 1, m: 1, n: 1, o: 1, p: 1, q: 1}\n", /* too many */
		"parameters: {a: 1}\nvariants: {b: c}\n",
		"parameters: {a: 1}\nvariants: [{code: b, name: {vi: c, en: d}}]\n",
		"parameters: {a: 1}\nvariants: [{code: b, name: {vi: c, en: d}, parameters: 1}]\n",
		"parameters: {a: 1}\n"
		"variants: [{code: b, name: {vi: c, en: d}, parameters: {e: 1}}]\n",
		"parameters: {a: {value: 1, max: 1}}\n"
		"variants: [{code: b, name: {vi: c, en: d}, parameters: {a: 2}}]\n",
		"parameters: {a: 1}\n"
		"variants: [{code: b, name: {vi: c, en: d}, parameters: {a: {value: 1}}}]\n",
		"parameters: {a: 1}\n"
		"variants: [{code: b, name: {vi: c}, parameters: {a: 1}}]\n",
		"parameters: {a: 1}\nvariants: [{code: b, name: {vi: c, en: d}, parameters: {a: "
		"1}, "
		"worth: {vi: e}}]\n",
	};

	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
		char yaml[1024];
		const char *dir;
		struct gw_indicator *indicator = NULL;
		struct gw_error err;

		(void)snprintf(yaml, sizeof yaml, "code: X\nversion: 1\n" TAIL "%s", files[i]);
		dir = schemas_with(yaml);
		cr_assert_eq(gw_indicator_read(dir, "X", &indicator, &err), GW_CONFIG, "case %zu",
			     i);
		cr_assert_not_null(strstr(err.text, "X.yaml:"), "case %zu: %s", i, err.text);
		cr_assert_null(indicator);
		folder_drop();
	}
}

Test(indicator, adds_the_units_up)
{
	struct gw_indicator_row rows[] = {
		{.denominator = 10, .fresh = 5, .stale = 3, .without = 2},
		{.denominator = 1, .without = 1},
	};
	const struct gw_indicator_result result = {.rows = rows, .nrows = 2};
	struct gw_indicator_row total = gw_indicator_total(&result);

	cr_assert_eq(total.denominator, 11);
	cr_assert_eq(total.fresh, 5);
	cr_assert_eq(total.stale, 3);
	cr_assert_eq(total.without, 3);
}

Test(indicator, refuses_a_definition_and_says_where)
{
	static const char *const files[] = {
		"code: Y\n" HEAD "sql: select 1\n",                /* another code */
		"code: X\n" HEAD,                                  /* no sql */
		"code: X\n" HEAD "sql: select 1 from ops.run\n",   /* another schema */
		"code: X\n" HEAD "sql: select 1\nfoo: 1\n",        /* unknown key */
		"code: X\n" HEAD "sql: select 1\napart: {a: b}\n", /* no list */
		"code: X\nversion: 0\nname: {vi: a, en: b}\n",     /* no version */
	};

	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
		const char *dir = schemas_with(files[i]);
		struct gw_indicator *indicator = NULL;
		struct gw_error err;

		cr_assert_eq(gw_indicator_read(dir, "X", &indicator, &err), GW_CONFIG, "case %zu",
			     i);
		cr_assert_not_null(strstr(err.text, "X.yaml"), "case %zu: %s", i, err.text);
		cr_assert_null(indicator);
		folder_drop();
	}
}

Test(indicator, takes_no_path_for_a_code)
{
	static const char *const codes[] = {"", "../EHR", "a/b", "."};
	struct gw_indicator *indicator = NULL;
	struct gw_error err;

	for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
		cr_assert_eq(gw_indicator_read("schemas", codes[i], &indicator, &err), GW_CONFIG);
}

Test(indicator, ships_a_definition_that_can_be_read)
{
	struct gw_indicator *indicator = NULL;
	struct gw_error err;

	cr_assert_eq(gw_indicator_read("schemas", "EHR", &indicator, &err), GW_OK, "%s", err.text);
	cr_assert_str_eq(indicator->code, "EHR");
	cr_assert_geq(indicator->naparts, 1);
	cr_assert_eq(indicator->nvariants, 4);
	cr_assert_str_eq(indicator->variants[0].code, "full");
	gw_indicator_free(indicator);
}
