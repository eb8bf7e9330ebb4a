#include "lists.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_MAX = 1 << 20 };

static char *
read_whole(const char *path)
{
	FILE *file = fopen(path, "rb");
	char *text = malloc(FILE_MAX + 1);
	size_t len;

	if (file == NULL || text == NULL) {
		(void)fprintf(
			stderr,
			"songma-demo-people: %s can't be read: %s; name its folder with --data\n",
			path, strerror(errno));
		free(text);
		if (file != NULL)
			(void)fclose(file);
		return NULL;
	}
	len = fread(text, 1, FILE_MAX, file);
	(void)fclose(file);
	text[len] = '\0';
	return text;
}

static size_t
count_lines(const char *text)
{
	size_t n = 0;

	for (; (text = strchr(text, '\n')) != NULL; text++)
		n++;
	return n;
}

/* Cuts one line into cells; false when their number is another. */
static bool
cut_line(char *line, char separator, size_t ncols, char **cells)
{
	size_t n = 0;

	for (;;) {
		char *end = strchr(line, separator);

		if (n < ncols)
			cells[n] = line;
		n++;
		if (end == NULL)
			return n == ncols;
		*end = '\0';
		line = end + 1;
	}
}

bool
demo_csv_read(const char *dir, const char *file, char separator, size_t ncols, struct demo_csv *out)
{
	char path[4096];
	size_t lines, n = 0;
	char *line, *end;

	(void)snprintf(path, sizeof path, "%s/%s", dir, file);
	*out = (struct demo_csv){.ncols = ncols};
	out->text = read_whole(path);
	if (out->text == NULL)
		return false;
	lines = count_lines(out->text);
	out->cells = calloc(lines * ncols + 1, sizeof *out->cells);
	if (out->cells == NULL)
		return false;
	for (line = out->text; (end = strchr(line, '\n')) != NULL; line = end + 1, n++) {
		*end = '\0';
		if (n == 0)
			continue; /* the header */
		if (!cut_line(line, separator, ncols, out->cells + (n - 1) * ncols)) {
			(void)fprintf(stderr, "songma-demo-people: %s:%zu: expected %zu columns\n",
				      path, n + 1, ncols);
			return false;
		}
		out->nrows = n;
	}
	return true;
}

void
demo_csv_free(struct demo_csv *csv)
{
	free(csv->text);
	free(csv->cells);
	*csv = (struct demo_csv){0};
}
