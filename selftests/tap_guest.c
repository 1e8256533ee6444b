// SPDX-License-Identifier: GPL-2.0
/*
 * tap_guest - a virtual machine in small: a NIC between a tap and a stack
 *
 *   tap_guest TAP NETNS DEVICE ADDR [vnet_hdr] [csum] [tso] [ecn] [uso]
 *
 * Opens the guest's side of TAP, makes the tap DEVICE with the address ADDR in
 * the namespace NETNS, and carries frames between both until it is killed, with
 * their virtio_net_hdr if there is one. The stack of NETNS is the guest's, and
 * both sides may leave to the other what the words say; uso only where the
 * kernel has it, from 6.2 on. Prints a line when the link is up.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/if_ether.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "network.h"

#ifndef TUN_F_USO4
#define TUN_F_USO4	0x20
#define TUN_F_USO6	0x40
#endif

#define MAX_FRAME	(65536 + 64)
#define AT_ONCE		64

static bool vnet_hdr;
static unsigned int offloads;

static void die(const char *what)
{
	fprintf(stderr, "tap_guest: %s: %s\n", what, strerror(errno));
	exit(1);
}

static int set_offloads(int fd)
{
	if (!ioctl(fd, TUNSETOFFLOAD, offloads))
		return 0;
	return ioctl(fd, TUNSETOFFLOAD, offloads & ~(TUN_F_USO4 | TUN_F_USO6));
}

static int open_nic(const char *device)
{
	int fd = open_tap(device, vnet_hdr);

	if (fd < 0)
		die(device);
	if (vnet_hdr && set_offloads(fd))
		die("offloads");
	return fd;
}

static void set_addr(const char *device, const char *addr)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq ifr = { .ifr_hwaddr.sa_family = ARPHRD_ETHER };
	__u8 *to = (__u8 *)ifr.ifr_hwaddr.sa_data;

	snprintf(ifr.ifr_name, IFNAMSIZ, "%s", device);
	if (!parse_addr(addr, to) || ioctl(fd, SIOCSIFHWADDR, &ifr))
		die(addr);
	close(fd);
}

/* As a NIC does, it loses what the other side refuses. */
static void carry(int from, int to)
{
	static char buf[MAX_FRAME];
	ssize_t len;
	int i;

	for (i = 0; i < AT_ONCE; i++) {
		len = read(from, buf, sizeof(buf));
		if (len < 0 && errno == EAGAIN)
			return;
		if (len < 0)
			die("read");
		if (write(to, buf, len) < 0 && errno != EINVAL && errno != EIO)
			die("write");
	}
}

static void parse(const char *word)
{
	if (!strcmp(word, "vnet_hdr"))
		vnet_hdr = true;
	else if (!strcmp(word, "csum"))
		offloads |= TUN_F_CSUM;
	else if (!strcmp(word, "tso"))
		offloads |= TUN_F_TSO4 | TUN_F_TSO6;
	else if (!strcmp(word, "ecn"))
		offloads |= TUN_F_TSO_ECN;
	else if (!strcmp(word, "uso"))
		offloads |= TUN_F_USO4 | TUN_F_USO6;
	else
		die(word);
}

int main(int argc, char **argv)
{
	struct pollfd pfds[2];
	int i;

	if (argc < 5) {
		fprintf(stderr, "usage: see the head of the source\n");
		return 1;
	}
	for (i = 5; i < argc; i++)
		parse(argv[i]);
	pfds[0] = (struct pollfd){ open_nic(argv[1]), POLLIN, 0 };
	if (enter_netns(argv[2]))
		die(argv[2]);
	pfds[1] = (struct pollfd){ open_nic(argv[3]), POLLIN, 0 };
	set_addr(argv[3], argv[4]);
	puts("ready");
	fflush(stdout);
	while (poll(pfds, 2, -1) > 0) {
		carry(pfds[0].fd, pfds[1].fd);
		carry(pfds[1].fd, pfds[0].fd);
	}
	die("poll");
}
