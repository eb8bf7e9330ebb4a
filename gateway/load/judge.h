/*
 * What is to become of the records of a batch.
 *
 * The keys of a batch are looked up at once, and each record is judged by what
 * the warehouse has of its key: here, so that what changes nothing is never sent.
 * A verdict holds as long as the transaction: the offset rows that it has locked
 * keep other loaders away from these keys.
 */
#ifndef GW_JUDGE_H
#define GW_JUDGE_H

#include "load/row.h"

enum gw_fate {
	GW_FATE_NEW,
	GW_FATE_RETURNED, /* new, after a delete of the key was remembered */
	GW_FATE_CHANGED,
	GW_FATE_UNCHANGED,
	GW_FATE_SUPERSEDED,
	GW_FATE_DELETED,
	GW_FATE_REMEMBERED, /* delete of a key that canon never had */
	GW_FATE_GONE,       /* delete of what is deleted already */
	GW_FATE_KNOWN,      /* delete that is remembered already */
};

/* What the warehouse has of a key; all zero: nothing. */
struct gw_verdict {
	int64_t version, hash;      /* of its row in canon */
	int64_t remembered_version; /* of its remembered delete */
	unsigned char tid[6];       /* of the row, else of the remembered delete */
	bool row, row_deleted, remembered;
	unsigned char fate; /* enum gw_fate */
};

/* Judges a record (gone: a delete); hash NULL: it is not known, and taken for another. */
enum gw_fate gw_judge_fate(const struct gw_verdict *known, bool gone, int64_t version,
			   const int64_t *hash);

struct gw_judge {
	struct gw_buf keys;
	struct gw_verdict *verdicts; /* of the stage's live records */
	size_t room;
};

void gw_judge_init(struct gw_judge *judge);
void gw_judge_release(struct gw_judge *judge);

/*
 * Fills verdicts for the live records, in the transaction.  A changed record that
 * can't be read is refused; one that is refused has a verdict without meaning.
 */
enum gw_status gw_judge_live(struct gw_judge *judge, struct gw_db *db, struct gw_row_space *space,
			     const struct gw_row_plan *plan, struct gw_stage *stage,
			     struct gw_error *err);

#endif
