/*
 * The bytes of a text file as UTF-8, a piece at a time.
 *
 * The file is looked through once beforehand: which encoding it is can't be
 * told from its beginning.  Text that is UTF-8 but for a few places stays that,
 * so the caller checks what it takes; bytes of an older encoding come as
 * sheet.h says.
 */
#ifndef GW_CSV_BYTES_H
#define GW_CSV_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/error.h"

enum gw_csv_encoding { GW_CSV_UTF8, GW_CSV_UTF16LE, GW_CSV_UTF16BE, GW_CSV_OLD };

struct gw_csv_bytes {
	int fd; /* the caller's */
	enum gw_csv_encoding encoding;
	off_t offset;       /* of the next byte to read */
	struct gw_buf text; /* what was read; the caller takes it from the front */
	size_t from;        /* so much of it is taken */
	unsigned high;      /* of UTF-16: the first half of a pair that is under way */
	bool end;           /* all of the file is in text */
};

/* Finds the encoding.  GW_REJECT: it is no text (a NUL stands in it), names the line. */
enum gw_status gw_csv_bytes_open(struct gw_csv_bytes *bytes, int fd, struct gw_error *err);

/* Forgets what is taken and reads on, at least as much as is left; sets end. */
enum gw_status gw_csv_bytes_more(struct gw_csv_bytes *bytes, struct gw_error *err);

void gw_csv_bytes_close(struct gw_csv_bytes *bytes);

/* "UTF-8", "UTF-16", "8-bit". */
const char *gw_csv_bytes_name(const struct gw_csv_bytes *bytes);

#endif
