// SPDX-License-Identifier: GPL-2.0
/*
 * netlink_fuzz - netlink messages that nobody should send
 *
 *   netlink_fuzz malformed PDEV VIF
 *	Messages that are wrong by construction: each must get an error. Says
 *	how many, and which did not.
 *   netlink_fuzz random PDEV VIF SEED COUNT
 *	Sensible messages with random changes, and plain noise: some may be
 *	accepted, all must be survived.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/genetlink.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/types.h>
#include <linux/vifmap.h>
#include <net/if.h>
#include <sys/socket.h>
#include <sys/time.h>

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define ROOM		16384
#define MAX_DEPTH	2000
/* Netlink's own flag; the C library has the name, not always the value. */
#define NESTED		0x8000

static const __u8 commands[] = {
	VIFMAP_CMD_DEV_GET, VIFMAP_CMD_DEV_SET, VIFMAP_CMD_PORT_GET,
	VIFMAP_CMD_PORT_SET, VIFMAP_CMD_MAC_GET, VIFMAP_CMD_MAC_NEW,
	VIFMAP_CMD_MAC_SET, VIFMAP_CMD_MAC_DEL,
};

/* No attribute of ours has one of these lengths. */
static const int wrong_lengths[] = { 0, 3, 5, 7, 9, 64, 1000 };

static union {
	struct nlmsghdr nlh;
	__u8 bytes[ROOM];
} msg;
static int genl_fd, rtnl_fd, family, pdev, vif;
static unsigned int sent, accepted;

