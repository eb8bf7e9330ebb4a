/*
 * The parts of a workbook: a zip of XML, read as a stream.
 *
 * Nothing of it is unpacked to a disk, and names of parts are compared only,
 * never opened as paths.  What a part unpacks to is bounded, by itself and by
 * what it was packed from.  Several may be open; a large one is unpacked ahead
 * of its reader (see xlsx_ahead.h) while it is the only one that is read.
 */
#ifndef GW_XLSX_ZIP_H
#define GW_XLSX_ZIP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct gw_xlsx_zip;
struct gw_xlsx_part; /* one that is being read */

/* The descriptor stays the caller's.  GW_REJECT: cut off, damaged, too many parts. */
enum gw_status gw_xlsx_zip_open(int fd, struct gw_xlsx_zip **out, struct gw_error *err);
void gw_xlsx_zip_close(struct gw_xlsx_zip *zip); /* after its parts; NULL is allowed */

/* Whether there is a part of this name, whatever the case of its letters. */
bool gw_xlsx_zip_has(const struct gw_xlsx_zip *zip, const char *name);

/* GW_REJECT: there is no such part, or two, or it is encrypted or packed beyond measure. */
enum gw_status gw_xlsx_part_open(struct gw_xlsx_zip *zip, const char *name,
				 struct gw_xlsx_part **out, struct gw_error *err);
/* The next bytes, up to size; *got 0 is the end, and all of the part was right. */
enum gw_status gw_xlsx_part_read(struct gw_xlsx_part *part, void *to, size_t size, size_t *got,
				 struct gw_error *err);
void gw_xlsx_part_close(struct gw_xlsx_part *part); /* NULL is allowed */

#endif
