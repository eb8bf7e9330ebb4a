#include <criterion/criterion.h>
#include <string.h>

#include "base/i18n.h"
#include "odbc/catalog.h"

static void
expect_grant(const char *dialect, const char *schema, const char *name, const char *account,
	     const char *statement)
{
	const struct gw_odbc_dialect *found = gw_odbc_dialect_named(dialect);
	struct gw_buf out;

	cr_assert_not_null(found, "%s", dialect);
	gw_buf_init(&out, 4096);
	cr_expect(gw_odbc_put_grant(found, schema, name, account, &out));
	cr_expect_str_eq(out.data, statement);
	gw_buf_release(&out);
}

Test(odbc_grants, names_the_table_and_the_account_as_the_database_does)
{
	gw_i18n_init("en");
	expect_grant("mariadb", "so_ld", "DOI`TUONG", "'songma'@'10.0.0.%'",
		     "GRANT SELECT ON `so_ld`.`DOI``TUONG` TO 'songma'@'10.0.0.%';\n");
	expect_grant("sqlserver", "dbo", "y_te.Hồ sơ", "[TH\\songma]",
		     "GRANT SELECT ON [y_te].[Hồ sơ] TO [TH\\songma];\n");
	expect_grant("oracle", "SLDTBXH", "HO_SO", "\"SONGMA\"",
		     "GRANT SELECT ON \"SLDTBXH\".\"HO_SO\" TO \"SONGMA\";\n");
	expect_grant("generic", "", "t", NULL, "GRANT SELECT ON \"t\" TO <account>;\n");
	expect_grant("generic", "", "t", "", "GRANT SELECT ON \"t\" TO <account>;\n");
}

Test(odbc_grants, every_server_can_be_asked_for_the_account)
{
	for (const struct gw_odbc_dialect *d = gw_odbc_dialects; d->name != NULL; d++)
		if (strcmp(d->name, "generic") != 0)
			cr_expect((d->account == NULL) == (d->file != NULL), "%s", d->name);
}
