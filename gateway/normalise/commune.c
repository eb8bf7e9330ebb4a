#include "normalise/commune.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

enum { ROOM_FIRST = 1024, COMMUNES_MAX = 1 << 20, HEIRS_MAX = 64, NUMBERS = 100000 };

/* False where code does not begin with five digits. */
static bool
number_of(const struct gw_code_list *map, const char *code, uint32_t *out)
{
	uint32_t n = map->place;

	for (size_t i = 0; i < GW_COMMUNE_DIGITS; i++) {
		if (code[i] < '0' || code[i] > '9')
			return false;
		n = n * 10 + (uint32_t)(code[i] - '0');
	}
	*out = n;
	return true;
}

static void
put_hash(struct gw_communes *communes, const char *text)
{
	communes->hash = XXH3_64bits_withSeed(text, strlen(text) + 1, communes->hash);
}

static bool
make_room(struct gw_communes *communes)
{
	size_t room = communes->room == 0 ? ROOM_FIRST : communes->room * 2;
	struct gw_commune *all;

	if (communes->count < communes->room)
		return true;
	if (room > COMMUNES_MAX)
		return false;
	all = realloc(communes->all, room * sizeof *all);
	if (all == NULL)
		return false;
	communes->all = all;
	communes->room = room;
	return true;
}

enum gw_status
gw_commune_add(struct gw_communes *communes, struct gw_arena *arena, const struct gw_code_list *map,
	       const char *code, const struct gw_commune_name *name, struct gw_error *err)
{
	struct gw_commune_name *copy;
	struct gw_commune commune = {.map = map, .code = code};

	if (!number_of(map, code, &commune.number) || code[GW_COMMUNE_DIGITS] != '\0')
		return GW_OK;
	copy = gw_arena_zalloc(arena, sizeof *copy);
	if (copy == NULL || !make_room(communes))
		return gw_fail_memory(err);
	copy->name = gw_arena_copy(arena, name->name, strlen(name->name));
	copy->full_name = gw_arena_copy(arena, name->full_name, strlen(name->full_name));
	copy->parent = name->parent == NULL
			       ? ""
			       : gw_arena_copy(arena, name->parent, strlen(name->parent));
	if (copy->name == NULL || copy->full_name == NULL || copy->parent == NULL)
		return gw_fail_memory(err);
	put_hash(communes, map->name);
	put_hash(communes, code);
	put_hash(communes, name->name);
	put_hash(communes, name->full_name);
	put_hash(communes, copy->parent);
	commune.names = copy;
	communes->all[communes->count++] = commune;
	return GW_OK;
}

static int
by_number(const void *a, const void *b)
{
	const struct gw_commune *x = a, *y = b;

	return (x->number > y->number) - (x->number < y->number);
}

/* A commune with several names came as several: they become one. */
void
gw_communes_sort(struct gw_communes *communes)
{
	struct gw_commune *all = communes->all;
	size_t n = 0;

	if (communes->count == 0)
		return;
	qsort(all, communes->count, sizeof *all, by_number);
	for (size_t i = 1; i < communes->count; i++) {
		if (all[i].number != all[n].number) {
			all[++n] = all[i];
			continue;
		}
		all[i].names->next = all[n].names;
		all[n].names = all[i].names;
	}
	communes->count = n + 1;
}

static bool
is_heir(const struct gw_commune *old, const struct gw_commune *heir)
{
	for (const struct gw_commune_heir *h = old->heirs; h != NULL; h = h->next)
		if (h->commune == heir)
			return true;
	return false;
}

enum gw_status
gw_commune_inherit(struct gw_communes *communes, struct gw_arena *arena,
		   const struct gw_commune *old, const struct gw_commune *heir,
		   struct gw_error *err)
{
	struct gw_commune_heir *link;
	struct gw_commune *from;

	if (old == NULL || heir == NULL || old == heir || is_heir(old, heir))
		return GW_OK;
	link = gw_arena_alloc(arena, sizeof *link);
	if (link == NULL)
		return gw_fail_memory(err);
	from = &communes->all[old - communes->all];
	*link = (struct gw_commune_heir){.commune = heir, .next = from->heirs};
	from->heirs = link;
	from->nheirs++;
	put_hash(communes, old->code);
	put_hash(communes, heir->map->name);
	put_hash(communes, heir->code);
	return GW_OK;
}

void
gw_communes_release(struct gw_communes *communes)
{
	free(communes->all);
	*communes = (struct gw_communes){0};
}

const struct gw_commune *
gw_commune_find(const struct gw_communes *communes, const struct gw_code_list *map,
		const char *code)
{
	struct gw_commune wanted = {.number = 0};

	if (communes->count == 0 || !number_of(map, code, &wanted.number))
		return NULL;
	return bsearch(&wanted, communes->all, communes->count, sizeof wanted, by_number);
}

/* What a commune became, and how it got there. */
struct step {
	const struct gw_commune *commune;
	size_t from; /* index of the step before */
	bool apart;  /* a commune on the way was divided */
};

static bool
seen(const struct step *steps, size_t count, const struct gw_commune *commune)
{
	for (size_t i = 0; i < count; i++)
		if (steps[i].commune == commune)
			return true;
	return false;
}

/* All that a commune became, itself first, the nearest first. */
static size_t
follow(const struct gw_commune *commune, struct step steps[HEIRS_MAX])
{
	size_t count = 1;

	steps[0] = (struct step){.commune = commune};
	for (size_t i = 0; i < count; i++) {
		const struct gw_commune *at = steps[i].commune;

		for (const struct gw_commune_heir *h = at->heirs; h != NULL; h = h->next) {
			if (count == HEIRS_MAX || seen(steps, count, h->commune))
				continue;
			steps[count++] = (struct step){.commune = h->commune,
						       .from = i,
						       .apart = steps[i].apart || at->nheirs > 1};
		}
	}
	return count;
}

/* True when step later came by way of step early. */
static bool
came_through(const struct step *steps, size_t later, size_t early)
{
	while (later > early)
		later = steps[later].from;
	return later == early;
}

const struct gw_commune *
gw_commune_heir_named(const struct gw_commune *commune, struct gw_commune_text *text, bool *apart)
{
	struct step steps[HEIRS_MAX];
	size_t count = follow(commune, steps), found = 0;

	for (size_t i = 1; i < count; i++) {
		if (!gw_commune_named(steps[i].commune, text))
			continue;
		/* An heir that kept the name says no more than the first that had it. */
		if (found > 0 && !came_through(steps, i, found))
			return NULL;
		if (found == 0)
			found = i;
	}
	if (found == 0)
		return NULL;
	*apart = steps[found].apart;
	return steps[found].commune;
}

/* True where it was joined to another commune of its own map. */
static bool
ended_before(const struct gw_commune *commune)
{
	for (const struct gw_commune_heir *h = commune->heirs; h != NULL; h = h->next)
		if (h->commune->map == commune->map)
			return true;
	return false;
}

size_t
gw_commune_heirs(const struct gw_commune *commune, const struct gw_code_list *map,
		 const struct gw_commune **out, size_t max)
{
	struct step steps[HEIRS_MAX];
	size_t count = follow(commune, steps), n = 0;

	for (size_t i = 0; i < count && n < max; i++)
		if (steps[i].commune->map == map && !ended_before(steps[i].commune))
			out[n++] = steps[i].commune;
	return n;
}
