#include "setup/meaning.h"

#include <criterion/criterion.h>
#include <libpq-fe.h>
#include <sodium.h>

#include "config/parts.h"
#include "folder_case.h"
#include "setup/answers.h"
#include "setup/scalar.h"
#include "setup/tally.h"

TestSuite(setup_names);
TestSuite(setup_answers, .init = folder_make, .fini = folder_drop);

Test(setup_names, become_words_however_they_are_written)
{
	static const struct {
		const char *name, *words;
	} cases[] = {
		{"ngay_sinh", "ngay sinh"},
		{"NgaySinh", "ngay sinh"},
		{"NGAY_SINH", "ngay sinh"},
		{"Ngày sinh", "ngay sinh"},
		{"Nga\u0300y sinh", "ngay sinh"},
		{"Đơn vị", "don vi"},
		{"ĐỊA CHỈ", "dia chi"},
		{"so_cccd_2", "so cccd 2"},
		{"SoCCCD", "so cccd"},
		{"a\"b;c", "a b c"},
		{"", ""},
		{"\xff\xfe", ""},
		{"order", "order"},
		{"cmnd9so", "cmnd 9 so"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct gw_words words;
		char got[300] = "";

		gw_words(cases[i].name, &words);
		for (size_t w = 0; w < words.count; w++) {
			size_t len = strlen(got);

			(void)snprintf(got + len, sizeof got - len, "%s%s", w > 0 ? " " : "",
				       words.at[w]);
		}
		cr_expect_str_eq(got, cases[i].words, "%s: %s", cases[i].name, got);
	}
}

Test(setup_names, say_what_a_column_holds)
{
	static const struct {
		const char *name;
		enum gw_kind kind;
		enum gw_meaning meaning;
	} cases[] = {
		{"so_cccd", GW_TEXT, GW_MEANS_CITIZEN},
		{"SoDinhDanh", GW_TEXT, GW_MEANS_CITIZEN},
		{"so_dinh_danh_me", GW_TEXT, GW_MEANS_CITIZEN},
		{"so_cccd_chu_ho", GW_TEXT, GW_MEANS_CITIZEN},
		{"SOCMND", GW_TEXT, GW_MEANS_CMND},
		{"the_bhyt", GW_TEXT, GW_MEANS_BHYT},
		{"ma_bhxh", GW_TEXT, GW_MEANS_BHXH},
		{"MST", GW_TEXT, GW_MEANS_TAX},
		{"sdt", GW_TEXT, GW_MEANS_PHONE},
		{"so_dien_thoai", GW_TEXT, GW_MEANS_PHONE},
		{"ho_ten", GW_TEXT, GW_MEANS_NAME},
		{"HOTEN", GW_TEXT, GW_MEANS_NAME},
		{"Họ và tên", GW_TEXT, GW_MEANS_NAME},
		{"dia_chi", GW_TEXT, GW_MEANS_ADDRESS},
		{"ghi_chu", GW_TEXT, GW_MEANS_FREE_TEXT},
		{"chan_doan", GW_TEXT, GW_MEANS_FREE_TEXT},
		{"can_bo_thu_ly", GW_TEXT, GW_MEANS_STAFF},
		{"mat_khau", GW_TEXT, GW_MEANS_SECRET},
		{"ngay_sinh", GW_TEXT, GW_MEANS_BIRTH},
		{"NGAYSINH", GW_DATE, GW_MEANS_BIRTH},
		{"ngay_cap_nhat", GW_TIMESTAMP, GW_MEANS_UPDATED},
		{"thoi_diem_cap_nhat", GW_TIMESTAMP, GW_MEANS_UPDATED},
		{"updated_at", GW_TIMESTAMP, GW_MEANS_UPDATED},
		{"tu_ngay", GW_TEXT, GW_MEANS_FROM},
		{"den_ngay", GW_TEXT, GW_MEANS_TO},
		{"gioi_tinh", GW_TEXT, GW_MEANS_SEX},
		{"dan_toc", GW_TEXT, GW_MEANS_ETHNIC},
		{"ma_xa", GW_TEXT, GW_MEANS_COMMUNE},
		{"ten_xa", GW_TEXT, GW_MEANS_COMMUNE_NAME},
		{"trang_thai", GW_TEXT, GW_MEANS_STATUS},
		{"so_tien", GW_DECIMAL, GW_MEANS_AMOUNT},
		{"ma_ho_so", GW_TEXT, GW_MEANS_CODE},
		{"id", GW_INT, GW_MEANS_NUMBER},
		{"khai_sinh_id", GW_INT, GW_MEANS_NUMBER},
		/* What the name says and the type can't be. */
		{"ty_le_hoan_thanh", GW_DECIMAL, GW_MEANS_PERCENT},
		{"la_chu_ho", GW_BOOL, GW_MEANS_UNKNOWN},
		{"f7", GW_TEXT, GW_MEANS_UNKNOWN},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct gw_words words;

		gw_words(cases[i].name, &words);
		cr_expect_eq(gw_meaning_of_name(&words, cases[i].kind), cases[i].meaning, "%s: %s",
			     cases[i].name,
			     gw_meaning_text(gw_meaning_of_name(&words, cases[i].kind)));
	}
}

/* Every text that a cell or an answer may be, as a value and as a name of a map. */
static const char *const texts[] = {
	"public.ho_so",
	"Sở Y tế",
	"null",
	"Yes",
	"01",
	"",
	" blank ",
	"a: b",
	"a # b",
	"- x",
	"{a}",
	"'single'",
	"\"double\"",
	"back\\slash",
	"tab\there",
	"line\nend",
	"percent%",
	"@at",
	"\u2028separator",
	"\xc2\x85next line",
	"\ufeffmark",
	"\x7f",
	"Đ̣ấu",
	"order",
};

Test(setup_names, as_yaml_are_read_back_to_the_byte)
{
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		struct gw_yaml_doc *doc = NULL;
		struct gw_error err;
		struct gw_buf out;

		gw_buf_init(&out, 4096);
		gw_buf_puts(&out, "value: ");
		gw_yaml_scalar(&out, texts[i]);
		gw_buf_puts(&out, "\nlist: [");
		gw_yaml_scalar(&out, texts[i]);
		gw_buf_puts(&out, "] # ");
		gw_yaml_remark(&out, texts[i]);
		gw_buf_puts(&out, "\nlast: end\n");
		cr_assert_eq(gw_yaml_parse("t", out.data, out.len, &doc, &err), GW_OK, "%s\n%s",
			     err.text, out.data);
		cr_expect_str_eq(gw_yaml_get(gw_yaml_root(doc), "value")->text, texts[i]);
		cr_expect_str_eq(gw_yaml_get(gw_yaml_root(doc), "list")->items[0].text, texts[i]);
		cr_expect_str_eq(gw_yaml_get(gw_yaml_root(doc), "last")->text, "end");
		gw_yaml_free(doc);
		gw_buf_release(&out);
	}
}

