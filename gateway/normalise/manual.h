/*
 * The parts of the manual that are made of the program's own tables: rules,
 * warnings, encodings, the keys of a source file.
 *
 * Such a part stands between two lines, <!-- made of the program: rules --> and
 * <!-- end -->; the rest of the page is written by people.
 */
#ifndef GW_MANUAL_H
#define GW_MANUAL_H

#include "base/buf.h"
#include "base/error.h"

/*
 * Writes page with all such parts made anew.  GW_CONFIG: a part that the program
 * does not have, or that has no end; all that it has must stand in the page.
 */
enum gw_status gw_manual_write(const char *page, struct gw_buf *out, struct gw_error *err);

#endif
