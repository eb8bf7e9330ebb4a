/*
 * Any bytes as a configuration file: parsed or refused with a message that
 * begins with the file's name, and every node keeps what the tree promises.
 */

#include "config/parts.h"
#include "fuzz.h"

static void
walk(const struct gw_yaml *node, int depth)
{
	require(depth <= 33 && node->line >= 1 && node->column >= 1);
	if (node->kind == GW_YAML_SCALAR) {
		require(gw_utf8_valid(node->text, strlen(node->text)));
		return;
	}
	for (size_t i = 0; i < node->count; i++) {
		if (node->kind == GW_YAML_MAP) {
			require(node->keys[i].kind == GW_YAML_SCALAR);
			/* Keys are told apart, so each finds its own value. */
			if (node->count < 100)
				require(gw_yaml_get(node, node->keys[i].text) == &node->items[i]);
		}
		walk(&node->items[i], depth + 1);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct gw_yaml_doc *doc = NULL;
	struct gw_config *config = NULL;
	struct gw_error err = {0};

	if (gw_yaml_parse("f.yaml", (const char *)data, size, &doc, &err) != GW_OK) {
		require(doc == NULL);
		require_error(&err, GW_CONFIG, "", 0);
		require(strncmp(err.text, "f.yaml:", 7) == 0);
		return 0;
	}
	walk(gw_yaml_root(doc), 1);
	if (gw_config_build("/f/songma.yaml", gw_yaml_root(doc), &config, &err) != GW_OK)
		require(config == NULL && gw_utf8_valid(err.text, strlen(err.text)));
	gw_config_free(config);
	gw_yaml_free(doc);
	return 0;
}
