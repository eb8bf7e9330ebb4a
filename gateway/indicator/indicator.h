/*
 * Indicators: definitions as data (schemas/indicators, one YAML file each), computed by
 * read-only SQL over canon and ref, per administrative unit of today's map.
 */
#ifndef GW_INDICATOR_H
#define GW_INDICATOR_H

#include "load/load.h"

enum { GW_INDICATOR_PARAMETERS = 16 };

/* A number that a definition leaves open: $2, $3… of its SQL, in this order ($1 is as_of). */
struct gw_indicator_parameter {
	char *name;
	int64_t value; /* unless another one is asked for */
	int64_t min, max;
};

struct gw_indicator {
	char *path;
	char *code;
	int64_t version;
	char *name_vi, *name_en;
	char *name_from; /* "decree", "press" or "sample" */
	/* What the name leaves open, to be shown with the figure; "{name}" stands for a parameter.
	 */
	char *definition_vi, *definition_en;
	char *target; /* "95" (per cent), decimal text */
	char *sql;    /* rows: unit_code, unit_name, denominator, fresh, stale, without */
	struct gw_indicator_parameter *parameters;
	size_t nparameters;
	struct gw_indicator_variant *variants; /* the first is what others are compared with */
	size_t nvariants;
	struct gw_indicator_apart *apart; /* counted beside, never spread by guess */
	size_t naparts;
};

/* The same indicator with other parameters, to be put beside it. */
struct gw_indicator_variant {
	char *code;
	char *name_vi, *name_en;
	/* NULL, or what the first variant has ahead of this one: "{fresh}" people more,
	 * "{denominator}" residents fewer. */
	char *worth_vi, *worth_en;
	int64_t values[GW_INDICATOR_PARAMETERS]; /* of all parameters */
	bool named[GW_INDICATOR_PARAMETERS];     /* those that the variant itself says */
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

/* Index of a parameter, or -1. */
int gw_indicator_find(const struct gw_indicator *indicator, const char *name, size_t len);

/* Fills values with what the definition says of its parameters. */
void gw_indicator_defaults(const struct gw_indicator *indicator,
			   int64_t values[GW_INDICATOR_PARAMETERS]);

/* Sets a parameter; GW_CONFIG: there is none of this name, or it is out of its range. */
enum gw_status gw_indicator_set(const struct gw_indicator *indicator, const char *name,
				const char *value, int64_t values[GW_INDICATOR_PARAMETERS],
				struct gw_error *err);

/* The variant whose values these are, or NULL. */
const struct gw_indicator_variant *
gw_indicator_variant_of(const struct gw_indicator *indicator,
			const int64_t values[GW_INDICATOR_PARAMETERS]);

struct gw_indicator_row {
	char unit_code[16];
	char *unit_name;
	int64_t denominator, fresh, stale, without;
};

struct gw_indicator_result {
	char as_of[11];
	int64_t values[GW_INDICATOR_PARAMETERS]; /* of the parameters */
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
				    const int64_t values[GW_INDICATOR_PARAMETERS],
				    struct gw_indicator_result **out, struct gw_error *err);

/*
 * The sums of all units for every variant, on one snapshot; nothing is stored.  base: the values of
 * what no variant says.  totals has room for nvariants rows, which own nothing.
 */
enum gw_status gw_indicator_compare(struct gw_warehouse *warehouse,
				    const struct gw_indicator *indicator, const char *as_of,
				    const int64_t base[GW_INDICATOR_PARAMETERS],
				    struct gw_indicator_row *totals, struct gw_error *err);
void gw_indicator_result_free(struct gw_indicator_result *result); /* NULL is allowed */

/* Keeps a result in ind.result, with the definition's version and hash, parameters and runs. */
enum gw_status gw_indicator_store(struct gw_warehouse *warehouse,
				  const struct gw_indicator *indicator,
				  const struct gw_indicator_result *result, struct gw_error *err);

/* The result computed last with this version; GW_CONFIG says how to compute one when there is none.
 */
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

/* Adds up the units of a result. */
struct gw_indicator_row gw_indicator_total(const struct gw_indicator_result *result);

/* People still missing for the target: 0 when it is reached. */
int64_t gw_indicator_shortfall(const struct gw_indicator_row *row, const char *target);

#endif