static struct gw_config config = {
	.path = (char[]){"./songma.yaml"}, .dir = (char[]){"."}, .sources_dir = (char[]){"."}};

Test(setup_answers, are_refused_one_by_one_with_what_is_expected)
{
	static const struct {
		enum gw_question question;
		const char *typed, *part; /* of the message; NULL: it is taken */
	} cases[] = {
		{GW_ASK_NAME, "health", NULL},
		{GW_ASK_NAME, "  health \r\n", NULL},
		{GW_ASK_NAME, "", "an answer is needed"},
		{GW_ASK_NAME, "Y tế", "a-z"},
		{GW_ASK_NAME, "../x", "a-z"},
		{GW_ASK_NAME, "taken", "not overwritten"},
		{GW_ASK_CONNECTOR, "", NULL},
		{GW_ASK_CONNECTOR, "orakel", "there are: postgres"},
		{GW_ASK_TITLE, "two\nlines", "one line"},
		{GW_ASK_TITLE, "\xc3\x28", "UTF-8"},
		{GW_ASK_HOST, "http://x", "without port"},
		{GW_ASK_HOST, "10.0.0.1", NULL},
		{GW_ASK_HOST, "a b", "without port"},
		{GW_ASK_PORT, "0", "1 to 65535"},
		{GW_ASK_PORT, "5432x", "1 to 65535"},
		{GW_ASK_PORT, "70000", "1 to 65535"},
		{GW_ASK_PORT, "6543", NULL},
		{GW_ASK_FOLDER, "relative", "from the root"},
		{GW_ASK_FOLDER, "/nowhere/at/all", "there is no folder"},
		{GW_ASK_FOLDER, "/tmp", NULL},
		{GW_ASK_TIME_ZONE, "Hanoi", "Asia/Ho_Chi_Minh"},
		{GW_ASK_TIME_ZONE, "Asia/Nowhere", "Asia/Nowhere"},
		{GW_ASK_TIME_ZONE, "", NULL},
		{GW_ASK_CODES, "before", "before-2025-07"},
		{GW_ASK_CODES, "ngay_lap:2025-13-01", "before-2025-07"},
		{GW_ASK_CODES, "ngay_lap:2025-07-01", NULL},
	};
	FILE *taken = fopen("taken.yaml", "w");

	cr_assert(taken != NULL && fclose(taken) == 0);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct gw_answers answers = {0};
		struct gw_error err = {.text = ""};
		enum gw_status status =
			gw_ask_take(&answers, &config, cases[i].question, cases[i].typed, &err);

		if (cases[i].part == NULL)
			cr_expect_eq(status, GW_OK, "%zu %s: %s", i, cases[i].typed, err.text);
		else
			cr_expect(status == GW_CONFIG && strstr(err.text, cases[i].part) != NULL,
				  "%zu %s: %s", i, cases[i].typed, err.text);
	}
}

