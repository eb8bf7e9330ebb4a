/*
 * Any bytes through any rule, as every kind of value: the rule gives UTF-8 or
 * refuses with a code and a reason, and run again on what it gave it gives the
 * same.  The first byte chooses the rule, the second the kind.
 */
#include <math.h>

#include "fuzz.h"
#include "normalise/code_table.h"
#include "normalise/encoding.h"
#include "normalise/place.h"
#include "normalise/rules.h"
#include "normalise/zone.h"

#define MEMORY ((size_t)16 * 1024 * 1024)

static struct gw_arena lists_arena;
static struct gw_code_list gender = {.name = "gender"};
static struct gw_codes *codes;
static struct gw_places *places;
static struct gw_zone *zone;

static void
prepare(void)
{
	struct gw_error err;

	gw_arena_init(&lists_arena, MEMORY);
	require(gw_code_add(&gender, &lists_arena, "Nữ", "female", &err) == GW_OK);
	require(gw_code_add(&gender, &lists_arena, "female", "female", &err) == GW_OK);
	require(gw_codes_read("schemas", &codes, &err) == GW_OK);
	require(gw_places_make(codes, &places, &err) == GW_OK);
	(void)gw_zone_read("Asia/Ho_Chi_Minh", &zone, &err);
}

/* A value of the kind from the bytes; text is text whatever it holds, since rules see valid UTF-8
 * alone. */
static bool
make_value(enum gw_kind kind, const uint8_t *data, size_t size, struct gw_value *out)
{
	*out = (struct gw_value){.kind = kind};
	if (kind == GW_TEXT || kind == GW_BYTES || kind == GW_DECIMAL) {
		out->as.text = (const char *)data;
		out->len = (uint32_t)size;
		return kind == GW_BYTES || gw_utf8_valid((const char *)data, size);
	}
	if (kind == GW_UNHELD) { /* all others are refused before any rule */
		out->as.text = "date_zero";
		out->len = 9;
		return true;
	}
	if (kind == GW_BOOL)
		out->as.truth = size > 0 && data[0] % 2 == 1;
	else if (size >= sizeof out->as.integer)
		memcpy(&out->as.integer, data, sizeof out->as.integer);
	/* No number either: refused before any rule. */
	return kind != GW_FLOAT || !isnan(out->as.real);
}

static const char *const encodings[] = {"tcvn3", "tcvn3_upper", "vni",   "viscii", "cp1258",
					"viqr",  "double",      "guess", "unicode"};

/* Its letters look like bytes to be read. */
static bool
runs_once(const struct gw_rule *rule)
{
	return rule->takes == GW_TAKES_ENCODING;
}

/* The argument that a rule may have, and the other columns that it may read. */
static void
set_context(const struct gw_rule *rule, unsigned choice, struct gw_value *other,
	    struct gw_rule_context *context)
{
	context->encoding =
		gw_encoding_find(encodings[choice % (sizeof encodings / sizeof encodings[0])]);
	require(context->encoding != NULL);
	context->codes = codes;
	context->places = places;
	context->word = choice % 2 == 1 ? rule->words : NULL;
	context->list = &gender;
	if (rule->takes == GW_TAKES_COLUMN || rule->apply == gw_rule_address)
		context->list = gw_codes_map(codes, choice % 2 == 1 ? GW_MAP_AFTER : GW_MAP_BEFORE);
	if (rule->takes == GW_TAKES_COLUMNS)
		context->name = context->second = other;
}

static void
check(const struct gw_rule *rule, unsigned choice, struct gw_value value)
{
	struct gw_arena arena;
	struct gw_rule_context context = {.arena = &arena, .zone = zone};
	struct gw_error err = {.text = ""};
	struct gw_value again, before = value;

	gw_arena_init(&arena, MEMORY);
	set_context(rule, choice, &before, &context);
	if (rule->apply(&value, &context, &err) != GW_OK) {
		require(context.code != NULL);
		require_error(&err, GW_REJECT, before.as.text, before.len);
	} else if (runs_once(rule)) {
		require(value.kind != GW_TEXT || gw_utf8_valid(value.as.text, value.len));
	} else {
		require(value.kind != GW_TEXT || value.len == 0 ||
			gw_utf8_valid(value.as.text, value.len));
		again = value;
		require(rule->apply(&again, &context, &err) == GW_OK);
		require(gw_value_equal(&value, &again));
	}
	gw_arena_release(&arena);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static size_t count;
	struct gw_value value;

	if (count == 0) {
		prepare();
		while (gw_rules()[count].name != NULL)
			count++;
	}
	if (size < 2 || count == 0)
		return 0;
	if (make_value((enum gw_kind)(data[1] % (GW_UNHELD + 1)), data + 2, size - 2, &value))
		check(&gw_rules()[data[0] % count], data[1] / (GW_UNHELD + 1), value);
	return 0;
}
