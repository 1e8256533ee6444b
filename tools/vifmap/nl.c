// SPDX-License-Identifier: GPL-2.0
/*
 * vifmap - netlink sockets, requests and what the kernel says of them
 *
 * There is one socket per protocol. They are opened when they are needed
 * and kept, so that a batch pays for them and for resolving the family once.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>

#include <linux/genetlink.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_hook.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>

#include "nl.h"

#define NO_MODULE "the kernel module vifmap is not loaded (modprobe vifmap)"

/* How often a dump is begun again because the list changed meanwhile */
#define NL_DUMP_TRIES	10

static struct mnl_socket *nl_sock_genl;
static struct mnl_socket *nl_sock_rtnl;
static struct mnl_socket *nl_sock_netfilter;
static __u32 nl_seq;
static bool nl_list_changed;
static bool nl_list_unsure;

static struct {
	__u16 id;
	__u32 version;
	__u32 events;
} nl_family;

/* Why the last request failed */
static struct {
	int err;
	char text[512];
} nl_why;

/* The kernel fills as much as is asked for, 32 KiB at most */
static char nl_buf[32768] __attribute__((aligned(8)));

static int nl_fail(int err)
{
	nl_why.err = err;
	nl_why.text[0] = '\0';
	return -err;
}

static struct mnl_socket *nl_open(int bus)
{
	static const int wanted[] = {
		NETLINK_EXT_ACK, NETLINK_CAP_ACK, NETLINK_GET_STRICT_CHK,
	};
	struct mnl_socket *sock = mnl_socket_open2(bus, SOCK_CLOEXEC);
	unsigned int i;
	int on = 1;

	if (!sock)
		return NULL;
	/* A kernel without one of them answers less well, but answers */
	for (i = 0; i < ARRAY_SIZE(wanted); i++)
		mnl_socket_setsockopt(sock, wanted[i], &on, sizeof(on));
	if (mnl_socket_bind(sock, 0, MNL_SOCKET_AUTOPID) < 0) {
		mnl_socket_close(sock);
		return NULL;
	}
	return sock;
}

static struct mnl_socket *nl_sock(int bus)
{
	struct mnl_socket **sock;

	if (bus == NETLINK_NETFILTER)
		sock = &nl_sock_netfilter;
	else
		sock = bus == NETLINK_GENERIC ? &nl_sock_genl : &nl_sock_rtnl;
	if (!*sock)
		*sock = nl_open(bus);
	return *sock;
}

/**
 * nl_ioctl - Ask of an interface what any socket is good for.
 * @request: SIOC*.
 * @ifr: Its argument.
 *
 * Return: 0 or a negative error number.
 */
int nl_ioctl(unsigned long request, struct ifreq *ifr)
{
	struct mnl_socket *sock = nl_sock(NETLINK_ROUTE);

	if (!sock || ioctl(mnl_socket_get_fd(sock), request, ifr))
		return -errno;
	return 0;
}

/**
 * nl_close - Close the sockets.
 */
void nl_close(void)
{
	if (nl_sock_genl)
		mnl_socket_close(nl_sock_genl);
	if (nl_sock_rtnl)
		mnl_socket_close(nl_sock_rtnl);
	if (nl_sock_netfilter)
		mnl_socket_close(nl_sock_netfilter);
	nl_sock_genl = NULL;
	nl_sock_rtnl = NULL;
	nl_sock_netfilter = NULL;
}

static struct nlmsghdr *nl_begin(struct nl_req *r, int bus, __u16 type,
				 const struct attr_set *set)
{
	/* libmnl leaves what pads attributes as it was */
	memset(r, 0, sizeof(*r));
	r->bus = bus;
	r->set = set;
	r->nlh = mnl_nlmsg_put_header(r->buf);
	r->nlh->nlmsg_type = type;
	r->nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	return r->nlh;
}

static void nl_begin_genl(struct nl_req *r, __u16 type, __u8 cmd,
			  __u8 version, const struct attr_set *set)
{
	struct nlmsghdr *nlh = nl_begin(r, NETLINK_GENERIC, type, set);
	struct genlmsghdr *genl;

	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = cmd;
	genl->version = version;
}

/**
 * nl_request - Begin a request for the family vifmap.
 * @r: The request.
 * @cmd: VIFMAP_CMD_*.
 * @set: What its attributes are called.
 */
