/*
 * What the index of communes by name is made of: names folded once.  For those
 * who make it and who read addresses; others take it as it is.
 */
#ifndef GW_PLACE_INDEX_H
#define GW_PLACE_INDEX_H

#include "normalise/place.h"

/* A name with its accents and without, in small letters; see gw_commune_fold. */
struct gw_place_name {
	const char *exact, *plain;
};

/* A commune under one of its names, in one district or province. */
struct gw_named_place {
	struct gw_place_name name;
	const struct gw_commune *commune;
	const struct gw_commune_name *as;
	const char *province; /* of its district; its parent since there are none */
};

struct gw_place_area {
	struct gw_place_name name;
	const struct gw_area *area;
};

struct gw_places {
	struct gw_arena arena;
	const struct gw_code_list *before, *after;
	const struct gw_communes *communes;
	struct gw_named_place *all; /* by plain name */
	size_t count;
	struct gw_place_area *areas; /* by code */
	size_t nareas;
	uint64_t hash; /* of all names */
};

/* A name that somebody wrote: by its accents where it has any. */
struct gw_wanted {
	char exact[GW_FOLD_MAX + 1], plain[GW_FOLD_MAX + 1];
	bool accents;
};

/* Folds folded text; what follows a kind's word is part of it. */
void gw_wanted_set(struct gw_wanted *out, const char *folded);
bool gw_wanted_is(const struct gw_wanted *wanted, const struct gw_place_name *name);

/* The first place of this plain name; the others follow it.  *count: how many. */
const struct gw_named_place *gw_places_named(const struct gw_places *places, const char *plain,
					     size_t *count);

#endif
