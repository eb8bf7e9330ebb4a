#include <criterion/criterion.h>

#include "normalise/province.h"
#include "rule_case.h"

static const struct {
	const char *rule, *in, *out;
} cases[] = {
	{"citizen_number", "038156001234", "038156001234"},
	{"citizen_number", " 038 156 001 234 ", "038156001234"},
	{"citizen_number", "038.156.001234", "038156001234"},
	{"citizen_number", "038\u00a0156001234", "038156001234"},
	{"citizen_number", "'038156001234", "038156001234"},
	{"citizen_number", "CCCD: 038156001234", "038156001234"},
	{"citizen_number", "Căn cước 038156001234", "038156001234"},
	{"citizen_number", "38156001234", "!citizen_number.digits"},
	{"citizen_number", "0381560012345", "!citizen_number.digits"},
	{"citizen_number", "0381560012340381560012340381560012340", "!citizen_number.digits"},
	{"citizen_number", "O38156OO1234", "!citizen_number.characters"},
	{"citizen_number", "038156001234/", "!citizen_number.characters"},
	{"citizen_number", "003156001234", "!citizen_number.province"},
	{"citizen_number", "138156001234", "!citizen_number.province"},
	{"citizen_number", "038456001234", "!citizen_number.century"},
	{"citizen_number", "038356001234", "038356001234"},
	{"citizen_number", "không", "NULL"},
	{"citizen_number", "-", "NULL"},
	{"citizen_number", "", "NULL"},
	{"citizen_number", "000000000000", "NULL"},
	{"cmnd", "171234567", "171234567"},
	{"cmnd", "CMND 171 234 567", "171234567"},
	{"cmnd", "71234567", "!cmnd.digits"},
	{"cmnd", "038156001234", "!cmnd.digits"},
	{"cmnd", "chưa có", "NULL"},
	{"social_insurance", "3820123456", "3820123456"},
	{"social_insurance", "BHXH 3820123456", "3820123456"},
	{"social_insurance", "382012345", "!social_insurance.digits"},
	{"social_insurance", "GD4383820123456", "!social_insurance.characters"},
	{"bhyt_number", "GD4383820123456", "3820123456"},
	{"bhyt_number", "gd 4 38 3820123456", "3820123456"},
	{"bhyt_number", "3820123456", "3820123456"},
	{"bhyt_number", "TE1383820123456", "3820123456"},
	{"bhyt_number", "TE4383820123456", "!bhyt_number.benefit"},
	{"bhyt_number", "ZZ4383820123456", "!bhyt_number.group"},
	{"bhyt_number", "GD0383820123456", "!bhyt_number.benefit"},
	{"bhyt_number", "GDX383820123456", "!bhyt_number.characters"},
	{"bhyt_number", "GD438382O123456", "!bhyt_number.characters"},
	{"bhyt_number", "GD438382012345", "!bhyt_number.characters"},
	{"bhyt_number", "GD43838201234567", "!bhyt_number.characters"},
	{"bhyt_number", "038156001234", "!bhyt_number.digits"},
	{"bhyt_number", "", "NULL"},
	{"bhyt_number", "không có", "NULL"},
	{"tax", "0100233488", "0100233488"},
	{"tax", "0100047516", "0100047516"},
	{"tax", "2800720339", "2800720339"},
	{"tax", "3800000011", "3800000011"},
	{"tax", "MST: 0100112437", "0100112437"},
	{"tax", "0100233480", "!tax.check_digit"},
	{"tax", "2800000010", "!tax.check_digit"},
	{"tax", "0314409058 - 002", "0314409058-002"},
	{"tax", "0314409058002", "0314409058-002"},
	{"tax", "0312687878-001", "0312687878-001"},
	{"tax", "038156001234", "038156001234"},
	{"tax", "01002334880", "!tax.digits"},
	{"tax", "100233488", "!tax.digits"},
	{"phone", "0378123456", "0378123456"},
	{"phone", "0378.123.456", "0378123456"},
	{"phone", "(+84) 378-123-456", "0378123456"},
	{"phone", "+84378123456", "0378123456"},
	{"phone", "0084378123456", "0378123456"},
	{"phone", "84378123456", "0378123456"},
	{"phone", "ĐT: 0378123456", "0378123456"},
	{"phone", "01678123456", "0378123456"},
	{"phone", "01999123456", "0599123456"},
	{"phone", "02373852115", "02373852115"},
	{"phone", "+842373852115", "02373852115"},
	{"phone", "0373852115", "!phone.ambiguous"},
	{"phone", "01673852115", "!phone.ambiguous"}, /* comes to the same ten digits */
	{"phone", "0178123456", "!phone.prefix"},
	{"phone", "09123456789", "!phone.prefix"},
	{"phone", "378123456", "!phone.digits"},
	{"phone", "0378123456/0912345678", "!phone.characters"},
	{"phone", "0378123456 - 0912345678", "!phone.digits"},
	{"phone", "0000000000", "NULL"},
};

