// SPDX-License-Identifier: GPL-2.0
/*
 * netlink_replay - send recorded netlink messages again, short of memory
 *
 * Reads commands, a line each, and answers each with a line.
 *
 *   replay FILE N
 *	Sends the messages that netlink_record.so has put into FILE, each after
 *	the answer to the one before, until one is refused; that there is no
 *	such device (ENODEV) is an answer like others. Meanwhile the N-th
 *	allocation that the kernel's fault injection counts fails; none if N is
 *	0. Answers "ok ERROR LEFT MESSAGES": the errno of the refusal or 0, what
 *	is left of N (0 when an allocation has failed, else there were less than
 *	N), and how many messages the answers had.
 *   state
 *	Answers "ok SUM": a sum over all links, the module's devices, vifs,
 *	entries and options, and what "bridge fdb" shows but for multicast
 *	addresses, which are those of others. The same for the same state,
 *	whatever the order. Not in it: counters, idle times, and what follows
 *	from carriers, which the kernel brings up to date some time later.
 *
 * Anything else that is wrong is "error ...".
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <linux/if.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <linux/vifmap.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "netlink_record.h"
#include "patience.h"

#define ROOM	65536

static int fail_fd;
static uint16_t family;
static uint64_t sum;

static void die(const char *what)
{
	printf("error %s: %s\n", what, strerror(errno));
	exit(1);
}

/* A new one each time: nothing of an answer is left over in it. */
static struct mnl_socket *open_socket(int protocol)
{
	struct timeval patience = { .tv_sec = with_patience(60) };
	struct mnl_socket *nl = mnl_socket_open(protocol);
	int one = 1;

	if (!nl || mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID) < 0)
		die("socket");
	if (setsockopt(mnl_socket_get_fd(nl), SOL_SOCKET, SO_RCVTIMEO,
		       &patience, sizeof(patience)) < 0)
		die("SO_RCVTIMEO");
	/* As ip and bridge do */
	if (protocol == NETLINK_ROUTE &&
	    mnl_socket_setsockopt(nl, NETLINK_GET_STRICT_CHK, &one,
				  sizeof(one)) < 0)
		die("NETLINK_GET_STRICT_CHK");
	return nl;
}

/* --- the state ---------------------------------------------------------- */

static uint64_t add_bytes(uint64_t hash, const void *data, size_t len)
{
	const uint8_t *byte = data;

	while (len--)
		hash = (hash ^ *byte++) * UINT64_C(0x100000001b3);
	return hash;
}

/* FNV-1a; what is skipped is a bit for each type of attribute. */
static void add_message(const struct nlmsghdr *nlh, const void *head,
			size_t head_len, size_t offset, uint64_t skip)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);
	const struct nlattr *attr;

	hash = add_bytes(hash, &nlh->nlmsg_type, sizeof(nlh->nlmsg_type));
	hash = add_bytes(hash, head, head_len);
	mnl_attr_for_each(attr, nlh, offset) {
		uint16_t type = mnl_attr_get_type(attr);

		if (type < 64 && skip & UINT64_C(1) << type)
			continue;
		hash = add_bytes(hash, attr, attr->nla_len);
	}
	sum += hash;
}

#define SKIP(type)	(UINT64_C(1) << (type))

static int add_link(const struct nlmsghdr *nlh, void *data)
{
	struct ifinfomsg ifi = *(struct ifinfomsg *)NLMSG_DATA(nlh);

	(void)data;
	ifi.ifi_flags &= ~(IFF_RUNNING | IFF_LOWER_UP | IFF_DORMANT);
	add_message(nlh, &ifi, sizeof(ifi), sizeof(ifi),
		    SKIP(IFLA_STATS) | SKIP(IFLA_STATS64) |
		    SKIP(IFLA_OPERSTATE) | SKIP(IFLA_QDISC) |
		    SKIP(IFLA_CARRIER) | SKIP(IFLA_CARRIER_CHANGES) |
		    SKIP(IFLA_CARRIER_UP_COUNT) |
		    SKIP(IFLA_CARRIER_DOWN_COUNT) | SKIP(IFLA_AF_SPEC));
	return MNL_CB_OK;
}

