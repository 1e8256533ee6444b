// SPDX-License-Identifier: GPL-2.0
/*
 * packets - frames at a given rate, what arrives of them, and when
 *
 *   packets all|full|steady FROMNS FROMDEV SRCMAC TONS TODEV DSTMAC SIZE COUNT
 *           RATE [ADDRESSES]
 *
 * Sends COUNT frames of SIZE bytes (with the four of their checksum, as in RFC
 * 2544) from one namespace to another, to ADDRESSES addresses (1) from DSTMAC
 * on, and prints a line of figures, separated by commas; without all, those of
 * one trial only:
 *
 *   at RATE: loss in percent; 50, 99 and 99.9 percent of frames arrive within
 *   so many microseconds
 *   as fast as it can be sent: packets a second sent, arrived, loss in percent
 *   the highest rate without loss, in packets a second
 *
 * A rate has been reached when frames were sent at it, all have arrived, and
 * the last not later than the others: what queues only grow longer from is more
 * than can be done, however long the queue. A frame's way begins before the
 * call that sends it, and ends where the kernel hands it to a packet socket.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/ether.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <sys/mman.h>
#include <sys/socket.h>

#define NSEC		1000000000ll
#define SLOT		256
#define BLOCK		4096
#define MAX_COUNT	65536
#define SEARCH_STEPS	7
#define ATTEMPTS	3
#define SLOW		1000	/* a second */
#define MAGIC		0x7669666dU

/* What the frames carry, behind headers that any firewall takes for UDP */
struct stamp {
	uint32_t magic;
	uint32_t trial;
	int64_t sent;
} __attribute__((packed));

struct frame {
	struct ether_header eth;
	struct iphdr ip;
	struct udphdr udp;
	char data[];
} __attribute__((packed));

static struct {
	int tx;
	int rx;
	char *ring;
	int n_slots;
	int slot;
	unsigned char frame[9216];
	int len;
	unsigned int addresses;
	unsigned int trial;
	int64_t latency[MAX_COUNT];
} bench;

struct result {
	double sent_pps;
	double arrived_pps;
	int count;
	int arrived;
	bool reached;
};

static void die(const char *what)
{
	fprintf(stderr, "packets: %s: %s\n", what, strerror(errno));
	exit(1);
}

static int64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return ts.tv_sec * NSEC + ts.tv_nsec;
}

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

static int open_packet(const char *netns, const char *dev, int protocol)
{
	struct sockaddr_ll addr = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(protocol),
	};
	int fd;

	enter(netns);
	addr.sll_ifindex = if_nametoindex(dev);
	fd = socket(AF_PACKET, SOCK_RAW, 0);
	if (fd < 0 || bind(fd, (void *)&addr, sizeof(addr)))
		die(dev);
	return fd;
}

