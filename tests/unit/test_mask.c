#include <criterion/criterion.h>
#include <string.h>

#include "normalise/normalise.h"

#define TEXT(t)                                                                                    \
	{                                                                                          \
		.kind = GW_TEXT, .len = sizeof(t) - 1, .as.text = (t)                              \
	}

static const struct {
	enum gw_privacy privacy;
	enum {
		PLAIN,
		PARTIAL,
	} logical;
	struct gw_value in;
	const char *out;
} cases[] = {
	{GW_IDENTIFIER, PLAIN, TEXT("038156001234"), "038••••••234"},
	{GW_IDENTIFIER, PLAIN, TEXT("171234567"), "17••••••"},
	{GW_IDENTIFIER, PLAIN, TEXT("1712345"), "••••••"},
	{GW_IDENTIFIER, PLAIN, TEXT("Lê Văn Tám"), "••••••"},
	{GW_IDENTIFIER, PLAIN, TEXT(""), "••••••"},
	{GW_IDENTIFIER, PLAIN, {.kind = GW_INT, .as.integer = 38156001234}, "381••••••234"},
	{GW_IDENTIFIER,
	 PLAIN,
	 {.kind = GW_BYTES, .len = 5, .as.text = "\x12\xab\x00\xff\x01"},
	 "12ab00ff…"},
	{GW_PERSONAL, PLAIN, TEXT("Nguyễn Thị Lan"), "N••••••"},
	{GW_PERSONAL, PLAIN, TEXT("Ở Xuân Hòa"), "Ở••••••"},
	{GW_PERSONAL, PLAIN, TEXT("1980-04-03 là ngày"), "1••••••"},
	{GW_PERSONAL, PLAIN, TEXT("\x1b[2J"), " ••••••"},
	{GW_PERSONAL, PLAIN, {.kind = GW_INT, .as.integer = 1980}, "••••••"},
	{GW_PERSONAL, PLAIN, {.kind = GW_DATE, .as.integer = 0}, "1970-••-••"},
	{GW_PERSONAL, PLAIN, {.kind = GW_TIMESTAMP, .as.integer = 5}, "1970-••-••"},
	{GW_PERSONAL, PARTIAL, TEXT("1980-04-03"), "1980-••-••"},
	{GW_PERSONAL, PARTIAL, TEXT("1980-04"), "1980-••"},
	{GW_PERSONAL, PARTIAL, TEXT("1980"), "1980"},
	{GW_PERSONAL, PARTIAL, TEXT("03/04/1980"), "••••••"},
	{GW_SENSITIVE, PLAIN, TEXT("06"), "••••••"},
	{GW_SENSITIVE, PLAIN, {.kind = GW_BOOL, .as.truth = true}, "••••••"},
	{GW_PUBLIC, PLAIN, TEXT("14755"), "14755"},
	{GW_PUBLIC, PLAIN, TEXT("a\x1b[31m\nb"), "a [31m b"},
	{GW_PUBLIC, PLAIN, {.kind = GW_INT, .as.integer = -5}, "-5"},
	{GW_PUBLIC, PLAIN, {.kind = GW_BOOL, .as.truth = true}, "true"},
	{GW_PUBLIC, PLAIN, {.kind = GW_FLOAT, .as.real = 0.1}, "0.1"},
	{GW_PUBLIC, PLAIN, {.kind = GW_DECIMAL, .len = 5, .as.text = "12.50"}, "12.50"},
	{GW_PUBLIC, PLAIN, {.kind = GW_DATE, .as.integer = 0}, "1970-01-01"},
	{GW_PUBLIC, PLAIN, {.kind = GW_NULL}, ""},
	{GW_SENSITIVE, PLAIN, {.kind = GW_NULL}, ""},
	{GW_SENSITIVE, PLAIN, {.kind = GW_UNHELD, .len = 8, .as.text = "infinity"}, "infinity"},
	{GW_PERSONAL, PLAIN, {.kind = GW_UNHELD, .len = 9, .as.text = "date_zero"}, "0000-00-00"},
};

Test(mask, shows_of_each_class_what_the_table_says)
{
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct gw_schema_field field = {
			.name = "f",
			.type = GW_AVRO_STRING,
			.logical = cases[i].logical == PARTIAL ? GW_LOGICAL_PARTIAL_DATE
							       : GW_LOGICAL_NONE,
			.privacy = cases[i].privacy,
		};
		char out[64];

		gw_mask(&field, &cases[i].in, out, sizeof out);
		cr_assert_str_eq(out, cases[i].out, "case %zu: got %s, expected %s", i, out,
				 cases[i].out);
	}
}

Test(mask, keeps_within_the_room_it_has)
{
	struct gw_schema_field field = {.privacy = GW_PUBLIC};
	struct gw_value value = TEXT("Xuân Hòa");
	char out[5] = "????";

	gw_mask(&field, &value, out, 4); /* â is the third and fourth byte */
	cr_assert_str_eq(out, "Xu");
	gw_mask(&field, &value, out, 0);
	cr_assert_str_eq(out, "Xu");
	field.privacy = GW_IDENTIFIER;
	gw_mask(&field, &value, out, 5);
	cr_assert_str_eq(out, "•");
}
