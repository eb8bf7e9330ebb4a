/*
 * What the cases of the conformance suite share: one connector, driven through
 * its contract alone, and a hook, a program that owns the source: it makes the
 * tables, changes their rows and says what must be found.
 *
 * The hook is spoken to by lines and answers with lines that end with one of a
 * single dot.  An answer that begins with "-" means: this source has no such
 * thing, and why.  What it is asked for:
 *
 *   dsn                the connection;          bad_dsn, away_dsn  two that can't work
 *   secret             what no message may show
 *   fixture NAME       makes it afresh where cases change it; the table's name
 *   mode               "timestamp changed": how its streams are read
 *   rows NAME          how many rows there are
 *   dump NAME          "id<tab>label" of each row
 *   change | tie | delete | late_open | late_commit NAME
 *                      does it; the ids of the rows that it means
 *   touch NAME         writes to all rows at one moment
 *   place NAME         "value<tab>ids": where to begin, and what is found then
 *   refuses invalid    there is no way to get text that is no UTF-8
 *   expect types       a file with the columns and what each row holds
 *   expect odd         the same, and in a line before it the columns that are refused
 *   retype NAME        makes the numbers of the column v days
 *   hostile            "name take" or "name refuse": files made to do harm, a line each
 *   rejected NAME      how many files of it were put away with a report
 *   limits time        a query can be given up after a time; limits range: parts of a table can
 *                      be read; limits field: a row may have 50 MB
 *   running            how many of our queries the source is at now
 *   writes             a number that is another once the source was written to
 */
#ifndef CONFORM_H
#define CONFORM_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "connector.h"

enum { COLUMNS_MAX = 2048, KEY_MAX = 8, WORD_MAX = 8192, LINE_BYTES = 65536 };

/* Rows as text, in the order in which they came. */
struct rows {
	char **text;
	size_t count, room;
};

/* What one cycle brought. */
struct taken {
	struct rows rows;     /* "kind:value<tab>kind:value…" */
	struct rows gone;     /* the same, of deleted rows */
	size_t fresh;         /* rows that were neither resent nor gone */
	size_t snapshot;      /* rows of the first reading */
	size_t batches, most; /* most: rows in one batch */
	size_t held;          /* the most that an arena held */
	bool noticed;
	bool ended;
};

/* The stream that a case reads, and how. */
struct setup {
	const struct gw_connector *connector;
	struct gw_session *session; /* NULL: none is open */
	struct gw_stream stream;
	struct gw_request request;
	char *columns[COLUMNS_MAX];
	char *key[KEY_MAX];
	char *order[2];
	struct gw_bookmark mark;
	struct gw_span span;
	char dsn[WORD_MAX], secret[WORD_MAX], table[WORD_MAX];
	int64_t timeout_us;
	size_t arena_mb;
	bool restart; /* each page in a session of its own */
	enum { ASK_NOT, ASK, ASK_AND_DROP } ask;
};

extern struct setup s;

/* ---- a case says ---- */

struct test {
	const char *name; /* a sentence */
	unsigned needs;   /* gw_capability bits */
	void (*run)(void);
};

extern const struct test reading_tests[], change_tests[], key_tests[], value_tests[],
	trouble_tests[], hostile_tests[];

/* Ends the case: the first failure is the one that is shown. */
void failed(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));
void skipped(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));
#define expect(holds, ...)                                                                         \
	do {                                                                                       \
		if (!(holds))                                                                      \
			failed(__VA_ARGS__);                                                       \
	} while (0)

/* ---- the hook ---- */

/* The answer, without its last line end; valid until the next call.  Skips the case where there is
   none. */
const char *hook(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* The same, NULL where there is none. */
const char *hook_if_any(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* The number from 0 on that a text is; fails the case where it is none. */
size_t number_of(const char *text);

/* ---- driving the connector ---- */

/* Sets the stream afresh: this fixture, the columns "id,label", no key but the table's. */
void use(const char *fixture, const char *columns);
void use_key(const char *key);
void use_table(const char *table);
void use_mode(int mode, const char *cursor);
/* Mode bulk, for a table that need not have a cursor; files keep their own. */
void use_no_cursor(void);
/* Takes columns and key from what discover says of the table. */
void use_discovered(void);

/* A session; a failure fails the case. */
void need_session(void);
void drop_session(void);
/* After the source was written to: a session of its own where the connection says what is there. */
void look_again(void);
/* Notes what a message says, and that it tells nothing it must not; returns the status. */
enum gw_status noted(enum gw_status status, const struct gw_error *err);

/* Reads on from s.mark, which follows each page; batches 0: to the end of the cycle. */
enum gw_status read_on(size_t batches, struct taken *out, struct gw_error *err);
/* The same; a failure fails the case. */
void must_read(size_t batches, struct taken *out);
/* Reads all of it: a row for each line that is left of the file, as it says; closes the file. */
void must_read_lines(FILE *file);
/* begin() alone, which must fail so: with a message of where and what. */
void must_refuse(enum gw_status want, const char *part);
void release(struct taken *taken);

/* ---- rows ---- */

void rows_add(struct rows *rows, char *text);
void rows_free(struct rows *rows);
char *row_text(const struct gw_value *values, size_t count);
/* The numbers that the rows begin with, sorted, each once, "1 2 3"; free it. */
char *ids_of(const struct rows *rows);
/* True when they are the same, in the same order. */
bool same_rows(const struct rows *a, const struct rows *b);
/* True when one of the words of the list is this id. */
bool has_id(const char *list, const char *id);
size_t words_in(const char *list);

#endif
