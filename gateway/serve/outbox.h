/*
 * Takes notices to those who are to read them: a command, an address.
 *
 * Each is delivered by a process of its own with a time limit, one after the
 * other; what fails is said and tried again with a growing pause.  Nothing here
 * waits.
 */
#ifndef GW_SERVE_OUTBOX_H
#define GW_SERVE_OUTBOX_H

#include <jansson.h>

#include "config/config.h"

struct gw_outbox;

struct gw_outbox *gw_outbox_new(void); /* NULL: no memory */
/* What is not delivered yet is dropped; returns how much that was.  NULL is allowed. */
size_t gw_outbox_free(struct gw_outbox *outbox);

/* True where the configuration names somebody to tell. */
bool gw_outbox_wanted(const struct gw_config *config);

/* Notice is to go wherever the configuration says; the caller keeps its reference. */
void gw_outbox_put(struct gw_outbox *outbox, const struct gw_config *config, json_t *notice);

/* What happened to a delivery, for the log; why is "" after success. */
typedef void gw_outbox_fn(void *arg, const char *channel, const char *why);

/* Starts what is due, looks after what runs; called at least once a second. */
void gw_outbox_turn(struct gw_outbox *outbox, const struct gw_config *config, gw_outbox_fn *each,
		    void *arg);

/* Why notices do not get through now; NULL: they do. */
const char *gw_outbox_trouble(const struct gw_outbox *outbox);

/* In a process of its own: posts the notice on standard input to the configured address. */
enum gw_status gw_outbox_post(const struct gw_config *config, struct gw_error *err);

#endif
