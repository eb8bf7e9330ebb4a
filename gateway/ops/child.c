#include "ops/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/i18n.h"
#include "base/text.h"

enum { MAX_CHILDREN = 128, ENDING_MS = 5 };

/* SIGUSR1 waits until the child has its handler: a loader that is told to drain while it starts
 * must not miss it. */
static void
only_usr1(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGUSR1);
}

/* In the new process: dies with its supervisor, so that no duty is left behind unseen. */
static void
become(const struct gw_child *child, int fd, pid_t parent)
{
	char number[16];
	char *argv[GW_CHILD_ARGS + 4];
	size_t n = 0;
	sigset_t held;

	only_usr1(&held);
	(void)sigprocmask(SIG_SETMASK, &held, NULL);
	(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		_exit(1);
	(void)snprintf(number, sizeof number, "%d", fd);
	argv[n++] = strdup("songma");
	for (size_t i = 0; i < GW_CHILD_ARGS && child->args[i] != NULL; i++)
		argv[n++] = strdup(child->args[i]);
	argv[n++] = strdup("--progress-fd");
	argv[n++] = number;
	argv[n] = NULL;
	(void)execv("/proc/self/exe", argv);
	_exit(127);
}

enum gw_status
gw_child_start(struct gw_child *child, struct gw_error *err)
{
	pid_t parent = getpid();
	sigset_t held, before;
	int fds[2];
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC) != 0)
		return gw_fail(err, GW_FATAL, _("cannot start %s: %s"), child->title,
			       strerror(errno));
	only_usr1(&held);
	(void)sigprocmask(SIG_BLOCK, &held, &before);
	pid = fork();
	if (pid == 0) {
		(void)fcntl(fds[1], F_SETFD, 0);
		become(child, fds[1], parent);
	}
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	close(fds[1]);
	if (pid < 0) {
		close(fds[0]);
		return gw_fail(err, GW_FATAL, _("cannot start %s: %s"), child->title,
			       strerror(errno));
	}
	(void)fcntl(fds[0], F_SETFL, O_NONBLOCK);
	child->pid = pid;
	child->progress = fds[0];
	child->started = true;
	child->started_us = gw_monotonic_us();
	child->line_len = 0;
	return GW_OK;
}

static void
split_lines(struct gw_child *child, gw_child_line_fn *each, void *arg)
{
	char *end;

	while ((end = memchr(child->line, '\n', child->line_len)) != NULL) {
		size_t used = (size_t)(end - child->line) + 1;

		*end = '\0';
		each(arg, child, child->line);
		memmove(child->line, child->line + used, child->line_len - used);
		child->line_len -= used;
	}
	/* A line over the limit is no progress of ours: drop it. */
	if (child->line_len == sizeof child->line)
		child->line_len = 0;
}

static void
read_progress(struct gw_child *child, gw_child_line_fn *each, void *arg)
{
	for (;;) {
		ssize_t n = read(child->progress, child->line + child->line_len,
				 sizeof child->line - child->line_len);

		if (n > 0) {
			child->line_len += (size_t)n;
			split_lines(child, each, arg);
			continue;
		}
		if (n < 0 && errno == EINTR)
			continue;
		if (n == 0) {
			close(child->progress);
			child->progress = -1;
		}
		return;
	}
}

static void
reap(struct gw_child *child, gw_child_line_fn *each, void *arg)
{
	int status;

	if (child->pid == 0 || waitpid(child->pid, &status, WNOHANG) != child->pid)
		return;
	if (child->progress >= 0)
		read_progress(child, each, arg);
	if (child->progress >= 0)
		close(child->progress);
	child->progress = -1;
	child->pid = 0;
	child->status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

void
gw_children_wait(struct gw_child *children, size_t count, int timeout_ms, gw_child_line_fn *each,
		 void *arg)
{
	struct pollfd fds[MAX_CHILDREN];
	struct gw_child *of[MAX_CHILDREN];
	nfds_t n = 0;

	for (size_t i = 0; i < count && n < MAX_CHILDREN; i++) {
		/* Its pipe is closed, so it ends any moment, which nothing tells. */
		if (children[i].pid != 0 && children[i].progress < 0 && timeout_ms > ENDING_MS)
			timeout_ms = ENDING_MS;
		if (children[i].pid == 0 || children[i].progress < 0)
			continue;
		of[n] = &children[i];
		fds[n++] = (struct pollfd){.fd = children[i].progress, .events = POLLIN};
	}
	/* A child that ends closes its pipe, which wakes this up. */
	if (poll(fds, n, timeout_ms) > 0)
		for (nfds_t i = 0; i < n; i++)
			if (fds[i].revents != 0)
				read_progress(of[i], each, arg);
	for (size_t i = 0; i < count; i++)
		reap(&children[i], each, arg);
}

void
gw_child_signal(const struct gw_child *child, int signal)
{
	if (child->pid > 0)
		(void)kill(child->pid, signal);
}
