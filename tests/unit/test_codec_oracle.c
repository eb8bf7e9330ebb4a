/*
 * The codec against Avro-C: random records of every type, written by one and
 * read by the other, both ways.  The seed is fixed.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "avro/avroc.h"
#include "avro/codec.h"
#include "avro/decimal.h"
#include "base/text.h"

enum { TYPES = 14, FIELDS = 3 * TYPES, RECORDS = 3000 };

static const char *const types[TYPES] = {
	"\"boolean\"",
	"\"int\"",
	"\"long\"",
	"\"float\"",
	"\"double\"",
	"\"string\"",
	"\"bytes\"",
	"{\"type\":\"fixed\",\"name\":\"F%d\",\"size\":32}",
	"{\"type\":\"enum\",\"name\":\"E%d\",\"symbols\":[\"nam\",\"nu\",\"khac\"]}",
	"{\"type\":\"int\",\"logicalType\":\"date\"}",
	"{\"type\":\"long\",\"logicalType\":\"timestamp-micros\"}",
	"{\"type\":\"string\",\"logicalType\":\"partial-date\"}",
	"{\"type\":\"bytes\",\"logicalType\":\"decimal\",\"precision\":40,\"scale\":7}",
	("{\"type\":\"fixed\",\"name\":\"D%d\",\"size\":17,\"logicalType\":\"decimal\","
	 "\"precision\":40,\"scale\":7}"),
};

struct world {
	struct gw_schema *schema;
	struct gw_decoder *decoder;
	avro_schema_t avro;
	avro_value_iface_t *iface;
	struct gw_arena arena;
	struct gw_buf out;
	uint64_t random;
};

static uint64_t
next_random(struct world *w)
{
	w->random ^= w->random << 13;
	w->random ^= w->random >> 7;
	w->random ^= w->random << 17;
	return w->random;
}

/* Every type three times: plain, null first, null second. */
static void
open_world(struct world *w)
{
	struct gw_error err;
	struct gw_buf text;

	*w = (struct world){.random = UINT64_C(88172645463325252)};
	gw_arena_init(&w->arena, 1 << 20);
	gw_buf_init(&w->out, 1 << 20);
	gw_buf_init(&text, 1 << 20);
	cr_assert(gw_buf_puts(&text, "{\"type\":\"record\",\"name\":\"R\",\"fields\":["));
	for (int i = 0; i < FIELDS; i++) {
		char type[200], whole[250];
		const char *of = types[i / 3], *number = strstr(of, "%d");

		if (number == NULL)
			(void)snprintf(type, sizeof type, "%s", of);
		else
			(void)snprintf(type, sizeof type, "%.*s%d%s", (int)(number - of), of, i,
				       number + 2);
		if (i % 3 == 0)
			(void)snprintf(whole, sizeof whole, "%s", type);
		else if (i % 3 == 1)
			(void)snprintf(whole, sizeof whole, "[\"null\",%s]", type);
		else
			(void)snprintf(whole, sizeof whole, "[%s,\"null\"]", type);
		cr_assert(gw_buf_printf(&text, "%s{\"name\":\"f%d\",\"type\":%s}", i > 0 ? "," : "",
					i, whole));
	}
	cr_assert(gw_buf_puts(&text, "]}"));
	cr_assert_eq(gw_schema_parse("r", text.data, text.len, false, &w->schema, &err), GW_OK,
		     "%s", err.text);
	cr_assert_eq(w->schema->nfields, FIELDS);
	cr_assert_eq(gw_decoder_make(w->schema, w->schema, &w->decoder, &err), GW_OK, "%s",
		     err.text);
	cr_assert_eq(avro_schema_from_json_length(text.data, text.len, &w->avro), 0);
	w->iface = avro_generic_class_from_schema(w->avro);
	cr_assert_not_null(w->iface);
	gw_buf_release(&text);
}

static void
close_world(struct world *w)
{
	avro_value_iface_decref(w->iface);
	avro_schema_decref(w->avro);
	gw_decoder_free(w->decoder);
	gw_schema_free(w->schema);
	gw_buf_release(&w->out);
	gw_arena_release(&w->arena);
}

/* Numbers of every length, small ones as often as large ones. */
static int64_t
random_integer(struct world *w, int bits)
{
	uint64_t n = next_random(w) & (UINT64_MAX >> (64 - bits));

	n >>= next_random(w) % (uint64_t)bits;
	return (next_random(w) & 1) != 0 ? (int64_t)n : -(int64_t)n - 1;
}

static struct gw_value
random_text(struct world *w, enum gw_kind kind, size_t len)
{
	char *text = gw_arena_alloc(&w->arena, len + 1);

	cr_assert_not_null(text);
	for (size_t i = 0; i < len; i++)
		text[i] =
			kind == GW_TEXT ? (char)('a' + next_random(w) % 26) : (char)next_random(w);
	text[len] = '\0';
	return (struct gw_value){.kind = kind, .len = (uint32_t)len, .as.text = text};
}

