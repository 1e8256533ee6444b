// SPDX-License-Identifier: GPL-2.0
/* frames_ends.c - where frames are sent and received */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "frames.h"

/*
 * link is bound to the device and sees everything there, stack to the test's
 * EtherType alone: such sockets come after the rx_handler.
 */
static int open_device(struct end *e)
{
	e->rx = e->kind == LINK ? open_packet(ETH_P_ALL, e->ifindex) :
				  open_packet(ETHERTYPE_TEST, 0);
	e->tx = open_packet(0, e->ifindex);
	return e->rx < 0 || e->tx < 0 ? -1 : 0;
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

int open_end(struct end *e, const char *netns, const char *device)
{
	int ret = -1;

	if (strcmp(netns, "-") && enter_netns(netns))
		return -1;
	e->ifindex = if_nametoindex(device);
	if (!e->ifindex || device_addr(device, e->addr))
		goto out;
	if (e->kind == TAP) {
		e->rx = open_tap(device, e->vnet_hdr);
		e->tx = e->rx;
		ret = e->rx < 0 ? -1 : 0;
	} else {
		ret = open_device(e);
	}
out:
	if (enter_own_netns())
		die("setns");
	return ret;
}

void close_end(struct end *e)
{
	if (e->tx != e->rx)
		close(e->tx);
	close(e->rx);
}

int send_frame(struct end *e, const __u8 *frame, int len)
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
