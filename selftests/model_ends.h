/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where the model's test sends and receives frames
 */
#ifndef MODEL_ENDS_H
#define MODEL_ENDS_H

#include "model.h"

#define MAX_BATCH	32

/* One frame that was sent, and what became of it */
struct sent {
	struct frame frame;
	unsigned int got;	/* ends that have received it */
	const char *wrong;	/* what was wrong with it there */
	int wrong_at;
};

/* In the host's namespace */
void ends_open(void);

/* A station's NIC: all that arrives there */
void end_open_link(int end, int netns, int ifindex);
/* What the host's stack gets; a VLAN device of it takes the tag off. */
void end_open_stack(int netns, int ifindex);
void end_set_stack(int ifindex, int vlan_ifindex);
/* The guest's side of a tap, which is created if there is none */
void end_open_tap(int end, const char *name);
void end_close(int end);

void end_send(const struct frame *f);
/* Waits until all that is under way has arrived. */
void ends_barrier(void);
/* What has become of the frames sent since the last time; sets @n. */
struct sent *ends_collect(int *n);

#endif /* MODEL_ENDS_H */
