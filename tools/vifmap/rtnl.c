// SPDX-License-Identifier: GPL-2.0
/*
 * vifmap - links: looking them up and changing them with rtnetlink
 *
 * A name is looked up once; everything after that goes by index, which a
 * renaming does not change.
 */
#include <errno.h>
#include <string.h>

#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>

#include "nl.h"

#define LINK_KIND	"vifmap"

static void link_text(const struct nlattr *nla, char *buf, size_t size)
{
	snprintf(buf, size, "%.*s", (int)mnl_attr_get_payload_len(nla),
		 (const char *)mnl_attr_get_payload(nla));
}

static void link_info(const struct nlattr *info, struct link *l)
{
	const struct nlattr *nla;

	mnl_attr_for_each_nested(nla, info) {
		switch (mnl_attr_get_type(nla)) {
		case IFLA_INFO_KIND:
			link_text(nla, l->kind, sizeof(l->kind));
			break;
		case IFLA_INFO_SLAVE_KIND:
			link_text(nla, l->slave_kind, sizeof(l->slave_kind));
			break;
		}
	}
}

static void link_attr(const struct nlattr *nla, struct link *l)
{
	switch (mnl_attr_get_type(nla)) {
	case IFLA_IFNAME:
		link_text(nla, l->name, sizeof(l->name));
		break;
	case IFLA_IFALIAS:
		link_text(nla, l->alias, sizeof(l->alias));
		break;
	case IFLA_MASTER:
		if (!mnl_attr_validate(nla, MNL_TYPE_U32))
			l->master = mnl_attr_get_u32(nla);
		break;
	case IFLA_MTU:
		if (!mnl_attr_validate(nla, MNL_TYPE_U32))
			l->mtu = mnl_attr_get_u32(nla);
		break;
	case IFLA_ADDRESS:
		if (mnl_attr_get_payload_len(nla) == MAC_LEN)
			memcpy(l->mac, mnl_attr_get_payload(nla), MAC_LEN);
		break;
	case IFLA_LINKINFO:
		link_info(nla, l);
		break;
	}
}

static void link_reply(const struct nlmsghdr *nlh, void *data)
{
	const struct ifinfomsg *ifi = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *nla;
	struct link *l = data;

	if (nlh->nlmsg_type != RTM_NEWLINK ||
	    mnl_nlmsg_get_payload_len(nlh) < sizeof(*ifi))
		return;
	memset(l, 0, sizeof(*l));
	l->ifindex = ifi->ifi_index;
	l->flags = ifi->ifi_flags;
	mnl_attr_for_each(nla, nlh, sizeof(*ifi))
		link_attr(nla, l);
}

