/*
 * Asking a source's pull for something, and hearing its answers.
 *
 * An order and the act that the audit keeps of it go into one Kafka
 * transaction.  Answers are heard from the moment on at which the asker was
 * opened.
 */
#ifndef GW_ASKER_H
#define GW_ASKER_H

#include "control/answer.h"
#include "control/order.h"
#include "dlq/act.h"

struct gw_asker;

/* Makes the topics of the source that are missing.  config must outlive the asker.  GW_CONFIG: no
   public key of the pull; GW_RETRY: brokers away. */
enum gw_status gw_asker_open(const struct gw_config *config, const char *source,
			     struct gw_asker **out, struct gw_error *err);
void gw_asker_close(struct gw_asker *asker); /* NULL is allowed */

/* Sends the order, whose id and time are set here, and the act (NULL: none), whose id, time,
   source and stream are. */
enum gw_status gw_asker_send(struct gw_asker *asker, struct gw_order *order, struct gw_act *act,
			     struct gw_error *err);

/* The next answer to the order that was sent last, waiting up to timeout_ms; *got false: none yet.
   Its text and data are in arena. */
enum gw_status gw_asker_next(struct gw_asker *asker, int timeout_ms, struct gw_arena *arena,
			     struct gw_answer *out, bool *got, struct gw_error *err);

#endif
