#include "setup/fit.h"

#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "kafka/producer.h"
#include "load/migrate.h"

enum gw_status
gw_fit_registry(const struct gw_config *config, struct gw_registry *registry,
		const struct gw_source *source, const struct gw_stream *stream,
		const struct gw_schema *schema, struct gw_error *err)
{
	char topic[256], subject[sizeof topic + sizeof "-value"];

	if (!gw_topic_name(config, source->name, GW_TOPIC_RECORDS, stream->name, topic))
		return gw_place_fail(&stream->at, err,
				     _("the topic's name would be over 249 characters"));
	(void)snprintf(subject, sizeof subject, "%s-value", topic);
	return gw_registry_check(registry, subject, schema, err);
}

static enum gw_status
fit_field(const struct gw_canon_table *table, const struct gw_schema_field *field,
	  struct gw_error *err)
{
	enum gw_column_type wanted = gw_canon_type(field);

	for (size_t i = 0; i < table->count; i++) {
		enum gw_column_type there = table->columns[i].type;

		if (strcmp(table->columns[i].name, field->name) != 0 || there == wanted ||
		    gw_canon_widens(there, wanted) || gw_canon_widens(wanted, there))
			continue;
		return gw_fail(err, GW_CONFIG,
			       _("canon.%s: the column %s is of type %s, and the field is now %s: "
				 "give the field another name"),
			       table->entity, field->name, gw_column_type_name(there),
			       gw_column_type_name(wanted));
	}
	return GW_OK;
}

enum gw_status
gw_fit_warehouse(struct gw_db *db, const struct gw_schema *schema, bool *there,
		 struct gw_error *err)
{
	struct gw_canon_table table = {.count = 0};
	enum gw_status status = gw_canon_check(schema, err);

	if (status == GW_OK) {
		(void)snprintf(table.entity, sizeof table.entity, "%s", schema->entity);
		status = gw_migrate_read(db, &table, 0, err);
		/* A warehouse that nothing was loaded into yet has not even the list of tables. */
		if (status != GW_OK && strcmp(err->sqlstate, "42P01") == 0)
			status = GW_OK;
	} else if (status == GW_REJECT) {
		status = err->status = GW_CONFIG;
	}
	for (size_t f = 0; status == GW_OK && f < schema->nfields; f++)
		status = fit_field(&table, &schema->fields[f], err);
	if (status == GW_OK)
		*there = table.count > 0;
	gw_canon_release(&table);
	return status;
}
