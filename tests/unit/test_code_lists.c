/* The lists that the project delivers, as the rules see them. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "normalise/codes.h"

static struct gw_codes *codes;

static void
read_lists(void)
{
	struct gw_error err;

	cr_assert_eq(gw_codes_read("schemas", &codes, &err), GW_OK, "%s", err.text);
}

static void
free_lists(void)
{
	gw_codes_free(codes);
}

TestSuite(code_lists, .init = read_lists, .fini = free_lists);

static const char *
look_up(const char *list, const char *text)
{
	const struct gw_code_list *found = gw_codes_list(codes, list);
	const char *code = found == NULL ? NULL : gw_code_find(found, text, strlen(text));

	return code == NULL ? "" : code;
}

Test(code_lists, ethnic_codes_of_2008_stand_for_those_of_1979)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
		{"01", "01"},    {"4", "06"},  {"04", "06"},  {"06", "04"}, {"6", "04"},
		{"Mường", "06"}, {"43", "11"}, {"Mèo", "08"}, {"54", "53"}, {"55", ""},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		cr_assert_str_eq(look_up("ethnic_group_2008", cases[i].in), cases[i].out, "%s",
				 cases[i].in);
	cr_assert_str_eq(look_up("ethnic_group", "04"), "04", "the list of 1979 is its own");
}

Test(code_lists, both_systems_have_the_same_54_ethnic_groups)
{
	int seen[55] = {0}, differ = 0;
	char number[12];

	for (int i = 1; i <= 54; i++) {
		int code;

		(void)snprintf(number, sizeof number, "%02d", i);
		code = atoi(look_up("ethnic_group_2008", number));
		cr_assert(code >= 1 && code <= 54, "%s", number);
		seen[code]++;
		differ += code != i;
		cr_assert_str_eq(look_up("ethnic_group", number), number);
	}
	for (int i = 1; i <= 54; i++)
		cr_assert_eq(seen[i], 1, "%d", i);
	cr_assert_eq(differ, 37);
}

Test(code_lists, classes_of_social_protection_are_known_by_code_and_text)
{
	cr_assert_str_eq(look_up("social_protection", "5A1"), "5a1");
	cr_assert_str_eq(look_up("social_protection", "6a+"), "6a+");
	cr_assert_str_eq(look_up("social_protection", "người khuyết tật, nặng"), "6b");
	cr_assert_str_eq(look_up("social_protection", "9"), "");
}

Test(code_lists, communes_of_the_whole_country_are_known_by_their_map)
{
	static const struct {
		const char *map, *code;
		bool known;
	} cases[] = {
		{GW_MAP_BEFORE, "15538", true}, {GW_MAP_AFTER, "15538", false},
		{GW_MAP_BEFORE, "14827", true}, {GW_MAP_AFTER, "14827", false},
		{GW_MAP_BEFORE, "00001", true}, {GW_MAP_AFTER, "00097", true},
		{GW_MAP_BEFORE, "380", false},  {GW_MAP_AFTER, "38", false},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		cr_assert_eq(gw_code_exact(gw_codes_map(codes, cases[i].map), cases[i].code,
					   strlen(cases[i].code)) != NULL,
			     cases[i].known, "%s of %s", cases[i].code, cases[i].map);
}
