/*
 * The schema registry, over its Confluent API.
 *
 * Schemas are registered by their original text and looked up by id through a
 * cache that never forgets (an id's schema never changes).  Every call has a
 * time limit.  GW_RETRY: the registry is away (the message names its address);
 * GW_CONFIG: it refused, and why.
 */
#ifndef GW_REGISTRY_H
#define GW_REGISTRY_H

#include <stdint.h>

#include "avro/schema.h"

struct gw_registry;

/* url such as "http://127.0.0.1:8081/apis/ccompat/v7"; nothing is asked yet. */
enum gw_status gw_registry_open(const char *url, struct gw_registry **out, struct gw_error *err);
void gw_registry_close(struct gw_registry *registry); /* NULL is allowed */

/* Asks the registry whether it is there. */
enum gw_status gw_registry_ping(struct gw_registry *registry, struct gw_error *err);

/*
 * Sees that the subject takes BACKWARD_TRANSITIVE and that this schema is
 * compatible with all its versions: GW_CONFIG names the subject and what the
 * registry says.  A subject without versions is compatible with anything.
 */
enum gw_status gw_registry_check(struct gw_registry *registry, const char *subject,
				 const struct gw_schema *schema, struct gw_error *err);

/* Registers the original text (or finds it again) and gives its id. */
enum gw_status gw_registry_register(struct gw_registry *registry, const char *subject,
				    const struct gw_schema *schema, int32_t *id,
				    struct gw_error *err);

/* The schema of an id; the registry owns it.  GW_REJECT: there is no such id. */
enum gw_status gw_registry_schema(struct gw_registry *registry, int32_t id,
				  const struct gw_schema **out, struct gw_error *err);

#endif
