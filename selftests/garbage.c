// SPDX-License-Identifier: GPL-2.0
/*
 * garbage - send frames that nobody should send
 *
 *   garbage SEED COUNT tap|packet DEVICE vnet_hdr|plain SRC DST...
 *
 * From the guest's side of the tap DEVICE, or by a packet socket on it; SRC and
 * DST are addresses. The first 256 frames have each length from 0 to 63, with
 * no, one or two tags, so that everything is cut short once; then lengths,
 * headers and tags are chosen at random, near what is plausible. With vnet_hdr
 * each has a virtio_net_hdr of the same kind. The same seed sends the same
 * frames. Prints how many the kernel took, and how many it refused.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/types.h>
#include <linux/virtio_net.h>
#include <net/if.h>
#include <sys/socket.h>

#include "network.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define PICK(a)		((a)[random_below(ARRAY_SIZE(a))])
#define MAX_FRAME	70000
#define SYSTEMATIC	256

static __u64 state;
static int vnet_hdr;
/* What the frame under way is */
static int ip_type, ip_proto, transport;

static void die(const char *what)
{
	fprintf(stderr, "garbage: %s: %s\n", what, strerror(errno));
	exit(1);
}

static __u32 random_below(__u32 n)
{
	state = state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (state >> 33) % n;
}

/* One of the plausible values, or one near it, or any */
static __u16 random_of(const __u16 *plausible, int n)
{
	switch (random_below(8)) {
	case 0:
		return random_below(65536);
	case 1:
		return plausible[random_below(n)] + random_below(9) - 4;
	default:
		return plausible[random_below(n)];
	}
}

#define RANDOM_OF(a)	random_of(a, ARRAY_SIZE(a))

static void make_any_hdr(struct virtio_net_hdr *hdr)
{
	static const __u8 flags[] = { 0, 1, 1, 1, 2, 3, 4, 255 };
	static const __u8 types[] = { 0, 1, 1, 3, 4, 4, 5, 0x80, 0x81, 0x84, 2,
				      255 };
	static const __u16 hdr_len[] = { 0, 14, 34, 42, 54, 66, 74, 1500 };
	static const __u16 csum_start[] = { 0, 12, 14, 18, 34, 34, 34, 38, 42,
					    54, 54, 1500 };
	static const __u16 csum_offset[] = { 0, 6, 16, 16, 16, 100 };

	hdr->flags = PICK(flags);
	hdr->gso_type = PICK(types);
	hdr->hdr_len = RANDOM_OF(hdr_len);
	hdr->gso_size = random_below(65536);
	hdr->csum_start = RANDOM_OF(csum_start);
	hdr->csum_offset = RANDOM_OF(csum_offset);
}

/* What an honest guest would say */
static void make_right_hdr(struct virtio_net_hdr *hdr)
{
	static const __u16 gso_size[] = { 0, 100, 536, 1440, 1460, 1480,
					  1500, 8960, 65535 };
	int tcp = ip_proto == IPPROTO_TCP;

	hdr->flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
	hdr->csum_start = transport;
	hdr->csum_offset = tcp ? 16 : 6;
	hdr->hdr_len = transport + (tcp ? 20 : 8);
	hdr->gso_size = RANDOM_OF(gso_size);
	if (!tcp)
		hdr->gso_type = random_below(2) ? VIRTIO_NET_HDR_GSO_UDP : 5;
	else if (ip_type == ETH_P_IP)
		hdr->gso_type = VIRTIO_NET_HDR_GSO_TCPV4;
	else
		hdr->gso_type = VIRTIO_NET_HDR_GSO_TCPV6;
}

/* Mostly with one lie */
static void make_vnet_hdr(struct virtio_net_hdr *hdr)
{
	struct virtio_net_hdr any;

	make_any_hdr(&any);
	make_right_hdr(hdr);
	switch (random_below(10)) {
	case 0:
		*hdr = any;
		break;
	case 1:
		hdr->flags = any.flags;
		break;
	case 2:
		hdr->gso_type = any.gso_type;
		break;
	case 3:
		hdr->gso_size = any.gso_size;
		break;
	case 4:
		hdr->csum_start = any.csum_start;
		break;
	case 5:
		hdr->csum_offset = any.csum_offset;
		break;
	case 6:
		hdr->hdr_len = any.hdr_len;
		break;
	case 7:
		/* Segments that look shorter than they become */
		hdr->gso_type = VIRTIO_NET_HDR_GSO_UDP;
		hdr->gso_size = 1500 - random_below(2) * 40;
		if (hdr->gso_size < 1500)
			break;
		hdr->csum_start = ETH_HLEN;
		hdr->csum_offset = 6;
		break;
	}
}

