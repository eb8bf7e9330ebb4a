/*
 * What a command and its duties cost.  Both print on descriptor 3:
 *
 *   bench-usage run NAME COMMAND…
 *     runs it: NAME_ms, NAME_cpu_s (with all its children), and of its duties pull and load each
 *     NAME_pull_cpu_s, NAME_pull_rss_kb, NAME_load_cpu_s, NAME_load_rss_kb
 *   bench-usage watch NAME PID SECONDS
 *     NAME_cpu_percent, the share of a core that the process and its children took meanwhile
 *
 * A duty is a child whose first argument says so.  It is looked at every few
 * milliseconds: the peak of its memory is the kernel's own, its CPU time lacks
 * at most what came after the last look.
 */
#include <errno.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

enum { MAX_CHILDREN = 64, LOOK_US = 5000, PATH_LEN = 64 };

struct duty {
	pid_t pid;
	char word[16]; /* its first argument */
	int64_t cpu_us;
	long rss_kb;
};

struct family {
	struct duty duties[MAX_CHILDREN];
	size_t count;
};

static FILE *out;

static void
print_figure(const char *name, const char *what, double value)
{
	(void)fprintf(out, "%s_%s %.3f\n", name, what, value);
}

/* The whole process, threads that have ended included; -1: it is gone. */
static int64_t
cpu_us_of(pid_t pid)
{
	clockid_t clock;
	struct timespec used;

	if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &used) != 0)
		return -1;
	return (int64_t)used.tv_sec * 1000000 + used.tv_nsec / 1000;
}

/* The content of /proc/PID/name, with a NUL behind it; its length. */
static size_t
read_proc(pid_t pid, const char *name, char *text, size_t size)
{
	char path[PATH_LEN];
	FILE *file;
	size_t len = 0;

	(void)snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, name);
	file = fopen(path, "r");
	if (file != NULL) {
		len = fread(text, 1, size - 1, file);
		(void)fclose(file);
	}
	text[len] = '\0';
	return len;
}

static void
read_word(struct duty *duty)
{
	char text[512];
	size_t len = read_proc(duty->pid, "cmdline", text, sizeof text);
	size_t first = strlen(text) + 1;

	if (first < len)
		(void)snprintf(duty->word, sizeof duty->word, "%s", text + first);
}

static void
read_peak(struct duty *duty)
{
	char text[4096];
	const char *line;

	(void)read_proc(duty->pid, "status", text, sizeof text);
	line = strstr(text, "VmHWM:");
	if (line != NULL)
		duty->rss_kb = strtol(line + strlen("VmHWM:"), NULL, 10);
}

static struct duty *
find_duty(struct family *family, pid_t pid)
{
	for (size_t i = 0; i < family->count; i++)
		if (family->duties[i].pid == pid)
			return &family->duties[i];
	if (family->count == MAX_CHILDREN)
		return NULL;
	family->duties[family->count] = (struct duty){.pid = pid};
	return &family->duties[family->count++];
}

static void
look(struct family *family, pid_t parent)
{
	char name[PATH_LEN], text[1024];
	char *rest = text;

	(void)snprintf(name, sizeof name, "task/%d/children", (int)parent);
	(void)read_proc(parent, name, text, sizeof text);
	for (;;) {
		char *end;
		pid_t pid = (pid_t)strtol(rest, &end, 10);
		struct duty *duty = end == rest ? NULL : find_duty(family, pid);
		int64_t cpu_us;

		if (duty == NULL)
			return;
		rest = end;
		cpu_us = cpu_us_of(pid);
		if (cpu_us > duty->cpu_us)
			duty->cpu_us = cpu_us;
		read_word(duty);
		read_peak(duty);
	}
}

/* All duties of one word together: CPU is their sum, memory that of the largest. */
static void
print_duty(const struct family *family, const char *name, const char *word)
{
	char what[PATH_LEN];
	int64_t cpu_us = 0;
	long rss_kb = 0;

	for (size_t i = 0; i < family->count; i++) {
		const struct duty *duty = &family->duties[i];

		if (strcmp(duty->word, word) != 0)
			continue;
		cpu_us += duty->cpu_us;
		rss_kb = duty->rss_kb > rss_kb ? duty->rss_kb : rss_kb;
	}
	if (rss_kb == 0)
		return;
	(void)snprintf(what, sizeof what, "%s_cpu_s", word);
	print_figure(name, what, (double)cpu_us / 1e6);
	(void)snprintf(what, sizeof what, "%s_rss_kb", word);
	print_figure(name, what, (double)rss_kb);
}

static double
seconds(const struct timeval *user, const struct timeval *system)
{
	return (double)(user->tv_sec + system->tv_sec) +
	       (double)(user->tv_usec + system->tv_usec) / 1e6;
}

static int
run(const char *name, char **command)
{
	static struct family family;
	int64_t began = bench_now_us();
	struct rusage usage;
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		(void)close(3);
		(void)execvp(command[0], command);
		bench_die(command[0], strerror(errno));
	}
	if (pid < 0)
		bench_die("fork", strerror(errno));
	while (wait4(pid, &status, WNOHANG, &usage) == 0) {
		look(&family, pid);
		(void)usleep(LOOK_US);
	}
	print_figure(name, "ms", (double)(bench_now_us() - began) / 1000);
	print_figure(name, "cpu_s", seconds(&usage.ru_utime, &usage.ru_stime));
	print_duty(&family, name, "pull");
	print_duty(&family, name, "load");
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

static int64_t
family_cpu_us(struct family *family, pid_t pid)
{
	int64_t sum = cpu_us_of(pid);

	if (sum < 0)
		bench_die("watch", "the process has ended");
	look(family, pid);
	for (size_t i = 0; i < family->count; i++)
		sum += family->duties[i].cpu_us;
	return sum;
}

static int
watch(const char *name, pid_t pid, unsigned for_seconds)
{
	static struct family family;
	int64_t began = bench_now_us();
	int64_t used = family_cpu_us(&family, pid);

	(void)sleep(for_seconds);
	used = family_cpu_us(&family, pid) - used;
	print_figure(name, "cpu_percent", 100.0 * (double)used / (double)(bench_now_us() - began));
	return 0;
}

int
main(int argc, char **argv)
{
	int code = 2;

	out = fdopen(3, "w");
	if (out == NULL)
		bench_die("descriptor 3", strerror(errno));
	if (argc > 3 && strcmp(argv[1], "run") == 0)
		code = run(argv[2], argv + 3);
	else if (argc == 5 && strcmp(argv[1], "watch") == 0)
		code = watch(argv[2], (pid_t)strtol(argv[3], NULL, 10),
			     (unsigned)strtoul(argv[4], NULL, 10));
	else
		(void)fprintf(stderr, "usage: bench-usage run NAME COMMAND… | watch NAME PID "
				      "SECONDS\n");
	return fclose(out) == 0 ? code : 1;
}
