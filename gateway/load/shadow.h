/*
 * The table in the making beside a canon table, and how far the topics of its
 * streams have been read into it.  For the rebuild alone.
 *
 * Two connections: one writes the made table, batch by batch and with how far it
 * has come; the other holds the loaders at the end.
 */
#ifndef GW_SHADOW_H
#define GW_SHADOW_H

#include "load/merge.h"
#include "load/rebuild.h"

struct gw_shadow_part {
	struct gw_topic *topic;
	struct gw_partition partition;
	int64_t next_offset; /* behind all that is in the made table */
	int64_t target;      /* up to which it is to be read */
	int64_t records, rows, refused;
	struct gw_shadow_part *next;
};

struct gw_shadow {
	const struct gw_config *config;
	char entity[GW_MAX_NAME];
	struct gw_db *db, *hold;
	struct gw_registry *registry;
	struct gw_entities *entities;
	struct gw_merge *merge;
	struct gw_stage stage;
	struct gw_topic *topics;
	struct gw_shadow_part *parts;
	struct gw_rebuild_stream *streams;
	size_t nstreams;
	struct gw_rebuild_counts counts;
	gw_rebuild_fn *progress;
	void *arg;
	int64_t told_us;
};

/* shadow is zeroed before but for its entity, and closed with gw_shadow_close also after a
   failure. */
enum gw_status gw_shadow_open(struct gw_shadow *shadow, const struct gw_config *config,
			      struct gw_error *err);
void gw_shadow_close(struct gw_shadow *shadow);

/* How far a rebuild had come; the tables in the making are there. */
enum gw_status gw_shadow_find(struct gw_shadow *shadow, struct gw_error *err);

/* Aims at the offsets that loaders have stored, as db sees them; *left: offsets up to there. */
enum gw_status gw_shadow_aim(struct gw_shadow *shadow, struct gw_db *db, int64_t *left,
			     struct gw_error *err);

/* Reads up to there, and no further.  GW_CONFIG: a topic no longer has what was loaded from it. */
enum gw_status gw_shadow_read(struct gw_shadow *shadow, const volatile sig_atomic_t *stop,
			      struct gw_error *err);

enum gw_status gw_shadow_analyze(struct gw_shadow *shadow, struct gw_error *err);

#endif
