/*
 * Parts of a Kafka transaction, for the files that fill one.  Each belongs between
 * gw_tx_begin and gw_tx_close, which is called whatever failed; pull->tx is the
 * transaction.
 */
#ifndef GW_SEND_H
#define GW_SEND_H

#include "pull/internal.h"

/* Begins after a position, of the stream of that name; a run that is not open is a new one then. */
enum gw_status gw_tx_begin(struct gw_pull *pull, const struct gw_position *from, const char *stream,
			   struct gw_error *err);

/* The header of the records of the batch in hand: a new version. */
void gw_tx_take(struct gw_pull *pull, const struct gw_lane *lane);

/* The same for rows that were set aside, whose records have the versions of pull->originals. */
void gw_tx_take_originals(struct gw_pull *pull, const struct gw_lane *lane);

/* Its records and letters, counted in the run. */
enum gw_status gw_tx_rows(struct gw_pull *pull, struct gw_lane *lane, struct gw_transaction *tx,
			  struct gw_error *err);

/* The topic of the records of the batch in hand. */
const char *gw_tx_topic(const struct gw_pull *pull, const struct gw_lane *lane);

enum gw_status gw_tx_event(struct gw_pull *pull, const struct gw_lane *lane,
			   enum gw_event_kind kind, const struct gw_run *run, struct gw_error *err);

enum gw_status gw_tx_position(struct gw_pull *pull, struct gw_position *position,
			      struct gw_error *err);

/* pull->text as a message. */
enum gw_status gw_tx_value(struct gw_pull *pull, const char *topic, const void *key, size_t key_len,
			   struct gw_error *err);

/* Commits, or where status is a failure lets nothing of it stay. */
enum gw_status gw_tx_close(struct gw_pull *pull, enum gw_status status, struct gw_error *err);

#endif