void nl_request(struct nl_req *r, __u8 cmd, const struct attr_set *set)
{
	/* nl_talk() puts the type, which need not be known yet */
	nl_begin_genl(r, 0, cmd, VIFMAP_FAMILY_VERSION, set);
}

/**
 * nl_request_rtnl - Begin a request for rtnetlink.
 * @r: The request.
 * @type: RTM_*.
 * @flags: NLM_F_* that are needed beside the usual ones.
 * @size: Size of the header of that type.
 *
 * Return: The header, all zero.
 */
void *nl_request_rtnl(struct nl_req *r, __u16 type, __u16 flags, size_t size)
{
	struct nlmsghdr *nlh = nl_begin(r, NETLINK_ROUTE, type, NULL);

	nlh->nlmsg_flags |= flags;
	return mnl_nlmsg_put_extra_header(nlh, size);
}

/**
 * nl_request_link - Begin a request for a link.
 * @r: The request.
 * @type: RTM_*LINK.
 * @flags: NLM_F_* that are needed beside the usual ones.
 * @ifindex: The interface, or 0.
 * @if_flags: IFF_* to set, the others being left alone; 0 for none.
 */
void nl_request_link(struct nl_req *r, __u16 type, __u16 flags,
		     __u32 ifindex, __u32 if_flags)
{
	struct ifinfomsg *ifi;

	ifi = nl_request_rtnl(r, type, flags, sizeof(*ifi));
	ifi->ifi_index = ifindex;
	ifi->ifi_flags = if_flags;
	ifi->ifi_change = if_flags;
}

/**
 * nl_request_hooks - Begin a request for what hooks into a device's frames.
 * @r: The request.
 * @hook: NF_NETDEV_INGRESS or NF_NETDEV_EGRESS.
 * @dev: Name of the device.
 */
void nl_request_hooks(struct nl_req *r, __u32 hook, const char *dev)
{
	const __u16 type = NFNL_SUBSYS_HOOK << 8 | NFNL_MSG_HOOK_GET;
	struct nlmsghdr *nlh = nl_begin(r, NETLINK_NETFILTER, type, NULL);
	struct nfgenmsg *nf;

	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	nf = mnl_nlmsg_put_extra_header(nlh, sizeof(*nf));
	nf->nfgen_family = NFPROTO_NETDEV;
	mnl_attr_put_u32(nlh, NFNLA_HOOK_HOOKNUM, htonl(hook));
	mnl_attr_put_strz(nlh, NFNLA_HOOK_DEV, dev);
}

/**
 * nl_request_copy - Keep a request in no more memory than it needs.
 * @r: The request.
 *
 * Return: A request that can be sent, but not added to; to be freed with
 * free().
 */
struct nl_req *nl_request_copy(const struct nl_req *r)
{
	size_t size = offsetof(struct nl_req, buf) + r->nlh->nlmsg_len;
	struct nl_req *copy = mem_realloc(NULL, 1, size);

	memcpy(copy, r, size);
	copy->nlh = (struct nlmsghdr *)copy->buf;
	return copy;
}

/**
 * nl_request_has - Look for an attribute in a request for the family.
 * @r: The request.
 * @attr: Its number, or 0 for any.
 *
 * Return: Whether it is there.
 */
bool nl_request_has(const struct nl_req *r, unsigned int attr)
{
	const struct nlattr *nla;

	mnl_attr_for_each(nla, r->nlh, sizeof(struct genlmsghdr))
		if (!attr || mnl_attr_get_type(nla) == attr)
			return true;
	return false;
}

static const char *nl_attr_name(const struct nl_req *r, unsigned int type)
{
	if (!r->set || type > r->set->max)
		return NULL;
	return r->set->attr[type].name;
}

/* The attribute of our own request that the kernel points at, if that is a word
 * of the user's: an index is none
 */
static const char *nl_attr_at(const struct nl_req *r, __u32 off)
{
	const struct nlattr *nla;
	unsigned int type;

	if (off > r->nlh->nlmsg_len ||
	    r->nlh->nlmsg_len - off < sizeof(*nla))
		return NULL;
	nla = (const struct nlattr *)(r->buf + off);
	type = mnl_attr_get_type(nla);
	if (r->set && type <= r->set->max && r->set->attr[type].hidden)
		return NULL;
	return nl_attr_name(r, type);
}

