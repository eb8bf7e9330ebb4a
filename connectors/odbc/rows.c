#include "odbc/rows.h"

#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "odbc/decode.h"

enum { CUTS_FIRST = 64 };

bool
gw_odbc_block_make(const struct gw_odbc_plan *plan, size_t rows, struct gw_arena *arena,
		   struct gw_odbc_block *out)
{
	size_t n = plan->nfields;
	struct gw_odbc_block block = {
		.rows = rows,
		.data = gw_arena_zalloc(arena, (n + 1) * sizeof *block.data),
		.lengths = gw_arena_zalloc(arena, (n + 1) * sizeof *block.lengths),
		.stride = gw_arena_zalloc(arena, (n + 1) * sizeof *block.stride),
	};

	if (block.data == NULL || block.lengths == NULL || block.stride == NULL)
		return false;
	for (size_t f = 0; f < n; f++) {
		/* One for the NUL of a text. */
		block.stride[f] =
			plan->fields[f].width + (plan->fields[f].type->form != GW_ODBC_REAL);
		block.data[f] = gw_arena_alloc(arena, rows * block.stride[f]);
		block.lengths[f] = gw_arena_zalloc(arena, rows * sizeof **block.lengths);
		if (block.data[f] == NULL || block.lengths[f] == NULL)
			return false;
	}
	*out = block;
	return true;
}

enum held { HELD, EMPTY, CUT };

/* One field of one row of the block. */
struct cell {
	const char *data;
	size_t len;
	enum held is; /* one word: two flags beside each other are slower to write and read again */
};

static inline struct cell
cell_at(const struct gw_odbc_rows *rows, size_t f, size_t r)
{
	const struct gw_odbc_block *block = rows->block;
	SQLLEN length = block->lengths[f][r];
	struct cell cell = {.data = block->data[f] + r * block->stride[f], .is = HELD};

	if (length == SQL_NULL_DATA)
		cell.is = EMPTY;
	else if (length < 0 || (size_t)length > rows->plan->fields[f].width)
		cell.is = CUT;
	else
		cell.len = (size_t)length;
	return cell;
}

/* Whether a value of that form points into the buffer, which the next fetch fills again. */
static bool
borrows(const struct gw_odbc_rows *rows, size_t f, const struct gw_value *value)
{
	const struct gw_odbc_block *block = rows->block;
	const char *begin = block->data[f];

	switch (value->kind) {
	case GW_TEXT:
	case GW_BYTES:
	case GW_DECIMAL:
		return value->as.text >= begin &&
		       value->as.text < begin + block->rows * block->stride[f];
	case GW_NULL:
	case GW_BOOL:
	case GW_INT:
	case GW_FLOAT:
	case GW_DATE:
	case GW_TIMESTAMP:
	case GW_UNHELD:
		break;
	}
	return false;
}

/* The row's texts, of so many bytes, move into the arena in one piece. */
static bool
keep_texts(const struct gw_odbc_rows *rows, struct gw_value *to, size_t bytes)
{
	size_t n = rows->plan->nvisible;
	char *copy;

	if (bytes == 0)
		return true;
	copy = gw_arena_alloc(rows->arena, bytes);
	if (copy == NULL)
		return false;
	for (size_t f = 0; f < n; f++) {
		if (!borrows(rows, f, &to[f]))
			continue;
		memcpy(copy, to[f].as.text, to[f].len);
		to[f].as.text = copy;
		copy += to[f].len;
	}
	return true;
}

/* Blanks that pad a text are not part of it. */
static size_t
length_of(const struct gw_odbc_field *field, const char *data, size_t len)
{
	while (field->type->form == GW_ODBC_PADDED && len > 0 && data[len - 1] == ' ')
		len--;
	return len;
}

