#include "postgres/rows.h"

#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "postgres/decode.h"

static const char signature[11] = {'P', 'G', 'C', 'O', 'P', 'Y', '\n', '\377', '\r', '\n', '\0'};

enum { HEADER = 19 }; /* signature, flags, length of an extension */
#define NULL_LENGTH UINT32_MAX

static enum gw_status
damaged(const struct gw_pg_rows *rows, struct gw_error *err)
{
	return gw_fail(err, GW_RETRY, _("%s: the server sent a damaged row"), rows->plan->shown);
}

/* Moves past the header that stands before the first row. */
static bool
skip_header(const char **data, const char *end)
{
	uint32_t extension;

	if (end - *data < HEADER || memcmp(*data, signature, sizeof signature) != 0)
		return false;
	extension = gw_pg_u32(*data + HEADER - 4);
	*data += HEADER;
	if (extension > (size_t)(end - *data))
		return false;
	*data += extension;
	return true;
}

/* One length-prefixed field; the length is checked against what there is. */
static inline bool
take_field(const char **data, const char *end, struct gw_pg_raw *out)
{
	uint32_t len;

	if (end - *data < 4)
		return false;
	len = gw_pg_u32(*data);
	*data += 4;
	if (len == NULL_LENGTH) {
		*out = (struct gw_pg_raw){NULL, 0};
		return true;
	}
	if (len > (size_t)(end - *data))
		return false;
	*out = (struct gw_pg_raw){*data, len};
	*data += len;
	return true;
}

static inline enum gw_pg_decoded
decode_field(const struct gw_pg_rows *rows, enum gw_pg_wire wire, const struct gw_pg_raw *raw,
	     struct gw_value *out)
{
	static const char not_utf8[] = "not_utf8";
	enum gw_pg_decoded decoded;

	if (raw->data == NULL) {
		*out = (struct gw_value){.kind = GW_NULL};
		return GW_PG_DECODED;
	}
	decoded = gw_pg_decode(wire, raw->data, raw->len, rows->arena, out);
	if (rows->check_text && decoded == GW_PG_DECODED && out->kind == GW_TEXT &&
	    !gw_utf8_valid(out->as.text, out->len))
		*out = (struct gw_value){
			.kind = GW_UNHELD, .len = sizeof not_utf8 - 1, .as.text = not_utf8};
	return decoded;
}

/* Remembers field number f where key or order need it. */
static void
note(const struct gw_pg_rows *rows, size_t f, const struct gw_pg_raw *raw, struct gw_pg_raw *now)
{
	const struct gw_pg_plan *plan = rows->plan;

	for (size_t i = 0; i < plan->norder; i++)
		if (plan->order[i].field == f)
			now[i] = *raw;
	for (size_t i = 0; i < plan->nkey; i++)
		if (plan->key[i].field == f)
			now[GW_PG_MAX_ORDER + i] = *raw;
}

static bool
same_key(const struct gw_pg_rows *rows, const struct gw_pg_raw *now)
{
	for (size_t i = 0; i < rows->plan->nkey; i++) {
		const struct gw_pg_raw *a = &rows->last[GW_PG_MAX_ORDER + i];
		const struct gw_pg_raw *b = &now[GW_PG_MAX_ORDER + i];

		if (a->len != b->len || memcmp(a->data, b->data, a->len) != 0)
			return false;
	}
	return true;
}

static enum gw_status
check_key(const struct gw_pg_rows *rows, const struct gw_pg_raw *now, struct gw_error *err)
{
	for (size_t i = 0; i < rows->plan->nkey; i++)
		if (now[GW_PG_MAX_ORDER + i].data == NULL)
			return gw_fail(err, GW_CONFIG,
				       _("the key column %s of %s is empty (NULL) in a row: a key "
					 "must identify every row"),
				       rows->plan->key[i].name, rows->plan->shown);
	if (rows->check_duplicates && rows->nrows > 0 && same_key(rows, now))
		return gw_fail(err, GW_CONFIG,
			       _("two rows of %s have the same key (%s%s): name the columns that "
				 "identify a row with key: …"),
			       rows->plan->shown, rows->plan->key[0].name,
			       rows->plan->nkey > 1 ? ", …" : "");
	return GW_OK;
}

/* Decodes the fields of one row into values; *data is behind the count of fields. */
static enum gw_pg_decoded
take_row(const struct gw_pg_rows *rows, const char **data, const char *end, struct gw_pg_raw *now)
{
	const struct gw_pg_plan *plan = rows->plan;
	struct gw_value *to = rows->values + rows->nrows * plan->nvisible;
	struct gw_pg_raw raw;

	for (size_t f = 0; f < plan->nfields; f++) {
		enum gw_pg_decoded decoded = GW_PG_DECODED;

		if (!take_field(data, end, &raw))
			return GW_PG_DAMAGED;
		if (f < plan->nvisible)
			decoded = decode_field(rows, plan->wire[f], &raw, &to[f]);
		if (decoded != GW_PG_DECODED)
			return decoded;
		if (f >= plan->nvisible || plan->for_order[f])
			note(rows, f, &raw, now);
	}
	return GW_PG_DECODED;
}