Test(setup_answers, never_show_a_password)
{
	struct gw_answers answers = {0};
	struct gw_error err = {.text = ""};
	char long_one[GW_ANSWER_MAX + 10];

	memset(long_one, 's', sizeof long_one);
	long_one[sizeof long_one - 1] = '\0';
	cr_expect_eq(gw_ask_take(&answers, &config, GW_ASK_PASSWORD, long_one, &err), GW_CONFIG);
	cr_expect_null(strstr(err.text, "sss"));
	cr_expect_eq(gw_ask_take(&answers, &config, GW_ASK_PASSWORD, "secret\tword\n", &err),
		     GW_CONFIG);
	cr_expect_null(strstr(err.text, "secret"));
	cr_expect_eq(gw_ask_take(&answers, &config, GW_ASK_PASSWORD, " keeps blanks \n", &err),
		     GW_OK);
	cr_expect_str_eq(answers.text[GW_ASK_PASSWORD], " keeps blanks ");
}

static void
answer(struct gw_answers *answers, enum gw_question question, const char *text)
{
	(void)snprintf(answers->text[question], sizeof answers->text[question], "%s", text);
}

static const char *
value_of(const PQconninfoOption *options, const char *keyword)
{
	for (; options->keyword != NULL; options++)
		if (strcmp(options->keyword, keyword) == 0)
			return options->val == NULL ? "" : options->val;
	return "";
}

