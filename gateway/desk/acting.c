#include "desk/acting.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"

enum { MESSAGE_MAX = 16 * 1024 * 1024, ROWS_MAX = 256 * 1024 * 1024 };

/* Text that may be personal, for as long as an act takes. */
static void
forget(char **text)
{
	if (*text != NULL)
		sodium_memzero(*text, strlen(*text));
	free(*text);
	*text = NULL;
}

enum gw_status
gw_acting_start(struct gw_acting *acting, struct gw_error *err)
{
	const struct gw_config *config = acting->desk->config;

	(void)snprintf(acting->by, sizeof acting->by, "%s", acting->desk->name);
	acting->at_us = gw_now_us();
	*acting->done = (struct gw_done){0};
	gw_arena_init(&acting->arena, ROWS_MAX);
	gw_buf_init(&acting->key, MESSAGE_MAX);
	gw_buf_init(&acting->value, MESSAGE_MAX);
	acting->taken = calloc(acting->letters->nletters + 1, sizeof *acting->taken);
	if (acting->taken == NULL)
		return gw_fail_memory(err);
	if (acting->letters->nletters == 0)
		return gw_fail(err, GW_REJECT, "%s",
			       _("no letter that has not ended is chosen: songma dlq list shows "
				 "those that there are"));
	if (acting->kind == GW_ACT_DISCARD || acting->kind == GW_ACT_REVEAL)
		return GW_OK;
	return gw_config_public_key(config->pull_public_file, _("public pull key"),
				    acting->pull_public, sizeof acting->pull_public, err);
}

void
gw_acting_finish(struct gw_acting *acting)
{
	gw_producer_close(acting->producer);
	gw_arena_release(&acting->arena);
	gw_buf_release(&acting->key);
	gw_buf_release(&acting->value);
	forget(&acting->bad);
	free(acting->taken);
	free(acting->keys);
	free(acting->rows);
}

enum gw_status
gw_acting_begin(struct gw_acting *acting, struct gw_error *err)
{
	const struct gw_config *config = acting->desk->config;
	const struct gw_letters *letters = acting->letters;

	if (gw_producer_open_desk(config, &acting->producer, err) != GW_OK)
		return err->status;
	for (size_t i = 0; i < letters->ncauses; i++) {
		const char *source = letters->causes[i].source;

		if ((i == 0 || strcmp(source, letters->causes[i - 1].source) != 0) &&
		    gw_producer_desk_topics(acting->producer, config, source, err) != GW_OK)
			return err->status;
	}
	return gw_producer_begin(acting->producer, err);
}

enum gw_status
gw_acting_commit(struct gw_acting *acting, struct gw_error *err)
{
	return gw_producer_commit(acting->producer, err);
}

enum gw_status
gw_acting_send(struct gw_acting *acting, enum gw_topic_kind kind, struct gw_error *err)
{
	char topic[256];
	const struct gw_message message = {
		.topic = topic,
		.key = acting->key.data,
		.key_len = acting->key.len,
		.value = acting->value.data,
		.value_len = acting->value.len,
	};

	if (!gw_topic_name(acting->desk->config,
			   kind == GW_TOPIC_AUDIT ? NULL : acting->cause->source, kind, NULL,
			   topic))
		return gw_fail(err, GW_CONFIG, "%s",
			       _("the topic's name would be over 249 characters"));
	return gw_producer_send(acting->producer, &message, err);
}

bool
gw_acting_name(char *out, size_t size, const char *name)
{
	return snprintf(out, size, "%s", name) < (int)size;
}