Test(identifier, makes_of_each_text_what_the_table_says)
{
	struct rule_case run;

	rule_case_init(&run);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		rule_case_check(&run, cases[i].rule, text_value(cases[i].in), cases[i].out);
	rule_case_release(&run);
}

Test(identifier, gives_a_number_column_its_leading_zeros_back)
{
	static const struct {
		const char *rule;
		struct gw_value in;
		const char *out;
	} typed[] = {
		{"citizen_number", {.kind = GW_INT, .as.integer = 38156001234}, "038156001234"},
		{"citizen_number", {.kind = GW_INT, .as.integer = 1099000123}, "001099000123"},
		{"citizen_number",
		 {.kind = GW_INT, .as.integer = 3820123456},
		 "!citizen_number.province"},
		{"citizen_number",
		 {.kind = GW_INT, .as.integer = 171234567},
		 "!citizen_number.digits"},
		{"citizen_number",
		 {.kind = GW_INT, .as.integer = -38156001234},
		 "!citizen_number.kind"},
		{"citizen_number", {.kind = GW_INT, .as.integer = 0}, "NULL"},
		{"citizen_number", {.kind = GW_FLOAT, .as.real = 38156001234.0}, "038156001234"},
		{"citizen_number",
		 {.kind = GW_FLOAT, .as.real = 38156001234.5},
		 "!citizen_number.kind"},
		{"citizen_number",
		 {.kind = GW_DECIMAL, .len = 13, .as.text = "38156001234.0"},
		 "038156001234"},
		{"citizen_number",
		 {.kind = GW_DECIMAL, .len = 13, .as.text = "38156001234.5"},
		 "!citizen_number.kind"},
		{"citizen_number", {.kind = GW_BOOL}, "!citizen_number.kind"},
		{"citizen_number", {.kind = GW_NULL}, "NULL"},
		{"cmnd", {.kind = GW_INT, .as.integer = 71234567}, "071234567"},
		{"cmnd", {.kind = GW_INT, .as.integer = 7123456}, "!cmnd.digits"},
		{"social_insurance", {.kind = GW_INT, .as.integer = 120123456}, "0120123456"},
		{"bhyt_number", {.kind = GW_INT, .as.integer = 3820123456}, "3820123456"},
		{"tax", {.kind = GW_INT, .as.integer = 100233488}, "0100233488"},
		{"tax", {.kind = GW_INT, .as.integer = 38156001234}, "038156001234"},
		{"tax", {.kind = GW_INT, .as.integer = 314409058002}, "0314409058-002"},
		{"phone", {.kind = GW_INT, .as.integer = 378123456}, "0378123456"},
		{"phone", {.kind = GW_INT, .as.integer = 1678123456}, "0378123456"},
		{"phone", {.kind = GW_INT, .as.integer = 84378123456}, "0378123456"},
	};
	struct rule_case run;

	rule_case_init(&run);
	for (size_t i = 0; i < sizeof typed / sizeof typed[0]; i++)
		rule_case_check(&run, typed[i].rule, typed[i].in, typed[i].out);
	rule_case_release(&run);
}

/* What a mapping may ask for where a column holds more than one kind of number, or more than one.
 */
