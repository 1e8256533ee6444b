// SPDX-License-Identifier: GPL-2.0
/*
 * vifmap - import-bridge: carrying the change out, or undoing it
 *
 * The bridge, with the host's addresses and routes on it, is deleted last. Up
 * to there everything can be taken back: the ports return to the bridge with
 * their options and static entries.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>

#include "import.h"

/* The kernel tells what time is left in hundredths of a second */
#define CLOCK_HZ	100

/**
 * struct applied - What has been done so far.
 * @im: The import.
 * @addrs: How many addresses the uplink was given.
 * @routes: How many routes lead through it.
 * @ipv6: IPv6 was switched on.
 * @dev: Index of the vifmap device, or 0.
 * @dev_name: Its name.
 */
struct applied {
	struct import *im;
	size_t addrs;
	size_t routes;
	bool ipv6;
	__u32 dev;
	char dev_name[IFNAMSIZ];
};

/* --- IPv6 of a port may be switched off ----------------------------------- */

static int ipv6_open(const struct import *im, int flags)
{
	char path[128];

	snprintf(path, sizeof(path), "/proc/sys/net/ipv6/conf/%s/disable_ipv6",
		 im->uplink->link->name);
	return open(path, flags | O_CLOEXEC);
}

/**
 * import_ipv6_is_off - See whether the uplink has no IPv6.
 * @im: The import.
 *
 * Return: Whether it is so, and could be changed.
 */
bool import_ipv6_is_off(const struct import *im)
{
	int fd = ipv6_open(im, O_RDONLY);
	char off = '0';

	if (fd < 0)
		return false;
	if (read(fd, &off, 1) != 1)
		off = '0';
	close(fd);
	return off != '0';
}

static int ipv6_switch(const struct import *im, bool off)
{
	int fd = ipv6_open(im, O_WRONLY);
	int ret = -1;

	if (fd >= 0) {
		ret = write(fd, off ? "1" : "0", 1) == 1 ? 0 : -1;
		close(fd);
	}
	if (ret)
		return msg_refused("cannot switch IPv6 of %s: %s",
				   im->uplink->link->name, strerror(errno));
	return 0;
}

/* --- messages of the kernel, sent back to it ------------------------------ */

/* @nla as it is; the kernel has read what it wrote */
static void put_attr(struct nl_req *r, const struct nlattr *nla)
{
	mnl_attr_put(r->nlh, nla->nla_type, mnl_attr_get_payload_len(nla),
		     mnl_attr_get_payload(nla));
}

static void addr_request(const struct applied *ap, struct nl_req *r,
			 __u16 type, __u16 flags, const struct nlmsghdr *nlh)
{
	const struct ifaddrmsg *from = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *nla;
	struct ifaddrmsg *ifa;
	char label[IFNAMSIZ];

	ifa = nl_request_rtnl(r, type, flags, sizeof(*ifa));
	*ifa = *from;
	ifa->ifa_index = ap->im->uplink->link->ifindex;
	ifa->ifa_flags = 0;
	mnl_attr_put_u32(r->nlh, IFA_FLAGS, import_addr_flags(nlh));
	mnl_attr_for_each(nla, nlh, sizeof(*ifa)) {
		switch (mnl_attr_get_type(nla)) {
		case IFA_LOCAL:
		case IFA_ADDRESS:
		case IFA_BROADCAST:
		case IFA_CACHEINFO:
		case IFA_RT_PRIORITY:
			put_attr(r, nla);
			break;
		case IFA_LABEL:
			if (import_label(ap->im, nla, label))
				mnl_attr_put_strz(r->nlh, IFA_LABEL, label);
			break;
		}
	}
}

static void route_request(const struct applied *ap, struct nl_req *r,
			  __u16 type, __u16 flags, const struct nlmsghdr *nlh)
{
	const struct rtmsg *from = mnl_nlmsg_get_payload(nlh);
	const struct rta_cacheinfo *info;
	const struct nlattr *nla;
	struct rtmsg *rtm;

	rtm = nl_request_rtnl(r, type, flags, sizeof(*rtm));
	*rtm = *from;
	rtm->rtm_flags &= RTNH_F_ONLINK;
	mnl_attr_put_u32(r->nlh, RTA_OIF, ap->im->uplink->link->ifindex);
	mnl_attr_for_each(nla, nlh, sizeof(*rtm)) {
		switch (mnl_attr_get_type(nla)) {
		case RTA_OIF:
			break;
		case RTA_CACHEINFO:
			info = mnl_attr_get_payload(nla);
			if (rtm->rtm_family == AF_INET6 &&
			    info->rta_expires > 0)
				mnl_attr_put_u32(r->nlh, RTA_EXPIRES,
						 info->rta_expires / CLOCK_HZ);
			break;
		default:
			put_attr(r, nla);
		}
	}
}

