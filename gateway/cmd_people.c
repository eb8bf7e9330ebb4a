#include "cmd.h"

#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "people/people.h"

static enum gw_status
link_people(struct gw_warehouse *warehouse, const struct gw_config *config,
	    const struct gw_args *args, struct gw_error *err)
{
	bool computed = false;

	if (args->nwords > 1)
		return gw_fail(err, GW_CONFIG, _("songma people link takes no %s"), args->words[1]);
	if (gw_warehouse_prepare(warehouse, config->schemas_dir, err) != GW_OK ||
	    gw_people_link(warehouse, gw_args_get(args, "again") != NULL, &computed, err) != GW_OK)
		return err->status;
	return gw_people_print_counts(warehouse, args->json, computed, err);
}

static enum gw_status
show(struct gw_warehouse *warehouse, const struct gw_args *args, struct gw_error *err)
{
	const char *which = args->nwords > 1 ? args->words[1] : "";
	const char *asked = gw_args_get(args, "limit");
	int64_t limit = 50;

	if (which[0] != '\0' && strcmp(which, "conflicts") != 0 && strcmp(which, "duplicates") != 0)
		return gw_fail(err, GW_CONFIG,
			       _("songma people show lists conflicts or duplicates, not %s"),
			       which);
	if (asked != NULL &&
	    (!gw_parse_i64(asked, strlen(asked), &limit) || limit < 1 || limit > 100000))
		return gw_fail(err, GW_CONFIG, _("--limit is a number from 1 to 100000, not %s"),
			       asked);
	return gw_people_print_doubts(warehouse, which, limit, args->json, err);
}

static enum gw_status
work(const struct gw_config *config, const struct gw_args *args, struct gw_error *err)
{
	bool links = strcmp(args->words[0], "link") == 0;
	struct gw_warehouse *warehouse = NULL;
	enum gw_status status;

	if (!links && strcmp(args->words[0], "show") != 0)
		return gw_fail(err, GW_CONFIG,
			       _("there is no songma people %s; there are link and show"),
			       args->words[0]);
	status = gw_warehouse_open(config, &warehouse, err);
	if (status == GW_OK)
		status = links ? link_people(warehouse, config, args, err)
			       : show(warehouse, args, err);
	gw_warehouse_close(warehouse);
	return status;
}

static int
run(const struct gw_args *args)
{
	return gw_cmd_work(args, work);
}

const struct gw_cmd gw_cmd_people = {
	.name = "people",
	.about = N_("link people across the sectors; list conflicts and possible duplicates"),
	.arguments = N_("link | show [conflicts|duplicates]"),
	.min_words = 1,
	.max_words = 2,
	.details = N_("A number (CMND, BHXH) leads to a person when all sources that know it name "
		      "one and the same personal number with it. What is doubtful is listed and "
		      "never merged; numbers are pseudonyms, of which eight digits are shown."),
	.options = {{"again", NULL, N_("link: also when nothing has changed")},
		    {"limit", N_("N"), N_("show: how many (50)")}},
	.run = run,
};
