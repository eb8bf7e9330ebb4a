#include "normalise/place.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>
#include <xxhash.h>

#include "normalise/place_index.h"

enum { ARENA_LIMIT = 64 * 1024 * 1024, D_STROKE = 0x0111 };

/* Folded text without marks. */
static void
make_plain(const char *folded, char out[GW_FOLD_MAX + 1])
{
	const utf8proc_uint8_t *p = (const utf8proc_uint8_t *)folded;
	utf8proc_int32_t cp;
	utf8proc_ssize_t n;
	size_t len = 0;

	for (; *p != 0 && (n = utf8proc_iterate(p, -1, &cp)) > 0; p += n) {
		if (utf8proc_category(cp) == UTF8PROC_CATEGORY_MN)
			continue;
		if (cp == D_STROKE) {
			out[len++] = 'd';
			continue;
		}
		memcpy(out + len, p, (size_t)n);
		len += (size_t)n;
	}
	out[len] = '\0';
}

void
gw_wanted_set(struct gw_wanted *out, const char *folded)
{
	size_t len = strlen(folded);

	memcpy(out->exact, folded, len + 1);
	make_plain(folded, out->plain);
	out->accents = !gw_text_ascii(folded, len);
}

bool
gw_wanted_is(const struct gw_wanted *wanted, const struct gw_place_name *name)
{
	return strcmp(wanted->plain, name->plain) == 0 &&
	       (!wanted->accents || strcmp(wanted->exact, name->exact) == 0);
}

static bool
make_name(struct gw_arena *arena, const char *name, struct gw_place_name *out)
{
	char exact[GW_FOLD_MAX + 1], plain[GW_FOLD_MAX + 1];

	if (!gw_commune_fold(name, strlen(name), exact))
		exact[0] = '\0'; /* is found by no text */
	make_plain(exact, plain);
	out->exact = gw_arena_copy(arena, exact, strlen(exact));
	out->plain = gw_arena_copy(arena, plain, strlen(plain));
	return out->exact != NULL && out->plain != NULL;
}

static int
by_code(const void *a, const void *b)
{
	const struct gw_place_area *x = a, *y = b;
	int order = strcmp(x->area->map->name, y->area->map->name);

	return order != 0 ? order : strcmp(x->area->code, y->area->code);
}

static int
by_plain(const void *a, const void *b)
{
	const struct gw_named_place *x = a, *y = b;

	return strcmp(x->name.plain, y->name.plain);
}

static bool
index_areas(struct gw_places *places, const struct gw_area *first)
{
	size_t count = 0;

	for (const struct gw_area *a = first; a != NULL; a = a->next)
		count++;
	places->areas = gw_arena_alloc(&places->arena, (count + 1) * sizeof *places->areas);
	for (const struct gw_area *a = first; places->areas != NULL && a != NULL; a = a->next) {
		struct gw_place_area *area = &places->areas[places->nareas];

		area->area = a;
		places->hash =
			XXH3_64bits_withSeed(a->full_name, strlen(a->full_name) + 1, places->hash);
		if (!make_name(&places->arena, a->name, &area->name))
			return false;
		places->nareas++;
	}
	if (places->areas != NULL && count > 0)
		qsort(places->areas, count, sizeof *places->areas, by_code);
	return places->areas != NULL;
}

/* The province of a commune's district; its parent itself where that is none. */
static const char *
province_of(const struct gw_places *places, const struct gw_commune *commune, const char *parent)
{
	const struct gw_area key = {.map = commune->map, .code = parent};
	const struct gw_place_area wanted = {.area = &key};
	const struct gw_place_area *found =
		places->nareas == 0
			? NULL
			: bsearch(&wanted, places->areas, places->nareas, sizeof wanted, by_code);

	return found == NULL || found->area->parent[0] == '\0' ? parent : found->area->parent;
}

static bool
index_communes(struct gw_places *places)
{
	const struct gw_communes *communes = places->communes;
	size_t count = 0;

	for (size_t i = 0; i < communes->count; i++)
		for (const struct gw_commune_name *n = communes->all[i].names; n != NULL;
		     n = n->next)
			count++;
	places->all = gw_arena_alloc(&places->arena, (count + 1) * sizeof *places->all);
	for (size_t i = 0; places->all != NULL && i < communes->count; i++) {
		const struct gw_commune *commune = &communes->all[i];

		for (const struct gw_commune_name *n = commune->names; n != NULL; n = n->next) {
			struct gw_named_place *place = &places->all[places->count];

			*place = (struct gw_named_place){.commune = commune, .as = n};
			place->province = province_of(places, commune, n->parent);
			if (!make_name(&places->arena, n->name, &place->name))
				return false;
			places->count++;
		}
	}
	if (places->all != NULL && count > 0)
		qsort(places->all, count, sizeof *places->all, by_plain);
	return places->all != NULL;
}

enum gw_status
gw_places_make(const struct gw_codes *codes, struct gw_places **out, struct gw_error *err)
{
	struct gw_places *places = calloc(1, sizeof *places);

	if (places == NULL)
		return gw_fail_memory(err);
	gw_arena_init(&places->arena, ARENA_LIMIT);
	places->before = gw_codes_map(codes, GW_MAP_BEFORE);
	places->after = gw_codes_map(codes, GW_MAP_AFTER);
	places->communes = gw_codes_communes(codes);
	places->hash = places->communes->hash;
	if (!index_areas(places, gw_codes_areas(codes)) || !index_communes(places)) {
		gw_places_free(places);
		return gw_fail_memory(err);
	}
	*out = places;
	return GW_OK;
}

void
gw_places_free(struct gw_places *places)
{
	if (places == NULL)
		return;
	gw_arena_release(&places->arena);
	free(places);
}

uint64_t
gw_places_hash(const struct gw_places *places)
{
	return places->hash;
}

const struct gw_named_place *
gw_places_named(const struct gw_places *places, const char *plain, size_t *count)
{
	const struct gw_named_place wanted = {.name = {.plain = plain}};
	const struct gw_named_place *found =
		places->count == 0
			? NULL
			: bsearch(&wanted, places->all, places->count, sizeof wanted, by_plain);
	const struct gw_named_place *end = found;

	*count = 0;
	if (found == NULL)
		return NULL;
	while (found > places->all && by_plain(found - 1, &wanted) == 0)
		found--;
	while (end < places->all + places->count && by_plain(end, &wanted) == 0)
		end++;
	*count = (size_t)(end - found);
	return found;
}
