#include <criterion/criterion.h>
#include <string.h>

#include "connector.h"
#include "postgres/connect.h"
#include "postgres/failure.h"
#include "postgres/types.h"

Test(postgres_failure, says_what_to_do_about_every_class)
{
	static const struct {
		const char *state;
		enum gw_status want;
		bool names_only;
	} cases[] = {
		{"", GW_RETRY, false},       {NULL, GW_RETRY, false},
		{"08006", GW_RETRY, true},   {"57P01", GW_RETRY, false},
		{"57P03", GW_RETRY, false},  {"53300", GW_RETRY, false},
		{"40001", GW_RETRY, false},  {"55P03", GW_RETRY, false},
		{"28P01", GW_CONFIG, true},  {"28000", GW_CONFIG, true},
		{"3D000", GW_CONFIG, true},  {"42P01", GW_CONFIG, true},
		{"42501", GW_CONFIG, true},  {"22P02", GW_CONFIG, false},
		{"22021", GW_CONFIG, false}, {"25006", GW_CONFIG, false},
		{"25P03", GW_RETRY, false},  {"XX000", GW_RETRY, false},
		{"P0001", GW_CONFIG, false}, {"23505", GW_CONFIG, false},
	};
	const char *sentence;

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		cr_assert_eq(gw_pg_meaning(cases[i].state, &sentence), cases[i].want, "%s",
			     cases[i].state);
		cr_assert_gt(strlen(sentence), 10);
		cr_assert_eq(gw_pg_says_names_only(cases[i].state), cases[i].names_only, "%s",
			     cases[i].state);
	}
}

Test(postgres_failure, finds_the_state_of_a_refusal_in_any_language)
{
	static const struct {
		const char *message, *want;
	} cases[] = {
		{"connection to server at \"127.0.0.1\", port 1 failed: FATAL:  28P01\n", "28P01"},
		{"… failed: NGHIÊM TRỌNG:  3D000\n", "3D000"},
		{"a failed: FATAL:  57P03\nb failed: FATAL:  28P01\n", "28P01"},
		{"connection to server at \"x\", port 1 failed: Connection refused\n", ""},
		{"failed: FATAL:  password authentication failed\n", ""},
		{":  1234", ""},
		{":  123456", ""},
		{"", ""},
	};
	char state[6];

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		gw_pg_refusal_state(cases[i].message, state);
		cr_assert_str_eq(state, cases[i].want, "%s", cases[i].message);
	}
}

Test(postgres_failure, a_time_zone_is_a_name_and_nothing_else)
{
	char zone[GW_PG_ZONE_MAX];
	struct gw_error err;

	cr_assert_eq(gw_pg_zone_set("Asia/Ho_Chi_Minh", zone, &err), GW_OK);
	cr_assert_str_eq(zone, "Asia/Ho_Chi_Minh");
	cr_assert_eq(gw_pg_zone_set(NULL, zone, &err), GW_OK);
	cr_assert_str_eq(zone, "UTC");
	cr_assert_eq(gw_pg_zone_set("UTC'; DROP TABLE x; --", zone, &err), GW_CONFIG);
	cr_assert_eq(gw_pg_zone_set(
			     "Asia/Ho_Chi_Minh_and_a_name_that_goes_on_and_on_and_on_and_on_and_on",
			     zone, &err),
		     GW_CONFIG);
}

Test(postgres_failure, a_connection_text_never_stands_in_a_message)
{
	struct gw_settings settings = {.connection = "host=x pasword=secret-value user",
				       .time_zone = "UTC"};
	struct gw_session *session = NULL;
	struct gw_error err;

	cr_assert_eq(gw_pg_open(&settings, &session, &err), GW_CONFIG);
	cr_assert_null(session);
	cr_assert_null(strstr(err.text, "secret-value"), "%s", err.text);
	cr_assert_null(strstr(err.text, "pasword"), "%s", err.text);
}

Test(postgres_types, refuses_by_what_the_type_is)
{
	static const struct {
		struct gw_pg_type_facts facts;
		enum gw_kind want; /* GW_NULL: refused */
	} cases[] = {
		{{"int4", true, 'b', 'N'}, GW_INT},
		{{"numeric", true, 'b', 'N'}, GW_DECIMAL},
		{{"citext", false, 'b', 'S'}, GW_TEXT},
		{{"mood", false, 'e', 'E'}, GW_TEXT},
		{{"_int4", true, 'b', 'A'}, GW_NULL},
		{{"point", true, 'b', 'G'}, GW_NULL},
		{{"int4range", true, 'r', 'R'}, GW_NULL},
		{{"int4multirange", true, 'm', 'R'}, GW_NULL},
		{{"person", false, 'c', 'C'}, GW_NULL},
		{{"hstore", false, 'b', 'U'}, GW_NULL},
		{{"geometry", false, 'b', 'U'}, GW_NULL},
		{{"tsvector", true, 'b', 'U'}, GW_NULL},
		/* somebody else's type of a name that we know */
		{{"text", false, 'b', 'S'}, GW_NULL},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const char *refusal;
		const struct gw_pg_type *type = gw_pg_type_find(&cases[i].facts, &refusal);

		if (cases[i].want == GW_NULL) {
			cr_assert_null(type, "%s", cases[i].facts.name);
			cr_assert_not_null(refusal);
		} else {
			cr_assert_not_null(type, "%s", cases[i].facts.name);
			cr_assert_eq(type->kind, cases[i].want);
			cr_assert_null(refusal);
		}
	}
}

Test(postgres_types, whatever_can_order_rows_can_be_written_back)
{
	for (const struct gw_pg_type *type = gw_pg_types; type->name != NULL; type++) {
		bool orders = (type->use & (GW_PG_KEY | GW_PG_CURSOR_TIME | GW_PG_CURSOR_INT)) != 0;

		cr_assert_eq(orders, type->cast != NULL, "%s", type->name);
		cr_assert_not_null(type->before);
		cr_assert_not_null(type->behind);
	}
}

Test(connectors, are_found_by_name_and_the_others_listed)
{
	const struct gw_connector *connector = NULL;
	struct gw_error err;

	cr_assert_eq(gw_connector_find("postgres", &connector, &err), GW_OK);
	cr_assert_str_eq(connector->name, "postgres");
	cr_assert_eq(gw_connector_find("postgre", &connector, &err), GW_CONFIG);
	cr_assert_not_null(strstr(err.text, "postgres"));
	for (size_t i = 0; gw_connectors[i] != NULL; i++) {
		const struct gw_connector *c = gw_connectors[i];

		cr_assert(c->open && c->check && c->discover && c->begin && c->key_columns &&
				  c->next && c->end && c->cancel && c->close,
			  "%s has every function", c->name);
	}
}