/* What the kernel would have taken: " MIN to MAX", or nothing */
static void nl_policy_text(const struct nlattr *policy, char *text, size_t size)
{
	const struct nlattr *nla;
	bool have = false;
	__u64 max = 0;
	__u64 min = 0;

	text[0] = '\0';
	if (!policy)
		return;
	mnl_attr_for_each_nested(nla, policy) {
		if (mnl_attr_validate(nla, MNL_TYPE_U64))
			continue;
		if (mnl_attr_get_type(nla) == NL_POLICY_TYPE_ATTR_MIN_VALUE_U)
			min = mnl_attr_get_u64(nla);
		if (mnl_attr_get_type(nla) == NL_POLICY_TYPE_ATTR_MAX_VALUE_U) {
			max = mnl_attr_get_u64(nla);
			have = true;
		}
	}
	if (have)
		snprintf(text, size, ": %llu to %llu", min, max);
}

/* The extended acknowledgment as a sentence, in nl_why */
static void nl_explain(const struct nl_req *r, const struct nlattr **tb)
{
	const char *text = strerror(nl_why.err);
	const char *missing = NULL;
	const char *name = NULL;
	const struct nlattr *nla;
	char range[64];

	if (tb[NLMSGERR_ATTR_MSG])
		text = mnl_attr_get_str(tb[NLMSGERR_ATTR_MSG]);
	nla = tb[NLMSGERR_ATTR_OFFS];
	if (nla)
		name = nl_attr_at(r, mnl_attr_get_u32(nla));
	nla = tb[NLMSGERR_ATTR_MISS_TYPE];
	if (nla)
		missing = nl_attr_name(r, mnl_attr_get_u32(nla));
	nl_policy_text(tb[NLMSGERR_ATTR_POLICY], range, sizeof(range));

	if (name)
		snprintf(nl_why.text, sizeof(nl_why.text), "%s (%s%s)",
			 text, name, range);
	else if (missing)
		snprintf(nl_why.text, sizeof(nl_why.text), "%s (missing: %s)",
			 text, missing);
	else if (tb[NLMSGERR_ATTR_MSG])
		snprintf(nl_why.text, sizeof(nl_why.text), "%s", text);
}

static bool nl_ext_ack_valid(const struct nlattr *nla)
{
	switch (mnl_attr_get_type(nla)) {
	case NLMSGERR_ATTR_MSG:
		return !mnl_attr_validate(nla, MNL_TYPE_NUL_STRING);
	case NLMSGERR_ATTR_OFFS:
	case NLMSGERR_ATTR_MISS_TYPE:
		return !mnl_attr_validate(nla, MNL_TYPE_U32);
	case NLMSGERR_ATTR_POLICY:
		return true;
	default:
		return false;
	}
}

/* tb has room for NLMSGERR_ATTR_MAX + 1 attributes. */
static void nl_ext_ack(const struct nlmsghdr *nlh, size_t off,
		       const struct nlattr **tb)
{
	const struct nlattr *nla;

	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS) ||
	    off > mnl_nlmsg_get_payload_len(nlh))
		return;
	mnl_attr_for_each(nla, nlh, off)
		if (nl_ext_ack_valid(nla))
			tb[mnl_attr_get_type(nla)] = nla;
}

/* What the family has to say of a request that it has carried out. What
 * rtnetlink says then is about one step of several that the tool takes.
 */
static void nl_warn(const struct nl_req *r, const struct nlattr **tb)
{
	if (r->bus == NETLINK_GENERIC && tb[NLMSGERR_ATTR_MSG])
		msg_note("%s", mnl_attr_get_str(tb[NLMSGERR_ATTR_MSG]));
}

/* The last message of an answer: 0 or a negative error number */
static int nl_last(const struct nl_req *r, const struct nlmsghdr *nlh)
{
	const struct nlmsgerr *e = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *tb[NLMSGERR_ATTR_MAX + 1] = {};
	size_t off = sizeof(int);
	int err = 0;

	if (nlh->nlmsg_type == NLMSG_ERROR) {
		off = sizeof(*e);
		if (mnl_nlmsg_get_payload_len(nlh) < off)
			return nl_fail(EBADMSG);
		if (!(nlh->nlmsg_flags & NLM_F_CAPPED))
			off += MNL_ALIGN(mnl_nlmsg_get_payload_len(&e->msg));
	}
	if (mnl_nlmsg_get_payload_len(nlh) >= sizeof(err))
		err = *(const int *)mnl_nlmsg_get_payload(nlh);
	nl_ext_ack(nlh, off, tb);
	if (err >= 0) {
		nl_warn(r, tb);
		return 0;
	}
	nl_fail(-err);
	nl_explain(r, tb);
	return err;
}

