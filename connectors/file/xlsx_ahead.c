#include "file/xlsx_ahead.h"

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 64 * 1024, BLOCKS = 4 };

struct gw_xlsx_ahead {
	zip_file_t *file; /* the thread's while it runs */
	pthread_t thread;
	bool runs; /* known to the reader alone */
	pthread_mutex_t lock;
	pthread_cond_t changed; /* what stands below, which the lock is for */
	bool stop;
	bool over;       /* nothing comes any more: the end, or a failure */
	zip_int64_t end; /* then: what zip_fread said */
	size_t first, count;
	size_t taken; /* of the first block */
	struct {
		size_t len;
		char bytes[BLOCK];
	} blocks[BLOCKS];
};

/* Waits for a block that is free; NULL: none is wanted any more. */
static char *
next_free(struct gw_xlsx_ahead *ahead)
{
	char *to = NULL;

	(void)pthread_mutex_lock(&ahead->lock);
	while (ahead->count == BLOCKS && !ahead->stop)
		(void)pthread_cond_wait(&ahead->changed, &ahead->lock);
	if (!ahead->stop)
		to = ahead->blocks[(ahead->first + ahead->count) % BLOCKS].bytes;
	(void)pthread_mutex_unlock(&ahead->lock);
	return to;
}

static void
hand_over(struct gw_xlsx_ahead *ahead, zip_int64_t got)
{
	(void)pthread_mutex_lock(&ahead->lock);
	if (got > 0)
		ahead->blocks[(ahead->first + ahead->count++) % BLOCKS].len = (size_t)got;
	else
		ahead->end = got;
	ahead->over = got <= 0;
	(void)pthread_cond_signal(&ahead->changed);
	(void)pthread_mutex_unlock(&ahead->lock);
}

static void *
run(void *arg)
{
	struct gw_xlsx_ahead *ahead = arg;
	zip_int64_t got = 1;
	char *to;

	while (got > 0 && (to = next_free(ahead)) != NULL) {
		got = zip_fread(ahead->file, to, BLOCK);
		hand_over(ahead, got);
	}
	return NULL;
}

/* Signals are for the threads that were there before. */
static void
start(struct gw_xlsx_ahead *ahead)
{
	sigset_t all, before;

	ahead->stop = false;
	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	ahead->runs = pthread_create(&ahead->thread, NULL, run, ahead) == 0;
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
}

struct gw_xlsx_ahead *
gw_xlsx_ahead_new(zip_file_t *file)
{
	struct gw_xlsx_ahead *ahead = malloc(sizeof *ahead);

	if (ahead == NULL)
		return NULL;
	ahead->file = file;
	ahead->runs = ahead->over = false;
	ahead->first = ahead->count = ahead->taken = 0;
	(void)pthread_mutex_init(&ahead->lock, NULL);
	(void)pthread_cond_init(&ahead->changed, NULL);
	return ahead;
}

void
gw_xlsx_ahead_stop(struct gw_xlsx_ahead *ahead)
{
	if (!ahead->runs)
		return;
	(void)pthread_mutex_lock(&ahead->lock);
	ahead->stop = true;
	(void)pthread_cond_signal(&ahead->changed);
	(void)pthread_mutex_unlock(&ahead->lock);
	(void)pthread_join(ahead->thread, NULL);
	ahead->runs = false;
}

void
gw_xlsx_ahead_free(struct gw_xlsx_ahead *ahead)
{
	if (ahead == NULL)
		return;
	gw_xlsx_ahead_stop(ahead);
	(void)pthread_cond_destroy(&ahead->changed);
	(void)pthread_mutex_destroy(&ahead->lock);
	free(ahead);
}

/* Takes from the first block, of which there is one. */
static size_t
take(struct gw_xlsx_ahead *ahead, void *to, size_t size)
{
	size_t left = ahead->blocks[ahead->first].len - ahead->taken;
	size_t part = size < left ? size : left;

	memcpy(to, ahead->blocks[ahead->first].bytes + ahead->taken, part);
	ahead->taken += part;
	if (part == left) {
		ahead->taken = 0;
		ahead->first = (ahead->first + 1) % BLOCKS;
		ahead->count--;
		(void)pthread_cond_signal(&ahead->changed);
	}
	return part;
}

zip_int64_t
gw_xlsx_ahead_read(struct gw_xlsx_ahead *ahead, void *to, size_t size)
{
	zip_int64_t got;

	if (!ahead->runs && !ahead->over)
		start(ahead);
	(void)pthread_mutex_lock(&ahead->lock);
	while (ahead->runs && ahead->count == 0 && !ahead->over)
		(void)pthread_cond_wait(&ahead->changed, &ahead->lock);
	if (ahead->count > 0)
		got = (zip_int64_t)take(ahead, to, size);
	else
		got = ahead->over ? ahead->end : zip_fread(ahead->file, to, size);
	(void)pthread_mutex_unlock(&ahead->lock);
	return got;
}
