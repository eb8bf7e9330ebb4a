/*
 * The connection string of a source, and the connection made of it.
 *
 * The text is a secret: nothing of it but server, port and database stands in
 * a message.
 */
#ifndef GW_ODBC_CONNECT_H
#define GW_ODBC_CONNECT_H

#include "odbc/session.h"

enum { GW_ODBC_SETTINGS_MAX = 64, GW_ODBC_CONNECTION_MAX = 8192 };

struct gw_odbc_setting {
	const char *name, *value; /* value as it stands, with its braces */
};

struct gw_odbc_target {
	struct gw_odbc_setting settings[GW_ODBC_SETTINGS_MAX];
	size_t count;
	const char *dialect; /* the setting Dialect, ours alone; NULL: none */
	bool bare_braces;    /* of the driver's: "}}" is written as "}" */
	char text[GW_ODBC_CONNECTION_MAX];
	char forced[512];
};

/* Reads "Name=Value;Name={Value}…"; GW_CONFIG: it is none. */
enum gw_status gw_odbc_target_read(const char *connection, struct gw_odbc_target *out,
				   struct gw_error *err);

/* Sets what options ("Name=Value;…") say, in place of what is there. */
void gw_odbc_target_force(struct gw_odbc_target *target, const char *options);

/* The connection string for the driver. */
bool gw_odbc_target_write(const struct gw_odbc_target *target, struct gw_buf *out);

/* "127.0.0.1:3306/labour": for messages. */
void gw_odbc_target_name(const struct gw_odbc_target *target, char *out, size_t size);

/* Connects, finds dialect and driver, fills session->where. */
enum gw_status gw_odbc_connect(const char *connection, struct gw_session *session,
			       struct gw_error *err);

#endif
