// SPDX-License-Identifier: GPL-2.0
/*
 * rawswitch - a switch in user space, on packet sockets
 *
 *   rawswitch PDEV HOSTMAC [VIF MAC]...
 *
 * What a program can do that may only open packet sockets: frames of the wire
 * go to the vif of their destination, those of a vif to another vif or the
 * wire. Broadcasts go everywhere else. The host's own frames do not get to
 * vifs: a packet socket cannot keep them from the wire. Prints a line when it
 * works.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/ether.h>
#include <sys/socket.h>

#define AT_ONCE		64
#define MAX_FRAME	9216
#define MAX_PORTS	65

/* Port 0 is the wire, and its address that of the host. */
static struct port {
	struct ether_addr mac;
	int fd;
} ports[MAX_PORTS];

static int n_ports;
static unsigned char frames[AT_ONCE][MAX_FRAME];

static void die(const char *what)
{
	fprintf(stderr, "rawswitch: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* All that arrives, and nothing that is sent */
static void open_port(struct port *port, const char *dev, const char *mac)
{
	struct sockaddr_ll addr = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = if_nametoindex(dev),
	};
	struct packet_mreq mreq = {
		.mr_ifindex = addr.sll_ifindex,
		.mr_type = PACKET_MR_PROMISC,
	};
	int one = 1, room = 8 << 20;

	if (!ether_aton_r(mac, &port->mac))
		die(mac);
	port->fd = socket(AF_PACKET, SOCK_RAW, 0);
	if (port->fd < 0 ||
	    setsockopt(port->fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &one,
		       sizeof(one)) ||
	    setsockopt(port->fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &mreq,
		       sizeof(mreq)) ||
	    setsockopt(port->fd, SOL_SOCKET, SO_RCVBUFFORCE, &room,
		       sizeof(room)) ||
	    bind(port->fd, (void *)&addr, sizeof(addr)))
		die(dev);
}

static int find_port(const unsigned char *mac)
{
	int i;

	for (i = 0; i < n_ports; i++)
		if (!memcmp(&ports[i].mac, mac, ETH_ALEN))
			return i;
	return -1;
}

/* The sockets of the others lose what they have no room for, as a NIC does. */
static void put(int to, const void *frame, size_t len)
{
	if (send(ports[to].fd, frame, len, 0) < 0 && errno != ENOBUFS &&
	    errno != EMSGSIZE)
		die("send");
}

static void forward(int from, const unsigned char *frame, size_t len)
{
	int i, to;

	if (frame[0] & 1) {
		for (i = 0; i < n_ports; i++)
			if (i != from)
				put(i, frame, len);
		return;
	}
	to = find_port(frame);
	if (to > 0 && to != from)
		put(to, frame, len);
	else if (to < 0 && from)
		put(0, frame, len);
}

static void serve(int from)
{
	static struct mmsghdr msgs[AT_ONCE];
	static struct iovec iovs[AT_ONCE];
	int i, n;

	for (i = 0; i < AT_ONCE; i++) {
		iovs[i] = (struct iovec){ frames[i], MAX_FRAME };
		msgs[i].msg_hdr = (struct msghdr){
			.msg_iov = &iovs[i],
			.msg_iovlen = 1,
		};
	}
	n = recvmmsg(ports[from].fd, msgs, AT_ONCE, MSG_DONTWAIT, NULL);
	if (n < 0 && errno != EAGAIN && errno != ENETDOWN)
		die("recvmmsg");
	for (i = 0; i < n; i++)
		forward(from, frames[i], msgs[i].msg_len);
}

int main(int argc, char **argv)
{
	struct pollfd pfds[MAX_PORTS];
	int i;

	if (argc < 3 || argc % 2 == 0 || argc > 2 * MAX_PORTS + 1) {
		fprintf(stderr, "usage: see the head of the source\n");
		return 2;
	}
	for (i = 1; i < argc; i += 2) {
		open_port(&ports[n_ports], argv[i], argv[i + 1]);
		pfds[n_ports].fd = ports[n_ports].fd;
		pfds[n_ports++].events = POLLIN;
	}
	puts("ready");
	fflush(stdout);
	while (poll(pfds, n_ports, -1) > 0)
		for (i = 0; i < n_ports; i++)
			if (pfds[i].revents)
				serve(i);
	die("poll");
}
