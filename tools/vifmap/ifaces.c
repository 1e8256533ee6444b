// SPDX-License-Identifier: GPL-2.0
/*
 * vifmap - all interfaces of the namespace
 */
#include <stdlib.h>
#include <string.h>

#include <linux/if_link.h>
#include <linux/rtnetlink.h>

#include "ifaces.h"

static void ifaces_reply(const struct nlmsghdr *nlh, void *data)
{
	struct ifaces *all = data;

	if (nlh->nlmsg_type == RTM_NEWLINK &&
	    mnl_nlmsg_get_payload_len(nlh) >= sizeof(struct ifinfomsg))
		msg_list_add(&all->msgs, nlh);
}

/**
 * iface_attr - Find an attribute of an interface.
 * @i: The interface.
 * @type: Number of the attribute.
 *
 * Return: The attribute, or NULL when it is absent.
 */
const struct nlattr *iface_attr(const struct iface *i, unsigned int type)
{
	return msg_attr(i->msg, sizeof(struct ifinfomsg), type);
}

static void iface_text(const struct nlattr *nla, char *buf, size_t size)
{
	if (nla)
		snprintf(buf, size, "%.*s", (int)mnl_attr_get_payload_len(nla),
			 (const char *)mnl_attr_get_payload(nla));
}

static void iface_init(struct iface *i, const struct nlmsghdr *nlh)
{
	const struct ifinfomsg *ifi = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *info, *addr;

	memset(i, 0, sizeof(*i));
	i->msg = nlh;
	i->ifindex = ifi->ifi_index;
	i->flags = ifi->ifi_flags;
	i->master = attr_number(iface_attr(i, IFLA_MASTER));
	if (!iface_attr(i, IFLA_LINK_NETNSID))
		i->lower = attr_number(iface_attr(i, IFLA_LINK));
	i->mtu = attr_number(iface_attr(i, IFLA_MTU));
	i->promiscuity = attr_number(iface_attr(i, IFLA_PROMISCUITY));
	iface_text(iface_attr(i, IFLA_IFNAME), i->name, sizeof(i->name));
	addr = iface_attr(i, IFLA_ADDRESS);
	i->has_addr = addr && mnl_attr_get_payload_len(addr) == MAC_LEN;
	if (i->has_addr)
		memcpy(i->addr, mnl_attr_get_payload(addr), MAC_LEN);
	info = iface_attr(i, IFLA_LINKINFO);
	iface_text(nest_attr(info, IFLA_INFO_KIND), i->kind, sizeof(i->kind));
	iface_text(nest_attr(info, IFLA_INFO_SLAVE_KIND), i->slave_kind,
		   sizeof(i->slave_kind));
}

static int iface_cmp(const void *a, const void *b)
{
	const struct iface *i = a;
	const struct iface *j = b;

	return i->ifindex < j->ifindex ? -1 : i->ifindex > j->ifindex;
}

/**
 * ifaces_read - Ask for all interfaces.
 * @all: Where to put them.
 *
 * Return: 0 or an exit status.
 */
int ifaces_read(struct ifaces *all)
{
	struct nl_req r;
	size_t i;

	memset(all, 0, sizeof(*all));
	nl_request_link(&r, RTM_GETLINK, 0, 0, 0);
	r.nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	if (nl_talk(&r, ifaces_reply, all)) {
		ifaces_free(all);
		return nl_refused("cannot list the interfaces");
	}
	all->n = all->msgs.n;
	if (!all->n)
		return 0;
	all->v = mem_realloc(NULL, all->n, sizeof(*all->v));
	for (i = 0; i < all->n; i++)
		iface_init(&all->v[i], all->msgs.v[i]);
	qsort(all->v, all->n, sizeof(*all->v), iface_cmp);
	return 0;
}

/**
 * ifaces_free - Forget them.
 * @all: The interfaces.
 */
void ifaces_free(struct ifaces *all)
{
	msg_list_free(&all->msgs);
	free(all->v);
	memset(all, 0, sizeof(*all));
}

/**
 * ifaces_find - Find an interface by its index.
 * @all: The interfaces.
 * @ifindex: The index.
 *
 * Return: The interface, or NULL.
 */
const struct iface *ifaces_find(const struct ifaces *all, __u32 ifindex)
{
	const struct iface key = { .ifindex = ifindex };

	if (!all->n)
		return NULL;
	return bsearch(&key, all->v, all->n, sizeof(key), iface_cmp);
}

/**
 * iface_data - Find what its driver, or that of its master, says of an
 *	interface.
 * @i: The interface.
 * @what: IFLA_INFO_DATA or IFLA_INFO_SLAVE_DATA.
 * @type: Number of the attribute in there.
 *
 * Return: The attribute, or NULL when it is absent.
 */
const struct nlattr *iface_data(const struct iface *i, unsigned int what,
				unsigned int type)
{
	const struct nlattr *info = iface_attr(i, IFLA_LINKINFO);

	return nest_attr(nest_attr(info, what), type);
}
