#include "cmd.h"

#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "ops/audit.h"
#include "ops/report.h"

static void
print_json(const struct gw_audit *audit)
{
	static const char *const words[] = {
		[GW_AUDIT_WHOLE] = "whole",     [GW_AUDIT_MISSING] = "missing",
		[GW_AUDIT_CHANGED] = "changed", [GW_AUDIT_COLUMNS] = "columns",
		[GW_AUDIT_TOPIC] = "topic",     [GW_AUDIT_HEAD] = "head",
	};

	(void)printf("{\"acts\": %lld, \"state\": \"%s\", \"wrong\": %lld, \"older\": %lld, "
		     "\"waiting\": %lld}\n",
		     (long long)audit->acts, words[audit->fault], (long long)audit->wrong,
		     (long long)audit->older, (long long)audit->waiting);
}

static void
print_people(const struct gw_audit *audit)
{
	char count[32];

	(void)printf(_("Acts that are right: %s\n"), gw_format_count(audit->acts, count));
	if (audit->older > 0)
		(void)printf(_("The audit topic no longer has the first %s of them\n"),
			     gw_format_count(audit->older, count));
	if (audit->waiting > 0)
		(void)printf(_("Not loaded yet: %s\n"), gw_format_count(audit->waiting, count));
}

static enum gw_status
verify(const struct gw_config *config, struct gw_warehouse *warehouse, const struct gw_args *args,
       struct gw_error *err)
{
	struct gw_audit audit;

	if (gw_audit_verify(config, warehouse, gw_args_get(args, "head"), &audit, err) != GW_OK)
		return err->status;
	if (args->json)
		print_json(&audit);
	else
		print_people(&audit);
	if (audit.fault == GW_AUDIT_WHOLE)
		return GW_OK;
	return gw_fail(err, GW_REJECT, _("act %lld is the first that is wrong: %s"),
		       (long long)audit.wrong, gw_audit_fault_text(audit.fault));
}

static enum gw_status export(struct gw_warehouse *warehouse, const struct gw_args *args,
			     struct gw_error *err) {
	const char *path = args->words[1]; char count[32]; int64_t acts = 0;

	if (gw_audit_export(warehouse, path, &acts, err) != GW_OK) return err->status;
	if (args->json)(void) printf("{\"acts\": %lld}\n", (long long)acts);
	else(void) printf(_("%s acts written to %s; keep it where nobody can change it\n"),
			  gw_format_count(acts, count), path);
	return GW_OK;
}

static enum gw_status
work(const struct gw_config *config, const struct gw_args *args, struct gw_error *err)
{
	bool exports = strcmp(args->words[0], "export") == 0;
	struct gw_warehouse *warehouse = NULL;
	enum gw_status status;

	if (!exports && strcmp(args->words[0], "verify") != 0)
		return gw_fail(err, GW_CONFIG,
			       _("there is no songma audit %s; there are verify and export"),
			       args->words[0]);
	if (exports != (args->nwords == 2))
		return gw_fail(err, GW_CONFIG, "%s",
			       exports ? _("songma audit export needs the FILE to write")
				       : _("songma audit verify takes no more words; an exported "
					   "head is named by --head FILE"));
	status = gw_warehouse_open(config, &warehouse, err);
	if (status == GW_OK)
		status = exports ? export(warehouse, args, err)
				 : verify(config, warehouse, args, err);
	gw_warehouse_close(warehouse);
	return status;
}

static int
run(const struct gw_args *args)
{
	return gw_cmd_work(args, work);
}

const struct gw_cmd gw_cmd_audit = {
	.name = "audit",
	.about = N_("check that nothing was changed in what people did at the desk; export it"),
	.arguments = N_("verify | export FILE"),
	.min_words = 1,
	.max_words = 2,
	.details = N_("Every act is chained to the one before it with secrets/audit.key. verify "
		      "checks the chain in ops.audit, and that it has every act of the audit topic "
		      "in its order; with --head also that it still is what was exported."),
	.options = {{"head", N_("FILE"), N_("verify: compare with this export")}},
	.run = run,
};
