/*
 * One setting of a topic, as the brokers have it: topic-setting BROKERS TOPIC NAME
 */
#include <librdkafka/rdkafka.h>
#include <stdio.h>
#include <string.h>

enum { WAIT_MS = 15000 };

static int
print_setting(rd_kafka_event_t *event, const char *name)
{
	const rd_kafka_DescribeConfigs_result_t *result =
		rd_kafka_event_DescribeConfigs_result(event);
	size_t nresources = 0, count = 0;
	const rd_kafka_ConfigResource_t **resources =
		result == NULL ? NULL
			       : rd_kafka_DescribeConfigs_result_resources(result, &nresources);
	const rd_kafka_ConfigEntry_t **entries =
		nresources == 0 ? NULL : rd_kafka_ConfigResource_configs(resources[0], &count);

	for (size_t i = 0; i < count; i++)
		if (strcmp(rd_kafka_ConfigEntry_name(entries[i]), name) == 0)
			return puts(rd_kafka_ConfigEntry_value(entries[i])) < 0;
	(void)fprintf(stderr, "topic-setting: %s\n",
		      event == NULL ? "no answer" : rd_kafka_event_error_string(event));
	return 1;
}

int
main(int argc, char **argv)
{
	char why[200];
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	rd_kafka_ConfigResource_t *resource;
	rd_kafka_queue_t *queue;
	rd_kafka_event_t *event;
	rd_kafka_t *rk;
	int failed;

	if (argc != 4 || rd_kafka_conf_set(conf, "bootstrap.servers", argv[1], why, sizeof why) !=
				 RD_KAFKA_CONF_OK)
		return 2;
	rk = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof why);
	if (rk == NULL)
		return 2;
	queue = rd_kafka_queue_new(rk);
	resource = rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, argv[2]);
	rd_kafka_DescribeConfigs(rk, &resource, 1, NULL, queue);
	event = rd_kafka_queue_poll(queue, WAIT_MS);
	failed = print_setting(event, argv[3]);
	rd_kafka_event_destroy(event);
	rd_kafka_ConfigResource_destroy(resource);
	rd_kafka_queue_destroy(queue);
	rd_kafka_destroy(rk);
	return failed;
}
