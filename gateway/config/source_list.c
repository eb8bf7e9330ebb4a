#include "config/parts.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"

enum { SOURCES_MAX = 1000 };

struct names {
	char **at;
	size_t count;
};

void
gw_names_free(char **names, size_t count)
{
	for (size_t i = 0; names != NULL && i < count; i++)
		free(names[i]);
	free(names);
}

/* Length of the name before the ending, or 0. */
static size_t
stem_of(const char *file, const char *ending)
{
	size_t len = strlen(file), end = strlen(ending);

	return len > end && strcmp(file + len - end, ending) == 0 ? len - end : 0;
}

static enum gw_status
add_file(struct names *names, const char *dir, const char *file, struct gw_error *err)
{
	size_t stem = stem_of(file, ".yaml");
	char *name;

	if (file[0] == '.')
		return GW_OK;
	if (stem_of(file, ".yml") > 0)
		return gw_fail(err, GW_CONFIG, _("%s/%s: a source file ends in .yaml; rename it"),
			       dir, file);
	if (stem == 0)
		return GW_OK;
	if (names->count == SOURCES_MAX)
		return gw_fail(err, GW_CONFIG, _("%s: holds more than %d source files"), dir,
			       SOURCES_MAX);
	name = strndup(file, stem);
	if (name == NULL)
		return gw_fail_memory(err);
	names->at[names->count++] = name;
	if (!gw_source_name_ok(name))
		return gw_fail(
			err, GW_CONFIG,
			_("%s/%s: the name of a source has at most %d of a-z, 0-9 and -; rename "
			  "the file"),
			dir, file, GW_NAME_MAX);
	return GW_OK;
}

static int
compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static enum gw_status
read_names(DIR *dir, const char *shown, struct names *names, struct gw_error *err)
{
	const struct dirent *entry;

	while ((entry = readdir(dir)) != NULL) {
		if (add_file(names, shown, entry->d_name, err) != GW_OK)
			return err->status;
	}
	return GW_OK;
}

enum gw_status
gw_source_list(const struct gw_config *config, char ***names, size_t *count, struct gw_error *err)
{
	const char *shown = gw_path_shown(config->sources_dir);
	struct names found = {.at = calloc(SOURCES_MAX, sizeof *found.at)};
	enum gw_status status;
	DIR *dir;

	if (found.at == NULL)
		return gw_fail_memory(err);
	dir = opendir(config->sources_dir);
	if (dir == NULL) {
		status = gw_fail(err, GW_CONFIG, _("%s: the folder of sources can't be read: %s"),
				 shown, strerror(errno));
	} else {
		status = read_names(dir, shown, &found, err);
		closedir(dir);
	}
	if (status != GW_OK) {
		gw_names_free(found.at, found.count);
		return status;
	}
	qsort(found.at, found.count, sizeof *found.at, compare_names);
	*names = found.at;
	*count = found.count;
	return GW_OK;
}
