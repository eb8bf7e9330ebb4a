/*
 * What the torture cases share.
 *
 * A case does some work of one folder, checks what it made and gives back all
 * that it took.  It is run once for each allocation that it makes, which then
 * fails: it must come back with GW_FATAL and the message for memory that ran
 * out (or with the right result, where it could do without), keep nothing, and
 * work when it is run again.
 */
#ifndef TORTURE_H
#define TORTURE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/* Prepares itself, runs and cleans up; what it returns stands in *err unless it is GW_OK. */
typedef enum gw_status torture_fn(struct gw_error *err);

struct torture_case {
	const char *name; /* NULL ends a list */
	torture_fn *run;
};

extern const struct torture_case torture_base[], torture_config[], torture_avro[],
	torture_normalise[], torture_dlq[], torture_load[], torture_sheet[];

/* A folder with a songma.yaml, keys, schemas and the source "fuzz"; made before the first case.
 */
extern char torture_dir[64];

/* What a result must be, checked where a case has succeeded; counts as a failure of the case. */
void torture_require(bool holds, const char *what);

/* Removes a folder and all in it. */
bool torture_remove(const char *dir);

#endif
