#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/i18n.h"
#include "desk/desk.h"
#include "desk/parts.h"

enum { TEXTS_MAX = 64 * 1024 * 1024, IDS_MAX = 1024 * 1024, LABEL_LETTERS = 4 };

/*
 * A cause is a number by the age of its oldest letter, whatever was asked for.  The reason of a
 * value that a list lacks names the value, so it tells causes apart; other reasons tell shapes,
 * of which a cause may have many.
 */
static const char select_sql[] =
	"with l as (select id, run, key, state, state_by, state_why, version, at, state_at, "
	"source, stream, stage, coalesce(column_name, '') as c, coalesce(rule, '') as r, "
	"coalesce(code, '') as k, coalesce(reason, '') as reason, "
	"case when code like 'code\\_list.%' then coalesce(reason, '') else '' end as said, "
	"state in ('open', 'fixed', 'replayed') as alive from ops.dead_letter), "
	"n as (select source, stream, stage, c, r, k, said, "
	"row_number() over (order by min(at), min(id)) as nth from l where alive "
	"group by source, stream, stage, c, r, k, said), "
	"t as (select l.*, coalesce(n.nth, 0) as nth, row_number() over w as place, "
	"count(*) over p as letters, count(*) filter (where l.state = 'open') over p as opened, "
	"count(*) filter (where l.state = 'fixed') over p as fixed, "
	"count(*) filter (where l.state = 'replayed') over p as replayed, "
	"min(l.at) over p as oldest, max(l.at) over p as newest "
	"from l left join n using (source, stream, stage, c, r, k, said) "
	"where (alive or $1::boolean) and ($2::bigint is null or n.nth = $2::bigint) "
	"and ($3::bigint[] is null or l.id = any ($3::bigint[])) "
	"and ($4::text is null or source = $4) and ($5::text is null or stream = $5) "
	"and ($6::text is null or r = $6) and ($7::text is null or k = $7) "
	"and ($8::uuid is null or l.run = $8::uuid) "
	"and ($9::timestamptz is null or l.at >= $9::timestamptz) "
	"and ($10::text is null or l.state = $10) "
	"window p as (partition by source, stream, stage, c, r, k, said), w as (p order by at, "
	"id)) "
	"select id, run, key, state, coalesce(state_by, ''), coalesce(state_why, ''), version, "
	"(extract(epoch from at) * 1000000)::bigint, "
	"(extract(epoch from state_at) * 1000000)::bigint, "
	"nth, source, stream, stage, c, r, k, said, reason, letters, opened, fixed, replayed, "
	"(extract(epoch from oldest) * 1000000)::bigint, "
	"(extract(epoch from newest) * 1000000)::bigint "
	"from t where place <= $11::bigint "
	"order by nth = 0, nth, oldest, source, stream, stage, c, r, k, said, place "
	"limit $12::bigint";

enum {
	ID,
	RUN,
	KEY,
	STATE,
	BY,
	WHY,
	VERSION,
	AT,
	CHANGED,
	NTH,
	SOURCE,
	STREAM,
	STAGE,
	COLUMN,
	RULE,
	CODE,
	SAID,
	REASON,
	LETTERS,
	OPEN,
	FIXED,
	REPLAYED,
	OLDEST,
	NEWEST,
	NVALUES,
	PARAMS = 12
};

struct taking {
	struct gw_letters *letters;
	size_t cap, causes_cap;
	const char *said; /* of the last cause */
	bool failed;
};

static const char *
keep(struct taking *taking, const char *text)
{
	const char *copy =
		text == NULL ? NULL : gw_arena_copy(&taking->letters->arena, text, strlen(text));

	taking->failed |= text != NULL && copy == NULL;
	return copy;
}

/* 1: "A", 26: "Z", 27: "AA"; 0: "". */
static void
write_label(int64_t nth, char out[GW_CAUSE_LABEL])
{
	char digits[GW_CAUSE_LABEL];
	size_t n = 0;

	for (; nth > 0 && n + 1 < GW_CAUSE_LABEL; nth = (nth - 1) / 26)
		digits[n++] = (char)('A' + (nth - 1) % 26);
	for (size_t i = 0; i < n; i++)
		out[i] = digits[n - 1 - i];
	out[n] = '\0';
}

/* The number of a label; 0: it is none. */
static int64_t
read_label(const char *label)
{
	int64_t nth = 0;

	if (strlen(label) > LABEL_LETTERS)
		return 0;
	for (; *label != '\0'; label++) {
		char capital = (char)(*label & ~0x20);

		if (capital < 'A' || capital > 'Z')
			return 0;
		nth = nth * 26 + capital - 'A' + 1;
	}
	return nth;
}

