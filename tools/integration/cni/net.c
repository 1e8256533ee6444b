// SPDX-License-Identifier: GPL-2.0
/*
 * vifmap - the CNI plugin: veths, addresses and routes
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <netinet/if_ether.h>
#include <netpacket/packet.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>

#include "cni.h"

/**
 * ip_parse - Read an IP address.
 * @text: The address.
 * @ip: Where to put it, with a prefix of its whole length.
 *
 * Return: Whether it was one.
 */
bool ip_parse(const char *text, struct cni_ip *ip)
{
	memset(ip, 0, sizeof(*ip));
	ip->family = strchr(text, ':') ? AF_INET6 : AF_INET;
	ip->len = ip->family == AF_INET6 ? 16 : 4;
	ip->prefix = 8 * ip->len;
	return inet_pton(ip->family, text, ip->addr) == 1;
}

/**
 * ip_parse_prefix - Read an IP address and the length of its prefix.
 * @text: Both, with a slash between them.
 * @ip: Where to put them.
 *
 * Return: Whether it was such a thing.
 */
bool ip_parse_prefix(const char *text, struct cni_ip *ip)
{
	const char *slash = strchr(text, '/');
	char addr[INET6_ADDRSTRLEN];
	__u32 prefix;

	if (!slash || slash - text >= (int)sizeof(addr))
		return false;
	snprintf(addr, sizeof(addr), "%.*s", (int)(slash - text), text);
	if (!ip_parse(addr, ip) || !parse_u32(slash + 1, &prefix) ||
	    prefix > ip->prefix)
		return false;
	ip->prefix = prefix;
	return true;
}

/**
 * ip_is - See whether two are the same address, whatever their prefixes.
 * @a: One.
 * @b: The other.
 *
 * Return: Whether they are.
 */
bool ip_is(const struct cni_ip *a, const struct cni_ip *b)
{
	return a->family == b->family && !memcmp(a->addr, b->addr, a->len);
}

static void put_peer(struct nlmsghdr *nlh, const struct cni *c, __u32 mtu,
		     int netns)
{
	struct nlattr *data = mnl_attr_nest_start(nlh, IFLA_INFO_DATA);
	struct nlattr *peer = mnl_attr_nest_start(nlh, VETH_INFO_PEER);

	mnl_nlmsg_put_extra_header(nlh, sizeof(struct ifinfomsg));
	mnl_attr_put_strz(nlh, IFLA_IFNAME, c->ifname);
	mnl_attr_put_u32(nlh, IFLA_MTU, mtu);
	mnl_attr_put_u32(nlh, IFLA_NET_NS_FD, netns);
	if (c->has_mac)
		mnl_attr_put(nlh, IFLA_ADDRESS, MAC_LEN, c->mac);
	mnl_attr_nest_end(nlh, peer);
	mnl_attr_nest_end(nlh, data);
}

/**
 * net_add_veth - Make a veth with one end here and the other in a container.
 * @c: The call.
 * @mtu: MTU of both ends.
 * @netns: The container's namespace.
 *
 * Return: 0 or a negative error number.
 */
int net_add_veth(const struct cni *c, __u32 mtu, int netns)
{
	struct nlattr *info;
	struct nl_req r;

	nl_request_link(&r, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, 0, 0);
	mnl_attr_put_strz(r.nlh, IFLA_IFNAME, c->vif);
	mnl_attr_put_u32(r.nlh, IFLA_MTU, mtu);
	info = mnl_attr_nest_start(r.nlh, IFLA_LINKINFO);
	mnl_attr_put_strz(r.nlh, IFLA_INFO_KIND, "veth");
	put_peer(r.nlh, c, mtu, netns);
	mnl_attr_nest_end(r.nlh, info);
	return nl_talk(&r, NULL, NULL);
}

/**
 * net_note_vif - Note whose a host's end is, and keep the host off it.
 * @c: The call.
 * @ifindex: The host's end.
 *
 * The host would send its own IPv6 messages into the container.
 *
 * Return: 0 or a negative error number.
 */
