/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What programs have in common that are a guest behind a tap: opening it, the
 * frame that they send, and the time. A program says its name in PROGRAM.
 */
#ifndef TAP_H
#define TAP_H

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <arpa/inet.h>
#include <linux/if_tun.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/ether.h>
#include <sys/ioctl.h>

#define FRAME_LEN	60
#define NOBODYS_TYPE	0x88b5

static inline void die(const char *what)
{
	fprintf(stderr, PROGRAM ": %s: %s\n", what, strerror(errno));
	exit(1);
}

/* A tap's name or, of a macvtap, the path of its character device */
static inline int open_tap(const char *name, short flags)
{
	struct ifreq ifr = { .ifr_flags = IFF_TAP | IFF_NO_PI | flags };
	int fd;

	fd = open(*name == '/' ? name : "/dev/net/tun", O_RDWR);
	if (fd < 0)
		die(name);
	if (*name != '/')
		snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", name);
	if (ioctl(fd, TUNSETIFF, &ifr))
		die(name);
	return fd;
}

static inline void set_address(unsigned char *where, const char *text)
{
	struct ether_addr addr;

	if (!ether_aton_r(text, &addr)) {
		errno = EINVAL;
		die(text);
	}
	memcpy(where, &addr, sizeof(addr));
}

static inline void set_header(void *frame, const char *to, const char *from)
{
	struct ether_header *header = frame;

	set_address(header->ether_dhost, to);
	set_address(header->ether_shost, from);
	header->ether_type = htons(NOBODYS_TYPE);
}

static inline long long now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000000LL + time.tv_nsec;
}

#endif
