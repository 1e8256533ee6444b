// SPDX-License-Identifier: GPL-2.0
/* network.c - namespaces, sockets, taps, what is in a frame and beside it */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <sys/ioctl.h>

#include "network.h"

#define RCVBUF	(64 << 20)

static int own_netns;

int open_netns(const char *prefix, const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), "/run/netns/%s%s", prefix, name);
	return open(path, O_RDONLY | O_CLOEXEC);
}

int enter_netns(const char *name)
{
	int fd = open_netns("", name);
	int ret;

	if (fd < 0)
		return -1;
	ret = setns(fd, CLONE_NEWNET);
	close(fd);
	return ret;
}

int open_own_netns(void)
{
	own_netns = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	return own_netns;
}

int enter_own_netns(void)
{
	return setns(own_netns, CLONE_NEWNET);
}

int open_packet(int protocol, int ifindex)
{
	struct sockaddr_ll addr = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(protocol),
		.sll_ifindex = ifindex,
	};
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	int size = RCVBUF, one = 1;

	if (fd < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) ||
	    setsockopt(fd, SOL_PACKET, PACKET_AUXDATA, &one, sizeof(one)) ||
	    bind(fd, (void *)&addr, sizeof(addr)))
		return -1;
	return fd;
}

int open_tap(const char *device, bool vnet_hdr)
{
	struct ifreq ifr = { .ifr_flags = IFF_TAP | IFF_NO_PI };
	int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);

	if (vnet_hdr)
		ifr.ifr_flags |= IFF_VNET_HDR;
	snprintf(ifr.ifr_name, IFNAMSIZ, "%s", device);
	if (fd >= 0 && ioctl(fd, TUNSETIFF, &ifr)) {
		close(fd);
		return -1;
	}
	return fd;
}

int connect_to(const char *host, const char *port, int type)
{
	struct addrinfo hints = {
		.ai_socktype = type,
		.ai_flags = AI_NUMERICHOST,
	};
	struct addrinfo *info;
	int fd;

	errno = EINVAL;
	if (getaddrinfo(host, port, &hints, &info))
		return -1;
	fd = socket(info->ai_family, type | SOCK_CLOEXEC, 0);
	if (fd >= 0 && connect(fd, info->ai_addr, info->ai_addrlen)) {
		close(fd);
		fd = -1;
	}
	freeaddrinfo(info);
	return fd;
}

bool parse_addr(const char *text, __u8 *addr)
{
	char rest;

	return sscanf(text, "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx%c", &addr[0],
		      &addr[1], &addr[2], &addr[3], &addr[4], &addr[5],
		      &rest) == ETH_ALEN;
}

__u8 *put16(__u8 *to, int value)
{
	*to++ = value >> 8;
	*to++ = value;
	return to;
}

__u8 *put32(__u8 *to, __u32 value)
{
	return put16(put16(to, value >> 16), value);
}

__u32 get32(const __u8 *from)
{
	return (__u32)from[0] << 24 | from[1] << 16 | from[2] << 8 |
	       from[3];
}

bool find_auxdata(struct msghdr *msg, struct tpacket_auxdata *aux)
{
	struct cmsghdr *cmsg;

	for (cmsg = CMSG_FIRSTHDR(msg); cmsg; cmsg = CMSG_NXTHDR(msg, cmsg)) {
		if (cmsg->cmsg_level != SOL_PACKET ||
		    cmsg->cmsg_type != PACKET_AUXDATA)
			continue;
		memcpy(aux, CMSG_DATA(cmsg), sizeof(*aux));
		return true;
	}
	return false;
}

int retag(__u8 *frame, int len, struct msghdr *msg)
{
	__u8 *to = frame + 2 * ETH_ALEN;
	struct tpacket_auxdata aux;

	if (!find_auxdata(msg, &aux) ||
	    !(aux.tp_status & TP_STATUS_VLAN_VALID))
		return len;
	memmove(to + TAG_LEN, to, len - 2 * ETH_ALEN);
	to = put16(to, aux.tp_status & TP_STATUS_VLAN_TPID_VALID ?
		       aux.tp_vlan_tpid : ETH_P_8021Q);
	put16(to, aux.tp_vlan_tci);
	return len + TAG_LEN;
}
