/* Addresses to the code of a commune, in the map that the source counts by. */
#include "batch_case.h"
#include "places_case.h"

static struct rule_case one;

static void
set_up(void)
{
	places_case_make(&one);
}

static void
tear_down(void)
{
	places_case_drop(&one);
}

TestSuite(address, .init = set_up, .fini = tear_down);

Test(address, gives_the_code_in_the_map_of_the_row)
{
	static const struct {
		const char *in, *before, *after, *either;
	} cases[] = {
		{"X.Hoằng Lộc, H.Hoằng Hoá, T.Thanh Hoá", "15964", "15961", "15964"},
		{"15 Lê Lai, tổ 3, P. Đông Sơn, TP Thanh Hóa", "14785", "14797", "14785"},
		{"xã Hoằng Lộc, tỉnh Thanh Hóa", "15964", "15961", "!address.map_unknown"},
		{"phường Hạc Thành, tỉnh Thanh Hóa", "!address.unknown", "14797", "14797"},
		{"xã Yên Thọ, huyện Như Thanh", "16264", "!address.split", "16264"},
		{"xa Hoang Thanh, huyen Hoang Hoa", "!address.ambiguous", "!address.ambiguous",
		 "!address.ambiguous"},
		{"Lam Sơn, Thanh Hóa", "!address.ambiguous", "15544", "!address.map_unknown"},
		{"xã Hoằng Vinh, huyện Hoằng Hóa", "15943", "15865", "15943"},
		{"Bỉm Sơn, Thanh Hóa", "!address.unknown", "14812", "14812"},
		{"huyện Hoằng Hóa, tỉnh Thanh Hóa", "!address.unknown", "!address.unknown",
		 "!address.unknown"},
		{"xã Không Đâu, huyện Hoằng Hóa", "!address.unknown", "!address.unknown",
		 "!address.unknown"},
		{"xã Hoằng Lộc, huyện Mường Lát", "!address.unknown", "!address.unknown",
		 "!address.unknown"},
		{"Thanh Hóa", "!address.province_only", "!address.province_only",
		 "!address.province_only"},
		{"như trên", "!address.same_as_above", "!address.same_as_above",
		 "!address.same_as_above"},
		{"không rõ", "NULL", "NULL", "NULL"},
		{",,;", "!address.unknown", "!address.unknown", "!address.unknown"},
		{"15964", "15964", "15961", "15964"},
		{"15961 (năm 2024)", "15961", "15961", "15961"},
	};
	const struct gw_code_list *before = gw_codes_map(codes, GW_MAP_BEFORE);
	const struct gw_code_list *after = gw_codes_map(codes, GW_MAP_AFTER);

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		one.context.list = before;
		rule_case_check(&one, "address", text_value(cases[i].in), cases[i].before);
		one.context.list = after;
		cr_assert_str_eq(rule_case_run(&one, "address", text_value(cases[i].in)),
				 cases[i].after, "case %zu: %s, not %s", i, one.text,
				 cases[i].after);
		one.context.list = before;
		one.context.other = after;
		cr_assert_str_eq(rule_case_run(&one, "address", text_value(cases[i].in)),
				 cases[i].either, "case %zu: %s, not %s", i, one.text,
				 cases[i].either);
		one.context.other = NULL;
	}
}

Test(address, of_an_old_unit_is_taken_for_its_heir_with_a_warning)
{
	one.context.list = gw_codes_map(codes, GW_MAP_AFTER);
	cr_assert_str_eq(
		rule_case_run(&one, "address", text_value("xã Hoằng Lộc, huyện Hoằng Hóa")),
		"15961");
	cr_assert_eq(one.context.warnings, UINT32_C(1) << GW_WARN_OLD_UNIT);
	(void)rule_case_run(&one, "address", text_value("xã Hoằng Lộc, tỉnh Thanh Hóa"));
	cr_assert_eq(one.context.warnings, 0);
}

Test(address, feeds_a_commune_and_tells_its_map)
{
	struct batch_case b;

	one_field(&b, GW_AVRO_STRING, "address");
	b.c.source.codes.map = NULL;
	b.c.source.codes.by = lend("ngay");
	b.c.source.codes.switched_on_days = 20270; /* 2025-07-01 */
	add_field(&b.c, "map", GW_AVRO_STRING)->commune_map_of = "f";
	add_row(&b,
		(struct gw_value[]){integer(1), text("xã Hoằng Lộc, tỉnh Thanh Hóa"),
				    text("01/06/2025")},
		3);
	add_row(&b,
		(struct gw_value[]){integer(2), text("xã Hoằng Lộc, tỉnh Thanh Hóa"),
				    text("01/08/2025")},
		3);
	add_row(&b,
		(struct gw_value[]){integer(3), text("phường Hạc Thành, Thanh Hóa"), null_value},
		3);
	run(&b);
	cr_assert_eq(b.out.nrecords, 3, "%s", b.out.nrejects > 0 ? b.out.rejects[0].reason : "");
	assert_text(&b.out.records[0].fields[1], "15964");
	assert_text(&b.out.records[0].fields[2], GW_MAP_BEFORE);
	assert_text(&b.out.records[1].fields[1], "15961");
	assert_text(&b.out.records[1].fields[2], GW_MAP_AFTER);
	assert_text(&b.out.records[2].fields[1], "14797");
	assert_text(&b.out.records[2].fields[2], GW_MAP_AFTER);
	release(&b);
}

Test(address, must_be_the_last_rule_and_needs_a_map)
{
	struct batch_case b;

	one_field(&b, GW_AVRO_STRING, "address trim");
	assert_refused(&b.c, "sources/t.yaml:11:30: ", "must be the last");
	release(&b);
	one_field(&b, GW_AVRO_STRING, "address");
	b.c.source.codes.map = NULL;
	assert_refused(&b.c, "sources/t.yaml:11:30: ", "means nothing without its map");
	release(&b);
}

/* What no province is hard-wired to: an address anywhere. */
Test(address, is_read_in_other_provinces_too)
{
	struct gw_address address;

	gw_address_read(places, "Phường Phúc Xá, Quận Ba Đình, TP Hà Nội",
			strlen("Phường Phúc Xá, Quận Ba Đình, TP Hà Nội"), &address);
	cr_assert_eq(address.kind, GW_ADDRESS_COMMUNE);
	cr_assert_eq(address.nold, 1);
	cr_assert_str_eq(address.old[0]->code, "00001");
	cr_assert_str_eq(address.province, "01");
}

Test(address, of_endless_parts_ends)
{
	char text[4096];
	struct gw_address address;

	for (size_t i = 0; i < sizeof text; i++)
		text[i] = i % 3 == 0 ? ',' : 'a';
	gw_address_read(places, text, sizeof text, &address);
	cr_assert_eq(address.kind, GW_ADDRESS_UNKNOWN);
}
