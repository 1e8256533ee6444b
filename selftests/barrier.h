/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How a program knows that nothing more is coming: everything runs on one CPU,
 * whose backlog keeps the order. A frame of our own, sent round a veth pair in
 * a namespace of our own after the others, comes back only after each of the
 * others has made its next hop.
 */
#ifndef BARRIER_H
#define BARRIER_H

/* Both return a negative number when they fail, and set errno. To open it keeps
 * the program on the CPU and in the namespace that it is in (see network.h).
 */
int open_barrier(void);
/* Whatever is under way makes @hops hops; @drain, if there is one, receives
 * what has arrived after each of them.
 */
int pass_barrier(int hops, void (*drain)(void));

#endif
