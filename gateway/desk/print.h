/*
 * The desk's screens: tables for people, JSON for machines.
 *
 * A key shows its end or a pseudonym's beginning, a value its mask, unless a
 * letter was opened in clear.
 */
#ifndef GW_DESK_PRINT_H
#define GW_DESK_PRINT_H

#include "desk/desk.h"

/* Letters by cause, with what to do about each. */
enum gw_status gw_dlq_print_list(const struct gw_letters *letters, bool json, struct gw_error *err);

/* One cause in a line: its label, where, and why. */
void gw_dlq_print_cause(const struct gw_cause *cause);

/* A letter and its row; original without cells: the row is not shown, and why (NULL: no reason). */
enum gw_status gw_dlq_print_letter(const struct gw_letters *letters, size_t which,
				   const struct gw_original *original, const char *why, bool json,
				   struct gw_error *err);

/* What a replay would ask for, and what it would leave out. */
void gw_dlq_print_wish(const struct gw_wish *wish, const struct gw_done *done);

/* What the pull has answered to it. */
void gw_dlq_print_heard(const struct gw_heard *heard, const struct gw_done *done);

/* For machines: what an act came to, and whether the warehouse shows it. */
enum gw_status gw_dlq_print_done(const struct gw_done *done, enum gw_desk_seen seen,
				 struct gw_error *err);

#endif
