/*
 * Acts into ops.audit, each tied to all before it, and onto the letters that
 * they are about.
 *
 * The audit topic has one partition, whose offset row the batch has locked: no
 * other loader adds to the chain meanwhile.  An act that comes a second time,
 * since the topic is loaded again, changes nothing.
 */
#ifndef GW_CHAIN_H
#define GW_CHAIN_H

#include "config/config.h"
#include "load/db.h"
#include "load/stage.h"

struct gw_chain;

/* config must outlive it. */
enum gw_status gw_chain_open(const struct gw_config *config, struct gw_chain **out,
			     struct gw_error *err);
void gw_chain_close(struct gw_chain *chain); /* NULL is allowed; forgets the key */

/*
 * The picked messages of the audit topic, in the transaction; what is no act is
 * refused.  GW_CONFIG: there is no audit key, or the end of ops.audit was not made
 * with it; it is asked for with the first act only.
 */
enum gw_status gw_chain_acts(struct gw_chain *chain, struct gw_db *db, struct gw_stage *stage,
			     struct gw_error *err);

#endif
