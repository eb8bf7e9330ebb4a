#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "normalise/encoding.h"
#include "normalise/fold.h"
#include "normalise/rules.h"

/* Of two readings one is sure that scores so many times the other. */
enum { SURE = 4 };

/* What all readings of a byte of text take together, at most: bytes, letters, code points. */
enum { READINGS_BYTES = 256 };

/* Makes value of what decoding wrote. */
static enum gw_status
take(struct gw_value *value, const char *text, size_t len, struct gw_rule_context *context,
     struct gw_error *err)
{
	value->as.text = text;
	value->len = (uint32_t)len;
	return gw_rule_nfc(value, context, err);
}

static enum gw_status
by_table(struct gw_value *value, struct gw_rule_context *context, struct gw_error *err)
{
	const struct gw_encoding *encoding = context->encoding;
	unsigned char *bytes = gw_arena_alloc(context->arena, value->len);
	size_t count, len;
	char *out;

	if (bytes == NULL)
		return gw_fail_memory(err);
	count = gw_encoding_bytes(value->as.text, value->len, bytes);
	if (count == GW_ENCODING_FAILED)
		return gw_rule_reject(context, "encoding.unicode", err,
				      _("text of %u bytes with a character that no byte of %s "
					"stands for: is the column in Unicode already?"),
				      value->len, encoding->name);
	out = gw_arena_alloc(context->arena, count * GW_ENCODING_LETTER);
	if (out == NULL)
		return gw_fail_memory(err);
	len = gw_encoding_decode(encoding, bytes, count, out);
	if (len == GW_ENCODING_FAILED)
		return gw_rule_reject(context, "encoding.byte", err,
				      _("text of %zu characters with one that %s does not have"),
				      count, encoding->name);
	return take(value, out, len, context, err);
}

static enum gw_status
of_viqr(struct gw_value *value, struct gw_rule_context *context, struct gw_error *err)
{
	char *out = gw_arena_alloc(context->arena, (size_t)value->len * GW_ENCODING_LETTER);
	size_t len;

	if (out == NULL)
		return gw_fail_memory(err);
	len = gw_viqr_decode(value->as.text, value->len, out);
	return take(value, out, len, context, err);
}

/*
 * Bytes of UTF-8 that were taken for characters: any other text makes no valid
 * UTF-8, and stays.
 */
static enum gw_status
of_double(struct gw_value *value, struct gw_rule_context *context, struct gw_error *err)
{
	unsigned char *bytes = gw_arena_alloc(context->arena, value->len);
	size_t count;

	if (bytes == NULL)
		return gw_fail_memory(err);
	count = gw_encoding_bytes(value->as.text, value->len, bytes);
	if (count == GW_ENCODING_FAILED || !gw_utf8_valid((const char *)bytes, count))
		return gw_rule_nfc(value, context, err);
	return take(value, (const char *)bytes, count, context, err);
}

/* Reads value in one encoding; one that it can't be in scores nothing. */
static enum gw_status
read_as(const struct gw_encoding *encoding, const struct gw_value *value, struct gw_arena *arena,
	struct gw_reading *out, struct gw_error *err)
{
	struct gw_rule_context own = {.arena = arena, .encoding = encoding};
	struct gw_value read = *value;
	enum gw_status status;

	*out = (struct gw_reading){.text = NULL};
	if (encoding->kind == GW_ENCODING_UNICODE)
		status = gw_rule_nfc(&read, &own, err);
	else if (encoding->kind == GW_ENCODING_DOUBLE)
		status = of_double(&read, &own, err);
	else
		status = by_table(&read, &own, err);
	if (status != GW_OK)
		return status == GW_REJECT ? GW_OK : status;
	out->text = read.as.text;
	out->len = read.len;
	gw_encoding_score(out);
	return GW_OK;
}

static bool
same_text(const struct gw_reading *a, const struct gw_reading *b)
{
	return a->text != NULL && b->text != NULL && a->len == b->len &&
	       memcmp(a->text, b->text, a->len) == 0;
}

/* Enough for the encodings that are tried. */
enum { READINGS_MAX = 8 };

/*
 * How much a reading speaks against the best.  Text that can stay as it is stays,
 * or is in doubt; and so is one word that can be two.
 */
