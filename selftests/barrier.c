// SPDX-License-Identifier: GPL-2.0
/* barrier.c - a frame that goes round after all others */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <linux/if_ether.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "barrier.h"
#include "network.h"
#include "patience.h"

#define ETHERTYPE	0x88b5		/* for local experiments */
#define PATIENCE_MS	with_patience(30000)

static int tx, rx;

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

static int stay_on_one_cpu(void)
{
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(sched_getcpu(), &cpus);
	return sched_setaffinity(0, sizeof(cpus), &cpus);
}

int open_barrier(void)
{
	int fd;

	if (stay_on_one_cpu() || open_own_netns() < 0 || unshare(CLONE_NEWNET))
		return -1;
	fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	/* The one that is sent from comes last: it has a carrier at once. */
	if (fd < 0 || create_pair(fd) || set_up("b1") || set_up("b0"))
		return -1;
	close(fd);
	tx = open_packet(0, if_nametoindex("b0"));
	rx = open_packet(ETHERTYPE, if_nametoindex("b1"));
	return tx < 0 || rx < 0 ? -1 : enter_own_netns();
}

static int send_round(void)
{
	__u8 frame[ETH_ZLEN] = { 2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1 };
	struct pollfd pfd = { .fd = rx, .events = POLLIN };

	put16(frame + 2 * ETH_ALEN, ETHERTYPE);
	if (send(tx, frame, sizeof(frame), 0) < 0)
		return -1;
	errno = ETIMEDOUT;
	if (poll(&pfd, 1, PATIENCE_MS) != 1)
		return -1;
	return recv(rx, frame, sizeof(frame), 0) < 0 ? -1 : 0;
}

int pass_barrier(int hops, void (*drain)(void))
{
	while (hops--) {
		if (send_round())
			return -1;
		if (drain)
			drain();
	}
	return 0;
}
