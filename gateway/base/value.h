/*
 * One column of one row, after the source's own types are gone, and one field
 * of one record.
 *
 * The set of kinds is closed and small on purpose: a connector maps its
 * database's types onto these and nothing downstream knows the database.
 */
#ifndef GW_VALUE_H
#define GW_VALUE_H

#include <stdbool.h>
#include <stdint.h>

enum gw_kind {
	GW_NULL = 0,
	GW_BOOL,
	GW_INT,
	GW_FLOAT,
	GW_DECIMAL, /* text such as "-12.50", so that no digit is lost */
	GW_TEXT,    /* UTF-8, not NUL-terminated */
	GW_BYTES,
	GW_DATE,      /* days since 1970-01-01, in as.integer */
	GW_TIMESTAMP, /* microseconds since 1970-01-01 UTC, in as.integer */
	GW_UNHELD,    /* no kind holds it (date infinity, NaN): as.text is a word of ours for why */
};

struct gw_value {
	enum gw_kind kind;
	uint32_t len; /* of text, for DECIMAL, TEXT, BYTES and UNHELD */
	union {
		bool truth;
		int64_t integer;
		double real;
		const char *text; /* borrowed, normally from the batch's arena */
	} as;
};

/* "text", "timestamp"...: for messages. */
const char *gw_kind_name(enum gw_kind kind);

/* True when both hold the same kind and content. */
bool gw_value_equal(const struct gw_value *a, const struct gw_value *b);

#endif
