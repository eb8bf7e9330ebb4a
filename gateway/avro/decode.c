#include <string.h>

#include "avro/codec.h"
#include "avro/decimal.h"
#include "avro/step.h"
#include "avro/varint.h"
#include "base/i18n.h"
#include "base/text.h"

#define US_PER_MS 1000

/* What every step needs: where the message ends, and where to put decimals and errors. */
struct input {
	const unsigned char *end;
	struct gw_arena *arena;
	struct gw_error *err;
};

__attribute__((cold, noinline)) static const unsigned char *
refuse(const struct gw_read_step *step, const char *why, struct gw_error *err)
{
	(void)gw_fail(err, GW_REJECT, "%s", why);
	(void)gw_wrap(err, _("field %s"), step->name);
	return NULL;
}

static const unsigned char *
refuse_end(const struct gw_read_step *step, struct gw_error *err)
{
	return refuse(step, _("the message ends within it, or holds a number that is out of range"),
		      err);
}

static const unsigned char *
read_bool(const struct gw_read_step *step, const unsigned char *p, struct gw_value *value,
	  const struct input *in)
{
	if (p == in->end)
		return refuse_end(step, in->err);
	if (*p > 1)
		return refuse(step, _("it is neither true nor false"), in->err);
	value->kind = GW_BOOL;
	value->len = 0;
	value->as.truth = *p == 1;
	return p + 1;
}

static const unsigned char *
read_integer(const struct gw_read_step *step, const unsigned char *p, struct gw_value *value,
	     const struct input *in)
{
	int64_t n;

	p = gw_varint_get(p, in->end, &n);
	if (p == NULL || (step->op == GW_READ_INT && (n < INT32_MIN || n > INT32_MAX)))
		return refuse_end(step, in->err);
	if (step->as == GW_AS_MILLIS && __builtin_mul_overflow(n, US_PER_MS, &n))
		return refuse_end(step, in->err);
	value->kind = step->kind;
	value->len = 0;
	if (step->as == GW_AS_FLOAT)
		value->as.real = (double)(float)n;
	else if (step->as == GW_AS_DOUBLE)
		value->as.real = (double)n;
	else
		value->as.integer = n;
	return p;
}

static uint64_t
get_little_endian(const unsigned char *p, size_t size)
{
	uint64_t bits = 0;

	for (size_t i = 0; i < size; i++)
		bits |= (uint64_t)p[i] << (8 * i);
	return bits;
}

static const unsigned char *
read_real(const struct gw_read_step *step, const unsigned char *p, struct gw_value *value,
	  const struct input *in)
{
	size_t size = step->op == GW_READ_FLOAT ? 4 : 8;
	uint64_t bits;
	uint32_t half;
	float small;

	if ((size_t)(in->end - p) < size)
		return refuse_end(step, in->err);
	bits = get_little_endian(p, size);
	value->kind = GW_FLOAT;
	value->len = 0;
	if (step->op == GW_READ_FLOAT) {
		half = (uint32_t)bits;
		memcpy(&small, &half, sizeof small);
		value->as.real = (double)small;
	} else {
		memcpy(&value->as.real, &bits, sizeof bits);
	}
	return p + size;
}

static const unsigned char *
read_decimal(const struct gw_read_step *step, const unsigned char *p, struct gw_value *value,
	     const struct input *in)
{
	char text[GW_DECIMAL_TEXT];
	enum gw_decimal_result result;
	size_t len;

	result = gw_decimal_decode((const unsigned char *)value->as.text, value->len,
				   step->precision, step->scale, text, &len);
	if (result == GW_DECIMAL_SYNTAX)
		return refuse(step, _("it is a decimal without bytes"), in->err);
	if (result != GW_DECIMAL_OK)
		return refuse(step, _("it is a decimal with more digits than its precision"),
			      in->err);
	value->len = (uint32_t)len;
	value->as.text = gw_arena_copy(in->arena, text, len);
	if (value->as.text != NULL)
		return p;
	(void)gw_fail_memory(in->err);
	return NULL;
}

