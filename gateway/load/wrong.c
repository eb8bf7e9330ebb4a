#include "load/wrong.h"

#include <stdio.h>
#include <string.h>

#include "base/beat.h"
#include "base/i18n.h"
#include "base/text.h"
#include "ops/schedule.h"

enum { CAUSE_MAX = 400, BACKOFF = 6 };

bool
gw_wrong_passes(const struct gw_db *db, const struct gw_error *err)
{
	return err->status == GW_RETRY && gw_db_alive(db) &&
	       (strncmp(err->sqlstate, "40", 2) == 0 || strncmp(err->sqlstate, "55", 2) == 0);
}

/* Events, letters and acts are of all streams; so is a topic of several. */
static bool
is_alone(const struct gw_topic *topic, const struct gw_error *err)
{
	return (err->status == GW_CONFIG || err->status == GW_REJECT) && !topic->mixed &&
	       topic->content == GW_CONTENT_RECORDS;
}

static void
note(struct gw_wrong *wrong, const struct gw_error *err)
{
	size_t len = strlen(wrong->causes);

	wrong->told = false;
	if (wrong->topics++ == 0) {
		wrong->first = *err;
		wrong->anew_us = gw_monotonic_us() + gw_backoff_us(BACKOFF);
		gw_utf8_copy(wrong->causes, CAUSE_MAX, err->text);
	} else if (len + 4 < sizeof wrong->causes) {
		memcpy(wrong->causes + len, " | ", 4);
		gw_utf8_copy(wrong->causes + len + 3, sizeof wrong->causes - len - 3, err->text);
	}
}

enum gw_status
gw_wrong_leave(struct gw_wrong *wrong, struct gw_known *known, struct gw_stage *stage,
	       struct gw_consumer *consumer, struct gw_topic *topic, struct gw_error *err)
{
	(void)gw_wrap(err, _("load %s"), topic->name);
	if (!is_alone(topic, err))
		return err->status;
	/* Its partitions may come again from another loader. */
	if (!topic->wrong)
		note(wrong, err);
	topic->wrong = true;
	gw_known_hold(known, topic, stage);
	return gw_consumer_hold(consumer, topic->name, err);
}

enum gw_status
gw_wrong_say(const struct gw_wrong *wrong, struct gw_error *err)
{
	if (wrong->topics == 0)
		return GW_OK;
	*err = wrong->first;
	if (wrong->topics == 1)
		(void)snprintf(err->text, sizeof err->text, _("%s; the other streams went on"),
			       wrong->first.text);
	else
		(void)snprintf(err->text, sizeof err->text,
			       _("%zu streams failed, the others went on: %s"), wrong->topics,
			       wrong->causes);
	return err->status;
}

bool
gw_wrong_due(struct gw_wrong *wrong)
{
	int64_t left = wrong->anew_us - gw_monotonic_us();
	struct gw_error err;

	if (wrong->topics == 0)
		return false;
	if (!wrong->told && left > 0 && gw_wrong_say(wrong, &err) != GW_OK)
		gw_beat_trouble(&err, left);
	wrong->told = true;
	return left <= 0;
}
