/*
 * What a source's pull answers to the orders that an act of the desk has sent.  For
 * the desk's files alone.
 */
#ifndef GW_DESK_HEARING_H
#define GW_DESK_HEARING_H

#include "desk/desk.h"

struct gw_hearing;

void gw_hearing_close(struct gw_hearing *hearing); /* NULL is allowed */

/* An order that was sent to this source; passed over where another one is listened to. */
enum gw_status gw_hearing_add(struct gw_hearing *hearing, const char *source,
			      const char order[GW_UUID_TEXT], struct gw_error *err);

#endif
