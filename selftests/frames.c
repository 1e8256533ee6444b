// SPDX-License-Identifier: GPL-2.0
/*
 * frames - send Ethernet frames from some ends of a test network, and say
 * exactly which of them arrived at which ends
 *
 * Reads commands from standard input, a line each, and answers each with one
 * line: "ok ..." or "error ...".
 *
 *   end NAME NETNS DEVICE link|stack|tap [vnet_hdr] [vlan=ID]
 *	NAME is a place where frames are sent and received. NETNS is a name
 *	below /run/netns, or - for the one that this program started in.
 *	link:  a station's NIC, everything that arrives there
 *	stack: what the network stack gets to see on that device, after VLAN
 *	       devices and rx_handlers have taken theirs, other stations'
 *	       frames not counted
 *	tap:   the guest's side of a tap (vnet_hdr: with that header)
 *	vlan:  the device is a VLAN device: a frame has the tag at every end
 *	       but this
 *   drop NAME
 *	Closes it; a tap loses its carrier.
 *   mac NAME ADDR
 *	Names an address. An end is named with its device's own at first.
 *   send NAME DST [src=S] [count=N] [vlan=ID] [outer=ID] [type=HEX] [len=L]
 *	DST and S are addresses or their names; S is the end's own unless
 *	given. outer is an 802.1ad tag before vlan. L counts everything but the
 *	FCS, 60 at least unless it is given.
 *   expect [NAME[:N]]...
 *	Whether the frames sent since the last expect or count have arrived at
 *	each end named (all of them, or N), once each, in order, unaltered, and
 *	none of them at any other end.
 *   count
 *	How many of them arrived at each end: "ok NAME=N ...".
 *
 * How it knows that nothing more is coming. Everything runs on one CPU, whose
 * backlog keeps the order: a frame of our own, sent round a veth pair in a
 * namespace of our own after the others, comes back only after each of the
 * others has made its next hop. Some rounds of that are more hops than there
 * are.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_link.h>
#include <linux/if_packet.h>
#include <linux/if_tun.h>
#include <linux/rtnetlink.h>
#include <linux/types.h>
#include <linux/veth.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define ETHERTYPE_TEST	0x88b5		/* for local experiments */
#define MAGIC		0x7669666d
#define MARK_LEN	8		/* magic and id */
#define MAX_FRAME	65536
#define MAX_ENDS	24
#define MAX_MACS	64
#define MAX_BATCHES	512
#define ROUNDS		12
#define PATIENCE_MS	patience_ms()
#define VNET_HDR_LEN	10
#define RCVBUF		(64 << 20)

/* How long a frame may take; in-vm.sh knows how slow the kernel is. */
static inline int patience_ms(void)
{
	const char *factor = getenv("VIFMAP_PATIENCE");

	return 5000 * (factor ? atoi(factor) : 1);
}

enum kind { LINK, STACK, TAP };

struct mac {
	char name[32];
	__u8 addr[ETH_ALEN];
};

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

static struct end ends[MAX_ENDS];
static int n_ends;
static struct mac macs[MAX_MACS];
static int n_macs;
static struct batch batches[MAX_BATCHES];
static int n_batches;
static __u32 first_id = 1, next_id = 1;
static int own_netns, barrier_fd[2];
static struct sockaddr_ll barrier_addr;

static void answer(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
	fflush(stdout);
}

static void die(const char *what)
{
	answer("error %s: %s", what, strerror(errno));
	exit(1);
}

static long long now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000LL + ts.tv_nsec / 1000000;
}

/* Addresses and names */

static int parse_addr(const char *text, __u8 *addr)
{
	char rest;

	return sscanf(text, "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx%c", &addr[0],
		      &addr[1], &addr[2], &addr[3], &addr[4], &addr[5],
		      &rest) == ETH_ALEN;
}

static struct mac *find_mac(const char *name)
{
	int i;

	for (i = 0; i < n_macs; i++)
		if (!strcmp(macs[i].name, name))
			return &macs[i];
	return NULL;
}

