/*
 * What became of a file, for who made it: a text beside it.
 *
 * Each stream that reads the file has a section, which is kept on the disk until
 * all of them are through with it; so are the rows that were set aside, which
 * come one by one while the file is read.  No value of a row is in either.
 */
#ifndef GW_FILE_REPORT_H
#define GW_FILE_REPORT_H

#include "file/folder.h"

enum { GW_REPORT_LINES = 1000 };

enum gw_fate {
	GW_FATE_TAKEN,
	GW_FATE_KNOWN,   /* its content was taken before */
	GW_FATE_REFUSED, /* as a whole */
};

struct gw_section {
	const char *stream;
	enum gw_fate fate;
	const char *about;  /* what the file is; NULL: it was not looked into */
	const char *sheet;  /* NULL or "": none */
	const char *reason; /* of KNOWN and REFUSED */
	int64_t read, skipped, gone;
	const unsigned char *sha;
};

/* Notes a row that was set aside: place is "C15", or "15" where no one column is to blame. */
enum gw_status gw_report_row_note(const struct gw_folder *folder, const unsigned char sha[GW_SHA],
				  const char *stream, int64_t row, const char *line,
				  struct gw_error *err);
/* Forgets those behind a row: it is read again from there; 0: all. */
enum gw_status gw_report_rows_cut(const struct gw_folder *folder, const unsigned char sha[GW_SHA],
				  const char *stream, int64_t row, struct gw_error *err);

/* Keeps a stream's section of a file: with it the stream is through with the file. */
enum gw_status gw_report_section(const struct gw_folder *folder, const char *id,
				 const struct gw_section *section, struct gw_error *err);
/* Whether there is one, and what it says came of it. */
bool gw_report_fate(const struct gw_folder *folder, const char *id, const char *stream,
		    enum gw_fate *fate);

/* Writes the report of all these streams' sections beside where the file came to lie. */
enum gw_status gw_report_write(const struct gw_folder *folder, const struct gw_dropped *file,
			       const char *to, const char *const *streams, size_t nstreams,
			       struct gw_error *err);
/* Drops the sections and the rows of a file that has been put away. */
void gw_report_forget(const struct gw_folder *folder, const char *id,
		      const unsigned char sha[GW_SHA], const char *stream);

#endif
