/*
 * Whether the brokers answer.
 */
#ifndef GW_PING_H
#define GW_PING_H

#include "config/config.h"

/* Changes nothing.  GW_RETRY: the brokers are away, named; GW_CONFIG: TLS or account refused. */
enum gw_status gw_kafka_ping(const struct gw_config *config, struct gw_error *err);

#endif
