// SPDX-License-Identifier: GPL-2.0
/*
 * vifmap - import-bridge: what there is, and whether vifmap can express it
 */
#include <stdlib.h>
#include <string.h>

#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>

#include "import.h"

#define PAUSE_MASK	0x0002

static __u32 bridge_number(const struct import *im, unsigned int type)
{
	return attr_number(iface_data(im->bridge, IFLA_INFO_DATA, type));
}

static __u32 port_number(const struct iface *link, unsigned int type)
{
	return attr_number(iface_data(link, IFLA_INFO_SLAVE_DATA, type));
}

/* --- what cannot be expressed --------------------------------------------- */

static int import_check_upper(const struct import *im)
{
	const struct iface *bridge = im->bridge;
	const struct iface *other;
	size_t i;

	other = bridge->master ? ifaces_find(&im->all, bridge->master) : NULL;
	if (bridge->master)
		return msg_refused("%s is a part of %s itself", bridge->name,
				   other ? other->name : "another device");
	for (i = 0; i < im->all.n; i++) {
		other = &im->all.v[i];
		if (other->lower == bridge->ifindex &&
		    other->ifindex != bridge->ifindex)
			return msg_refused("%s is on top of %s: %s",
					   other->name, bridge->name,
					   "put it on the physical device first");
	}
	return 0;
}

static int import_check_bridge(const struct import *im)
{
	const char *name = im->bridge->name;

	if (strcmp(im->bridge->kind, "bridge"))
		return msg_refused("%s is not a bridge", name);
	if (bridge_number(im, IFLA_BR_VLAN_FILTERING))
		return msg_refused("%s filters VLANs, which vifmap does not",
				   name);
	if (bridge_number(im, IFLA_BR_STP_STATE))
		return msg_refused("%s runs the spanning tree protocol, %s: %s",
				   name, "which vifmap does not",
				   "switch it off first if there is no loop");
	return import_check_upper(im);
}

static int import_check_ports(const struct import *im)
{
	size_t i;

	for (i = 0; i < im->n_ports; i++) {
		const struct iface *link = im->ports[i].link;

		if (&im->ports[i] != im->uplink &&
		    port_number(link, IFLA_BRPORT_MODE))
			return msg_refused("%s is in hairpin mode, %s",
					   link->name,
					   "which vifmap does not have");
	}
	return 0;
}

/* --- ports ---------------------------------------------------------------- */

static void import_add_port(struct import *im, const struct iface *link)
{
	struct import_port *port;
	__u32 mask;

	im->ports = mem_realloc(im->ports, im->n_ports + 1,
				sizeof(*im->ports));
	port = &im->ports[im->n_ports++];
	memset(port, 0, sizeof(*port));
	port->link = link;
	port->number = port_number(link, IFLA_BRPORT_NO);
	port->isolated = port_number(link, IFLA_BRPORT_ISOLATED);
	mask = bridge_number(im, IFLA_BR_GROUP_FWD_MASK) |
	       port_number(link, IFLA_BRPORT_GROUP_FWD_MASK);
	port->link_local = mask & ~PAUSE_MASK;
}

static int port_cmp(const void *a, const void *b)
{
	const struct import_port *p = a;
	const struct import_port *q = b;

	return p->number < q->number ? -1 : p->number > q->number;
}

static void import_find_ports(struct import *im)
{
	size_t i;

	for (i = 0; i < im->all.n; i++)
		if (im->all.v[i].master == im->bridge->ifindex)
			import_add_port(im, &im->all.v[i]);
	if (im->n_ports)
		qsort(im->ports, im->n_ports, sizeof(*im->ports), port_cmp);
}

/* A guest's end: a tap, a veth, a Xen vif, which has no kind, or a dummy */
static bool port_is_guest(const struct iface *link)
{
	static const char *const kinds[] = { "tun", "veth", "netkit", "dummy" };
	struct iface_driver about;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++)
		if (!strcmp(link->kind, kinds[i]))
			return true;
	iface_driver(link, &about);
	return !link->kind[0] && !strcmp(about.name, "vif");
}

static int import_uplink_named(struct import *im)
{
	struct link l;
	size_t i;
	int ret;

	ret = link_find(im->uplink_name, &l);
	if (ret)
		return ret;
	for (i = 0; i < im->n_ports; i++)
		if (im->ports[i].link->ifindex == l.ifindex)
			im->uplink = &im->ports[i];
	if (!im->uplink)
		return msg_refused("%s is not a port of %s", l.name,
				   im->bridge->name);
	return 0;
}