static int fdb_restore(const struct import_port *port,
		       const struct nlmsghdr *nlh)
{
	const struct ndmsg *from = mnl_nlmsg_get_payload(nlh);
	const size_t header = sizeof(*from);
	const struct nlattr *vlan = msg_attr(nlh, header, NDA_VLAN);
	struct ndmsg *ndm;
	struct nl_req r;

	ndm = nl_request_rtnl(&r, RTM_NEWNEIGH, NLM_F_CREATE, header);
	ndm->ndm_family = AF_BRIDGE;
	ndm->ndm_ifindex = port->link->ifindex;
	ndm->ndm_state = from->ndm_state;
	ndm->ndm_flags = NTF_MASTER |
			 (from->ndm_flags & (NTF_STICKY | NTF_EXT_LEARNED));
	put_attr(&r, msg_attr(nlh, header, NDA_LLADDR));
	if (vlan)
		put_attr(&r, vlan);
	return nl_talk(&r, NULL, NULL);
}

/* --- forward -------------------------------------------------------------- */

static int import_release(struct applied *ap, struct import_port *port)
{
	if (link_set_master(port->link->ifindex, 0))
		return nl_refused("cannot take %s out of %s",
				  port->link->name, ap->im->bridge->name);
	port->released = true;
	return 0;
}

static int apply_uplink(struct applied *ap)
{
	int ret = import_release(ap, ap->im->uplink);

	if (!ret && ap->im->ipv6) {
		ret = ipv6_switch(ap->im, false);
		ap->ipv6 = !ret;
	}
	return ret;
}

static int apply_addrs(struct applied *ap)
{
	const struct msg_list *addrs = &ap->im->addrs;
	struct nl_req r;

	for (; ap->addrs < addrs->n; ap->addrs++) {
		addr_request(ap, &r, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL,
			     addrs->v[ap->addrs]);
		if (nl_talk(&r, NULL, NULL))
			return nl_refused("cannot give %s an address of %s",
					  ap->im->uplink->link->name,
					  ap->im->bridge->name);
	}
	return 0;
}

static int apply_routes(struct applied *ap)
{
	const struct msg_list *routes = &ap->im->routes;
	struct nl_req r;

	for (; ap->routes < routes->n; ap->routes++) {
		route_request(ap, &r, RTM_NEWROUTE,
			      NLM_F_CREATE | NLM_F_APPEND,
			      routes->v[ap->routes]);
		if (nl_talk(&r, NULL, NULL))
			return nl_refused("cannot move a route from %s to %s",
					  ap->im->bridge->name,
					  ap->im->uplink->link->name);
	}
	return 0;
}

static int apply_dev(struct applied *ap)
{
	const struct iface *uplink = ap->im->uplink->link;
	struct obj *dev;

	if (link_create_dev(uplink->ifindex, NULL))
		return nl_refused("cannot create a vifmap device on %s",
				  uplink->name);
	if (select_dev_of(uplink->ifindex, &dev))
		return nl_refused("cannot look up the vifmap device of %s",
				  uplink->name);
	if (!dev)
		return msg_refused("the vifmap device of %s has disappeared",
				   uplink->name);
	ap->dev = obj_u32(dev, VIFMAP_A_DEV_IFINDEX);
	snprintf(ap->dev_name, sizeof(ap->dev_name), "%s",
		 obj_str(dev, VIFMAP_A_DEV_IFNAME));
	free(dev);
	return 0;
}

