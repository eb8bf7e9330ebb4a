#include <criterion/criterion.h>
#include <string.h>

#include "normalise/person_name.h"
#include "normalise/syllable.h"
#include "rule_case.h"

Test(person_name, gives_one_form_of_a_name)
{
	static const struct {
		const char *in, *out;
		uint32_t warnings;
	} cases[] = {
		{"Lê Văn Tám", "Lê Văn Tám", 0},
		{"  lê  VĂN tám ", "Lê Văn Tám", 0},
		{"le van tam", "Le Van Tam", 0},
		{"H'Hen Niê", "H'Hen Niê", 0},
		{"h’hen niê", "H’Hen Niê", 0},
		{"Y Bia", "Y Bia", 0},
		{"Nguyễn Thị Hoà", "Nguyễn Thị Hòa", 0},
		{"Hà Quý Thuỷ", "Hà Quý Thủy", 0},
		{"Lý Thị Mỹ Kỳ", "Lý Thị Mỹ Kỳ", 0},
		{"Huỳnh Thuyên", "Huỳnh Thuyên", 0},
		{"Nguyễn Quốc Khánh Huế", "Nguyễn Quốc Khánh Huế", 0},
		{"Ông Ích Khiêm", "Ông Ích Khiêm", 0}, /* a family name */
		{"Ông Văn Tùng", "Ông Văn Tùng", 0},
		{"Ông Lê Văn Tùng", "Lê Văn Tùng", 1U << GW_WARN_NAME_HONORIFIC},
		{"Bà: Tám", "Tám", 1U << GW_WARN_NAME_HONORIFIC},
		{"Anh Thư", "Anh Thư", 0},
		{"ThS. BS. Lê Văn Tám", "Lê Văn Tám", 1U << GW_WARN_NAME_HONORIFIC},
		{"Lê Văn Tám (đã chết", "Lê Văn Tám", 1U << GW_WARN_NAME_NOTE},
		{"Lê Văn [B] Tám", "Lê Văn Tám", 1U << GW_WARN_NAME_NOTE},
		{"Lê Văn Tám 2", "Lê Văn Tám", 1U << GW_WARN_NAME_NUMBER},
		{"Đổ Thị Đào", "Đỗ Thị Đào", 1U << GW_WARN_NAME_SURNAME},
		{"Lê Thị Vủ", "Lê Thị Vủ", 0}, /* given names are not corrected */
		{"NG. T. HOA", "Nguyễn T. Hoa", 1U << GW_WARN_NAME_SURNAME},
		{"không rõ", "NULL", 0},
		{"", "NULL", 0},
		{"Lê V4n Tám", "!person_name.characters", 0},
		{"lan@example", "!person_name.characters", 0},
		{"(đã chết)", "!person_name.characters", 0},
		{"12", "!person_name.characters", 0},
		{"a b c d e f g h i j k l m n o p q r s t u v x y z", "!person_name.long", 0},
	};
	struct rule_case run;

	rule_case_init(&run);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		(void)rule_case_run(&run, "person_name", text_value(cases[i].in));
		if (cases[i].out[0] != '!')
			cr_assert_eq(run.context.warnings, cases[i].warnings, "%s: %x", cases[i].in,
				     run.context.warnings);
		rule_case_check(&run, "person_name", text_value(cases[i].in), cases[i].out);
	}
	rule_case_check(&run, "person_name", (struct gw_value){.kind = GW_INT},
			"!person_name.kind");
	rule_case_release(&run);
}

Test(person_name, says_what_two_names_may_be)
{
	static const struct {
		const char *a, *b;
		enum gw_name_match match;
	} cases[] = {
		{"Nguyễn Văn An", "NGUYỄN VĂN AN", GW_NAME_SAME},
		{"Nguyễn Văn An", "Nguyễn Thị An", GW_NAME_DIFFERENT},
		{"Nguyễn Văn An", "Nguyễn An", GW_NAME_POSSIBLE},
		{"Nguyễn Văn", "Nguyễn Thị", GW_NAME_DIFFERENT},
		{"Nguyen Van An", "Nguyễn Thị An", GW_NAME_DIFFERENT},
		{"Lê Thị Sen", "Lê Thị Xen", GW_NAME_POSSIBLE},
		{"Lê Thị Nga", "Lê Thị Lga", GW_NAME_DIFFERENT}, /* ng is one sound */
		{"Lê Thị Nhàn", "Lê Thị Lhàn", GW_NAME_DIFFERENT},
		{"", "Lê", GW_NAME_DIFFERENT},
		{"", "", GW_NAME_DIFFERENT}, /* nothing is nobody's name */
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		cr_assert_eq(gw_name_compare(cases[i].a, cases[i].b), cases[i].match, "%s | %s",
			     cases[i].a, cases[i].b);
}

Test(person_name, key_has_no_marks)
{
	char key[GW_FOLD_MAX + 1];

	cr_assert(gw_name_key("Bà: LÊ V.TÁM 2", strlen("Bà: LÊ V.TÁM 2"), key));
	cr_assert_str_eq(key, "le v tam");
	cr_assert_not(gw_name_key("@", 1, key));
}

Test(person_name, syllables_are_told_from_other_words)
{
	static const struct {
		const char *text;
		bool valid;
	} cases[] = {
		{"nghiêng", true}, {"quyển", true},  {"giếng", true},     {"gì", true},
		{"gìn", true},     {"quý", true},    {"yên", true},       {"khuya", true},
		{"ngoằn", true},   {"uống", true},   {"hoạch", true},     {"ước", true},
		{"đ", false},      {"cê", false},    {"kà", false},       {"ngê", false},
		{"gê", false},     {"ngâ", false},   {"hoc", false},      {"hòc", false},
		{"bcd", false},    {"krông", false}, {"wa", false},       {"àá", false},
		{"q", false},      {"quu", false},   {"nghiêngg", false}, {"", false},
	};
	struct gw_syllable syllable;

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		cr_assert_eq(gw_syllable_take(&syllable, cases[i].text, strlen(cases[i].text)) &&
				     gw_syllable_valid(&syllable),
			     cases[i].valid, "%s", cases[i].text);
}
