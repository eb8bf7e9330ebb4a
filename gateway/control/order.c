#include "control/order.h"

#include <string.h>

#include "base/i18n.h"
#include "control/sealed.h"
#include "kafka/json.h"

#define FORMAT "order/1"

enum { TEXT_MAX = 4 * 1024 * 1024 };

static const char *const kinds[] = {
	[GW_ORDER_REPLAY] = "replay",     [GW_ORDER_BACKFILL] = "backfill",
	[GW_ORDER_POSITION] = "position", [GW_ORDER_SUMS] = "sums",
	[GW_ORDER_COMPARE] = "compare",   [GW_ORDER_LOOK] = "look",
	[GW_ORDER_RESUME] = "resume",
};

enum { KINDS = sizeof kinds / sizeof kinds[0] };

const char *
gw_order_word(enum gw_order_kind kind)
{
	return kinds[kind];
}

static bool
wants_keys(enum gw_order_kind kind)
{
	return kind == GW_ORDER_REPLAY || kind == GW_ORDER_LOOK;
}

/* What both ways ask of an order. */
static bool
is_good(const struct gw_order *order)
{
	const struct gw_keys *keys = &order->keys;

	if (order->rows != NULL && order->kind != GW_ORDER_REPLAY)
		return false;
	if (!wants_keys(order->kind))
		return keys->count == 0 && order->len <= GW_ORDER_DATA;
	return keys->count >= 1 && keys->count <= GW_ORDER_KEYS && keys->ncolumns >= 1 &&
	       keys->ncolumns <= GW_KEY_COLUMNS && order->len == 0;
}

/* [version, row] for each key, null where there is none; NULL: no memory, or not UTF-8. */
static json_t *
rows_new(const struct gw_order *order)
{
	json_t *array = json_array();

	for (size_t i = 0; array != NULL && i < order->keys.count; i++) {
		const struct gw_order_row *row = &order->rows[i];
		json_t *pair = row->row == NULL ? json_null()
						: json_pack("[I, s%]", (json_int_t)row->version,
							    row->row, row->len);

		if (json_array_append_new(array, pair) != 0) {
			json_decref(array);
			array = NULL;
		}
	}
	return array;
}

/* What only the pull may read; NULL: no memory. */
static json_t *
inner_new(const struct gw_order *order)
{
	const struct gw_span *range = &order->range;
	json_t *inner;

	if (wants_keys(order->kind)) {
		inner = gw_keys_json(&order->keys);
		if (order->rows != NULL &&
		    json_object_set_new(inner, "rows", rows_new(order)) != 0) {
			json_decref(inner);
			inner = NULL;
		}
		return inner;
	}
	return json_pack("{s:s?, s:s?, s:s?}", "column", range->column, "from", range->from, "to",
			 range->to);
}

static json_t *
data_new(const struct gw_order *order)
{
	return order->len == 0 ? json_null() : gw_base64_new(order->data, order->len);
}

enum gw_status
gw_order_encode(const struct gw_order *order, const unsigned char pull_public[32],
		struct gw_buf *out, struct gw_error *err)
{
	size_t before = out->len;
	json_t *sealed = NULL;

	if (!is_good(order))
		return gw_fail(err, GW_REJECT,
			       _("%zu keys of %zu columns can't be asked for at once: at most %d "
				 "keys of %d columns"),
			       order->keys.count, order->keys.ncolumns, (int)GW_ORDER_KEYS,
			       (int)GW_KEY_COLUMNS);
	if (gw_sealed_new(inner_new(order), pull_public, &sealed, err) != GW_OK ||
	    gw_json_write(json_pack("{s:s, s:s, s:s, s:s, s:s, s:o, s:I, s:b, s:b, s:I, s:o, "
				    "s:o}",
				    "format", FORMAT, "id", order->id, "kind", kinds[order->kind],
				    "stream", order->stream, "by", order->by, "at",
				    gw_json_time_new(order->at_us), "count",
				    (json_int_t)order->keys.count, "dry", (int)order->dry, "repair",
				    (int)order->repair, "allow", (json_int_t)order->allow, "data",
				    data_new(order), "sealed", sealed),
			  out, err) != GW_OK)
		return err->status;
	if (out->len - before <= TEXT_MAX)
		return GW_OK;
	out->len = before;
	return gw_fail(err, GW_REJECT, "%s",
		       _("the keys of these rows are too long to be asked for at once; ask for "
			 "fewer"));
}

