/*
 * Whether a stream's schema fits what is there already: the registry's versions, the warehouse's
 * table.  Nothing is registered or made.
 */
#ifndef GW_FIT_H
#define GW_FIT_H

#include "avro/registry.h"
#include "config/source.h"
#include "load/db.h"

/* GW_CONFIG: the registry would refuse it, and why. */
enum gw_status gw_fit_registry(const struct gw_config *config, struct gw_registry *registry,
			       const struct gw_source *source, const struct gw_stream *stream,
			       const struct gw_schema *schema, struct gw_error *err);

/* *there is false where the warehouse has no such table yet.  GW_CONFIG: a column is there with a
   type that can't hold what the field has now. */
enum gw_status gw_fit_warehouse(struct gw_db *db, const struct gw_schema *schema, bool *there,
				struct gw_error *err);

#endif