/* Read one buffer of an answer: 1 when there is more to come */
static int nl_receive(struct mnl_socket *sock, const struct nl_req *r,
		      nl_reply_fn fn, void *data)
{
	ssize_t n = mnl_socket_recvfrom(sock, nl_buf, sizeof(nl_buf));
	const struct nlmsghdr *nlh = (const struct nlmsghdr *)nl_buf;
	int len = n;

	if (n < 0)
		return errno == EINTR ? 1 : nl_fail(errno);
	for (; mnl_nlmsg_ok(nlh, len); nlh = mnl_nlmsg_next(nlh, &len)) {
		/* The rest of an answer that was given up */
		if (nlh->nlmsg_seq != r->nlh->nlmsg_seq)
			continue;
		if (nlh->nlmsg_flags & NLM_F_DUMP_INTR)
			nl_list_changed = true;
		if (nlh->nlmsg_type == NLMSG_ERROR ||
		    nlh->nlmsg_type == NLMSG_DONE)
			return nl_last(r, nlh);
		if (nlh->nlmsg_type >= NLMSG_MIN_TYPE && fn)
			fn(nlh, data);
	}
	return 1;
}

/**
 * nl_talk - Send a request and wait until it is answered.
 * @r: The request.
 * @fn: What to do with each message of the answer, or NULL.
 * @data: For @fn.
 *
 * Return: 0 or a negative error number; nl_refused() tells why.
 */
int nl_talk(struct nl_req *r, nl_reply_fn fn, void *data)
{
	struct mnl_socket *sock = nl_sock(r->bus);
	int ret;

	if (!sock)
		return nl_fail(errno);
	if (!nl_seq)
		nl_seq = time(NULL);
	r->nlh->nlmsg_seq = ++nl_seq;
	if (r->set)
		r->nlh->nlmsg_type = nl_family.id;
	if (mnl_socket_sendto(sock, r->nlh, r->nlh->nlmsg_len) < 0)
		return nl_fail(errno);
	do
		ret = nl_receive(sock, r, fn, data);
	while (ret > 0);
	return ret;
}

struct nl_get_data {
	const struct attr_set *set;
	struct obj *o;
};

static void nl_get_reply(const struct nlmsghdr *nlh, void *data)
{
	struct nl_get_data *get = data;

	if (!get->o)
		get->o = obj_new(get->set, nlh);
}

/**
 * nl_get - Ask the family for one object.
 * @r: The request.
 * @o: Where to put it; the caller frees it.
 *
 * Return: 0 or a negative error number.
 */
int nl_get(struct nl_req *r, struct obj **o)
{
	struct nl_get_data get = { .set = r->set };
	int ret;

	ret = nl_talk(r, nl_get_reply, &get);
	if (!ret && !get.o)
		ret = nl_fail(ENODATA);
	if (ret) {
		free(get.o);
		get.o = NULL;
	}
	*o = get.o;
	return ret;
}

/**
 * nl_is_absent - See whether what was asked for is simply not there.
 * @err: What nl_get() returned.
 *
 * An interface that has gone, one that is no vifmap device and has none on it,
 * and an address that is not mapped have an error number each.
 *
 * Return: Whether it is so.
 */
bool nl_is_absent(int err)
{
	return err == -ENODEV || err == -EOPNOTSUPP || err == -ENOENT;
}

struct nl_dump_data {
	const struct attr_set *set;
	struct obj_list *list;
};

static void nl_dump_reply(const struct nlmsghdr *nlh, void *data)
{
	struct nl_dump_data *dump = data;

	obj_list_add(dump->list, obj_new(dump->set, nlh));
}

/**
 * nl_dump - Ask the family for all objects that a request names.
 * @r: The request.
 * @list: Where to put them; empty after an error.
 *
 * A list that keeps changing while it is read is returned as it was last
 * seen, and nl_incomplete() knows of it.
 *
 * Return: 0 or a negative error number.
 */
