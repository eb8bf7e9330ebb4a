#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One resident each, the rest by population; what the division leaves goes to the first ones. */
static bool
settle(struct demo_world *world)
{
	const struct demo_lists *lists = &world->lists;
	uint64_t spare = world->people - lists->ncommunes;
	uint64_t population = 0, given = 0;

	world->starts = calloc(lists->ncommunes + 1, sizeof *world->starts);
	if (world->starts == NULL)
		return false;
	for (uint32_t i = 0; i < lists->ncommunes; i++)
		population += lists->communes[i].population;
	for (uint32_t i = 0; i < lists->ncommunes; i++)
		given += spare * lists->communes[i].population / population;
	for (uint32_t i = 0; i < lists->ncommunes; i++) {
		uint64_t size = 1 + spare * lists->communes[i].population / population;

		if (i < spare - given)
			size++;
		world->starts[i + 1] = world->starts[i] + size;
	}
	return true;
}

/* Some communes reach 95 per cent; most fall short, by more or by less. */
static bool
cover(struct demo_world *world)
{
	world->coverage = calloc(world->lists.ncommunes, sizeof *world->coverage);
	if (world->coverage == NULL)
		return false;
	for (uint32_t i = 0; i < world->lists.ncommunes; i++) {
		uint64_t random = demo_draw(world, i, DRAW_COVERAGE);
		bool good = demo_chance(random, 2800);
		uint32_t fresh =
			good ? 9600 + (uint32_t)(random % 280) : 6200 + (uint32_t)(random % 3220);

		world->coverage[i].fresh = fresh;
		world->coverage[i].stale = (10000 - fresh) * (50 + (uint32_t)(random % 35)) / 100;
	}
	return true;
}

bool
demo_world_init(struct demo_world *world, uint64_t seed, uint64_t people, int64_t today,
		const char *data_dir)
{
	*world = (struct demo_world){.seed = seed, .people = people, .today = today};
	world->window_from = demo_months_before(today, DEMO_MONTHS) + 1;
	world->switched_on = demo_days((struct demo_date){2025, 9, 15});
	if (!demo_lists_read(data_dir, &world->lists) ||
	    !demo_dirt_read(data_dir, "../dirt.tsv", people, &world->dirt))
		return false;
	if (world->dirt.carriers > people - world->lists.ncommunes) {
		(void)fprintf(stderr, "songma-demo-people: more dirt than people\n");
		return false;
	}
	demo_shuffle_init(&world->ranks, people - world->lists.ncommunes,
			  demo_random(seed, 0, DRAW_SHUFFLE));
	demo_shuffle_init(&world->digits, 1000000, demo_random(seed, 0, DRAW_DIGITS));
	demo_shuffle_init(&world->cards, 100000000, demo_random(seed, 0, DRAW_CARD));
	demo_shuffle_init(&world->cmnds, 10000000, demo_random(seed, 0, DRAW_CMND));
	return settle(world) && cover(world);
}

void
demo_world_free(struct demo_world *world)
{
	free(world->starts);
	free(world->coverage);
	demo_dirt_free(&world->dirt);
	demo_lists_free(&world->lists);
}

uint64_t
demo_draw(const struct demo_world *world, uint64_t index, unsigned draw)
{
	return demo_random(world->seed, index, draw);
}

void
demo_number_compose(const char *province, int year, bool female, uint64_t digits,
		    char out[DEMO_NUMBER])
{
	uint64_t number = (year >= 2000 ? 2U : 0U) + (female ? 1U : 0U);

	number = (number * 100 + (uint64_t)(year % 100)) * 1000000 + digits % 1000000;
	memcpy(out, province, 3);
	for (int i = DEMO_NUMBER - 2; i >= 3; i--, number /= 10)
		out[i] = (char)('0' + number % 10);
	out[DEMO_NUMBER - 1] = '\0';
}

void
demo_stranger_number(const struct demo_world *world, uint64_t i, const char *province,
		     char out[DEMO_NUMBER])
{
	uint64_t random = demo_draw(world, i, DRAW_EXTRA);

	demo_number_compose(province, 1930 + (int)demo_below(random, 80), (random & 1) != 0,
			    demo_shuffle_at(&world->digits, i), out);
}

void
demo_number_grouped(const char *number, char between, char out[DEMO_NUMBER + 3])
{
	(void)snprintf(out, DEMO_NUMBER + 3, "%.3s%c%.3s%c%.3s%c%.3s", number, between, number + 3,
		       between, number + 6, between, number + 9);
}