/* What the row holds of a key or cursor column, as the text of a parameter. */
static bool
put_own(const struct gw_odbc_field *field, const struct cell *cell, struct gw_values *out)
{
	enum gw_odbc_form form = field->type->form;
	char hex[2 * GW_BOOKMARK_MAX + 1];
	size_t len = length_of(field, cell->data, cell->len);

	if (form != GW_ODBC_BYTES)
		return gw_utf8_valid(cell->data, len) && gw_values_add(out, cell->data, len);
	if (len > GW_BOOKMARK_MAX)
		return false;
	gw_hex_encode((const unsigned char *)cell->data, len, hex);
	return gw_values_add(out, hex, 2 * len);
}

static enum gw_status
fail_null(const struct gw_odbc_rows *rows, const struct gw_odbc_field *field, bool key,
	  struct gw_error *err)
{
	return key ? gw_fail(err, GW_CONFIG,
			     _("the key column %s of %s is empty (NULL) in a row: a key must "
			       "identify every row"),
			     field->name, rows->plan->shown)
		   : gw_fail(err, GW_CONFIG,
			     _("the column %s of %s is empty (NULL) in a row, but orders the "
			       "changes"),
			     field->name, rows->plan->shown);
}

/* The values of key or order of row r of the block. */
static enum gw_status
take_own(const struct gw_odbc_rows *rows, size_t r, bool key, struct gw_values *out,
	 struct gw_error *err)
{
	const struct gw_odbc_plan *plan = rows->plan;
	const size_t *fields = key ? plan->key : plan->order;
	size_t n = key ? plan->nkey : plan->norder;

	gw_values_clear(out);
	for (size_t i = 0; i < n; i++) {
		const struct gw_odbc_field *field = &plan->fields[fields[i]];
		struct cell cell = cell_at(rows, fields[i], r);

		if (cell.is == EMPTY)
			return fail_null(rows, field, key, err);
		if (cell.is == CUT || !put_own(field, &cell, out))
			return gw_bookmark_fail_long(err);
	}
	return GW_OK;
}

bool
gw_odbc_rows_same(const struct gw_odbc_field *field, const char *data, size_t len,
		  const char *param)
{
	size_t want = length_of(field, param, strlen(param));

	if (field->type->form != GW_ODBC_TEXT && field->type->form != GW_ODBC_PADDED)
		return true;
	len = length_of(field, data, len);
	return len == want && memcmp(data, param, len) == 0;
}

/* Whether row r of the block has one of the keys that are asked for. */
static bool
is_asked(const struct gw_odbc_rows *rows, size_t r)
{
	const struct gw_odbc_plan *plan = rows->plan;
	bool same = false;

	for (size_t key = 0; key < rows->nasked && !same; key++) {
		same = true;
		for (size_t i = 0; i < plan->nkey && same; i++) {
			struct cell cell = cell_at(rows, plan->key[i], r);

			same = cell.is == HELD &&
			       gw_odbc_rows_same(&plan->fields[plan->key[i]], cell.data, cell.len,
						 rows->asked[key * plan->nkey + i]);
		}
	}
	return same;
}

static bool
same_cell(const struct gw_odbc_rows *rows, size_t f, size_t a, size_t b)
{
	struct cell x = cell_at(rows, f, a), y = cell_at(rows, f, b);

	return x.len == y.len && memcmp(x.data, y.data, x.len) == 0;
}

/* Two rows of a block are compared as they stand, the first with the last of the block before. */
static enum gw_status
compare_keys(const struct gw_odbc_rows *rows, size_t r, bool *same, struct gw_error *err)
{
	struct gw_values now;

	*same = true;
	for (size_t i = 0; r > 0 && i < rows->plan->nkey && *same; i++)
		*same = same_cell(rows, rows->plan->key[i], r - 1, r);
	if (r > 0)
		return GW_OK;
	if (take_own(rows, r, true, &now, err) != GW_OK)
		return err->status;
	*same = now.used == rows->key.used && memcmp(now.bytes, rows->key.bytes, now.used) == 0;
	return GW_OK;
}