/* One row, or the trailer. */
static enum gw_status
take_one(struct gw_pg_rows *rows, const char **data, const char *end, struct gw_error *err)
{
	struct gw_pg_raw now[GW_PG_MAX_ORDER + GW_PG_MAX_KEY] = {{NULL, 0}};
	enum gw_pg_decoded decoded;
	uint16_t fields;

	if (rows->ended || end - *data < 2)
		return damaged(rows, err);
	fields = gw_pg_u16(*data);
	*data += 2;
	rows->ended = fields == UINT16_MAX;
	if (rows->ended)
		return GW_OK;
	if (fields != rows->plan->nfields || rows->nrows == rows->most)
		return damaged(rows, err);
	decoded = take_row(rows, data, end, now);
	if (decoded == GW_PG_DAMAGED)
		return damaged(rows, err);
	rows->no_memory = decoded == GW_PG_NO_MEMORY;
	if (rows->no_memory)
		return GW_OK;
	if (check_key(rows, now, err) != GW_OK)
		return err->status;
	memcpy(rows->last, now, sizeof now);
	rows->nrows++;
	return GW_OK;
}

enum gw_status
gw_pg_rows_feed(struct gw_pg_rows *rows, const char *data, size_t len, struct gw_error *err)
{
	const char *copy, *end;

	if (rows->no_memory)
		return GW_OK;
	copy = gw_arena_copy(rows->arena, data, len);
	if (copy == NULL) {
		rows->no_memory = true;
		return GW_OK;
	}
	end = copy + len;
	if (!rows->begun && !skip_header(&copy, end))
		return damaged(rows, err);
	rows->begun = true;
	while (copy < end && !rows->no_memory)
		if (take_one(rows, &copy, end, err) != GW_OK)
			return err->status;
	return GW_OK;
}

/* ---- what a bookmark remembers ----------------------------------------------------------------
 */

static bool
put_day(const struct gw_value *value, struct gw_buf *out)
{
	char text[GW_TIME_TEXT];
	int64_t first, last;

	/* Years that the input function would read otherwise are refused. */
	if (!gw_date_from_civil(1, 1, 1, &first) || !gw_date_from_civil(9999, 12, 31, &last) ||
	    value->as.integer < first || value->as.integer > last)
		return false;
	gw_date_format(value->as.integer, text);
	return gw_buf_puts(out, text);
}

static bool
put_time(const struct gw_value *value, struct gw_buf *out)
{
	char text[GW_TIME_TEXT];
	int64_t first, last;

	if (!gw_date_from_civil(1, 1, 1, &first) || !gw_date_from_civil(9999, 12, 31, &last) ||
	    value->as.integer / INT64_C(86400000000) <= first ||
	    value->as.integer / INT64_C(86400000000) >= last)
		return false;
	gw_timestamp_format(value->as.integer, text);
	return gw_buf_puts(out, text);
}

static bool
put_infinity(enum gw_pg_wire wire, const char *data, struct gw_buf *out)
{
	bool negative = ((unsigned char)data[0] & 0x80) != 0;

	if (wire != GW_PG_DATE && wire != GW_PG_TIMESTAMP)
		return false;
	return gw_buf_puts(out, negative ? "-infinity" : "infinity");
}

static bool
put_raw(enum gw_pg_wire wire, const struct gw_pg_raw *raw, struct gw_arena *arena,
	struct gw_buf *out)
{
	struct gw_value value;

	if (gw_pg_decode(wire, raw->data, raw->len, arena, &value) != GW_PG_DECODED)
		return false;
	switch (value.kind) {
	case GW_BOOL:
		return gw_buf_puts(out, value.as.truth ? "t" : "f");
	case GW_INT:
		return gw_buf_printf(out, "%lld", (long long)value.as.integer);
	case GW_DATE:
		return put_day(&value, out);
	case GW_TIMESTAMP:
		return put_time(&value, out);
	case GW_UNHELD:
		return put_infinity(wire, raw->data, out);
	case GW_TEXT:
	case GW_DECIMAL:
		/* A padded text's blanks don't count when it is compared. */
		return gw_buf_append(out, value.as.text, value.len);
	case GW_NULL:
	case GW_FLOAT:
	case GW_BYTES:
		break;
	}
	return false;
}

static enum gw_status
order_text(const struct gw_pg_rows *rows, const struct gw_pg_order *order,
	   const struct gw_pg_raw *raw, struct gw_buf *out, struct gw_error *err)
{
	if (raw->data == NULL)
		return gw_fail(err, GW_CONFIG,
			       _("the column %s of %s is empty (NULL) in a row, but orders the "
				 "changes"),
			       order->name, rows->plan->shown);
	if (!put_raw(order->wire, raw, rows->arena, out))
		return gw_fail(err, GW_CONFIG,
			       _("the column %s of %s has a value that can't be used to order rows "
				 "(a date beyond year 9999, or text that is too long)"),
			       order->name, rows->plan->shown);
	return GW_OK;
}

enum gw_status
gw_pg_rows_order_text(const struct gw_pg_rows *rows, size_t i, struct gw_buf *out,
		      struct gw_error *err)
{
	return order_text(rows, &rows->plan->order[i], &rows->last[i], out, err);
}

enum gw_status
gw_pg_rows_key_text(const struct gw_pg_rows *rows, size_t i, struct gw_buf *out,
		    struct gw_error *err)
{
	return order_text(rows, &rows->plan->key[i], &rows->last[GW_PG_MAX_ORDER + i], out, err);
}