static int vif_options(const struct applied *ap,
		       const struct import_port *port)
{
	struct nl_req r = ap->im->options;

	r.nlh = (struct nlmsghdr *)r.buf;
	if (port->isolated && !nl_request_has(&r, VIFMAP_A_PORT_ISOLATED))
		mnl_attr_put_u8(r.nlh, VIFMAP_A_PORT_ISOLATED, true);
	if (port->link_local && !nl_request_has(&r, VIFMAP_A_PORT_LINK_LOCAL))
		mnl_attr_put_u16(r.nlh, VIFMAP_A_PORT_LINK_LOCAL,
				 port->link_local);
	if (!nl_request_has(&r, 0))
		return 0;
	mnl_attr_put_u32(r.nlh, VIFMAP_A_PORT_IFINDEX, port->link->ifindex);
	if (nl_talk(&r, NULL, NULL))
		return nl_refused("cannot set the options of %s",
				  port->link->name);
	return 0;
}

static int vif_macs(const struct import_port *port,
		    const struct msg_list *list)
{
	const struct nlattr *addr;
	char buf[MAC_STRLEN];
	struct nl_req r;
	size_t i;

	for (i = 0; i < list->n; i++) {
		if (!import_fdb_maps(list->v[i]))
			continue;
		addr = msg_attr(list->v[i], sizeof(struct ndmsg), NDA_LLADDR);
		nl_request(&r, VIFMAP_CMD_MAC_NEW, &set_mac);
		mnl_attr_put(r.nlh, VIFMAP_A_MAC_ADDR, MAC_LEN,
			     mnl_attr_get_payload(addr));
		mnl_attr_put_u32(r.nlh, VIFMAP_A_MAC_PORT_IFINDEX,
				 port->link->ifindex);
		if (nl_talk(&r, NULL, NULL))
			return nl_refused("cannot map %s to %s",
					  mac_str(mnl_attr_get_payload(addr),
						  buf), port->link->name);
	}
	return 0;
}

static int apply_vif(struct applied *ap, struct import_port *port)
{
	int ret = import_release(ap, port);

	if (!ret && link_set_master(port->link->ifindex, ap->dev))
		ret = nl_refused("cannot attach %s to %s", port->link->name,
				 ap->dev_name);
	if (!ret)
		ret = vif_options(ap, port);
	if (!ret)
		ret = vif_macs(port, &port->fixed);
	if (!ret && ap->im->take_learned)
		ret = vif_macs(port, &port->learned);
	return ret;
}

static int apply_vifs(struct applied *ap)
{
	int ret = 0;
	size_t i;

	for (i = 0; !ret && i < ap->im->n_ports; i++)
		if (&ap->im->ports[i] != ap->im->uplink)
			ret = apply_vif(ap, &ap->im->ports[i]);
	return ret;
}

static int apply_up(struct applied *ap)
{
	if (link_set_up(ap->dev, true))
		return nl_refused("cannot set %s up", ap->dev_name);
	return 0;
}

static int apply_delete_bridge(struct applied *ap)
{
	if (link_delete(ap->im->bridge->ifindex))
		return nl_refused("cannot delete %s", ap->im->bridge->name);
	return 0;
}

static int apply_steps(struct applied *ap)
{
	static int (*const steps[])(struct applied *ap) = {
		apply_uplink, apply_addrs, apply_routes, apply_dev,
		apply_vifs, apply_up, apply_delete_bridge,
	};
	unsigned int i;
	int ret = 0;

	for (i = 0; !ret && i < ARRAY_SIZE(steps); i++)
		ret = steps[i](ap);
	return ret;
}

/* --- back ----------------------------------------------------------------- */

static void undo_routes(const struct applied *ap)
{
	const char *uplink = ap->im->uplink->link->name;
	struct nl_req r;
	size_t i;

	for (i = ap->routes; i-- > 0;) {
		route_request(ap, &r, RTM_DELROUTE, 0, ap->im->routes.v[i]);
		if (nl_talk(&r, NULL, NULL))
			nl_refused("cannot remove a route through %s again",
				   uplink);
	}
	for (i = ap->addrs; i-- > 0;) {
		addr_request(ap, &r, RTM_DELADDR, 0, ap->im->addrs.v[i]);
		if (nl_talk(&r, NULL, NULL))
			nl_refused("cannot remove an address of %s again",
				   uplink);
	}
}

