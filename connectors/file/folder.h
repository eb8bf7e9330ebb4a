/*
 * The folder that files are dropped into, and what is kept below it:
 *
 *   done/, rejected/      files that are dealt with, each with a report beside it
 *   .songma/taken.jsonl   the ledger
 *   .songma/keys/         sets of keys of the files that stand
 *   .songma/work/         copies of files while they are read, and what is noted of them
 *   .songma/leaving/      a file between the folder and where it is put away
 *
 * A file is read from a copy of ours, made and hashed in one go: so what is read
 * never changes, whatever somebody does to the file meanwhile.
 */
#ifndef GW_FOLDER_H
#define GW_FOLDER_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/text.h"
#include "file/ledger.h"

enum { GW_FOLDER_PATH = 1024, GW_FOLDER_ID = 17, GW_FOLDER_MOST = 100000 };

#define GW_FOLDER_WORK ".songma/work"
#define GW_FOLDER_KEYS ".songma/keys"
#define GW_FOLDER_LEAVING ".songma/leaving"
#define GW_FOLDER_DONE "done"
#define GW_FOLDER_REJECTED "rejected"

struct gw_zone;

struct gw_folder {
	char *path;
	int dir; /* its descriptor */
	mode_t mode;
	const struct gw_zone *zone; /* of times that people read; NULL: UTC */
};

/* A file in the folder, or below it. */
struct gw_dropped {
	const char *name;         /* as it is called */
	const char *plain, *part; /* see pattern.h */
	bool confirmed;           /* a person has said that it is right as it is */
	const char *odd;          /* NULL, or why its name can't be taken */
	bool settled;             /* nobody has written to it for a while */
	char id[GW_FOLDER_ID];    /* of this file in this state */
	struct timespec changed;
	ino_t inode;
	off_t size;
};

struct gw_dropped_list {
	struct gw_dropped *files;
	size_t count;
	size_t others; /* links, pipes and folders of such a name, which nobody opens */
};

/* Opens the folder and makes what is missing below it.  GW_CONFIG: it is not there, or can't be
   written to; GW_RETRY: what it lies on is away. */
enum gw_status gw_folder_open(struct gw_folder *folder, const char *path, struct gw_error *err);
void gw_folder_close(struct gw_folder *folder); /* one that never opened is allowed */

/* The files of the folder where, below it ("." for itself), that fit the pattern (NULL: all), in
   the order in which they are taken; all in the arena.  Those with a name that can't be taken are
   among them. */
enum gw_status gw_folder_list(const struct gw_folder *folder, const char *where,
			      const char *pattern, struct gw_arena *arena,
			      struct gw_dropped_list *out, struct gw_error *err);

/* Whether this is the file in the state in which it was found. */
bool gw_folder_is_same(const struct stat *st, const struct gw_dropped *file);
/* The file of that name; false: there is none any more. */
bool gw_folder_find(const struct gw_folder *folder, const char *name, struct gw_dropped *out);

/*
 * Copies a file into the work folder, under the hash of its content.  *same false: it changed
 * meanwhile or is gone, and nothing was made.  GW_CANCELLED where *stop is set on the way.
 */
enum gw_status gw_folder_copy(const struct gw_folder *folder, const struct gw_dropped *file,
			      const volatile sig_atomic_t *stop, unsigned char sha[GW_SHA],
			      bool *same, struct gw_error *err);

/* The hash of a file below the folder; false: it can't be read. */
bool gw_folder_hash(const struct gw_folder *folder, const char *path, unsigned char sha[GW_SHA]);

/* Opens what has this content and came under this name: the copy, or where it was put away.  -1:
   with ENOENT in errno it is nowhere, else it may be there. */
int gw_folder_content(const struct gw_folder *folder, const char *plain,
		      const unsigned char sha[GW_SHA]);
/* Whether a file below the folder has this content; false too where it can't be read. */
bool gw_folder_has(const struct gw_folder *folder, const char *path,
		   const unsigned char sha[GW_SHA]);

/* "done/name.xlsx", or with a part of the hash (sha is not NULL): "done/name.0123abcd.xlsx". */
void gw_folder_place_name(const char *where, const char *plain, const unsigned char *sha,
			  char out[GW_FOLDER_PATH]);

/* Where a file that is put away below the folder where (done, rejected) comes to lie.  Nothing is
   ever overwritten: with another file of its name there it gets a part of its hash into its
   name.  *known: what lies there already is the same. */
void gw_folder_place(const struct gw_folder *folder, const char *plain,
		     const unsigned char sha[GW_SHA], const char *where, char to[GW_FOLDER_PATH],
		     bool *known);
/* Puts it there: the file itself if it still is what was read, else the copy, if there is one; one
   of this content that lies there already stays.  GW_RETRY: it can't be, and stays where it is. */
enum gw_status gw_folder_put(const struct gw_folder *folder, const struct gw_dropped *file,
			     const unsigned char sha[GW_SHA], const char *to, struct gw_error *err);

/* What a crash left on its way is in the folder again. */
void gw_folder_give_back(const struct gw_folder *folder);

/* False: not all of it could be written; errno says why. */
bool gw_folder_write_all(int fd, const void *from, size_t len);

/* Writes a file below the folder whole or not at all, readable as the folder is. */
enum gw_status gw_folder_write(const struct gw_folder *folder, const char *path,
			       const struct gw_buf *text, struct gw_error *err);
/* Reads one; false: it is not there or too large. */
bool gw_folder_read(const struct gw_folder *folder, const char *path, struct gw_buf *out);
/* "2026-11-22 15:04" by the folder's clock. */
void gw_folder_time(const struct gw_folder *folder, int64_t us, char out[GW_TIME_TEXT]);

void gw_folder_forget(const struct gw_folder *folder, const char *path);

/* Where a copy lies. */
void gw_folder_copy_path(const unsigned char sha[GW_SHA], char out[GW_FOLDER_PATH]);

#endif
