#include <criterion/criterion.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "odbc/connect.h"
#include "odbc/failure.h"

static struct gw_odbc_target target;
static struct gw_buf text;
static struct gw_error err;

static void
setup(void)
{
	gw_buf_init(&text, 1 << 16);
}

static void
teardown(void)
{
	gw_buf_release(&text);
}

TestSuite(odbc_connect, .init = setup, .fini = teardown);

Test(odbc_connect, settings_are_read_and_written_as_they_stand)
{
	char name[100];

	cr_assert_eq(gw_odbc_target_read("Driver={MariaDB Unicode};Server=127.0.0.1;Port=3306;"
					 "Database=lao_dong;PWD={a;b}}c};Dialect=mysql;\n",
					 &target, &err),
		     GW_OK);
	cr_assert_str_eq(target.dialect, "mysql");
	cr_assert(gw_odbc_target_write(&target, &text));
	cr_assert_str_eq(text.data, "Driver={MariaDB Unicode};Server=127.0.0.1;Port=3306;"
				    "Database=lao_dong;PWD={a;b}}c};");
	gw_odbc_target_name(&target, name, sizeof name);
	cr_assert_str_eq(name, "127.0.0.1:3306/lao_dong");
	gw_buf_clear(&text);
	target.bare_braces = true;
	cr_assert(gw_odbc_target_write(&target, &text));
	cr_assert_str_eq(text.data, "Driver={MariaDB Unicode};Server=127.0.0.1;Port=3306;"
				    "Database=lao_dong;PWD={a;b}c};");
}

Test(odbc_connect, a_file_is_named_without_a_server)
{
	char name[100];

	cr_assert_eq(gw_odbc_target_read("DRIVER={SQLite3};Database=/var/x.db", &target, &err),
		     GW_OK);
	gw_odbc_target_name(&target, name, sizeof name);
	cr_assert_str_eq(name, "/var/x.db");
}

Test(odbc_connect, what_the_driver_needs_takes_the_place_of_what_was_set)
{
	cr_assert_eq(gw_odbc_target_read("DSN=x;fetch=9", &target, &err), GW_OK);
	gw_odbc_target_force(&target, "UseDeclareFetch=1;Fetch=500");
	cr_assert(gw_odbc_target_write(&target, &text));
	cr_assert_str_eq(text.data, "DSN=x;fetch=500;UseDeclareFetch=1;");
}

Test(odbc_connect, what_is_no_connection_string_is_refused_without_showing_it)
{
	static const char *const texts[] = {
		"", "   \n", "secret", "=secret", "a=b;secret", "PWD={secret", "PWD={secret}x;b=c"};

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		cr_assert_eq(gw_odbc_target_read(texts[i], &target, &err), GW_CONFIG, "%s",
			     texts[i]);
		cr_assert_null(strstr(err.text, "secret"));
	}
}

Test(odbc_connect, more_than_there_is_room_for_is_refused)
{
	static char many[GW_ODBC_CONNECTION_MAX + 1];

	memset(many, 'x', sizeof many - 1);
	cr_assert_eq(gw_odbc_target_read(many, &target, &err), GW_CONFIG);
	for (size_t i = 0; i <= GW_ODBC_SETTINGS_MAX; i++)
		(void)gw_buf_printf(&text, "a%zu=1;", i);
	cr_assert_eq(gw_odbc_target_read(text.data, &target, &err), GW_CONFIG);
}

Test(odbc_connect, drivers_are_known_by_their_file)
{
	cr_assert(gw_odbc_driver_of("libmaodbc.so")->buffers);
	cr_assert(gw_odbc_driver_of("/usr/lib/odbc/PSQLODBCW.so")->block > 1);
	cr_assert(gw_odbc_driver_of("libsqlite3odbc.so")->interrupts);
	cr_assert_not_null(strstr(gw_odbc_driver_of("{SQLite3}")->options, "NoCreat=1"));
	cr_assert(gw_odbc_driver_of("{FreeTDS}")->bare_braces);
	cr_assert(gw_odbc_driver_of("libmaodbc.so")->apart,
		  "else it crashes where the line breaks");
	cr_assert_str_eq(gw_odbc_driver_of("libtdsodbc.so")->options, "ClientCharset=UTF-8");
	cr_assert(gw_odbc_driver_of("unknown.so")->buffers, "in doubt it holds all of a result");
	cr_assert_str_eq(gw_odbc_driver_of("unknown.so")->options, "");
}

