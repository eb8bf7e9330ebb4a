#include <criterion/criterion.h>

#include "base/sqlstate.h"

/* Codes and their meaning: PostgreSQL 15, appendix A.  Source, warehouse. */
static const struct {
	const char *state;
	enum gw_status source, warehouse;
	const char *meaning;
} cases[] = {
	{"08000", GW_RETRY, GW_RETRY, "connection_exception"},
	{"08006", GW_RETRY, GW_RETRY, "connection_failure"},
	{"08P01", GW_RETRY, GW_RETRY, "protocol_violation"},
	{"0A000", GW_CONFIG, GW_CONFIG, "feature_not_supported"},
	{"21000", GW_CONFIG, GW_REJECT, "cardinality_violation, of a trigger"},
	{"22001", GW_CONFIG, GW_REJECT, "string_data_right_truncation: varchar(n)"},
	{"22003", GW_CONFIG, GW_REJECT, "numeric_value_out_of_range"},
	{"22008", GW_CONFIG, GW_REJECT, "datetime_field_overflow"},
	{"22021", GW_CONFIG, GW_REJECT, "character_not_in_repertoire"},
	{"22P02", GW_CONFIG, GW_REJECT, "invalid_text_representation"},
	{"22P05", GW_CONFIG, GW_REJECT, "untranslatable_character"},
	{"23502", GW_CONFIG, GW_REJECT, "not_null_violation"},
	{"23503", GW_CONFIG, GW_REJECT, "foreign_key_violation"},
	{"23505", GW_CONFIG, GW_REJECT, "unique_violation"},
	{"23514", GW_CONFIG, GW_REJECT, "check_violation"},
	{"23P01", GW_CONFIG, GW_REJECT, "exclusion_violation"},
	{"25006", GW_CONFIG, GW_RETRY, "read_only_sql_transaction: a standby after a failover"},
	{"25P02", GW_RETRY, GW_FATAL, "in_failed_sql_transaction: ours is the fault"},
	{"25P03", GW_RETRY, GW_RETRY, "idle_in_transaction_session_timeout"},
	{"26000", GW_RETRY, GW_RETRY, "invalid_sql_statement_name"},
	{"27000", GW_CONFIG, GW_REJECT, "triggered_data_change_violation"},
	{"28000", GW_CONFIG, GW_CONFIG, "invalid_authorization_specification"},
	{"28P01", GW_CONFIG, GW_CONFIG, "invalid_password"},
	{"2BP01", GW_CONFIG, GW_CONFIG, "dependent_objects_still_exist"},
	{"3D000", GW_CONFIG, GW_CONFIG, "invalid_catalog_name"},
	{"3F000", GW_CONFIG, GW_CONFIG, "invalid_schema_name"},
	{"40001", GW_RETRY, GW_RETRY, "serialization_failure"},
	{"40P01", GW_RETRY, GW_RETRY, "deadlock_detected"},
	{"42501", GW_CONFIG, GW_CONFIG, "insufficient_privilege"},
	{"42703", GW_CONFIG, GW_CONFIG, "undefined_column"},
	{"42P01", GW_CONFIG, GW_CONFIG, "undefined_table"},
	{"44000", GW_CONFIG, GW_REJECT, "with_check_option_violation"},
	{"53100", GW_RETRY, GW_RETRY, "disk_full"},
	{"53200", GW_RETRY, GW_RETRY, "out_of_memory"},
	{"53300", GW_RETRY, GW_RETRY, "too_many_connections"},
	{"53400", GW_CONFIG, GW_CONFIG, "configuration_limit_exceeded"},
	{"54000", GW_CONFIG, GW_REJECT, "program_limit_exceeded: a key too long for its index"},
	{"54001", GW_CONFIG, GW_FATAL, "statement_too_complex"},
	{"55006", GW_RETRY, GW_RETRY, "object_in_use"},
	{"55P03", GW_RETRY, GW_RETRY, "lock_not_available"},
	{"55000", GW_RETRY, GW_CONFIG, "object_not_in_prerequisite_state"},
	{"57014", GW_RETRY, GW_RETRY, "query_canceled: the statement timeout too"},
	{"57P01", GW_RETRY, GW_RETRY, "admin_shutdown"},
	{"57P02", GW_RETRY, GW_RETRY, "crash_shutdown"},
	{"57P03", GW_RETRY, GW_RETRY, "cannot_connect_now"},
	{"57P04", GW_CONFIG, GW_CONFIG, "database_dropped"},
	{"58030", GW_RETRY, GW_RETRY, "io_error"},
	{"58P01", GW_RETRY, GW_FATAL, "undefined_file"},
	{"72000", GW_RETRY, GW_RETRY, "snapshot_too_old"},
	{"HV00N", GW_RETRY, GW_RETRY, "fdw_unable_to_establish_connection"},
	{"HV000", GW_CONFIG, GW_FATAL, "fdw_error"},
	{"P0001", GW_CONFIG, GW_REJECT, "raise_exception, of a trigger"},
	{"XX000", GW_RETRY, GW_FATAL, "internal_error"},
	{"XX001", GW_CONFIG, GW_CONFIG, "data_corrupted"},
	{"XX002", GW_CONFIG, GW_CONFIG, "index_corrupted"},
	{"ZZ999", GW_CONFIG, GW_FATAL, "none that there is"},
};

Test(sqlstate, says_what_to_do_at_both_ends)
{
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		cr_expect_eq(gw_sqlstate_status(cases[i].state, GW_SQL_SOURCE), cases[i].source,
			     "source, %s %s", cases[i].state, cases[i].meaning);
		cr_expect_eq(gw_sqlstate_status(cases[i].state, GW_SQL_WAREHOUSE),
			     cases[i].warehouse, "warehouse, %s %s", cases[i].state,
			     cases[i].meaning);
	}
}
