// SPDX-License-Identifier: GPL-2.0
/*
 * frames_barrier.c - until nothing is under way
 *
 * A veth pair, and the sockets on it, in a namespace without anything else.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <linux/if_link.h>
#include <linux/if_packet.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "frames.h"

#define ROUNDS		12

static int barrier_fd[2];
static struct sockaddr_ll barrier_addr;

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

void open_barrier(void)
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
	if (enter_own_netns())
		die("setns");
}

/* Wait until everything under way has arrived where it goes. */
void barrier(void)
{
	__u8 frame[ETH_ZLEN] = { 2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1 };
	struct pollfd pfd = { .fd = barrier_fd[1], .events = POLLIN };
	int i;

	put16(frame + 2 * ETH_ALEN, ETHERTYPE_TEST);
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
