/*
 * Letters that end by themselves: when newer data of their key is there.
 *
 * Records and letters of a key come in topics of their own, and two loaders may
 * have one of each in hand at once.  Whoever commits second must see what the
 * other did: batches of records of a stream hold its lock in share, a batch of
 * letters holds it alone, from their look until the commit.
 *
 * Replayed records come in a topic of their own too, so that the offset rows of the
 * stream don't keep other loaders from their keys: a batch of them holds the lock
 * alone.  All batches of records take it before they look at any row.
 */
#ifndef GW_SETTLE_H
#define GW_SETTLE_H

#include "load/db.h"
#include "load/stage.h"

struct gw_settle;

/* db must outlive it. */
enum gw_status gw_settle_open(struct gw_db *db, struct gw_settle **out, struct gw_error *err);
void gw_settle_close(struct gw_settle *settle); /* NULL is allowed */

/* In the transaction, before the picked records are merged: waits for the stream's lock. */
enum gw_status gw_settle_begin(struct gw_settle *settle, const struct gw_stage *stage,
			       struct gw_error *err);

/*
 * In the transaction, after the picked records were merged: resolves letters of
 * their keys that are not newer.  Two short questions where a stream has none.
 */
enum gw_status gw_settle_records(struct gw_settle *settle, struct gw_stage *stage,
				 struct gw_error *err);

/*
 * In the transaction, after the picked letters and the refused of the picked
 * messages were put down: resolves those that come after newer data of their key,
 * and discards older ones of the same key and column.
 */
enum gw_status gw_settle_letters(struct gw_settle *settle, struct gw_stage *stage,
				 struct gw_error *err);

#endif
