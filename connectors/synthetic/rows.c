#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "synthetic/parts.h"

enum {
	NUMBER_MAX = 24,
	EMPTY_EVERY = 16, /* of the columns that may be null, that many rows have nothing */
	BIG_ROW = 2,
	DAY_FIRST = -7305, /* 1950 */
	DAYS = 25567,      /* to 2019 */
	RING_STEP = 31,
};

#define HOUR_US INT64_C(3600000000)
#define BASE_US INT64_C(1735689600000000)   /* 2025-01-01 */
#define FUTURE_US INT64_C(4070908800000000) /* 2099-01-01 */

static const char *const names[] = {
	"Nguyễn Văn An", "Trần Thị Bích",   "Lê Hoàng Cường", "Phạm Đức Dũng",
	"Hoàng Thị Én",  "Huỳnh Minh Phúc", "Võ Thị Giàu",    "Đặng Hữu Hạnh",
	"H'Hen Niê",     "Bùi Quốc Khánh",  "Đỗ Thị \"Lan\"", "Hồ, Ngọc; Mai",
	"Ngô\\Thế Năng", "Dương Thị Ơn",    "Lý A Páo",       "Điểu K'Ré",
};

/* Bits without a pattern that the eye would see, always the same for the same number. */
static uint64_t
mix(uint64_t x)
{
	x += UINT64_C(0x9e3779b97f4a7c15);
	x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
	return x ^ (x >> 31);
}

int64_t
gw_syn_total(const struct gw_syn_table *table, int64_t moment)
{
	return table->rows + moment * table->insert;
}

/*
 * The rows of the beginning stand in a ring that turns with each moment; those
 * that come to stand at its front are changed, the ones behind them deleted.
 */
struct gw_syn_life
gw_syn_life(const struct gw_syn_table *table, int64_t row)
{
	struct gw_syn_life life = {.born = 0};

	if (row > table->rows) {
		life.born = (row - table->rows - 1) / table->insert + 1;
		life.touched = life.born;
		return life;
	}
	for (int64_t m = 1; m <= table->moment && !life.gone; m++) {
		int64_t place = (row + m * RING_STEP) % table->rows;

		life.gone = place >= table->update && place < table->update + table->erase;
		if (place < table->update || life.gone)
			life.touched = m;
	}
	return life;
}

bool
gw_syn_changed(const struct gw_syn_table *table, int64_t row, int64_t *out_us)
{
	struct gw_syn_life life = gw_syn_life(table, row);

	if (table->nulls > 0 && row % table->nulls == 0)
		return false;
	*out_us = BASE_US + life.touched * HOUR_US;
	if (table->future > 0 && row % table->future == 1)
		*out_us = FUTURE_US;
	/* It was written an hour and a half before it was committed. */
	else if (row > table->rows && (row - table->rows - 1) % table->insert < table->late)
		*out_us -= HOUR_US + HOUR_US / 2;
	return true;
}

/* What a value is made of. */
struct making {
	const struct gw_syn_table *table;
	const struct gw_syn_column *column;
	int64_t row;
	uint64_t bits; /* of this row, column and version */
	struct gw_arena *arena;
};

static bool
put_copy(const struct making *m, enum gw_kind kind, const char *text, size_t len,
	 struct gw_value *out)
{
	char *copy = gw_arena_copy(m->arena, text, len);

	*out = (struct gw_value){.kind = kind, .len = (uint32_t)len, .as.text = copy};
	return copy != NULL;
}

static bool
put_static(enum gw_kind kind, const char *text, struct gw_value *out)
{
	*out = (struct gw_value){.kind = kind, .len = (uint32_t)strlen(text), .as.text = text};
	return true;
}

static bool
put_integer(enum gw_kind kind, int64_t integer, struct gw_value *out)
{
	*out = (struct gw_value){.kind = kind, .as.integer = integer};
	return true;
}

static bool
make_id(const struct making *m, struct gw_value *out)
{
	return put_integer(GW_INT, m->row, out);
}

/* With letters that many collations take for equal; the row's number is its end. */
static bool
make_code(const struct making *m, struct gw_value *out)
{
	char text[NUMBER_MAX + 8];
	int len = snprintf(text, sizeof text, "%s'%" PRIu64 "-%" PRId64,
			   m->row % 2 == 0 ? "đ" : "Đ", mix((uint64_t)m->row) % 10, m->row);

	return put_copy(m, GW_TEXT, text, (size_t)len, out);
}

static bool
make_name(const struct making *m, struct gw_value *out)
{
	return put_static(GW_TEXT, names[m->bits % (sizeof names / sizeof names[0])], out);
}

