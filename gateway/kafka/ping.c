#include "kafka/ping.h"

#include "kafka/client.h"

enum { PING_TIMEOUT_MS = 10000 };

/* A plain consumer, since opening the producer would fence the pull that is at work. */
enum gw_status
gw_kafka_ping(const struct gw_config *config, struct gw_error *err)
{
	const struct gw_client_plan plan = {.type = RD_KAFKA_CONSUMER};
	struct gw_client client = {0};
	enum gw_status status = gw_client_open(&client, config, &plan, err);

	if (status == GW_OK)
		status = gw_client_metadata(&client, false, PING_TIMEOUT_MS, NULL, err);
	gw_client_close(&client);
	return status;
}
