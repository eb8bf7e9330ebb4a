#include "odbc/watch.h"

#include <stdlib.h>
#include <time.h>

#define LOOK_NS 50000000L

struct gw_odbc_watch {
	timer_t timer;
};

/* Far from those that somebody else would take. */
static int
watch_signal(void)
{
	return SIGRTMAX - 3;
}

static void
on_look(int number, siginfo_t *info, void *context)
{
	(void)number;
	(void)context;
	if (info->si_code == SI_TIMER && info->si_value.sival_ptr != NULL)
		gw_odbc_interrupt(info->si_value.sival_ptr);
}

void
gw_odbc_watch_make(struct gw_session *session)
{
	struct sigaction action = {.sa_sigaction = on_look, .sa_flags = SA_SIGINFO | SA_RESTART};
	struct sigevent event = {.sigev_notify = SIGEV_SIGNAL,
				 .sigev_signo = watch_signal(),
				 .sigev_value = {.sival_ptr = session}};
	struct gw_odbc_watch *watch = calloc(1, sizeof *watch);

	if (watch == NULL)
		return;
	if (sigaction(watch_signal(), &action, NULL) != 0 ||
	    timer_create(CLOCK_MONOTONIC, &event, &watch->timer) != 0) {
		free(watch);
		return;
	}
	session->watch = watch;
}

static void
set(struct gw_session *session, long ns)
{
	const struct itimerspec every = {.it_interval = {0, ns}, .it_value = {0, ns}};

	if (session->watch != NULL)
		(void)timer_settime(session->watch->timer, 0, &every, NULL);
}

void
gw_odbc_watch_start(struct gw_session *session)
{
	set(session, LOOK_NS);
}

void
gw_odbc_watch_stop(struct gw_session *session)
{
	set(session, 0);
}

void
gw_odbc_watch_free(struct gw_session *session)
{
	if (session->watch == NULL)
		return;
	(void)timer_delete(session->watch->timer);
	free(session->watch);
	session->watch = NULL;
}
