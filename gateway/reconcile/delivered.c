#include "reconcile/delivered.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "avro/codec.h"
#include "base/i18n.h"
#include "load/canon.h"
#include "load/migrate.h"
#include "load/warehouse.h"
#include "reconcile/column.h"

enum {
	MAX_SQL = 256 * 1024,
	ROW_LIMIT = 8 * 1024 * 1024,
	LOOK_KEYS = 1000, /* at once */
	MAX_KEYS = 8 * 1024 * 1024,
	LOOK_EVERY = 65536, /* rows between two looks at *stop */
	COPY_HEAD = 19,
};

#define LOOK_NAME "reconcile_look"
#define LETTERS_NAME "reconcile_letters"

struct gw_delivered {
	const char *source, *stream;
	const struct gw_schema *schema;
	struct gw_db *db;
	struct gw_canon_table table;
	int *columns; /* of each field: column of the table, or -1 */
	int *fields;  /* of each chosen column, in the order of the COPY */
	size_t chosen;
	struct gw_value *values; /* of the row in hand */
	struct gw_arena arena;   /* likewise */
	struct gw_buf sql, keys;
	bool prepared;
};

void
gw_delivered_close(struct gw_delivered *d)
{
	if (d == NULL)
		return;
	gw_db_close(d->db);
	gw_canon_release(&d->table);
	free(d->columns);
	free(d->fields);
	free(d->values);
	gw_arena_release(&d->arena);
	gw_buf_release(&d->sql);
	gw_buf_release(&d->keys);
	free(d);
}

/* A field that the table lacks was never loaded: it has its default there. */
static void
choose_columns(struct gw_delivered *d)
{
	for (size_t f = 0; f < d->schema->nfields; f++) {
		const struct gw_schema_field *field = &d->schema->fields[f];

		d->columns[f] = -1;
		d->values[f] =
			field->has_default ? field->fallback : (struct gw_value){.kind = GW_NULL};
		for (size_t c = 0; c < d->table.count; c++)
			if (strcmp(d->table.columns[c].name, field->name) == 0)
				d->columns[f] = (int)c;
		if (d->columns[f] >= 0)
			d->fields[d->chosen++] = (int)f;
	}
}

static enum gw_status
open_table(struct gw_delivered *d, const struct gw_config *config, struct gw_error *err)
{
	static const char limits[] =
		"SET default_transaction_read_only = on; SET statement_timeout = 0";
	size_t nfields = d->schema->nfields;

	d->columns = calloc(nfields + 1, sizeof *d->columns);
	d->fields = calloc(nfields + 1, sizeof *d->fields);
	d->values = calloc(nfields + 1, sizeof *d->values);
	if (d->columns == NULL || d->fields == NULL || d->values == NULL)
		return gw_fail_memory(err);
	(void)strncat(d->table.entity, d->schema->entity, GW_MAX_NAME - 1);
	if (gw_warehouse_connect(config, "songma reconcile", &d->db, err) != GW_OK ||
	    gw_db_exec(d->db, limits, err) != GW_OK ||
	    gw_migrate_read(d->db, &d->table, 0, err) != GW_OK)
		return err->status;
	choose_columns(d);
	return GW_OK;
}

enum gw_status
gw_delivered_open(const struct gw_config *config, const char *source, const char *stream,
		  const struct gw_schema *schema, struct gw_delivered **out, struct gw_error *err)
{
	struct gw_delivered *d = calloc(1, sizeof *d);

	if (d == NULL)
		return gw_fail_memory(err);
	d->source = source;
	d->stream = stream;
	d->schema = schema;
	gw_arena_init(&d->arena, ROW_LIMIT);
	gw_buf_init(&d->sql, MAX_SQL);
	gw_buf_init(&d->keys, MAX_KEYS);
	if (open_table(d, config, err) != GW_OK) {
		gw_delivered_close(d);
		return err->status;
	}
	*out = d;
	return GW_OK;
}

/* ---- statements ----------------------------------------------------------------------------- */