static int get_addr(const char *text, __u8 *addr)
{
	struct mac *mac = find_mac(text);

	if (!mac)
		return parse_addr(text, addr);
	memcpy(addr, mac->addr, ETH_ALEN);
	return 1;
}

static int name_mac(const char *name, const __u8 *addr)
{
	struct mac *mac = find_mac(name);

	if (!mac) {
		if (n_macs == MAX_MACS)
			return 0;
		mac = &macs[n_macs++];
		snprintf(mac->name, sizeof(mac->name), "%s", name);
	}
	memcpy(mac->addr, addr, ETH_ALEN);
	return 1;
}

static struct end *find_end(const char *name)
{
	int i;

	for (i = 0; i < n_ends; i++)
		if (!strcmp(ends[i].name, name))
			return &ends[i];
	return NULL;
}

/* The frames themselves */

static void put16(__u8 **to, int value)
{
	*(*to)++ = value >> 8;
	*(*to)++ = value;
}

static void put32(__u8 **to, __u32 value)
{
	put16(to, value >> 16);
	put16(to, value);
}

static __u32 get32(const __u8 *from)
{
	return (__u32)from[0] << 24 | from[1] << 16 | from[2] << 8 |
	       from[3];
}

/* As it looks at end @e */
static int build(const struct batch *b, __u32 id, const struct end *e,
		 __u8 *frame)
{
	int tagged = b->vlan >= 0 && b->vlan != e->vlan;
	int len = b->len - (b->vlan >= 0 && !tagged ? 4 : 0);
	__u8 *to = frame;

	memcpy(to, b->dst, ETH_ALEN);
	memcpy(to + ETH_ALEN, b->src, ETH_ALEN);
	to += 2 * ETH_ALEN;
	if (b->outer >= 0) {
		put16(&to, ETH_P_8021AD);
		put16(&to, b->outer);
	}
	if (tagged) {
		put16(&to, ETH_P_8021Q);
		put16(&to, b->vlan);
	}
	put16(&to, b->type);
	put32(&to, MAGIC);
	put32(&to, id);
	while (to < frame + len) {
		*to = (frame + len - to) * 7 + id;
		to++;
	}
	return len;
}

static const __u8 *find_mark(const __u8 *frame, int len)
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

static const struct batch *find_batch(__u32 id)
{
	int i;

	for (i = 0; i < n_batches; i++)
		if (id - batches[i].first < batches[i].count)
			return &batches[i];
	return NULL;
}

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
	if (!b || len != build(b, id, e, model) || memcmp(frame, model, len))
		wrong(e, "an altered frame", frame, len);
	if (pkt_type >= 0 && pkt_type != right_pkt_type(e, frame))
		wrong(e, "a wrong packet type", frame, len);
}

/* Receiving */

/* Put the tag that the kernel keeps beside the frame back in its place. */
static int retag(__u8 *frame, int len, struct msghdr *msg)
{
	struct tpacket_auxdata aux;
	struct cmsghdr *cmsg;
	__u8 *to;

	for (cmsg = CMSG_FIRSTHDR(msg); cmsg; cmsg = CMSG_NXTHDR(msg, cmsg)) {
		if (cmsg->cmsg_level != SOL_PACKET ||
		    cmsg->cmsg_type != PACKET_AUXDATA)
			continue;
		memcpy(&aux, CMSG_DATA(cmsg), sizeof(aux));
		if (!(aux.tp_status & TP_STATUS_VLAN_VALID))
			continue;
		to = frame + 2 * ETH_ALEN;
		memmove(to + 4, to, len - 2 * ETH_ALEN);
		put16(&to, aux.tp_status & TP_STATUS_VLAN_TPID_VALID ?
			   aux.tp_vlan_tpid : ETH_P_8021Q);
		put16(&to, aux.tp_vlan_tci);
		len += 4;
	}
	return len;
}

