// SPDX-License-Identifier: GPL-2.0
/*
 * tapio - a guest behind a tap that does nothing but read, or write
 *
 *   tapio read TAP
 *   tapio write TAP FRAMES DESTINATION SOURCE
 *
 * TAP is a tap's name or, for a macvtap, the path of its character device. The
 * reader says "ready" and reads until it is killed. The writer writes so many
 * frames of 60 bytes each time it reads a line, and says how many nanoseconds
 * all of them took.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <linux/if_tun.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/ether.h>
#include <sys/ioctl.h>

#define FRAME_LEN	60
#define NOBODYS_TYPE	0x88b5

static void die(const char *what)
{
	fprintf(stderr, "tapio: %s: %s\n", what, strerror(errno));
	exit(1);
}

static int open_tap(const char *name)
{
	struct ifreq ifr = { .ifr_flags = IFF_TAP | IFF_NO_PI };
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

static void read_frames(int fd)
{
	unsigned char frame[2048];

	puts("ready");
	fflush(stdout);
	while (read(fd, frame, sizeof(frame)) > 0)
		;
	die("read");
}

static long long now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static void write_frames(int fd, const void *frame, long frames)
{
	long long begin = now();
	long i;

	for (i = 0; i < frames; i++)
		if (write(fd, frame, FRAME_LEN) != FRAME_LEN)
			die("write");
	printf("%lld\n", now() - begin);
	fflush(stdout);
}

static void set_address(unsigned char *where, const char *text)
{
	struct ether_addr addr;

	if (!ether_aton_r(text, &addr)) {
		errno = EINVAL;
		die(text);
	}
	memcpy(where, &addr, sizeof(addr));
}

static void write_on_demand(int fd, long frames, const char *to,
			    const char *from)
{
	unsigned char frame[FRAME_LEN] = { 0 };
	struct ether_header *header = (void *)frame;
	char line[16];

	set_address(header->ether_dhost, to);
	set_address(header->ether_shost, from);
	header->ether_type = htons(NOBODYS_TYPE);
	while (fgets(line, sizeof(line), stdin))
		write_frames(fd, frame, frames);
}

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "read"))
		read_frames(open_tap(argv[2]));
	if (argc == 6 && !strcmp(argv[1], "write") && atol(argv[3]) > 0) {
		write_on_demand(open_tap(argv[2]), atol(argv[3]), argv[4],
				argv[5]);
		return 0;
	}
	fprintf(stderr, "usage: see the head of the source\n");
	return 2;
}
