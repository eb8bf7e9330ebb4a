/*
 * A mapping made by hand, a batch for it, and what normalising makes of them.
 */
#ifndef BATCH_CASE_H
#define BATCH_CASE_H

#include "mapping_case.h"

enum { ROWS = 8, COLUMNS = 8 };

/* A mapping, a batch for it, and what came of it. */
struct batch_case {
	struct mapping_case c;
	struct gw_batch batch;
	struct gw_value values[ROWS * COLUMNS];
	struct gw_normalised out;
};

static inline void
init(struct batch_case *b)
{
	memset(b, 0, sizeof *b);
	mapping_case_init(&b->c);
	gw_arena_init(&b->batch.arena, 16 * 1024 * 1024);
	b->batch.values = b->values;
}

static inline void
release(struct batch_case *b)
{
	gw_arena_release(&b->batch.arena);
	mapping_case_release(&b->c);
}

static inline struct gw_value
text(const char *t)
{
	return (struct gw_value){.kind = GW_TEXT, .len = (uint32_t)strlen(t), .as.text = t};
}

static inline struct gw_value
integer(int64_t n)
{
	return (struct gw_value){.kind = GW_INT, .as.integer = n};
}

static const struct gw_value null_value = {.kind = GW_NULL};

/* Adds a row; columns are those of the mapping, in its order. */
static inline void
add_row(struct batch_case *b, const struct gw_value *row, size_t ncolumns)
{
	b->batch.ncolumns = ncolumns;
	memcpy(b->values + b->batch.nrows * ncolumns, row, ncolumns * sizeof *row);
	b->batch.nrows++;
}

static inline void
run(struct batch_case *b)
{
	if (b->c.mapping == NULL)
		assert_compiles(&b->c);
	cr_assert_eq(gw_normalise(b->c.mapping, &b->batch, &b->out, &b->c.err), GW_OK, "%s",
		     b->c.err.text);
}

static inline void
assert_text(const struct gw_value *value, const char *expected)
{
	cr_assert_eq(value->kind, GW_TEXT, "%s", gw_kind_name(value->kind));
	cr_assert(value->len == strlen(expected) &&
			  memcmp(value->as.text, expected, value->len) == 0,
		  "got %.*s, expected %s", (int)value->len, value->as.text, expected);
}

static inline void
assert_reject(const struct batch_case *b, size_t i, size_t row, const char *rule, const char *code)
{
	cr_assert_lt(i, b->out.nrejects, "only %zu rejects", b->out.nrejects);
	cr_assert_eq(b->out.rejects[i].row, row);
	cr_assert_str_eq(b->out.rejects[i].code, code);
	cr_assert_str_eq(b->out.rejects[i].rule, rule);
}

/* One field f fed by column v behind key ma; what a value comes to. */
static inline void
one_field(struct batch_case *b, enum gw_avro_type type, const char *rules)
{
	static char id[] = "ma";
	static char *key[] = {id};

	init(b);
	(void)add_field(&b->c, "id", GW_AVRO_LONG);
	(void)add_field(&b->c, "f", type);
	(void)map_field(&b->c, "id", "ma", "");
	(void)map_field(&b->c, "f", "v", rules);
	set_key(&b->c, key, 1);
}

#endif
