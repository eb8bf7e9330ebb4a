#include "config/yaml.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/i18n.h"
#include "base/text.h"
#include "config/parts.h"

enum { FILE_MAX = 1024 * 1024, TREE_MAX = 64 * 1024 * 1024 };

enum gw_status
gw_yaml_read(const char *path, struct gw_yaml_doc **out, struct gw_error *err)
{
	enum gw_status status;
	struct gw_buf text;

	gw_buf_init(&text, FILE_MAX);
	status = gw_file_read(gw_path_shown(path), &text, err);
	if (status == GW_OK)
		status = gw_yaml_parse(path, text.data, text.len, out, err);
	gw_buf_release(&text);
	return status;
}

static enum gw_status
check_utf8(const char *name, const char *text, size_t len, struct gw_error *err)
{
	struct gw_yaml at = {.file = name, .line = 1};
	unsigned one;
	const char *line = text, *end = text + len;

	while (line < end) {
		const char *stop = memchr(line, '\n', (size_t)(end - line));
		size_t n = stop == NULL ? (size_t)(end - line) : (size_t)(stop - line) + 1;
		size_t good = 0;

		if (gw_utf8_valid(line, n)) {
			line += n;
			at.line++;
			continue;
		}
		/* The column is where the longest valid beginning ends. */
		for (size_t i = 1; i < n; i++)
			good = gw_utf8_valid(line, i) ? i : good;
		gw_text_locate(line, good, &one, &at.column);
		return gw_yaml_fail(&at, err,
				    _("this is not UTF-8 text; save the file as UTF-8 (not TCVN3, "
				      "VNI or UTF-16)"));
	}
	return GW_OK;
}

enum gw_status
gw_yaml_parse(const char *name, const char *text, size_t len, struct gw_yaml_doc **out,
	      struct gw_error *err)
{
	struct gw_yaml_doc *doc;
	enum gw_status status;

	if (len > FILE_MAX)
		return gw_fail(err, GW_CONFIG, _("%s: is larger than %zu bytes"),
			       gw_path_shown(name), (size_t)FILE_MAX);
	if (check_utf8(name, text, len, err) != GW_OK)
		return err->status;
	doc = calloc(1, sizeof *doc);
	if (doc == NULL)
		return gw_fail_memory(err);
	gw_arena_init(&doc->arena, TREE_MAX);
	doc->name = gw_arena_copy(&doc->arena, name, strlen(name));
	status = doc->name == NULL ? gw_fail_memory(err) : gw_yaml_build(doc, text, len, err);
	if (status != GW_OK) {
		gw_yaml_free(doc);
		return status;
	}
	*out = doc;
	return GW_OK;
}

void
gw_yaml_free(struct gw_yaml_doc *doc)
{
	if (doc == NULL)
		return;
	gw_arena_release(&doc->arena);
	free(doc);
}

const struct gw_yaml *
gw_yaml_root(const struct gw_yaml_doc *doc)
{
	return &doc->root;
}

const struct gw_yaml *
gw_yaml_get(const struct gw_yaml *map, const char *key)
{
	if (map->kind != GW_YAML_MAP)
		return NULL;
	for (size_t i = 0; i < map->count; i++) {
		if (strcmp(map->keys[i].text, key) == 0)
			return &map->items[i];
	}
	return NULL;
}

enum gw_status
gw_fail_at(const struct gw_place *at, struct gw_error *err, const char *fmt, va_list ap)
{
	char text[sizeof err->text];

	(void)vsnprintf(text, sizeof text, fmt, ap);
	if (at->file == NULL)
		return gw_fail(err, GW_CONFIG, "%s", text);
	return gw_fail(err, GW_CONFIG, "%s:%u:%u: %s", gw_path_shown(at->file), at->line,
		       at->column, text);
}

enum gw_status
gw_yaml_fail(const struct gw_yaml *node, struct gw_error *err, const char *fmt, ...)
{
	struct gw_place at = {.file = node->file, .line = node->line, .column = node->column};
	va_list ap;

	va_start(ap, fmt);
	(void)gw_fail_at(&at, err, fmt, ap);
	va_end(ap);
	return err->status;
}

bool
gw_yaml_is_nothing(const struct gw_yaml *node)
{
	static const char *const words[] = {"", "~", "null", "Null", "NULL"};

	if (node->kind != GW_YAML_SCALAR || node->quoted)
		return false;
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		if (strcmp(node->text, words[i]) == 0)
			return true;
	}
	return false;
}

const char *
gw_yaml_found(const struct gw_yaml *node)
{
	static const char *const names[] = {
		[GW_YAML_SCALAR] = N_("a text"),
		[GW_YAML_MAP] = N_("a map"),
		[GW_YAML_LIST] = N_("a list"),
	};

	return gw_yaml_is_nothing(node) ? _("nothing") : _(names[node->kind]);
}

const char *
gw_yaml_excerpt(const struct gw_yaml *node, char out[GW_EXCERPT])
{
	size_t keep;

	if (node->kind != GW_YAML_SCALAR || gw_yaml_is_nothing(node) || !gw_text_plain(node->text))
		return gw_yaml_found(node);
	keep = strlen(node->text);
	if (keep <= GW_EXCERPT - 3) {
		(void)snprintf(out, GW_EXCERPT, "\"%s\"", node->text);
		return out;
	}
	/* Not within a character. */
	for (keep = GW_EXCERPT - 6; keep > 0 && ((unsigned char)node->text[keep] & 0xc0) == 0x80;)
		keep--;
	(void)snprintf(out, GW_EXCERPT, "\"%.*s…\"", (int)keep, node->text);
	return out;
}

struct gw_yaml
gw_yaml_section(const struct gw_yaml *parent, const struct gw_yaml *node)
{
	struct gw_yaml empty = node != NULL ? *node : *parent;

	if (node != NULL && !gw_yaml_is_nothing(node))
		return *node;
	empty.kind = GW_YAML_MAP;
	empty.count = 0;
	return empty;
}
