// SPDX-License-Identifier: GPL-2.0
/*
 * guestnic - a guest that sends, and the process that is its network card
 *
 *   guestnic NETNS tap|chr|raw DEVICE DSTMAC SRCMAC COUNT
 *
 * What an emulator without vhost does: the guest puts frames into a ring and
 * kicks; another thread of the emulator takes them out of it and hands each to
 * the host's kernel with one call: to a tap, a macvtap's character device, or a
 * packet socket on the card. When the ring is full the guest waits until half
 * of it is free again. The frames are UDP datagrams of 18 bytes, so 64 on the
 * wire.
 *
 * Prints how many nanoseconds COUNT frames took, and how many times the kernel
 * switched from one thread to another meanwhile.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <linux/if_tun.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/ether.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#define RING		256
#define LEN		60

static struct {
	unsigned char frames[RING][LEN];
	unsigned int put;	/* by the guest */
	unsigned int taken;	/* by the card */
	bool card_sleeps;
	bool guest_sleeps;
	int kick;
	int interrupt;
	int backend;
	unsigned int count;
} nic;

static unsigned char frame[LEN];

static void die(const char *what)
{
	fprintf(stderr, "guestnic: %s: %s\n", what, strerror(errno));
	exit(1);
}

static unsigned int load(const unsigned int *value)
{
	return __atomic_load_n(value, __ATOMIC_SEQ_CST);
}

static void store(unsigned int *value, unsigned int to)
{
	__atomic_store_n(value, to, __ATOMIC_SEQ_CST);
}

static void signal_event(int fd)
{
	uint64_t one = 1;

	if (write(fd, &one, sizeof(one)) != sizeof(one))
		die("eventfd");
}

/* One who says that it sleeps, and then finds that there is something to do,
 * does not; a signal too many does no harm.
 */
static void wait_event(int fd)
{
	uint64_t n;

	if (read(fd, &n, sizeof(n)) != sizeof(n))
		die("eventfd");
}

static void set_flag(bool *flag, bool to)
{
	__atomic_store_n(flag, to, __ATOMIC_SEQ_CST);
}

static bool clear_flag(bool *flag)
{
	return __atomic_exchange_n(flag, false, __ATOMIC_SEQ_CST);
}

/* --- the card --- */

/* A full queue is a loss, as with any card; the script counts what arrived. */
static void hand_over(const unsigned char *data)
{
	if (write(nic.backend, data, LEN) < 0 && errno != ENOBUFS &&
	    errno != EAGAIN)
		die("write");
}

static void *run_card(void *unused)
{
	unsigned int taken = 0;

	(void)unused;
	while (taken != nic.count) {
		if (taken == load(&nic.put)) {
			set_flag(&nic.card_sleeps, true);
			if (taken == load(&nic.put))
				wait_event(nic.kick);
			set_flag(&nic.card_sleeps, false);
			continue;
		}
		hand_over(nic.frames[taken % RING]);
		store(&nic.taken, ++taken);
		if (load(&nic.put) - taken <= RING / 2 &&
		    clear_flag(&nic.guest_sleeps))
			signal_event(nic.interrupt);
	}
	return NULL;
}

/* --- the guest --- */

static void run_guest(void)
{
	unsigned int put = 0;

	while (put != nic.count) {
		if (put - load(&nic.taken) == RING) {
			set_flag(&nic.guest_sleeps, true);
			if (put - load(&nic.taken) == RING)
				wait_event(nic.interrupt);
			set_flag(&nic.guest_sleeps, false);
			continue;
		}
		memcpy(nic.frames[put % RING], frame, LEN);
		store(&nic.put, ++put);
		if (clear_flag(&nic.card_sleeps))
			signal_event(nic.kick);
	}
}

/* --- to begin --- */

static void enter(const char *name)
{
	char path[256];
	int fd;

	snprintf(path, sizeof(path), "/run/netns/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWNET))
		die(name);
	close(fd);
}

/* A macvtap's device is one already, and knows its name. */
static int open_tap(const char *path, const char *name)
{
	struct ifreq ifr = { .ifr_flags = IFF_TAP | IFF_NO_PI };
	int fd = open(path, O_RDWR);

	snprintf(ifr.ifr_name, IFNAMSIZ, "%s", name);
	if (fd < 0 || ioctl(fd, TUNSETIFF, &ifr))
		die(path);
	return fd;
}

static int open_raw(const char *dev)
{
	struct sockaddr_ll addr = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = if_nametoindex(dev),
	};
	int fd = socket(AF_PACKET, SOCK_RAW, 0);

	if (fd < 0 || bind(fd, (void *)&addr, sizeof(addr)))
		die(dev);
	return fd;
}

static int open_backend(const char *kind, const char *device)
{
	if (!strcmp(kind, "tap"))
		return open_tap("/dev/net/tun", device);
	if (!strcmp(kind, "chr"))
		return open_tap(device, "");
	return open_raw(device);
}

static uint16_t ip_sum(const void *header)
{
	const uint16_t *words = header;
	uint32_t sum = 0;
	int i;

	for (i = 0; i < 10; i++)
		sum += words[i];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

/* To an address that is nobody's, so that no stack answers */
static void make_frame(const char *dst, const char *src)
{
	struct ether_header *eth = (void *)frame;
	struct ether_addr to, from;
	struct udphdr udp = {
		.source = htons(9),
		.dest = htons(9),
		.len = htons(LEN - ETH_HLEN - sizeof(struct iphdr)),
	};
	struct iphdr ip = {
		.version = 4,
		.ihl = 5,
		.ttl = 64,
		.protocol = IPPROTO_UDP,
		.tot_len = htons(LEN - ETH_HLEN),
		.saddr = htonl(0xc000020a),	/* 192.0.2.10 */
		.daddr = htonl(0xc6336401),	/* 198.51.100.1 */
	};

	if (!ether_aton_r(dst, &to) || !ether_aton_r(src, &from))
		die("address");
	memcpy(eth->ether_dhost, &to, ETH_ALEN);
	memcpy(eth->ether_shost, &from, ETH_ALEN);
	eth->ether_type = htons(ETH_P_IP);
	ip.check = ip_sum(&ip);
	memcpy(frame + ETH_HLEN, &ip, sizeof(ip));
	memcpy(frame + ETH_HLEN + sizeof(ip), &udp, sizeof(udp));
}

static int64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ll + ts.tv_nsec;
}

static long long switches(void)
{
	FILE *file = fopen("/proc/stat", "r");
	long long n = -1;
	char line[8192];

	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "ctxt %lld", &n) == 1)
			break;
	if (!file || n < 0)
		die("/proc/stat");
	fclose(file);
	return n;
}

int main(int argc, char **argv)
{
	long long switches_before;
	pthread_t card;
	int64_t begin;

	if (argc != 7 || atoi(argv[6]) < 1) {
		fprintf(stderr, "usage: see the head of the source\n");
		return 2;
	}
	nic.count = atoi(argv[6]);
	make_frame(argv[4], argv[5]);
	enter(argv[1]);
	nic.backend = open_backend(argv[2], argv[3]);
	nic.kick = eventfd(0, EFD_CLOEXEC);
	nic.interrupt = eventfd(0, EFD_CLOEXEC);
	puts("ready");
	fflush(stdout);
	if (getchar() == EOF) /* the device has to come up first */
		return 0;
	switches_before = switches();
	begin = now();
	if (pthread_create(&card, NULL, run_card, NULL))
		die("thread");
	run_guest();
	pthread_join(card, NULL);
	printf("%lld %lld\n", (long long)(now() - begin),
	       switches() - switches_before);
	return 0;
}
