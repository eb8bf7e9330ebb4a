/*
 * Corrections: a person's fix of one value of one row, applied on every read
 * while the source still has the bad value.  One message a bad value in
 * <prefix>.<source>._corrections (compacted, one partition), as JSON text.
 *
 * Key values and both values are sealed to the pull; stream, column, who, why
 * and when can be read.  The message's key is a keyed hash of the row's key, the
 * column and the bad value: a later fix of the same value replaces it, and
 * nobody can guess the cell.  A letter shows the row with its corrections, so a
 * fix of a value that is itself a correction stands behind that one.
 */
#ifndef GW_CORRECTION_H
#define GW_CORRECTION_H

#include "connector.h"
#include "kafka/position.h"

struct gw_correction {
	char stream[GW_MAX_STREAM_NAME];
	struct gw_keys key; /* of one row: columns that tell it apart */
	const char *column;
	const char *bad;   /* the value that it corrects, as a letter writes it; NULL: null */
	const char *value; /* the new one, as a letter writes one of its kind; NULL: null */
	enum gw_kind kind; /* of value: text, unless the column's field takes no text */
	char by[128];
	const char *reason; /* "" for none */
	int64_t at_us;
};

/* Appends message key and value.  GW_CONFIG: pull_public is no key; GW_REJECT: the values are too
   long. */
enum gw_status gw_correction_encode(const struct gw_correction *correction,
				    const unsigned char pull_public[32],
				    const unsigned char letter_secret[32], struct gw_buf *key,
				    struct gw_buf *value, struct gw_error *err);
/* All in arena.  GW_REJECT: not a correction of ours, or sealed to another key. */
enum gw_status gw_correction_decode(const char *text, size_t len, const struct gw_pull_keys *keys,
				    struct gw_arena *arena, struct gw_correction *out,
				    struct gw_error *err);

struct gw_corrections; /* all of a source, by stream and key */

/* Reads the topic; where it is not there, there are none.  config must outlive them.  GW_CONFIG:
   there are more than memory is set aside for. */
enum gw_status gw_corrections_open(const struct gw_config *config, const char *source,
				   const struct gw_pull_keys *keys, struct gw_corrections **out,
				   struct gw_error *err);
void gw_corrections_close(struct gw_corrections *corrections); /* NULL is allowed; wipes them */

/* Reads what came since, in one exchange where nothing did; what is just being committed may be
   missed. */
enum gw_status gw_corrections_refresh(struct gw_corrections *corrections, struct gw_error *err);
/* The same, and nothing is missed that was sent in the transaction of a request already seen. */
enum gw_status gw_corrections_catch_up(struct gw_corrections *corrections, struct gw_error *err);

/* How many there are, and messages that were passed over since the last call, because they are not
   ours or sealed to another key. */
size_t gw_corrections_count(const struct gw_corrections *corrections);
size_t gw_corrections_unreadable(struct gw_corrections *corrections);

/* True where there is one for the stream. */
bool gw_corrections_any(const struct gw_corrections *corrections, const char *stream);

/* Replaces in the batch each bad value by its correction (of its kind, in batch->arena); *applied:
   how many.  Cheap where the stream has none.  columns: names of the batch's columns. */
enum gw_status gw_corrections_apply(const struct gw_corrections *corrections, const char *stream,
				    const char *const *columns, struct gw_batch *batch,
				    size_t *applied, struct gw_error *err);

#endif