Test(setup_answers, become_a_connection_that_libpq_reads_back)
{
	static const char *const hard[] = {"it's", "back\\slash", "a b", "'", "\\", "=x", "ký tự"};

	for (size_t i = 0; i < sizeof hard / sizeof hard[0]; i++) {
		struct gw_answers answers = {0};
		PQconninfoOption *options;
		struct gw_error err;
		struct gw_buf out;

		gw_buf_init(&out, 4096);
		answer(&answers, GW_ASK_CONNECTOR, "postgres");
		answer(&answers, GW_ASK_HOST, "10.0.0.1");
		answer(&answers, GW_ASK_PORT, "5432");
		answer(&answers, GW_ASK_DATABASE, hard[i]);
		answer(&answers, GW_ASK_USER, "reader");
		answer(&answers, GW_ASK_PASSWORD, hard[i]);
		cr_assert_eq(gw_answers_connection(&answers, &out, &err), GW_OK);
		options = PQconninfoParse(out.data, NULL);
		cr_assert_not_null(options, "%s", out.data);
		cr_expect_str_eq(value_of(options, "dbname"), hard[i]);
		cr_expect_str_eq(value_of(options, "password"), hard[i]);
		cr_expect_str_eq(value_of(options, "user"), "reader");
		PQconninfoFree(options);
		gw_buf_release(&out);
	}
}

Test(setup_answers, become_an_odbc_connection_with_braces)
{
	struct gw_answers answers = {0};
	struct gw_error err;
	struct gw_buf out;

	gw_buf_init(&out, 4096);
	answer(&answers, GW_ASK_CONNECTOR, "odbc");
	answer(&answers, GW_ASK_DRIVER, "MariaDB Unicode");
	answer(&answers, GW_ASK_HOST, "db");
	answer(&answers, GW_ASK_DATABASE, "lao_dong");
	answer(&answers, GW_ASK_PASSWORD, "a};b");
	cr_assert_str_eq(gw_ask_port(&answers), "3306");
	cr_assert_eq(gw_answers_connection(&answers, &out, &err), GW_OK);
	cr_expect_str_eq(out.data,
			 "Driver={MariaDB Unicode};Server=db;Database=lao_dong;PWD={a}};b};");
	answer(&answers, GW_ASK_DRIVER, "SQLite3");
	cr_expect(!gw_ask_applies(&answers, GW_ASK_HOST));
	cr_expect(gw_ask_applies(&answers, GW_ASK_DATABASE));
	cr_expect(!gw_ask_applies(&answers, GW_ASK_FOLDER));
	gw_buf_release(&out);
}

Test(setup_answers, become_a_file_that_our_reader_takes)
{
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		struct gw_answers answers = {0};
		struct gw_source *source = NULL;
		struct gw_error err;
		char *file = NULL;

		if (!gw_text_plain(texts[i]))
			continue;
		answer(&answers, GW_ASK_NAME, "made");
		answer(&answers, GW_ASK_CONNECTOR, "postgres");
		answer(&answers, GW_ASK_TITLE, texts[i]);
		answer(&answers, GW_ASK_OWNER, texts[i]);
		answer(&answers, GW_ASK_AGREEMENT, texts[i]);
		answer(&answers, GW_ASK_DATABASE, "x");
		answer(&answers, GW_ASK_TIME_ZONE, "Asia/Ho_Chi_Minh");
		answer(&answers, GW_ASK_CODES, "ngày lập:2025-09-15");
		cr_assert_eq(gw_answers_write(&answers, &config, &file, &err), GW_OK, "%s",
			     err.text);
		cr_assert_eq(gw_source_read_bare(&config, "made", &source, &err), GW_OK,
			     "\"%s\": %s", texts[i], err.text);
		cr_expect_str_eq(source->title, texts[i]);
		cr_expect_str_eq(source->owner, texts[i]);
		cr_expect_str_eq(source->codes.by, "ngày lập");
		cr_expect_eq(source->nstreams, 0);
		gw_source_free(source);
		free(file);
		file = NULL;
		/* Neither file is written over. */
		cr_expect_eq(gw_answers_write(&answers, &config, &file, &err), GW_CONFIG);
		cr_assert_eq(unlink("secrets/made.dsn"), 0);
		cr_expect_eq(gw_answers_write(&answers, &config, &file, &err), GW_CONFIG);
		cr_expect_neq(access("secrets/made.dsn", F_OK), 0,
			      "half of it is worse than nothing");
		cr_assert_eq(unlink("made.yaml"), 0);
	}
}

