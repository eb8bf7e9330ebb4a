/*
 * What `songma source add` asks, and the files that come of the answers.
 *
 * An answer is checked by itself and at once, so that it can be asked again; a password is kept
 * apart and goes into the connection's file alone.
 */
#ifndef GW_ANSWERS_H
#define GW_ANSWERS_H

#include "base/buf.h"
#include "config/config.h"

enum gw_question {
	GW_ASK_NAME,
	GW_ASK_CONNECTOR,
	GW_ASK_TITLE,
	GW_ASK_OWNER,
	GW_ASK_AGREEMENT,
	GW_ASK_DRIVER, /* odbc */
	GW_ASK_HOST,
	GW_ASK_PORT,
	GW_ASK_DATABASE,
	GW_ASK_USER,
	GW_ASK_PASSWORD,
	GW_ASK_FOLDER, /* file */
	GW_ASK_TIME_ZONE,
	GW_ASK_CODES, /* of communes */
	GW_QUESTIONS,
};

enum { GW_ANSWER_MAX = 512 };

struct gw_answers {
	const char *product; /* what its drivers are called, where it was named by that; or NULL */
	char text[GW_QUESTIONS][GW_ANSWER_MAX]; /* "": not answered, or none */
	char connection[4096]; /* a whole connection string in place of its parts */
};

struct gw_ask_facts {
	const char *option;   /* "--" + option gives the answer */
	const char *question; /* N_() */
	const char *fallback; /* taken for an empty answer; NULL: there must be one */
	bool secret;
};
const struct gw_ask_facts *gw_ask_facts(enum gw_question question);

/* True when the question has a place with what was answered before: a folder has no host. */
bool gw_ask_applies(const struct gw_answers *answers, enum gw_question question);

/*
 * Takes an answer as it was typed, without the blanks around it; an empty one is what was
 * answered before, else the fallback.  The connector may be called by its product ("mariadb").
 * GW_CONFIG: it can't be, and what is expected; no password is in the message.
 */
enum gw_status gw_ask_take(struct gw_answers *answers, const struct gw_config *config,
			   enum gw_question question, const char *typed, struct gw_error *err);

/*
 * Takes the driver: that of the installed ones (separated by "; ", as gw_odbc_drivers has them)
 * which typed names or is a part of, whatever its case; for an empty answer the one that was
 * answered before, or that of the product.  A path, and any name where none is installed, is taken
 * as it is.  GW_CONFIG: none is meant, or several are.
 */
enum gw_status gw_ask_take_driver(struct gw_answers *answers, const char *installed,
				  const char *typed, struct gw_error *err);

/* What an empty answer to the driver would be; "": there must be one. */
void gw_ask_driver(const struct gw_answers *answers, const char *installed,
		   char out[GW_ANSWER_MAX]);

/* The port that such a database listens on; "" for others. */
const char *gw_ask_port(const struct gw_answers *answers);

/* What the connection's file holds: a secret. */
enum gw_status gw_answers_connection(const struct gw_answers *answers, struct gw_buf *out,
				     struct gw_error *err);
/* The source's file, with an empty frame for its streams. */
enum gw_status gw_answers_source(const struct gw_answers *answers, struct gw_buf *out,
				 struct gw_error *err);

/* Writes both, each only where there is no such file yet: GW_CONFIG names the one that there is,
   and nothing was written.  *file (to be freed) is the source's. */
enum gw_status gw_answers_write(const struct gw_answers *answers, const struct gw_config *config,
				char **file, struct gw_error *err);

/* Wipes the password. */
void gw_answers_wipe(struct gw_answers *answers);

#endif
