/*
 * One act of the desk on a selection, from its check to its commit.  For the
 * desk's files alone.
 *
 * What was decided and what is sent for it go into one Kafka transaction: the
 * corrections or requests, and the act for the audit.
 */
#ifndef GW_DESK_ACTING_H
#define GW_DESK_ACTING_H

#include "control/order.h"
#include "desk/parts.h"
#include "kafka/producer.h"

/* One act on a selection, from its check to its commit. */
struct gw_acting {
	struct gw_desk *desk;
	const struct gw_letters *letters;
	enum gw_act_kind kind;
	const struct gw_fix *fix; /* of GW_ACT_FIX */
	const char *reason;
	struct gw_producer *producer; /* NULL while it is checked, or dry */
	struct gw_done *done;
	unsigned char pull_public[32];
	char by[128];
	int64_t at_us;
	struct gw_arena arena; /* of one request's rows */
	struct gw_buf key, value;

	/* Of the cause in hand. */
	const struct gw_cause *cause;
	const struct gw_desk_plan *plan;
	const char *column;
	bool any;       /* a row of it was seen */
	char *bad;      /* the value that all rows have; NULL: null */
	int64_t *taken; /* letters that the act is about */
	size_t ntaken;
	const char *const *columns; /* that ask for a row of it */
	size_t ncolumns;
	const char **keys; /* of a request: GW_ORDER_KEYS * ncolumns values */
	size_t nkeys;

	bool original;             /* rows go with their originals */
	struct gw_order_row *rows; /* of a request: one a key */
	size_t bytes;              /* of its keys and rows */
};

/* Gets ready, and sends nothing yet; gw_acting_finish follows in any case. */
enum gw_status gw_acting_start(struct gw_acting *acting, struct gw_error *err);
void gw_acting_finish(struct gw_acting *acting);

/* Begins the transaction; topics that are missing are made. */
enum gw_status gw_acting_begin(struct gw_acting *acting, struct gw_error *err);
enum gw_status gw_acting_commit(struct gw_acting *acting, struct gw_error *err);

/* The mapping of today for the cause in hand, and the columns that ask for its rows. */
enum gw_status gw_acting_plan(struct gw_acting *acting, struct gw_error *err);

/* Calls each, with acting, for all letters of a cause; rows are forgotten after every so many. */
enum gw_status gw_acting_walk(struct gw_acting *acting, size_t cause, gw_desk_row_fn *each,
			      struct gw_error *err);

/* Sends acting->key and ->value. */
enum gw_status gw_acting_send(struct gw_acting *acting, enum gw_topic_kind kind,
			      struct gw_error *err);

/* Sends what was done for the taken letters of the cause in hand, for the audit. */
enum gw_status gw_acting_note(struct gw_acting *acting, struct gw_error *err);

/* A name that came from the warehouse, into an array of fixed size; false: it is too long. */
bool gw_acting_name(char *out, size_t size, const char *name);

/* True for two nulls too. */
bool gw_acting_same(const char *a, const char *b);

#endif
