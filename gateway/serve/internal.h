/*
 * What the files of the supervisor share: its duties as processes, and itself.
 */
#ifndef GW_SERVE_INTERNAL_H
#define GW_SERVE_INTERNAL_H

#include "ops/child.h"
#include "serve/notice.h"
#include "serve/outbox.h"
#include "serve/state.h"
#include "serve/supervisor.h"

/* Two places in the state file stay free for the supervisor's own trouble. */
enum { GW_POSTS = GW_SERVE_DUTIES - 2, GW_POST_HASH = 32 };

/* One duty.  Times are monotonic; its process is the child with the same index. */
struct gw_post {
	struct gw_duty duty;
	unsigned char hash[GW_POST_HASH]; /* of the files that it was started with */
	int64_t patience_us;              /* silence that needs no reason */
	int64_t long_us;                  /* that it has announced */
	int64_t heard_us;
	int64_t asked_us;   /* when it was told to end; 0: it was not */
	int64_t restart_us; /* when to start it again */
	unsigned failures;  /* in a row */
	bool alive;         /* started, its end not looked at yet */
	bool leaving;       /* its source is gone: forgotten when it has ended */
	bool renewing;      /* its files have changed: started again when it has ended */
	bool killed;        /* it was too silent */
	bool said_why;      /* it has told itself why it ends */
	struct gw_notice notice;
};

struct gw_supervisor {
	struct gw_config *config;
	struct gw_serve_plan plan;
	struct gw_child *children; /* GW_POSTS of both, count in use */
	struct gw_post *posts;
	size_t count;
	struct gw_duty reading; /* kind "config": trouble with files that were read again */
	struct gw_notice reading_notice;
	struct gw_duty telling; /* kind "notice": trouble with notices */
	struct gw_outbox *outbox;
	struct gw_serve_state *state; /* as last written */
	bool changed;
	int64_t wrote_us, looked_us;
	bool unwritable; /* said once */
};

/*
 * Reads all files again and makes the duties what they say: new ones are added, those that are
 * gone leave, those whose files have changed are renewed, the others are left alone.  config
 * becomes the supervisor's own, or is freed after a failure, which changes nothing.
 */
enum gw_status gw_posts_take(struct gw_supervisor *supervisor, struct gw_config *config,
			     struct gw_error *err);

/* Takes a post that has ended out of the list. */
void gw_posts_drop(struct gw_supervisor *supervisor, size_t i);

/* Goes on with the trouble that the last serve here left behind. */
void gw_posts_inherit(struct gw_supervisor *supervisor, const struct gw_serve_state *old);

/* Writes the state where something has changed or it is due; takes notices on their way. */
void gw_publish(struct gw_supervisor *supervisor);
/* The notice about the post is due to end, since the post does. */
void gw_publish_leaving(struct gw_supervisor *supervisor, struct gw_post *post);

#endif
