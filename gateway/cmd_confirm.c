#include "cmd_confirm.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/i18n.h"

bool
gw_cmd_read_line(const char *question, char *answer, size_t size)
{
	size_t len;

	(void)fprintf(stderr, "%s", question);
	(void)fflush(stderr);
	if (fgets(answer, (int)size, stdin) == NULL)
		return false;
	len = strlen(answer);
	while (len > 0 && (answer[len - 1] == '\n' || answer[len - 1] == '\r'))
		answer[--len] = '\0';
	return len > 0;
}

static enum gw_status
given_up(struct gw_error *err)
{
	return gw_fail(err, GW_REJECT, "%s", _("given up: nothing was sent"));
}

/* Standard input that holds keys is no terminal. */
static bool
terminal(void)
{
	return isatty(STDIN_FILENO) == 1;
}

/* What must have been given where nobody is there to be asked. */
static enum gw_status
need_options(const struct gw_args *args, const char *reason, struct gw_error *err)
{
	if (terminal())
		return GW_OK;
	if (reason == NULL)
		return gw_fail(err, GW_CONFIG, "%s",
			       _("a reason is needed (--reason): it stays in the audit"));
	if (gw_args_get(args, "yes") != NULL)
		return GW_OK;
	return gw_fail(err, GW_CONFIG, "%s",
		       _("there is no terminal to ask at: add --yes to go on without asking, "
			 "--dry-run to see only"));
}

enum gw_status
gw_cmd_reason(const struct gw_args *args, bool early, char out[GW_CMD_REASON], struct gw_error *err)
{
	const char *given = gw_args_get(args, "reason");

	if (given != NULL && given[0] == '\0')
		given = NULL;
	if (need_options(args, given, err) != GW_OK)
		return err->status;
	if (given != NULL && strlen(given) >= GW_CMD_REASON)
		return gw_fail(err, GW_CONFIG, _("the reason is longer than %d bytes"),
			       GW_CMD_REASON - 1);
	if (given != NULL)
		memcpy(out, given, strlen(given) + 1);
	if (early || given != NULL)
		return GW_OK;
	return gw_cmd_read_line(_("Reason, without personal data (it stays in the audit): "), out,
				GW_CMD_REASON)
		       ? GW_OK
		       : given_up(err);
}

enum gw_status
gw_cmd_confirm(const struct gw_args *args, const char *question, struct gw_error *err)
{
	char answer[64];

	if (gw_args_get(args, "yes") != NULL)
		return GW_OK;
	if (terminal() && gw_cmd_read_line(question, answer, sizeof answer) &&
	    strchr("yYcC", answer[0]) != NULL)
		return GW_OK;
	return given_up(err);
}
