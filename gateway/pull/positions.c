/*
 * Where a pull goes on: what its last process left in Kafka.
 */
#include "pull/internal.h"

#include <string.h>

#include "base/i18n.h"

/* With another key the same person would go by another pseudonym from now on. */
static enum gw_status
check_pseudonyms(const struct gw_pull *pull, const struct gw_position *position,
		 struct gw_error *err)
{
	if (position->pseudonym_key[0] == '\0' ||
	    strcmp(position->pseudonym_key, pull->plan->key_id) == 0)
		return GW_OK;
	return gw_fail(err, GW_CONFIG,
		       _("%s is not the pseudonym key that stream %s was sent with (%s, now %s); "
			 "put that one back. With another key one person would be two: to begin "
			 "anew on purpose use another prefix"),
		       pull->config->pseudonym_file, position->stream, position->pseudonym_key,
		       pull->plan->key_id);
}

static void
take_position(struct gw_pull *pull, const struct gw_position *position)
{
	if (position->last_version > pull->last_version)
		pull->last_version = position->last_version;
	if (strcmp(position->stream, GW_CONTROL_STREAM) == 0)
		pull->control.position = *position;
	for (size_t i = 0; i < pull->source->nstreams; i++)
		if (strcmp(pull->source->streams[i].name, position->stream) == 0)
			pull->lanes[i].position = *position;
}

/* What is remembered of the stream's table; NULL: nothing. */
static struct gw_catalog *
catalog_of(struct gw_positions *found, const char *stream)
{
	for (size_t i = 0; i < found->ncatalogs; i++)
		if (strcmp(stream, found->catalogs[i].stream) == 0)
			return &found->catalogs[i];
	return NULL;
}

static enum gw_status
take_positions(struct gw_pull *pull, struct gw_positions *found, struct gw_error *err)
{
	for (size_t p = 0; p < found->count; p++) {
		if (check_pseudonyms(pull, &found->list[p], err) != GW_OK)
			return err->status;
		take_position(pull, &found->list[p]);
	}
	for (size_t i = 0; i < pull->source->nstreams; i++) {
		struct gw_catalog *known = catalog_of(found, pull->source->streams[i].name);

		/* Without a mapping nothing says which columns are read. */
		if (pull->lanes[i].plan->mapping != NULL &&
		    gw_pull_table_open(&pull->lanes[i], known, err) != GW_OK)
			return err->status;
	}
	return GW_OK;
}

enum gw_status
gw_pull_read_positions(struct gw_pull *pull, struct gw_error *err)
{
	struct gw_positions found;
	enum gw_status status = gw_producer_positions(pull->producer, &pull->keys, &found, err);

	if (status != GW_OK)
		return status;
	status = take_positions(pull, &found, err);
	gw_positions_free(&found);
	return status;
}