/* The options that can be set: a dump has others, too, and the state */
static void put_port_options(const struct import_port *port, struct nl_req *r)
{
	static const __u16 types[] = {
		IFLA_BRPORT_PRIORITY, IFLA_BRPORT_COST, IFLA_BRPORT_MODE,
		IFLA_BRPORT_GUARD, IFLA_BRPORT_PROTECT, IFLA_BRPORT_FAST_LEAVE,
		IFLA_BRPORT_LEARNING, IFLA_BRPORT_UNICAST_FLOOD,
		IFLA_BRPORT_PROXYARP, IFLA_BRPORT_PROXYARP_WIFI,
		IFLA_BRPORT_MULTICAST_ROUTER, IFLA_BRPORT_MCAST_TO_UCAST,
		IFLA_BRPORT_MCAST_FLOOD, IFLA_BRPORT_BCAST_FLOOD,
		IFLA_BRPORT_GROUP_FWD_MASK, IFLA_BRPORT_NEIGH_SUPPRESS,
		IFLA_BRPORT_ISOLATED, IFLA_BRPORT_LOCKED,
	};
	struct nlattr *info, *data;
	const struct nlattr *nla;
	unsigned int i;

	info = mnl_attr_nest_start(r->nlh, IFLA_LINKINFO);
	mnl_attr_put_strz(r->nlh, IFLA_INFO_SLAVE_KIND, "bridge");
	data = mnl_attr_nest_start(r->nlh, IFLA_INFO_SLAVE_DATA);
	for (i = 0; i < ARRAY_SIZE(types); i++) {
		nla = iface_data(port->link, IFLA_INFO_SLAVE_DATA, types[i]);
		if (nla)
			put_attr(r, nla);
	}
	mnl_attr_nest_end(r->nlh, data);
	mnl_attr_nest_end(r->nlh, info);
}

static void undo_port(const struct applied *ap, const struct import_port *port)
{
	const char *name = port->link->name;
	struct nl_req r;
	size_t i;

	if (link_set_master(port->link->ifindex, ap->im->bridge->ifindex)) {
		nl_refused("cannot put %s back into %s", name,
			   ap->im->bridge->name);
		return;
	}
	nl_request_link(&r, RTM_NEWLINK, 0, port->link->ifindex, 0);
	put_port_options(port, &r);
	if (nl_talk(&r, NULL, NULL))
		nl_refused("cannot restore the options of %s", name);
	for (i = 0; i < port->fixed.n; i++)
		if (fdb_restore(port, port->fixed.v[i]))
			nl_refused("cannot restore an entry of %s", name);
}

/* The numbers of ports are given as they come: in the old order */
static void apply_undo(const struct applied *ap)
{
	const struct import *im = ap->im;
	size_t i;

	/* It lets go of all its vifs */
	if (ap->dev && link_delete(ap->dev))
		nl_refused("cannot delete %s again", ap->dev_name);
	undo_routes(ap);
	if (ap->ipv6)
		ipv6_switch(im, true);
	for (i = 0; i < im->n_ports; i++)
		if (im->ports[i].released)
			undo_port(ap, &im->ports[i]);
}

/* --- afterwards, either way ----------------------------------------------- */

/* What is done is done: it is no failure that nobody can be told */
static void apply_announce(const struct import *im, const struct iface *i)
{
	int err = 0;

	if (import_mac_changes(im))
		err = announce(i, &im->addrs);
	if (err)
		msg_note("cannot tell neighbours that %s has the %s (%s): %s",
			 i->name, "addresses now", strerror(-err),
			 "they find out within minutes");
}

/**
 * import_apply - Carry the change out, all of it or nothing.
 * @im: The import, read.
 *
 * A signal waits until it is done or undone.
 *
 * Return: 0 or an exit status.
 */
int import_apply(struct import *im)
{
	struct applied ap = { .im = im };
	sigset_t block, old;
	int ret;

	sigemptyset(&block);
	sigaddset(&block, SIGHUP);
	sigaddset(&block, SIGINT);
	sigaddset(&block, SIGTERM);
	sigprocmask(SIG_BLOCK, &block, &old);
	ret = apply_steps(&ap);
	if (!ret) {
		apply_announce(im, im->uplink->link);
	} else {
		apply_undo(&ap);
		if (im->uplink->released)
			apply_announce(im, im->bridge);
	}
	sigprocmask(SIG_SETMASK, &old, NULL);
	return ret;
}