static void die(const char *what)
{
	fprintf(stderr, "netlink_fuzz: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void start(int type, const void *header, int len)
{
	memset(&msg, 0, sizeof(msg));
	msg.nlh.nlmsg_type = type;
	msg.nlh.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	msg.nlh.nlmsg_len = NLMSG_LENGTH(len);
	memcpy(NLMSG_DATA(&msg.nlh), header, len);
}

static void start_genl(int cmd)
{
	struct genlmsghdr genl = {
		.cmd = cmd,
		.version = VIFMAP_FAMILY_VERSION,
	};

	start(family, &genl, sizeof(genl));
}

static void start_link(int type, int ifindex)
{
	struct ifinfomsg ifi = { .ifi_index = ifindex };

	start(type, &ifi, sizeof(ifi));
}

static struct nlattr *put(int type, const void *data, int len)
{
	struct nlattr *attr = (void *)(msg.bytes + msg.nlh.nlmsg_len);

	attr->nla_type = type;
	attr->nla_len = NLA_HDRLEN + len;
	memcpy((void *)attr + NLA_HDRLEN, data, len);
	msg.nlh.nlmsg_len += NLA_HDRLEN + NLA_ALIGN(len);
	return attr;
}

static void put_zeros(int type, int len)
{
	static const __u8 zeros[1024];

	put(type, zeros, len);
}

static struct nlattr *nest(int type)
{
	return put(type, "", 0);
}

static void nest_end(struct nlattr *attr)
{
	attr->nla_len = msg.bytes + msg.nlh.nlmsg_len - (__u8 *)attr;
}

/* Returns the error of the answer, 0 for none, 1 when there is no answer. */
static int answer(int fd)
{
	static __u8 reply[65536];
	struct nlmsghdr *nlh = (void *)reply;
	struct nlmsgerr *err = NLMSG_DATA(nlh);
	int len;

	for (;;) {
		len = recv(fd, reply, sizeof(reply), 0);
		if (len < (int)NLMSG_HDRLEN)
			return 1;
		if (nlh->nlmsg_type == NLMSG_ERROR)
			return err->error;
		if (nlh->nlmsg_type == NLMSG_DONE)
			return 0;
	}
}

static void transmit(int fd, int len)
{
	sent++;
	if (send(fd, &msg, len, 0) != len)
		die("send");
}

static void must_fail(int fd, const char *what, int a, int b)
{
	int error;

	transmit(fd, msg.nlh.nlmsg_len);
	error = answer(fd);
	if (error < 0)
		return;
	accepted++;
	printf("%s (%d, %d): %s\n", what, a, b,
	       error ? "no answer" : "accepted");
}

/* What names the object, for each command */
static void put_keys(int cmd)
{
	static const __u8 addr[6] = { 2, 0, 0, 0, 0x0a, 1 };

	switch (cmd) {
	case VIFMAP_CMD_DEV_GET:
	case VIFMAP_CMD_DEV_SET:
		put(VIFMAP_A_DEV_PDEV_IFINDEX, &pdev, 4);
		break;
	case VIFMAP_CMD_PORT_GET:
	case VIFMAP_CMD_PORT_SET:
		put(VIFMAP_A_PORT_IFINDEX, &vif, 4);
		break;
	default:
		put(VIFMAP_A_MAC_ADDR, addr, sizeof(addr));
		put(VIFMAP_A_MAC_PORT_IFINDEX, &vif, 4);
	}
}

static void genl_headers(void)
{
	unsigned int i;

	/* No generic netlink header, or half of one */
	for (i = 0; i < GENL_HDRLEN; i++) {
		start(family, "\1\1\0\0", i);
		msg.nlh.nlmsg_len = NLMSG_HDRLEN + i;
		must_fail(genl_fd, "half a header", i, 0);
	}
	for (i = 0; i < ARRAY_SIZE(commands); i++) {
		start_genl(commands[i]);
		must_fail(genl_fd, "no attributes", commands[i], 0);
	}
	for (i = 0; i < 256; i++) {
		if (i && i <= VIFMAP_CMD_MAX)
			continue;
		start_genl(i);
		put_keys(i);
		must_fail(genl_fd, "no such command", i, 0);
	}
}

static void genl_attributes(int cmd)
{
	unsigned int i, type;
	struct nlattr *attr;

	for (type = 0; type < 48; type++) {
		for (i = 0; i < ARRAY_SIZE(wrong_lengths); i++) {
			start_genl(cmd);
			put_keys(cmd);
			put_zeros(type, wrong_lengths[i]);
			must_fail(genl_fd, "wrong length", type,
				  wrong_lengths[i]);
		}
	}
	for (i = 0; i < NLA_HDRLEN; i++) {
		start_genl(cmd);
		put_keys(cmd);
		attr = nest(1);
		attr->nla_len = i;
		must_fail(genl_fd, "an attribute without a header", cmd, i);
	}
	for (i = 0; i < 64; i += 7) {
		start_genl(cmd);
		put_keys(cmd);
		attr = nest(1);
		attr->nla_len = 65535 - i;
		must_fail(genl_fd, "an attribute beyond the end", cmd, i);
	}
}

/* Attributes in each other, as deep as fits; none of ours is nested */
static void genl_nested(int cmd)
{
	struct nlattr *nests[MAX_DEPTH];
	int i;

	start_genl(cmd);
	put_keys(cmd);
	for (i = 0; i < MAX_DEPTH; i++)
		nests[i] = nest((1 + i % 3) | NESTED);
	while (i--)
		nest_end(nests[i]);
	must_fail(genl_fd, "nested", cmd, MAX_DEPTH);
}

/* Options of a new device, or of a vif, of lengths that cannot be */
static void link_attributes(int type, int len, int for_vif)
{
	struct nlattr *info, *data;

	start_link(RTM_NEWLINK, for_vif ? vif : 0);
	if (!for_vif) {
		msg.nlh.nlmsg_flags |= NLM_F_CREATE | NLM_F_EXCL;
		put(IFLA_LINK, &pdev, 4);
	}
	info = nest(IFLA_LINKINFO);
	put(for_vif ? IFLA_INFO_SLAVE_KIND : IFLA_INFO_KIND, "vifmap", 7);
	data = nest(for_vif ? IFLA_INFO_SLAVE_DATA : IFLA_INFO_DATA);
	put_zeros(type, len);
	nest_end(data);
	nest_end(info);
	must_fail(rtnl_fd, for_vif ? "vif option" : "device option", type,
		  len);
}

static void link_messages(void)
{
	unsigned int i, type;
	struct nlattr *info;

	for (type = 1; type < 12; type++) {
		for (i = 0; i < ARRAY_SIZE(wrong_lengths); i++) {
			/* Longer ones are no error there. */
			if (wrong_lengths[i])
				continue;
			link_attributes(type, wrong_lengths[i], 0);
			if (type <= 7)
				link_attributes(type, wrong_lengths[i], 1);
		}
	}
	for (i = 0; i < 3; i++) {
		start_link(RTM_NEWLINK, 0);
		msg.nlh.nlmsg_flags |= NLM_F_CREATE | NLM_F_EXCL;
		if (i) {
			int nobody = i == 1 ? 0 : 0x7fffffff;

			put(IFLA_LINK, &nobody, 4);
		}
		info = nest(IFLA_LINKINFO);
		put(IFLA_INFO_KIND, "vifmap", 7);
		nest_end(info);
		must_fail(rtnl_fd, "a device without a pdev", i, 0);
	}
}

static void malformed(void)
{
	unsigned int i;

	genl_headers();
	for (i = 0; i < ARRAY_SIZE(commands); i++) {
		genl_attributes(commands[i]);
		genl_nested(commands[i]);
	}
	link_messages();
	printf("%u sent, %u without an error\n", sent, accepted);
}

static void mutate(void)
{
	int len = msg.nlh.nlmsg_len - NLMSG_HDRLEN, n = 1 + random() % 4;
	__u8 *bytes = msg.bytes + NLMSG_HDRLEN;

	while (n--) {
		switch (random() % 4) {
		case 0:
			bytes[random() % len] ^= 1 << random() % 8;
			break;
		case 1:
			bytes[random() % len] = random();
			break;
		case 2:
			msg.nlh.nlmsg_len = NLMSG_HDRLEN + random() % len;
			break;
		case 3:
			put_zeros(random() % 32, random() % 16);
			break;
		}
	}
	if (random() % 4 == 0)
		msg.nlh.nlmsg_flags |= NLM_F_DUMP;
}

static void noise(int fd)
{
	int i, len = random() % 512;

	if (fd == genl_fd)
		start_genl(random());
	else
		start_link(RTM_NEWLINK, vif);
	for (i = 0; i < len; i++)
		msg.bytes[msg.nlh.nlmsg_len + i] = random();
	msg.nlh.nlmsg_len += len;
}

static void random_genl(void)
{
	int cmd = commands[random() % ARRAY_SIZE(commands)], n;

	start_genl(cmd);
	put_keys(cmd);
	for (n = random() % 4; n; n--)
		put_zeros(random() % 24, random() % 10);
	mutate();
}

static void randomized(unsigned int seed, unsigned int count)
{
	srandom(seed);
	while (sent < count) {
		int fd = random() % 8 ? genl_fd : rtnl_fd;

		if (fd == genl_fd && random() % 4)
			random_genl();
		else
			noise(fd);
		transmit(fd, msg.nlh.nlmsg_len);
		while (recv(fd, msg.bytes, ROOM, MSG_DONTWAIT) > 0)
			;
	}
	printf("%u sent, seed %u\n", sent, seed);
}

static int open_netlink(int protocol, int timeout_ms)
{
	struct timeval tv = { .tv_usec = timeout_ms * 1000 };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv)))
		die("socket");
	return fd;
}