/* Whatever is longer than a slot is cut: only the stamp is wanted. */
static void open_receiver(const char *netns, const char *dev, int count)
{
	int version = TPACKET_V2, one = 1;
	struct tpacket_req req = {
		.tp_block_size = BLOCK,
		.tp_frame_size = SLOT,
	};

	bench.rx = open_packet(netns, dev, ETH_P_IP);
	req.tp_block_nr = count / (BLOCK / SLOT) + 1;
	req.tp_frame_nr = req.tp_block_nr * (BLOCK / SLOT);
	bench.n_slots = req.tp_frame_nr;
	if (setsockopt(bench.rx, SOL_PACKET, PACKET_VERSION, &version,
		       sizeof(version)) ||
	    setsockopt(bench.rx, SOL_PACKET, PACKET_IGNORE_OUTGOING, &one,
		       sizeof(one)) ||
	    setsockopt(bench.rx, SOL_PACKET, PACKET_RX_RING, &req,
		       sizeof(req)))
		die("ring");
	bench.ring = mmap(NULL, (size_t)bench.n_slots * SLOT,
			  PROT_READ | PROT_WRITE, MAP_SHARED, bench.rx, 0);
	if (bench.ring == MAP_FAILED)
		die("mmap");
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

/* For an address that is nobody's, so that no stack answers. */
static void make_frame(const char *src, const char *dst, int size)
{
	struct frame *frame = (void *)bench.frame;
	struct ether_addr mac;

	bench.len = size - ETH_FCS_LEN;
	if (bench.len < ETH_ZLEN || bench.len > (int)sizeof(bench.frame))
		die("size");
	if (!ether_aton_r(dst, &mac))
		die(dst);
	memcpy(frame->eth.ether_dhost, &mac, ETH_ALEN);
	if (!ether_aton_r(src, &mac))
		die(src);
	memcpy(frame->eth.ether_shost, &mac, ETH_ALEN);
	frame->eth.ether_type = htons(ETH_P_IP);
	frame->ip = (struct iphdr){
		.version = 4,
		.ihl = 5,
		.ttl = 64,
		.protocol = IPPROTO_UDP,
		.tot_len = htons(bench.len - ETH_HLEN),
		.saddr = htonl(0xc0000202),	/* 192.0.2.2 */
		.daddr = htonl(0xc6336401),	/* 198.51.100.1 */
	};
	frame->ip.check = ip_sum(&frame->ip);
	frame->udp = (struct udphdr){
		.source = htons(9),
		.dest = htons(9),
		.len = htons(bench.len - ETH_HLEN - sizeof(frame->ip)),
	};
}

/* The next frame in the ring, if there is one; give_back() when done. */
static struct tpacket2_hdr *next_frame(void)
{
	struct tpacket2_hdr *hdr = (void *)(bench.ring + bench.slot * SLOT);

	if (!(__atomic_load_n(&hdr->tp_status, __ATOMIC_ACQUIRE) &
	      TP_STATUS_USER))
		return NULL;
	return hdr;
}

static void give_back(struct tpacket2_hdr *hdr)
{
	__atomic_store_n(&hdr->tp_status, TP_STATUS_KERNEL, __ATOMIC_RELEASE);
	bench.slot = (bench.slot + 1) % bench.n_slots;
}

/* What is late from a trial before does not count. */
static int take_all(struct result *result, int64_t *last)
{
	struct tpacket2_hdr *hdr;
	struct stamp stamp;
	int n = 0;

	while ((hdr = next_frame())) {
		int64_t at = hdr->tp_sec * NSEC + hdr->tp_nsec;

		memcpy(&stamp, (char *)hdr + hdr->tp_mac +
		       sizeof(struct frame), sizeof(stamp));
		if (stamp.magic == MAGIC && stamp.trial == bench.trial &&
		    result->arrived < result->count) {
			bench.latency[result->arrived++] = at - stamp.sent;
			*last = at;
			n++;
		}
		give_back(hdr);
	}
	return n;
}

/* Returns when all have arrived, or none has for a while. */
static void wait_for_rest(struct result *result, int64_t *last)
{
	struct timespec pause = { .tv_nsec = 1000000 };
	int quiet = 0;

	while (result->arrived < result->count && quiet < 100) {
		nanosleep(&pause, NULL);
		quiet = take_all(result, last) ? 0 : quiet + 1;
	}
}

/* One after the other, but not neighbours */
static void set_address(unsigned int number)
{
	unsigned int low = number * 40503u % bench.addresses;

	bench.frame[3] = low >> 16;
	bench.frame[4] = low >> 8;
	bench.frame[5] = low;
}

static void send_one(unsigned int number)
{
	struct stamp stamp = {
		.magic = MAGIC,
		.trial = bench.trial,
		.sent = now(),
	};

	if (bench.addresses > 1)
		set_address(number);
	memcpy(bench.frame + sizeof(struct frame), &stamp, sizeof(stamp));
	if (send(bench.tx, bench.frame, bench.len, 0) < 0 &&
	    errno != ENOBUFS)
		die("send");
}

/* Others may need this processor: whoever waits lets them have it, and does not
 * keep it busy when the wait is long.
 */
static void wait_until(int64_t due, bool slow)
{
	struct timespec ts = { due / NSEC, due % NSEC };

	if (slow)
		clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &ts, NULL);
	while (now() < due)
		sched_yield();
}

