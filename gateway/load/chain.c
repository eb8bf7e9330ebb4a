#include "load/chain.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "dlq/act.h"
#include "load/pause.h"

enum {
	KEY_BYTES = 32,
	LINK_TEXT = 2 * GW_ACT_LINK + 1,
	NUMBER_TEXT = 24,
	MAX_ARRAY = 64 * 1024,
	MAX_ACT = 1024 * 1024,
};

struct gw_chain {
	const struct gw_config *config;
	struct gw_arena arena; /* of the act in hand */
	struct gw_buf letters;
	unsigned char key[KEY_BYTES];
	bool keyed; /* key is there, and fits what was chained before */
	/* the last act of the chain, as the open transaction sees it */
	int64_t seq;
	unsigned char link[GW_ACT_LINK];
};

enum gw_status
gw_chain_open(const struct gw_config *config, struct gw_chain **out, struct gw_error *err)
{
	struct gw_chain *chain = calloc(1, sizeof *chain);

	if (chain == NULL)
		return gw_fail_memory(err);
	chain->config = config;
	gw_arena_init(&chain->arena, MAX_ACT);
	gw_buf_init(&chain->letters, MAX_ARRAY);
	*out = chain;
	return GW_OK;
}

void
gw_chain_close(struct gw_chain *chain)
{
	if (chain == NULL)
		return;
	gw_arena_release(&chain->arena);
	gw_buf_release(&chain->letters);
	sodium_memzero(chain->key, sizeof chain->key);
	free(chain);
}

/* The link in a row of the end of the chain; zero bytes before the first row. */
static bool
take_link(const struct gw_db_result *rows, size_t row, unsigned char out[GW_ACT_LINK])
{
	const char *hex;

	memset(out, 0, GW_ACT_LINK);
	if (row >= gw_db_rows(rows))
		return true;
	hex = gw_db_text(rows, row, 1);
	return gw_hex_decode(hex, strlen(hex), out, GW_ACT_LINK);
}

/* A key that the last act was not chained with would end the chain for good, unseen. */
static bool
fits(const struct gw_chain *chain, const struct gw_db_result *rows)
{
	unsigned char previous[GW_ACT_LINK], wanted[GW_ACT_LINK];
	const char *body;

	if (gw_db_rows(rows) == 0)
		return true;
	body = gw_db_text(rows, 0, 2);
	if (!take_link(rows, 1, previous))
		return false;
	gw_act_link(chain->key, previous, chain->seq, body, strlen(body), wanted);
	return sodium_memcmp(wanted, chain->link, sizeof wanted) == 0;
}

static enum gw_status
take_end(struct gw_chain *chain, const struct gw_db_result *rows, struct gw_error *err)
{
	chain->seq = gw_db_rows(rows) == 0 ? 0 : gw_db_i64(rows, 0, 0);
	if (take_link(rows, 0, chain->link) && (chain->keyed || fits(chain, rows)))
		return GW_OK;
	return gw_fail(err, GW_CONFIG,
		       _("the last act in ops.audit was not chained with the key in %s: put the "
			 "key back that all loaders share, or, where somebody has changed "
			 "ops.audit, see where with songma audit verify and put the rows back"),
		       chain->config->audit_file);
}

/* Where the chain ends now. */
static enum gw_status
find_end(struct gw_chain *chain, struct gw_db *db, struct gw_error *err)
{
	struct gw_db_result *rows = NULL;
	enum gw_status status = GW_OK;

	if (!chain->keyed)
		status = gw_config_key(chain->config->audit_file, _("audit key"), chain->key,
				       sizeof chain->key, err);
	if (status == GW_OK)
		status = gw_db_query(db,
				     "SELECT seq, encode(hmac, 'hex'), body FROM ops.audit "
				     "ORDER BY seq DESC LIMIT 2",
				     NULL, 0, &rows, err);
	if (status == GW_OK)
		status = take_end(chain, rows, err);
	chain->keyed = chain->keyed || status == GW_OK;
	gw_db_free(rows);
	return status;
}

static enum gw_status
put_letters(struct gw_chain *chain, const struct gw_act *act, struct gw_error *err)
{
	gw_buf_clear(&chain->letters);
	(void)gw_buf_putc(&chain->letters, '{');
	for (size_t i = 0; i < act->nletters; i++)
		(void)gw_buf_printf(&chain->letters, "%s%" PRId64, i == 0 ? "" : ",",
				    act->letters[i]);
	return gw_buf_putc(&chain->letters, '}') ? GW_OK : gw_fail_memory(err);
}

static const char insert_sql[] =
	"INSERT INTO ops.audit (seq, id, at, by, act, source, stream, letters, body, hmac) "
	"VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, decode($10, 'hex')) "
	"ON CONFLICT (id) DO NOTHING";

