/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CHANCE_H
#define CHANCE_H

#include <stdbool.h>
#include <stdint.h>

extern uint64_t random_state;

/* splitmix64: the same numbers everywhere */
static inline uint64_t random64(void)
{
	uint64_t z = random_state += 0x9e3779b97f4a7c15ull;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ z >> 27) * 0x94d049bb133111ebull;
	return z ^ z >> 31;
}

static inline int below(int n)
{
	return random64() % n;
}

static inline bool chance(int percent)
{
	return below(100) < percent;
}

#endif
