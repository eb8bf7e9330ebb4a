/*
 * Communes by name, within the districts and provinces that they were in, for
 * reading addresses.
 *
 * Made once from the codes, then only looked at.  Names are found without case,
 * with accents where the text has any, without them where it has none.
 */
#ifndef GW_PLACE_H
#define GW_PLACE_H

#include "normalise/codes.h"
#include "normalise/commune.h"

/* A district or a province under one of its names. */
struct gw_area {
	const struct gw_code_list *map;
	const char *code, *parent; /* parent "": a province */
	const char *name, *full_name;
	const struct gw_area *next;
};

struct gw_places;

/* GW_FATAL: memory.  codes must outlive the places. */
enum gw_status gw_places_make(const struct gw_codes *codes, struct gw_places **out,
			      struct gw_error *err);
void gw_places_free(struct gw_places *places); /* NULL is allowed */
/* The same for the same names on every machine. */
uint64_t gw_places_hash(const struct gw_places *places);

enum { GW_PLACES_MAX = 16, GW_CODES_MAX = 16 };

enum gw_address_kind {
	GW_ADDRESS_NOTHING,       /* empty, or a word for "not known" */
	GW_ADDRESS_SAME_AS_ABOVE, /* "như trên": of another row */
	GW_ADDRESS_PROVINCE,      /* a province and nothing that is known below it */
	GW_ADDRESS_UNKNOWN,
	GW_ADDRESS_COMMUNE,
};

/* What an address may mean; more communes than one: it is not clear. */
struct gw_address {
	enum gw_address_kind kind;
	const char *province; /* code, of either map; NULL: none is named */
	bool district;        /* a district is named, which there are none of since July 2025 */
	const struct gw_commune *old[GW_PLACES_MAX], *now[GW_PLACES_MAX]; /* by map */
	size_t nold, nnow;
};

/* Takes text apart: street and hamlet, commune, district, province, with commas between. */
void gw_address_read(const struct gw_places *places, const char *text, size_t len,
		     struct gw_address *out);

#endif
