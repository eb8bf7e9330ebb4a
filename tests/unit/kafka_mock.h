/*
 * The library's own mock brokers for tests of the Kafka side: no server and no
 * disk, but errors at will.  They know no CreateTopics and no control records.
 */
#ifndef KAFKA_MOCK_H
#define KAFKA_MOCK_H

#include <criterion/criterion.h>
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <string.h>

#include "config/config.h"

/* Numbers of requests in Kafka's protocol. */
enum { MOCK_PRODUCE = 0, MOCK_LIST_OFFSETS = 2, MOCK_INIT_PID = 22, MOCK_END_TXN = 26 };

struct mock {
	rd_kafka_t *rk;
	rd_kafka_mock_cluster_t *cluster;
	char brokers[200];
	struct gw_config config;
};

static inline void
mock_start(struct mock *mock)
{
	static char prefix[] = "songma";
	char why[200];
	rd_kafka_conf_t *conf = rd_kafka_conf_new();

	rd_kafka_conf_set(conf, "log_level", "0", why, sizeof why);
	mock->rk = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof why);
	cr_assert_not_null(mock->rk, "%s", why);
	mock->cluster = rd_kafka_mock_cluster_new(mock->rk, 1);
	cr_assert_not_null(mock->cluster, "no mock cluster");
	strncpy(mock->brokers, rd_kafka_mock_cluster_bootstraps(mock->cluster),
		sizeof mock->brokers - 1);
	mock->config = (struct gw_config){
		.prefix = prefix,
		.brokers = mock->brokers,
		.partitions = 4,
		.replication = 1,
	};
}

static inline void
mock_stop(struct mock *mock)
{
	rd_kafka_mock_cluster_destroy(mock->cluster);
	rd_kafka_destroy(mock->rk);
}

static inline void
mock_topic(struct mock *mock, const char *name, int partitions)
{
	cr_assert_eq(rd_kafka_mock_topic_create(mock->cluster, name, partitions, 1), 0, "topic %s",
		     name);
}

/* The mock makes every topic that it is asked for; not this one. */
static inline void
mock_no_topic(struct mock *mock, const char *name)
{
	mock_topic(mock, name, 1);
	rd_kafka_mock_topic_set_error(mock->cluster, name, RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
}

#endif
