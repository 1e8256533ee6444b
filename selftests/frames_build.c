// SPDX-License-Identifier: GPL-2.0
/* frames_build.c - the frames that are sent, and names of addresses */
#include <stdio.h>
#include <string.h>

#include "frames.h"

#define MAGIC		0x7669666d
#define MARK_LEN	8		/* magic and id */
#define MAX_MACS	64
#define MAX_BATCHES	512

struct mac {
	char name[32];
	__u8 addr[ETH_ALEN];
};

__u32 first_id = 1, next_id = 1;
static struct mac macs[MAX_MACS];
static int n_macs;
static struct batch batches[MAX_BATCHES];
static int n_batches;

static struct mac *find(const char *name)
{
	int i;

	for (i = 0; i < n_macs; i++)
		if (!strcmp(macs[i].name, name))
			return &macs[i];
	return NULL;
}

int get_addr(const char *text, __u8 *addr)
{
	struct mac *mac = find(text);

	if (!mac)
		return parse_addr(text, addr);
	memcpy(addr, mac->addr, ETH_ALEN);
	return 1;
}

/* NULL for one that nothing has */
const __u8 *find_mac(const char *name)
{
	struct mac *mac = find(name);

	return mac ? mac->addr : NULL;
}

int name_mac(const char *name, const __u8 *addr)
{
	struct mac *mac = find(name);

	if (!mac) {
		if (n_macs == MAX_MACS)
			return 0;
		mac = &macs[n_macs++];
		snprintf(mac->name, sizeof(mac->name), "%s", name);
	}
	memcpy(mac->addr, addr, ETH_ALEN);
	return 1;
}

/* As it looks at end @e */
int build(const struct batch *b, __u32 id, const struct end *e, __u8 *frame)
{
	int tagged = b->vlan >= 0 && b->vlan != e->vlan;
	int len = b->len - (b->vlan >= 0 && !tagged ? 4 : 0);
	__u8 *to = frame;

	memcpy(to, b->dst, ETH_ALEN);
	memcpy(to + ETH_ALEN, b->src, ETH_ALEN);
	to += 2 * ETH_ALEN;
	if (b->outer >= 0) {
		to = put16(to, ETH_P_8021AD);
		to = put16(to, b->outer);
	}
	if (tagged) {
		to = put16(to, ETH_P_8021Q);
		to = put16(to, b->vlan);
	}
	to = put16(to, b->type);
	to = put32(to, MAGIC);
	to = put32(to, id);
	while (to < frame + len) {
		*to = (frame + len - to) * 7 + id;
		to++;
	}
	return len;
}

const __u8 *find_mark(const __u8 *frame, int len)
{
	const __u8 *at = frame + 2 * ETH_ALEN;
	int type;

	while (at + 2 + MARK_LEN <= frame + len) {
		type = at[0] << 8 | at[1];
		if (type != ETH_P_8021Q && type != ETH_P_8021AD)
			return get32(at + 2) == MAGIC ? at + 2 : NULL;
		at += 4;
	}
	return NULL;
}

const struct batch *find_batch(__u32 id)
{
	int i;

	for (i = 0; i < n_batches; i++)
		if (id - batches[i].first < batches[i].count)
			return &batches[i];
	return NULL;
}

/* Keeps a copy; NULL when there are too many. */
const struct batch *add_batch(const struct batch *b)
{
	if (n_batches == MAX_BATCHES)
		return NULL;
	batches[n_batches] = *b;
	return &batches[n_batches++];
}

void forget_batches(void)
{
	n_batches = 0;
	first_id = next_id;
}
