#include "setup/draft.h"

#include <criterion/criterion.h>
#include <sodium.h>

#include "config/parts.h"
#include "setup/page.h"
#include "setup_case.h"

TestSuite(draft, .init = begin, .fini = end);

static char *
file_text(void)
{
	struct gw_buf text;
	struct gw_error err;

	gw_buf_init(&text, 1024 * 1024);
	cr_assert_eq(gw_file_read("sources/test.yaml", &text, &err), GW_OK);
	return text.data;
}

/* Drafts the table into the source's file and reads it back; the caller frees what comes. */
static struct gw_source *
add(const struct made *made, const char *text, struct gw_error *err)
{
	struct gw_source *source = source_of(text), *read = NULL;
	struct gw_draft draft;
	struct gw_look look;

	gw_draft_init(&draft);
	cr_assert_eq(gw_look_at(&kit, source, &made->table, NULL, &look, err), GW_OK);
	cr_assert(look.matched, "%s fits nothing", made->table.name);
	cr_assert_eq(gw_draft_stream(&kit, source, &look, &look.match, &draft, err), GW_OK);
	cr_expect_eq(draft.missing.len, 0, "%s: %s", made->table.name, draft.missing.data);
	if (gw_draft_append(&config, source, &draft, err) == GW_OK)
		cr_expect_eq(gw_source_read(&config, "test", &read, err), GW_OK, "%s", err->text);
	gw_look_release(&look);
	gw_draft_release(&draft);
	gw_source_free(source);
	return read;
}

static const char *
column_of(const struct gw_stream *stream, const char *field)
{
	for (size_t i = 0; i < stream->nfields; i++)
		if (strcmp(stream->fields[i].field, field) == 0)
			return stream->fields[i].column;
	return "";
}

#define HO_SO                                                                                      \
	"ma_ho_so text*, so_cccd text?, the_bhyt text?, ho_ten text, ngay_sinh date?, ma_xa "      \
	"text, "                                                                                   \
	"ngay_lap text, ty_le_hoan_thanh decimal?, ghi_chu text?, thoi_diem_cap_nhat timestamp?"

static const struct {
	const char *table, *columns, *schema, *mode;
	const char *fields; /* "field=column …" */
} demo[] = {
	{"public.ho_so_suc_khoe", HO_SO, "health/HealthRecord", "timestamp",
	 "record_id=ma_ho_so person=so_cccd social_insurance=the_bhyt commune=ma_xa "
	 "opened_on=ngay_lap completeness=ty_le_hoan_thanh updated_at=thoi_diem_cap_nhat"},
	{"public.lan_cap_nhat",
	 "id integer*, ma_ho_so text, thoi_diem timestamp, loai text, noi_dung text?, "
	 "ngay_ghi timestamp",
	 "health/HealthUpdate", "timestamp+incrementing",
	 "update_id=id record_id=ma_ho_so occurred_at=thoi_diem kind=loai "
	 "updated_at=ngay_ghi"},
	{"public.khai_sinh",
	 "id integer*, so_dang_ky text, ngay_dang_ky date, ma_xa text, ten_xa text?, "
	 "so_dinh_danh text?, ho_ten text, gioi_tinh text, ngay_sinh text, "
	 "so_dinh_danh_me text?, so_dinh_danh_cha text?, ngay_cap_nhat timestamp",
	 "justice/Birth", "timestamp+incrementing",
	 "birth_id=id person=so_dinh_danh mother=so_dinh_danh_me father=so_dinh_danh_cha "
	 "born_on=ngay_sinh sex=gioi_tinh commune=ma_xa registered_on=ngay_dang_ky "
	 "updated_at=ngay_cap_nhat"},
	{"public.ket_hon",
	 "id integer*, so_dang_ky text, ngay_dang_ky date, ma_xa text, "
	 "so_dinh_danh_chong text?, ho_ten_chong text, so_dinh_danh_vo text?, ho_ten_vo "
	 "text, ngay_cap_nhat timestamp",
	 "justice/Marriage", "timestamp+incrementing",
	 "marriage_id=id husband=so_dinh_danh_chong wife=so_dinh_danh_vo commune=ma_xa "
	 "registered_on=ngay_dang_ky updated_at=ngay_cap_nhat"},
	/* As another hand would have named them. */
	{"dbo.HoSoSucKhoe",
	 "MaHoSo text*, SoCCCD text?, SoTheBHYT text?, HoVaTen text, NgaySinh date?, MaXa "
	 "text, NgayLap date?, NgayCapNhat timestamp",
	 "health/HealthRecord", "timestamp",
	 "record_id=MaHoSo person=SoCCCD social_insurance=SoTheBHYT commune=MaXa "
	 "opened_on=NgayLap updated_at=NgayCapNhat"},
};

