/*
 * Any database that a unixODBC driver reaches, as a connector.
 */
#ifndef GW_ODBC_H
#define GW_ODBC_H

#include "connector.h"

extern const struct gw_connector gw_connector_odbc;

#endif
