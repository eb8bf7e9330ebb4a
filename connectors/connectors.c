#include "connector.h"

#include <string.h>

#include "base/buf.h"
#include "base/i18n.h"
#include "file/file.h"
#include "odbc/odbc.h"
#include "postgres/postgres.h"
#include "synthetic/synthetic.h"

const struct gw_connector *const gw_connectors[] = {
	&gw_connector_postgres,
	&gw_connector_file,
	&gw_connector_odbc,
	&gw_connector_synthetic,
	NULL,
};

enum { NAMES_MAX = 500 };

enum gw_status
gw_connector_find(const char *name, const struct gw_connector **out, struct gw_error *err)
{
	struct gw_buf names;

	for (size_t i = 0; gw_connectors[i] != NULL; i++) {
		if (strcmp(gw_connectors[i]->name, name) != 0)
			continue;
		*out = gw_connectors[i];
		return GW_OK;
	}
	gw_buf_init(&names, NAMES_MAX);
	for (size_t i = 0; gw_connectors[i] != NULL; i++) {
		if (gw_connectors[i]->for_tests)
			continue;
		(void)gw_buf_puts(&names, names.len > 0 ? ", " : "");
		(void)gw_buf_puts(&names, gw_connectors[i]->name);
	}
	(void)gw_fail(err, GW_CONFIG, _("there is no connector \"%s\"; there are: %s"), name,
		      names.data == NULL ? "" : names.data);
	gw_buf_release(&names);
	return GW_CONFIG;
}
