// SPDX-License-Identifier: GPL-2.0
/*
 * capture - judge every frame that arrives at a device
 *
 *   capture DEVICE MTU
 *
 * Until SIGTERM, then prints
 *	frames=N larger=N largest=N unsummed=N bad=N lost=N
 * larger: those that are over the MTU; largest: without its headers before IP;
 * unsummed: those that came with the checksum left to do, or as datagrams that
 * were merged and keep their own; bad: those whose IP, TCP or UDP checksum is
 * wrong although it should be there; lost: those that it was too slow for. On
 * standard error it says what the first bad one was.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/types.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "network.h"

#define MAX_FRAME	(65536 + 64)
#define MAX_HEADER	(ETH_HLEN + 2 * TAG_LEN)

static struct {
	unsigned int frames;
	unsigned int larger;
	unsigned int largest;
	unsigned int unsummed;
	unsigned int bad;
} seen;

static volatile sig_atomic_t stopped;

static void stop(int signal)
{
	stopped = signal;
}

static void die(const char *what)
{
	fprintf(stderr, "capture: %s: %s\n", what, strerror(errno));
	exit(1);
}

static __u32 sum(const __u8 *data, int len, __u32 so_far)
{
	for (; len > 1; data += 2, len -= 2)
		so_far += data[0] << 8 | data[1];
	if (len)
		so_far += data[0] << 8;
	while (so_far >> 16)
		so_far = (so_far & 0xffff) + (so_far >> 16);
	return so_far;
}

static const char *check_transport(const __u8 *data, int len, int proto,
				   __u32 pseudo)
{
	if (proto != IPPROTO_TCP && proto != IPPROTO_UDP)
		return NULL;
	if (proto == IPPROTO_UDP && len >= 8 && !data[6] && !data[7])
		return NULL;
	if (sum(data, len, pseudo + proto + len) != 0xffff)
		return proto == IPPROTO_TCP ? "TCP" : "UDP";
	return NULL;
}

/* What is wrong with a packet, NULL for nothing */
static const char *check_v4(const __u8 *data, int len, int unsummed)
{
	int header = (data[0] & 15) * 4;
	int total = data[2] << 8 | data[3];

	if (header < 20 || header > total || total > len)
		return "IPv4 length";
	if (sum(data, header, 0) != 0xffff)
		return "IPv4 header";
	/* A fragment has no checksum of its own. */
	if (unsummed || (data[6] & 0x3f) || data[7])
		return NULL;
	return check_transport(data + header, total - header, data[9],
			       sum(data + 12, 8, 0));
}

static const char *check_v6(const __u8 *data, int len, int unsummed)
{
	int payload = data[4] << 8 | data[5];

	if (payload + 40 > len)
		return "IPv6 length";
	if (unsummed)
		return NULL;
	return check_transport(data + 40, payload, data[6],
			       sum(data + 8, 32, 0));
}

static void judge(const __u8 *frame, int len, int mtu, int unsummed)
{
	const __u8 *at = frame + 2 * ETH_ALEN;
	const __u8 *end = frame + len;
	const char *wrong = NULL;
	int type = at[0] << 8 | at[1];

	while ((type == ETH_P_8021Q || type == ETH_P_8021AD) && at + 6 <= end) {
		at += 4;
		type = at[0] << 8 | at[1];
	}
	at += 2;
	len = end - at;
	seen.frames++;
	seen.larger += len > mtu;
	seen.unsummed += unsummed;
	if (len > (int)seen.largest)
		seen.largest = len;
	if (type == ETH_P_IP && len >= 20)
		wrong = check_v4(at, len, unsummed);
	else if (type == ETH_P_IPV6 && len >= 40)
		wrong = check_v6(at, len, unsummed);
	if (wrong && !seen.bad++)
		fprintf(stderr, "capture: %s, of %d bytes\n", wrong, len);
}

/* What GRO has merged into a list has the header of the first, and the kernel
 * knows of each that its checksum is good.
 */
static int has_no_sum(unsigned int status, int larger)
{
	return status & TP_STATUS_CSUMNOTREADY ||
	       (larger && status & TP_STATUS_CSUM_VALID);
}

/* Returns 0 when there is nothing to receive. */
static int receive(int fd, int mtu, int flags)
{
	static __u8 frame[MAX_FRAME];
	char control[CMSG_SPACE(sizeof(struct tpacket_auxdata)) +
		     CMSG_SPACE(sizeof(struct timespec))];
	struct sockaddr_ll from;
	struct iovec iov = { .iov_base = frame, .iov_len = sizeof(frame) };
	struct msghdr msg = {
		.msg_name = &from, .msg_namelen = sizeof(from),
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	struct tpacket_auxdata aux = { 0 };
	int len = recvmsg(fd, &msg, flags);

	if (len >= ETH_HLEN && from.sll_pkttype != PACKET_OUTGOING) {
		find_auxdata(&msg, &aux);
		judge(frame, len, mtu,
		      has_no_sum(aux.tp_status, len > mtu + MAX_HEADER));
	}
	return len >= 0;
}

static int open_socket(const char *device)
{
	int fd = open_packet(ETH_P_ALL, if_nametoindex(device)), one = 1;
	struct timeval patience = { .tv_usec = 100000 };

	/*
	 * The signal may come just before it waits. As captures do, it wants
	 * the time of arrival, which the kernel then takes for all frames.
	 */
	if (fd < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &one, sizeof(one)) ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience,
		       sizeof(patience)))
		die(device);
	return fd;
}

static void print(int fd)
{
	struct tpacket_stats stats = { 0 };
	socklen_t len = sizeof(stats);

	getsockopt(fd, SOL_PACKET, PACKET_STATISTICS, &stats, &len);
	printf("frames=%u larger=%u largest=%u unsummed=%u bad=%u lost=%u\n",
	       seen.frames, seen.larger, seen.largest, seen.unsummed, seen.bad,
	       stats.tp_drops);
}

int main(int argc, char **argv)
{
	struct sigaction action = { .sa_handler = stop };
	int fd, mtu;

	if (argc != 3) {
		fprintf(stderr, "usage: see the head of the source\n");
		return 1;
	}
	mtu = atoi(argv[2]);
	fd = open_socket(argv[1]);
	sigaction(SIGTERM, &action, NULL);
	fprintf(stderr, "ready\n");
	while (!stopped)
		receive(fd, mtu, 0);
	while (receive(fd, mtu, MSG_DONTWAIT))
		;
	print(fd);
	return 0;
}