Test(draft, finds_the_schema_and_the_columns_by_names_alone)
{
	for (size_t i = 0; i < sizeof demo / sizeof demo[0]; i++) {
		struct made made;
		struct gw_error err = {.text = ""};
		struct gw_source *source;
		char pair[128];
		int used;

		make_table(&made, demo[i].table, demo[i].columns);
		source = add(&made, HEAD, &err);
		cr_assert_not_null(source, "%s: %s", demo[i].table, err.text);
		cr_expect_str_eq(source->streams[0].schema, demo[i].schema);
		cr_expect_str_eq(source->streams[0].table, demo[i].table);
		cr_expect_str_eq(gw_mode_name((enum gw_mode)source->streams[0].mode), demo[i].mode);
		for (const char *at = demo[i].fields; sscanf(at, " %127s%n", pair, &used) == 1;
		     at += used) {
			char *equals = strchr(pair, '=');

			*equals = '\0';
			cr_expect_str_eq(column_of(&source->streams[0], pair), equals + 1, "%s.%s",
					 demo[i].table, pair);
		}
		gw_source_free(source);
	}
}

Test(draft, leaves_personal_columns_out)
{
	struct made made;
	struct gw_error err;
	struct gw_source *source;
	char *text;

	make_table(&made, "public.ho_so_suc_khoe", HO_SO);
	source = add(&made, HEAD, &err);
	cr_assert_not_null(source, "%s", err.text);
	for (size_t i = 0; i < source->streams[0].nfields; i++) {
		cr_expect_str_neq(source->streams[0].fields[i].column, "ho_ten");
		cr_expect_str_neq(source->streams[0].fields[i].column, "ghi_chu");
	}
	text = file_text();
	cr_expect_not_null(strstr(text, "#   ho_ten"), "%s", text);
	cr_expect_not_null(strstr(text, "#   ghi_chu"), "%s", text);
	free(text);
	gw_source_free(source);
}

