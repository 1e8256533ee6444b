// SPDX-License-Identifier: GPL-2.0
/*
 * Sending and receiving frames, each with a number of its own
 *
 * How it knows that nothing more is coming is said in barrier.h.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/if_tun.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "barrier.h"
#include "model_ends.h"
#include "model_kernel.h"
#include "network.h"

#define ETHERTYPE_TEST	0x88b5		/* for local experiments */
#define MAGIC		0x766d646c
#define FRAME_LEN	60
#define ROOM		256
#define HOPS		4		/* more than there are on any way */

enum kind { CLOSED, LINK, STACK, TAP };

struct end {
	enum kind kind;
	int rx;
	int tx;
	int ifindex;
	int vlan_ifindex;	/* of the host's VLAN device, 0 for none */
};

static struct end ends[ENDS];
static struct sent batch[MAX_BATCH];
static int n_batch;
static uint32_t first_id = 1;

/* --- frames -------------------------------------------------------------- */

static int build(const struct frame *f, bool tagged, uint32_t id,
		 uint8_t *frame)
{
	int len = FRAME_LEN + (tagged ? TAG_LEN : 0);
	uint8_t *to = frame;

	mac_to_bytes(f->dst, to);
	mac_to_bytes(f->src, to + ETH_ALEN);
	to += 2 * ETH_ALEN;
	if (tagged) {
		to = put16(to, ETH_P_8021Q);
		to = put16(to, f->vlan);
	}
	to = put16(to, ETHERTYPE_TEST);
	to = put32(to, MAGIC);
	to = put32(to, id);
	memset(to, id, frame + len - to);
	return len;
}

/* Behind the header, if it is one of ours */
static const uint8_t *find_mark(const uint8_t *frame, int len)
{
	const uint8_t *at = frame + 2 * ETH_ALEN;

	if (len >= FRAME_LEN && (at[0] << 8 | at[1]) == ETH_P_8021Q)
		at += TAG_LEN;
	if (len < FRAME_LEN || (at[0] << 8 | at[1]) != ETHERTYPE_TEST ||
	    get32(at + 2) != MAGIC)
		return NULL;
	return at + 6;
}

static void wrong(struct sent *s, int end, const char *what)
{
	s->wrong = what;
	s->wrong_at = end;
}

static void arrived(int end, const uint8_t *frame, int len, bool untagged)
{
	const uint8_t *mark = find_mark(frame, len);
	uint8_t want[ROOM];
	struct sent *s;
	uint32_t id;

	if (!mark)
		return;
	id = get32(mark);
	if (id - first_id >= (uint32_t)n_batch) {
		printf("# a frame of an earlier operation came late\n");
		wrong(&batch[0], end, "a frame came late");
		return;
	}
	s = &batch[id - first_id];
	if (s->got & SET(end))
		wrong(s, end, "a second copy");
	s->got |= SET(end);
	if (build(&s->frame, s->frame.vlan && !untagged, id, want) != len ||
	    memcmp(frame, want, len))
		wrong(s, end, "an altered frame");
}

/* --- receiving ----------------------------------------------------------- */

/* Returns false when there is nothing to receive. */
static bool receive_packet(struct end *e)
{
	uint8_t frame[ROOM + TAG_LEN];
	char control[CMSG_SPACE(sizeof(struct tpacket_auxdata))];
	struct sockaddr_ll from;
	struct iovec iov = { .iov_base = frame, .iov_len = ROOM };
	struct msghdr msg = {
		.msg_name = &from, .msg_namelen = sizeof(from),
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	bool vlan_device;
	int len;

	len = recvmsg(e->rx, &msg, MSG_DONTWAIT);
	/* The device went down, which the socket survives. */
	if (len < 0)
		return errno == ENETDOWN;
	if (from.sll_pkttype == PACKET_OUTGOING || len < ETH_HLEN)
		return true;
	vlan_device = e->vlan_ifindex && from.sll_ifindex == e->vlan_ifindex;
	if (e->kind == STACK && from.sll_pkttype == PACKET_OTHERHOST)
		return true;
	if (from.sll_ifindex != e->ifindex && !vlan_device)
		return true;
	arrived(e - ends, frame, retag(frame, len, &msg), vlan_device);
	return true;
}

static bool receive_tap(struct end *e)
{
	uint8_t frame[ROOM];
	int len = read(e->rx, frame, sizeof(frame));

	if (len > 0)
		arrived(e - ends, frame, len, false);
	return len > 0;
}

static void drain(void)
{
	struct end *e;

	for (e = ends; e < ends + ENDS; e++)
		while (e->kind != CLOSED &&
		       (e->kind == TAP ? receive_tap(e) : receive_packet(e)))
			;
}

void ends_barrier(void)
{
	if (pass_barrier(HOPS, NULL))
		die("barrier");
}

struct sent *ends_collect(int *n)
{
	ends_barrier();
	drain();
	*n = n_batch;
	first_id += n_batch;
	n_batch = 0;
	return batch;
}

/* --- sending ------------------------------------------------------------- */

/* What the kernel refuses because a device is down is sent, and did not arrive.
 */
void end_send(const struct frame *f)
{
	struct end *e = &ends[f->from];
	struct sockaddr_ll addr = {
		.sll_family = AF_PACKET, .sll_ifindex = e->ifindex,
	};
	uint32_t id = first_id + n_batch;
	uint8_t frame[ROOM];
	int len, ret;

	batch[n_batch++] = (struct sent){ .frame = *f };
	len = build(f, f->vlan, id, frame);
	ret = e->kind == TAP ? write(e->tx, frame, len) :
	      sendto(e->tx, frame, len, 0, (void *)&addr, sizeof(addr));
	if (ret < 0 && errno != ENETDOWN && errno != ENOBUFS && errno != EIO)
		die("send");
}

/* --- opening ------------------------------------------------------------- */

static void open_device(struct end *e, enum kind k, int netns, int ifindex)
{
	if (setns(netns, CLONE_NEWNET))
		die("setns");
	e->kind = k;
	e->ifindex = ifindex;
	/* A stack's socket comes after the rx_handler, if it wants one type. */
	e->rx = k == LINK ? open_packet(ETH_P_ALL, ifindex) :
			    open_packet(ETHERTYPE_TEST, 0);
	e->tx = open_packet(0, 0);
	if (e->rx < 0 || e->tx < 0)
		die("packet socket");
	if (enter_own_netns())
		die("setns");
}

void end_open_link(int end, int netns, int ifindex)
{
	open_device(&ends[end], LINK, netns, ifindex);
}

void end_open_stack(int netns, int ifindex)
{
	open_device(&ends[HOST], STACK, netns, ifindex);
}

void end_set_stack(int ifindex, int vlan_ifindex)
{
	ends[HOST].ifindex = ifindex;
	ends[HOST].vlan_ifindex = vlan_ifindex;
}

void end_open_tap(int end, const char *name)
{
	struct end *e = &ends[end];

	e->kind = TAP;
	e->rx = open_tap(name, false);
	e->tx = e->rx;
	if (e->rx < 0 || ioctl(e->rx, TUNSETPERSIST, 1) < 0)
		die("tap");
}

void end_close(int end)
{
	struct end *e = &ends[end];

	if (e->kind == CLOSED)
		return;
	if (e->tx != e->rx)
		close(e->tx);
	close(e->rx);
	e->kind = CLOSED;
}

void ends_open(void)
{
	if (open_barrier())
		die("barrier");
}