static enum gw_status
check_key(const struct gw_odbc_rows *rows, size_t r, struct gw_error *err)
{
	const struct gw_odbc_plan *plan = rows->plan;
	bool same = false;

	for (size_t i = 0; i < plan->nkey; i++)
		if (cell_at(rows, plan->key[i], r).is == EMPTY)
			return fail_null(rows, &plan->fields[plan->key[i]], true, err);
	if (rows->check_duplicates && rows->nrows > 0 && compare_keys(rows, r, &same, err) != GW_OK)
		return err->status;
	if (!same)
		return GW_OK;
	return gw_fail(err, GW_CONFIG,
		       _("two rows of %s have the same key (%s%s): name the columns that identify "
			 "a row with key: …"),
		       plan->shown, plan->key_names[0], plan->nkey > 1 ? ", …" : "");
}

static bool
grow_cuts(struct gw_odbc_rows *rows)
{
	size_t room = rows->room == 0 ? CUTS_FIRST : 2 * rows->room;
	struct gw_odbc_cut *cuts = gw_arena_alloc(rows->scratch, room * sizeof *cuts);

	if (cuts == NULL)
		return false;
	if (rows->ncuts > 0)
		memcpy(cuts, rows->cuts, rows->ncuts * sizeof *cuts);
	rows->cuts = cuts;
	rows->room = room;
	return true;
}

/* Remembers the row's key, by which it is fetched whole. */
static enum gw_status
note_cut(struct gw_odbc_rows *rows, size_t r, struct gw_error *err)
{
	size_t n = rows->plan->nkey;
	const char **key = gw_arena_alloc(rows->scratch, n * sizeof *key);
	struct gw_values values;

	rows->no_memory = key == NULL || (rows->ncuts == rows->room && !grow_cuts(rows));
	if (rows->no_memory)
		return GW_OK;
	if (take_own(rows, r, true, &values, err) != GW_OK)
		return err->status;
	for (size_t i = 0; i < n; i++) {
		const char *text = gw_values_get(&values, i);

		key[i] = gw_arena_copy(rows->scratch, text, strlen(text));
		rows->no_memory = rows->no_memory || key[i] == NULL;
	}
	if (!rows->no_memory)
		rows->cuts[rows->ncuts++] = (struct gw_odbc_cut){rows->nrows, key};
	return GW_OK;
}

/* Decodes the fields of one row; *cut: some did not fit their buffers. */
static bool
decode_row(struct gw_odbc_rows *rows, size_t r, bool *cut)
{
	const struct gw_odbc_plan *plan = rows->plan;
	struct gw_value *to = rows->values + rows->nrows * plan->nvisible;
	size_t bytes = 0;

	*cut = false;
	for (size_t f = 0; f < plan->nvisible; f++) {
		struct cell cell = cell_at(rows, f, r);

		to[f] = (struct gw_value){.kind = GW_NULL};
		*cut |= cell.is == CUT;
		if (cell.is != HELD)
			continue;
		if (!gw_odbc_decode(plan->fields[f].type->form, cell.data, cell.len, rows->zone,
				    rows->arena, &to[f]))
			return false;
		bytes += borrows(rows, f, &to[f]) ? to[f].len : 0;
	}
	return keep_texts(rows, to, bytes);
}

static enum gw_status
take_one(struct gw_odbc_rows *rows, size_t r, struct gw_error *err)
{
	bool cut;

	if (check_key(rows, r, err) != GW_OK)
		return err->status;
	rows->no_memory = rows->no_memory || !decode_row(rows, r, &cut);
	if (!rows->no_memory && cut && note_cut(rows, r, err) != GW_OK)
		return err->status;
	rows->nrows += !rows->no_memory;
	return GW_OK;
}

enum gw_status
gw_odbc_rows_take(struct gw_odbc_rows *rows, struct gw_error *err)
{
	size_t r, taken = 0;

	for (r = 0; r < rows->block->fetched && rows->nrows < rows->most; r++, taken++) {
		if (rows->asked != NULL && !is_asked(rows, r))
			continue;
		if (take_one(rows, r, err) != GW_OK)
			return err->status;
		if (rows->no_memory)
			break;
	}
	if (taken == 0)
		return GW_OK;
	if (take_own(rows, taken - 1, true, &rows->key, err) != GW_OK)
		return err->status;
	return rows->in_order ? take_own(rows, taken - 1, false, &rows->order, err) : GW_OK;
}