Test(setup_answers, keep_the_secret_to_its_owner)
{
	struct gw_answers answers = {0};
	struct gw_error err;
	char *file = NULL;
	struct stat st;

	answer(&answers, GW_ASK_NAME, "made");
	answer(&answers, GW_ASK_CONNECTOR, "postgres");
	answer(&answers, GW_ASK_TITLE, "t");
	answer(&answers, GW_ASK_OWNER, "o");
	answer(&answers, GW_ASK_PASSWORD, "hush");
	answer(&answers, GW_ASK_TIME_ZONE, "UTC");
	answer(&answers, GW_ASK_CODES, "none");
	cr_assert_eq(gw_answers_write(&answers, &config, &file, &err), GW_OK, "%s", err.text);
	cr_assert_eq(stat("secrets/made.dsn", &st), 0);
	cr_expect_eq(st.st_mode & 07777, 0600);
	cr_assert_eq(stat("secrets", &st), 0);
	cr_expect_eq(st.st_mode & 07777, 0700);
	cr_expect_neq(system("grep -q hush made.yaml"), 0);
	gw_answers_wipe(&answers);
	cr_expect_str_eq(answers.text[GW_ASK_PASSWORD], "");
	free(file);
}

Test(setup_tally, counts_by_column_rule_and_reason)
{
	struct gw_reject rejects[] = {
		{.column = "dan_toc", .rule = "code_list", .reason = "not in the list"},
		{.column = "ngay", .rule = "date", .reason = "no such day"},
		{.column = "dan_toc", .rule = "code_list", .reason = "not in the list"},
	};
	struct gw_warning warnings[] = {{.column = "ngay", .rule = "date", .text = "x", .rows = 7}};
	struct gw_normalised seen = {
		.rejects = rejects, .nrejects = 3, .warnings = warnings, .nwarnings = 1};
	struct gw_tally tally;
	struct gw_error err;

	cr_assert_eq(gw_tally_init(&tally, &err), GW_OK);
	gw_tally_add(&tally, 1000, &seen);
	gw_tally_add(&tally, 500, &seen);
	gw_tally_sort(&tally);
	cr_expect_eq(tally.rows, 1500);
	cr_expect_eq(tally.rejected, 6);
	cr_expect_eq(tally.warned, 14);
	cr_assert_eq(tally.nkinds, 3);
	cr_expect_str_eq(tally.kinds[0].column, "dan_toc");
	cr_expect_eq(tally.kinds[0].count, 4);
	cr_expect_str_eq(tally.kinds[1].column, "ngay");
	cr_expect(tally.kinds[2].warning && tally.kinds[2].count == 14);
	gw_tally_release(&tally);
}

Test(setup_tally, is_bounded_whatever_the_reasons)
{
	struct gw_tally tally;
	struct gw_error err;

	cr_assert_eq(gw_tally_init(&tally, &err), GW_OK);
	for (size_t i = 0; i < 2 * GW_TALLY_KINDS; i++) {
		char reason[32];
		struct gw_reject reject = {.column = "c", .rule = "r", .reason = reason};
		struct gw_normalised seen = {.rejects = &reject, .nrejects = 1};

		(void)snprintf(reason, sizeof reason, "%zu digits", i);
		gw_tally_add(&tally, 1, &seen);
	}
	cr_expect_eq(tally.nkinds, GW_TALLY_KINDS);
	cr_expect_eq(tally.other, GW_TALLY_KINDS);
	gw_tally_release(&tally);
}

#define DRIVERS "FreeTDS; PostgreSQL ANSI; PostgreSQL Unicode; MariaDB Unicode; SQLite; SQLite3"

