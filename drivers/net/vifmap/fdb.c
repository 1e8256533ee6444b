// SPDX-License-Identifier: GPL-2.0
/*
 * The map as a forwarding database: bridge fdb ... dev vifmap0 self
 */
#include <linux/etherdevice.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <net/netlink.h>

#include "vifmap.h"

/* Which vif "via" names; NULL with a message when it is not one of ours. */
static struct vifmap_port *vifmap_fdb_port(struct net_device *dev,
					   const struct nlattr *via,
					   struct netlink_ext_ack *extack)
{
	struct vifmap_port *port = NULL;
	struct net_device *vif;

	vif = __dev_get_by_index(dev_net(dev), nla_get_u32(via));
	if (vif)
		port = vifmap_port_get_rtnl(vif);
	if (port && port->vd == netdev_priv(dev))
		return port;

	NL_SET_ERR_MSG_ATTR(extack, via, "\"via\" is not a vif of this device");
	return NULL;
}

static int vifmap_fdb_check(const struct nlattr * const tb[], u16 vid,
			    struct netlink_ext_ack *extack)
{
	if (vid || tb[NDA_VLAN]) {
		NL_SET_ERR_MSG(extack, "An entry holds for all VLANs alike");
		return -EINVAL;
	}
	if (tb[NDA_IFINDEX] && nla_len(tb[NDA_IFINDEX]) != sizeof(u32)) {
		NL_SET_ERR_MSG_ATTR(extack, tb[NDA_IFINDEX],
				    "\"via\" has the wrong length");
		return -EINVAL;
	}
	return 0;
}

/**
 * vifmap_fdb_add() - Add an entry: bridge fdb add MAC dev DEV self via VIF.
 * @ndm: The request.
 * @tb: Its attributes; NDA_IFINDEX is the vif.
 * @dev: The vifmap device.
 * @addr: The address.
 * @vid: Must be 0: an entry holds for all VLANs.
 * @flags: NLM_F_*; with NLM_F_REPLACE an entry is led to another vif.
 * @notified: Stays false: the core sends the notification.
 * @extack: Says what is wrong.
 *
 * NUD_NOARP (static) and NUD_PERMANENT (the default of bridge) mean the same.
 *
 * Context: RTNL held.
 * Return: 0 or a negative error.
 */
int vifmap_fdb_add(struct ndmsg *ndm, struct nlattr *tb[],
		   struct net_device *dev, const unsigned char *addr, u16 vid,
		   u16 flags, bool *notified,
		   struct netlink_ext_ack *extack)
{
	struct vifmap_dev *vd = netdev_priv(dev);
	struct vifmap_entry *entry;
	struct vifmap_port *port;
	int err;

	err = vifmap_fdb_check((const struct nlattr * const *)tb, vid, extack);
	if (err)
		return err;
	if (!tb[NDA_IFINDEX]) {
		NL_SET_ERR_MSG(extack, "Name the vif: \"via VIF\"");
		return -EINVAL;
	}
	port = vifmap_fdb_port(dev, tb[NDA_IFINDEX], extack);
	if (!port)
		return -ENODEV;

	entry = vifmap_map_find(&vd->map, vifmap_key_from_addr(addr));
	/* What the vif has of itself becomes the user's in any case. */
	if (entry && entry->port && (flags & NLM_F_REPLACE) &&
	    (entry->port != port || entry->origin == VIFMAP_ORIGIN_USER))
		return vifmap_entry_set_rtnl(vd, entry, port, true, extack);
	return vifmap_entry_add_rtnl(port, addr, VIFMAP_ORIGIN_USER, true,
				     extack);
}

/**
 * vifmap_fdb_del() - Remove an entry: bridge fdb del MAC dev DEV self.
 * @ndm: The request.
 * @tb: Its attributes; NDA_IFINDEX is the vif, if one is named.
 * @dev: The vifmap device.
 * @addr: The address.
 * @vid: Must be 0: an entry holds for all VLANs.
 * @notified: Stays false: the core sends the notification.
 * @extack: Says what is wrong.
 *
 * Context: RTNL held.
 * Return: 0 or a negative error.
 */