static void
put_literal(struct gw_buf *out, const char *text)
{
	(void)gw_buf_putc(out, '\'');
	for (; *text != '\0'; text++) {
		if (*text == '\'')
			(void)gw_buf_putc(out, '\'');
		(void)gw_buf_putc(out, *text);
	}
	(void)gw_buf_putc(out, '\'');
}

static void
put_columns(const struct gw_delivered *d, struct gw_buf *out)
{
	for (size_t i = 0; i < d->chosen; i++)
		(void)gw_buf_printf(out, ", \"%s\"", d->schema->fields[d->fields[i]].name);
}

static enum gw_status
begin_copy(struct gw_delivered *d, bool columns, struct gw_error *err)
{
	struct gw_buf *sql = &d->sql;

	gw_buf_clear(sql);
	(void)gw_buf_puts(sql, "COPY (SELECT _key");
	if (columns)
		put_columns(d, sql);
	(void)gw_buf_printf(sql, " FROM canon.\"%s\" WHERE _source = ", d->table.entity);
	put_literal(sql, d->source);
	(void)gw_buf_puts(sql, " AND _stream = ");
	put_literal(sql, d->stream);
	(void)gw_buf_puts(sql, " AND _deleted_at IS NULL) TO STDOUT (FORMAT binary)");
	if (sql->failed)
		return gw_fail_memory(err);
	return gw_db_copy_out(d->db, sql->data, err);
}

static enum gw_status
prepare(struct gw_delivered *d, struct gw_error *err)
{
	static const char letters[] =
		"SELECT DISTINCT key FROM ops.dead_letter WHERE source = $1 AND stream = $2 "
		"AND key = ANY ($3::text[]) AND state IN ('open', 'fixed', 'replayed')";
	struct gw_buf *sql = &d->sql;

	if (d->prepared)
		return GW_OK;
	gw_buf_clear(sql);
	(void)gw_buf_puts(sql, "SELECT _key, _version");
	put_columns(d, sql);
	(void)gw_buf_printf(sql,
			    " FROM canon.\"%s\" WHERE _source = $1 AND _stream = $2 AND "
			    "_key = ANY ($3::text[]) AND _deleted_at IS NULL",
			    d->table.entity);
	if (sql->failed)
		return gw_fail_memory(err);
	if ((d->table.count > 0 && gw_db_prepare(d->db, LOOK_NAME, sql->data, err) != GW_OK) ||
	    gw_db_prepare(d->db, LETTERS_NAME, letters, err) != GW_OK)
		return err->status;
	d->prepared = true;
	return GW_OK;
}

/* ---- rows ----------------------------------------------------------------------------------- */

/* One row of a binary COPY, taken from the left. */
struct row_reader {
	const char *at, *end;
	bool damaged;
};

static uint64_t
take(struct row_reader *reader, size_t size)
{
	uint64_t n = 0;

	if ((size_t)(reader->end - reader->at) < size) {
		reader->damaged = true;
		return 0;
	}
	for (size_t i = 0; i < size; i++)
		n = n << 8 | (unsigned char)reader->at[i];
	reader->at += size;
	return n;
}

/* The next column; data NULL for null. */
static struct gw_db_bytes
take_cell(struct row_reader *reader)
{
	struct gw_db_bytes cell = {.len = (size_t)take(reader, 4)};

	if (reader->damaged || cell.len == UINT32_MAX)
		return (struct gw_db_bytes){0};
	if ((size_t)(reader->end - reader->at) < cell.len) {
		reader->damaged = true;
		return (struct gw_db_bytes){0};
	}
	cell.data = reader->at;
	reader->at += cell.len;
	return cell;
}

static enum gw_status
fail_damaged(struct gw_error *err)
{
	return gw_fail(err, GW_RETRY, "%s", _("the warehouse sent a damaged row"));
}