/* Returns 0 when there is nothing to receive. */
static int receive_packet(struct end *e)
{
	static __u8 frame[MAX_FRAME + 4];
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

static void drain(void)
{
	struct end *e;

	for (e = ends; e < ends + n_ends; e++)
		while (e->kind == TAP ? receive_tap(e) : receive_packet(e))
			;
}

static void check_overflow(struct end *e)
{
	struct tpacket_stats stats;
	socklen_t len = sizeof(stats);

	if (e->kind != TAP &&
	    !getsockopt(e->rx, SOL_PACKET, PACKET_STATISTICS, &stats, &len) &&
	    stats.tp_drops)
		snprintf(e->wrong, sizeof(e->wrong),
			 "the socket lost %u frames", stats.tp_drops);
}

/* Wait until everything under way has arrived where it goes. */
static void barrier(void)
{
	__u8 frame[ETH_ZLEN] = { 2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1 };
	struct pollfd pfd = { .fd = barrier_fd[1], .events = POLLIN };
	__u8 *type = frame + 2 * ETH_ALEN;
	int i;

	put16(&type, ETHERTYPE_TEST);
	for (i = 0; i < ROUNDS; i++) {
		if (sendto(barrier_fd[0], frame, sizeof(frame), 0,
			   (void *)&barrier_addr, sizeof(barrier_addr)) < 0)
			die("sentinel: send");
		if (poll(&pfd, 1, 2 * PATIENCE_MS) != 1)
			die("sentinel: nothing came back");
		recv(barrier_fd[1], frame, sizeof(frame), MSG_TRUNC);
		drain();
	}
}

static void wait_readable(int ms)
{
	struct pollfd pfds[MAX_ENDS];
	int i;

	for (i = 0; i < n_ends; i++)
		pfds[i] = (struct pollfd){ ends[i].rx, POLLIN, 0 };
	poll(pfds, n_ends, ms);
}

static void start_afresh(void)
{
	struct end *e;

	for (e = ends; e < ends + n_ends; e++) {
		e->got = 0;
		e->next = 0;
		e->wrong[0] = 0;
	}
	n_batches = 0;
	first_id = next_id;
}

/* Opening ends */

static int enter_netns(const char *name)
{
	char path[128];
	int fd, ret;

	if (!strcmp(name, "-"))
		return setns(own_netns, CLONE_NEWNET);
	snprintf(path, sizeof(path), "/run/netns/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	ret = setns(fd, CLONE_NEWNET);
	close(fd);
	return ret;
}

static int packet_socket(int protocol)
{
	int size = RCVBUF, one = 1;
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(protocol));

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	setsockopt(fd, SOL_PACKET, PACKET_AUXDATA, &one, sizeof(one));
	return fd;
}

static int bind_packet(int fd, int protocol, int ifindex)
{
	struct sockaddr_ll addr = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(protocol),
		.sll_ifindex = ifindex,
	};

	return bind(fd, (void *)&addr, sizeof(addr));
}

static int open_tap(struct end *e, const char *device)
{
	struct ifreq ifr = { .ifr_flags = IFF_TAP | IFF_NO_PI };

	if (e->vnet_hdr)
		ifr.ifr_flags |= IFF_VNET_HDR;
	snprintf(ifr.ifr_name, IFNAMSIZ, "%s", device);
	e->rx = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (e->rx < 0 || ioctl(e->rx, TUNSETIFF, &ifr) < 0)
		return -1;
	e->tx = e->rx;
	return 0;
}

/*
 * link is bound to the device and sees everything there, stack to the test's
 * EtherType alone: such sockets come after the rx_handler.
 */
static int open_packet(struct end *e)
{
	int protocol = e->kind == STACK ? ETHERTYPE_TEST : 0;

	e->rx = packet_socket(protocol);
	e->tx = packet_socket(0);
	if (e->rx < 0 || e->tx < 0 || bind_packet(e->tx, 0, e->ifindex))
		return -1;
	if (e->kind == LINK && bind_packet(e->rx, ETH_P_ALL, e->ifindex))
		return -1;
	return 0;
}

static int device_addr(const char *device, __u8 *addr)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq ifr = { 0 };
	int ret;

	snprintf(ifr.ifr_name, IFNAMSIZ, "%s", device);
	ret = ioctl(fd, SIOCGIFHWADDR, &ifr);
	memcpy(addr, ifr.ifr_hwaddr.sa_data, ETH_ALEN);
	close(fd);
	return ret;
}