/* Few digits or many, either sign. */
static bool
make_int(const struct making *m, struct gw_value *out)
{
	return put_integer(GW_INT, (int64_t)m->bits / (INT64_C(1) << (m->bits & 63) / 2), out);
}

static bool
make_bool(const struct making *m, struct gw_value *out)
{
	*out = (struct gw_value){.kind = GW_BOOL, .as.truth = (m->bits & 1) != 0};
	return true;
}

static bool
make_float(const struct making *m, struct gw_value *out)
{
	*out = (struct gw_value){.kind = GW_FLOAT, .as.real = (double)(m->bits >> 11) / 1024};
	return true;
}

static bool
make_decimal(const struct making *m, struct gw_value *out)
{
	char text[NUMBER_MAX + 8];
	int len = snprintf(text, sizeof text, "%s%" PRIu64 ".%02u", m->bits % 3 == 0 ? "-" : "",
			   (m->bits >> 8) >> (m->bits >> 2 & 31), (unsigned)(m->bits % 99) + 1);

	return put_copy(m, GW_DECIMAL, text, (size_t)len, out);
}

static bool
make_date(const struct making *m, struct gw_value *out)
{
	return put_integer(GW_DATE, DAY_FIRST + (int64_t)(m->bits % DAYS), out);
}

static bool
make_timestamp(const struct making *m, struct gw_value *out)
{
	return put_integer(GW_TIMESTAMP, BASE_US - (int64_t)(m->bits % (uint64_t)BASE_US), out);
}

static bool
make_bytes(const struct making *m, struct gw_value *out)
{
	return put_copy(m, GW_BYTES, (const char *)&m->bits, sizeof m->bits, out);
}

static bool
make_odd(const struct making *m, struct gw_value *out)
{
	return m->bits % 4 == 0 ? put_static(GW_UNHELD, "float_nan", out)
				: put_static(GW_TEXT, "even", out);
}

static bool
make_big(const struct making *m, struct gw_value *out)
{
	size_t len = m->row == BIG_ROW ? (size_t)m->table->big : 1;
	char *text = gw_arena_alloc(m->arena, len + 1);

	if (text == NULL)
		return false;
	memset(text, 'x', len);
	*out = (struct gw_value){.kind = GW_TEXT, .len = (uint32_t)len, .as.text = text};
	return true;
}

static bool
make_changed(const struct making *m, struct gw_value *out)
{
	int64_t us;

	if (gw_syn_changed(m->table, m->row, &us))
		return put_integer(GW_TIMESTAMP, us, out);
	*out = (struct gw_value){.kind = GW_NULL};
	return true;
}

static const struct {
	bool (*make)(const struct making *m, struct gw_value *out);
	bool own; /* follows from the row, not from the bits: never empty by chance */
} makers[GW_SYN_KINDS] = {
	[GW_SYN_ID] = {make_id, true},
	[GW_SYN_CODE] = {make_code, true},
	[GW_SYN_NAME] = {make_name, false},
	[GW_SYN_INT] = {make_int, false},
	[GW_SYN_BOOL] = {make_bool, false},
	[GW_SYN_FLOAT] = {make_float, false},
	[GW_SYN_DECIMAL] = {make_decimal, false},
	[GW_SYN_DATE] = {make_date, false},
	[GW_SYN_TIMESTAMP] = {make_timestamp, false},
	[GW_SYN_BYTES] = {make_bytes, false},
	[GW_SYN_ODD] = {make_odd, false},
	[GW_SYN_BIG] = {make_big, true},
	[GW_SYN_CHANGED] = {make_changed, true},
};

bool
gw_syn_value(const struct gw_syn_table *table, const struct gw_syn_column *column, int64_t row,
	     struct gw_arena *arena, struct gw_value *out)
{
	struct making m = {.table = table, .column = column, .row = row, .arena = arena};
	/* A changed row has other values, but for its key. */
	int64_t touched = column->key != 0 ? 0 : gw_syn_life(table, row).touched;

	if (makers[column->kind].own)
		return makers[column->kind].make(&m, out);
	m.bits = mix((uint64_t)table->seed ^ mix((uint64_t)row << 11 ^ (uint64_t)touched) ^
		     (uint64_t)(column - table->columns) << 48);
	if (column->key == 0 && m.bits % EMPTY_EVERY == 0) {
		*out = (struct gw_value){.kind = GW_NULL};
		return true;
	}
	m.bits = mix(m.bits);
	return makers[column->kind].make(&m, out);
}