/* The one port that is no guest's end; several would be a switch's business */
static int import_find_uplink(struct import *im)
{
	struct import_port *other = NULL;
	size_t i;
	int ret;

	ret = im->uplink_name ? import_uplink_named(im) : 0;
	for (i = 0; !ret && i < im->n_ports; i++) {
		if (&im->ports[i] == im->uplink ||
		    port_is_guest(im->ports[i].link))
			continue;
		if (!im->uplink)
			im->uplink = &im->ports[i];
		else
			other = &im->ports[i];
	}
	if (ret)
		return ret;
	if (!im->uplink)
		return msg_refused("no port of %s is a physical device: %s",
				   im->bridge->name,
				   "say which leads to the network with uplink PORT");
	if (other)
		return msg_refused("%s has several uplinks, %s and %s: %s",
				   im->bridge->name, im->uplink->link->name,
				   other->link->name,
				   "a vifmap device has one");
	return 0;
}

/* --- the bridge's database ------------------------------------------------ */

static struct import_port *import_port_of(struct import *im, __u32 ifindex)
{
	size_t i;

	for (i = 0; i < im->n_ports; i++)
		if (im->ports[i].link->ifindex == ifindex)
			return &im->ports[i];
	return NULL;
}

/* An entry of the bridge itself, not of a port's own database */
static void import_fdb_reply(const struct nlmsghdr *nlh, void *data)
{
	const struct ndmsg *ndm = mnl_nlmsg_get_payload(nlh);
	struct import *im = data;
	struct import_port *port;
	const struct nlattr *addr;

	if (nlh->nlmsg_type != RTM_NEWNEIGH ||
	    mnl_nlmsg_get_payload_len(nlh) < sizeof(*ndm) ||
	    ndm->ndm_flags & NTF_SELF)
		return;
	port = import_port_of(im, ndm->ndm_ifindex);
	addr = msg_attr(nlh, sizeof(*ndm), NDA_LLADDR);
	if (!port || !addr || mnl_attr_get_payload_len(addr) != MAC_LEN)
		return;
	if (ndm->ndm_state & NUD_PERMANENT) {
		/* The port's own address is there without being added */
		if (memcmp(mnl_attr_get_payload(addr), port->link->addr,
			   MAC_LEN))
			msg_list_add(&port->fixed, nlh);
	} else if (ndm->ndm_state & NUD_NOARP) {
		msg_list_add(&port->fixed, nlh);
	} else if (!msg_attr(nlh, sizeof(*ndm), NDA_VLAN)) {
		msg_list_add(&port->learned, nlh);
	}
}

static int import_read_fdb(struct import *im)
{
	struct ndmsg *ndm;
	struct nl_req r;

	ndm = nl_request_rtnl(&r, RTM_GETNEIGH, 0, sizeof(*ndm));
	ndm->ndm_family = AF_BRIDGE;
	r.nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	mnl_attr_put_u32(r.nlh, NDA_MASTER, im->bridge->ifindex);
	if (nl_talk(&r, import_fdb_reply, im))
		return nl_refused("cannot read the entries of %s",
				  im->bridge->name);
	return 0;
}

/**
 * import_fdb_maps - See whether an entry of the bridge says where a guest is.
 * @nlh: The entry.
 *
 * A permanent one does not: it leads to the host. One that the bridge has for
 * each VLAN, too, is one address here.
 *
 * Return: Whether it does.
 */
bool import_fdb_maps(const struct nlmsghdr *nlh)
{
	const struct ndmsg *ndm = mnl_nlmsg_get_payload(nlh);

	return !(ndm->ndm_state & NUD_PERMANENT) &&
	       !msg_attr(nlh, sizeof(*ndm), NDA_VLAN);
}

/* --- addresses ------------------------------------------------------------ */

struct addr_lists {
	__u32 bridge;
	__u32 uplink;
	struct msg_list on_bridge;
	struct msg_list on_uplink;
};

static void import_addr_reply(const struct nlmsghdr *nlh, void *data)
{
	const struct ifaddrmsg *ifa = mnl_nlmsg_get_payload(nlh);
	struct addr_lists *lists = data;

	if (nlh->nlmsg_type != RTM_NEWADDR ||
	    mnl_nlmsg_get_payload_len(nlh) < sizeof(*ifa))
		return;
	if (ifa->ifa_index == lists->bridge)
		msg_list_add(&lists->on_bridge, nlh);
	else if (ifa->ifa_index == lists->uplink)
		msg_list_add(&lists->on_uplink, nlh);
}

static const struct nlattr *addr_of(const struct nlmsghdr *nlh)
{
	const size_t header = sizeof(struct ifaddrmsg);
	const struct nlattr *local = msg_attr(nlh, header, IFA_LOCAL);

	return local ?: msg_attr(nlh, header, IFA_ADDRESS);
}