int vifmap_fdb_del(struct ndmsg *ndm, struct nlattr *tb[],
		   struct net_device *dev, const unsigned char *addr, u16 vid,
		   bool *notified, struct netlink_ext_ack *extack)
{
	struct vifmap_dev *vd = netdev_priv(dev);
	struct vifmap_port *port = NULL;
	struct vifmap_entry *entry;
	int err;

	err = vifmap_fdb_check((const struct nlattr * const *)tb, vid, extack);
	if (err)
		return err;
	if (tb[NDA_IFINDEX]) {
		port = vifmap_fdb_port(dev, tb[NDA_IFINDEX], extack);
		if (!port)
			return -ENODEV;
	}

	entry = vifmap_map_find(&vd->map, vifmap_key_from_addr(addr));
	if (!entry || (port && entry->port != port)) {
		NL_SET_ERR_MSG(extack, "No such entry");
		return -ENOENT;
	}
	return vifmap_entry_del_user_rtnl(vd, entry, extack);
}

static int vifmap_fdb_fill(struct sk_buff *skb, struct netlink_callback *cb,
			   const struct net_device *dev,
			   const struct vifmap_entry *entry)
{
	u8 addr[ETH_ALEN];
	struct nlmsghdr *nlh;
	struct ndmsg *ndm;

	nlh = nlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
			RTM_NEWNEIGH, sizeof(*ndm), NLM_F_MULTI);
	if (!nlh)
		return -EMSGSIZE;

	ndm = nlmsg_data(nlh);
	memset(ndm, 0, sizeof(*ndm));
	ndm->ndm_family = AF_BRIDGE;
	ndm->ndm_flags = NTF_SELF;
	ndm->ndm_ifindex = dev->ifindex;
	ndm->ndm_state = NUD_PERMANENT;
	if (entry->origin == VIFMAP_ORIGIN_LEARNED)
		ndm->ndm_state = NUD_REACHABLE;
	else if (entry->origin == VIFMAP_ORIGIN_USER)
		ndm->ndm_state = NUD_NOARP;

	vifmap_key_to_addr(entry->addr, addr);
	if (nla_put(skb, NDA_LLADDR, ETH_ALEN, addr) ||
	    (entry->port &&
	     nla_put_u32(skb, NDA_IFINDEX, entry->port->dev->ifindex))) {
		nlmsg_cancel(skb, nlh);
		return -EMSGSIZE;
	}
	nlmsg_end(skb, nlh);
	return 0;
}

static int vifmap_fdb_dump_list(struct sk_buff *skb,
				struct netlink_callback *cb,
				const struct net_device *dev,
				const struct list_head *entries, int *idx)
{
	const struct ndo_fdb_dump_context *ctx = (void *)cb->ctx;
	const struct vifmap_entry *entry;
	int err;

	list_for_each_entry_rcu(entry, entries, list) {
		if (*idx >= ctx->fdb_idx) {
			err = vifmap_fdb_fill(skb, cb, dev, entry);
			if (err)
				return err;
		}
		(*idx)++;
	}
	return 0;
}

/**
 * vifmap_fdb_dump() - Show the map: bridge fdb show dev DEV.
 * @skb: The message to fill.
 * @cb: The dump.
 * @dev: The vifmap device.
 * @filter_dev: Not used: the core asks for the devices that are wanted.
 * @idx: Number of the next entry.
 *
 * Context: RTNL held.
 * Return: 0, or -EMSGSIZE when the message is full.
 */
int vifmap_fdb_dump(struct sk_buff *skb, struct netlink_callback *cb,
		    struct net_device *dev, struct net_device *filter_dev,
		    int *idx)
{
	struct vifmap_dev *vd = netdev_priv(dev);
	const struct vifmap_port *port;
	int err;

	rcu_read_lock();
	err = vifmap_fdb_dump_list(skb, cb, dev, &vd->host_entries, idx);
	list_for_each_entry_rcu(port, &vd->ports, list) {
		if (err)
			break;
		err = vifmap_fdb_dump_list(skb, cb, dev, &port->entries, idx);
	}
	rcu_read_unlock();
	return err;
}
