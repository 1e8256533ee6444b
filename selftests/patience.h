/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PATIENCE_H
#define PATIENCE_H

#include <stdlib.h>

/* For how long to wait, in whatever unit. in-vm.sh knows how slow the kernel
 * is.
 */
static inline int with_patience(int time)
{
	const char *factor = getenv("VIFMAP_PATIENCE");

	return time * (factor ? atoi(factor) : 1);
}

#endif