static bool
same_cause(const struct taking *taking, const char *const *values)
{
	const struct gw_letters *letters = taking->letters;
	const struct gw_cause *last;

	if (letters->ncauses == 0)
		return false;
	last = &letters->causes[letters->ncauses - 1];
	return strcmp(last->source, values[SOURCE]) == 0 &&
	       strcmp(last->stream, values[STREAM]) == 0 &&
	       strcmp(last->stage, values[STAGE]) == 0 &&
	       strcmp(last->column, values[COLUMN]) == 0 && strcmp(last->rule, values[RULE]) == 0 &&
	       strcmp(last->code, values[CODE]) == 0 && strcmp(taking->said, values[SAID]) == 0;
}

/* Room for one more of size bytes each; false: no memory. */
static bool
grow(void **array, size_t count, size_t *cap, size_t size)
{
	size_t wanted = *cap == 0 ? 64 : 2 * *cap;
	void *larger;

	if (count < *cap)
		return true;
	larger = realloc(*array, wanted * size);
	if (larger == NULL)
		return false;
	*array = larger;
	*cap = wanted;
	return true;
}

static void
add_cause(struct taking *taking, const char *const *values)
{
	struct gw_letters *letters = taking->letters;
	void *array = letters->causes;
	struct gw_cause cause = {
		.source = keep(taking, values[SOURCE]),
		.stream = keep(taking, values[STREAM]),
		.stage = keep(taking, values[STAGE]),
		.column = keep(taking, values[COLUMN]),
		.rule = keep(taking, values[RULE]),
		.code = keep(taking, values[CODE]),
		.reason = keep(taking, values[REASON]),
		.letters = gw_desk_number(values[LETTERS]),
		.open = gw_desk_number(values[OPEN]),
		.fixed = gw_desk_number(values[FIXED]),
		.replayed = gw_desk_number(values[REPLAYED]),
		.oldest_us = gw_desk_number(values[OLDEST]),
		.newest_us = gw_desk_number(values[NEWEST]),
	};

	taking->said = keep(taking, values[SAID]);
	write_label(gw_desk_number(values[NTH]), cause.label);
	taking->failed |= !grow(&array, letters->ncauses, &taking->causes_cap, sizeof cause);
	letters->causes = array;
	if (!taking->failed)
		letters->causes[letters->ncauses++] = cause;
}

static enum gw_status
take_letter(void *arg, const char *const *values, size_t count, struct gw_error *err)
{
	struct taking *taking = arg;
	struct gw_letters *letters = taking->letters;
	void *array;

	if (count != NVALUES || values[ID] == NULL)
		return gw_fail(err, GW_FATAL, "%s", _("the warehouse gave no letter"));
	if (!same_cause(taking, values))
		add_cause(taking, values);
	array = letters->letters;
	taking->failed |= !grow(&array, letters->nletters, &taking->cap, sizeof *letters->letters);
	letters->letters = array;
	if (taking->failed)
		return gw_fail_memory(err);
	letters->letters[letters->nletters++] = (struct gw_filed){
		.id = gw_desk_number(values[ID]),
		.cause = letters->ncauses - 1,
		.run = keep(taking, values[RUN]),
		.key = keep(taking, values[KEY]),
		.state = keep(taking, values[STATE]),
		.by = keep(taking, values[BY]),
		.why = keep(taking, values[WHY]),
		.version = gw_desk_number(values[VERSION]),
		.at_us = gw_desk_number(values[AT]),
		.changed_us = gw_desk_number(values[CHANGED]),
	};
	return taking->failed ? gw_fail_memory(err) : GW_OK;
}

/* Midnight of the day where the person is, as PostgreSQL reads it. */
static enum gw_status
write_since(const char *date, char out[GW_TIME_TEXT], struct gw_error *err)
{
	int64_t days;
	struct tm tm = {.tm_isdst = -1};
	time_t midnight;

	if (!gw_date_parse(date, strlen(date), &days))
		return gw_fail(err, GW_CONFIG, _("--since is a day such as 2026-09-30, not %s"),
			       date);
	gw_date_to_civil(days, &tm.tm_year, &tm.tm_mon, &tm.tm_mday);
	tm.tm_year -= 1900;
	tm.tm_mon -= 1;
	midnight = mktime(&tm);
	gw_timestamp_format((int64_t)midnight * 1000000, out);
	return GW_OK;
}

static enum gw_status
check_state(const char *state, struct gw_error *err)
{
	static const char *const states[] = {"open", "fixed", "replayed", "resolved", "discarded"};

	for (size_t i = 0; i < sizeof states / sizeof states[0]; i++)
		if (strcmp(states[i], state) == 0)
			return GW_OK;
	return gw_fail(err, GW_CONFIG,
		       _("--state is open, fixed, replayed, resolved or discarded, not %s"), state);
}

/* The texts behind the parameters of a choice. */
struct texts {
	char since[GW_TIME_TEXT], nth[24], of_each[24], most[24];
	struct gw_buf ids;
};

