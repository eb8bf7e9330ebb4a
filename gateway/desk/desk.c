#include "desk/desk.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/i18n.h"
#include "desk/hearing.h"
#include "desk/parts.h"
#include "dlq/letter.h"
#include "dlq/row.h"

enum { TOGETHER = 50, MAX_ROW = 64 * 1024 * 1024, MAX_IDS = 1024 * 1024, POLL_MS = 200 };

enum gw_status
gw_desk_open(const struct gw_config *config, const struct gw_identity *who, struct gw_desk **out,
	     struct gw_error *err)
{
	struct gw_desk *desk = calloc(1, sizeof *desk);
	enum gw_status status;

	if (desk == NULL)
		return gw_fail_memory(err);
	desk->config = config;
	desk->may_reveal = who->may_reveal;
	(void)snprintf(desk->name, sizeof desk->name, "%s", who->name);
	status = gw_warehouse_open(config, &desk->warehouse, err);
	if (status == GW_OK && desk->may_reveal)
		status = gw_config_public_key(config->letter_public_file, _("public letter key"),
					      desk->letter_public, sizeof desk->letter_public, err);
	if (status == GW_OK && desk->may_reveal)
		status = gw_config_key(config->letter_secret_file, _("secret letter key"),
				       desk->letter_secret, sizeof desk->letter_secret, err);
	if (status != GW_OK) {
		gw_desk_close(desk);
		return status;
	}
	*out = desk;
	return GW_OK;
}

void
gw_desk_close(struct gw_desk *desk)
{
	if (desk == NULL)
		return;
	gw_hearing_close(desk->hearing);
	gw_desk_plan_free(desk->plan);
	gw_codes_free(desk->codes);
	gw_warehouse_close(desk->warehouse);
	sodium_memzero(desk, sizeof *desk);
	free(desk);
}

enum gw_status /* NOLINTNEXTLINE(readability-function-size): each is a part of one query */
gw_desk_query(struct gw_desk *desk, const char *sql, const char *const *params, size_t nparams,
	      gw_row_fn *each, void *arg, struct gw_error *err)
{
	enum gw_status status = gw_warehouse_query(desk->warehouse, sql, params, nparams,
						   GW_DESK_QUERY_US, each, arg, err);

	/* A column that is not there. */
	if (status != GW_OK && strcmp(err->sqlstate, "42703") == 0)
		return gw_fail(err, GW_CONFIG, "%s",
			       _("the warehouse was made by an older version: load once "
				 "(songma load), which brings it up to date"));
	return status;
}

int64_t
gw_desk_number(const char *text)
{
	int64_t n = 0;

	if (text != NULL)
		(void)gw_parse_i64(text, strlen(text), &n);
	return n;
}

enum gw_status
gw_desk_ids(const int64_t *ids, size_t count, struct gw_buf *out, struct gw_error *err)
{
	gw_buf_clear(out);
	(void)gw_buf_putc(out, '{');
	for (size_t i = 0; i < count; i++)
		(void)gw_buf_printf(out, "%s%lld", i == 0 ? "" : ",", (long long)ids[i]);
	(void)gw_buf_putc(out, '}');
	return out->failed ? gw_fail_memory(err) : GW_OK;
}

void
gw_desk_cause_range(const struct gw_letters *letters, size_t cause, size_t *first, size_t *last)
{
	*first = 0;
	while (*first < letters->nletters && letters->letters[*first].cause != cause)
		++*first;
	*last = *first;
	while (*last < letters->nletters && letters->letters[*last].cause == cause)
		++*last;
}

size_t
gw_desk_column(const struct gw_desk_row *row, const char *column)
{
	size_t i = 0;

	while (i < row->count && strcmp(row->columns[i], column) != 0)
		i++;
	return i;
}

/* Letters that are walked together: one query. */
struct handful {
	struct gw_desk *desk;
	const struct gw_desk_walk *walk;
	size_t next, last;
	struct gw_buf bytes, plain;
};

enum gw_status
gw_desk_unseal(const struct gw_desk *desk, const char *hex, struct gw_buf *bytes,
	       struct gw_buf *plain, struct gw_error *err)
{
	size_t len = strlen(hex);
	char *to;

	gw_buf_clear(bytes);
	gw_buf_clear(plain);
	to = gw_buf_reserve(bytes, len / 2);
	if (to == NULL)
		return gw_fail_memory(err);
	if (!gw_hex_decode(hex, len, (unsigned char *)to, len / 2))
		return gw_fail(err, GW_FATAL, "%s", _("the warehouse gave no bytes"));
	return gw_letter_open(desk->letter_public, desk->letter_secret, to, len / 2, plain, err);
}

