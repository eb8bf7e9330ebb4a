/*
 * The acts of the desk as the warehouse keeps them: is the chain whole, and a
 * copy of it to keep elsewhere.
 *
 * The chain is checked with the audit key, row by row, against the topic that it
 * was made of and against a head that was exported before.  Without the key
 * nobody can change a row, or take one out of the middle, unseen; the topic and
 * a head show what is missing at the end.
 */
#ifndef GW_AUDIT_H
#define GW_AUDIT_H

#include <stdint.h>

#include "load/load.h"

/* What is wrong with an act. */
enum gw_audit_fault {
	GW_AUDIT_WHOLE,
	GW_AUDIT_MISSING, /* its row is not there, others behind it or the topic's act are */
	GW_AUDIT_CHANGED, /* its text or link; or it was chained with another key */
	GW_AUDIT_COLUMNS, /* a column says something else than the text */
	GW_AUDIT_TOPIC,   /* the topic has another act in its place, or none */
	GW_AUDIT_HEAD,    /* it is not the one that was exported, or no longer there */
};

struct gw_audit {
	int64_t acts; /* that are right, before the first that is wrong */
	enum gw_audit_fault fault;
	int64_t wrong;   /* seq of the first that is wrong; 0: none */
	int64_t older;   /* acts that the topic does not have any more, at its beginning */
	int64_t waiting; /* acts in the topic that are not loaded yet */
};

/*
 * head: a file that gw_audit_export wrote, or NULL.  GW_OK also where something is
 * wrong.  GW_CONFIG: no audit key, or the file is no export.
 */
enum gw_status gw_audit_verify(const struct gw_config *config, struct gw_warehouse *warehouse,
			       const char *head, struct gw_audit *out, struct gw_error *err);

/* Writes the acts to a file of its own (0600), a JSON line each and the head last; refuses to
   replace one.  *acts: how many. */
enum gw_status gw_audit_export(struct gw_warehouse *warehouse, const char *path, int64_t *acts,
			       struct gw_error *err);

/* What a fault means, for people. */
const char *gw_audit_fault_text(enum gw_audit_fault fault);

#endif
