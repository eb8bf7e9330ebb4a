#include "cmd.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/beat.h"
#include "base/i18n.h"
#include "base/log.h"
#include "base/text.h"
#include "load/load.h"
#include "ops/schedule.h"

#define STEADY_US (INT64_C(60) * 1000000) /* it ran well in between */

struct teller {
	int fd;
	bool loaded; /* a batch, since the last trouble */
};

static void
progress(void *arg, const struct gw_load_progress *p)
{
	struct teller *teller = arg;
	char line[512];
	int len;

	if (p->notice != NULL) {
		gw_log_text(GW_LOG_WARN, "notice", p->topic, p->notice);
		return;
	}
	teller->loaded = true;
	gw_log(GW_LOG_INFO, "loaded",
	       "topic=%s loaded=%lld unchanged=%lld superseded=%lld deleted=%lld refused=%lld "
	       "letters=%lld lag=%lld",
	       p->topic, (long long)p->loaded, (long long)p->unchanged, (long long)p->superseded,
	       (long long)p->deleted, (long long)p->refused, (long long)p->letters,
	       (long long)p->lag);
	if (teller->fd < 0)
		return;
	len = snprintf(line, sizeof line,
		       "{\"loaded\":%lld,\"unchanged\":%lld,\"superseded\":%lld,\"deleted\":%lld,"
		       "\"refused\":%lld,\"letters\":%lld,\"lag\":%lld}\n",
		       (long long)p->loaded, (long long)p->unchanged, (long long)p->superseded,
		       (long long)p->deleted, (long long)p->refused, (long long)p->letters,
		       (long long)p->lag);
	if (len > 0 && (size_t)len < sizeof line)
		gw_cmd_tell(teller->fd, line, (size_t)len);
}

static enum gw_status
load_once(const struct gw_config *config, struct teller *teller, struct gw_error *err)
{
	struct gw_load *load = NULL;
	enum gw_status status = gw_load_open(config, progress, teller, &load, err);

	if (status == GW_OK)
		status = gw_load_run(load, &gw_stop, &gw_drain, err);
	gw_load_close(load);
	return status;
}

static enum gw_status
wait_for_it(unsigned failures, struct gw_error *err)
{
	int64_t pause = gw_backoff_us(failures);

	gw_log_text(GW_LOG_WARN, "away", "", err->text);
	gw_beat_trouble(err, pause);
	return gw_schedule_rest(pause, &gw_stop, err);
}

/* With --follow what is away is tried again until it is there; else it ends the command. */
static enum gw_status
work(const struct gw_config *config, const struct gw_args *args, struct gw_error *err)
{
	struct teller teller = {.fd = gw_cmd_progress_fd(args)};
	bool forever = gw_args_get(args, "follow") != NULL;
	unsigned failures = 0;

	gw_beat_to(teller.fd);
	if (!forever && gw_args_get(args, "until-drained") == NULL)
		gw_drain = 1;
	for (;;) {
		int64_t began = gw_monotonic_us();
		enum gw_status status = load_once(config, &teller, err);

		if (gw_stop || status == GW_OK)
			return status;
		if (!forever || status != GW_RETRY) {
			gw_beat_trouble(err, 0);
			return status;
		}
		if (teller.loaded || gw_monotonic_us() - began > STEADY_US)
			failures = 0;
		teller.loaded = false;
		if (wait_for_it(failures++, err) != GW_OK)
			return err->status;
	}
}

static int
run(const struct gw_args *args)
{
	gw_cmd_signals(NULL);
	return gw_cmd_work(args, work);
}

const struct gw_cmd gw_cmd_load = {
	.name = "load",
	.about = N_("one duty: load what is in Kafka into the warehouse (once, or for ever)"),
	.options = {{"follow", NULL, N_("go on until told to stop")},
		    {"until-drained", NULL,
		     N_("go on until SIGUSR1, then end when everything is loaded")},
		    {"progress-fd", "FD", NULL},
		    {"told", NULL, NULL}},
	.run = run,
};