static int add_fdb_entry(const struct nlmsghdr *nlh, void *data)
{
	const struct ndmsg *ndm = NLMSG_DATA(nlh);
	const struct nlattr *attr;

	(void)data;
	mnl_attr_for_each(attr, nlh, sizeof(*ndm)) {
		if (mnl_attr_get_type(attr) == NDA_LLADDR &&
		    *(uint8_t *)mnl_attr_get_payload(attr) & 1)
			return MNL_CB_OK;
	}
	add_message(nlh, ndm, sizeof(*ndm), sizeof(*ndm), SKIP(NDA_CACHEINFO));
	return MNL_CB_OK;
}

static int add_genl(const struct nlmsghdr *nlh, void *data)
{
	add_message(nlh, NLMSG_DATA(nlh), sizeof(struct genlmsghdr),
		    sizeof(struct genlmsghdr), *(uint64_t *)data);
	return MNL_CB_OK;
}

static void dump(int protocol, uint16_t type, const void *head,
		 size_t head_len, mnl_cb_t callback, uint64_t skip)
{
	static char buf[ROOM];
	struct mnl_socket *nl = open_socket(protocol);
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	int ret, len;

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	memcpy(mnl_nlmsg_put_extra_header(nlh, head_len), head, head_len);
	if (mnl_socket_sendto(nl, nlh, nlh->nlmsg_len) < 0)
		die("send");
	do {
		len = mnl_socket_recvfrom(nl, buf, sizeof(buf));
		if (len < 0)
			die("receive");
		ret = mnl_cb_run(buf, len, 0, 0, callback, &skip);
	} while (ret > MNL_CB_STOP);
	if (ret < 0)
		die("dump");
	mnl_socket_close(nl);
}

static void dump_genl(int cmd, uint64_t skip)
{
	struct genlmsghdr genl = {
		.cmd = cmd,
		.version = VIFMAP_FAMILY_VERSION,
	};

	dump(NETLINK_GENERIC, family, &genl, sizeof(genl), add_genl, skip);
}

static void state(void)
{
	struct ifinfomsg ifi = {};
	struct ndmsg ndm = { .ndm_family = AF_BRIDGE };

	sum = 0;
	dump(NETLINK_ROUTE, RTM_GETLINK, &ifi, sizeof(ifi), add_link, 0);
	dump(NETLINK_ROUTE, RTM_GETNEIGH, &ndm, sizeof(ndm), add_fdb_entry, 0);
	dump_genl(VIFMAP_CMD_DEV_GET, SKIP(VIFMAP_A_DEV_WIRE_STATS) |
		  SKIP(VIFMAP_A_DEV_HOST_STATS) |
		  SKIP(VIFMAP_A_DEV_PORT_STATS));
	dump_genl(VIFMAP_CMD_PORT_GET, SKIP(VIFMAP_A_PORT_STATS));
	dump_genl(VIFMAP_CMD_MAC_GET, SKIP(VIFMAP_A_MAC_IDLE));
	printf("ok %016" PRIx64 "\n", sum);
}

/* --- messages again ----------------------------------------------------- */

static void set_fail_nth(unsigned int n)
{
	if (dprintf(fail_fd, "%u", n) < 0)
		die("fail-nth");
}

static unsigned int get_fail_nth(void)
{
	char text[16] = "";

	if (pread(fail_fd, text, sizeof(text) - 1, 0) < 0)
		die("fail-nth");
	return strtoul(text, NULL, 10);
}

/* Whether this part of an answer is its last; sets *error when it says so. */
static bool is_end(const struct nlmsghdr *request, const struct nlmsghdr *nlh,
		   int *error)
{
	const struct nlmsgerr *err = NLMSG_DATA(nlh);

	if (nlh->nlmsg_seq != request->nlmsg_seq)
		return false;
	if (nlh->nlmsg_type == NLMSG_ERROR) {
		*error = -err->error;
		return true;
	}
	/* The end of a dump may say that it is none. */
	if (nlh->nlmsg_type == NLMSG_DONE) {
		*error = -*(int *)NLMSG_DATA(nlh);
		return true;
	}
	return !(request->nlmsg_flags & (NLM_F_DUMP | NLM_F_ACK));
}

