/*
 * Which columns of a table a stream needs, and in which order: what begin()
 * refuses there is refused alike whatever the database is.
 *
 * The connector fills the facts from its catalogue; a choice names columns by
 * their numbers among them.  "Order" means the cursor columns, then the key
 * columns that are not among them: a total order of the changes.  How the
 * columns travel, and which SQL follows, is the connector's own.
 */
#ifndef GW_TABLE_CHOOSE_H
#define GW_TABLE_CHOOSE_H

#include "bookmarks.h"

enum { GW_TABLE_MAX_KEY = GW_VALUES_MAX - 2, GW_TABLE_MAX_ORDER = GW_VALUES_MAX };

/* What a column is good for. */
enum gw_table_use {
	GW_TABLE_READ = 1 << 0,   /* the account may SELECT it */
	GW_TABLE_KEY = 1 << 1,    /* can be compared: part of a key, limit of a range */
	GW_TABLE_TIME = 1 << 2,   /* orders changes by time */
	GW_TABLE_NUMBER = 1 << 3, /* orders changes by number */
};

/* What a connector says in its own words.  Each fails, without a place in the source file. */
struct gw_table_words {
	/* suggest: names the nearest, if one is near. */
	enum gw_status (*no_column)(const struct gw_table *table, const char *name, bool suggest,
				    struct gw_error *err);
	/* The column is no cursor: neither time nor number, whichever it should be. */
	enum gw_status (*no_cursor)(const struct gw_table *table, const struct gw_column *column,
				    bool time, struct gw_error *err);
};

/* A table as its catalogue shows it; borrowed from the catalogue, and from an arena. */
struct gw_table_facts {
	struct gw_table told;      /* as discover() tells it; GW_UNHELD: the column can't be read */
	const char *quoted;        /* its name in the source's SQL */
	unsigned *use;             /* of each column: gw_table_use bits */
	struct gw_column *columns; /* those that told has */
	const struct gw_table_words *words;
};

/* Room for so many columns, from the arena; what else there is to tell the connector fills in. */
enum gw_status gw_table_facts_init(struct gw_table_facts *facts, size_t ncolumns,
				   struct gw_arena *arena, struct gw_error *err);
/* Column number i, with gw_table_use bits. */
void gw_table_facts_put(struct gw_table_facts *facts, size_t i, const struct gw_column *column,
			unsigned use);

struct gw_table_choice {
	const size_t *read; /* one for each of the request's columns */
	size_t nread;
	size_t order[GW_TABLE_MAX_ORDER]; /* cursor columns, then the rest of the key */
	size_t norder, ncursor;
	size_t key[GW_TABLE_MAX_KEY];
	size_t nkey;
	const char *key_names[GW_TABLE_MAX_KEY];
	bool timed;     /* the first cursor column is a time */
	uint64_t shape; /* of table, mode, order, key and range: another shape, another bookmark */
};

/* GW_CONFIG, with the place in the source file: what can't be read. */
enum gw_status gw_table_choose(const struct gw_table_facts *facts, const struct gw_request *request,
			       struct gw_arena *arena, struct gw_table_choice *out,
			       struct gw_error *err);

/* The column of a range.  GW_REJECT: there is none of that name, or it has none. */
enum gw_status gw_table_choose_range(const struct gw_table_facts *facts, const char *name,
				     size_t *out, struct gw_error *err);

#endif
