/*
 * Files that are neither text nor a workbook, known by what they begin with.
 */
#ifndef GW_REFUSAL_H
#define GW_REFUSAL_H

#include <stddef.h>

#include "base/error.h"

/*
 * head: the first bytes of the file, as many as there are up to GW_REFUSAL_HEAD.
 * GW_REJECT: what the file is and what a person does about it.  Else it may be text.
 */
enum { GW_REFUSAL_HEAD = 512 };

enum gw_status gw_refusal_check(int fd, const char *head, size_t len, struct gw_error *err);

#endif
