/*
 * The desk of dead letters: what was set aside, by cause, and what a person does about it.
 *
 * Who asks and what they may do comes in from outside; nothing here prints,
 * asks or exits, so that a screen of any kind can stand on it.  Letters are
 * selected first: the selection is frozen then, and an act is about exactly
 * its letters, less those that have ended since.  The desk reads the warehouse
 * and writes Kafka alone: an act is one Kafka transaction, and shows in the
 * warehouse once a loader has taken it.
 */
#ifndef GW_DESK_H
#define GW_DESK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/text.h"
#include "config/config.h"
#include "dlq/act.h"

enum {
	GW_DESK_LETTERS = 20000, /* of one selection */
	GW_CAUSE_LABEL = 16,
	GW_DESK_WHY = 1000,
};

struct gw_desk;

struct gw_identity {
	const char *name; /* as the audit names them */
	bool may_reveal;  /* may open letters: to see them in clear, and to correct them */
};

/* config must outlive the desk, which keeps a copy of who.  GW_CONFIG: may_reveal without a key. */
enum gw_status gw_desk_open(const struct gw_config *config, const struct gw_identity *who,
			    struct gw_desk **out, struct gw_error *err);
void gw_desk_close(struct gw_desk *desk); /* NULL is allowed; wipes the keys */

/* Which letters; what is NULL, 0 or false restricts nothing. */
struct gw_choice {
	const char *cause;  /* a label of gw_cause; letters that have not ended alone have one */
	const int64_t *ids; /* nids of them */
	size_t nids;
	const char *source, *stream, *rule, *code;
	const char *run;   /* a UUID */
	const char *since; /* YYYY-MM-DD: the day on which it was set aside, or later */
	const char *state; /* "open", "fixed", "replayed", "resolved", "discarded" */
	bool ended;        /* those that have ended too */
	size_t of_each;    /* letters of each cause, the oldest first */
};

/* Letters that came about in the same way: source, stream, stage, column, rule and code are the
   same, and for a value that a list lacks the value too. */
struct gw_cause {
	char label[GW_CAUSE_LABEL]; /* "A"; "" for letters that have ended alone */
	const char *source, *stream, *stage;
	const char *column, *rule, *code; /* "" for none */
	const char *reason;               /* of the oldest letter */
	int64_t letters;                  /* that the choice takes, shown or not */
	int64_t open, fixed, replayed;    /* of these */
	int64_t oldest_us, newest_us;
};

/* A letter as the warehouse has it. */
struct gw_filed {
	int64_t id;
	size_t cause;                       /* index */
	const char *run;                    /* NULL: none is known */
	const char *key;                    /* canonical; NULL: none could be made */
	const char *state, *by, *why;       /* of the last change of state; by, why "" for none */
	const char *unit;                   /* of the row; NULL until gw_desk_units, or not told */
	const char *commune;                /* its code; likewise */
	int64_t version, at_us, changed_us; /* 0: not known */
};

/* A frozen selection: letters of the same cause stand together, causes by their oldest letter. */
struct gw_letters {
	struct gw_arena arena; /* holds the texts */
	struct gw_cause *causes;
	size_t ncauses;
	struct gw_filed *letters;
	size_t nletters;
};

/*
 * Selects.  Labels depend on all letters that have not ended and not on the
 * choice.  GW_CONFIG: a label, date or state that is none; more letters than
 * GW_DESK_LETTERS.  *out is to be released in any case.
 */
enum gw_status gw_desk_select(struct gw_desk *desk, const struct gw_choice *choice,
			      struct gw_letters *out, struct gw_error *err);
void gw_letters_release(struct gw_letters *letters);

/* What is known of the key without opening a letter: four hex digits of a pseudonym, the end of a
   public part.  Into out; "" for none. */
void gw_desk_mask_key(const char *key, char *out, size_t size);

/* Fills in the administrative unit where the row tells one; those who may not open letters
   get none.  Costs a letter's opening each. */
enum gw_status gw_desk_units(struct gw_desk *desk, struct gw_letters *letters,
			     struct gw_error *err);

/* Leaves the letters of a commune alone, of its code or of a part of its name, after gw_desk_units.
   GW_CONFIG: no right to open letters. */
