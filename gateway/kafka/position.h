/*
 * How far a stream has been read, and the run that it is in: what a pull
 * commits in the same Kafka transaction as the records, and reads when it
 * starts.  One message a stream in <prefix>.<source>._position (compacted,
 * one partition), keyed by the stream's name, as JSON text.
 *
 * The bookmark may hold key values of people, so it stands there sealed to the
 * pull's own key pair; all the rest can be read by an operator.
 */
#ifndef GW_POSITION_H
#define GW_POSITION_H

#include <stdbool.h>
#include <stdint.h>

#include "connector.h"

enum { GW_MAX_PARTITIONS = 64, GW_MAX_STREAM_NAME = 64 };

struct gw_counts {
	int64_t read, produced, resent, deleted, dead;
	int64_t discarded; /* values, of what was produced and resent */
	int64_t warned;    /* of what was doubted or repaired: rows, one a column and kind */
};

/* How many rows had a value of that column repaired or doubted: gateway/normalise's warnings. */
struct gw_run_warning {
	char column[96]; /* cut where it is longer; "" */
	char code[48];
	int64_t rows;
};
enum { GW_RUN_WARNINGS = 20 };

struct gw_run {
	bool open;
	unsigned char id[16];
	int64_t started_us;
	struct gw_counts counts;
	/* Those that were met first; of others there is only counts.warned. */
	struct gw_run_warning warnings[GW_RUN_WARNINGS];
	size_t nwarnings;
	/* Offset of the run's last record in each partition; -1: none.  Letters likewise. */
	int64_t ends[GW_MAX_PARTITIONS];
	int64_t letter_end;
};

/* Why a stream is not read any more: too many of its rows were rejected. */
struct gw_pause {
	int64_t at_us;    /* 0: it is not paused */
	uint64_t mapping; /* basis of the mapping that rejected them */
	char why[400];    /* counts and causes, no values */
};

struct gw_position {
	char stream[GW_MAX_STREAM_NAME];
	struct gw_bookmark bookmark;
	int64_t last_version; /* of this stream; the source's is the largest of its streams' */
	int64_t written_us;
	char pseudonym_key[17]; /* id of the key that its records were made with; "": not known */
	struct gw_run run;
	struct gw_pause pause;
	int64_t allow; /* letters of the run beyond the limit, which a person allows */
};

struct gw_pull_keys {
	unsigned char public_key[32];
	unsigned char secret_key[32];
};

/* Counts rows of a warning; column may be NULL. */
void gw_run_warn(struct gw_run *run, const char *column, const char *code, int64_t rows);

/* JSON text into out (the bookmark sealed). */
enum gw_status gw_position_encode(const struct gw_position *position,
				  const struct gw_pull_keys *keys, struct gw_buf *out,
				  struct gw_error *err);
/* GW_CONFIG: not a position of ours, or sealed to another key. */
enum gw_status gw_position_decode(const char *text, size_t len, const struct gw_pull_keys *keys,
				  struct gw_position *out, struct gw_error *err);

#endif
