/*
 * What a pull tells about one row (GW_ORDER_LOOK): the data of its answer, as JSON
 * text.  No value of the row is in it; its canonical key is the one that topics and
 * tables have.
 */
#ifndef GW_LOOK_H
#define GW_LOOK_H

#include "connector.h"

enum { GW_LOOK_COLUMNS = 64 };

struct gw_look {
	bool there;          /* the source has the row now */
	enum gw_ahead ahead; /* where it is there */
	int64_t read_us;     /* when it was looked at, by the source's clock */
	int64_t position_us; /* when the stream's position was last stored; 0: there is none */
	const char *key;     /* canonical; NULL: none can be made of it */
	/* Why the row would be a letter again; reason NULL: it would not. */
	const char *column, *rule, *code, *reason;
	bool hashed;
	int64_t hash;                           /* of its record, as the warehouse keeps it */
	const char *corrected[GW_LOOK_COLUMNS]; /* columns in which a correction is applied */
	size_t ncorrected;
};

enum gw_status gw_look_encode(const struct gw_look *look, struct gw_buf *out, struct gw_error *err);
/* GW_REJECT: not an answer of that kind.  Texts are in arena. */
enum gw_status gw_look_decode(const unsigned char *data, size_t len, struct gw_arena *arena,
			      struct gw_look *out, struct gw_error *err);

#endif