Test(identifier, takes_what_the_words_of_the_mapping_ask_for)
{
	static const struct {
		const char *rule, *words, *in, *out;
		uint32_t warnings;
	} asked[] = {
		{"bhyt_number", "only_card", "038156001234", "NULL",
		 UINT32_C(1) << GW_WARN_CITIZEN_FOR_CARD},
		{"bhyt_number", "only_card", "GD4383820123456", "3820123456", 0},
		{"bhyt_number", "only_card", "3820123456", "3820123456", 0},
		{"bhyt_number", "only_card", "003156001234", "!bhyt_number.digits", 0},
		{"bhyt_number", "only_citizen", "038 156 001 234", "038156001234", 0},
		{"bhyt_number", "only_citizen", "GD4383820123456", "NULL", 0},
		{"bhyt_number", "only_citizen", "3820123456", "NULL", 0},
		{"bhyt_number", "only_citizen", "TE4383820123456", "!bhyt_number.benefit", 0},
		{"bhyt_number", "repair, only_card", "GĐ4383820123456", "3820123456",
		 UINT32_C(1) << GW_WARN_LETTER_D},
		{"bhyt_number", "only_card,only_citizen", "038156001234", "NULL",
		 UINT32_C(1) << GW_WARN_CITIZEN_FOR_CARD},
		{"phone", "several", "0378123456 - 0912345678", "0378123456|0912345678", 0},
		{"phone", "several", "0378123456/01678123457", "0378123456|0378123457", 0},
		{"phone", "several", "ĐT: 0378.123.456; 0237 3 852 115, 0", "!phone.characters", 0},
		{"phone", "several", "0378.123.456; 0237 3 852 115;", "0378123456|02373852115", 0},
		{"phone", "several", "0378-123-456 - 0912345678", "0378123456|0912345678", 0},
		{"phone", "several", "0378123456-0912345678", "0378123456|0912345678", 0},
		{"phone", "several", "0378-123-456", "0378123456", 0},
		{"phone", "several", "0378123456 / không có", "0378123456", 0},
		{"phone", "several", "-/-", "NULL", 0},
		{"phone", "several", "0378123456 0912345678", "!phone.digits", 0},
		{"phone", "several", "0378123456/0373852115", "!phone.ambiguous", 0},
		{"phone", "several", "0378123456/12", "!phone.digits", 0},
		{"phone", "several", "0378123451/0378123452/0378123453/0378123454/0378123455",
		 "!phone.several", 0},
		{"phone", "several", "02373852111/02373852112/02373852113/02373852114",
		 "02373852111|02373852112|02373852113|02373852114", 0},
		{"phone", "several", "378123456/0912345678", "!phone.digits", 0},
		{"phone", "repair, several", "378123456/0912345678", "0378123456|0912345678",
		 UINT32_C(1) << GW_WARN_LEADING_ZERO},
	};
	struct rule_case run;

	rule_case_init(&run);
	for (size_t i = 0; i < sizeof asked / sizeof asked[0]; i++) {
		run.context.word = asked[i].words;
		(void)rule_case_run(&run, asked[i].rule, text_value(asked[i].in));
		cr_assert_eq(run.context.warnings, asked[i].warnings, "%s: warnings %x",
			     asked[i].in, run.context.warnings);
		rule_case_check(&run, asked[i].rule, text_value(asked[i].in), asked[i].out);
	}
	run.context.word = "only_citizen";
	rule_case_check(&run, "bhyt_number",
			(struct gw_value){.kind = GW_INT, .as.integer = 38156001234},
			"038156001234");
	rule_case_release(&run);
}

Test(identifier, names_a_lost_leading_zero_in_its_reason)
{
	struct rule_case run;

	rule_case_init(&run);
	(void)rule_case_run(&run, "citizen_number", text_value("38156001234"));
	cr_assert_not_null(strstr(run.err.text, "11 digits, not 12"), "%s", run.err.text);
	cr_assert_not_null(strstr(run.err.text, "leading zero"), "%s", run.err.text);
	rule_case_release(&run);
}

Test(identifier, knows_63_provinces)
{
	unsigned known = 0;

	for (unsigned code = 0; code < 200; code++)
		known += gw_province_known(code);
	cr_assert_eq(known, 63);
	cr_assert(gw_province_known(38));
	cr_assert_not(gw_province_known(3));
	cr_assert_not(gw_province_known(100));
}