int nl_dump(struct nl_req *r, struct obj_list *list)
{
	struct nl_dump_data dump = { .set = r->set, .list = list };
	unsigned int i;
	int ret = 0;

	memset(list, 0, sizeof(*list));
	r->nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	for (i = 0; i < NL_DUMP_TRIES; i++) {
		obj_list_free(list);
		nl_list_changed = false;
		ret = nl_talk(r, nl_dump_reply, &dump);
		if (ret || !nl_list_changed)
			break;
	}
	if (ret)
		obj_list_free(list);
	else if (nl_list_changed)
		nl_list_unsure = true;
	return ret;
}

/**
 * nl_incomplete - See whether a list changed while it was read.
 *
 * Return: Whether it did, since this function was last called.
 */
bool nl_incomplete(void)
{
	bool ret = nl_list_unsure;

	nl_list_unsure = false;
	return ret;
}

/**
 * nl_refused - Tell why the last request failed.
 * @fmt: What it was meant to do, as for printf(); NULL where the reason says
 *	enough.
 *
 * Return: The exit status for that.
 */
int nl_refused(const char *fmt, ...)
{
	const char *why = nl_why.text;
	char what[256];
	va_list ap;

	if (!*why && nl_why.err == EPERM)
		why = "permission denied: this needs root (CAP_NET_ADMIN)";
	else if (!*why)
		why = strerror(nl_why.err);
	if (!fmt)
		return msg_refused("%s", why);
	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	return msg_refused("%s: %s", what, why);
}

static void nl_group_reply(const struct nlattr *group)
{
	const struct nlattr *nla;
	const char *name = "";
	__u32 id = 0;

	mnl_attr_for_each_nested(nla, group) {
		if (mnl_attr_get_type(nla) == CTRL_ATTR_MCAST_GRP_NAME &&
		    !mnl_attr_validate(nla, MNL_TYPE_NUL_STRING))
			name = mnl_attr_get_str(nla);
		if (mnl_attr_get_type(nla) == CTRL_ATTR_MCAST_GRP_ID &&
		    !mnl_attr_validate(nla, MNL_TYPE_U32))
			id = mnl_attr_get_u32(nla);
	}
	if (!strcmp(name, VIFMAP_MCGRP_EVENTS))
		nl_family.events = id;
}

static void nl_family_reply(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *group;
	const struct nlattr *nla;
	(void)data;

	mnl_attr_for_each(nla, nlh, sizeof(struct genlmsghdr)) {
		switch (mnl_attr_get_type(nla)) {
		case CTRL_ATTR_FAMILY_ID:
			if (!mnl_attr_validate(nla, MNL_TYPE_U16))
				nl_family.id = mnl_attr_get_u16(nla);
			break;
		case CTRL_ATTR_VERSION:
			if (!mnl_attr_validate(nla, MNL_TYPE_U32))
				nl_family.version = mnl_attr_get_u32(nla);
			break;
		case CTRL_ATTR_MCAST_GROUPS:
			mnl_attr_for_each_nested(group, nla)
				nl_group_reply(group);
			break;
		}
	}
}

/**
 * nl_family_need - See that the module is there and speaks as this tool does.
 *
 * Asking for the family makes the kernel load the module.
 *
 * Return: 0 or an exit status.
 */
int nl_family_need(void)
{
	struct nl_req r;
	int ret;

	if (nl_family.id)
		return 0;
	nl_begin_genl(&r, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 1, NULL);
	mnl_attr_put_strz(r.nlh, CTRL_ATTR_FAMILY_NAME, VIFMAP_FAMILY_NAME);
	ret = nl_talk(&r, nl_family_reply, NULL);
	if (ret == -ENOENT || (!ret && !nl_family.id))
		return msg_refused(NO_MODULE);
	if (ret)
		return nl_refused("cannot ask for the module");
	if (nl_family.version == VIFMAP_FAMILY_VERSION)
		return 0;
	nl_family.id = 0;
	return msg_refused("the module speaks version %u of the %s, %s %d: %s",
			   nl_family.version, "vifmap family",
			   "this tool version", VIFMAP_FAMILY_VERSION,
			   "update the older one");
}

/**
 * nl_events_group - The multicast group of the events.
 *
 * Return: Its number, known after nl_family_need(), or 0.
 */
__u32 nl_events_group(void)
{
	return nl_family.events;
}