static int open_end(struct end *e, const char *netns, const char *device)
{
	int ret = -1;

	if (enter_netns(netns))
		return -1;
	e->ifindex = if_nametoindex(device);
	if (!e->ifindex || device_addr(device, e->addr))
		goto out;
	ret = e->kind == TAP ? open_tap(e, device) : open_packet(e);
out:
	if (setns(own_netns, CLONE_NEWNET))
		die("setns");
	return ret;
}

/* A veth pair, and the sockets on it, in a namespace without anything else */

static struct rtattr *add_attr(struct nlmsghdr *nlh, int type,
			       const void *data, int len)
{
	struct rtattr *rta = (void *)nlh + NLMSG_ALIGN(nlh->nlmsg_len);

	rta->rta_type = type;
	rta->rta_len = RTA_LENGTH(len);
	memcpy(RTA_DATA(rta), data, len);
	nlh->nlmsg_len = NLMSG_ALIGN(nlh->nlmsg_len) + RTA_SPACE(len);
	return rta;
}

static void end_nest(struct nlmsghdr *nlh, struct rtattr *nest)
{
	nest->rta_len = (void *)nlh + nlh->nlmsg_len - (void *)nest;
}

static int request(int fd, struct nlmsghdr *nlh)
{
	char reply[4096];
	struct nlmsgerr *err = NLMSG_DATA((struct nlmsghdr *)reply);

	nlh->nlmsg_flags |= NLM_F_REQUEST | NLM_F_ACK;
	if (send(fd, nlh, nlh->nlmsg_len, 0) < 0 ||
	    recv(fd, reply, sizeof(reply), 0) < (int)NLMSG_LENGTH(sizeof(*err)))
		return -1;
	errno = -err->error;
	return err->error;
}

static int create_pair(int fd)
{
	struct {
		struct nlmsghdr nlh;
		struct ifinfomsg ifi;
		char attrs[256];
	} req = {
		.nlh.nlmsg_len = NLMSG_LENGTH(sizeof(struct ifinfomsg)),
		.nlh.nlmsg_type = RTM_NEWLINK,
		.nlh.nlmsg_flags = NLM_F_CREATE | NLM_F_EXCL,
	};
	struct ifinfomsg peer = { 0 };
	struct rtattr *info, *data, *nest;

	add_attr(&req.nlh, IFLA_IFNAME, "b0", 3);
	info = add_attr(&req.nlh, IFLA_LINKINFO, "", 0);
	add_attr(&req.nlh, IFLA_INFO_KIND, "veth", 4);
	data = add_attr(&req.nlh, IFLA_INFO_DATA, "", 0);
	nest = add_attr(&req.nlh, VETH_INFO_PEER, &peer, sizeof(peer));
	add_attr(&req.nlh, IFLA_IFNAME, "b1", 3);
	end_nest(&req.nlh, nest);
	end_nest(&req.nlh, data);
	end_nest(&req.nlh, info);
	return request(fd, &req.nlh);
}

static int set_up(const char *device)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq ifr = { .ifr_flags = IFF_UP };
	int ret;

	snprintf(ifr.ifr_name, IFNAMSIZ, "%s", device);
	ret = ioctl(fd, SIOCSIFFLAGS, &ifr);
	close(fd);
	return ret;
}

static void open_barrier(void)
{
	int fd;

	if (unshare(CLONE_NEWNET))
		die("sentinel: namespace");
	fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	if (fd < 0 || create_pair(fd) || set_up("b0") || set_up("b1"))
		die("sentinel: veth");
	close(fd);
	barrier_addr.sll_family = AF_PACKET;
	barrier_addr.sll_ifindex = if_nametoindex("b0");
	barrier_fd[0] = packet_socket(0);
	barrier_fd[1] = packet_socket(0);
	if (barrier_fd[0] < 0 || barrier_fd[1] < 0 ||
	    bind_packet(barrier_fd[1], ETHERTYPE_TEST, if_nametoindex("b1")))
		die("sentinel: socket");
	if (setns(own_netns, CLONE_NEWNET))
		die("setns");
}