static enum gw_status
take_sealed(void *arg, const char *const *values, size_t count, struct gw_error *err)
{
	struct handful *hand = arg;
	const struct gw_letters *letters = hand->walk->letters;
	int64_t id = gw_desk_number(count == 2 ? values[0] : NULL);
	struct gw_letter_row read;
	struct gw_desk_row row;

	while (hand->next < hand->last && letters->letters[hand->next].id != id)
		hand->next++;
	if (hand->next == hand->last || values[1] == NULL)
		return gw_fail(err, GW_FATAL, "%s", _("the warehouse gave no letter"));
	if (gw_desk_unseal(hand->desk, values[1], &hand->bytes, &hand->plain, err) != GW_OK ||
	    gw_letter_row(hand->plain.data, hand->plain.len, hand->walk->arena, &read, err) !=
		    GW_OK)
		return gw_wrap(err, _("letter %lld"), (long long)id);
	row = (struct gw_desk_row){.columns = read.columns,
				   .values = read.values,
				   .count = read.count,
				   .cells = read.cells,
				   .json = hand->plain.data,
				   .len = hand->plain.len};
	return hand->walk->each(hand->walk->arg, hand->next, &row, err);
}

static enum gw_status
walk_some(struct handful *hand, struct gw_error *err)
{
	const struct gw_letters *letters = hand->walk->letters;
	int64_t ids[TOGETHER];
	size_t n = 0;
	struct gw_buf list;
	const char *params[2] = {NULL, hand->walk->ended ? "t" : "f"};
	enum gw_status status;

	for (size_t i = hand->next; i < hand->last; i++)
		ids[n++] = letters->letters[i].id;
	gw_buf_init(&list, MAX_IDS);
	status = gw_desk_ids(ids, n, &list, err);
	params[0] = list.data;
	if (status == GW_OK)
		status =
			gw_desk_query(hand->desk,
				      "select id, encode(sealed, 'hex') from ops.dead_letter "
				      "where id = any ($1::bigint[]) "
				      "and ($2::boolean or state in ('open', 'fixed', 'replayed')) "
				      "order by array_position($1::bigint[], id)",
				      params, 2, take_sealed, hand, err);
	gw_buf_release(&list);
	return status;
}

void
gw_desk_wipe(struct gw_buf *buf)
{
	if (buf->data != NULL)
		sodium_memzero(buf->data, buf->cap);
	gw_buf_release(buf);
}

static enum gw_status
walk_opened(struct gw_desk *desk, const struct gw_desk_walk *walk, struct gw_error *err)
{
	struct handful hand = {.desk = desk, .walk = walk};
	enum gw_status status = GW_OK;

	gw_buf_init(&hand.bytes, MAX_ROW);
	gw_buf_init(&hand.plain, MAX_ROW);
	for (size_t at = walk->first; status == GW_OK && at < walk->last; at += TOGETHER) {
		hand.next = at;
		hand.last = walk->last - at < TOGETHER ? walk->last : at + TOGETHER;
		status = walk_some(&hand, err);
	}
	gw_buf_release(&hand.bytes);
	gw_desk_wipe(&hand.plain);
	return status;
}

enum gw_status
gw_desk_walk_rows(struct gw_desk *desk, const struct gw_desk_walk *walk, struct gw_error *err)
{
	const struct gw_letters *letters = walk->letters;
	const struct gw_cause *cause;

	if (walk->first == walk->last)
		return GW_OK;
	cause = &letters->causes[letters->letters[walk->first].cause];
	if (desk->may_reveal && strcmp(cause->stage, "load") != 0)
		return walk_opened(desk, walk, err);
	for (size_t i = walk->first; i < walk->last; i++)
		if (walk->each(walk->arg, i, NULL, err) != GW_OK)
			return err->status;
	return GW_OK;
}

struct seen {
	bool act, loader;
};

static enum gw_status
take_seen(void *arg, const char *const *values, size_t count, struct gw_error *err)
{
	struct seen *seen = arg;

	if (count != 2 || values[0] == NULL || values[1] == NULL)
		return gw_fail(err, GW_FATAL, "%s", _("the warehouse gave no number"));
	seen->act = values[0][0] == 't';
	seen->loader = values[1][0] == 't';
	return GW_OK;
}

static const char seen_sql[] =
	"select exists (select from ops.audit where id = $1::uuid), "
	"exists (select from pg_catalog.pg_stat_activity "
	"where datname = current_database() and application_name = 'songma load')";

enum gw_status
gw_desk_wait(struct gw_desk *desk, const struct gw_done *done, int timeout_ms,
	     enum gw_desk_seen *out, struct gw_error *err)
{
	int64_t until = gw_monotonic_us() + (int64_t)timeout_ms * 1000;
	const char *params[] = {done->act[0] != '\0' ? done->act : NULL};
	struct seen seen = {.act = false};

	for (;;) {
		if (gw_desk_query(desk, seen_sql, params, 1, take_seen, &seen, err) != GW_OK)
			return err->status;
		if (seen.act || !seen.loader || gw_monotonic_us() >= until)
			break;
		(void)usleep(POLL_MS * 1000);
	}
	*out = seen.act ? GW_DESK_SEEN : seen.loader ? GW_DESK_WAITS : GW_DESK_NO_LOADER;
	return GW_OK;
}
