/*
 * The code lists and the places that the project ships, for rules that ask them.
 */
#ifndef PLACES_CASE_H
#define PLACES_CASE_H

#include "normalise/codes.h"
#include "normalise/place.h"
#include "rule_case.h"

static struct gw_codes *codes;
static struct gw_places *places;

static inline void
places_case_make(struct rule_case *run)
{
	rule_case_init(run);
	cr_assert_eq(gw_codes_read("schemas", &codes, &run->err), GW_OK, "%s", run->err.text);
	cr_assert_eq(gw_places_make(codes, &places, &run->err), GW_OK, "%s", run->err.text);
	run->context.codes = codes;
	run->context.places = places;
}

static inline void
places_case_drop(struct rule_case *run)
{
	gw_places_free(places);
	gw_codes_free(codes);
	rule_case_release(run);
}

#endif
