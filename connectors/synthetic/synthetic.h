/*
 * The synthetic connector: a table that is computed, not stored.  It is the
 * worked example of how a connector is written, and gives tests of load and of
 * trouble a source that needs no database.
 */
#ifndef GW_SYNTHETIC_H
#define GW_SYNTHETIC_H

#include "connector.h"

extern const struct gw_connector gw_connector_synthetic;

#endif