/* Adds the act; *added stays false where one with its id is there already. */
static enum gw_status
add_row(struct gw_chain *chain, struct gw_db *db, const struct gw_act *act, const char *body,
	bool *added, struct gw_error *err)
{
	unsigned char link[GW_ACT_LINK];
	char seq[NUMBER_TEXT], at[GW_TIME_TEXT], hex[LINK_TEXT];
	const char *params[] = {seq,
				act->id,
				at,
				act->by,
				gw_act_word(act->kind),
				act->source,
				act->stream,
				chain->letters.data,
				body,
				hex};
	struct gw_db_result *result = NULL;

	gw_act_link(chain->key, chain->link, chain->seq + 1, body, strlen(body), link);
	(void)snprintf(seq, sizeof seq, "%" PRId64, chain->seq + 1);
	gw_timestamp_format(act->at_us, at);
	gw_hex_encode(link, sizeof link, hex);
	if (gw_db_query(db, insert_sql, params, 10, &result, err) != GW_OK)
		return err->status;
	*added = gw_db_affected(result) == 1;
	gw_db_free(result);
	if (*added) {
		chain->seq++;
		memcpy(chain->link, link, sizeof link);
	}
	return GW_OK;
}

/* From which states an act takes a letter, and to which. */
static const struct {
	const char *from, *to;
} moves[] = {
	[GW_ACT_FIX] = {"{open}", "fixed"},
	[GW_ACT_REPLAY] = {"{open,fixed}", "replayed"},
	[GW_ACT_DISCARD] = {"{open,fixed,replayed}", "discarded"},
	[GW_ACT_REVEAL] = {NULL, NULL},
	[GW_ACT_REBUILD] = {NULL, NULL}, /* like all that are about a stream */
};

/*
 * A letter that came well after the act has another one's id: the warehouse was
 * filled anew.  An hour is more than clocks differ.
 */
static const char move_sql[] =
	"UPDATE ops.dead_letter SET state = $1, state_at = $2::timestamptz, state_by = $3, "
	"state_why = nullif($4, '') WHERE id = ANY ($5::bigint[]) AND source = $6 "
	"AND stream = $7 AND state = ANY ($8::text[]) "
	"AND arrived_at <= $2::timestamptz + interval '1 hour'";

static enum gw_status
move_letters(struct gw_chain *chain, struct gw_db *db, const struct gw_act *act,
	     struct gw_error *err)
{
	char at[GW_TIME_TEXT];
	const char *params[] = {
		moves[act->kind].to, at,          act->by,     act->reason,
		chain->letters.data, act->source, act->stream, moves[act->kind].from};

	if (moves[act->kind].to == NULL)
		return GW_OK;
	gw_timestamp_format(act->at_us, at);
	return gw_db_query(db, move_sql, params, 8, NULL, err);
}

static enum gw_status
refuse(struct gw_stage *stage, struct gw_arrival *record, const char *reason, struct gw_error *err)
{
	const struct gw_refusal why = {.code = "act", .reason = reason};

	return gw_stage_refuse(stage, record, &why, err);
}

/* The same act again is no news; another one under its id is none of ours. */
static enum gw_status
settle_known(struct gw_db *db, struct gw_stage *stage, struct gw_arrival *record,
	     const struct gw_act *act, const char *body, struct gw_error *err)
{
	const char *params[] = {act->id, body};
	struct gw_db_result *rows = NULL;
	bool same;

	if (gw_db_query(db, "SELECT FROM ops.audit WHERE id = $1 AND body = $2", params, 2, &rows,
			err) != GW_OK)
		return err->status;
	same = gw_db_rows(rows) == 1;
	gw_db_free(rows);
	if (same)
		return GW_OK;
	return refuse(stage, record, _("another act has this one's id already"), err);
}

static enum gw_status
take_act(struct gw_chain *chain, struct gw_db *db, struct gw_stage *stage,
	 struct gw_arrival *record, struct gw_error *err)
{
	const char *body = (const char *)record->value;
	bool added = false;
	struct gw_act act;
	enum gw_status status;

	gw_arena_reset(&chain->arena);
	status = gw_act_decode(body, record->value_len, &chain->arena, &act, err);
	if (status == GW_REJECT) {
		struct gw_error why = *err;

		return refuse(stage, record, why.text, err);
	}
	if (status == GW_OK && chain->seq < 0)
		status = find_end(chain, db, err);
	if (status == GW_OK)
		status = put_letters(chain, &act, err);
	if (status == GW_OK)
		status = add_row(chain, db, &act, body, &added, err);
	if (status != GW_OK)
		return status;
	if (added && act.kind == GW_ACT_RESUME)
		return gw_pause_end(db, &act, err);
	return added ? move_letters(chain, db, &act, err)
		     : settle_known(db, stage, record, &act, body, err);
}

enum gw_status
gw_chain_acts(struct gw_chain *chain, struct gw_db *db, struct gw_stage *stage,
	      struct gw_error *err)
{
	chain->seq = -1;
	for (size_t i = 0; i < stage->npicked; i++)
		if (take_act(chain, db, stage, stage->picked[i], err) != GW_OK)
			return err->status;
	return GW_OK;
}
