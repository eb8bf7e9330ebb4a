/*
 * What a consumer is told that takes every topic from its start and needs no
 * word when a partition goes: for gw_consumer_open.
 */
#ifndef TEST_FROM_START_H
#define TEST_FROM_START_H

#include "kafka/consumer.h"

static inline enum gw_status
from_start(void *arg, const char *topic, int32_t partition, struct gw_start *start,
	   struct gw_error *err)
{
	(void)arg;
	(void)topic;
	(void)partition;
	(void)start;
	(void)err;
	return GW_OK;
}

static inline void
ignore_revoke(void *arg, const char *topic, int32_t partition)
{
	(void)arg;
	(void)topic;
	(void)partition;
}

#endif
