#include "conform.h"

#include <signal.h>
#include <sys/time.h>

enum {
	CANCEL_AFTER_MS = 500,
	CANCEL_WITHIN_MS = 2000,
	GIVE_UP_S = 1,
	GIVE_UP_WITHIN_MS = 8000,
	STOPS_WITHIN_MS = 3000
};

static void
missing_things(void)
{
	struct gw_error err;

	use("plain", "id,lable");
	if (s.stream.mode == GW_MODE_FILES)
		skipped("files without their columns are put aside, with a report");
	must_refuse(GW_CONFIG, "conform.yaml:");
	must_refuse(GW_CONFIG, "lable");
	must_refuse(GW_CONFIG, "label");
	use("plain", "id,label");
	use_key("id,nothing");
	must_refuse(GW_CONFIG, "conform.yaml:3");
	use("plain", "id,label");
	if (s.stream.ncursor > 0) {
		use_mode(s.stream.mode, "chagned");
		must_refuse(GW_CONFIG, "conform.yaml:4");
		must_refuse(GW_CONFIG, "changed");
	}
	use("plain", "id,label");
	/* One letter short, which is near enough to be guessed. */
	s.table[strlen(s.table) - 1] = '\0';
	must_refuse(GW_CONFIG, "conform.yaml:2");
	must_refuse(GW_CONFIG, "plain");
	need_session();
	expect(noted(s.connector->discover(s.session, s.table, NULL, NULL, &err), &err) ==
		       GW_CONFIG,
	       "discover finds a table that is not there");
}

static void
unusable_cursors(void)
{
	use("plain", "id,label");
	if (s.stream.mode == GW_MODE_FILES)
		skipped("files have no cursor");
	use_mode(GW_MODE_TIMESTAMP, "label");
	must_refuse(GW_CONFIG, "conform.yaml:4");
	use_mode(GW_MODE_INCREMENTING, "label");
	must_refuse(GW_CONFIG, "conform.yaml:4");
	use_mode(GW_MODE_LOG, NULL);
	must_refuse(GW_CONFIG, "");
}

/* What the account may not read is refused by begin() or with the first page. */
static void
must_not_read(const char *part)
{
	struct gw_error err = {.text = ""};
	struct taken taken;

	expect(read_on(0, &taken, &err) == GW_CONFIG, "it gives %zu rows, or %s: %s",
	       taken.rows.count, gw_status_name(err.status), err.text);
	expect(strstr(err.text, part) != NULL, "it does not name %s: %s", part, err.text);
	release(&taken);
}

static void
hidden_table(void)
{
	struct gw_source_facts facts;
	const char *tables[1];
	struct gw_error err;

	use("hidden_table", "id");
	must_not_read("hidden_table");
	tables[0] = s.stream.table;
	expect(noted(s.connector->check(s.session, tables, 1, &facts, &err), &err) == GW_CONFIG,
	       "check finds nothing wrong with it");
}

static void
hidden_column(void)
{
	struct taken taken;

	use("hidden_column", "id,secret");
	must_not_read("secret");
	use("hidden_column", "id");
	must_read(0, &taken);
	release(&taken);
}

static void
check_says_what_it_is(void)
{
	struct gw_source_facts facts = {.product = ""};
	const char *tables[1];
	struct gw_error err;

	use("plain", "id,label");
	need_session();
	tables[0] = s.stream.table;
	expect(noted(s.connector->check(s.session, tables, 1, &facts, &err), &err) == GW_OK,
	       "check: %s", err.text);
	expect(facts.product[0] != '\0', "it does not say what it is");
	expect(facts.clock_us > gw_now_us() - INT64_C(60000000) &&
		       facts.clock_us < gw_now_us() + INT64_C(60000000),
	       "its clock is another one: %lld", (long long)facts.clock_us);
}

static enum gw_status
open_with(const char *dsn, struct gw_error *err)
{
	struct gw_settings settings = {
		.connection = dsn, .time_zone = "UTC", .statement_timeout_us = 60000000};
	struct gw_session *session = NULL;
	struct gw_source_facts facts;
	enum gw_status status = noted(s.connector->open(&settings, &session, err), err);

	/* A connector may open lazily, but no later than this. */
	if (status == GW_OK)
		status = noted(s.connector->check(session, NULL, 0, &facts, err), err);
	s.connector->close(session);
	return status;
}

static void
wrong_password(void)
{
	struct gw_error err = {.text = ""};

	use("plain", "id,label");
	expect(open_with(hook("bad_dsn"), &err) == GW_CONFIG, "%s: %s", gw_status_name(err.status),
	       err.text);
}

static void
source_away(void)
{
	struct gw_error err = {.text = ""};

	use("plain", "id,label");
	expect(open_with(hook("away_dsn"), &err) == GW_RETRY, "%s: %s", gw_status_name(err.status),
	       err.text);
}

/* ---- time ------------------------------------------------------------------------------------ */

