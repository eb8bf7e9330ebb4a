#include "random.h"

static uint64_t
mix(uint64_t x)
{
	x += 0x9e3779b97f4a7c15U;
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
	return x ^ (x >> 31);
}

uint64_t
demo_random(uint64_t seed, uint64_t whom, unsigned what)
{
	return mix(mix(seed ^ ((uint64_t)what << 48)) ^ whom);
}

uint32_t
demo_below(uint64_t random, uint32_t limit)
{
	return (uint32_t)(((mix(random) >> 32) * limit) >> 32);
}

int64_t
demo_between(uint64_t random, int64_t from, int64_t to)
{
	return from + (int64_t)(random % (uint64_t)(to - from + 1));
}

bool
demo_chance(uint64_t random, uint32_t tenthousandths)
{
	return demo_below(random, 10000) < tenthousandths;
}

static uint64_t
common_divisor(uint64_t a, uint64_t b)
{
	while (b != 0) {
		uint64_t rest = a % b;

		a = b;
		b = rest;
	}
	return a;
}

void
demo_shuffle_init(struct demo_shuffle *shuffle, uint64_t count, uint64_t random)
{
	shuffle->count = count;
	shuffle->shift = random % count;
	/* near the golden section neighbours land far apart */
	shuffle->step = count * 618 / 1000 + random % 97;
	while (shuffle->step == 0 || common_divisor(shuffle->step, count) != 1)
		shuffle->step++;
}

uint64_t
demo_shuffle_at(const struct demo_shuffle *shuffle, uint64_t x)
{
	return (x * shuffle->step + shuffle->shift) % shuffle->count;
}
