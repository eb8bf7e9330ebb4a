/*
 * What commands share that do something to a stream which a person answers for:
 * a reason for the audit, and a yes.  Where no terminal is, both must be given.
 */
#ifndef GW_CMD_CONFIRM_H
#define GW_CMD_CONFIRM_H

#include "cmd.h"

enum { GW_CMD_REASON = 1001 };

/* Asks on stderr and reads a line, without its end; false at the end of the input, or where nothing
   was typed. */
bool gw_cmd_read_line(const char *question, char *answer, size_t size);

/* --reason, or asked for; early is for a look before anything is done: it asks nothing, and fails
   where there is nobody to be asked and --reason or --yes is missing. */
enum gw_status gw_cmd_reason(const struct gw_args *args, bool early, char out[GW_CMD_REASON],
			     struct gw_error *err);

/* GW_OK: --yes, or somebody said so.  GW_REJECT: they did not. */
enum gw_status gw_cmd_confirm(const struct gw_args *args, const char *question,
			      struct gw_error *err);

#endif
