/*
 * A stream's table need not stay as it was when its mapping was written.
 *
 * What is compared: the table as a cycle finds it against the catalogue that the
 * pull keeps beside the stream's position.  What follows: a table of change ×
 * policy (drift: in the source file).  A change is said once, when it is first
 * seen; from then on the catalogue knows it.  Where nothing is known yet, a
 * column that is not there is a mistake in the source file, as ever.
 */
#ifndef GW_PULL_DRIFT_H
#define GW_PULL_DRIFT_H

#include "kafka/catalog.h"
#include "pull/plan.h"

enum gw_change_kind {
	GW_CHANGE_GONE,          /* a mapped column, whose field can do without */
	GW_CHANGE_REQUIRED_GONE, /* one whose field can't */
	GW_CHANGE_KEY_GONE,      /* one of the key or the cursor: nothing can be read without */
	GW_CHANGE_TYPE,          /* of a mapped column */
	GW_CHANGE_UNREADABLE,    /* it has a type now that can't be read at all */
	GW_CHANGE_NULLABLE,      /* a mapped column may be null now, and its field may not */
	GW_CHANGE_NEW,           /* a column that is not mapped */
	GW_CHANGE_BACK,          /* one that was gone */
	GW_CHANGE_VALUE,         /* no change of the table: a value that its field can't hold */
	GW_CHANGES,
};

/* The later, the worse. */
enum gw_change_then {
	GW_THEN_GO_ON,
	GW_THEN_FILL,    /* null, or the field's default */
	GW_THEN_DISCARD, /* the same, counted, where the schema allows it; else as reject */
	GW_THEN_REJECT,  /* rows become dead letters */
	GW_THEN_STOP,    /* the stream is paused */
};

enum gw_change_then gw_change_then(enum gw_change_kind kind, enum gw_drift policy);

struct gw_change {
	enum gw_change_kind kind;
	enum gw_change_then then;
	bool known;           /* the catalogue has it: it was said */
	const char *column;   /* these live as long as catalogue and table */
	const char *was, *is; /* types; NULL: none */
};

struct gw_changes {
	struct gw_change *list;
	size_t count;
};

/* Compares; out->list in arena.  A catalogue that knows nothing, or another table, gives none. */
enum gw_status gw_drift_compare(const struct gw_catalog *catalog, const struct gw_table *table,
				const struct gw_stream_plan *plan, struct gw_arena *arena,
				struct gw_changes *out, struct gw_error *err);

/* The table as it is now, with what is gone or changed of what is mapped; *out is a new one, which
   shares nothing. */
enum gw_status gw_drift_learn(const struct gw_catalog *catalog, const struct gw_table *table,
			      const struct gw_stream_plan *plan, int64_t now_us,
			      struct gw_catalog *out, struct gw_error *err);

/* "column x (text) is gone; …" of what is not known, or of all that stops where something does;
   valid UTF-8, cut to size. */
void gw_drift_say(const struct gw_change *changes, size_t count, bool stops, char *out,
		  size_t size);

#endif
