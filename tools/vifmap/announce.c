// SPDX-License-Identifier: GPL-2.0
/*
 * vifmap - telling neighbours which MAC address the host's addresses have now
 *
 * They go on sending to the one that they have once found out, for minutes,
 * until somebody says otherwise: by an ARP announcement (RFC 5227) or by an
 * unsolicited neighbour advertisement (RFC 4861, 7.2.6). The kernel sends such
 * only when an interface gets another MAC address or comes up, and only where
 * arp_notify and ndisc_notify are set.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <netinet/icmp6.h>
#include <netinet/if_ether.h>
#include <netinet/ip6.h>
#include <netpacket/packet.h>

#include <linux/if_link.h>
#include <linux/ipv6.h>
#include <linux/rtnetlink.h>

#include "ifaces.h"

/* A frame may get lost. RFC 4861 wants a second between them. */
#define ANNOUNCE_TIMES	3
#define ANNOUNCE_PAUSE	1

/**
 * struct advert - An unsolicited neighbour advertisement.
 * @ip6: Its IPv6 header.
 * @na: The message.
 * @opt: Its option: the target's link-layer address.
 * @mac: That address.
 */
struct advert {
	struct ip6_hdr ip6;
	struct nd_neighbor_advert na;
	struct nd_opt_hdr opt;
	__u8 mac[MAC_LEN];
};

#define ADVERT_LEN	(sizeof(struct advert) - sizeof(struct ip6_hdr))

/* The kernel writes the Ethernet header: with the interface's own address */
static int announce_send(int sock, const struct iface *i, __u16 proto,
			 const __u8 *dst, const void *packet, size_t len)
{
	struct sockaddr_ll to = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(proto),
		.sll_ifindex = i->ifindex,
		.sll_halen = MAC_LEN,
	};

	memcpy(to.sll_addr, dst, MAC_LEN);
	if (sendto(sock, packet, len, 0, (struct sockaddr *)&to,
		   sizeof(to)) < 0)
		return -errno;
	return 0;
}

static int announce_ipv4(int sock, const struct iface *i, const void *addr)
{
	static const __u8 everybody[MAC_LEN] = {
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff
	};
	struct ether_arp arp = {
		.ea_hdr.ar_hrd = htons(ARPHRD_ETHER),
		.ea_hdr.ar_pro = htons(ETH_P_IP),
		.ea_hdr.ar_hln = MAC_LEN,
		.ea_hdr.ar_pln = sizeof(arp.arp_spa),
		.ea_hdr.ar_op = htons(ARPOP_REQUEST),
	};

	memcpy(arp.arp_sha, i->addr, MAC_LEN);
	memcpy(arp.arp_spa, addr, sizeof(arp.arp_spa));
	memcpy(arp.arp_tpa, addr, sizeof(arp.arp_tpa));
	return announce_send(sock, i, ETH_P_ARP, everybody, &arp, sizeof(arp));
}

/* Of the message and, as RFC 4443 wants it, of addresses, length and type */
static __u16 advert_checksum(const struct advert *advert)
{
	const __u8 *byte = (const __u8 *)&advert->ip6.ip6_src;
	const __u8 *end = (const __u8 *)(advert + 1);
	__u32 sum = ADVERT_LEN + IPPROTO_ICMPV6;

	for (; byte < end; byte += 2)
		sum += byte[0] << 8 | byte[1];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return htons(~sum);
}

/* Who is told that we are none takes us from its list of routers */
static bool is_router(const struct iface *i)
{
	const struct nlattr *inet6, *conf;
	const __s32 *values;

	inet6 = nest_attr(iface_attr(i, IFLA_AF_SPEC), AF_INET6);
	conf = nest_attr(inet6, IFLA_INET6_CONF);
	if (!conf || mnl_attr_get_payload_len(conf) <=
		     DEVCONF_FORWARDING * sizeof(*values))
		return false;
	values = mnl_attr_get_payload(conf);
	return values[DEVCONF_FORWARDING];
}