static enum gw_status
take_value(struct gw_delivered *d, size_t i, struct gw_db_bytes cell, struct gw_error *err)
{
	int f = d->fields[i];
	struct gw_value *value = &d->values[f];
	enum gw_column_type type = d->table.columns[d->columns[f]].type;

	if (cell.data == NULL) {
		value->kind = GW_NULL;
		return GW_OK;
	}
	if (gw_column_value(type, cell.data, cell.len, &d->arena, value, err) != GW_OK)
		return err->status;
	if (value->kind == GW_FLOAT)
		gw_column_narrow(&d->schema->fields[f], value);
	return GW_OK;
}

/* A message has whole rows: the first one has the header before it, the last one the trailer. */
typedef enum gw_status message_fn(void *arg, struct row_reader *row, struct gw_error *err);

static enum gw_status
feed(const char *data, size_t len, bool *begun, message_fn *each, void *arg, struct gw_error *err)
{
	struct row_reader row = {.at = data, .end = data + len};

	if (!*begun) {
		if (len < COPY_HEAD)
			return fail_damaged(err);
		row.at += COPY_HEAD;
		*begun = true;
	}
	while (row.at < row.end) {
		uint64_t count = take(&row, 2);

		if (count == UINT16_MAX)
			break;
		if (each(arg, &row, err) != GW_OK)
			return err->status;
		if (row.damaged)
			return fail_damaged(err);
	}
	return GW_OK;
}

/* Takes a COPY to its end; one that is left before it is left with its connection. */
static enum gw_status
run_copy(struct gw_delivered *d, message_fn *each, void *arg, const volatile sig_atomic_t *stop,
	 struct gw_error *err)
{
	char *data = NULL;
	size_t len = 0, n = 0;
	bool begun = false;
	struct gw_error ignored;

	for (;;) {
		enum gw_status status = gw_db_copy_take(d->db, &data, &len, err);

		if (status != GW_OK || data == NULL)
			return status;
		if (++n % LOOK_EVERY == 0 && *stop)
			status = gw_fail(err, GW_CANCELLED, "%s", _("stopped on request"));
		else
			status = feed(data, len, &begun, each, arg, err);
		if (status == GW_OK)
			continue;
		while (data != NULL)
			if (gw_db_copy_take(d->db, &data, &len, &ignored) != GW_OK)
				break;
		return status;
	}
}

struct summing {
	struct gw_delivered *d;
	struct gw_buckets *out;
};

static enum gw_status
add_row(void *arg, struct row_reader *row, struct gw_error *err)
{
	struct summing *summing = arg;
	struct gw_delivered *d = summing->d;
	struct gw_db_bytes key = take_cell(row);

	gw_arena_reset(&d->arena);
	for (size_t i = 0; i < d->chosen && !row->damaged; i++)
		if (take_value(d, i, take_cell(row), err) != GW_OK)
			return err->status;
	if (row->damaged || key.data == NULL)
		return fail_damaged(err);
	gw_buckets_add(summing->out, key.data, key.len, gw_record_hash(d->schema, d->values));
	return GW_OK;
}

enum gw_status
gw_delivered_sums(struct gw_delivered *d, struct gw_buckets *out, const volatile sig_atomic_t *stop,
		  struct gw_error *err)
{
	struct summing summing = {.d = d, .out = out};

	if (d->table.count == 0)
		return GW_OK;
	if (begin_copy(d, true, err) != GW_OK)
		return err->status;
	return run_copy(d, add_row, &summing, stop, err);
}

struct choosing {
	const struct gw_bucket_set *set;
	gw_delivered_fn *each;
	void *arg;
};

static enum gw_status
choose_key(void *arg, struct row_reader *row, struct gw_error *err)
{
	const struct choosing *choosing = arg;
	struct gw_db_bytes key = take_cell(row);
	const struct gw_delivered_row found = {.key = key.data, .len = key.len};

	if (key.data == NULL)
		return fail_damaged(err);
	if (!gw_bucket_has(choosing->set, gw_bucket_of(gw_bucket_hash(key.data, key.len))))
		return GW_OK;
	return choosing->each(choosing->arg, &found, err);
}

