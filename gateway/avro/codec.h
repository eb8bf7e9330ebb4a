/*
 * Records to Avro's binary encoding and back, with schema resolution, planned
 * once per schema (or pair of schemas) and run without allocation per field.
 *
 * What the plan does is held against Avro-C and fastavro in the tests.  Every
 * read is bounded by the message; a length, branch or symbol out of range is
 * an error, never a read past the end.
 */
#ifndef GW_CODEC_H
#define GW_CODEC_H

#include "avro/schema.h"
#include "base/buf.h"

/*
 * Appends the encoding of values[0..schema->nfields) to out.  A value must have
 * the kind of its field: BOOL; INT for int and long; FLOAT; TEXT for string,
 * enum and partial-date; BYTES for bytes and fixed; DATE; TIMESTAMP; DECIMAL;
 * or NULL where the field is nullable.  INT will do for float and double; a
 * float is rounded to 32 bits, and a timestamp-millis takes the millisecond
 * that the microsecond is in.  GW_REJECT names the field and why (out of range,
 * symbol unknown, more digits than the precision...), never the value.
 */
enum gw_status gw_avro_encode(const struct gw_schema *schema, const struct gw_value *values,
			      struct gw_buf *out, struct gw_error *err);

struct gw_decoder;

/*
 * Plans reading what writer wrote as reader wants it: fields by name or alias,
 * promotions (int→long→float→double, string↔bytes), unions, defaults for what
 * the writer lacks.  GW_CONFIG names the field that can't be resolved.  Both
 * schemas must outlive the decoder.
 */
enum gw_status gw_decoder_make(const struct gw_schema *writer, const struct gw_schema *reader,
			       struct gw_decoder **out, struct gw_error *err);
void gw_decoder_free(struct gw_decoder *decoder); /* NULL is allowed */

/*
 * Decodes one record into values[0..reader->nfields).  Text and bytes point
 * into the message, defaults and enum words into the reader's schema, decimals
 * into arena.  All of the message must be used.  GW_REJECT: the message is not
 * an encoding of the writer's schema, or holds what the reader can't take; the
 * values are then undefined.
 */
enum gw_status gw_avro_decode(const struct gw_decoder *decoder, const unsigned char *bytes,
			      size_t len, struct gw_value *values, struct gw_arena *arena,
			      struct gw_error *err);

enum { GW_FRAME_SIZE = 5 };

/* Confluent's frame: a zero byte and the schema's id, four bytes, most significant first. */
void gw_frame_put(unsigned char out[GW_FRAME_SIZE], int32_t id);
/* GW_REJECT when the message is too short or does not begin so. */
enum gw_status gw_frame_get(const unsigned char *bytes, size_t len, int32_t *id,
			    struct gw_error *err);

/*
 * A 64-bit hash of a record's fields that are not at their default: by field
 * name, kind and content, so that neither the order of fields nor a new field
 * with its default changes it.
 */
int64_t gw_record_hash(const struct gw_schema *schema, const struct gw_value *values);

#endif