/* Returns the errno of the answer, or 0. */
static int answer(struct mnl_socket *nl, const struct nlmsghdr *request,
		  unsigned int *messages)
{
	static char buf[ROOM];
	const struct nlmsghdr *nlh;
	bool end = false;
	int error = 0, len;

	while (!end && !error) {
		len = mnl_socket_recvfrom(nl, buf, sizeof(buf));
		if (len < 0)
			return errno;
		for (nlh = (void *)buf; mnl_nlmsg_ok(nlh, len) && !end;
		     nlh = mnl_nlmsg_next(nlh, &len)) {
			end = is_end(request, nlh, &error);
			++*messages;
		}
	}
	/* ip asks that way for links, and for what the kernel can do. */
	return error == ENODEV ? 0 : error;
}

/* Each message that was sent together with others has an answer of its own. */
static int send_again(struct mnl_socket *nl, char *block, int len,
		      unsigned int *messages)
{
	const struct nlmsghdr *nlh = (void *)block;
	int error = 0;

	if (mnl_socket_sendto(nl, block, len) < 0)
		return errno;
	while (!error && mnl_nlmsg_ok(nlh, len)) {
		error = answer(nl, nlh, messages);
		nlh = mnl_nlmsg_next(nlh, &len);
	}
	return error;
}

static int replay_all(char *data, size_t size, unsigned int *messages)
{
	struct mnl_socket *sockets[] = {
		[NETLINK_ROUTE] = open_socket(NETLINK_ROUTE),
		[NETLINK_GENERIC] = open_socket(NETLINK_GENERIC),
	};
	struct record_head head;
	int error = 0;
	char *end = data + size;

	while (!error && data < end) {
		memcpy(&head, data, sizeof(head));
		data += sizeof(head);
		error = send_again(sockets[head.protocol], data, head.len,
				   messages);
		data += head.len;
	}
	mnl_socket_close(sockets[NETLINK_ROUTE]);
	mnl_socket_close(sockets[NETLINK_GENERIC]);
	return error;
}

static void replay(const char *name, unsigned int n)
{
	/* Netlink wants its messages aligned, and the heads keep that. */
	static char data[ROOM] __attribute__((aligned(8)));
	unsigned int messages = 0, left;
	int fd = open(name, O_RDONLY | O_CLOEXEC), error;
	ssize_t size;

	if (fd < 0)
		die(name);
	size = read(fd, data, sizeof(data));
	close(fd);
	if (size <= 0 || size == sizeof(data)) {
		printf("error %s is empty or too large\n", name);
		exit(1);
	}
	set_fail_nth(n);
	error = replay_all(data, size, &messages);
	left = get_fail_nth();
	set_fail_nth(0);
	printf("ok %d %u %u\n", error, left, messages);
}

/* --- commands ----------------------------------------------------------- */

static int find_id(const struct nlattr *attr, void *data)
{
	(void)data;
	if (mnl_attr_get_type(attr) == CTRL_ATTR_FAMILY_ID)
		family = mnl_attr_get_u16(attr);
	return MNL_CB_OK;
}

static int find_family(const struct nlmsghdr *nlh, void *data)
{
	(void)data;
	return mnl_attr_parse(nlh, sizeof(struct genlmsghdr), find_id, NULL);
}

static void ask_family(void)
{
	struct mnl_socket *nl = open_socket(NETLINK_GENERIC);
	char buf[8192];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct genlmsghdr *genl;
	int len;

	nlh->nlmsg_type = GENL_ID_CTRL;
	nlh->nlmsg_flags = NLM_F_REQUEST;
	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = CTRL_CMD_GETFAMILY;
	genl->version = 1;
	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, VIFMAP_FAMILY_NAME);
	if (mnl_socket_sendto(nl, nlh, nlh->nlmsg_len) < 0)
		die("send");
	len = mnl_socket_recvfrom(nl, buf, sizeof(buf));
	if (len < 0 || mnl_cb_run(buf, len, 0, 0, find_family, NULL) < 0)
		die("no family " VIFMAP_FAMILY_NAME);
	mnl_socket_close(nl);
}

int main(void)
{
	char line[4096], name[sizeof(line)];
	unsigned int n;

	setvbuf(stdout, NULL, _IOLBF, 0);
	fail_fd = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	if (fail_fd < 0)
		die("fail-nth");
	ask_family();
	while (fgets(line, sizeof(line), stdin)) {
		if (sscanf(line, "replay %s %u", name, &n) == 2)
			replay(name, n);
		else if (!strcmp(line, "state\n"))
			state();
		else
			printf("error what is %s", line);
	}
	return 0;
}