static bool addr_is_same(const struct nlmsghdr *a, const struct nlmsghdr *b)
{
	const struct ifaddrmsg *x = mnl_nlmsg_get_payload(a);
	const struct ifaddrmsg *y = mnl_nlmsg_get_payload(b);
	const struct nlattr *m = addr_of(a);
	const struct nlattr *n = addr_of(b);

	return x->ifa_family == y->ifa_family &&
	       x->ifa_prefixlen == y->ifa_prefixlen && m && n &&
	       m->nla_len == n->nla_len &&
	       !memcmp(mnl_attr_get_payload(m), mnl_attr_get_payload(n),
		       mnl_attr_get_payload_len(m));
}

static bool addr_is_link_local(const struct nlmsghdr *nlh)
{
	const struct ifaddrmsg *ifa = mnl_nlmsg_get_payload(nlh);

	return ifa->ifa_family == AF_INET6 &&
	       ifa->ifa_scope == RT_SCOPE_LINK;
}

/* The kernel makes temporary addresses, and one of its own for each link */
static bool import_wants_addr(const struct import *im,
			      const struct msg_list *have,
			      const struct nlmsghdr *nlh)
{
	const size_t header = sizeof(struct ifaddrmsg);
	size_t i;

	if (attr_number(msg_attr(nlh, header, IFA_FLAGS)) & IFA_F_TEMPORARY &&
	    ((struct ifaddrmsg *)mnl_nlmsg_get_payload(nlh))->ifa_family ==
	    AF_INET6)
		return false;
	if (addr_is_link_local(nlh) && im->ipv6)
		return false;
	for (i = 0; i < have->n; i++)
		if (addr_is_same(nlh, have->v[i]) ||
		    (addr_is_link_local(nlh) &&
		     addr_is_link_local(have->v[i])))
			return false;
	return true;
}

static bool has_ipv6(const struct msg_list *list)
{
	const struct ifaddrmsg *ifa;
	size_t i;

	for (i = 0; i < list->n; i++) {
		ifa = mnl_nlmsg_get_payload(list->v[i]);
		if (ifa->ifa_family == AF_INET6)
			return true;
	}
	return false;
}

static int import_read_addrs(struct import *im)
{
	struct addr_lists lists = {
		.bridge = im->bridge->ifindex,
		.uplink = im->uplink->link->ifindex,
	};
	struct nl_req r;
	int ret = 0;
	size_t i;

	nl_request_rtnl(&r, RTM_GETADDR, 0, sizeof(struct ifaddrmsg));
	r.nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	if (nl_talk(&r, import_addr_reply, &lists))
		ret = nl_refused("cannot read the addresses of %s",
				 im->bridge->name);
	im->ipv6 = has_ipv6(&lists.on_bridge) && import_ipv6_is_off(im);
	for (i = 0; !ret && i < lists.on_bridge.n; i++)
		if (import_wants_addr(im, &lists.on_uplink,
				      lists.on_bridge.v[i]))
			msg_list_add(&im->addrs, lists.on_bridge.v[i]);
	msg_list_free(&lists.on_bridge);
	msg_list_free(&lists.on_uplink);
	return ret;
}

/**
 * import_addr_flags - What an address is to be marked with.
 * @nlh: The address, on the bridge.
 *
 * One that has been in use on this network need not ask whether it is free, as
 * one must that did not come so far, or has found another host to have it.
 *
 * Return: Flags of IFA_FLAGS.
 */
__u32 import_addr_flags(const struct nlmsghdr *nlh)
{
	const __u32 keep = IFA_F_HOMEADDRESS | IFA_F_MANAGETEMPADDR |
			   IFA_F_NOPREFIXROUTE | IFA_F_MCAUTOJOIN;
	const struct ifaddrmsg *ifa = mnl_nlmsg_get_payload(nlh);
	__u32 flags = attr_number(msg_attr(nlh, sizeof(*ifa), IFA_FLAGS));
	__u32 set = flags & keep;

	if (ifa->ifa_family == AF_INET6 &&
	    !(flags & (IFA_F_TENTATIVE | IFA_F_DADFAILED)))
		set |= IFA_F_NODAD;
	return set;
}

/**
 * import_label - What an address is to be labelled.
 * @im: The import.
 * @nla: Its label on the bridge; it begins with the bridge's name.
 * @label: Room for IFNAMSIZ bytes.
 *
 * Return: Whether it needs one: the name of its interface is no label.
 */
bool import_label(const struct import *im, const struct nlattr *nla,
		  char *label)
{
	const char *rest = strchr(mnl_attr_get_str(nla), ':');

	return rest && snprintf(label, IFNAMSIZ, "%s%s", im->uplink->link->name,
				rest) < IFNAMSIZ;
}

