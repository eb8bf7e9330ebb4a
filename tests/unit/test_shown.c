#include "setup/shown.h"

#include <criterion/criterion.h>
#include <string.h>

#include "setup/scalar.h"

static const char avsc[] =
	"{\"type\": \"record\", \"name\": \"T\", \"namespace\": \"vn.songma.test\", \"doc\": \"x\","
	" \"fields\": ["
	"{\"name\": \"key\", \"type\": \"string\", \"privacy\": \"public\", \"doc\": \"x\"},"
	"{\"name\": \"commune\", \"type\": \"string\", \"privacy\": \"public\", \"doc\": \"x\"},"
	"{\"name\": \"birth\", \"type\": \"string\", \"privacy\": \"personal\", \"purpose\": "
	"\"x\", \"doc\": \"x\"},"
	"{\"name\": \"year\", \"type\": \"string\", \"privacy\": \"public\", \"doc\": \"x\"}]}";

static enum gw_privacy
shown(const char *field, const char *column, const char *rule)
{
	struct gw_rule_use use = {.name = (char *)(uintptr_t)rule};
	struct gw_field_map maps[] = {
		{.field = (char[]){"birth"}, .column = (char[]){"b"}},
		{.field = (char *)(uintptr_t)field,
		 .column = (char *)(uintptr_t)column,
		 .rules = &use,
		 .nrules = rule != NULL},
	};
	struct gw_stream stream = {.fields = maps, .nfields = 2};
	struct gw_schema *schema = NULL;
	enum gw_privacy privacy;
	struct gw_error err;

	cr_assert_eq(gw_schema_parse("t", avsc, strlen(avsc), true, &schema, &err), GW_OK, "%s",
		     err.text);
	privacy = gw_shown_as(&stream, schema, column);
	gw_schema_free(schema);
	return privacy;
}

Test(shown, is_what_is_public_and_says_no_more_than_that)
{
	cr_assert_eq(shown("key", "ma_ho_so", NULL), GW_PUBLIC);
	cr_assert_eq(shown("commune", "ma_xa", "commune_code"), GW_PUBLIC);
	/* The schema knows better what a name that says nothing is. */
	cr_assert_eq(shown("key", "c17", NULL), GW_PUBLIC);
}

Test(shown, hides_an_address_that_feeds_a_commune)
{
	cr_assert_eq(shown("commune", "dia_chi", "address"), GW_SENSITIVE);
	cr_assert_eq(shown("commune", "c17", "address"), GW_SENSITIVE);
	cr_assert_eq(shown("commune", "Địa chỉ", NULL), GW_SENSITIVE);
	cr_assert_eq(shown("key", "ho_ten", NULL), GW_SENSITIVE);
}

Test(shown, is_as_strict_as_the_strictest_field_of_the_column)
{
	cr_assert_eq(shown("year", "b", NULL), GW_PERSONAL);
}

Test(shown, names_are_written_as_a_person_types_them)
{
	static const struct {
		const char *name, *word;
	} cases[] = {
		{"public.ho_so", "public.ho_so"},
		{"public.hồ_sơ", "public.hồ_sơ"},
		{"main.Hộ nghèo", "'main.Hộ nghèo'"},
		{"a-*.xlsx#Lá", "'a-*.xlsx#Lá'"},
		{"O'Brien;rm", "'O'\\''Brien;rm'"},
		{"$x`y`", "'$x`y`'"},
		{"-x", "'-x'"},
		{"", "''"},
	};
	char word[GW_SHELL_WORD];

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		cr_expect_str_eq(gw_shell_word(cases[i].name, word), cases[i].word, "%s",
				 cases[i].name);
}