Test(draft, goes_below_the_streams_and_leaves_all_else_as_it_is)
{
	static const struct {
		const char *text, *before, *after; /* that must be kept as they stand */
	} cases[] = {
		{HEAD, HEAD, ""},
		{HEAD "streams:", HEAD, ""},
		{HEAD "streams: {}\nlimits: {rows_per_second: 7}\n", HEAD,
		 "limits: {rows_per_second: 7}\n"},
		{HEAD "streams: # none yet\n\n# gently\nlimits: {rows_per_second: 7}\n", HEAD,
		 "\n# gently\nlimits: {rows_per_second: 7}\n"},
		{HEAD
		 "streams:\n    old:\n        # kept\n        table: public.x\n        key: id\n"
		 "        mode: bulk\n        schema: justice/Death\n        fields:\n"
		 "            death_id: id\n            died_on: a\n            commune: b\n"
		 "            registered_on: c\n            updated_at: d\n\n# gently\n"
		 "limits: {rows_per_second: 7}\n",
		 HEAD "streams:\n    old:\n        # kept\n",
		 "\n# gently\nlimits: {rows_per_second: 7}\n"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct made made;
		struct gw_error err = {.text = ""};
		struct gw_source *source;
		char *text;
		size_t after = strlen(cases[i].after);

		make_table(&made, "public.ho_so_suc_khoe", HO_SO);
		source = add(&made, cases[i].text, &err);
		cr_assert_not_null(source, "%zu: %s", i, err.text);
		cr_expect_not_null(gw_source_stream(source, "health_record"));
		text = file_text();
		cr_expect(strncmp(text, cases[i].before, strlen(cases[i].before)) == 0, "%zu: %s",
			  i, text);
		cr_expect_str_eq(text + strlen(text) - after, cases[i].after, "%zu: %s", i, text);
		free(text);
		gw_source_free(source);
	}
}

Test(draft, is_not_written_where_the_file_would_not_be_accepted)
{
	struct made made;
	struct gw_error err = {.text = ""};
	char *text;

	make_table(&made, "public.ho_so_suc_khoe", HO_SO);
	cr_expect_null(add(&made,
			   HEAD "streams: {a: {table: t, mode: bulk, schema: a/B, fields: {x: "
				"y}}}\n",
			   &err));
	cr_expect_not_null(strstr(err.text, "on one line"), "%s", err.text);
	text = file_text();
	cr_expect_null(strstr(text, "health_record"));
	free(text);
}

Test(draft, names_a_second_stream_apart)
{
	struct made made;
	struct gw_error err = {.text = ""};
	struct gw_source *source;
	char *text;

	make_table(&made, "public.ho_so_suc_khoe", HO_SO);
	gw_source_free(add(&made, HEAD, &err));
	text = file_text();
	source = add(&made, text, &err);
	cr_assert_not_null(source, "%s", err.text);
	cr_assert_eq(source->nstreams, 2);
	cr_expect_str_eq(source->streams[1].name, "health_record_2");
	free(text);
	gw_source_free(source);
}

/* Makes a schema of the table; the field's privacy, "" where the field is not there. */
static const char *
privacy_of(const struct gw_schema *schema, const char *field)
{
	int at = gw_schema_find(schema, field);

	return at < 0 ? "" : gw_privacy_name(schema->fields[at].privacy);
}

Test(draft, makes_a_schema_that_lets_little_out_of_a_table_about_persons)
{
	struct made made;
	const struct gw_schema *schema = NULL;
	struct gw_draft draft;
	struct gw_error err;

	make_table(&made, "nguoi.Hội viên",
		   "ma_so integer*, so_cccd text, ho_ten text, ngay_vao date, la_can_bo boolean, "
		   "diem decimal, ma_xa text, gioi_tinh text, dan_toc text, sdt text, anh bytes, "
		   "order text, cap_nhat timestamp");
	cr_assert_eq(invent(&made, &schema, &draft, &err), GW_OK, "%s", err.text);
	cr_expect_str_eq(draft.schema, "test/HoiVien");
	cr_expect_str_eq(privacy_of(schema, "ma_so"), "public");
	cr_expect_str_eq(privacy_of(schema, "so_cccd"), "identifier");
	cr_expect_str_eq(privacy_of(schema, "ma_xa"), "public");
	cr_expect_str_eq(privacy_of(schema, "gioi_tinh"), "public");
	cr_expect_str_eq(privacy_of(schema, "cap_nhat"), "public");
	cr_expect_eq(schema->nfields, 6, "and the map of the commune's code: %s", draft.avsc.data);
	cr_expect_eq(draft.missing.len, 0, "%s", draft.missing.data);
	cr_expect_not_null(strstr(draft.yaml.data, "#   sdt"), "%s", draft.yaml.data);
	cr_expect_not_null(strstr(draft.yaml.data, "#   order"), "%s", draft.yaml.data);
	gw_draft_release(&draft);
}

Test(draft, makes_a_schema_with_the_numbers_of_a_table_about_things)
{
	struct made made;
	const struct gw_schema *schema = NULL;
	struct gw_draft draft;
	struct gw_error err;

	make_table(
		&made, "public.cong_trinh",
		"id integer*, ten text, so_tien decimal, ngay date?, dung boolean, ghi_chu text");
	cr_assert_eq(invent(&made, &schema, &draft, &err), GW_OK, "%s", err.text);
	cr_expect_str_eq(privacy_of(schema, "so_tien"), "public");
	cr_expect_str_eq(privacy_of(schema, "ngay"), "public");
	cr_expect_str_eq(privacy_of(schema, "dung"), "public");
	cr_expect_str_eq(privacy_of(schema, "ten"), "", "text that nobody has decided about");
	cr_expect_str_eq(privacy_of(schema, "ghi_chu"), "");
	gw_draft_release(&draft);
}

Test(draft, makes_no_schema_for_what_has_no_number_of_its_own)
{
	struct made made;
	const struct gw_schema *schema = NULL;
	struct gw_draft draft;
	struct gw_error err;

	make_table(&made, "public.danh_sach", "ho_ten text*, ghi_chu text");
	cr_expect_eq(invent(&made, &schema, &draft, &err), GW_CONFIG);
	cr_expect_not_null(strstr(err.text, "view"), "%s", err.text);
	gw_draft_release(&draft);
	make_table(&made, "public.danh_sach", "x bytes, y float");
	cr_expect_eq(invent(&made, &schema, &draft, &err), GW_CONFIG);
	cr_expect_not_null(strstr(err.text, "apart"), "%s", err.text);
	gw_draft_release(&draft);
}

Test(draft, quotes_names_that_yaml_would_take_for_something_else)
{
	struct made made;
	struct gw_error err = {.text = ""};
	struct gw_source *source;

	make_table(&made, "public.ho_so_suc_khoe", HO_SO);
	made.columns[0].name = "Mã: \"hồ sơ\" #1";
	made.columns[5].name = "null\\mã xã";
	source = add(&made, HEAD, &err);
	cr_assert_not_null(source, "%s", err.text);
	cr_expect_str_eq(source->streams[0].key[0], made.columns[0].name);
	cr_expect_str_eq(column_of(&source->streams[0], "record_id"), made.columns[0].name);
	gw_source_free(source);
}

Test(draft, becomes_a_page_that_is_all_in_one_file)
{
	struct made made;
	struct gw_error err = {.text = ""};
	struct gw_source *source;
	struct gw_plan *plan = NULL;
	struct gw_catalogue tables = {.tables = &made.table, .count = 1};
	struct gw_page page = {.tables = &tables, .now_us = INT64_C(1795305600000000)};
	struct gw_buf out;

	make_table(&made, "public.ho_so_suc_khoe", HO_SO);
	source = add(&made, HEAD, &err);
	cr_assert_not_null(source, "%s", err.text);
	free(source->title);
	source->title = strdup("<b>Sức khỏe & \"y tế\"</b>");
	cr_assert_eq(gw_plan_make(&config, source, &plan, &err), GW_OK, "%s", err.text);
	page.plan = plan;
	gw_buf_init(&out, GW_PAGE_MAX);
	cr_assert_eq(gw_page_make(&page, &out, &err), GW_OK);
	cr_expect_not_null(strstr(out.data, "&lt;b&gt;Sức khỏe &amp; &quot;y tế&quot;"));
	cr_expect_not_null(strstr(out.data, "<code>so_cccd</code>"));
	cr_expect_not_null(strstr(out.data, "mã thay thế"));
	cr_expect_not_null(strstr(out.data, "Không bao giờ được đọc:</b> <code>ho_ten</code>"));
	cr_expect_null(strstr(out.data, "http"), "nothing from outside");
	cr_expect_null(strstr(out.data, "<script"));
	gw_buf_release(&out);
	gw_plan_free(plan);
	gw_source_free(source);
}

/* What an old MariaDB holds: zero dates, a name beside the code in TCVN3, a status in Unicode. */
Test(draft, reads_days_that_are_none_and_names_in_an_older_encoding)
{
	static const char *const columns =
		"ma_doi_tuong text*, so_cccd text?, dan_toc text?, ma_xa text, ten_xa text?, loai "
		"text, "
		"tu_ngay date, den_ngay date, trang_thai text, ngay_sua timestamp";
	static const char *const texts[] = {
		"BT1", "038156001234", "01", "14767",      "ThÞ trÊn Thä Xu©n",
		"5c",  NULL,           NULL, "Đang hưởng", NULL};
	struct gw_value values[3][10];
	struct gw_sample sample = {.nrows = 3, .ncolumns = 10, .values = values[0]};
	struct gw_source *source = source_of(HEAD);
	struct gw_draft draft;
	struct gw_look look;
	struct gw_error err;
	struct made made;

	for (size_t r = 0; r < 3; r++) {
		for (size_t c = 0; c < 10; c++)
			values[r][c] =
				texts[c] == NULL
					? (struct gw_value){.kind = GW_DATE, .as.integer = 20000}
					: (struct gw_value){.kind = GW_TEXT,
							    .len = (uint32_t)strlen(texts[c]),
							    .as.text = texts[c]};
		values[r][9].kind = GW_TIMESTAMP;
	}
	values[2][7] = (struct gw_value){.kind = GW_UNHELD, .len = 9, .as.text = "date_zero"};
	make_table(&made, "lao_dong.doi_tuong", columns);
	gw_draft_init(&draft);
	cr_assert_eq(gw_look_at(&kit, source, &made.table, &sample, &look, &err), GW_OK);
	cr_assert_eq(gw_draft_stream(&kit, source, &look, &look.match, &draft, &err), GW_OK);
	cr_expect_not_null(strstr(draft.yaml.data, "    encoding: tcvn3\n"), "%s", draft.yaml.data);
	cr_expect_not_null(strstr(draft.yaml.data, "{commune_code: ten_xa}"));
	cr_expect_not_null(strstr(draft.yaml.data, "{column: den_ngay, rules: [date]}"));
	cr_expect_not_null(strstr(draft.yaml.data, " tu_ngay "), "a day that is one needs no rule");
	cr_expect_not_null(
		strstr(draft.yaml.data, "{column: trang_thai, rules: [{encoding: unicode}, "));
	gw_look_release(&look);
	gw_draft_release(&draft);
	gw_source_free(source);
}
