/*
 * How this folder opens and makes the warehouse.
 */
#ifndef GW_WAREHOUSE_H
#define GW_WAREHOUSE_H

#include "load/db.h"
#include "load/load.h"

/* A connection with time limits, whose refused rows stay out of the server's log where its role may
 * say so. */
enum gw_status gw_warehouse_connect(const struct gw_config *config, const char *duty,
				    struct gw_db **out, struct gw_error *err);

/* Makes or migrates what config's schemas say, and notes its province in ref.home. */
enum gw_status gw_warehouse_make(struct gw_db *db, const struct gw_config *config,
				 struct gw_error *err);

/* Both, for a loader: with a session as its batches need it.  *out is to be closed in any case. */
enum gw_status gw_warehouse_load(const struct gw_config *config, struct gw_db **out,
				 struct gw_error *err);

#endif
