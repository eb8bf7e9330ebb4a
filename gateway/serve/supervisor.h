/*
 * `songma serve`: one process a duty, each started again when it ends, ended when
 * it shows no sign of life, and told of.
 *
 * A duty may be killed at any time without loss, so to end it is always safe.
 * The supervisor connects to no server and reads no secret.
 */
#ifndef GW_SERVE_SUPERVISOR_H
#define GW_SERVE_SUPERVISOR_H

#include <signal.h>
#include <stddef.h>

#include "config/config.h"

/* What serve was asked to run; names and path outlive it. */
struct gw_serve_plan {
	const char *const *names; /* NULL: all sources that there are */
	size_t nnames;
	size_t loads;
};

/*
 * Runs until *stop is set, then ends all duties in order (GW_CANCELLED).  *reload, set by a
 * signal handler, makes it read the configuration again.  config becomes its own.  GW_REJECT:
 * another serve runs here.
 */
enum gw_status gw_serve(struct gw_config *config, const struct gw_serve_plan *plan,
			const volatile sig_atomic_t *stop, volatile sig_atomic_t *reload,
			struct gw_error *err);

#endif