static const unsigned char *
read_bytes(const struct gw_read_step *step, const unsigned char *p, struct gw_value *value,
	   const struct input *in)
{
	int64_t n = step->size;

	if (step->op == GW_READ_BYTES)
		p = gw_varint_get(p, in->end, &n);
	if (p == NULL || n < 0 || n > in->end - p || n > UINT32_MAX)
		return refuse_end(step, in->err);
	value->kind = step->kind;
	value->len = (uint32_t)n;
	value->as.text = (const char *)p;
	if (step->as == GW_AS_TEXT && !gw_utf8_valid((const char *)p, (size_t)n))
		return refuse(step, _("its text is not valid UTF-8"), in->err);
	if (step->as == GW_AS_DECIMAL)
		return read_decimal(step, p + n, value, in);
	return p + n;
}

static const unsigned char *
read_symbol(const struct gw_read_step *step, const unsigned char *p, struct gw_value *value,
	    const struct input *in)
{
	int64_t i;

	p = gw_varint_get(p, in->end, &i);
	if (p == NULL)
		return refuse_end(step, in->err);
	if (i < 0 || (uint64_t)i >= step->nsymbols)
		return refuse(step, _("it is a symbol that its schema does not have"), in->err);
	if (step->symbols[i].kind == GW_UNHELD)
		return refuse(step, _("it is a symbol that our schema does not have"), in->err);
	*value = step->symbols[i];
	return p;
}

static const unsigned char *
read_value(const struct gw_read_step *step, const unsigned char *p, struct gw_value *value,
	   const struct input *in)
{
	switch (step->op) {
	case GW_READ_NULL:
		*value = (struct gw_value){.kind = GW_NULL};
		return p;
	case GW_READ_BOOL:
		return read_bool(step, p, value, in);
	case GW_READ_INT:
	case GW_READ_LONG:
		return read_integer(step, p, value, in);
	case GW_READ_FLOAT:
	case GW_READ_DOUBLE:
		return read_real(step, p, value, in);
	case GW_READ_BYTES:
	case GW_READ_FIXED:
		return read_bytes(step, p, value, in);
	case GW_READ_ENUM:
		return read_symbol(step, p, value, in);
	case GW_READ_SKIP:
		p = gw_node_skip(step->node, p, in->end);
		return p != NULL ? p : refuse_end(step, in->err);
	case GW_READ_MISMATCH:
	default:
		return refuse(step, _("it is of a type that our schema does not take"), in->err);
	}
}

/* Reads which branch of a union stands here, and moves *step to it. */
static const unsigned char *
read_branch(const struct gw_read_step **step, const unsigned char *p, const struct input *in)
{
	int64_t i;

	p = gw_varint_get(p, in->end, &i);
	if (p == NULL || i < 0 || (uint64_t)i >= (*step)->nbranches)
		return refuse(*step, _("it is of a type that its schema does not have"), in->err);
	*step = &(*step)->branches[i];
	return p;
}

enum gw_status
gw_avro_decode(const struct gw_decoder *decoder, const unsigned char *bytes, size_t len,
	       struct gw_value *values, struct gw_arena *arena, struct gw_error *err)
{
	const struct input in = {.end = bytes + len, .arena = arena, .err = err};
	const unsigned char *p = bytes;
	struct gw_value skipped = {.kind = GW_NULL};

	for (size_t i = 0; i < decoder->ndefaults; i++)
		values[decoder->defaults[i].target] = decoder->defaults[i].value;
	for (size_t i = 0; i < decoder->nsteps; i++) {
		const struct gw_read_step *step = &decoder->steps[i];
		struct gw_value *value = step->target >= 0 ? &values[step->target] : &skipped;

		if (step->nbranches > 0)
			p = read_branch(&step, p, &in);
		if (p != NULL)
			p = read_value(step, p, value, &in);
		if (p == NULL)
			return err->status;
	}
	if (p != in.end)
		return gw_fail(err, GW_REJECT,
			       _("%zu bytes are left behind the last field of the message"),
			       (size_t)(in.end - p));
	return GW_OK;
}
