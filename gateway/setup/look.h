/*
 * A look into one table: a few rows, what its columns hold, its key, how its changes are found,
 * and the schema that it fits.
 */
#ifndef GW_SETUP_LOOK_H
#define GW_SETUP_LOOK_H

#include "setup/match.h"

/* What guesses are made with. */
struct gw_kit {
	struct gw_codes *codes;
	struct gw_list_names lists;
	struct gw_shelf shelf;
};

enum gw_status gw_kit_read(const struct gw_config *config, struct gw_kit *out,
			   struct gw_error *err);
void gw_kit_release(struct gw_kit *kit);

enum { GW_LOOK_KEY = 4, GW_LOOK_WHY = 400 };

struct gw_look {
	const struct gw_table *table;
	struct gw_column_guess *columns; /* one a column */
	size_t rows; /* of the sample; 0: none could be read, or there is none */
	size_t key[GW_LOOK_KEY];
	size_t nkey;       /* 0: no column tells rows apart */
	bool key_declared; /* the table's primary key, else a guess */
	int mode;          /* enum gw_mode */
	size_t cursor[2];
	size_t ncursor;
	bool text_time; /* its time of change is text, which is no cursor */
	bool matched;
	struct gw_match match;
	const char *encoding; /* of most of its texts; NULL: Unicode */
	int rank;             /* the higher, the likelier it is wanted */
};

/*
 * Looks at a table by its catalogue entry and these rows (NULL: none).  Release it also after a
 * failure.
 */
enum gw_status gw_look_at(const struct gw_kit *kit, const struct gw_source *source,
			  const struct gw_table *table, const struct gw_sample *sample,
			  struct gw_look *out, struct gw_error *err);
/* The same with rows read from the source; where that fails, without.  *why, may be NULL, tells
   then why. */
enum gw_status gw_look_into(const struct gw_kit *kit, const struct gw_reach *reach,
			    const struct gw_table *table, struct gw_look *out, struct gw_error *why,
			    struct gw_error *err);
void gw_look_release(struct gw_look *look);

/* Whether its cursor is a column in which the source itself numbers each change. */
bool gw_look_by_version(const struct gw_look *look);

/* What an encoding is called for people, where its own name tells them nothing. */
const char *gw_look_encoding(const char *name);

/* Why it stands where it does, in a few words of the reader's language. */
void gw_look_why(const struct gw_look *look, char out[GW_LOOK_WHY]);

#endif