enum gw_status
gw_delivered_keys(struct gw_delivered *d, const struct gw_bucket_set *set, gw_delivered_fn *each,
		  void *arg, const volatile sig_atomic_t *stop, struct gw_error *err)
{
	struct choosing choosing = {.set = set, .each = each, .arg = arg};

	if (d->table.count == 0)
		return GW_OK;
	if (begin_copy(d, false, err) != GW_OK)
		return err->status;
	return run_copy(d, choose_key, &choosing, stop, err);
}

/* ---- single keys ---------------------------------------------------------------------------- */

static enum gw_status
run_named(struct gw_delivered *d, const char *name, const struct gw_delivered_key *keys,
	  size_t count, struct gw_db_result **out, struct gw_error *err)
{
	struct gw_db_bytes params[] = {
		{d->source, strlen(d->source)}, {d->stream, strlen(d->stream)}, {NULL, 0}};

	if (prepare(d, err) != GW_OK)
		return err->status;
	gw_buf_clear(&d->keys);
	gw_copy_in_array(&d->keys, GW_ARRAY_TEXT, count);
	for (size_t i = 0; i < count; i++)
		gw_copy_in_bytes(&d->keys, keys[i].key, keys[i].len);
	if (d->keys.failed)
		return gw_fail_memory(err);
	params[2] = (struct gw_db_bytes){d->keys.data, d->keys.len};
	return gw_db_run(d->db, name, params, 3, out, err);
}

static enum gw_status
take_found(struct gw_delivered *d, const struct gw_db_result *result, size_t r, bool columns,
	   struct gw_delivered_row *out, struct gw_error *err)
{
	struct gw_db_bytes key = gw_db_cell(result, r, 0);
	const void *version;
	uint64_t big;

	*out = (struct gw_delivered_row){.key = key.data, .len = key.len};
	if (!columns)
		return GW_OK;
	version = gw_db_binary(result, r, 1, sizeof big);
	if (key.data == NULL || version == NULL)
		return fail_damaged(err);
	memcpy(&big, version, sizeof big);
	gw_arena_reset(&d->arena);
	for (size_t i = 0; i < d->chosen; i++)
		if (take_value(d, i, gw_db_cell(result, r, i + 2), err) != GW_OK)
			return err->status;
	out->version = (int64_t)be64toh(big);
	out->hash = gw_record_hash(d->schema, d->values);
	return GW_OK;
}

struct looking {
	const char *name;
	bool columns;
	gw_delivered_fn *each;
	void *arg;
};

static enum gw_status
look_at(struct gw_delivered *d, const struct looking *looking, const struct gw_delivered_key *keys,
	size_t count, struct gw_error *err)
{
	enum gw_status status = GW_OK;

	if (d->table.count == 0 && looking->columns)
		return GW_OK;
	for (size_t from = 0; status == GW_OK && from < count; from += LOOK_KEYS) {
		size_t n = count - from < LOOK_KEYS ? count - from : LOOK_KEYS;
		struct gw_db_result *result = NULL;
		struct gw_delivered_row row;

		status = run_named(d, looking->name, keys + from, n, &result, err);
		for (size_t r = 0; status == GW_OK && r < gw_db_rows(result); r++) {
			status = take_found(d, result, r, looking->columns, &row, err);
			if (status == GW_OK)
				status = looking->each(looking->arg, &row, err);
		}
		gw_db_free(result);
	}
	return status;
}

enum gw_status
gw_delivered_look(struct gw_delivered *d, const struct gw_delivered_key *keys, size_t count,
		  gw_delivered_fn *each, void *arg, struct gw_error *err)
{
	const struct looking looking = {LOOK_NAME, true, each, arg};

	return look_at(d, &looking, keys, count, err);
}

enum gw_status
gw_delivered_letters(struct gw_delivered *d, const struct gw_delivered_key *keys, size_t count,
		     gw_delivered_fn *each, void *arg, struct gw_error *err)
{
	const struct looking looking = {LETTERS_NAME, false, each, arg};

	return look_at(d, &looking, keys, count, err);
}