/* Commands */

static void cmd_end(char **words, int n)
{
	static const char *const kinds[] = { "link", "stack", "tap" };
	struct end *e = &ends[n_ends];
	unsigned int i;

	if (n < 5 || n_ends == MAX_ENDS || find_end(words[1])) {
		answer("error no such end is possible");
		return;
	}
	memset(e, 0, sizeof(*e));
	snprintf(e->name, sizeof(e->name), "%s", words[1]);
	for (i = 0; i < ARRAY_SIZE(kinds); i++)
		if (!strcmp(words[4], kinds[i]))
			break;
	if (i == ARRAY_SIZE(kinds)) {
		answer("error no kind %s", words[4]);
		return;
	}
	e->kind = i;
	e->vlan = -1;
	for (i = 5; i < (unsigned int)n; i++) {
		if (!strcmp(words[i], "vnet_hdr"))
			e->vnet_hdr = VNET_HDR_LEN;
		else if (!strncmp(words[i], "vlan=", 5))
			e->vlan = atoi(words[i] + 5);
	}
	if (open_end(e, words[2], words[3])) {
		answer("error end %s: %s", words[1], strerror(errno));
		return;
	}
	if (!find_mac(e->name))
		name_mac(e->name, e->addr);
	n_ends++;
	answer("ok");
}

static void cmd_drop(char **words, int n)
{
	struct end *e = n > 1 ? find_end(words[1]) : NULL;

	if (!e) {
		answer("error no such end");
		return;
	}
	if (e->tx != e->rx)
		close(e->tx);
	close(e->rx);
	*e = ends[--n_ends];
	answer("ok");
}

static void cmd_mac(char **words, int n)
{
	__u8 addr[ETH_ALEN];

	if (n == 3 && get_addr(words[2], addr) && name_mac(words[1], addr))
		answer("ok");
	else
		answer("error mac NAME ADDR");
}

static int parse_option(struct batch *b, const char *word)
{
	const char *value = strchr(word, '=');

	if (!value++)
		return 0;
	if (!strncmp(word, "src=", 4))
		return get_addr(value, b->src);
	if (!strncmp(word, "count=", 6))
		b->count = atoi(value);
	else if (!strncmp(word, "vlan=", 5))
		b->vlan = atoi(value);
	else if (!strncmp(word, "outer=", 6))
		b->outer = atoi(value);
	else if (!strncmp(word, "type=", 5))
		b->type = strtol(value, NULL, 16);
	else if (!strncmp(word, "len=", 4))
		b->len = atoi(value);
	else
		return 0;
	return 1;
}

static int parse_batch(struct batch *b, struct end *e, char **words, int n)
{
	int i;

	*b = (struct batch){
		.outer = -1, .vlan = e->vlan, .type = ETHERTYPE_TEST,
		.count = 1, .first = next_id,
	};
	memcpy(b->src, find_mac(e->name)->addr, ETH_ALEN);
	if (!get_addr(words[2], b->dst))
		return 0;
	for (i = 3; i < n; i++)
		if (!parse_option(b, words[i]))
			return 0;
	if (!b->len)
		b->len = ETH_ZLEN + 4 * ((b->vlan >= 0) + (b->outer >= 0));
	return b->len >= ETH_HLEN && b->len <= MAX_FRAME;
}

static int send_frame(struct end *e, const __u8 *frame, int len)
{
	__u8 with_hdr[MAX_FRAME + VNET_HDR_LEN];

	if (e->kind != TAP)
		return send(e->tx, frame, len, 0);
	if (!e->vnet_hdr)
		return write(e->tx, frame, len);
	memset(with_hdr, 0, VNET_HDR_LEN);
	memcpy(with_hdr + VNET_HDR_LEN, frame, len);
	return write(e->tx, with_hdr, len + VNET_HDR_LEN);
}

