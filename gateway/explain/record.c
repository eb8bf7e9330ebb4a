#include <sodium.h>
#include <string.h>

#include "avro/schema.h"
#include "base/i18n.h"
#include "explain/explain.h"
#include "kafka/header.h"
#include "kafka/scroll.h"
#include "normalise/normalise.h"

enum {
	SEARCH_US = 5 * 1000000,
	STEP_MS = 200,
	/* A record is written when its batch was read; clocks need not agree better than so. */
	EARLY_MS = 60000,
	LATE_MS = 120000,
};

static bool
is_it(const struct gw_incoming *message, const char *key, const struct gw_explained *out)
{
	struct gw_header header;
	struct gw_error ignored;
	size_t len = 0;
	const void *bytes;

	if (message->key_len != strlen(key) || memcmp(message->key, key, message->key_len) != 0)
		return false;
	bytes = gw_incoming_header(message, GW_HEADER_NAME, &len);
	return bytes != NULL && gw_header_unpack(bytes, len, &header, &ignored) == GW_OK &&
	       header.version == out->version;
}

/* When it was written, as near as can be told: a replayed record is younger than its version. */
static int64_t
near_ms(const struct gw_explained *out)
{
	return (out->replayed ? out->run_us : out->version) / 1000;
}

/* To the record, to the end, past the time at which it can stand, or as long as may be. */
static enum gw_status
search(struct gw_scroll *scroll, const char *key, struct gw_explained *out, struct gw_error *err)
{
	int64_t until = gw_monotonic_us() + SEARCH_US;
	int64_t last_ms = near_ms(out) + LATE_MS;

	while (!out->looked && gw_monotonic_us() < until) {
		struct gw_incoming message;
		bool got;

		out->looked = gw_scroll_reached(scroll);
		if (out->looked)
			break;
		if (gw_scroll_next(scroll, STEP_MS, &message, &got, err) != GW_OK)
			return err->status;
		if (!got)
			continue;
		out->found = is_it(&message, key, out);
		if (out->found) {
			out->partition = message.partition;
			out->offset = message.offset;
			out->record_us = message.timestamp_ms * 1000;
		}
		out->looked = out->found || message.timestamp_ms > last_ms;
		gw_consumer_release(&message, 1);
	}
	return GW_OK;
}

enum gw_status
gw_explain_record(const struct gw_config *config, const char *source, const char *stream,
		  const char *key, struct gw_explained *out, struct gw_error *err)
{
	struct gw_scroll *scroll = NULL;
	enum gw_status status;

	if (!out->row)
		return GW_OK;
	if (!gw_topic_name(config, source, out->replayed ? GW_TOPIC_REPLAY : GW_TOPIC_RECORDS,
			   stream, out->topic))
		return gw_fail(err, GW_CONFIG, "%s",
			       _("the topic's name would be over 249 characters"));
	status = gw_scroll_keyed(config, out->topic, key, near_ms(out) - EARLY_MS, &scroll, err);
	if (status == GW_OK && scroll != NULL)
		status = search(scroll, key, out, err);
	gw_scroll_close(scroll);
	return status;
}

/* What is compiled for one question. */
struct compiled {
	struct gw_schema *schema;
	struct gw_codes *codes;
	struct gw_mapping *mapping;
	struct gw_pseudonym_key key; /* thrown away: no pseudonym is made with it */
};

static enum gw_status
make_key(const struct compiled *compiled, const struct gw_stream *stream,
	 const struct gw_keys *keys, struct gw_arena *arena, const char **out, struct gw_error *err)
{
	if (!gw_key_is_public(compiled->mapping))
		return gw_fail(err, GW_REJECT,
			       _("a part of the key of %s is personal: what it is called in Kafka "
				 "and in the warehouse only the pull of its source can tell"),
			       stream->name);
	return gw_key_of_texts(compiled->mapping, keys, arena, out, err);
}

enum gw_status /* NOLINTNEXTLINE(readability-function-size): each is a part of one question */
gw_explain_key(const struct gw_config *config, const struct gw_source *source,
	       const struct gw_stream *stream, const struct gw_keys *keys, struct gw_arena *arena,
	       const char **out, struct gw_error *err)
{
	struct compiled compiled = {.schema = NULL};
	enum gw_status status;

	randombytes_buf(compiled.key.secret, sizeof compiled.key.secret);
	status = gw_schema_read(config->schemas_dir, stream->schema, &compiled.schema, err);
	if (status == GW_OK)
		status = gw_codes_read(config->schemas_dir, &compiled.codes, err);
	if (status == GW_OK)
		status = gw_mapping_compile(source, stream, compiled.schema, compiled.codes,
					    &compiled.key, &compiled.mapping, err);
	if (status == GW_OK)
		status = make_key(&compiled, stream, keys, arena, out, err);
	gw_mapping_free(compiled.mapping);
	gw_codes_free(compiled.codes);
	gw_schema_free(compiled.schema);
	return status;
}
