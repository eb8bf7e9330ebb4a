/*
 * explain: what has become of one row.  Its key is asked for, so that it stands
 * neither in the shell's history nor in the list of processes.
 */
#include "cmd.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/i18n.h"
#include "base/text.h"
#include "cmd_ask.h"
#include "desk/desk.h"
#include "explain/story.h"

enum { KEY_COLUMNS = 16, VALUE_MAX = 1024, ARENA_MAX = 4 * 1024 * 1024, SHOWN_MAX = 160 };

/* One question, and what is known of its answer. */
struct question {
	const struct gw_config *config;
	const struct gw_args *args;
	struct gw_source *source;
	const struct gw_stream *stream;
	char typed[KEY_COLUMNS][VALUE_MAX];
	const char *values[KEY_COLUMNS];
	struct gw_keys keys;
	const char *key; /* canonical; NULL: not known */
	char shown[SHOWN_MAX];
	char silent[sizeof(((struct gw_error *)NULL)->text)];
	char keyless[sizeof(((struct gw_error *)NULL)->text)];
	char kafka[sizeof(((struct gw_error *)NULL)->text)];
	struct gw_arena arena;
	struct gw_explained found;
	struct gw_story story;
};

static enum gw_status
read_stream(struct question *q, struct gw_error *err)
{
	if (gw_source_read(q->config, q->args->words[0], &q->source, err) != GW_OK)
		return err->status;
	q->stream = gw_source_stream(q->source, q->args->words[1]);
	if (q->stream == NULL)
		return gw_fail(err, GW_CONFIG, _("source %s has no stream %s"), q->args->words[0],
			       q->args->words[1]);
	if (q->stream->nkey == 0)
		return gw_place_fail(&q->stream->at, err,
				     _("stream %s: name the key columns (\"key:\") in the source "
				       "file, so that a single row can be told from others"),
				     q->stream->name);
	if (q->stream->nkey > KEY_COLUMNS)
		return gw_fail(err, GW_CONFIG, _("the key of %s has more than %d columns"),
			       q->stream->name, KEY_COLUMNS);
	return GW_OK;
}

/* A line a column, from a person or from standard input. */
static enum gw_status
ask_key(struct question *q, struct gw_error *err)
{
	bool terminal = isatty(STDIN_FILENO) == 1;

	for (size_t i = 0; i < q->stream->nkey; i++) {
		char *value = q->typed[i];

		if (terminal)
			(void)fprintf(stderr, _("Key column %s: "), q->stream->key[i]);
		(void)fflush(stderr);
		if (fgets(value, VALUE_MAX, stdin) == NULL)
			value[0] = '\0';
		value[strcspn(value, "\r\n")] = '\0';
		if (value[0] == '\0' || !gw_utf8_valid(value, strlen(value)))
			return gw_fail(err, GW_CONFIG,
				       _("no value of key column %s: type it, or give it on "
					 "standard input, one line a key column"),
				       q->stream->key[i]);
		q->values[i] = value;
	}
	q->keys = (struct gw_keys){
		.columns = (const char *const *)q->stream->key,
		.ncolumns = q->stream->nkey,
		.values = q->values,
		.count = 1,
	};
	return GW_OK;
}

static enum gw_status
ask_pull(struct question *q, struct gw_answer *answer, struct gw_error *err)
{
	const struct gw_ask ask = {
		.config = q->config, .source = q->source->name, .quiet = q->args->json};
	struct gw_order order = {.kind = GW_ORDER_LOOK, .keys = q->keys};
	struct gw_asker *asker = NULL;
	enum gw_status status = gw_asker_open(q->config, q->source->name, &asker, err);

	(void)snprintf(order.stream, sizeof order.stream, "%s", q->stream->name);
	(void)gw_cmd_who(order.by, sizeof order.by);
	if (status == GW_OK)
		status = gw_cmd_ask(asker, &ask, &order, NULL, &q->arena, answer, err);
	gw_asker_close(asker);
	return status;
}

