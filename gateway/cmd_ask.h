/*
 * What commands share that ask a source's pull for something and wait for it.
 */
#ifndef GW_CMD_ASK_H
#define GW_CMD_ASK_H

#include "control/asker.h"

struct gw_ask {
	const struct gw_config *config;
	const char *source;
	bool quiet; /* how far it has come is not told on stderr meanwhile */
};

/*
 * Sends the order and the act (NULL: none), and waits for the last answer.  Where no pull
 * of the source runs under `songma serve` on this machine, one is started for it (`pull
 * SOURCE --orders`), and what that fails with is the failure here.  *answer is the last
 * one; its text and data are in arena.  GW_REJECT: refused, and why.  GW_RETRY: no pull
 * took it within a minute; it stays asked, and the message says so.  GW_CANCELLED: this
 * command was stopped; likewise.
 */
enum gw_status gw_cmd_ask(struct gw_asker *asker, const struct gw_ask *ask, struct gw_order *order,
			  struct gw_act *act, struct gw_arena *arena, struct gw_answer *answer,
			  struct gw_error *err);

/* Waits until all records and letters that the run sent for the stream have been loaded: by the
   loaders that run, or where none does by one that is started for it and drained. */
enum gw_status gw_cmd_load_through(const struct gw_ask *ask, const char *stream,
				   const struct gw_run *run, struct gw_error *err);

#endif