static unsigned
weigh(const struct gw_reading *reading, bool as_it_stands, bool best_stands,
      const struct gw_reading *best)
{
	bool doubt = !best_stands && (as_it_stands || best->words == 1);

	if (!reading->whole)
		return reading->score / 2;
	return doubt ? best->score : reading->score;
}

/*
 * The best of the readings that are whole, in the arena, and how well the best of
 * all others reads: words of another language may be no syllables in the right one,
 * but most of what is not whole shares its words with what is.
 */
static enum gw_status
read_in_all(const struct gw_value *value, struct gw_arena *arena, struct gw_reading *best,
	    unsigned *second, struct gw_error *err)
{
	const struct gw_encoding *const *e = gw_encoding_guesses();
	struct gw_reading readings[READINGS_MAX] = {{.text = NULL}};
	size_t count = 0;

	*best = (struct gw_reading){.text = NULL};
	*second = 0;
	for (; count < READINGS_MAX && e[count] != NULL; count++) {
		if (read_as(e[count], value, arena, &readings[count], err) != GW_OK)
			return err->status;
		if (readings[count].whole && readings[count].score > best->score)
			*best = readings[count];
	}
	/* Syllables that spelling allows and no list has: by chance every text has such a reading.
	 */
	if (best->score == best->words && !same_text(&readings[0], best))
		*second = best->score;
	for (size_t i = 0; i < count; i++) {
		unsigned score = weigh(&readings[i], i == 0, same_text(&readings[0], best), best);

		if (!same_text(&readings[i], best) && score > *second)
			*second = score;
	}
	return GW_OK;
}

static enum gw_status
take_sure(const struct gw_reading *best, unsigned second, struct gw_value *value,
	  struct gw_rule_context *context, struct gw_error *err)
{
	if (best->score == 0 || best->score < second * SURE)
		return gw_rule_reject(
			context, "encoding.doubtful", err,
			_("text of %u bytes whose encoding can't be told (sure to %u in 100): name "
			  "the column's encoding in the mapping, or correct the row at the source"),
			value->len,
			best->score == 0 ? 0 : best->score * 100 / (best->score + second));
	return gw_rule_set_text(value, context, best->text, best->len, err);
}

/* The readings need many times the text, and all but one are thrown away. */
static enum gw_status
guess(struct gw_value *value, struct gw_rule_context *context, struct gw_error *err)
{
	struct gw_arena readings;
	struct gw_reading best;
	enum gw_status status;
	unsigned char *bytes;
	unsigned second;

	gw_arena_init(&readings, (size_t)value->len * READINGS_BYTES + READINGS_BYTES);
	bytes = gw_arena_alloc(&readings, value->len);
	if (bytes == NULL)
		status = gw_fail_memory(err);
	else if (gw_encoding_bytes(value->as.text, value->len, bytes) == GW_ENCODING_FAILED)
		status = gw_rule_nfc(value, context, err); /* Unicode, composed or not */
	else if ((status = read_in_all(value, &readings, &best, &second, err)) == GW_OK)
		status = take_sure(&best, second, value, context, err);
	gw_arena_release(&readings);
	return status;
}

enum gw_status
gw_rule_encoding(struct gw_value *value, struct gw_rule_context *context, struct gw_error *err)
{
	const struct gw_encoding *encoding = context->encoding;
	bool ascii;

	if (value->kind != GW_TEXT || value->len == 0)
		return GW_OK;
	ascii = gw_text_ascii(value->as.text, value->len);
	switch (encoding->kind) {
	case GW_ENCODING_TABLE: /* whose table may have letters among the control characters */
		return ascii && encoding->npairs == 0 ? GW_OK : by_table(value, context, err);
	case GW_ENCODING_CAPITAL:
		return by_table(value, context, err);
	case GW_ENCODING_VIQR:
		return of_viqr(value, context, err);
	case GW_ENCODING_DOUBLE:
		return ascii ? GW_OK : of_double(value, context, err);
	case GW_ENCODING_GUESS:
		return ascii ? GW_OK : guess(value, context, err);
	case GW_ENCODING_UNICODE:
		break;
	}
	return gw_rule_nfc(value, context, err);
}
