/*
 * What `songma serve` writes down for others to read: serve.json in its folder,
 * replaced as a whole, and a lock that says that it runs.
 *
 * Only the supervisor that holds the lock writes; everybody on the machine may
 * read.  There is no personal value and no secret in it.
 */
#ifndef GW_SERVE_STATE_H
#define GW_SERVE_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "config/config.h"
#include "serve/duty.h"

enum { GW_SERVE_DUTIES = 128, GW_SERVE_STATE_MAX = 1024 * 1024 };

struct gw_serve_state {
	int pid;
	int64_t at_us; /* since 1970: when it was written */
	bool running;  /* on reading: the lock is held */
	size_t count;
	struct gw_duty duties[GW_SERVE_DUTIES];
};

/*
 * Makes the folder and takes the lock; it lasts until *lock is closed.  GW_REJECT: another
 * serve of this configuration runs here.
 */
enum gw_status gw_serve_lock(const struct gw_config *config, int *lock, struct gw_error *err);

/* Replaces the file, mode 0644. */
enum gw_status gw_serve_write(const struct gw_config *config, const struct gw_serve_state *state,
			      struct gw_error *err);

/*
 * Reads what is there into *out, which the caller frees; where no serve has ever run here it is
 * empty and does not run.
 */
enum gw_status gw_serve_read(const struct gw_config *config, struct gw_serve_state **out,
			     struct gw_error *err);

/* The same as text, for tests. */
enum gw_status gw_serve_encode(const struct gw_serve_state *state, struct gw_buf *out,
			       struct gw_error *err);
enum gw_status gw_serve_decode(const char *text, size_t len, struct gw_serve_state *out,
			       struct gw_error *err);

/* True when a serve on this machine runs the pull of source. */
bool gw_serve_runs(const struct gw_config *config, const char *source);

#endif
