/*
 * The streams of a pull as its ways to Kafka.  One that is wrong, in its mapping, its schema, its
 * table or its rights, stays behind and says so; the others go on.
 */
#include "pull/internal.h"

#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"

enum {
	CAUSES_MAX = 800, /* bytes of all causes in one message */
	CAUSE_LEAST = 80,
};

static bool
is_of_stream(enum gw_status status)
{
	return status == GW_CONFIG || status == GW_REJECT;
}

bool
gw_pull_lane_fails(struct gw_pull *pull, struct gw_lane *lane, const struct gw_error *err)
{
	if (!is_of_stream(err->status))
		return false;
	gw_pull_abandon(pull);
	gw_pull_end_cursor(pull, lane);
	lane->wrong = *err;
	return true;
}

bool
gw_pull_lane_is_slow(const struct gw_error *err)
{
	static const char *const states[] = {"57014", "70100", "HYT00", "55P03"};

	for (size_t i = 0; i < sizeof states / sizeof states[0] && err->status == GW_RETRY; i++)
		if (strcmp(err->sqlstate, states[i]) == 0)
			return true;
	return false;
}

/* As cycles name their stream. */
static bool
fails_open(struct gw_pull *pull, struct gw_lane *lane, struct gw_error *err)
{
	if (is_of_stream(err->status) && pull->source->nstreams > 1)
		(void)gw_wrap(err, "%s.%s", pull->source->name, lane->plan->stream->name);
	return gw_pull_lane_fails(pull, lane, err);
}

static void
put_subject(const struct gw_lane *lane, char out[256 + sizeof "-value"])
{
	memcpy(out, lane->topic, strlen(lane->topic) + 1);
	memcpy(out + strlen(out), "-value", sizeof "-value");
}

static enum gw_status
open_lane(struct gw_pull *pull, struct gw_lane *lane, struct gw_error *err)
{
	char subject[256 + sizeof "-value"];

	if (!gw_topic_name(pull->config, pull->source->name, GW_TOPIC_RECORDS,
			   lane->plan->stream->name, lane->topic))
		return gw_place_fail(&lane->plan->stream->at, err,
				     _("the topic's name would be over 249 characters"));
	if (lane->plan->wrong.status != GW_OK) {
		*err = lane->plan->wrong;
		return err->status;
	}
	put_subject(lane, subject);
	return gw_registry_check(pull->registry, subject, lane->plan->schema, err);
}

enum gw_status
gw_pull_lanes_any(struct gw_pull *pull, struct gw_error *err)
{
	for (size_t i = 0; i < pull->source->nstreams; i++)
		if (pull->lanes[i].wrong.status == GW_OK)
			return GW_OK;
	return gw_pull_lanes_say(pull, NULL, err);
}

enum gw_status
gw_pull_lanes_open(struct gw_pull *pull, struct gw_error *err)
{
	for (size_t i = 0; i < pull->source->nstreams; i++) {
		struct gw_lane *lane = &pull->lanes[i];

		lane->plan = &pull->plan->streams[i];
		if (open_lane(pull, lane, err) != GW_OK && !fails_open(pull, lane, err))
			return err->status;
	}
	return gw_pull_lanes_any(pull, err);
}

enum gw_status
gw_pull_lanes_register(struct gw_pull *pull, struct gw_error *err)
{
	for (size_t i = 0; i < pull->source->nstreams; i++) {
		struct gw_lane *lane = &pull->lanes[i];
		char subject[256 + sizeof "-value"];

		if (lane->wrong.status != GW_OK)
			continue;
		put_subject(lane, subject);
		lane->ready = gw_registry_register(pull->registry, subject, lane->plan->schema,
						   &lane->schema_id, err) == GW_OK;
		if (!lane->ready && !fails_open(pull, lane, err))
			return err->status;
	}
	return gw_pull_lanes_any(pull, err);
}

static bool
is_asked(const struct gw_lane *lane, const char *stream)
{
	return stream == NULL || strcmp(lane->plan->stream->name, stream) == 0;
}

/* One cause after another, each with its share of the room. */
static void
put_causes(const struct gw_pull *pull, size_t wrong, char out[CAUSES_MAX])
{
	size_t each = CAUSES_MAX / wrong, len = 0;

	if (each < CAUSE_LEAST)
		each = CAUSE_LEAST;
	out[0] = '\0';
	for (size_t i = 0; i < pull->source->nstreams && len + each <= CAUSES_MAX; i++) {
		if (pull->lanes[i].wrong.status == GW_OK)
			continue;
		if (len > 0)
			len += (size_t)snprintf(out + len, CAUSES_MAX - len, " | ");
		gw_utf8_copy(out + len, each - 3, pull->lanes[i].wrong.text);
		len += strlen(out + len);
	}
}

enum gw_status
gw_pull_lanes_say(struct gw_pull *pull, const char *stream, struct gw_error *err)
{
	const struct gw_lane *first = NULL;
	size_t wrong = 0, asked = 0;
	char causes[CAUSES_MAX];

	for (size_t i = 0; i < pull->source->nstreams; i++) {
		const struct gw_lane *lane = &pull->lanes[i];

		asked += is_asked(lane, stream);
		if (!is_asked(lane, stream) || lane->wrong.status == GW_OK)
			continue;
		wrong++;
		/* What a person has to mend outweighs the rest. */
		if (first == NULL ||
		    (first->wrong.status != GW_CONFIG && lane->wrong.status == GW_CONFIG))
			first = lane;
	}
	if (first == NULL)
		return GW_OK;
	*err = first->wrong;
	if (asked == 1)
		return err->status;
	put_causes(pull, wrong, causes);
	if (wrong == asked)
		(void)snprintf(err->text, sizeof err->text, _("no stream can be read: %s"), causes);
	else if (wrong == 1)
		(void)snprintf(err->text, sizeof err->text, _("%s; the other streams went on"),
			       causes);
	else
		(void)snprintf(err->text, sizeof err->text,
			       _("%zu streams failed, the others went on: %s"), wrong, causes);
	return err->status;
}