static __u8 *put_tags(__u8 *to, int n)
{
	while (n--) {
		to = put16(to, random_below(2) ? ETH_P_8021Q : ETH_P_8021AD);
		to = put16(to, 1 + random_below(4094));
	}
	return to;
}

/* An IP header and the first bytes of what is in it; now and then not quite */
static void put_ip(__u8 *to, int type, __u32 len)
{
	static const __u8 protos[] = { 6, 6, 6, 6, 6, 6, 17, 17, 17, 17, 1, 47,
				       132, 0 };

	ip_proto = PICK(protos);
	memset(to, 0, 60);
	if (type == ETH_P_IP) {
		to[0] = random_below(8) ? 0x45 : random_below(256);
		put16(to + 2, random_below(8) ? len : random_below(65536));
		put16(to + 6, random_below(8) ? 0x4000 : random_below(65536));
		to[8] = 64;
		to[9] = ip_proto;
		memcpy(to + 12, "\xc0\x00\x02\x01\xc0\x00\x02\x02", 8);
		to += 20;
	} else {
		to[0] = random_below(8) ? 0x60 : random_below(256);
		put16(to + 4, random_below(8) ? len - 40 : random_below(65536));
		to[6] = ip_proto;
		to[7] = 64;
		to[8] = 0xfd;
		to[24] = 0xfd;
		to += 40;
	}
	put16(to, 1000);
	put16(to + 2, 2000);
	put16(to + 4, len);
	to[12] = random_below(8) ? 0x50 : random_below(256);
	to[13] = 0x10;
}

/* Returns how long it is. */
static int make_frame(__u8 *frame, int number, const __u8 *src,
		      const __u8 *dst)
{
	static const __u16 lens[] = { 14, 18, 42, 60, 100, 590, 1514, 1518,
				      4000, 9014, 20000, 65000, 65535 };
	static const __u16 types[] = { ETH_P_IP, ETH_P_IP, ETH_P_IP, ETH_P_IP,
				       ETH_P_IP, ETH_P_IPV6, ETH_P_IPV6,
				       ETH_P_IPV6, ETH_P_ARP, ETH_P_8021Q,
				       0x88b5, 40 };
	int tags = number / 64 % 3;
	int len = number % 64;
	int type = ETH_P_IP;
	__u8 *to;
	int i;

	if (number >= SYSTEMATIC) {
		tags = random_below(4) ? 0 : 1 + random_below(3);
		len = RANDOM_OF(lens) + (random_below(64) ? 0 : 4000);
		type = PICK(types);
	}
	for (i = 0; i < len; i++)
		frame[i] = i * 7 + number;
	memcpy(frame, dst, ETH_ALEN);
	memcpy(frame + ETH_ALEN, src, ETH_ALEN);
	to = put_tags(frame + 2 * ETH_ALEN, tags);
	to = put16(to, type);
	ip_type = type;
	transport = to - frame + (type == ETH_P_IP ? 20 : 40);
	if (type == ETH_P_IP || type == ETH_P_IPV6)
		put_ip(to, type, len - (to - frame));
	return len;
}

static int open_device(const char *device)
{
	int fd = open_packet(0, if_nametoindex(device));

	if (fd >= 0 && vnet_hdr &&
	    setsockopt(fd, SOL_PACKET, PACKET_VNET_HDR, &vnet_hdr,
		       sizeof(vnet_hdr)))
		return -1;
	return fd;
}

static void get_addr(const char *text, __u8 *addr)
{
	if (!parse_addr(text, addr))
		die(text);
}

int main(int argc, char **argv)
{
	static __u8 buf[sizeof(struct virtio_net_hdr) + MAX_FRAME + 128];
	__u8 *frame = buf + sizeof(struct virtio_net_hdr);
	unsigned int taken = 0, refused = 0;
	__u8 src[ETH_ALEN], dst[ETH_ALEN];
	int count, fd, i, len;

	if (argc < 8) {
		fprintf(stderr, "usage: see the head of the source\n");
		return 1;
	}
	state = strtoull(argv[1], NULL, 0);
	count = atoi(argv[2]);
	vnet_hdr = !strcmp(argv[5], "vnet_hdr");
	fd = strcmp(argv[3], "tap") ? open_device(argv[4]) :
				      open_tap(argv[4], vnet_hdr);
	if (fd < 0)
		die(argv[4]);
	get_addr(argv[6], src);
	for (i = 0; i < count; i++) {
		get_addr(argv[7 + i % (argc - 7)], dst);
		len = make_frame(frame, i, src, dst);
		make_vnet_hdr((struct virtio_net_hdr *)buf);
		if (vnet_hdr)
			len = write(fd, buf, len + (frame - buf));
		else
			len = write(fd, frame, len);
		taken += len >= 0;
		refused += len < 0;
	}
	printf("%u taken, %u refused\n", taken, refused);
	return 0;
}
