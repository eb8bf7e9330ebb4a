/*
 * A drop folder that is open, and a cycle over the files of one stream.
 *
 * A cycle looks into the folder once, in begin's first page, and takes file after
 * file in order.  Before a file's first row is sent all of it has been read once:
 * so a file is taken as a whole or not at all, and it is known which rows of the
 * one before it are gone.
 *
 * What was taken is known twice: the position says what was sent, and the ledger
 * what it was; the second is made from the first, in gw_drop_stored.
 */
#ifndef GW_DROP_SESSION_H
#define GW_DROP_SESSION_H

#include <signal.h>

#include "base/buf.h"
#include "connector.h"
#include "file/folder.h"
#include "file/keyset.h"
#include "file/place.h"
#include "file/report.h"
#include "file/table.h"

enum { GW_DROP_TROUBLE = 600 };

struct gw_session {
	const struct gw_source *source; /* NULL: a folder is being tried */
	struct gw_folder folder;
	struct gw_ledger ledger;
	struct gw_zone *zone;
	/* A pull reads: who has told of a stored bookmark.  Anybody else (a preview) looks only:
	   nothing is put away, and nothing is written down but copies and sets of keys. */
	bool settles;
	volatile sig_atomic_t cancelled; /* for good */
	char trouble[GW_DROP_TROUBLE];   /* a file that could not be put away; "": none */
	char told[GW_DROP_TROUBLE];      /* the last that was told of */
};

struct gw_cursor {
	struct gw_session *session;
	const struct gw_stream *stream;
	struct gw_arena arena; /* of the request and the listing */
	const char **columns;
	size_t ncolumns, page_rows;
	bool once;
	struct gw_drop_place place;
	struct gw_dropped *files; /* the folder's */
	size_t nfiles, next_file;
	bool listed;
	struct gw_drop_table *table; /* in hand; NULL: none */
	bool held;                   /* its row was read for the page that comes next */
	struct gw_keylist gone;      /* keys of rows to delete */
	size_t before;               /* keys of the file that is replaced */
	enum gw_drop_phase page_phase;
	int64_t *numbers; /* of the page's rows in the sheet */
	bool *told;       /* the row is known to be set aside */
	size_t *at;       /* its columns in the sheet */
	char sheet[128];  /* "": none */
	size_t npage, most;
	bool dirty; /* place is not what was last handed over */
	bool ended;
	struct gw_buf notice;
};

/* The connector's. */
enum gw_status gw_drop_begin(struct gw_session *session, const struct gw_request *request,
			     const struct gw_bookmark *since, struct gw_cursor **out,
			     struct gw_error *err);
enum gw_status gw_drop_next(struct gw_cursor *cursor, struct gw_batch *batch, struct gw_error *err);
void gw_drop_end(struct gw_cursor *cursor);
void gw_drop_rejected(struct gw_cursor *cursor, size_t row, const char *column, const char *reason);
enum gw_status gw_drop_stored(struct gw_session *session, const struct gw_stream *stream,
			      const struct gw_bookmark *bookmark, struct gw_error *err);
enum gw_status gw_drop_fetch(struct gw_session *session, const struct gw_request *request,
			     const struct gw_keys *keys, struct gw_batch *batch,
			     struct gw_error *err);
enum gw_status gw_drop_discover(struct gw_session *session, const char *only, gw_table_fn *each,
				void *arg, struct gw_error *err);

/* Finds the next file to take and opens it at its first phase; cursor->table stays NULL where there
   is none. */
enum gw_status gw_drop_choose(struct gw_cursor *cursor, struct gw_error *err);

/* Opens what comes next at its place; cursor->ended where there is nothing. */
enum gw_status gw_drop_open_next(struct gw_cursor *cursor, struct gw_error *err);
/* The table in hand has no more rows: goes on to the next phase. */
enum gw_status gw_drop_close_table(struct gw_cursor *cursor, struct gw_error *err);

/* Opens a file that was taken or is being taken.  *there false: it is gone. */
enum gw_status gw_drop_open_content(struct gw_cursor *cursor, const struct gw_taken *file,
				    bool keys_only, struct gw_drop_table **out, bool *there,
				    struct gw_error *err);
/* The set of keys of such a file, made if need be.  *there false: it can't be had. */
enum gw_status gw_drop_keys(struct gw_cursor *cursor, const struct gw_taken *file,
			    struct gw_keyset *out, bool *there, struct gw_error *err);
/* Fills cursor->gone with the keys that only the replaced file has, of all the files that stand. */
enum gw_status gw_drop_find_gone(struct gw_cursor *cursor, struct gw_error *err);

/* Reads all of the file in cursor->place once; its rows and keys are known then.  GW_REJECT: it
   can't be taken. */
enum gw_status gw_drop_survey(struct gw_cursor *cursor, struct gw_error *err);
void gw_drop_keys_path(const char *stream, const unsigned char sha[GW_SHA],
		       char out[GW_FOLDER_PATH]);

/* One stream is through with a file; it is put away as soon as all of them are.  What can't be
   moved is noted in session->trouble, and tried again. */
enum gw_status gw_drop_through(struct gw_session *session, const struct gw_dropped *file,
			       const struct gw_section *section, struct gw_error *err);
/* True: all streams that read the file are through with it. */
bool gw_drop_all_through(struct gw_session *session, const struct gw_dropped *file);
void gw_drop_put_away(struct gw_session *session, const struct gw_dropped *file,
		      const unsigned char sha[GW_SHA]);

/* Whether a file that stands, and is not put away yet, is read from the copy of this content: then
   neither another one of the same content nor time may take it along. */
bool gw_drop_needs_copy(const struct gw_session *session, const unsigned char sha[GW_SHA]);
/* Drops the copy, unless it is needed. */
void gw_drop_forget_copy(const struct gw_session *session, const unsigned char sha[GW_SHA]);

/* Makes the ledger again from what lies in done/. */
enum gw_status gw_drop_rebuild(struct gw_session *session, struct gw_error *err);
/* Drops what crashes have left in the work folder. */
void gw_drop_sweep(struct gw_session *session);

/* Adds a line to what the next batch tells. */
void gw_drop_tell(struct gw_cursor *cursor, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#endif