static struct result try_rate(int count, double rate)
{
	struct result result = { .count = count };
	int64_t start, end, last;
	double wanted;
	int i;

	bench.trial++;
	start = now();
	for (i = 0; i < count; i++) {
		if (rate)
			wait_until(start + i * (NSEC / rate), rate <= SLOW);
		send_one(i);
	}
	end = now();
	last = start;
	take_all(&result, &last);
	wait_for_rest(&result, &last);
	result.sent_pps = count * (double)NSEC / (end - start);
	result.arrived_pps = last > start ?
		result.arrived * (double)NSEC / (last - start) : 0;
	wanted = rate ? count * NSEC / rate : 0;
	result.reached = result.arrived == count &&
		end - start <= wanted * 1.02 && last - start <= wanted * 1.03;
	return result;
}

/* Once is enough: what else the machine has to do may spoil a trial. */
static bool can_reach(int count, double rate)
{
	int i;

	for (i = 0; i < ATTEMPTS; i++)
		if (try_rate(count, rate).reached)
			return true;
	return false;
}

static double find_highest(int count, double most)
{
	double low = 0, high = most;
	int i;

	for (i = 0; i < SEARCH_STEPS; i++) {
		double rate = (low + high) / 2;

		if (can_reach(count, rate))
			low = rate;
		else
			high = rate;
	}
	return low;
}

static int compare(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

static double percentile(int n, double share)
{
	int i = share * n;

	if (!n)
		return -1;
	return bench.latency[i < n ? i : n - 1] / 1000.;
}

static double loss(const struct result *result)
{
	return 100. * (result->count - result->arrived) / result->count;
}

static void print_steady(int count, double rate)
{
	struct result steady = try_rate(count, rate);

	qsort(bench.latency, steady.arrived, sizeof(*bench.latency), compare);
	printf("%.2f,%.3f,%.3f,%.3f", loss(&steady),
	       percentile(steady.arrived, .5), percentile(steady.arrived, .99),
	       percentile(steady.arrived, .999));
}

/* Returns how many can be sent in a second. */
static double print_full(int count)
{
	struct result full = try_rate(count, 0);

	printf("%.0f,%.0f,%.2f", full.sent_pps, full.arrived_pps, loss(&full));
	return full.sent_pps;
}

static void print_all(int count, double rate)
{
	double most;

	print_steady(count, rate);
	putchar(',');
	most = print_full(count);
	printf(",%.0f", find_highest(count, most * 1.1));
}

int main(int argc, char **argv)
{
	int count, bypass = 1;
	double rate;

	if (argc < 11 || argc > 12) {
		fprintf(stderr, "usage: see the head of the source\n");
		return 2;
	}
	count = atoi(argv[9]);
	rate = atof(argv[10]);
	bench.addresses = argc > 11 ? atoi(argv[11]) : 1;
	if (count < 1 || count > MAX_COUNT || !bench.addresses)
		die("count");
	bench.tx = open_packet(argv[2], argv[3], 0);
	if (setsockopt(bench.tx, SOL_PACKET, PACKET_QDISC_BYPASS, &bypass,
		       sizeof(bypass)))
		die("bypass");
	open_receiver(argv[5], argv[6], count);
	make_frame(argv[4], argv[7], atoi(argv[8]));

	try_rate(count / 10 + 1, 0); /* caches, and what learns on the way */
	if (!strcmp(argv[1], "steady"))
		print_steady(count, rate);
	else if (!strcmp(argv[1], "full"))
		print_full(count);
	else
		print_all(count, rate);
	putchar('\n');
	return 0;
}
