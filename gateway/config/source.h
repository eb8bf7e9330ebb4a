/*
 * What one source file says: a sector's database, how to reach it, which
 * streams it has and which column feeds which field.
 *
 * Reading checks the file alone: what it names in schemas and in the database
 * is checked later, by the mapping and by the connector.  Every part keeps its
 * place in the file, so that those checks can say file:line:column too.
 */
#ifndef GW_SOURCE_H
#define GW_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "config/config.h"

struct gw_place {
	const char *file; /* borrowed from the source */
	unsigned line, column;
};

/* GW_CONFIG with "file:line:column: " before the message. */
enum gw_status gw_place_fail(const struct gw_place *at, struct gw_error *err, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

struct gw_rule_use {
	char *name;
	char *argument; /* NULL: none */
	struct gw_place at;
};

struct gw_field_map {
	char *field;
	char *column;   /* NULL with a constant */
	char *constant; /* NULL with a column */
	struct gw_rule_use *rules;
	size_t nrules;
	struct gw_place at;
};

enum gw_mode {
	GW_MODE_BULK,
	GW_MODE_INCREMENTING,
	GW_MODE_TIMESTAMP,
	GW_MODE_TIMESTAMP_INCREMENTING,
	GW_MODE_LOG,   /* refused when read: not built yet */
	GW_MODE_FILES, /* each file that comes, once; of connector file alone */
};

const char *gw_mode_name(enum gw_mode mode);

/* What becomes of a stream whose table is not as it was: see pull/drift.h. */
enum gw_drift {
	GW_DRIFT_FREEZE, /* it stops until somebody decides */
	GW_DRIFT_EVOLVE, /* it goes on wherever the schema can hold what comes */
	GW_DRIFT_DISCARD_ROW,
	GW_DRIFT_DISCARD_VALUE,
};

/* How many rows of a run may be rejected before its stream pauses: the larger of both. */
struct gw_letters_limit {
	int64_t pause_at; /* millionths of the rows read; GW_PAUSE_NEVER */
	int64_t at_least;
};

enum { GW_PAUSE_NEVER = -1, GW_PAUSE_AT = 50000, GW_PAUSE_AT_LEAST = 100 };

/* How many of so many rows that is. */
int64_t gw_letters_most(const struct gw_letters_limit *limit, int64_t rows);

struct gw_stream {
	char *name;
	char *table; /* "schema.table"; of files: a pattern of their names, such as "dan-so-*.xlsx"
		      */
	char **key;  /* columns; nkey 0: the table's primary key */
	size_t nkey;
	int mode;      /* enum gw_mode */
	char **cursor; /* none for bulk, two for timestamp+incrementing, else one */
	size_t ncursor;
	int64_t overlap_us;
	int64_t sweep_every_us;
	int drift;      /* enum gw_drift */
	char *encoding; /* of texts that no rule decodes; the source's where the stream has none;
			   NULL: Unicode */
	char *sheet;    /* of workbooks: its name; NULL: the first */
	int64_t header_row; /* of files, from 1; 0: the first row that has all columns' names */
	char *schema;       /* "health/HealthRecord" */
	struct gw_field_map *fields;
	size_t nfields;
	struct gw_letters_limit letters;
	struct gw_place at, table_at, key_at, cursor_at, schema_at;
};

/* Which map of commune codes the source writes. */
struct gw_commune_codes {
	char *map;                /* "before-2025-07"; NULL with by */
	char *by;                 /* a date column: before switched_on the old map, then the new */
	int64_t switched_on_days; /* since 1970-01-01 */
	struct gw_place at;
};

struct gw_schedule {
	int64_t every_us;
	int64_t idle_every_us; /* while nothing changes; at least every_us */
	/* Minutes of the day in the source's time zone, to_min 1440 for its end; from > to: over
	   midnight; -1: always allowed. */
	int not_from_min, not_to_min;
};

struct gw_source {
	char *path;
	char *name; /* [a-z0-9-]+; the file's name without .yaml */
	char *title, *owner, *agreement;
	char *connector;
	char *connection_file, *connection_env;
	char *folder;   /* connector file: where files arrive, absolute; NULL with others */
	char *encoding; /* of streams that say nothing else; NULL: Unicode */
	char *time_zone;
	struct gw_commune_codes codes;
	struct gw_schedule schedule;
	int64_t rows_per_second; /* 0: unlimited */
	int64_t statement_timeout_us;
	int64_t page_rows;
	struct gw_letters_limit letters; /* of streams that say nothing else */
	struct gw_stream *streams;
	size_t nstreams;
	struct gw_place at;
};

/* Reads <sources>/<name>.yaml; GW_CONFIG names the known sources when there is no such file. */
enum gw_status gw_source_read(const struct gw_config *config, const char *name,
			      struct gw_source **out, struct gw_error *err);
/* The same of one that may have no stream yet: its connection is there to look around with. */
enum gw_status gw_source_read_bare(const struct gw_config *config, const char *name,
				   struct gw_source **out, struct gw_error *err);
void gw_source_free(struct gw_source *source); /* NULL is allowed */

/* Names of all source files, sorted; free with gw_names_free. */
enum gw_status gw_source_list(const struct gw_config *config, char ***names, size_t *count,
			      struct gw_error *err);
void gw_names_free(char **names, size_t count);

const struct gw_stream *gw_source_stream(const struct gw_source *source, const char *name);

#endif
