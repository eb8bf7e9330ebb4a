/*
 * What a failure that a driver reports means for the gateway, and how it is
 * said.  What the driver itself says is never shown: it may hold values.
 */
#ifndef GW_ODBC_FAILURE_H
#define GW_ODBC_FAILURE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

struct gw_session;
struct gw_odbc_dialect;

/*
 * What to do about an SQLSTATE ("" or NULL: none came) and a number of the server's own, and our
 * sentence about it, translated.  dialect NULL: not known yet.
 */
enum gw_status gw_odbc_meaning(const struct gw_odbc_dialect *dialect, const char *sqlstate,
			       int32_t native, const char **sentence);

/*
 * The same of a connection that was not made: text is what the driver says, in whose words more may
 * stand than in its SQLSTATE; state becomes what they mean.
 */
enum gw_status gw_odbc_refusal(const struct gw_odbc_dialect *dialect, char state[6], int32_t native,
			       const char *text, const char **sentence);

/* Whether the server has closed the connection, or it broke. */
bool gw_odbc_line_broken(const struct gw_session *session);

/* A call failed: reads SQLSTATE and number from the handle. */
enum gw_status gw_odbc_fail(struct gw_session *session, short handle_type, void *handle,
			    const char *what, struct gw_error *err);

#endif
