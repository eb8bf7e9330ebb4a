/*
 * How fast the rows of a CSV file or of a workbook are read, and in how much memory:
 *
 *   bench-sheet NAME FILE [SCRATCH]
 *     NAME_rows, NAME_rows_s, NAME_mib_s of the file as it lies there, NAME_open_ms (of which the
 *     rest is part too), NAME_rss_kb, the peak
 *
 * Rows are read in batches of 10,000, as the gateway does.
 */
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench.h"
#include "file/sheet.h"

enum { BATCH = 10000, ARENA = 32 * 1024 * 1024 };

static int64_t rows, cells;

static void
print_named(const char *name, const char *what, double value)
{
	char line[100];

	(void)snprintf(line, sizeof line, "%s_%s", name, what);
	bench_print(line, value);
}

static void
read_rows(struct gw_sheet *sheet)
{
	struct gw_sheet_row row;
	struct gw_arena arena;
	struct gw_error err;
	bool more = true;

	gw_arena_init(&arena, ARENA);
	while (more) {
		if (rows % BATCH == 0)
			gw_arena_reset(&arena);
		if (gw_sheet_next(sheet, &arena, &row, &more, &err) != GW_OK)
			bench_die("read", err.text);
		rows += more;
		cells += more ? (int64_t)row.ncells : 0;
	}
	gw_arena_release(&arena);
}

int
main(int argc, char **argv)
{
	const struct gw_sheet_options options = {.scratch = argc > 3 ? argv[3] : "/tmp"};
	struct gw_sheet *sheet = NULL;
	struct rusage usage;
	struct gw_error err;
	struct stat st;
	int64_t from, opened, us;
	int fd = argc < 3 ? -1 : open(argv[2], O_RDONLY | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &st) != 0)
		bench_die("usage", "bench-sheet NAME FILE [SCRATCH]");
	from = bench_now_us();
	if (gw_sheet_open(fd, &options, &sheet, &err) != GW_OK)
		bench_die("open", err.text);
	opened = bench_now_us() - from;
	(void)fprintf(stderr, "%s\n", gw_sheet_about(sheet));
	read_rows(sheet);
	us = bench_now_us() - from;
	gw_sheet_close(sheet);
	close(fd);
	if (getrusage(RUSAGE_SELF, &usage) != 0)
		bench_die("getrusage", "failed");
	print_named(argv[1], "rows", (double)rows);
	print_named(argv[1], "cells", (double)cells);
	print_named(argv[1], "rows_s", (double)rows * 1e6 / (double)us);
	print_named(argv[1], "mib_s", (double)st.st_size / 1.048576 / (double)us);
	print_named(argv[1], "open_ms", (double)opened / 1000);
	print_named(argv[1], "rss_kb", (double)usage.ru_maxrss);
	return 0;
}