int net_note_vif(const struct cni *c, __u32 ifindex)
{
	struct nlattr *spec, *inet6;
	struct nl_req r;

	nl_request_link(&r, RTM_SETLINK, 0, ifindex, 0);
	/* The longest that the kernel takes has no room for a NUL. */
	mnl_attr_put_str(r.nlh, IFLA_IFALIAS, c->alias);
	spec = mnl_attr_nest_start(r.nlh, IFLA_AF_SPEC);
	inet6 = mnl_attr_nest_start(r.nlh, AF_INET6);
	mnl_attr_put_u8(r.nlh, IFLA_INET6_ADDR_GEN_MODE,
			IN6_ADDR_GEN_MODE_NONE);
	mnl_attr_nest_end(r.nlh, inet6);
	mnl_attr_nest_end(r.nlh, spec);
	return nl_talk(&r, NULL, NULL);
}

static void put_broadcast(struct nlmsghdr *nlh, const struct cni_ip *ip)
{
	struct in_addr addr;

	if (ip->family != AF_INET || ip->prefix > 30)
		return;
	memcpy(&addr, ip->addr, sizeof(addr));
	addr.s_addr |= htonl(0xffffffffU >> ip->prefix);
	mnl_attr_put(nlh, IFA_BROADCAST, sizeof(addr), &addr);
}

/**
 * net_add_ip - Give an interface an address.
 * @ifindex: The interface.
 * @ip: The address.
 *
 * Return: 0 or a negative error number.
 */
int net_add_ip(__u32 ifindex, const struct cni_ip *ip)
{
	struct ifaddrmsg *ifa;
	struct nl_req r;

	ifa = nl_request_rtnl(&r, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL,
			      sizeof(*ifa));
	ifa->ifa_family = ip->family;
	ifa->ifa_prefixlen = ip->prefix;
	ifa->ifa_index = ifindex;
	mnl_attr_put(r.nlh, IFA_LOCAL, ip->len, ip->addr);
	mnl_attr_put(r.nlh, IFA_ADDRESS, ip->len, ip->addr);
	put_broadcast(r.nlh, ip);
	return nl_talk(&r, NULL, NULL);
}

/**
 * net_announce - Tell the network which MAC address an IPv4 address has now.
 * @l: The interface that has both.
 * @ip: The IPv4 address.
 *
 * Others may remember that of an earlier container. That they are told cannot
 * be relied on, so it is no failure if they are not.
 */
void net_announce(const struct link *l, const struct cni_ip *ip)
{
	struct sockaddr_ll to = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ARP),
		.sll_ifindex = l->ifindex,
		.sll_halen = MAC_LEN,
		.sll_addr = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff },
	};
	struct ether_arp arp = {
		.ea_hdr.ar_hrd = htons(ARPHRD_ETHER),
		.ea_hdr.ar_pro = htons(ETH_P_IP),
		.ea_hdr.ar_hln = MAC_LEN,
		.ea_hdr.ar_pln = 4,
		.ea_hdr.ar_op = htons(ARPOP_REQUEST),
	};
	int sock = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (sock < 0)
		return;
	memcpy(arp.arp_sha, l->mac, MAC_LEN);
	memcpy(arp.arp_spa, ip->addr, 4);
	memcpy(arp.arp_tpa, ip->addr, 4);
	sendto(sock, &arp, sizeof(arp), 0, (struct sockaddr *)&to, sizeof(to));
	close(sock);
}

static void put_number(struct nlmsghdr *nlh, __u16 attr,
		       struct json_object *more, const char *key)
{
	struct json_object *o = cni_get(more, key, json_type_int);

	if (o)
		mnl_attr_put_u32(nlh, attr, json_object_get_int64(o));
}

/**
 * net_add_route - Add a route.
 * @ifindex: The interface that it leads to.
 * @dst: Where it leads.
 * @gw: The router, or NULL.
 * @more: What else version 1.1.0 can say of it.
 *
 * Return: 0 or a negative error number.
 */