static bool
read_kind(const json_t *root, enum gw_order_kind *out)
{
	size_t kind;

	if (!gw_json_word(root, "kind", kinds, KINDS, &kind))
		return false;
	*out = (enum gw_order_kind)kind;
	return true;
}

static bool
read_root(const json_t *root, struct gw_order *out)
{
	char format[16];
	unsigned char id[16];

	return gw_json_text(root, "format", format, sizeof format) && strcmp(format, FORMAT) == 0 &&
	       gw_json_text(root, "id", out->id, sizeof out->id) && gw_uuid_parse(out->id, id) &&
	       read_kind(root, &out->kind) &&
	       gw_json_text(root, "stream", out->stream, sizeof out->stream) &&
	       gw_json_text(root, "by", out->by, sizeof out->by) &&
	       gw_json_time(root, "at", &out->at_us) && gw_json_bool(root, "dry", &out->dry) &&
	       gw_json_bool(root, "repair", &out->repair) &&
	       (json_object_get(root, "allow") == NULL ||
		gw_json_i64(root, "allow", 0, &out->allow));
}

static bool
read_row(const json_t *pair, struct gw_arena *arena, struct gw_order_row *out)
{
	const json_t *version = json_array_get(pair, 0), *row = json_array_get(pair, 1);

	*out = (struct gw_order_row){.row = NULL};
	if (json_is_null(pair))
		return true;
	if (json_array_size(pair) != 2 || !json_is_integer(version) || !json_is_string(row))
		return false;
	out->version = json_integer_value(version);
	out->len = json_string_length(row);
	out->row = gw_arena_copy(arena, json_string_value(row), out->len);
	return out->row != NULL && out->version > 0;
}

static bool
read_rows(const json_t *inner, struct gw_arena *arena, struct gw_order *out)
{
	const json_t *array = json_object_get(inner, "rows");
	struct gw_order_row *rows;

	if (array == NULL)
		return true;
	if (!json_is_array(array) || json_array_size(array) != out->keys.count)
		return false;
	rows = gw_arena_alloc(arena, out->keys.count * sizeof *rows);
	out->rows = rows;
	for (size_t i = 0; rows != NULL && i < out->keys.count; i++)
		if (!read_row(json_array_get(array, i), arena, &rows[i]))
			return false;
	return rows != NULL;
}

static bool
read_inner(const json_t *inner, struct gw_arena *arena, struct gw_order *out)
{
	if (wants_keys(out->kind))
		return gw_keys_read(inner, GW_ORDER_KEYS, arena, &out->keys) &&
		       read_rows(inner, arena, out);
	return inner != NULL && gw_json_optional(inner, "column", arena, &out->range.column) &&
	       gw_json_optional(inner, "from", arena, &out->range.from) &&
	       gw_json_optional(inner, "to", arena, &out->range.to);
}

enum gw_status
gw_order_decode(const char *text, size_t len, const struct gw_pull_keys *keys,
		struct gw_arena *arena, struct gw_order *out, struct gw_error *err)
{
	struct gw_order order = {.at_us = 0};
	json_t *root = gw_json_parse(text, len, TEXT_MAX);
	bool ours = read_root(root, &order) &&
		    gw_base64_read(root, "data", GW_ORDER_DATA, arena, &order.data, &order.len);
	json_t *inner = ours ? gw_sealed_open(root, "sealed", keys) : NULL;
	bool good = read_inner(inner, arena, &order) && is_good(&order);

	json_decref(inner);
	json_decref(root);
	if (!ours)
		return gw_fail(err, GW_REJECT, "%s",
			       _("this is not an order that this program has written"));
	if (!good)
		return gw_fail(err, GW_REJECT,
			       _("order %s for stream %s can't be opened: it was damaged, or "
				 "sealed to another key than keys.pull_public_file"),
			       order.id, order.stream);
	*out = order;
	return GW_OK;
}
