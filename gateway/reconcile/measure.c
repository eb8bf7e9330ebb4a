#include "reconcile/measure.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/i18n.h"
#include "reconcile/delivered.h"

enum { ANSWER_MAX = 16 * 1024 * 1024 };

/* The process that reads the warehouse while the pull reads the source. */
struct helper {
	pid_t pid; /* 0: there is none */
	int fd;    /* what it has to say: a gw_error, and after GW_OK the packed sums */
};

static bool
write_all(int fd, const void *bytes, size_t len)
{
	const char *at = bytes;

	while (len > 0) {
		ssize_t n = write(fd, at, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		at += n;
		len -= (size_t)n;
	}
	return true;
}

static bool
read_all(int fd, void *bytes, size_t len)
{
	char *at = bytes;

	while (len > 0) {
		ssize_t n = read(fd, at, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		at += n;
		len -= (size_t)n;
	}
	return true;
}

static enum gw_status
sum_warehouse(const struct gw_reconcile *job, struct gw_buckets *out, struct gw_error *err)
{
	struct gw_delivered *delivered = NULL;
	enum gw_status status = gw_delivered_open(job->config, job->source, job->stream,
						  job->schema, &delivered, err);

	if (status == GW_OK)
		status = gw_delivered_sums(delivered, out, job->stop, err);
	gw_delivered_close(delivered);
	return status;
}

/* All that the helper does; it has nothing of its parent's but memory. */
static void
help(const struct gw_reconcile *job, int fd)
{
	struct gw_buckets *sums = calloc(1, sizeof *sums);
	struct gw_error err = {.status = GW_OK};
	struct gw_buf packed;

	gw_buf_init(&packed, GW_BUCKETS_PACKED + 1);
	if (sums == NULL)
		(void)gw_fail_memory(&err);
	else if (sum_warehouse(job, sums, &err) == GW_OK) {
		err.status = GW_OK;
		gw_buckets_pack(sums, &packed);
		if (packed.failed)
			(void)gw_fail_memory(&err);
	}
	if (write_all(fd, &err, sizeof err) && err.status == GW_OK)
		(void)write_all(fd, packed.data, packed.len);
	gw_buf_release(&packed);
	free(sums);
}

static enum gw_status
start_helper(const struct gw_reconcile *job, struct helper *helper, struct gw_error *err)
{
	pid_t parent = getpid();
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) != 0)
		return gw_fail(err, GW_RETRY, _("can't start a process: %s"), strerror(errno));
	helper->pid = fork();
	if (helper->pid == 0) {
		(void)close(ends[0]);
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() == parent)
			help(job, ends[1]);
		_exit(0);
	}
	(void)close(ends[1]);
	helper->fd = ends[0];
	if (helper->pid > 0)
		return GW_OK;
	helper->pid = 0;
	(void)close(ends[0]);
	return gw_fail(err, GW_RETRY, _("can't start a process: %s"), strerror(errno));
}

/* Takes the helper's sums, or gives it up. */
static enum gw_status
end_helper(struct helper *helper, bool wanted, struct gw_buckets *out, struct gw_error *err)
{
	struct gw_error said = {.status = GW_OK};
	unsigned char *packed = malloc(GW_BUCKETS_PACKED);
	enum gw_status status = wanted ? GW_OK : GW_CANCELLED;

	if (!wanted)
		(void)kill(helper->pid, SIGKILL);
	else if (packed == NULL)
		status = gw_fail_memory(err);
	else if (!read_all(helper->fd, &said, sizeof said) ||
		 (said.status == GW_OK && !read_all(helper->fd, packed, GW_BUCKETS_PACKED)) ||
		 (said.status == GW_OK && !gw_buckets_unpack(packed, GW_BUCKETS_PACKED, out)))
		status = gw_fail(err, GW_FATAL, "%s",
				 _("the process that read the warehouse has ended early"));
	else if (said.status != GW_OK) {
		*err = said;
		status = said.status;
	}
	(void)close(helper->fd);
	while (waitpid(helper->pid, NULL, 0) < 0 && errno == EINTR)
		;
	free(packed);
	return status;
}

void
gw_measure_order(const struct gw_reconcile *job, enum gw_order_kind kind, struct gw_order *out)
{
	*out = (struct gw_order){.kind = kind};
	(void)strncat(out->stream, job->stream, sizeof out->stream - 1);
	(void)strncat(out->by, job->by, sizeof out->by - 1);
}

static enum gw_status
sum_source(const struct gw_reconcile *job, struct gw_buckets *out, struct gw_error *err)
{
	struct gw_arena arena;
	struct gw_order order;
	struct gw_answer answer;
	enum gw_status status;

	gw_arena_init(&arena, ANSWER_MAX);
	gw_measure_order(job, GW_ORDER_SUMS, &order);
	status = job->ask(job->arg, &order, NULL, &arena, &answer, err);
	if (status == GW_OK && !gw_buckets_unpack(answer.data, answer.len, out))
		status = gw_fail(err, GW_REJECT, "%s",
				 _("the pull's answer can't be read; is it older than this "
				   "program?"));
	gw_arena_release(&arena);
	return status;
}

enum gw_status
gw_measure(const struct gw_reconcile *job, struct gw_sides **out, struct gw_error *err)
{
	struct gw_sides *sides = calloc(1, sizeof *sides);
	struct helper helper = {.pid = 0};
	enum gw_status status, other;

	if (sides == NULL)
		return gw_fail_memory(err);
	status = start_helper(job, &helper, err);
	if (status == GW_OK) {
		status = sum_source(job, &sides->source, err);
		other = end_helper(&helper, status == GW_OK, &sides->warehouse, err);
		status = status == GW_OK ? other : status;
	}
	if (status != GW_OK) {
		free(sides);
		return status;
	}
	*out = sides;
	return GW_OK;
}
