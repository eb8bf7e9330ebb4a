/*
 * Writes the parts of a page of the manual anew that are made of the program's
 * tables.
 *
 * manual FILE
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "normalise/manual.h"

enum { PAGE_MAX = 1024 * 1024 };

int
main(int argc, char **argv)
{
	struct gw_buf page, made;
	struct gw_error err;
	FILE *file;
	bool ok;

	if (argc != 2) {
		(void)fprintf(stderr, "usage: manual FILE\n");
		return 64;
	}
	gw_buf_init(&page, PAGE_MAX);
	gw_buf_init(&made, PAGE_MAX);
	if (gw_file_read(argv[1], &page, &err) != GW_OK ||
	    gw_manual_write(page.data, &made, &err) != GW_OK) {
		(void)fprintf(stderr, "manual: %s: %s\n", argv[1], err.text);
		return 1;
	}
	file = fopen(argv[1], "w");
	ok = file != NULL && fwrite(made.data, 1, made.len, file) == made.len;
	if (file != NULL)
		ok = fclose(file) == 0 && ok;
	if (!ok)
		perror(argv[1]);
	gw_buf_release(&page);
	gw_buf_release(&made);
	return ok ? 0 : 1;
}
