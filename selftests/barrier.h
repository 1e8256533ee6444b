/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How a program knows that nothing more is coming: everything runs on one CPU,
 * whose backlog keeps the order. A frame of our own, sent round a veth pair in
 * a namespace of our own after the others, comes back only after each of the
 * others has made its next hop.
 */
#ifndef BARRIER_H
#define BARRIER_H

/* Both return a negative number when they fail, and set errno. The program is
 * in its own namespace (network.h) before and after.
 */
int open_barrier(void);
/* Every frame that is under way makes a hop. */
int pass_barrier(void);

#endif