enum gw_status gw_desk_in_commune(const struct gw_desk *desk, struct gw_letters *letters,
				  const char *commune, struct gw_error *err);

struct gw_cell {
	const char *column;
	const char *value; /* NULL: null */
	bool clear;        /* it is the value; else it is masked */
	bool culprit;      /* the letter's column */
};

/* An opened row. */
struct gw_original {
	struct gw_arena arena;
	struct gw_cell *cells;
	size_t ncells;
};

/*
 * Opens a letter of the selection: the columns of a row, or the fields of a record
 * that the warehouse refused.  reveal: in clear, which is an act: it is in the audit
 * before anything is shown.  GW_CONFIG: no right, or the key does not fit;
 * GW_REJECT: there is nothing to be shown, and why; GW_RETRY: the registry is away.
 * *out is to be released in any case.
 */
enum gw_status gw_desk_show(struct gw_desk *desk, const struct gw_letters *letters, size_t which,
			    bool reveal, struct gw_original *out, struct gw_error *err);
void gw_original_release(struct gw_original *original);

struct gw_fix {
	const char *column; /* NULL: the one that the letters name */
	const char *value;  /* NULL: nothing */
	const char *reason;
};

/* What an act came to. */
struct gw_done {
	size_t letters;         /* that it was about */
	size_t keys;            /* rows to be read again, or corrections made */
	size_t originals;       /* of these: that go with their originals */
	size_t left;            /* letters that it could do nothing for */
	char why[GW_DESK_WHY];  /* why not, of the first of them */
	char act[GW_UUID_TEXT]; /* the last that went to the audit; "" for none */
};

/* True where the column of the cause feeds anything but public fields, or nobody can tell. */
bool gw_desk_personal(struct gw_desk *desk, const struct gw_cause *cause, const char *column);

/*
 * Corrects one column of all rows of the selection, of one cause: durable, on
 * every read while the source has the bad value.  Refused (GW_REJECT), and
 * nothing is sent, where a corrected row would be rejected again, where the
 * rows have different bad values and one new one is given, or where the
 * original is not a row.  dry: checks alone, and needs no reason yet.
 */
enum gw_status gw_desk_fix(struct gw_desk *desk, const struct gw_letters *letters,
			   const struct gw_fix *fix, bool dry, struct gw_done *done,
			   struct gw_error *err);

struct gw_wish {
	bool dry; /* counts alone */
	/* Rows that the source no longer has are sent as they were set aside, with the versions
	   that they had: needs the right to open letters. */
	bool original;
};

/* Asks the pulls to read the rows again.  GW_REJECT: nothing of it can be; GW_CONFIG: no right. */
enum gw_status gw_desk_replay(struct gw_desk *desk, const struct gw_letters *letters,
			      const struct gw_wish *wish, struct gw_done *done,
			      struct gw_error *err);

/* What a pull has answered. */
struct gw_heard {
	size_t answered, refused; /* orders; the second of the first */
	size_t waiting;           /* that it has not done yet */
	int64_t rows;             /* that it found, or sent as they were set aside */
	char why[GW_DESK_WHY];    /* why refused, or what a person should know; "" for nothing */
};

/* From now on the answers of the source's pull to what a replay asks for are heard. */
enum gw_status gw_desk_listen(struct gw_desk *desk, const char *source, struct gw_error *err);
/* Waits up to timeout_ms until all is answered. */
enum gw_status gw_desk_hear(struct gw_desk *desk, int timeout_ms, struct gw_heard *out,
			    struct gw_error *err);

/* Ends the letters; their rows are not loaded. */
enum gw_status gw_desk_discard(struct gw_desk *desk, const struct gw_letters *letters,
			       const char *reason, struct gw_done *done, struct gw_error *err);

/* Whether a loader has taken an act. */
enum gw_desk_seen { GW_DESK_SEEN, GW_DESK_WAITS, GW_DESK_NO_LOADER };

/* Waits up to timeout_ms for it, and not at all where no loader runs. */
enum gw_status gw_desk_wait(struct gw_desk *desk, const struct gw_done *done, int timeout_ms,
			    enum gw_desk_seen *out, struct gw_error *err);

#endif
