/*
 * Randomness without state: a number is a function of the seed, of whom it is
 * about and of what it decides.  So any person can be made again at any time,
 * in any order, and the same seed gives the same bytes.
 */
#ifndef DEMO_RANDOM_H
#define DEMO_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

/* 64 well-mixed bits. */
uint64_t demo_random(uint64_t seed, uint64_t whom, unsigned what);

/* 0 to limit - 1; limit is at least 1. */
uint32_t demo_below(uint64_t random, uint32_t limit);

/* from to to, both possible. */
int64_t demo_between(uint64_t random, int64_t from, int64_t to);

/* True in tenthousandths of the cases. */
bool demo_chance(uint64_t random, uint32_t tenthousandths);

/* A one-to-one map of 0..count-1 onto itself, spread evenly: x goes to (x * step + shift) % count.
 */
struct demo_shuffle {
	uint64_t count, step, shift;
};

void demo_shuffle_init(struct demo_shuffle *shuffle, uint64_t count, uint64_t random);
uint64_t demo_shuffle_at(const struct demo_shuffle *shuffle, uint64_t x);

#endif
