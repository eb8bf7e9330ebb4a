/*
 * What was taken from Kafka and waits to be loaded.
 *
 * A stage holds at most so many messages and bytes, of any topics; all of it
 * lives in one arena and is forgotten at once.  Of one topic at a time a batch
 * is picked: of records with one key the one with the highest version stays,
 * the others are superseded, since a merge may touch a row once only.  Counts
 * are kept per slot: a run in a partition.
 */
#ifndef GW_STAGE_H
#define GW_STAGE_H

#include "base/arena.h"
#include "dlq/letter.h"
#include "kafka/consumer.h"
#include "load/entity.h"

/*
 * The topic of a stream.  A replay topic has records of several streams of its source, one after
 * another (mixed): for each of them there is one of these too, with the stream's own names, that
 * its batches are picked as.
 */
enum gw_topic_content {
	GW_CONTENT_RECORDS,
	GW_CONTENT_LETTERS,
	GW_CONTENT_EVENTS,
	GW_CONTENT_ACTS,
};

struct gw_topic {
	char name[256];
	char source[GW_MAX_STREAM_NAME]; /* "" of the acts, which are of all sources */
	/* "_dlq", "_events", "_audit": it holds no records; "_replay" */
	char stream[GW_MAX_STREAM_NAME];
	enum gw_topic_content content;
	bool mixed;               /* what is in it is in a replay topic */
	struct gw_topic *streams; /* of the replay topic itself: those that were met */
	char records[256];        /* the topic of the stream's records: mostly this one */
	char entity[GW_MAX_NAME]; /* "" until a record says it */
	bool entity_stored;
	int32_t proven;   /* the schema number that was seen to mean what it did */
	bool paused;      /* nothing of it is loaded, as the warehouse says */
	bool wrong;       /* it failed here, alone: so nothing of it is loaded by this process */
	bool held;        /* for either, the consumer takes nothing of it */
	int64_t changed;  /* rows changed since its table was analysed */
	int64_t analysed; /* rows changed until then */
	struct gw_topic *next;
};

/* A partition as this loader knows it. */
struct gw_partition {
	struct gw_topic *topic;
	int32_t partition;
	bool assigned;
	int64_t left;  /* next_offset of its row as this loader read or wrote it last */
	int64_t taken; /* offset behind the last message taken */
	bool straight;
	bool has_run;
	unsigned char run[16]; /* the run that straight is for */
	size_t mark;           /* its first picked message */
	struct gw_partition *next;
};

/*
 * Splits "<prefix>.<source>.<rest>" or "<prefix>._audit"; false for what is no topic of a load
 * (another prefix, positions, names too long).
 */
bool gw_topic_parse(const char *prefix, const char *name, struct gw_topic *out);
void gw_topic_free(struct gw_topic *topic); /* with the streams of a replay topic */
/* The stream of that name in a replay topic, made when it is met first; NULL: the topic itself,
   whose messages can only be refused. */
enum gw_status gw_topic_stream(struct gw_topic *replay, const char *name, struct gw_topic **out,
			       struct gw_error *err);
/* Puts a topic into the list that batches are picked by: letters first, so that data that came with
   them ends them. */
void gw_topic_add(struct gw_topic **list, struct gw_topic *topic);

/* Why a message was set aside; all text is shown to people and holds no value. */
struct gw_refusal {
	const char *code;   /* SQLSTATE or a word: header, key, frame, schema, value, letter, event,
			       act */
	const char *column; /* or NULL */
	const char *rule;   /* constraint, or NULL */
	const char *reason;
};

struct gw_arrival {
	struct gw_partition *part; /* NULL: dropped */
	int64_t offset;
	int64_t timestamp_ms;
	struct gw_header header;
	const char *key;
	const unsigned char *value; /* NULL: a tombstone */
	uint32_t key_len, value_len;
	uint32_t slot;
	bool headed;        /* header is there */
	bool lost;          /* superseded within its batch */
	bool outlived;      /* superseded by a delete */
	bool hashed;        /* hash is there, of its value as writer reads it */
	unsigned char fate; /* enum gw_fate, of a live record once it is merged */
	int64_t hash;
	const struct gw_refusal *refusal;
	const struct gw_writer *writer; /* of a record with a value, once resolved */
	const struct gw_letter *letter; /* of a letters topic */
	const char *stream;             /* of a replay topic; NULL: the message names none */
};

struct gw_slot {
	const struct gw_partition *part;
	bool has_run;
	unsigned char run[16];
	int64_t loaded, unchanged, superseded, deleted, refused;
	int64_t caught; /* of the loaded: those that a search for late commits found */
};

struct gw_stage {
	struct gw_arena arena;
	size_t bytes, max_bytes;
	struct gw_arrival *records;
	size_t count, max;
	/* the batch that was picked last */
	struct gw_topic *topic;
	struct gw_arrival **picked; /* all messages of the topic, in the order taken */
	size_t npicked;
	struct gw_arrival **live; /* those of them to be merged */
	size_t nlive;
	struct gw_slot *slots;
	size_t nslots, slot_room;
	bool limited;          /* most and allowed are known */
	int64_t most, allowed; /* how many of its records may be refused, and beyond that */
	bool flooded;          /* more of them are */
	uint32_t *table;       /* of keys: index into live + 1 */
	size_t table_size;
};

enum gw_status gw_stage_init(struct gw_stage *stage, size_t max, size_t max_bytes,
			     struct gw_error *err);
void gw_stage_release(struct gw_stage *stage);

/* Room for this many messages more; 0 also when the bytes are used up. */
size_t gw_stage_room(const struct gw_stage *stage);

/*
 * Takes a copy of a message; one that was taken before (below part->taken) is
 * passed over.  GW_RETRY: no room; pick and clear first.
 */
enum gw_status gw_stage_add(struct gw_stage *stage, struct gw_partition *part,
			    const struct gw_incoming *message, struct gw_error *err);

/* Forgets the messages of a partition that was taken away. */
void gw_stage_drop(struct gw_stage *stage, const struct gw_partition *part);

/*
 * Fills picked, live and slots with the messages of topic; npicked 0: there are none.  Of a replay
 * topic with the first of them, as far as they are of one stream, which stage->topic is then.
 */
enum gw_status gw_stage_pick(struct gw_stage *stage, struct gw_topic *topic, struct gw_error *err);

/* Forgets the messages that were picked: they are loaded, and of a replay topic others may follow.
 */
void gw_stage_pass(struct gw_stage *stage);

/* The live record of a key; NULL: there is none. */
struct gw_arrival *gw_stage_find(const struct gw_stage *stage, const char *key, size_t len);

/* Sets a record aside; the texts of why are copied.  GW_FATAL: no memory. */
enum gw_status gw_stage_refuse(struct gw_stage *stage, struct gw_arrival *record,
			       const struct gw_refusal *why, struct gw_error *err);

/* Forgets all messages. */
void gw_stage_clear(struct gw_stage *stage);

#endif
