/*
 * What a source file comes to once its schemas, code lists and keys are read:
 * a schema and a compiled mapping a stream.  Shared by pull, preview and
 * check, so that what is previewed is what is pulled.
 */
#ifndef GW_PLAN_H
#define GW_PLAN_H

#include "avro/schema.h"
#include "connector.h"
#include "normalise/normalise.h"

struct gw_stream_plan {
	const struct gw_stream *stream;
	struct gw_schema *schema;
	struct gw_mapping *mapping;
	struct gw_error wrong; /* status GW_OK: nothing; else why there is no mapping */
};

struct gw_plan {
	const struct gw_source *source;
	struct gw_codes *codes;
	struct gw_pseudonym_key key;
	char key_id[17];
	struct gw_stream_plan *streams; /* source->nstreams of them */
};

/* Reads and compiles everything that needs no server.  config and source must outlive the plan.
   Fails with what is wrong with the first stream that is wrong. */
enum gw_status gw_plan_make(const struct gw_config *config, const struct gw_source *source,
			    struct gw_plan **out, struct gw_error *err);
/* The same, but a stream that is wrong says so itself and keeps none of the others back. */
enum gw_status gw_plan_try(const struct gw_config *config, const struct gw_source *source,
			   struct gw_plan **out, struct gw_error *err);
void gw_plan_free(struct gw_plan *plan); /* NULL is allowed; wipes the key */

/* An open source: its connector and the session with it. */
struct gw_link {
	const struct gw_connector *connector;
	struct gw_session *session; /* NULL: not open */
};

/* Reads the source's connection secret and opens a session. */
enum gw_status gw_link_open(const struct gw_source *source, struct gw_link *out,
			    struct gw_error *err);
void gw_link_close(struct gw_link *link); /* one that never opened is allowed */

/*
 * Begins a cycle of a stream and tells the mapping which columns are the key.
 * The cursor is the caller's to end.
 */
enum gw_status gw_plan_begin(const struct gw_stream_plan *plan, const struct gw_link *link,
			     size_t max_rows, const struct gw_bookmark *since,
			     struct gw_cursor **out, struct gw_error *err);

/* The same for a request of the plan's stream, whose columns are filled in here where it
   names none. */
enum gw_status gw_plan_begin_as(const struct gw_stream_plan *plan, const struct gw_link *link,
				struct gw_request *request, const struct gw_bookmark *since,
				struct gw_cursor **out, struct gw_error *err);

#endif
