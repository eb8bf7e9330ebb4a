/*
 * XML of a workbook, as a walk along the elements that are wanted.
 *
 * A table of steps says which elements lead where; all else is passed over,
 * whatever stands in it.  Elements go by their names without prefix, so that
 * both families of namespaces and all prefixes are the same.
 * A document type is refused; what the parser may hold is bounded.
 */
#ifndef GW_XLSX_XML_H
#define GW_XLSX_XML_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/* From the place at (0: the document) the element of that name leads to the place to. */
struct gw_xlsx_step {
	int at; /* steps from the same place stand together */
	const char *name;
	int to;    /* each place is led to from one place alone */
	bool text; /* the characters there are wanted */
};

enum {
	GW_XLSX_PLACES = 16, /* numbers of places are below */
	GW_XLSX_DEEP = 8,    /* steps that may be walked one behind the other */
};

struct gw_xlsx_walk {
	const struct gw_xlsx_step *steps; /* the last has no name */
	/* Any may be NULL; atts are valid during the call, see gw_xlsx_attribute. */
	enum gw_status (*enter)(void *arg, int at, const char *const *atts, struct gw_error *err);
	enum gw_status (*text)(void *arg, int at, const char *text, size_t len,
			       struct gw_error *err);
	enum gw_status (*leave)(void *arg, int at, struct gw_error *err);
};

/* Where the bytes come from: the next ones, up to size; *got 0 is the end. */
struct gw_xlsx_input {
	enum gw_status (*read)(void *self, void *to, size_t size, size_t *got,
			       struct gw_error *err);
	void *self;
};

struct gw_xlsx_xml;

/* Walk, input and arg are borrowed. */
enum gw_status gw_xlsx_xml_open(const struct gw_xlsx_walk *walk, void *arg,
				const struct gw_xlsx_input *input, struct gw_xlsx_xml **out,
				struct gw_error *err);
void gw_xlsx_xml_close(struct gw_xlsx_xml *xml); /* NULL is allowed */

/* Walks on until it is paused (*more true) or the document ends. */
enum gw_status gw_xlsx_xml_run(struct gw_xlsx_xml *xml, bool *more, struct gw_error *err);

/* From within leave(): run() comes back, and goes on here the next time. */
void gw_xlsx_xml_pause(struct gw_xlsx_xml *xml);

/* The value of an attribute that has no prefix, or, the other, that has one; NULL: it is not
   there. */
const char *gw_xlsx_attribute(const char *const *atts, const char *name);
const char *gw_xlsx_prefixed(const char *const *atts, const char *name);
/* Whether it is there and says so. */
bool gw_xlsx_is_true(const char *const *atts, const char *name);

struct gw_xlsx_zip;

/* Walks through a part of the workbook from its beginning to its end. */
enum gw_status gw_xlsx_walk_part(struct gw_xlsx_zip *zip, const char *part,
				 const struct gw_xlsx_walk *walk, void *arg, struct gw_error *err);

#endif