int net_add_route(__u32 ifindex, const struct cni_ip *dst,
		  const struct cni_ip *gw, struct json_object *more)
{
	struct json_object *scope = cni_get(more, "scope", json_type_int);
	struct nlattr *metrics;
	struct rtmsg *rtm;
	struct nl_req r;

	rtm = nl_request_rtnl(&r, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL,
			      sizeof(*rtm));
	rtm->rtm_family = dst->family;
	rtm->rtm_dst_len = dst->prefix;
	rtm->rtm_table = RT_TABLE_MAIN;
	rtm->rtm_protocol = RTPROT_BOOT;
	rtm->rtm_scope = gw ? RT_SCOPE_UNIVERSE : RT_SCOPE_LINK;
	rtm->rtm_type = RTN_UNICAST;
	if (scope)
		rtm->rtm_scope = json_object_get_int(scope);
	mnl_attr_put_u32(r.nlh, RTA_OIF, ifindex);
	mnl_attr_put(r.nlh, RTA_DST, dst->len, dst->addr);
	if (gw)
		mnl_attr_put(r.nlh, RTA_GATEWAY, gw->len, gw->addr);
	put_number(r.nlh, RTA_PRIORITY, more, "priority");
	put_number(r.nlh, RTA_TABLE, more, "table");
	metrics = mnl_attr_nest_start(r.nlh, RTA_METRICS);
	put_number(r.nlh, RTAX_MTU, more, "mtu");
	put_number(r.nlh, RTAX_ADVMSS, more, "advmss");
	mnl_attr_nest_end(r.nlh, metrics);
	return nl_talk(&r, NULL, NULL);
}

struct find {
	__u32 ifindex;
	const struct cni_ip *ip;
	bool found;
	unsigned int flags;
};

static bool attr_is_ip(const struct nlattr *nla, const struct cni_ip *ip)
{
	return mnl_attr_get_payload_len(nla) == ip->len &&
	       !memcmp(mnl_attr_get_payload(nla), ip->addr, ip->len);
}

static void find_ip(const struct nlmsghdr *nlh, void *data)
{
	const struct ifaddrmsg *ifa = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *nla, *addr = NULL;
	struct find *f = data;

	if (nlh->nlmsg_type != RTM_NEWADDR ||
	    ifa->ifa_family != f->ip->family ||
	    ifa->ifa_index != f->ifindex || ifa->ifa_prefixlen != f->ip->prefix)
		return;
	/* IPv6 has no local address where there is no peer */
	mnl_attr_for_each(nla, nlh, sizeof(*ifa))
		if (mnl_attr_get_type(nla) == IFA_LOCAL ||
		    (mnl_attr_get_type(nla) == IFA_ADDRESS && !addr))
			addr = nla;
	if (!addr || !attr_is_ip(addr, f->ip))
		return;
	f->found = true;
	f->flags = ifa->ifa_flags;
}

/**
 * net_has_ip - See whether an interface has an address.
 * @ifindex: The interface.
 * @ip: The address.
 * @has: Where to put whether it does.
 * @flags: Where to put the address's IFA_F_*.
 *
 * Return: 0 or a negative error number.
 */
int net_has_ip(__u32 ifindex, const struct cni_ip *ip, bool *has,
	       unsigned int *flags)
{
	struct find f = { .ifindex = ifindex, .ip = ip };
	struct ifaddrmsg *ifa;
	struct nl_req r;
	int ret;

	ifa = nl_request_rtnl(&r, RTM_GETADDR, NLM_F_DUMP, sizeof(*ifa));
	ifa->ifa_family = ip->family;
	ret = nl_talk(&r, find_ip, &f);
	*has = f.found;
	*flags = f.flags;
	return ret;
}

static void find_route(const struct nlmsghdr *nlh, void *data)
{
	const struct rtmsg *rtm = mnl_nlmsg_get_payload(nlh);
	static const __u8 zero[16];
	const struct nlattr *nla;
	struct find *f = data;
	bool same;

	if (nlh->nlmsg_type != RTM_NEWROUTE ||
	    rtm->rtm_family != f->ip->family ||
	    rtm->rtm_dst_len != f->ip->prefix || rtm->rtm_type != RTN_UNICAST)
		return;
	/* A default route has no destination */
	same = !memcmp(f->ip->addr, zero, f->ip->len);
	mnl_attr_for_each(nla, nlh, sizeof(*rtm))
		if (mnl_attr_get_type(nla) == RTA_DST)
			same = attr_is_ip(nla, f->ip);
	if (same)
		f->found = true;
}

/**
 * net_has_route - See whether there is a route.
 * @dst: Where it leads.
 * @has: Where to put whether there is.
 *
 * Return: 0 or a negative error number.
 */
int net_has_route(const struct cni_ip *dst, bool *has)
{
	struct find f = { .ip = dst };
	struct rtmsg *rtm;
	struct nl_req r;
	int ret;

	rtm = nl_request_rtnl(&r, RTM_GETROUTE, NLM_F_DUMP, sizeof(*rtm));
	rtm->rtm_family = dst->family;
	ret = nl_talk(&r, find_route, &f);
	*has = f.found;
	return ret;
}