/* --- routes --------------------------------------------------------------- */

static bool route_has_gateway(const struct nlmsghdr *nlh)
{
	const size_t header = sizeof(struct rtmsg);

	return msg_attr(nlh, header, RTA_GATEWAY) ||
	       msg_attr(nlh, header, RTA_VIA);
}

struct route_lists {
	__u32 bridge;
	struct msg_list direct;
	struct msg_list gateway;
};

/* What comes with an address, or for a moment, is not for us to move */
static void import_route_reply(const struct nlmsghdr *nlh, void *data)
{
	const struct rtmsg *rtm = mnl_nlmsg_get_payload(nlh);
	const size_t header = sizeof(*rtm);
	struct route_lists *lists = data;

	if (nlh->nlmsg_type != RTM_NEWROUTE ||
	    mnl_nlmsg_get_payload_len(nlh) < header ||
	    rtm->rtm_flags & RTM_F_CLONED || rtm->rtm_type != RTN_UNICAST ||
	    rtm->rtm_protocol == RTPROT_KERNEL ||
	    (!msg_attr(nlh, header, RTA_MULTIPATH) &&
	     attr_number(msg_attr(nlh, header, RTA_OIF)) != lists->bridge))
		return;
	msg_list_add(route_has_gateway(nlh) ? &lists->gateway : &lists->direct,
		     nlh);
}

static int import_read_routes_of(struct import *im, unsigned char family,
				 struct route_lists *lists)
{
	struct rtmsg *rtm;
	struct nl_req r;

	rtm = nl_request_rtnl(&r, RTM_GETROUTE, 0, sizeof(*rtm));
	rtm->rtm_family = family;
	r.nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	/* Only those through the bridge: there may be a million others */
	mnl_attr_put_u32(r.nlh, RTA_OIF, im->bridge->ifindex);
	if (nl_talk(&r, import_route_reply, lists))
		return nl_refused("cannot read the routes through %s",
				  im->bridge->name);
	return 0;
}

static int import_take_routes(struct import *im, const struct msg_list *list)
{
	size_t i;

	for (i = 0; i < list->n; i++) {
		if (!import_route_known(list->v[i]))
			return msg_refused("a route through %s is of a %s: %s",
					   im->bridge->name,
					   "kind that is not known",
					   "remove it first");
		msg_list_add(&im->routes, list->v[i]);
	}
	return 0;
}

static int import_read_routes(struct import *im)
{
	struct route_lists lists = { .bridge = im->bridge->ifindex };
	int ret;

	ret = import_read_routes_of(im, AF_INET, &lists);
	if (!ret)
		ret = import_read_routes_of(im, AF_INET6, &lists);
	/* A gateway may have to be reached by another route */
	if (!ret)
		ret = import_take_routes(im, &lists.direct);
	if (!ret)
		ret = import_take_routes(im, &lists.gateway);
	msg_list_free(&lists.direct);
	msg_list_free(&lists.gateway);
	return ret;
}

/**
 * import_read - Read all of a bridge, and see whether vifmap can express it.
 * @im: The import, with what the user asked for.
 *
 * Return: 0 or an exit status.
 */
int import_read(struct import *im)
{
	static int (*const steps[])(struct import *im) = {
		import_find_uplink, import_read_fdb, import_read_addrs,
		import_read_routes,
	};
	unsigned int i;
	struct link l;
	int ret;

	ret = link_find(im->bridge_name, &l);
	if (!ret)
		ret = ifaces_read(&im->all);
	if (ret)
		return ret;
	im->bridge = ifaces_find(&im->all, l.ifindex);
	if (!im->bridge)
		return msg_refused("%s has just disappeared", l.name);
	ret = import_check_bridge(im);
	if (ret)
		return ret;
	import_find_ports(im);
	for (i = 0; !ret && i < ARRAY_SIZE(steps); i++)
		ret = steps[i](im);
	return ret ?: import_check_ports(im);
}

/**
 * import_mac_changes - See whether the host is getting another MAC address.
 * @im: The import, read.
 *
 * Return: Whether the bridge has another than the uplink.
 */
bool import_mac_changes(const struct import *im)
{
	return memcmp(im->bridge->addr, im->uplink->link->addr, MAC_LEN);
}

/**
 * import_free - Forget what was read.
 * @im: The import.
 */
void import_free(struct import *im)
{
	size_t i;

	for (i = 0; i < im->n_ports; i++) {
		msg_list_free(&im->ports[i].fixed);
		msg_list_free(&im->ports[i].learned);
	}
	free(im->ports);
	msg_list_free(&im->addrs);
	msg_list_free(&im->routes);
	ifaces_free(&im->all);
}