Test(setup_answers, find_the_driver_that_is_meant)
{
	static const struct {
		const char *connector, *installed, *typed;
		const char *driver; /* NULL: asked again */
	} cases[] = {
		{"odbc", DRIVERS, "mariadb\n", "MariaDB Unicode"},
		{"odbc", DRIVERS, " MARIADB unicode", NULL},
		{"odbc", DRIVERS, "MARIADB unicode ", "MariaDB Unicode"},
		{"odbc", DRIVERS, "sqlite", "SQLite"},
		{"odbc", DRIVERS, "postgresql", "PostgreSQL Unicode"},
		{"odbc", DRIVERS, "sql", NULL},
		{"odbc", DRIVERS, "Oracle", NULL},
		{"odbc", DRIVERS, "", NULL},
		{"odbc", DRIVERS, "/opt/lib/libx.so", "/opt/lib/libx.so"},
		{"odbc", "", "Oracle", "Oracle"},
		{"mariadb", DRIVERS, "", "MariaDB Unicode"},
		{"MySQL", DRIVERS, "", "MariaDB Unicode"},
		{"mssql", DRIVERS, "", "FreeTDS"},
		{"sqlite", DRIVERS, "", "SQLite3"},
		{"oracle", DRIVERS, "", NULL},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct gw_answers answers = {0};
		struct gw_error err = {.text = ""};
		enum gw_status status;

		cr_assert_eq(
			gw_ask_take(&answers, &config, GW_ASK_CONNECTOR, cases[i].connector, &err),
			GW_OK, "%zu: %s", i, err.text);
		cr_expect_str_eq(answers.text[GW_ASK_CONNECTOR], "odbc");
		status = gw_ask_take_driver(&answers, cases[i].installed, cases[i].typed, &err);
		cr_expect_eq(status, cases[i].driver == NULL ? GW_CONFIG : GW_OK, "%zu: %s", i,
			     answers.text[GW_ASK_DRIVER]);
		cr_expect_str_eq(answers.text[GW_ASK_DRIVER],
				 cases[i].driver == NULL ? "" : cases[i].driver, "%zu", i);
	}
}

Test(setup_answers, take_products_by_their_names)
{
	static const char *const names[][2] = {
		{"PostgreSQL", "postgres"}, {"excel", "file"}, {"csv", "file"}, {"oracle", "odbc"}};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		struct gw_answers answers = {0};
		struct gw_error err;

		cr_expect_eq(gw_ask_take(&answers, &config, GW_ASK_CONNECTOR, names[i][0], &err),
			     GW_OK, "%s", names[i][0]);
		cr_expect_str_eq(answers.text[GW_ASK_CONNECTOR], names[i][1]);
	}
}

Test(setup_answers, stay_when_they_are_asked_again_and_nothing_is_typed)
{
	struct gw_answers answers = {0};
	struct gw_error err;
	char driver[GW_ANSWER_MAX];

	answer(&answers, GW_ASK_PORT, "3310");
	answer(&answers, GW_ASK_DATABASE, "his");
	answer(&answers, GW_ASK_PASSWORD, "hush");
	answer(&answers, GW_ASK_DRIVER, "MariaDB Unicode");
	cr_expect_eq(gw_ask_take(&answers, &config, GW_ASK_PORT, "\n", &err), GW_OK);
	cr_expect_eq(gw_ask_take(&answers, &config, GW_ASK_DATABASE, "\n", &err), GW_OK);
	cr_expect_eq(gw_ask_take(&answers, &config, GW_ASK_PASSWORD, "\n", &err), GW_OK);
	cr_expect_eq(gw_ask_take_driver(&answers, DRIVERS, "\n", &err), GW_OK);
	cr_expect_str_eq(answers.text[GW_ASK_PORT], "3310");
	cr_expect_str_eq(answers.text[GW_ASK_DATABASE], "his");
	cr_expect_str_eq(answers.text[GW_ASK_PASSWORD], "hush");
	gw_ask_driver(&answers, DRIVERS, driver);
	cr_expect_str_eq(driver, "MariaDB Unicode");
}
