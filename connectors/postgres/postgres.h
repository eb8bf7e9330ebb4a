/*
 * The PostgreSQL connector: reads tables and views through libpq, page by
 * page, each page one binary COPY in one read-only transaction.
 */
#ifndef GW_POSTGRES_H
#define GW_POSTGRES_H

#include "connector.h"

extern const struct gw_connector gw_connector_postgres;

#endif
