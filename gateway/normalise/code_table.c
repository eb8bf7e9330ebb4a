#include "normalise/code_table.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "base/i18n.h"
#include "normalise/fold.h"
#include "normalise/syllable.h"

enum { SIZE_FIRST = 64, SIZE_MAX_ENTRIES = 1 << 22 };

static struct gw_code_entry *
slot(struct gw_code_entry *entries, size_t size, const char *key, size_t len)
{
	size_t i = (size_t)XXH3_64bits(key, len) & (size - 1);

	while (entries[i].key != NULL &&
	       (entries[i].len != len || memcmp(entries[i].key, key, len) != 0))
		i = (i + 1) & (size - 1);
	return &entries[i];
}

static bool
grow(struct gw_code_list *list)
{
	size_t size = list->size == 0 ? SIZE_FIRST : list->size * 2;
	struct gw_code_entry *entries;

	if (size > SIZE_MAX_ENTRIES)
		return false;
	entries = calloc(size, sizeof *entries);
	if (entries == NULL)
		return false;
	for (size_t i = 0; i < list->size; i++)
		if (list->entries[i].key != NULL)
			*slot(entries, size, list->entries[i].key, list->entries[i].len) =
				list->entries[i];
	free(list->entries);
	list->entries = entries;
	list->size = size;
	return true;
}

static enum gw_status
add_key(struct gw_code_list *list, struct gw_arena *arena, const char *key, const char *code,
	struct gw_error *err)
{
	size_t len = strlen(key);
	struct gw_code_entry *entry;

	if (list->used * 2 >= list->size && !grow(list))
		return gw_fail_memory(err);
	entry = slot(list->entries, list->size, key, len);
	if (entry->key != NULL && strcmp(entry->code, code) != 0)
		return gw_fail(err, GW_CONFIG, _("\"%s\" stands for %s and for %s"), key,
			       entry->code, code);
	if (entry->key != NULL)
		return GW_OK;
	entry->code = gw_arena_copy(arena, code, strlen(code));
	if (entry->code == NULL)
		return gw_fail_memory(err);
	entry->key = gw_arena_copy(arena, key, len);
	if (entry->key == NULL)
		return gw_fail_memory(err);
	entry->len = len;
	list->used++;
	return GW_OK;
}

enum gw_status
gw_code_put(struct gw_code_list *list, struct gw_arena *arena, const char *key, const char *code,
	    struct gw_error *err)
{
	list->hash = XXH3_64bits_withSeed(key, strlen(key) + 1, list->hash);
	list->hash = XXH3_64bits_withSeed(code, strlen(code) + 1, list->hash);
	return add_key(list, arena, key, code, err);
}

/*
 * In capitals, as forms are filled in.  Only where that folds back to the same:
 * a letter without a twin must not take another spelling's place.
 */
static enum gw_status
add_capitals(struct gw_code_list *list, struct gw_arena *arena, const char *folded,
	     const char *code, struct gw_error *err)
{
	char capitals[GW_FOLD_MAX + 1], back[GW_FOLD_MAX + 1];

	if (!gw_text_capitals(folded, capitals) ||
	    gw_text_fold(capitals, strlen(capitals), back) == GW_FOLD_FAILED ||
	    strcmp(back, folded) != 0)
		return GW_OK;
	return add_key(list, arena, capitals, code, err);
}

enum gw_status
gw_code_add(struct gw_code_list *list, struct gw_arena *arena, const char *key, const char *code,
	    struct gw_error *err)
{
	char folded[GW_FOLD_MAX + 1];

	if (gw_text_fold(key, strlen(key), folded) == GW_FOLD_FAILED)
		return gw_fail(err, GW_CONFIG, _("the spelling is longer than %d bytes"),
			       GW_FOLD_MAX);
	/* As it is written too: most values are found without folding. */
	if (gw_code_put(list, arena, key, code, err) != GW_OK ||
	    add_key(list, arena, folded, code, err) != GW_OK)
		return err->status;
	return add_capitals(list, arena, folded, code, err);
}

void
gw_code_release(struct gw_code_list *list)
{
	free(list->entries);
	list->entries = NULL;
	list->size = list->used = 0;
}

const char *
gw_code_exact(const struct gw_code_list *list, const char *text, size_t len)
{
	return list->size == 0 ? NULL : slot(list->entries, list->size, text, len)->code;
}

const char *
gw_code_find(const struct gw_code_list *list, const char *text, size_t len)
{
	char folded[GW_FOLD_MAX + 1], placed[GW_FOLD_MAX + 1];
	const char *code = gw_code_exact(list, text, len);
	int folded_len;

	if (code != NULL)
		return code;
	folded_len = gw_text_fold(text, len, folded);
	if (folded_len == GW_FOLD_FAILED)
		return NULL;
	code = gw_code_exact(list, folded, (size_t)folded_len);
	/* Mừơng: lists have the mark where it belongs. */
	if (code == NULL && gw_syllables_write(folded, placed))
		code = gw_code_exact(list, placed, strlen(placed));
	return code;
}

const char *
gw_code_list_name(const struct gw_code_list *list)
{
	return list->name;
}

uint64_t
gw_code_list_hash(const struct gw_code_list *list)
{
	return XXH3_64bits_withSeed(list->name, strlen(list->name), list->hash);
}
