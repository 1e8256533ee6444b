/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FRAMES_H
#define FRAMES_H

#include <linux/if_ether.h>
#include <linux/types.h>

#include "barrier.h"
#include "commands.h"
#include "network.h"
#include "patience.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define ETHERTYPE_TEST	0x88b5		/* for local experiments */
#define MAX_FRAME	65536
#define MAX_ENDS	24
#define VNET_HDR_LEN	10
#define PATIENCE_MS	with_patience(15000)

enum kind { LINK, STACK, TAP };

/* Frames that differ in their id alone */
struct batch {
	__u8 dst[ETH_ALEN];
	__u8 src[ETH_ALEN];
	int outer;
	int vlan;
	int type;
	int len;
	__u32 first;
	__u32 count;
};

struct end {
	char name[32];
	enum kind kind;
	int rx;
	int tx;
	int ifindex;
	int vnet_hdr;		/* its length */
	int vlan;		/* -1: not a VLAN device */
	__u8 addr[ETH_ALEN];
	/* since the last expect or count */
	__u32 got;
	__u32 next;		/* the id that may come next */
	char wrong[160];	/* the first thing that was wrong */
};

/* frames.c */
extern struct end ends[MAX_ENDS];
extern int n_ends;

/* frames_build.c: the frames that are sent, and names of addresses */
extern __u32 first_id, next_id;
int get_addr(const char *text, __u8 *addr);
int name_mac(const char *name, const __u8 *addr);
const __u8 *find_mac(const char *name);
int build(const struct batch *b, __u32 id, const struct end *e, __u8 *frame);
const __u8 *find_mark(const __u8 *frame, int len);
const struct batch *add_batch(const struct batch *b);
const struct batch *find_batch(__u32 id);
void forget_batches(void);

/* frames_ends.c: where frames are sent and received */
int open_end(struct end *e, const char *netns, const char *device);
void close_end(struct end *e);
int send_frame(struct end *e, const __u8 *frame, int len);

/* frames_check.c: what arrives */
void drain(void);
void check_overflow(struct end *e);

#endif /* FRAMES_H */
