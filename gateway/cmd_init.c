#include "cmd.h"

#include <stdio.h>

#include "base/i18n.h"

static int
run(const struct gw_args *args)
{
	const char *dir = args->nwords > 0 ? args->words[0] : ".";
	struct gw_buf report;
	struct gw_error err;
	int code = 0;

	gw_buf_init(&report, (size_t)1024 * 1024);
	if (gw_config_init(dir, &report, &err) != GW_OK)
		code = gw_cmd_fail(&err);
	else
		(void)printf(
			_("%s\nNext: 1. write where Kafka, the registry and the warehouse are "
			  "into songma.yaml;\n"
			  "      2. songma source add asks for a database and writes its file "
			  "(sources/example.yaml.txt shows one);\n"
			  "      3. songma discover, draft, preview and check SOURCE, then songma "
			  "sync: each says what comes next.\n"),
			report.data == NULL ? "" : report.data);
	gw_buf_release(&report);
	return code;
}

const struct gw_cmd gw_cmd_init = {
	.name = "init",
	.about = N_("write a commented start into a folder: configuration, keys, an example"),
	.arguments = N_("[FOLDER]"),
	.max_words = 1,
	.details = N_(
		"What is there already is kept. The keys are made fresh; keep a copy of secrets/ "
		"in a safe place: without pseudonym.key new data no longer matches the old."),
	.run = run,
};
