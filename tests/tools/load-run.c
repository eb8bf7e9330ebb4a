/*
 * Loads what is in Kafka, for the tests of the loader:
 *
 *   load-run SONGMA_YAML [follow]
 *
 * Prints a line a batch and ends when all that was in Kafka is loaded; with
 * follow it goes on, trying again what is away, until it is told to stop.
 */
#include <locale.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/i18n.h"
#include "load/load.h"

static volatile sig_atomic_t stop, drain;

static void
on_stop(int signal)
{
	(void)signal;
	stop = 1;
}

static void
progress(void *arg, const struct gw_load_progress *p)
{
	(void)arg;
	printf("%s loaded=%lld unchanged=%lld superseded=%lld deleted=%lld refused=%lld "
	       "letters=%lld lag=%lld\n",
	       p->topic, (long long)p->loaded, (long long)p->unchanged, (long long)p->superseded,
	       (long long)p->deleted, (long long)p->refused, (long long)p->letters,
	       (long long)p->lag);
	(void)fflush(stdout);
}

static enum gw_status
load_once(const struct gw_config *config, struct gw_error *err)
{
	struct gw_load *load = NULL;
	enum gw_status status = gw_load_open(config, progress, NULL, &load, err);

	if (status == GW_OK)
		status = gw_load_run(load, &stop, &drain, err);
	gw_load_close(load);
	return status;
}

int
main(int argc, char **argv)
{
	struct gw_config *config = NULL;
	struct rusage usage;
	struct gw_error err;
	enum gw_status status;

	if (argc < 2 || sodium_init() < 0)
		return 2;
	(void)signal(SIGTERM, on_stop);
	(void)gw_i18n_init("en");
	drain = argc < 3 || strcmp(argv[2], "follow") != 0;
	status = gw_config_read(argv[1], &config, &err);
	if (status == GW_OK)
		status = load_once(config, &err);
	while (status == GW_RETRY && !drain && !stop) {
		printf("away: %s\n", err.text);
		(void)fflush(stdout);
		(void)usleep(300000);
		status = load_once(config, &err);
	}
	if (status != GW_OK)
		printf("%s: %s\n", gw_status_name(status), err.text);
	(void)getrusage(RUSAGE_SELF, &usage);
	printf("ended rss_kb=%ld cpu_ms=%ld\n", usage.ru_maxrss,
	       usage.ru_utime.tv_sec * 1000 + usage.ru_utime.tv_usec / 1000 +
		       usage.ru_stime.tv_sec * 1000 + usage.ru_stime.tv_usec / 1000);
	gw_config_free(config);
	return gw_status_exit(status);
}
