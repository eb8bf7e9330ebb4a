/*
 * Indicators: definitions as data (schemas/indicators, one YAML file each), computed by
 * read-only SQL over canon and ref, per administrative unit of today's map.
 */
#ifndef GW_INDICATOR_H
#define GW_INDICATOR_H

#include "load/load.h"

struct gw_indicator {
	char *path;
	char *code;
	int64_t version;
	char *name_vi, *name_en;
	char *name_from; /* "decree", "press" or "sample" */
	/* What the name leaves open, to be shown with the figure; "{months}" stands for the
	 * parameter. */
	char *definition_vi, *definition_en;
	char *target;   /* "95" (per cent), decimal text */
	char *sql;      /* rows: unit_code, unit_name, denominator, fresh, stale, without */
	int64_t months; /* default of the parameter */
	struct gw_indicator_apart *apart; /* counted beside, never spread by guess */
	size_t naparts;
};

struct gw_indicator_apart {
	char *code;
	char *name_vi, *name_en;
	char *sql; /* one row, one number */
};

/* GW_CONFIG at file:line:column, or naming the indicators that there are. */
enum gw_status gw_indicator_read(const char *schemas_dir, const char *code,
				 struct gw_indicator **out, struct gw_error *err);
void gw_indicator_free(struct gw_indicator *indicator); /* NULL is allowed */

struct gw_indicator_row {
	char unit_code[16];
	char *unit_name;
	int64_t denominator, fresh, stale, without;
};

struct gw_indicator_result {
	char as_of[11];
	int64_t months;
	int64_t computed_us;
	struct gw_indicator_row *rows; /* by unit code */
	size_t nrows;
	int64_t *apart; /* naparts counts */
	char *runs;     /* JSON: the last ended run of each stream in the snapshot computed from */
};

/*
 * Computes on canon and ref alone: one statement, read-only, limited in time.
 * GW_FATAL when fresh + stale + without is not the denominator somewhere (the unit is named).
 */
enum gw_status gw_indicator_compute(struct gw_warehouse *warehouse,
				    const struct gw_indicator *indicator, const char *as_of,
				    int64_t months, struct gw_indicator_result **out,
				    struct gw_error *err);
void gw_indicator_result_free(struct gw_indicator_result *result); /* NULL is allowed */

/* Keeps a result in ind.result, with the definition's version and hash, parameters and runs. */
enum gw_status gw_indicator_store(struct gw_warehouse *warehouse,
				  const struct gw_indicator *indicator,
				  const struct gw_indicator_result *result, struct gw_error *err);

/* The result computed last; GW_CONFIG says how to compute one when there is none. */
enum gw_status gw_indicator_latest(struct gw_warehouse *warehouse,
				   const struct gw_indicator *indicator,
				   struct gw_indicator_result **out, struct gw_error *err);

/*
 * Refuses (GW_CONFIG, with origin before the message) SQL that is not one SELECT over canon and
 * ref. It is a guard against mistakes; what holds is the read-only transaction.
 */
enum gw_status gw_indicator_check_sql(const char *origin, const char *sql, struct gw_error *err);

/* Percentage with two decimals, rounded half up, with mark between ("95,21"); into out. */
void gw_indicator_percent(int64_t numerator, int64_t denominator, char mark, char *out,
			  size_t size);

/* People still missing for the target: 0 when it is reached. */
int64_t gw_indicator_shortfall(const struct gw_indicator_row *row, const char *target);

#endif
