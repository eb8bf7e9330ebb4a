/*
 * The page for the director: what leaves a source, as what, why, under which agreement, for how
 * long it is kept, and what never leaves.  Vietnamese, one HTML file without anything from
 * outside, set for A4.
 */
#ifndef GW_PAGE_H
#define GW_PAGE_H

#include "base/buf.h"
#include "pull/plan.h"
#include "setup/catalogue.h"

struct gw_page {
	const struct gw_plan *plan;
	const struct gw_catalogue *tables;   /* NULL: the database was not asked */
	const struct gw_source_facts *facts; /* NULL: likewise */
	int64_t now_us;
};

enum { GW_PAGE_MAX = 8 * 1024 * 1024 };

enum gw_status gw_page_make(const struct gw_page *page, struct gw_buf *out, struct gw_error *err);

#endif