/* What the kernel itself drops on the way out is sent, and did not arrive. */
static void cmd_send(char **words, int n)
{
	static __u8 frame[MAX_FRAME + 64];
	struct end *e = n > 2 ? find_end(words[1]) : NULL;
	struct batch *b = &batches[n_batches];
	__u32 i;
	int len;

	if (!e || n_batches == MAX_BATCHES || !parse_batch(b, e, words, n)) {
		answer("error send: what?");
		return;
	}
	n_batches++;
	for (i = 0; i < b->count; i++) {
		len = build(b, b->first + i, e, frame);
		/* Ids stay unique, whatever becomes of the frame. */
		next_id = b->first + i + 1;
		if (send_frame(e, frame, len) < 0 && errno != ENOBUFS) {
			answer("error send %s: %s", words[1], strerror(errno));
			return;
		}
		if (i % 32 == 31)
			drain();
	}
	answer("ok %u", b->count);
}

/* Wanted of each end, -1 for a word that makes no sense */
static int parse_wants(char **words, int n, __u32 *want)
{
	struct end *e;
	char *colon;
	int i;

	memset(want, 0, MAX_ENDS * sizeof(*want));
	for (i = 1; i < n; i++) {
		colon = strchr(words[i], ':');
		if (colon)
			*colon++ = 0;
		e = find_end(words[i]);
		if (!e)
			return -1;
		want[e - ends] = colon ? (__u32)atoi(colon) :
					 next_id - first_id;
	}
	return 0;
}

static int short_of(const __u32 *want)
{
	int i;

	for (i = 0; i < n_ends; i++)
		if (ends[i].got < want[i])
			return 1;
	return 0;
}

static void cmd_expect(char **words, int n)
{
	long long deadline = now_ms() + PATIENCE_MS;
	char text[4096] = "";
	__u32 want[MAX_ENDS];
	int at = 0, i;

	if (parse_wants(words, n, want)) {
		answer("error expect: no such end");
		return;
	}
	barrier();
	while (short_of(want) && now_ms() < deadline) {
		wait_readable(PATIENCE_MS / 10);
		barrier();
	}
	for (i = 0; i < n_ends; i++) {
		check_overflow(&ends[i]);
		if (ends[i].got != want[i])
			at += snprintf(text + at, sizeof(text) - at,
				       " %s got %u instead of %u;",
				       ends[i].name, ends[i].got, want[i]);
		if (ends[i].wrong[0])
			at += snprintf(text + at, sizeof(text) - at,
				       " %s got %s;", ends[i].name,
				       ends[i].wrong);
	}
	start_afresh();
	answer(at ? "error%s" : "ok%s", text);
}

static void cmd_count(void)
{
	int i;

	barrier();
	printf("ok");
	for (i = 0; i < n_ends; i++) {
		printf(" %s=%u", ends[i].name, ends[i].got);
		check_overflow(&ends[i]);
		if (ends[i].wrong[0])
			printf(" (%s got %s)", ends[i].name, ends[i].wrong);
	}
	start_afresh();
	answer(" ");
}

static void command(char *line)
{
	char *words[64];
	int n = 0;

	for (line = strtok(line, " \t\n"); line; line = strtok(NULL, " \t\n"))
		if (n < (int)ARRAY_SIZE(words))
			words[n++] = line;
	if (!n)
		answer("error an empty line");
	else if (!strcmp(words[0], "end"))
		cmd_end(words, n);
	else if (!strcmp(words[0], "drop"))
		cmd_drop(words, n);
	else if (!strcmp(words[0], "mac"))
		cmd_mac(words, n);
	else if (!strcmp(words[0], "send"))
		cmd_send(words, n);
	else if (!strcmp(words[0], "expect"))
		cmd_expect(words, n);
	else if (!strcmp(words[0], "count"))
		cmd_count();
	else
		answer("error what is %s", words[0]);
}

int main(void)
{
	char line[4096];
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(sched_getcpu(), &cpus);
	if (sched_setaffinity(0, sizeof(cpus), &cpus))
		die("one CPU");
	own_netns = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	if (own_netns < 0)
		die("own namespace");
	open_barrier();
	while (fgets(line, sizeof(line), stdin))
		command(line);
	return 0;
}
