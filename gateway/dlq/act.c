#include "dlq/act.h"

#include <endian.h>
#include <sodium.h>
#include <string.h>

#include "base/i18n.h"
#include "kafka/json.h"

#define FORMAT "act/1"

enum { TEXT_MAX = 64 * 1024 };

_Static_assert(GW_ACT_LINK == crypto_auth_hmacsha256_BYTES, "a link is one hash");

static const char *const kinds[] = {
	[GW_ACT_FIX] = "fix",       [GW_ACT_REPLAY] = "replay",     [GW_ACT_DISCARD] = "discard",
	[GW_ACT_REVEAL] = "reveal", [GW_ACT_BACKFILL] = "backfill", [GW_ACT_POSITION] = "position",
	[GW_ACT_REPAIR] = "repair", [GW_ACT_RESUME] = "resume",     [GW_ACT_REBUILD] = "rebuild",
};

const char *
gw_act_word(enum gw_act_kind kind)
{
	return kinds[kind];
}

/* One line: it is shown in tables and on terminals. */
static bool
is_line(const char *text, size_t max)
{
	size_t len = strlen(text);

	for (size_t i = 0; i < len; i++)
		if ((unsigned char)text[i] < ' ' || text[i] == 0x7f)
			return false;
	return len <= max && gw_utf8_valid(text, len);
}

/* What is done at the desk is about letters, all else about a stream. */
static bool
are_letters(const struct gw_act *act)
{
	for (size_t i = 0; i < act->nletters && i < GW_ACT_LETTERS; i++)
		if (act->letters[i] < 1)
			return false;
	if (act->kind > GW_ACT_REVEAL)
		return act->nletters == 0;
	return act->nletters >= 1 && act->nletters <= GW_ACT_LETTERS;
}

/* What both ways ask of an act; reason is there. */
static bool
is_good(const struct gw_act *act)
{
	unsigned char id[16];

	return gw_uuid_parse(act->id, id) && act->by[0] != '\0' && act->stream[0] != '\0' &&
	       is_line(act->by, sizeof act->by) && is_line(act->source, sizeof act->source) &&
	       is_line(act->stream, sizeof act->stream) &&
	       is_line(act->column, sizeof act->column) && is_line(act->reason, GW_ACT_REASON) &&
	       are_letters(act);
}

/* NULL: no memory. */
static json_t *
letters_new(const struct gw_act *act)
{
	json_t *letters = json_array();

	for (size_t i = 0; i < act->nletters; i++)
		if (json_array_append_new(letters, json_integer(act->letters[i])) != 0) {
			json_decref(letters);
			return NULL;
		}
	return letters;
}

enum gw_status
gw_act_encode(const struct gw_act *act, struct gw_buf *out, struct gw_error *err)
{
	struct gw_act whole = *act;

	if (whole.reason == NULL)
		whole.reason = "";
	if (!is_good(&whole))
		return gw_fail(err, GW_CONFIG,
			       _("this can't be noted: it needs a person, a stream and, at the "
				 "desk, 1 to %d letters; a reason is one line of at most %d bytes"),
			       (int)GW_ACT_LETTERS, (int)GW_ACT_REASON);
	return gw_json_write(json_pack("{s:s, s:s, s:s, s:s, s:o, s:s, s:s, s:s, s:s, s:o, s:o*}",
				       "format", FORMAT, "id", whole.id, "kind", kinds[whole.kind],
				       "by", whole.by, "at", gw_json_time_new(whole.at_us),
				       "source", whole.source, "stream", whole.stream, "column",
				       whole.column, "reason", whole.reason, "letters",
				       letters_new(&whole), "allow",
				       whole.allow == 0 ? NULL : json_integer(whole.allow)),
			     out, err);
}

void
gw_act_link(const unsigned char key[32], const unsigned char previous[GW_ACT_LINK], int64_t seq,
	    const char *text, size_t len, unsigned char out[GW_ACT_LINK])
{
	crypto_auth_hmacsha256_state state;
	uint64_t big = htobe64((uint64_t)seq);
	unsigned char number[sizeof big];

	memcpy(number, &big, sizeof big);
	(void)crypto_auth_hmacsha256_init(&state, key, 32);
	(void)crypto_auth_hmacsha256_update(&state, previous, GW_ACT_LINK);
	(void)crypto_auth_hmacsha256_update(&state, number, sizeof number);
	(void)crypto_auth_hmacsha256_update(&state, (const unsigned char *)text, len);
	(void)crypto_auth_hmacsha256_final(&state, out);
	sodium_memzero(&state, sizeof state);
}

static bool
read_kind(const json_t *root, enum gw_act_kind *out)
{
	size_t kind;

	if (!gw_json_word(root, "kind", kinds, sizeof kinds / sizeof kinds[0], &kind))
		return false;
	*out = (enum gw_act_kind)kind;
	return true;
}

static bool
read_letters(const json_t *root, int64_t *ids, struct gw_act *out)
{
	const json_t *letters = json_object_get(root, "letters");
	size_t count = json_array_size(letters);

	if (count > GW_ACT_LETTERS)
		return false;
	for (size_t i = 0; i < count; i++) {
		const json_t *id = json_array_get(letters, i);

		ids[i] = json_is_integer(id) ? json_integer_value(id) : 0;
	}
	out->letters = ids;
	out->nletters = count;
	return true;
}

static bool
read_root(const json_t *root, struct gw_act *out)
{
	char format[16];

	return gw_json_text(root, "format", format, sizeof format) && strcmp(format, FORMAT) == 0 &&
	       gw_json_text(root, "id", out->id, sizeof out->id) && read_kind(root, &out->kind) &&
	       gw_json_text(root, "by", out->by, sizeof out->by) &&
	       gw_json_time(root, "at", &out->at_us) &&
	       gw_json_text(root, "source", out->source, sizeof out->source) &&
	       gw_json_text(root, "stream", out->stream, sizeof out->stream) &&
	       gw_json_text(root, "column", out->column, sizeof out->column) &&
	       (json_object_get(root, "allow") == NULL ||
		gw_json_i64(root, "allow", 1, &out->allow));
}

enum gw_status
gw_act_decode(const char *text, size_t len, struct gw_arena *arena, struct gw_act *out,
	      struct gw_error *err)
{
	char *reason = gw_arena_alloc(arena, GW_ACT_REASON + 1);
	int64_t *letters = gw_arena_alloc(arena, GW_ACT_LETTERS * sizeof *letters);
	struct gw_act act = {.reason = reason};
	unsigned char id[16];
	json_t *root;
	bool good;

	if (reason == NULL || letters == NULL)
		return gw_fail_memory(err);
	root = gw_json_parse(text, len, TEXT_MAX);
	good = read_root(root, &act) && gw_json_text(root, "reason", reason, GW_ACT_REASON + 1) &&
	       read_letters(root, letters, &act) && is_good(&act) && gw_uuid_parse(act.id, id);
	json_decref(root);
	if (!good)
		return gw_fail(err, GW_REJECT, "%s",
			       _("this is not an act that this program has written"));
	gw_uuid_format(id, act.id);
	*out = act;
	return GW_OK;
}
