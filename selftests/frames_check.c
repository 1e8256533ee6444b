// SPDX-License-Identifier: GPL-2.0
/* frames_check.c - what arrives */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <linux/if_packet.h>
#include <sys/socket.h>

#include "frames.h"

static void wrong(struct end *e, const char *what, const __u8 *frame,
		  int len)
{
	if (e->wrong[0])
		return;
	snprintf(e->wrong, sizeof(e->wrong),
		 "%s (%d bytes, %02x:%02x:%02x:%02x:%02x:%02x > %02x:%02x:%02x:%02x:%02x:%02x, type %02x%02x)",
		 what, len, frame[6], frame[7], frame[8], frame[9], frame[10],
		 frame[11], frame[0], frame[1], frame[2], frame[3], frame[4],
		 frame[5], frame[12], frame[13]);
}

/* What eth_type_trans() says of a frame that arrives at this end */
static int right_pkt_type(const struct end *e, const __u8 *frame)
{
	static const __u8 broadcast[ETH_ALEN] = {
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff
	};

	if (!memcmp(frame, broadcast, ETH_ALEN))
		return PACKET_BROADCAST;
	if (frame[0] & 1)
		return PACKET_MULTICAST;
	if (!memcmp(frame, e->addr, ETH_ALEN))
		return PACKET_HOST;
	return PACKET_OTHERHOST;
}

/*
 * A guest's NIC gets no frame shorter than a wire allows. The outermost tag,
 * which the kernel keeps beside the frame, does not count.
 */
static int pad(const struct batch *b, const struct end *e, __u8 *frame,
	       int len)
{
	int least = ETH_ZLEN;

	if (b->outer >= 0 || (b->vlan >= 0 && b->vlan != e->vlan))
		least += TAG_LEN;
	if (e->kind != TAP || len >= least)
		return len;
	memset(frame + len, 0, least - len);
	return least;
}

/* @pkt_type: -1 where there is none (taps) */
static void arrived(struct end *e, const __u8 *frame, int len, int pkt_type)
{
	static __u8 model[MAX_FRAME];
	const struct batch *b;
	const __u8 *mark;
	__u32 id;

	mark = find_mark(frame, len);
	if (!mark)
		return;
	id = get32(mark + 4);
	if (id - first_id >= next_id - first_id) {
		wrong(e, "a frame of an earlier test", frame, len);
		return;
	}
	e->got++;
	if (id < e->next)
		wrong(e, "a second copy, or out of order", frame, len);
	else
		e->next = id + 1;
	b = find_batch(id);
	if (!b || len != pad(b, e, model, build(b, id, e, model)) ||
	    memcmp(frame, model, len))
		wrong(e, "an altered frame", frame, len);
	if (pkt_type >= 0 && pkt_type != right_pkt_type(e, frame))
		wrong(e, "a wrong packet type", frame, len);
}

/* Returns 0 when there is nothing to receive. */
static int receive_packet(struct end *e)
{
	static __u8 frame[MAX_FRAME + TAG_LEN];
	char control[CMSG_SPACE(sizeof(struct tpacket_auxdata))];
	struct sockaddr_ll from;
	struct iovec iov = { .iov_base = frame, .iov_len = MAX_FRAME };
	struct msghdr msg = {
		.msg_name = &from, .msg_namelen = sizeof(from),
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	int len = recvmsg(e->rx, &msg, MSG_DONTWAIT);

	if (len < ETH_HLEN)
		return len > 0;
	if (from.sll_ifindex != e->ifindex ||
	    from.sll_pkttype == PACKET_OUTGOING)
		return 1;
	if (e->kind == STACK && from.sll_pkttype == PACKET_OTHERHOST)
		return 1;
	len = retag(frame, len, &msg);
	arrived(e, frame, len, from.sll_pkttype);
	return 1;
}

static int receive_tap(struct end *e)
{
	static __u8 buf[MAX_FRAME + VNET_HDR_LEN];
	int len = read(e->rx, buf, sizeof(buf)) - e->vnet_hdr;

	if (len < ETH_HLEN)
		return len > 0;
	arrived(e, buf + e->vnet_hdr, len, -1);
	return 1;
}

void drain(void)
{
	struct end *e;

	for (e = ends; e < ends + n_ends; e++)
		while (e->kind == TAP ? receive_tap(e) : receive_packet(e))
			;
}

void check_overflow(struct end *e)
{
	struct tpacket_stats stats;
	socklen_t len = sizeof(stats);

	if (e->kind != TAP &&
	    !getsockopt(e->rx, SOL_PACKET, PACKET_STATISTICS, &stats, &len) &&
	    stats.tp_drops)
		snprintf(e->wrong, sizeof(e->wrong),
			 "the socket lost %u frames", stats.tp_drops);
}