static int announce_ipv6(int sock, const struct iface *i, const void *addr)
{
	static const __u8 all_nodes[MAC_LEN] = { 0x33, 0x33, 0, 0, 0, 1 };
	struct advert advert = {
		.ip6.ip6_flow = htonl(6U << 28),
		.ip6.ip6_plen = htons(ADVERT_LEN),
		.ip6.ip6_nxt = IPPROTO_ICMPV6,
		.ip6.ip6_hlim = 255,
		.ip6.ip6_dst.s6_addr = { 0xff, 0x02, [15] = 1 },
		.na.nd_na_type = ND_NEIGHBOR_ADVERT,
		.na.nd_na_flags_reserved = ND_NA_FLAG_OVERRIDE,
		.opt.nd_opt_type = ND_OPT_TARGET_LINKADDR,
		.opt.nd_opt_len = 1,
	};

	memcpy(&advert.ip6.ip6_src, addr, sizeof(advert.ip6.ip6_src));
	memcpy(&advert.na.nd_na_target, addr, sizeof(advert.na.nd_na_target));
	memcpy(advert.mac, i->addr, MAC_LEN);
	if (is_router(i))
		advert.na.nd_na_flags_reserved |= ND_NA_FLAG_ROUTER;
	advert.na.nd_na_cksum = advert_checksum(&advert);
	return announce_send(sock, i, ETH_P_IPV6, all_nodes, &advert,
			     sizeof(advert));
}

/**
 * announce_addr - See which address a message makes neighbours be told of.
 * @nlh: The message, of an address.
 *
 * Not of one that is not in use yet or no longer to be used, that stays inside
 * the host, or that is a group's.
 *
 * Return: The address, or NULL.
 */
const struct nlattr *announce_addr(const struct nlmsghdr *nlh)
{
	const __u32 none = IFA_F_TENTATIVE | IFA_F_DADFAILED |
			   IFA_F_DEPRECATED | IFA_F_MCAUTOJOIN;
	const struct ifaddrmsg *ifa = mnl_nlmsg_get_payload(nlh);
	const size_t header = sizeof(*ifa);

	if (ifa->ifa_scope >= RT_SCOPE_HOST ||
	    attr_number(msg_attr(nlh, header, IFA_FLAGS)) & none)
		return NULL;
	return msg_attr(nlh, header, IFA_LOCAL) ?:
	       msg_attr(nlh, header, IFA_ADDRESS);
}

/* Each of them, even if one before could not be sent */
static int announce_once(int sock, const struct iface *i,
			 const struct msg_list *addrs)
{
	const struct ifaddrmsg *ifa;
	const struct nlattr *addr;
	int ret = 0, err;
	size_t n;

	for (n = 0; n < addrs->n; n++) {
		ifa = mnl_nlmsg_get_payload(addrs->v[n]);
		addr = announce_addr(addrs->v[n]);
		if (!addr)
			continue;
		if (ifa->ifa_family == AF_INET)
			err = announce_ipv4(sock, i,
					    mnl_attr_get_payload(addr));
		else
			err = announce_ipv6(sock, i,
					    mnl_attr_get_payload(addr));
		ret = ret ?: err;
	}
	return ret;
}

/**
 * announce - Tell neighbours that addresses are to be found at an interface.
 * @i: The interface.
 * @addrs: Messages of the addresses, not all of which need be announced.
 *
 * Takes two seconds, unless there is nothing to announce.
 *
 * Return: 0, or the negative error number of what was not sent even once.
 */
int announce(const struct iface *i, const struct msg_list *addrs)
{
	unsigned int times;
	size_t n = 0;
	int ret, err;
	int sock;

	while (n < addrs->n && !announce_addr(addrs->v[n]))
		n++;
	if (n == addrs->n)
		return 0;
	sock = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (sock < 0)
		return -errno;
	ret = announce_once(sock, i, addrs);
	for (times = 1; times < ANNOUNCE_TIMES; times++) {
		sleep(ANNOUNCE_PAUSE);
		err = announce_once(sock, i, addrs);
		ret = ret && err ? ret : 0;
	}
	close(sock);
	return ret;
}
