// SPDX-License-Identifier: GPL-2.0
/*
 * nic_double.so - an interface that passes for a NIC that no machine here has
 *
 *	NIC_DOUBLE=NAME LD_PRELOAD=nic_double.so COMMAND...
 *
 * What the command asks the driver of the interface NAME is answered from
 *
 *	NIC_DOUBLE_DRIVER, NIC_DOUBLE_FIRMWARE, NIC_DOUBLE_BUS
 *		who drives it, and where it is
 *	NIC_DOUBLE_FLAG=NAME:0|1
 *		its only private flag
 *	NIC_DOUBLE_VF=PF:NUMBER:SPOOFCHK:TRUST
 *		what rtnetlink says of a virtual function of PF; -1 where its
 *		driver has no such setting
 *	NIC_DOUBLE_LOST=MISSED:FIFO
 *		how many frames its counters say it had no room for
 *	NIC_DOUBLE_HOOK=off
 *		what vifmap says of the kernel's egress hook
 *
 * The rest is the kernel's.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <linux/ethtool.h>
#include <linux/genetlink.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <linux/vifmap.h>

static const char *env(const char *name) { return getenv(name) ?: ""; }

static void *next(const char *name)
{
	void *function = dlsym(RTLD_NEXT, name);

	if (!function)
		abort();
	return function;
}

static void drvinfo(struct ethtool_drvinfo *info)
{
	snprintf(info->driver, sizeof(info->driver), "%s",
		 env("NIC_DOUBLE_DRIVER"));
	snprintf(info->fw_version, sizeof(info->fw_version), "%s",
		 env("NIC_DOUBLE_FIRMWARE"));
	snprintf(info->bus_info, sizeof(info->bus_info), "%s",
		 env("NIC_DOUBLE_BUS"));
}

static int flag_count(struct ethtool_sset_info *sset)
{
	sset->data[0] = 1;
	return 0;
}

static int flag_name(struct ethtool_gstrings *names)
{
	const char *flag = env("NIC_DOUBLE_FLAG");

	names->len = 1;
	snprintf((char *)names->data, ETH_GSTRING_LEN, "%.*s",
		 (int)strcspn(flag, ":"), flag);
	return 0;
}

static int flag_value(struct ethtool_value *flags)
{
	const char *flag = env("NIC_DOUBLE_FLAG");

	flags->data = flag[strcspn(flag, ":")] ?
		      atoi(flag + strcspn(flag, ":") + 1) : 0;
	return 0;
}

/* 1 for what is left to the kernel */
static int ask(void *data)
{
	const struct ethtool_gstrings *names = data;
	const struct ethtool_sset_info *sset = data;
	bool has_flag = *env("NIC_DOUBLE_FLAG");
	__u32 cmd = *(__u32 *)data;

	if (cmd == ETHTOOL_GDRVINFO && *env("NIC_DOUBLE_DRIVER")) {
		drvinfo(data);
		return 0;
	}
	if (!has_flag)
		return 1;
	if (cmd == ETHTOOL_GSSET_INFO &&
	    sset->sset_mask == 1ULL << ETH_SS_PRIV_FLAGS)
		return flag_count(data);
	if (cmd == ETHTOOL_GSTRINGS && names->string_set == ETH_SS_PRIV_FLAGS)
		return flag_name(data);
	return cmd == ETHTOOL_GPFLAGS ? flag_value(data) : 1;
}

int ioctl(int fd, unsigned long request, ...)
{
	typeof(ioctl) *libc = next("ioctl");
	struct ifreq *ifr;
	va_list ap;

	va_start(ap, request);
	ifr = va_arg(ap, struct ifreq *);
	va_end(ap);
	if (request == SIOCETHTOOL && !strcmp(ifr->ifr_name, env("NIC_DOUBLE")))
		if (!ask(ifr->ifr_data))
			return 0;
	return libc(fd, request, ifr);
}

static struct rtattr *add(struct nlmsghdr *nlh, int type, const void *data,
			  size_t len)
{
	struct rtattr *rta;

	rta = (struct rtattr *)((char *)nlh + NLMSG_ALIGN(nlh->nlmsg_len));
	rta->rta_type = type;
	rta->rta_len = RTA_LENGTH(len);
	if (len)
		memcpy(RTA_DATA(rta), data, len);
	nlh->nlmsg_len = NLMSG_ALIGN(nlh->nlmsg_len) + RTA_SPACE(len);
	return rta;
}

static void end(const struct nlmsghdr *nlh, struct rtattr *rta)
{
	rta->rta_len = (char *)nlh + nlh->nlmsg_len - (char *)rta;
}

