#include "cmd.h"

#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "load/load.h"
#include "ops/balance.h"

enum { QUERY_TIMEOUT_US = 30 * 1000000 };

static enum gw_status
take_any(void *arg, const char *const *values, size_t count, struct gw_error *err)
{
	bool *any = arg;

	(void)values;
	(void)count;
	(void)err;
	*any = true;
	return GW_OK;
}

/* A machine that only loads has no file of a source whose runs it knows. */
static enum gw_status
check_source(const struct gw_config *config, struct gw_warehouse *warehouse, const char *name,
	     struct gw_error *err)
{
	struct gw_source *source = NULL;
	struct gw_error why;
	bool any = false;

	if (gw_warehouse_query(warehouse, "select 1 from ops.run where source = $1 limit 1", &name,
			       1, QUERY_TIMEOUT_US, take_any, &any, err) != GW_OK)
		return err->status;
	if (any || gw_source_read_bare(config, name, &source, &why) == GW_OK) {
		gw_source_free(source);
		return GW_OK;
	}
	*err = why;
	return err->status;
}

static enum gw_status
print_runs(const struct gw_config *config, const struct gw_args *args, int64_t limit,
	   struct gw_error *err)
{
	const char *word = args->nwords > 0 ? args->words[0] : NULL;
	struct gw_balance_choice choice = {.limit = limit};
	struct gw_warehouse *warehouse = NULL;
	unsigned char id[16];
	bool balanced = true;
	enum gw_status status = gw_warehouse_open(config, &warehouse, err);

	if (word != NULL && gw_uuid_parse(word, id))
		choice.run = word;
	else
		choice.source = word;
	if (status == GW_OK && choice.source != NULL)
		status = check_source(config, warehouse, word, err);
	if (status == GW_OK)
		status = gw_balance_print(warehouse, &choice, args->json, &balanced, err);
	gw_warehouse_close(warehouse);
	if (status == GW_OK && !balanced)
		return gw_fail(err, GW_REJECT, "%s", _("at least one run does not balance"));
	return status;
}

static enum gw_status
runs(const struct gw_config *config, const struct gw_args *args, struct gw_error *err)
{
	const char *asked = gw_args_get(args, "limit");
	int64_t limit = 20;

	if (asked != NULL &&
	    (!gw_parse_i64(asked, strlen(asked), &limit) || limit < 1 || limit > 100000))
		return gw_fail(err, GW_CONFIG, _("--limit is a number from 1 to 100000, not %s"),
			       asked);
	return print_runs(config, args, limit, err);
}

static int
run(const struct gw_args *args)
{
	return gw_cmd_work(args, runs);
}

const struct gw_cmd gw_cmd_runs = {
	.name = "runs",
	.about = N_("list the latest runs and whether each of them balances"),
	.arguments = N_("[SOURCE|RUN]"),
	.max_words = 1,
	.details = N_(
		"A run balances when read = produced + resent + dead, when all that was sent was "
		"loaded, unchanged, superseded, deleted or refused, and when all dead letters "
		"arrived. CAUGHT counts the loaded rows that were committed behind the position, "
		"so that a cursor alone would have missed them. A RUN (its UUID) alone is shown "
		"with "
		"what it warned of: values that were repaired or are doubtful."),
	.options = {{"limit", N_("N"), N_("how many (20)")}},
	.run = run,
};
