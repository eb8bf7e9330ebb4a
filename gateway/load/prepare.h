/*
 * The warehouse's own schema, from files: schemas/warehouse and schemas/codes.
 */
#ifndef GW_PREPARE_H
#define GW_PREPARE_H

#include "load/db.h"

/*
 * Runs the .sql files that do not stand there in this version yet, in the order
 * of their names, each in a transaction of its own, then loads those lists of
 * ref.list that have changed, in one transaction; all under one advisory lock.
 */
enum gw_status gw_prepare_files(struct gw_db *db, const char *schemas_dir, struct gw_error *err);

/* "unit.csv ref.unit" of one line of ref.list; false for a comment or an empty line.  GW_CONFIG in
 *status: it is neither. */
bool gw_prepare_line(char *line, const char **file, const char **schema, const char **table,
		     bool *bad);

/* The header of a CSV as a list of quoted column names; false: a name is not one. */
struct gw_buf;
bool gw_prepare_columns(const char *csv, size_t len, struct gw_buf *out);

#endif