static int find_family(void)
{
	struct genlmsghdr genl = { .cmd = CTRL_CMD_GETFAMILY, .version = 1 };
	struct nlattr *attr;
	__u8 reply[8192];
	int len, at;

	start(GENL_ID_CTRL, &genl, sizeof(genl));
	msg.nlh.nlmsg_flags = NLM_F_REQUEST;
	put(CTRL_ATTR_FAMILY_NAME, VIFMAP_FAMILY_NAME,
	    sizeof(VIFMAP_FAMILY_NAME));
	transmit(genl_fd, msg.nlh.nlmsg_len);
	len = recv(genl_fd, reply, sizeof(reply), 0);
	for (at = NLMSG_LENGTH(GENL_HDRLEN); at + NLA_HDRLEN <= len;
	     at += NLA_ALIGN(attr->nla_len)) {
		attr = (void *)(reply + at);
		if (attr->nla_type == CTRL_ATTR_FAMILY_ID)
			return *(__u16 *)(attr + 1);
		if (attr->nla_len < NLA_HDRLEN)
			break;
	}
	errno = ENOENT;
	die("family");
	return 0;
}

int main(int argc, char **argv)
{
	if (argc < 4) {
		fprintf(stderr, "usage: see the head of the source\n");
		return 2;
	}
	pdev = if_nametoindex(argv[2]);
	vif = if_nametoindex(argv[3]);
	/* An answer comes before send() returns, if one comes at all. */
	genl_fd = open_netlink(NETLINK_GENERIC, 200);
	rtnl_fd = open_netlink(NETLINK_ROUTE, 200);
	family = find_family();
	sent = 0;
	if (!strcmp(argv[1], "malformed"))
		malformed();
	else if (argc == 6)
		randomized(atoi(argv[4]), atoi(argv[5]));
	return accepted > 0;
}
