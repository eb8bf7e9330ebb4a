/*
 * A folder with a sources folder, and a configuration that points there.
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

#endif