static int link_ask(struct nl_req *r, struct link *l)
{
	memset(l, 0, sizeof(*l));
	mnl_attr_put_u32(r->nlh, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
	return nl_talk(r, link_reply, l);
}

/**
 * link_get - Look an interface up by its index.
 * @ifindex: The index.
 * @l: Where to put what is known of it.
 *
 * Return: 0 or a negative error number.
 */
int link_get(__u32 ifindex, struct link *l)
{
	struct nl_req r;

	nl_request_link(&r, RTM_GETLINK, 0, ifindex, 0);
	return link_ask(&r, l);
}

/**
 * link_lookup - Look an interface up by its name, or an alternative one.
 * @name: The name.
 * @l: Where to put what is known of it.
 *
 * Return: 0, -ENODEV where there is none, or another negative error number.
 */
int link_lookup(const char *name, struct link *l)
{
	struct nl_req r;
	int ret;

	nl_request_link(&r, RTM_GETLINK, 0, 0, 0);
	/* The kernel looks for alternative names in either case */
	if (strlen(name) < IFNAMSIZ)
		mnl_attr_put_strz(r.nlh, IFLA_IFNAME, name);
	else
		mnl_attr_put_strz(r.nlh, IFLA_ALT_IFNAME, name);
	ret = link_ask(&r, l);
	return !ret && !l->ifindex ? -ENODEV : ret;
}

/**
 * link_find - link_lookup() that complains.
 * @name: The name.
 * @l: Where to put what is known of it.
 *
 * Return: 0 or an exit status.
 */
int link_find(const char *name, struct link *l)
{
	int ret = link_lookup(name, l);

	if (ret == -ENODEV)
		return msg_refused("there is no interface %s", name);
	return ret ? nl_refused("cannot look up %s", name) : 0;
}

/**
 * link_find_vif - Look up an interface that must be attached.
 * @name: Its name.
 * @l: Where to put what is known of it.
 *
 * Return: 0 or an exit status.
 */
int link_find_vif(const char *name, struct link *l)
{
	int ret = link_find(name, l);

	if (!ret && !link_is_vif(l))
		ret = msg_refused("%s is not attached to a vifmap device",
				  l->name);
	return ret;
}

/**
 * link_index - Look up no more of an interface than its index.
 * @name: Its name, or an alternative one.
 * @ifindex: Where to put the index.
 *
 * For a name that is the same as the time before, as in a batch, an ioctl does,
 * at a fraction of the cost of link_find(). It is no good for others: for one
 * that the kernel does not know it would load a module of that name, and it
 * ends a name at a colon.
 *
 * Return: 0 or an exit status.
 */
int link_index(const char *name, __u32 *ifindex)
{
	static char last[IFNAMSIZ];
	struct ifreq ifr = {};
	struct link l;
	int ret;

	memcpy(ifr.ifr_name, last, sizeof(last));
	if (last[0] && !strcmp(name, last) && !nl_ioctl(SIOCGIFINDEX, &ifr)) {
		*ifindex = ifr.ifr_ifindex;
		return 0;
	}
	last[0] = '\0';
	ret = link_find(name, &l);
	*ifindex = l.ifindex;
	if (!ret && strlen(name) < sizeof(last) && !strchr(name, ':'))
		snprintf(last, sizeof(last), "%s", name);
	return ret;
}

struct link_each_data {
	link_fn fn;
	void *data;
};

static void link_each_reply(const struct nlmsghdr *nlh, void *data)
{
	const struct link_each_data *each = data;
	struct link l = {};

	link_reply(nlh, &l);
	if (l.ifindex)
		each->fn(&l, each->data);
}

/**
 * link_each - Look at every interface of the namespace.
 * @fn: Called for each; it asks the kernel for nothing.
 * @data: For @fn.
 *
 * Return: 0 or a negative error number.
 */
int link_each(link_fn fn, void *data)
{
	struct link_each_data each = { .fn = fn, .data = data };
	struct nl_req r;

	nl_request_link(&r, RTM_GETLINK, NLM_F_DUMP, 0, 0);
	mnl_attr_put_u32(r.nlh, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
	return nl_talk(&r, link_each_reply, &each);
}

/**
 * link_refuse_master - Say that an interface cannot be attached, having a
 *	master that is no vifmap device.
 * @l: The interface.
 *
 * Return: An exit status.
 */
int link_refuse_master(const struct link *l)
{
	struct link master;

	if (link_get(l->master, &master))
		return nl_refused("cannot look up the master of %s", l->name);
	return msg_refused("%s already has the master %s", l->name,
			   master.name);
}

/**
 * link_is_vif - See whether an interface is attached to a vifmap device.
 * @l: The interface.
 *
 * Return: Whether it is.
 */
bool link_is_vif(const struct link *l)
{
	return l->master && !strcmp(l->slave_kind, LINK_KIND);
}

/**
 * link_is_dev - See whether an interface is a vifmap device.
 * @l: The interface.
 *
 * Return: Whether it is.
 */
bool link_is_dev(const struct link *l)
{
	return !strcmp(l->kind, LINK_KIND);
}

/**
 * link_create_dev - Create a vifmap device.
 * @pdev: Index of its physical device.
 * @name: Its name, or NULL.
 *
 * Without a name the kernel takes the first free one of vifmap0, vifmap1 and
 * so on, which no lookup from here could do without a race.
 *
 * Return: 0 or a negative error number.
 */
int link_create_dev(__u32 pdev, const char *name)
{
	struct nlattr *info;
	struct nl_req r;

	nl_request_link(&r, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, 0, 0);
	mnl_attr_put_u32(r.nlh, IFLA_LINK, pdev);
	if (name)
		mnl_attr_put_strz(r.nlh, IFLA_IFNAME, name);
	info = mnl_attr_nest_start(r.nlh, IFLA_LINKINFO);
	mnl_attr_put_strz(r.nlh, IFLA_INFO_KIND, LINK_KIND);
	mnl_attr_nest_end(r.nlh, info);
	return nl_talk(&r, NULL, NULL);
}

/**
 * link_delete - Delete an interface.
 * @ifindex: Its index.
 *
 * Return: 0 or a negative error number.
 */
int link_delete(__u32 ifindex)
{
	struct nl_req r;

	nl_request_link(&r, RTM_DELLINK, 0, ifindex, 0);
	return nl_talk(&r, NULL, NULL);
}

/**
 * link_set_up - Set an interface up or down.
 * @ifindex: Its index.
 * @up: Which of the two.
 *
 * Return: 0 or a negative error number.
 */
int link_set_up(__u32 ifindex, bool up)
{
	struct ifinfomsg *ifi;
	struct nl_req r;

	nl_request_link(&r, RTM_SETLINK, 0, ifindex, IFF_UP);
	ifi = mnl_nlmsg_get_payload(r.nlh);
	if (!up)
		ifi->ifi_flags = 0;
	return nl_talk(&r, NULL, NULL);
}

/**
 * link_set_master - Attach an interface to another, or detach it.
 * @ifindex: Its index.
 * @master: Index of the other, or 0.
 *
 * Return: 0 or a negative error number.
 */
int link_set_master(__u32 ifindex, __u32 master)
{
	struct nl_req r;

	nl_request_link(&r, RTM_SETLINK, 0, ifindex, 0);
	mnl_attr_put_u32(r.nlh, IFLA_MASTER, master);
	return nl_talk(&r, NULL, NULL);
}