Test(odbc_failure, says_what_to_do)
{
	static const struct {
		const char *dialect, *state;
		int native;
		enum gw_status wanted;
	} cases[] = {
		{"mariadb", "28000", 1045, GW_CONFIG},   {"mariadb", "HY000", 2006, GW_RETRY},
		{"mysql", "HY000", 1205, GW_RETRY},      {"mariadb", "70100", 1969, GW_RETRY},
		{"mariadb", "42S02", 1146, GW_CONFIG},   {"sqlserver", "42000", 18456, GW_CONFIG},
		{"sqlserver", "42000", 1222, GW_RETRY},  {"sqlserver", "40001", 1205, GW_RETRY},
		{"sqlserver", "42000", 229, GW_CONFIG},  {"sqlserver", "01000", 20017, GW_RETRY},
		{"sqlserver", "08S01", 20004, GW_RETRY}, {"oracle", "42000", 942, GW_CONFIG},
		{"oracle", "HY000", 3113, GW_RETRY},     {"oracle", "HY000", 1555, GW_RETRY},
		{"sqlite", "HY000", 5, GW_RETRY},        {"sqlite", "HY000", 26, GW_CONFIG},
		{"postgresql", "57014", 1, GW_RETRY},    {"postgresql", "42501", 1, GW_CONFIG},
		{"postgresql", "08S01", 0, GW_RETRY},    {"generic", "HYT00", 0, GW_RETRY},
		{"generic", "IM002", 0, GW_CONFIG},      {"generic", "01000", 0, GW_CONFIG},
		{"generic", "ZZ999", 0, GW_CONFIG},      {"generic", "", 0, GW_RETRY},
		{NULL, "HY000", 2002, GW_RETRY},         {NULL, "08001", 0, GW_RETRY},
		{"mariadb", "HY000", 5013, GW_RETRY},    {"mariadb", "HY000", 5014, GW_RETRY},
		{"mariadb", "HY000", 1028, GW_RETRY},    {"mariadb", "08S01", 1053, GW_RETRY},
		{"mariadb", "08004", 1040, GW_RETRY},    {"mariadb", "42000", 1461, GW_RETRY},
		{"mariadb", "HY000", 1615, GW_RETRY},    {NULL, "HY000", 1129, GW_RETRY},
		{NULL, "HY000", 1130, GW_CONFIG},        {NULL, "HY000", 2005, GW_RETRY},
		{"sqlserver", "42000", 922, GW_RETRY},   {"sqlserver", "42000", 4060, GW_CONFIG},
		{"oracle", "HY000", 12514, GW_RETRY},    {"oracle", "HY000", 12519, GW_RETRY},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const struct gw_odbc_dialect *dialect =
			cases[i].dialect == NULL ? NULL : gw_odbc_dialect_named(cases[i].dialect);
		const char *sentence = NULL;

		cr_assert_eq(gw_odbc_meaning(dialect, cases[i].state, cases[i].native, &sentence),
			     cases[i].wanted, "%s %d", cases[i].state, cases[i].native);
		cr_assert_not_null(sentence);
	}
}

Test(odbc_failure, a_number_means_something_to_its_own_server_alone)
{
	const char *sentence = NULL;

	cr_assert_eq(gw_odbc_meaning(gw_odbc_dialect_named("sqlite"), "HY000", 1045, &sentence),
		     GW_CONFIG);
	cr_assert_null(strstr(sentence, "password"));
}

Test(odbc_failure, a_refusal_is_read_from_the_servers_words_where_the_state_says_nothing)
{
	static const struct {
		const char *state, *text;
		enum gw_status wanted;
		const char *meant;
	} cases[] = {
		{"08001", "FATAL:  database \"dan_cu\" does not exist", GW_CONFIG, "3D000"},
		{"08001", "FATAL:  role \"songma\" does not exist", GW_CONFIG, "28000"},
		{"08001", "FATAL:  too many connections for role \"songma\"", GW_RETRY, "53300"},
		{"08001", "FATAL:  too many connections for database \"dan_cu\"", GW_RETRY,
		 "53300"},
		{"08001", "FATAL:  the database system is starting up", GW_RETRY, "08001"},
		{"01000", "[unixODBC][Driver Manager]Can't open lib 'x' : file not found",
		 GW_CONFIG, "01000"},
		{"01000", "[FreeTDS][SQL Server]Unexpected EOF from the server", GW_RETRY, ""},
		{"HYT00", "[FreeTDS][SQL Server]Timeout expired", GW_RETRY, "HYT00"},
		{"42000", "the word role \" in a message of another state", GW_CONFIG, "42000"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const char *sentence = NULL;
		char state[6];

		memcpy(state, cases[i].state, sizeof state);
		cr_assert_eq(gw_odbc_refusal(NULL, state, 0, cases[i].text, &sentence),
			     cases[i].wanted, "%s", cases[i].text);
		cr_assert_str_eq(state, cases[i].meant, "%s", cases[i].text);
		cr_assert_not_null(sentence);
		cr_assert_null(strstr(sentence, "statement"), "none has been sent: %s", sentence);
	}
}

Test(odbc_failure, a_line_that_broke_is_seen)
{
	struct gw_session session = {.nsockets = 1};
	int ends[2], others[2];

	cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, others), 0);
	session.sockets[0] = ends[0];
	session.sockets[1] = others[0];
	cr_assert_eq(write(ends[1], "rows", 4), 4);
	cr_assert_not(gw_odbc_line_broken(&session), "it only waits to be read");
	(void)close(ends[1]);
	cr_assert(gw_odbc_line_broken(&session), "behind what is still to be read");
	session.nsockets = 2;
	cr_assert_not(gw_odbc_line_broken(&session), "the other one is whole");
	(void)close(others[0]);
	cr_assert(gw_odbc_line_broken(&session), "the driver itself has given it up");
	session.nsockets = 0;
	cr_assert_not(gw_odbc_line_broken(&session), "a file has no line");
	(void)close(ends[0]);
	(void)close(others[1]);
}

Test(odbc_connect, text_is_widened_to_utf_16)
{
	const unsigned short wanted[] = {'a', 0x0110, 0x1EBF, 0xD840, 0xDC00, 0};

	cr_assert_not_null(gw_odbc_widen(&text, "aĐế𠀀"));
	cr_assert_eq(text.len, sizeof wanted);
	cr_assert_eq(memcmp(text.data, wanted, sizeof wanted), 0);
	cr_assert_null(gw_odbc_widen(&text, "\xC3"));
}