/* What the kernel puts into the description of a physical function */
static void add_vf(struct nlmsghdr *nlh, __u32 vf, __u32 spoofchk, __u32 trust)
{
	struct ifla_vf_spoofchk vs = { .vf = vf, .setting = spoofchk };
	struct ifla_vf_trust vt = { .vf = vf, .setting = trust };
	struct rtattr *list, *info;

	list = add(nlh, IFLA_VFINFO_LIST | NLA_F_NESTED, NULL, 0);
	info = add(nlh, IFLA_VF_INFO | NLA_F_NESTED, NULL, 0);
	add(nlh, IFLA_VF_SPOOFCHK, &vs, sizeof(vs));
	add(nlh, IFLA_VF_TRUST, &vt, sizeof(vt));
	end(nlh, info);
	end(nlh, list);
}

/* Adds to what is the only message */
static ssize_t answer_vf(struct nlmsghdr *nlh, ssize_t len)
{
	int vf, spoofchk, trust;
	struct ifinfomsg *ifi;
	char pf[IFNAMSIZ];

	if (len < (ssize_t)NLMSG_LENGTH(sizeof(*ifi)) ||
	    nlh->nlmsg_type != RTM_NEWLINK || nlh->nlmsg_flags & NLM_F_MULTI)
		return len;
	if (sscanf(env("NIC_DOUBLE_VF"), "%15[^:]:%d:%d:%d", pf, &vf, &spoofchk,
		   &trust) != 4)
		return len;
	ifi = NLMSG_DATA(nlh);
	if (ifi->ifi_index != (int)if_nametoindex(pf))
		return len;
	add_vf(nlh, vf, spoofchk, trust);
	return nlh->nlmsg_len;
}

/* The payload of an attribute behind the header of so many bytes, or NULL */
static void *find(struct nlmsghdr *nlh, size_t header, int type)
{
	struct rtattr *rta = (void *)((char *)nlh + NLMSG_SPACE(header));
	int len = nlh->nlmsg_len - NLMSG_SPACE(header);

	for (; RTA_OK(rta, len); rta = RTA_NEXT(rta, len))
		if (rta->rta_type == type)
			return RTA_DATA(rta);
	return NULL;
}

static void answer_lost(struct nlmsghdr *nlh)
{
	struct ifinfomsg *ifi = NLMSG_DATA(nlh);
	__u64 missed, fifo;
	char *stats;

	if (nlh->nlmsg_type != RTM_NEWLINK ||
	    sscanf(env("NIC_DOUBLE_LOST"), "%llu:%llu", &missed, &fifo) != 2 ||
	    ifi->ifi_index != (int)if_nametoindex(env("NIC_DOUBLE")))
		return;
	stats = find(nlh, sizeof(*ifi), IFLA_STATS64);
	if (!stats)
		return;
	memcpy(stats + offsetof(struct rtnl_link_stats64, rx_missed_errors),
	       &missed, sizeof(missed));
	memcpy(stats + offsetof(struct rtnl_link_stats64, rx_fifo_errors),
	       &fifo, sizeof(fifo));
}

/* The family's number is the kernel's to choose; not that of the controller */
static void answer_hook(struct nlmsghdr *nlh)
{
	struct genlmsghdr *genl = NLMSG_DATA(nlh);
	__u8 *hook;

	if (nlh->nlmsg_type <= GENL_ID_CTRL ||
	    genl->cmd != VIFMAP_CMD_DEV_GET ||
	    strcmp(env("NIC_DOUBLE_HOOK"), "off"))
		return;
	hook = find(nlh, sizeof(*genl), VIFMAP_A_DEV_EGRESS_HOOK);
	if (hook)
		*hook = 0;
}

static int bus_of(int fd)
{
	socklen_t size = sizeof(int);
	int bus = -1;

	getsockopt(fd, SOL_SOCKET, SO_PROTOCOL, &bus, &size);
	return bus;
}

ssize_t recvmsg(int fd, struct msghdr *msg, int flags)
{
	typeof(recvmsg) *libc = next("recvmsg");
	ssize_t len = libc(fd, msg, flags);
	struct nlmsghdr *first = msg->msg_iov[0].iov_base;
	struct nlmsghdr *nlh = first;
	int bus = bus_of(fd);
	ssize_t left = len;

	for (; NLMSG_OK(nlh, left); nlh = NLMSG_NEXT(nlh, left)) {
		if (bus == NETLINK_ROUTE)
			answer_lost(nlh);
		else if (bus == NETLINK_GENERIC)
			answer_hook(nlh);
	}
	return bus == NETLINK_ROUTE ? answer_vf(first, len) : len;
}