static struct gw_value
random_partial_date(struct world *w)
{
	char date[GW_TIME_TEXT];
	static const uint32_t lens[] = {4, 7, 10};
	struct gw_value value = {.kind = GW_TEXT, .len = lens[next_random(w) % 3]};

	gw_date_format((int64_t)(next_random(w) % 30000), date);
	value.as.text = gw_arena_copy(&w->arena, date, value.len);
	return value;
}

static struct gw_value
random_decimal(struct world *w)
{
	char text[64];
	size_t n = 0, digits = 1 + next_random(w) % 33;

	if ((next_random(w) & 1) != 0)
		text[n++] = '-';
	text[n++] = (char)('1' + next_random(w) % 9);
	while (--digits > 0)
		text[n++] = (char)('0' + next_random(w) % 10);
	text[n++] = '.';
	for (int i = 0; i < 7; i++)
		text[n++] = (char)('0' + next_random(w) % 10);
	return (struct gw_value){.kind = GW_DECIMAL,
				 .len = (uint32_t)n,
				 .as.text = gw_arena_copy(&w->arena, text, n)};
}

static struct gw_value
random_symbol(struct world *w, const struct gw_schema_field *field)
{
	const char *symbol = field->symbols[next_random(w) % field->nsymbols];

	return (struct gw_value){
		.kind = GW_TEXT, .len = (uint32_t)strlen(symbol), .as.text = symbol};
}

static struct gw_value
random_number(struct world *w, const struct gw_schema_field *field)
{
	struct gw_value value = {.kind = GW_INT};

	if (field->type == GW_AVRO_FLOAT || field->type == GW_AVRO_DOUBLE) {
		value.kind = GW_FLOAT;
		value.as.real = (double)random_integer(w, 24) / 256.0;
	} else if (field->type == GW_AVRO_BOOLEAN) {
		value.kind = GW_BOOL;
		value.as.truth = (next_random(w) & 1) != 0;
	} else {
		value.as.integer = random_integer(w, field->type == GW_AVRO_INT ? 31 : 63);
	}
	if (field->logical == GW_LOGICAL_DATE)
		value.kind = GW_DATE;
	else if (field->logical == GW_LOGICAL_TIMESTAMP_MICROS)
		value.kind = GW_TIMESTAMP;
	return value;
}

static struct gw_value
random_value(struct world *w, const struct gw_schema_field *field)
{
	if (field->nullable && next_random(w) % 3 == 0)
		return (struct gw_value){.kind = GW_NULL};
	if (field->logical == GW_LOGICAL_DECIMAL)
		return random_decimal(w);
	if (field->logical == GW_LOGICAL_PARTIAL_DATE)
		return random_partial_date(w);
	if (field->type == GW_AVRO_ENUM)
		return random_symbol(w, field);
	if (field->type == GW_AVRO_STRING)
		return random_text(w, GW_TEXT, next_random(w) % 100);
	if (field->type == GW_AVRO_BYTES)
		return random_text(w, GW_BYTES, next_random(w) % 100);
	if (field->type == GW_AVRO_FIXED)
		return random_text(w, GW_BYTES, field->size);
	return random_number(w, field);
}

static void
set_bytes(avro_value_t *to, const struct gw_schema_field *field, const struct gw_value *value)
{
	unsigned char bytes[GW_DECIMAL_BYTES], wide[17];
	char *text = (char *)(uintptr_t)value->as.text;
	size_t len = value->len;

	if (value->kind == GW_DECIMAL) {
		cr_assert_eq(
			gw_decimal_encode(text, len, field->precision, field->scale, bytes, &len),
			GW_DECIMAL_OK);
		memset(wide, (bytes[0] & 0x80) != 0 ? 0xff : 0, sizeof wide);
		memcpy(wide + sizeof wide - len, bytes, len);
		text = field->type == GW_AVRO_FIXED ? (char *)wide : (char *)bytes;
		len = field->type == GW_AVRO_FIXED ? sizeof wide : len;
	}
	if (field->type == GW_AVRO_FIXED)
		cr_assert_eq(avro_value_set_fixed(to, text, len), 0);
	else
		cr_assert_eq(avro_value_set_bytes(to, text, len), 0);
}

static void
set_number(avro_value_t *to, const struct gw_schema_field *field, const struct gw_value *value)
{
	if (field->type == GW_AVRO_BOOLEAN)
		cr_assert_eq(avro_value_set_boolean(to, value->as.truth), 0);
	else if (field->type == GW_AVRO_INT)
		cr_assert_eq(avro_value_set_int(to, (int32_t)value->as.integer), 0);
	else if (field->type == GW_AVRO_LONG)
		cr_assert_eq(avro_value_set_long(to, value->as.integer), 0);
	else if (field->type == GW_AVRO_FLOAT)
		cr_assert_eq(avro_value_set_float(to, (float)value->as.real), 0);
	else
		cr_assert_eq(avro_value_set_double(to, value->as.real), 0);
}

