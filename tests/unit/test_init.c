#include <criterion/criterion.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/config.h"
#include "folder_case.h"

static void
keys_make(void)
{
	cr_assert_geq(sodium_init(), 0);
	folder_make();
}

TestSuite(init, .init = keys_make, .fini = folder_drop);

#define SMALLEST                                                                                   \
	"kafka: {brokers: \"127.0.0.1:9092\"}\n"                                                   \
	"registry: {url: http://127.0.0.1:8081}\n"

static mode_t
mode_of(const char *path)
{
	struct stat st;

	cr_assert_eq(stat(path, &st), 0, "%s", path);
	return st.st_mode & 0777;
}

static void
init_ok(struct gw_buf *report)
{
	struct gw_error err = {0};

	gw_buf_init(report, 1 << 20);
	cr_assert_eq(gw_config_init(in_folder("new"), report, &err), GW_OK, "%s", err.text);
}

static void
share_here(void)
{
	char path[4200];

	snprintf(path, sizeof path, "%s/tests/data/config/share", project);
	setenv("SONGMA_SHARE", path, 1);
}

Test(init, writes_a_start_that_can_be_read)
{
	unsigned char public[32], secret[32], derived[32];
	struct gw_config *config = NULL;
	struct gw_error err = {0};
	struct gw_buf report;

	share_here();
	init_ok(&report);
	cr_assert_eq(gw_config_read("new/songma.yaml", &config, &err), GW_OK, "%s", err.text);
	cr_assert_str_eq(config->sources_dir, in_folder("new/sources"));
	cr_assert_str_eq(config->warehouse_file, in_folder("new/secrets/warehouse.dsn"));
	cr_assert_eq(gw_config_key(config->pseudonym_file, "k", secret, 32, &err), GW_OK, "%s",
		     err.text);
	cr_assert_eq(gw_config_key(config->letter_secret_file, "k", secret, 32, &err), GW_OK);
	cr_assert_eq(gw_config_public_key(config->letter_public_file, "k", public, 32, &err),
		     GW_OK);
	crypto_scalarmult_base(derived, secret);
	cr_assert_arr_eq(public, derived, 32);
	cr_assert_eq(gw_config_key(config->pull_secret_file, "k", secret, 32, &err), GW_OK);
	crypto_scalarmult_base(derived, secret);
	cr_assert_arr_neq(public, derived, 32, "two pairs, not one twice");
	cr_assert_eq(mode_of("new/secrets"), 0700);
	cr_assert_eq(mode_of("new/secrets/pseudonym.key"), 0600);
	cr_assert_eq(mode_of("new/secrets/letter.key"), 0600);
	cr_assert_eq(mode_of("new/secrets/pull.key"), 0600);
	cr_assert_str_eq(config->audit_file, in_folder("new/secrets/audit.key"));
	cr_assert_eq(gw_config_key(config->audit_file, "k", derived, 32, &err), GW_OK);
	cr_assert_arr_neq(secret, derived, 32, "a key of its own");
	cr_assert_eq(mode_of("new/secrets/audit.key"), 0600);
	cr_assert_eq(access("new/schemas/codes/colour.csv", R_OK), 0);
	cr_assert_eq(access("new/schemas/garden/Tree.avsc", R_OK), 0);
	cr_assert_str_eq(report.data, "written  songma.yaml\n"
				      "written  sources/example.yaml.txt\n"
				      "written  secrets/pseudonym.key\n"
				      "written  secrets/letter.key\n"
				      "written  secrets/letter.pub\n"
				      "written  secrets/pull.key\n"
				      "written  secrets/pull.pub\n"
				      "written  secrets/audit.key\n"
				      "written  schemas/codes/colour.csv\n"
				      "written  schemas/garden/Tree.avsc\n");
	gw_config_free(config);
	gw_buf_release(&report);
}

Test(init, a_second_time_changes_nothing_and_says_so)
{
	struct gw_error err = {0};
	struct gw_buf report, before, after;

	share_here();
	init_ok(&report);
	gw_buf_release(&report);
	gw_buf_init(&before, 200);
	gw_buf_init(&after, 200);
	cr_assert_eq(gw_file_read("new/secrets/pseudonym.key", &before, &err), GW_OK);
	put_file("new/songma.yaml", SMALLEST, 0644);
	put_file("new/schemas/codes/colour.csv", "mine\n", 0644);
	init_ok(&report);
	cr_assert_str_eq(report.data,
			 "kept     songma.yaml\n"
			 "kept     sources/example.yaml.txt\n"
			 "kept     secrets/pseudonym.key\n"
			 "kept     secrets/letter.key\n"
			 "kept     secrets/letter.pub\n"
			 "kept     secrets/pull.key\n"
			 "kept     secrets/pull.pub\n"
			 "kept     secrets/audit.key\n"
			 "kept     schemas/codes/colour.csv (differs from the one that is "
			 "delivered)\n"
			 "kept     schemas/garden/Tree.avsc\n"
			 "Everything was there already; nothing was changed.\n");
	cr_assert_eq(gw_file_read("new/secrets/pseudonym.key", &after, &err), GW_OK);
	cr_assert_str_eq(before.data, after.data);
	gw_buf_release(&before);
	gw_buf_release(&after);
	gw_buf_release(&report);
}

Test(init, a_lost_public_key_is_made_again_from_its_secret_one)
{
	struct gw_buf report, before, after;
	struct gw_error err = {0};

	share_here();
	init_ok(&report);
	gw_buf_release(&report);
	gw_buf_init(&before, 200);
	gw_buf_init(&after, 200);
	cr_assert_eq(gw_file_read("new/secrets/pull.pub", &before, &err), GW_OK);
	cr_assert_eq(unlink("new/secrets/pull.pub"), 0);
	cr_assert_eq(unlink("new/secrets/letter.key"), 0);
	init_ok(&report);
	cr_assert_eq(gw_file_read("new/secrets/pull.pub", &after, &err), GW_OK);
	cr_assert_str_eq(before.data, after.data);
	cr_assert_neq(access("new/secrets/letter.key", F_OK), 0,
		      "a new secret key would not fit the public one");
	cr_assert_not_null(strstr(report.data, "kept     secrets/letter.pub (its secret key is not "
					       "on this machine)\n"),
			   "%s", report.data);
	gw_buf_release(&before);
	gw_buf_release(&after);
	gw_buf_release(&report);
}

Test(init, says_when_there_are_no_schemas_to_copy_and_when_secrets_are_open)
{
	struct gw_buf report;

	setenv("SONGMA_SHARE", "/nowhere", 1);
	cr_assert_eq(mkdir("new", 0755), 0);
	cr_assert_eq(mkdir("new/secrets", 0755), 0);
	init_ok(&report);
	cr_assert_not_null(strstr(report.data, "warning  schemas: /nowhere/schemas is not there"),
			   "%s", report.data);
	cr_assert_not_null(strstr(report.data, "chmod 700"), "%s", report.data);
	gw_buf_release(&report);
}

Test(init, does_not_write_through_what_is_no_folder)
{
	struct gw_error err = {0};
	struct gw_buf report;

	put_file("new", "a file", 0644);
	gw_buf_init(&report, 1 << 20);
	cr_assert_eq(gw_config_init(in_folder("new"), &report, &err), GW_CONFIG);
	cr_assert_not_null(strstr(err.text, "new: the folder cannot be made: Not a directory"),
			   "%s", err.text);
	cr_assert_eq(gw_config_init("/nowhere/deep/new", &report, &err), GW_CONFIG);
	gw_buf_release(&report);
}