/* What was given up must not go on at the source's cost. */
static void
must_have_stopped(void)
{
	int64_t began = gw_monotonic_us();
	const char *running;

	while ((running = hook_if_any("running")) != NULL && strcmp(running, "0") != 0)
		expect(gw_monotonic_us() - began < STOPS_WITHIN_MS * INT64_C(1000),
		       "the source goes on with %s queries", running);
}

static void
time_limit(void)
{
	struct taken taken;
	struct gw_error err = {.text = ""};
	int64_t began;
	enum gw_status status;

	(void)hook("limits time");
	use("slow", "id,label");
	use_key("id");
	use_mode(GW_MODE_BULK, NULL);
	s.timeout_us = GIVE_UP_S * INT64_C(1000000);
	began = gw_monotonic_us();
	status = read_on(0, &taken, &err);
	expect(status == GW_RETRY, "%s: %s", gw_status_name(status),
	       status == GW_OK ? "it was read" : err.text);
	expect(strstr(err.text, s.stream.table) != NULL || strstr(err.text, "time") != NULL,
	       "it does not say what took too long: %s", err.text);
	expect(gw_monotonic_us() - began < GIVE_UP_WITHIN_MS * INT64_C(1000),
	       "it took %lld ms to give up", (long long)(gw_monotonic_us() - began) / 1000);
	must_have_stopped();
	release(&taken);
}

static void
on_alarm(int number)
{
	(void)number;
	s.connector->cancel(s.session);
}

static void
cancelled(void)
{
	struct sigaction action = {.sa_handler = on_alarm};
	struct itimerval timer = {.it_value = {0, CANCEL_AFTER_MS * 1000L}},
			 none = {.it_value = {0, 0}};
	struct gw_error err = {.text = ""};
	struct taken taken;
	enum gw_status status;
	int64_t began, took;

	use("slow", "id,label");
	use_key("id");
	use_mode(GW_MODE_BULK, NULL);
	need_session();
	(void)sigaction(SIGALRM, &action, NULL);
	(void)setitimer(ITIMER_REAL, &timer, NULL);
	began = gw_monotonic_us();
	status = read_on(0, &taken, &err);
	took = (gw_monotonic_us() - began) / 1000;
	(void)setitimer(ITIMER_REAL, &none, NULL);
	expect(status == GW_CANCELLED, "%s: %s", gw_status_name(status),
	       status == GW_OK ? "it was read" : err.text);
	expect(took < CANCEL_AFTER_MS + CANCEL_WITHIN_MS, "it went on for %lld ms",
	       (long long)took);
	must_have_stopped();
	release(&taken);
}

/* ---- what must not be ------------------------------------------------------------------------ */

static void
writes_nothing(void)
{
	struct gw_source_facts facts;
	const char *tables[1];
	struct taken taken;
	struct gw_error err;
	char *before, *after;

	use("plain", "id,label");
	before = strdup(hook("writes"));
	need_session();
	tables[0] = s.stream.table;
	(void)s.connector->check(s.session, tables, 1, &facts, &err);
	use_discovered();
	for (int i = 0; i < 2; i++) {
		must_read(0, &taken);
		release(&taken);
	}
	drop_session();
	after = strdup(hook("writes"));
	expect(strcmp(before, after) == 0, "before it was %s, then %s", before, after);
	free(before);
	free(after);
}

/* Two rows that have the key CANARY. */
static void
same_key_twice(void)
{
	struct gw_error err = {.text = ""};
	struct taken taken;

	use("twice", "label");
	use_key("label");
	use_no_cursor();
	expect(read_on(0, &taken, &err) == GW_CONFIG, "two rows with the same key are taken");
	expect(strstr(err.text, "key") != NULL, "it does not say why: %s", err.text);
	release(&taken);
}

/* A row whose value the source itself can't make. */
static void
failing_row(void)
{
	struct gw_error err = {.text = ""};
	struct taken taken;

	use("failing", "id,label");
	use_key("id");
	use_mode(GW_MODE_BULK, NULL);
	expect(read_on(0, &taken, &err) != GW_OK, "it was read: the fixture does not fail");
	release(&taken);
}

const struct test trouble_tests[] = {
	{"a missing table or column is named, with the place in the file", 0, missing_things},
	{"a cursor that can't be one is refused", 0, unusable_cursors},
	{"a table that may not be read is refused", 0, hidden_table},
	{"a column that may not be read is refused, the others are read", 0, hidden_column},
	{"check says what it is and what time it has", 0, check_says_what_it_is},
	{"a wrong password is a matter of configuration", 0, wrong_password},
	{"a source that is away is tried again", 0, source_away},
	{"a query that takes too long is given up", 0, time_limit},
	{"a running query is cancelled", GW_CAN_CANCEL, cancelled},
	{"nothing is written to the source", 0, writes_nothing},
	{"two rows with the same key are refused, without the key", 0, same_key_twice},
	{"a row that the source can't make shows no value", 0, failing_row},
	{.name = NULL},
};