/* The same record as a generic value of Avro-C. */
static void
set_avro(struct world *w, avro_value_t *record, const struct gw_value *values)
{
	for (size_t i = 0; i < FIELDS; i++) {
		const struct gw_schema_field *field = &w->schema->fields[i];
		const struct gw_value *value = &values[i];
		avro_value_t to, branch;

		cr_assert_eq(avro_value_get_by_index(record, i, &to, NULL), 0);
		if (field->nullable) {
			int at = value->kind == GW_NULL ? field->null_branch
							: 1 - field->null_branch;

			cr_assert_eq(avro_value_set_branch(&to, at, &branch), 0);
			to = branch;
		}
		if (value->kind == GW_NULL)
			cr_assert_eq(avro_value_set_null(&to), 0);
		else if (field->type == GW_AVRO_STRING)
			/* Its length counts the NUL. */
			cr_assert_eq(avro_value_set_string_len(
					     &to,
					     gw_arena_copy(&w->arena, value->as.text, value->len),
					     value->len + 1),
				     0);
		else if (field->type == GW_AVRO_ENUM)
			cr_assert_eq(avro_value_set_enum(&to, value->as.text[0] == 'k'   ? 2
							      : value->as.text[1] == 'u' ? 1
											 : 0),
				     0);
		else if (field->type == GW_AVRO_BYTES || field->type == GW_AVRO_FIXED)
			set_bytes(&to, field, value);
		else
			set_number(&to, field, value);
	}
}

static void
check_record(struct world *w, const struct gw_value *values)
{
	char bytes[16 * 1024] = {0};
	struct gw_value back[FIELDS];
	avro_value_t ours, theirs;
	struct gw_error err = {0};
	avro_writer_t writer = avro_writer_memory(bytes, sizeof bytes);
	avro_reader_t reader;

	cr_assert_eq(avro_generic_value_new(w->iface, &theirs), 0);
	cr_assert_eq(avro_generic_value_new(w->iface, &ours), 0);
	set_avro(w, &theirs, values);
	cr_assert_eq(avro_value_write(writer, &theirs), 0);
	gw_buf_clear(&w->out);
	cr_assert_eq(gw_avro_encode(w->schema, values, &w->out, &err), GW_OK, "%s", err.text);
	cr_assert_eq(w->out.len, (size_t)avro_writer_tell(writer));
	cr_assert_eq(memcmp(w->out.data, bytes, w->out.len), 0);

	reader = avro_reader_memory(w->out.data, (int64_t)w->out.len);
	cr_assert_eq(avro_value_read(reader, &ours), 0);
	cr_assert(avro_value_equal(&ours, &theirs));
	cr_assert_eq(gw_avro_decode(w->decoder, (unsigned char *)bytes, w->out.len, back, &w->arena,
				    &err),
		     GW_OK, "%s", err.text);
	for (size_t i = 0; i < FIELDS; i++)
		cr_assert(gw_value_equal(&back[i], &values[i]), "field %zu", i);
	cr_assert_eq(gw_record_hash(w->schema, back), gw_record_hash(w->schema, values));
	avro_value_decref(&ours);
	avro_value_decref(&theirs);
	avro_reader_free(reader);
	avro_writer_free(writer);
}

Test(codec_oracle, writes_and_reads_as_avro_c_does)
{
	struct world w;

	open_world(&w);
	for (int n = 0; n < RECORDS; n++) {
		struct gw_value values[FIELDS];

		gw_arena_reset(&w.arena);
		for (size_t i = 0; i < FIELDS; i++)
			values[i] = random_value(&w, &w.schema->fields[i]);
		check_record(&w, values);
	}
	close_world(&w);
}

/* Whatever is cut off or changed: an error or other values, never a read past the end. */
Test(codec_oracle, survives_every_cut_and_any_damage)
{
	struct gw_value values[FIELDS], back[FIELDS];
	unsigned char *copy;
	struct gw_error err;
	struct world w;

	open_world(&w);
	for (size_t i = 0; i < FIELDS; i++)
		values[i] = random_value(&w, &w.schema->fields[i]);
	cr_assert_eq(gw_avro_encode(w.schema, values, &w.out, &err), GW_OK);
	for (size_t len = 0; len < w.out.len; len++) {
		/* A block of its own, so that the sanitizer sees one byte too many. */
		copy = malloc(len > 0 ? len : 1);
		cr_assert_not_null(copy);
		memcpy(copy, w.out.data, len);
		cr_assert_eq(gw_avro_decode(w.decoder, copy, len, back, &w.arena, &err), GW_REJECT);
		free(copy);
	}
	copy = malloc(w.out.len);
	cr_assert_not_null(copy);
	for (int n = 0; n < 20000; n++) {
		gw_arena_reset(&w.arena);
		memcpy(copy, w.out.data, w.out.len);
		for (int i = 0; i < 3; i++)
			copy[next_random(&w) % w.out.len] = (unsigned char)next_random(&w);
		(void)gw_avro_decode(w.decoder, copy, w.out.len, back, &w.arena, &err);
	}
	free(copy);
	close_world(&w);
}
