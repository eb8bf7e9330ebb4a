/*
 * Preloaded into songma, puts the wall clock off by CLOCK_OFF_S seconds.  The
 * libraries keep the kernel's: what they wait for until a time is woken by it,
 * so that another one would not be a clock that is off, but two clocks.
 */
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static time_t
off(const void *caller)
{
	const char *text = getenv("CLOCK_OFF_S"), *name;
	Dl_info info;

	if (text == NULL || dladdr(caller, &info) == 0 || info.dli_fname == NULL)
		return 0;
	name = strrchr(info.dli_fname, '/');
	return strcmp(name == NULL ? info.dli_fname : name + 1, "songma") == 0
		       ? (time_t)strtol(text, NULL, 10)
		       : 0;
}

int
clock_gettime(clockid_t clock, struct timespec *now)
{
	int code = (int)syscall(SYS_clock_gettime, clock, now);

	if (code == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
		now->tv_sec += off(__builtin_return_address(0));
	return code;
}

time_t
time(time_t *out)
{
	struct timespec now = {0};

	(void)syscall(SYS_clock_gettime, CLOCK_REALTIME, &now);
	now.tv_sec += off(__builtin_return_address(0));
	if (out != NULL)
		*out = now.tv_sec;
	return now.tv_sec;
}
