/*
 * A dead letter: a row or record that was set aside, whole and sealed, with
 * why.  Its original goes into a sealed box that only the desk's key opens; the
 * reason stands beside it in Kafka Connect's headers, built from codes, names
 * and shapes and never from values.
 */
#ifndef GW_LETTER_H
#define GW_LETTER_H

#include "kafka/consumer.h"
#include "normalise/normalise.h"

struct gw_letter {
	const char *source, *stream;
	const char *stage; /* "normalise", "encode", "load" */
	const char *column, *rule, *code, *reason;
	unsigned char run[16];
	int64_t version;
	const void *key; /* canonical key, or NULL */
	size_t key_len;
	const void *sealed; /* the original */
	size_t sealed_len;
	const char *topic; /* where the letter (or the refused record) stood */
	int32_t partition;
	int64_t offset;
};

/* Appends to out the row of a batch as JSON (column: value as text, bytes as base64), sealed. */
enum gw_status gw_letter_seal_row(const unsigned char letter_public[32], const char *const *columns,
				  size_t ncolumns, const struct gw_value *row, struct gw_buf *out,
				  struct gw_error *err);
/* Appends sealed bytes. */
enum gw_status gw_letter_seal(const unsigned char letter_public[32], const void *bytes, size_t len,
			      struct gw_buf *out, struct gw_error *err);

/* Opens a sealed original (the desk); GW_CONFIG: sealed to another key. */
enum gw_status gw_letter_open(const unsigned char letter_public[32],
			      const unsigned char letter_secret[32], const void *sealed, size_t len,
			      struct gw_buf *out, struct gw_error *err);

/* Sends a letter in the producer's open transaction. */
enum gw_status gw_letter_send(struct gw_producer *producer, const char *letters_topic,
			      const struct gw_letter *letter, const struct gw_header *header,
			      struct gw_error *err);

/* Reads a letter from the letters topic; texts live in arena.  GW_REJECT: not one of ours. */
enum gw_status gw_letter_receive(const struct gw_incoming *message, struct gw_arena *arena,
				 struct gw_letter *out, struct gw_error *err);

#endif