bool
gw_acting_same(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

enum gw_status
gw_acting_plan(struct gw_acting *acting, struct gw_error *err)
{
	if (gw_desk_plan_make(acting->desk, acting->cause->source, acting->cause->stream,
			      &acting->plan, err) != GW_OK)
		return err->status;
	acting->columns = gw_desk_key_columns(acting->plan, &acting->ncolumns);
	return GW_OK;
}

enum gw_status
gw_acting_walk(struct gw_acting *acting, size_t cause, gw_desk_row_fn *each, struct gw_error *err)
{
	struct gw_desk_walk walk = {
		.letters = acting->letters, .arena = &acting->arena, .each = each, .arg = acting};
	size_t last;

	gw_desk_cause_range(acting->letters, cause, &walk.first, &last);
	for (; walk.first < last; walk.first = walk.last) {
		walk.last = last - walk.first < GW_ACT_LETTERS ? last : walk.first + GW_ACT_LETTERS;
		gw_arena_reset(&acting->arena);
		if (gw_desk_walk_rows(acting->desk, &walk, err) != GW_OK)
			return err->status;
	}
	return GW_OK;
}

static enum gw_status
send_act(struct gw_acting *acting, const int64_t *letters, size_t count, struct gw_error *err)
{
	struct gw_act act = {
		.kind = acting->kind,
		.at_us = acting->at_us,
		.reason = acting->reason,
		.letters = letters,
		.nletters = count,
	};
	unsigned char id[16];

	gw_uuid_make(id);
	gw_uuid_format(id, act.id);
	if (!gw_acting_name(act.by, sizeof act.by, acting->by) ||
	    !gw_acting_name(act.source, sizeof act.source, acting->cause->source) ||
	    !gw_acting_name(act.stream, sizeof act.stream, acting->cause->stream) ||
	    !gw_acting_name(act.column, sizeof act.column,
			    acting->kind == GW_ACT_FIX ? acting->column : ""))
		return gw_fail(err, GW_FATAL, "%s",
			       _("a name of the letter is longer than an act may hold"));
	gw_buf_clear(&acting->key);
	gw_buf_clear(&acting->value);
	if (!gw_buf_puts(&acting->key, act.id))
		return gw_fail_memory(err);
	if (gw_act_encode(&act, &acting->value, err) != GW_OK)
		return err->status;
	memcpy(acting->done->act, act.id, sizeof act.id);
	return gw_acting_send(acting, GW_TOPIC_AUDIT, err);
}

/* In pieces that a message can hold. */
enum gw_status
gw_acting_note(struct gw_acting *acting, struct gw_error *err)
{
	for (size_t at = 0; at < acting->ntaken; at += GW_ACT_LETTERS) {
		size_t left = acting->ntaken - at;

		if (send_act(acting, acting->taken + at,
			     left < GW_ACT_LETTERS ? left : GW_ACT_LETTERS, err) != GW_OK)
			return err->status;
	}
	return GW_OK;
}

static enum gw_status
take_all(struct gw_acting *acting, size_t cause, struct gw_error *err)
{
	size_t first, last;

	acting->cause = &acting->letters->causes[cause];
	acting->ntaken = 0;
	gw_desk_cause_range(acting->letters, cause, &first, &last);
	while (first < last)
		acting->taken[acting->ntaken++] = acting->letters->letters[first++].id;
	acting->done->letters += acting->ntaken;
	return gw_acting_note(acting, err);
}

enum gw_status
gw_desk_discard(struct gw_desk *desk, const struct gw_letters *letters, const char *reason,
		struct gw_done *done, struct gw_error *err)
{
	struct gw_acting acting = {.desk = desk,
				   .letters = letters,
				   .kind = GW_ACT_DISCARD,
				   .reason = reason,
				   .done = done};
	enum gw_status status = gw_acting_start(&acting, err);

	if (status == GW_OK && (reason == NULL || reason[0] == '\0'))
		status = gw_fail(err, GW_REJECT, "%s",
				 _("a reason is needed: it stays in the audit"));
	if (status == GW_OK)
		status = gw_acting_begin(&acting, err);
	for (size_t i = 0; status == GW_OK && i < letters->ncauses; i++)
		status = take_all(&acting, i, err);
	if (status == GW_OK)
		status = gw_acting_commit(&acting, err);
	gw_acting_finish(&acting);
	return status;
}

enum gw_status
gw_desk_note_reveal(struct gw_desk *desk, const struct gw_letters *letters, size_t which,
		    struct gw_error *err)
{
	const struct gw_filed *filed = &letters->letters[which];
	struct gw_done done;
	struct gw_acting acting = {.desk = desk,
				   .letters = letters,
				   .kind = GW_ACT_REVEAL,
				   .reason = "",
				   .done = &done,
				   .cause = &letters->causes[filed->cause]};
	enum gw_status status = gw_acting_start(&acting, err);

	if (status == GW_OK)
		status = gw_acting_begin(&acting, err);
	if (status == GW_OK)
		status = send_act(&acting, &filed->id, 1, err);
	if (status == GW_OK)
		status = gw_acting_commit(&acting, err);
	gw_acting_finish(&acting);
	return status;
}