/* What the source has.  One that is away is no failure: the rest may be known. */
static enum gw_status
look_at_source(struct question *q, struct gw_error *err)
{
	struct gw_answer answer = {.state = GW_ANSWER_WORKING};
	enum gw_status status;

	if (gw_args_get(q->args, "no-source") != NULL) {
		(void)snprintf(q->silent, sizeof q->silent, "%s", _("--no-source was given"));
		return GW_OK;
	}
	status = ask_pull(q, &answer, err);
	if (status == GW_OK)
		status = gw_look_decode(answer.data, answer.len, &q->arena, &q->story.look, err);
	q->story.looked = status == GW_OK;
	q->key = q->story.look.key;
	if (status == GW_OK || status == GW_CANCELLED || status == GW_FATAL)
		return status;
	(void)snprintf(q->silent, sizeof q->silent, "%s", err->text);
	return GW_OK;
}

static enum gw_status
find_key(struct question *q, struct gw_error *err)
{
	enum gw_status status;

	if (q->key != NULL)
		return GW_OK;
	if (q->story.looked) {
		(void)snprintf(q->keyless, sizeof q->keyless, "%s",
			       _("no key can be made of what was typed"));
		return GW_OK;
	}
	status = gw_explain_key(q->config, q->source, q->stream, &q->keys, &q->arena, &q->key, err);
	if (status != GW_REJECT)
		return status;
	(void)snprintf(q->keyless, sizeof q->keyless, "%s", err->text);
	return GW_OK;
}

static enum gw_status
search(struct question *q, struct gw_error *err)
{
	enum gw_status status;

	if (q->key == NULL)
		return GW_OK;
	gw_desk_mask_key(q->key, q->shown, sizeof q->shown);
	if (gw_explain_warehouse(q->config, q->source->name, q->stream->name, q->key, &q->found,
				 err) != GW_OK)
		return err->status;
	status = gw_explain_record(q->config, q->source->name, q->stream->name, q->key, &q->found,
				   err);
	if (status == GW_RETRY || status == GW_CONFIG) {
		(void)snprintf(q->kafka, sizeof q->kafka, "%s", err->text);
		status = GW_OK;
	}
	return status;
}

static enum gw_status
tell(struct question *q, struct gw_error *err)
{
	struct gw_story *story = &q->story;

	story->source = q->source->name;
	story->stream = q->stream->name;
	story->shown = q->shown[0] != '\0' ? q->shown : "–";
	story->silent = q->silent;
	story->keyless = q->key == NULL ? q->keyless : NULL;
	story->kafka = q->kafka[0] != '\0' ? q->kafka : NULL;
	story->found = &q->found;
	if (q->args->json)
		return gw_story_print_json(story, err);
	gw_story_print(story);
	return GW_OK;
}

static enum gw_status
work(const struct gw_config *config, const struct gw_args *args, struct gw_error *err)
{
	struct question q = {.config = config, .args = args};
	enum gw_status status;

	gw_arena_init(&q.arena, ARENA_MAX);
	gw_explain_init(&q.found);
	status = read_stream(&q, err);
	if (status == GW_OK)
		status = ask_key(&q, err);
	if (status == GW_OK)
		status = look_at_source(&q, err);
	if (status == GW_OK)
		status = find_key(&q, err);
	if (status == GW_OK)
		status = search(&q, err);
	if (status == GW_OK)
		status = tell(&q, err);
	sodium_memzero(q.typed, sizeof q.typed);
	gw_source_free(q.source);
	gw_explain_release(&q.found);
	gw_arena_release(&q.arena);
	return status;
}

static int
run(const struct gw_args *args)
{
	return gw_cmd_work(args, work);
}

const struct gw_cmd gw_cmd_explain = {
	.name = "explain",
	.about = N_("what has become of one row: source, Kafka, warehouse, dead letters"),
	.arguments = N_("SOURCE STREAM"),
	.min_words = 2,
	.max_words = 2,
	.details = N_("The key of the row is asked for, so that it does not stay in the shell's "
		      "history; without a terminal it is read from standard input, one line a key "
		      "column. No value of the row is shown."),
	.options = {{"no-source", NULL, N_("do not ask the source")}},
	.run = run,
};