static enum gw_status
check_choice(const struct gw_choice *choice, struct texts *texts, struct gw_error *err)
{
	unsigned char uuid[16];

	if (choice->state != NULL && check_state(choice->state, err) != GW_OK)
		return err->status;
	if (choice->since != NULL && write_since(choice->since, texts->since, err) != GW_OK)
		return err->status;
	if (choice->run != NULL && !gw_uuid_parse(choice->run, uuid))
		return gw_fail(err, GW_CONFIG, "%s",
			       _("--run is the UUID of a run, as songma runs shows it"));
	if (choice->cause != NULL && read_label(choice->cause) == 0)
		return gw_fail(
			err, GW_CONFIG,
			_("\"%s\" is neither the number of a letter nor the label of a cause "
			  "(A, B…); songma dlq list shows both"),
			choice->cause);
	return GW_OK;
}

static bool
has_ended(const struct gw_choice *choice)
{
	return choice->ended ||
	       (choice->state != NULL && (strcmp(choice->state, "resolved") == 0 ||
					  strcmp(choice->state, "discarded") == 0));
}

static enum gw_status
write_params(const struct gw_choice *choice, struct texts *texts, const char **params,
	     struct gw_error *err)
{
	size_t of_each = choice->of_each == 0 ? GW_DESK_LETTERS + 1 : choice->of_each;

	if (check_choice(choice, texts, err) != GW_OK)
		return err->status;
	if (choice->nids > 0 && gw_desk_ids(choice->ids, choice->nids, &texts->ids, err) != GW_OK)
		return err->status;
	if (choice->cause != NULL)
		(void)snprintf(texts->nth, sizeof texts->nth, "%lld",
			       (long long)read_label(choice->cause));
	(void)snprintf(texts->of_each, sizeof texts->of_each, "%zu", of_each);
	(void)snprintf(texts->most, sizeof texts->most, "%d", GW_DESK_LETTERS + 1);
	memcpy(params,
	       (const char *[PARAMS]){
		       has_ended(choice) ? "t" : "f",
		       choice->cause == NULL ? NULL : texts->nth,
		       choice->nids == 0 ? NULL : texts->ids.data,
		       choice->source,
		       choice->stream,
		       choice->rule,
		       choice->code,
		       choice->run,
		       choice->since == NULL ? NULL : texts->since,
		       choice->state,
		       texts->of_each,
		       texts->most,
	       },
	       PARAMS * sizeof *params);
	return GW_OK;
}

enum gw_status
gw_desk_select(struct gw_desk *desk, const struct gw_choice *choice, struct gw_letters *out,
	       struct gw_error *err)
{
	struct texts texts;
	const char *params[PARAMS];
	struct taking taking = {.letters = out};
	enum gw_status status;

	*out = (struct gw_letters){0};
	gw_arena_init(&out->arena, TEXTS_MAX);
	gw_buf_init(&texts.ids, IDS_MAX);
	status = write_params(choice, &texts, params, err);
	if (status == GW_OK)
		status = gw_desk_query(desk, select_sql, params, PARAMS, take_letter, &taking, err);
	gw_buf_release(&texts.ids);
	if (status == GW_OK && out->nletters > GW_DESK_LETTERS)
		return gw_fail(err, GW_CONFIG,
			       _("more than %d letters: choose fewer, by --code, --since or --run"),
			       GW_DESK_LETTERS);
	return status;
}

void
gw_letters_release(struct gw_letters *letters)
{
	free(letters->causes);
	free(letters->letters);
	gw_arena_release(&letters->arena);
	*letters = (struct gw_letters){0};
}

/* 64 hexadecimal digits: a pseudonym. */
static bool
is_pseudonym(const char *part, size_t len)
{
	unsigned char bytes[32];

	return gw_hex_decode(part, len, bytes, sizeof bytes);
}

/* The last characters of a public part, with the dash before them. */
static size_t
tail_of(const char *part, size_t len)
{
	enum { TAIL = 4 };
	size_t at = len, seen = 0;

	while (at > 0 && seen < TAIL) {
		at--;
		seen += ((unsigned char)part[at] & 0xc0) != 0x80;
	}
	return at > 0 && part[at - 1] == '-' ? at - 1 : at;
}

void
gw_desk_mask_key(const char *key, char *out, size_t size)
{
	size_t used = 0;

	out[0] = '\0';
	while (key != NULL && *key != '\0' && used + 1 < size) {
		size_t len = strcspn(key, "\x1f"), tail = tail_of(key, len);
		const char *between = used > 0 ? " / " : "";
		int n = is_pseudonym(key, len)
				? snprintf(out + used, size - used, "%s%.4s\u2026", between, key)
				: snprintf(out + used, size - used, "%s%s%.*s", between,
					   tail > 0 ? "\u2026" : "", (int)(len - tail), key + tail);

		used += n > 0 ? (size_t)n : 0;
		key += len + (key[len] != '\0');
	}
}
