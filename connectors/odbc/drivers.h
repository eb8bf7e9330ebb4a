/*
 * Which ODBC drivers this machine has.
 */
#ifndef GW_ODBC_DRIVERS_H
#define GW_ODBC_DRIVERS_H

#include "base/buf.h"

/* Their names, as Driver={…} takes them, separated by "; ", into out; none where unixODBC has none.
 */
void gw_odbc_drivers(struct gw_buf *out);

#endif
