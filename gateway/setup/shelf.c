#include "setup/match.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"

enum { SCHEMAS_MAX = 500 };

/* "dir/health/HealthRecord.avsc" to "health/HealthRecord". */
static char *
name_of(const char *path, size_t dir_len)
{
	const char *name = path + dir_len + 1;
	const char *end = strrchr(name, '.');

	return strndup(name, end == NULL ? strlen(name) : (size_t)(end - name));
}

static enum gw_status
read_all(const char *dir, const glob_t *found, struct gw_shelf *shelf, struct gw_error *err)
{
	size_t most = found->gl_pathc < SCHEMAS_MAX ? found->gl_pathc : SCHEMAS_MAX;

	shelf->schemas = calloc(most + 1, sizeof(void *));
	shelf->names = calloc(most + 1, sizeof *shelf->names);
	if (shelf->schemas == NULL || shelf->names == NULL)
		return gw_fail_memory(err);
	for (size_t i = 0; i < most; i++) {
		char *name = name_of(found->gl_pathv[i], strlen(dir));

		if (name == NULL)
			return gw_fail_memory(err);
		shelf->names[shelf->count] = name;
		if (gw_schema_read(dir, name, &shelf->schemas[shelf->count], err) != GW_OK) {
			free(name);
			return err->status;
		}
		shelf->count++;
	}
	return GW_OK;
}

enum gw_status
gw_shelf_read(const char *schemas_dir, struct gw_shelf *out, struct gw_error *err)
{
	char *pattern = NULL;
	glob_t found = {0};
	enum gw_status status = GW_OK;

	*out = (struct gw_shelf){.count = 0};
	if (asprintf(&pattern, "%s/*/*.avsc", schemas_dir) < 0)
		return gw_fail_memory(err);
	if (glob(pattern, 0, NULL, &found) == GLOB_NOSPACE)
		status = gw_fail_memory(err);
	if (status == GW_OK)
		status = read_all(schemas_dir, &found, out, err);
	globfree(&found);
	free(pattern);
	return status;
}

void
gw_shelf_release(struct gw_shelf *shelf)
{
	for (size_t i = 0; i < shelf->count; i++) {
		gw_schema_free(shelf->schemas[i]);
		free(shelf->names[i]);
	}
	free(shelf->schemas);
	free(shelf->names);
	*shelf = (struct gw_shelf){.count = 0};
}

size_t
gw_shelf_find(const struct gw_shelf *shelf, const char *name)
{
	for (size_t i = 0; i < shelf->count; i++)
		if (strcmp(shelf->names[i], name) == 0)
			return i;
	return GW_NO_COLUMN;
}
