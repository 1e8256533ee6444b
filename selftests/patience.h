/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PATIENCE_H
#define PATIENCE_H

#include <stdlib.h>
#include <time.h>

/* For how long to wait, in whatever unit. in-vm.sh knows how slow the kernel
 * is.
 */
static inline int with_patience(int time)
{
	const char *factor = getenv("VIFMAP_PATIENCE");

	return time * (factor ? atoi(factor) : 1);
}

/* A clock that nobody sets */
static inline long long now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000LL + ts.tv_nsec / 1000000;
}

#endif
