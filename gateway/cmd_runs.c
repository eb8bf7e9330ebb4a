#include "cmd.h"

#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "ops/balance.h"

static enum gw_status
runs(const struct gw_config *config, const struct gw_args *args, struct gw_error *err)
{
	const char *asked = gw_args_get(args, "limit");
	const char *word = args->nwords > 0 ? args->words[0] : NULL;
	unsigned char id[16];
	bool is_run = word != NULL && gw_uuid_parse(word, id);
	struct gw_warehouse *warehouse = NULL;
	int64_t limit = 20;
	bool balanced = true;
	enum gw_status status;

	if (asked != NULL &&
	    (!gw_parse_i64(asked, strlen(asked), &limit) || limit < 1 || limit > 100000))
		return gw_fail(err, GW_CONFIG, _("--limit is a number from 1 to 100000, not %s"),
			       asked);
	status = gw_warehouse_open(config, &warehouse, err);
	if (status == GW_OK)
		status =
			gw_balance_print(warehouse,
					 &(struct gw_balance_choice){.source = is_run ? NULL : word,
								     .run = is_run ? word : NULL,
								     .limit = limit},
					 args->json, &balanced, err);
	gw_warehouse_close(warehouse);
	if (status == GW_OK && !balanced)
		return gw_fail(err, GW_REJECT, "%s", _("at least one run does not balance"));
	return status;
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
