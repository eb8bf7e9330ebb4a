/*
 * Files that the gateway reads whole and writes whole.
 */
#ifndef GW_FILE_H
#define GW_FILE_H

#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"

/* Reads a file of at most buf->max bytes; the error names the path and why. */
enum gw_status gw_file_read(const char *path, struct gw_buf *buf, struct gw_error *err);

/*
 * Reads a secret: refused (GW_CONFIG) where group or others may read the file.
 * White space at the end is dropped.  The content is never put into *err.
 */
enum gw_status gw_file_read_secret(const char *path, struct gw_buf *buf, struct gw_error *err);

/* Creates path with mode, refuses (GW_CONFIG) to replace a file that is there. */
enum gw_status gw_file_create(const char *path, unsigned mode, const void *bytes, size_t len,
			      struct gw_error *err);

/* dir + "/" + name, or a copy of name when it is absolute; the caller frees it; NULL: no memory. */
char *gw_path_join(const char *dir, const char *name);

/* The folder of path ("." for a bare name); the caller frees it; NULL: no memory. */
char *gw_path_dir(const char *path);

#endif
