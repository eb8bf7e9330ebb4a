/*
 * A folder with a sources folder, a configuration that points there, and the
 * smallest source file, to be changed and refused.
 */
#ifndef TEST_SOURCE_CASE_H
#define TEST_SOURCE_CASE_H

#include "config/source.h"
#include "folder_case.h"

static char sources_dir[96], config_path[96];
static struct gw_config config;

static inline void
sources_make(void)
{
	folder_make();
	cr_assert_eq(mkdir("sources", 0755), 0);
	(void)snprintf(sources_dir, sizeof sources_dir, "%s/sources", folder);
	(void)snprintf(config_path, sizeof config_path, "%s/songma.yaml", folder);
	config = (struct gw_config){.path = config_path, .dir = folder, .sources_dir = sources_dir};
}

/* The smallest source file: HEAD STREAM. */
#define HEAD                                                                                       \
	"source: health\n"                                                                         \
	"title: Y tế\n"                                                                          \
	"owner: Sở Y tế\n"                                                                     \
	"connector: postgres\n"                                                                    \
	"connection_file: secrets/health.dsn\n"                                                    \
	"time_zone: Asia/Ho_Chi_Minh\n"
#define STREAM                                                                                     \
	"streams:\n"                                                                               \
	"  record:\n"                                                                              \
	"    table: ho_so\n"                                                                       \
	"    mode: bulk\n"                                                                         \
	"    schema: health/HealthRecord\n"                                                        \
	"    fields:\n"                                                                            \
	"      record_id: ma\n"

/* Source health is refused with exactly this message, which gives no secret away. */
static inline void
expect_refused(const char *text, const char *message)
{
	struct gw_source *source = NULL;
	struct gw_error err = {0};

	put_file("sources/health.yaml", text, 0644);
	cr_expect_eq(gw_source_read(&config, "health", &source, &err), GW_CONFIG, "%s", text);
	cr_expect_str_eq(err.text, message, "%s\n got: %s\nwant: %s", text, err.text, message);
	cr_expect_null(strstr(err.text, "hunter2"));
	cr_expect_null(source);
	gw_source_free(source);
}

#endif
