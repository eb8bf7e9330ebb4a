#include "config/parts.h"

#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"

enum { WORDS_MAX = 15 };

/* The section while it is read. */
struct draft {
	char *webhook, *webhook_file;
	int64_t after_us;
	const struct gw_yaml *command;
};

static const struct gw_option options[] = {
	{.name = "command",
	 .type = GW_OPT_NODE,
	 .offset = offsetof(struct draft, command),
	 .help = N_("a program and its arguments, such as [/usr/local/bin/tell-us, --now]")},
	{.name = "webhook",
	 .type = GW_OPT_TEXT,
	 .offset = offsetof(struct draft, webhook),
	 .help = N_("an address that takes JSON by POST")},
	{.name = "webhook_file",
	 .type = GW_OPT_PATH,
	 .offset = offsetof(struct draft, webhook_file),
	 .help = N_("a file, mode 0600, that holds such an address")},
	{.name = "after",
	 .type = GW_OPT_DURATION,
	 .offset = offsetof(struct draft, after_us),
	 .fallback = "1min",
	 .max = INT64_C(86400000000),
	 .help = N_("trouble that has lasted so long is told of")},
	{.name = NULL},
};

void
gw_notify_release(struct gw_config *config)
{
	for (size_t i = 0; i < config->notify_words; i++)
		free(config->notify_command[i]);
	free(config->notify_command);
	free(config->notify_webhook);
	free(config->notify_webhook_file);
}

static enum gw_status
read_command(const struct gw_yaml *node, struct gw_config *config, struct gw_error *err)
{
	if (node->kind != GW_YAML_LIST || node->count == 0 || node->count > WORDS_MAX)
		return gw_yaml_fail(node, err,
				    _("\"command\": expected a list of 1 to %d words, such as "
				      "[/usr/local/bin/tell-us, --now]"),
				    WORDS_MAX);
	for (size_t i = 0; i < node->count; i++)
		if (node->items[i].kind != GW_YAML_SCALAR)
			return gw_yaml_fail(&node->items[i], err,
					    _("\"command\": found %s, expected a text"),
					    gw_yaml_found(&node->items[i]));
	if (node->items[0].text[0] != '/')
		return gw_yaml_fail(&node->items[0], err, "%s",
				    _("\"command\": the program is named with its whole path, from "
				      "/ on"));
	config->notify_command = calloc(node->count + 1, sizeof *config->notify_command);
	if (config->notify_command == NULL)
		return gw_fail_memory(err);
	for (size_t i = 0; i < node->count; i++) {
		config->notify_command[i] = strdup(node->items[i].text);
		if (config->notify_command[i] == NULL)
			return gw_fail_memory(err);
		config->notify_words++;
	}
	return GW_OK;
}

/* Elsewhere than on this machine others could read and forge what is told. */
static enum gw_status
check_webhook(const struct gw_yaml *map, const char *url, struct gw_error *err)
{
	static const char *const safe[] = {"https://", "http://127.0.0.1", "http://localhost",
					   "http://[::1]"};

	for (size_t i = 0; url != NULL && i < sizeof safe / sizeof safe[0]; i++) {
		size_t len = strlen(safe[i]);

		if (strncmp(url, safe[i], len) == 0 &&
		    (i == 0 ? url[len] != '\0' && url[len] != '/'
			    : strchr(":/?", url[len]) != NULL) &&
		    strpbrk(url, " \t\n") == NULL)
			return GW_OK;
	}
	if (url == NULL)
		return GW_OK;
	return gw_yaml_fail(gw_yaml_get(map, "webhook"), err, "%s",
			    _("\"webhook\": expected an address that begins with https:// (http:// "
			      "on this machine alone), such as https://example.vn/songma"));
}

enum gw_status
gw_notify_read(const struct gw_yaml *node, struct gw_config *config, struct gw_error *err)
{
	struct draft draft = {0};
	enum gw_status status = gw_yaml_options(node, options, &draft, err);

	if (status != GW_OK)
		return status;
	config->notify_webhook = draft.webhook;
	config->notify_webhook_file = draft.webhook_file;
	config->notify_after_us = draft.after_us;
	if (draft.webhook != NULL && draft.webhook_file != NULL)
		return gw_yaml_fail(
			gw_yaml_get(node, "webhook_file"), err, "%s",
			_("\"webhook\" and \"webhook_file\" stand together; take one of "
			  "them away"));
	status = check_webhook(node, draft.webhook, err);
	if (status == GW_OK && draft.command != NULL)
		status = read_command(draft.command, config, err);
	return status;
}
