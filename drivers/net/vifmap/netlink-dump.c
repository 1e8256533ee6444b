// SPDX-License-Identifier: GPL-2.0
/*
 * Dumps of the netlink family
 */
#include <linux/rtnetlink.h>
#include <net/genetlink.h>
#include <net/sock.h>

#include "netlink.h"
#include "netlink-gen.h"
#include "vifmap.h"

/**
 * struct vifmap_nl_walk - Where a dump has come to.
 * @msg: The message that is being filled.
 * @cb: The dump.
 * @cmd: The operation.
 * @fill: Puts an object into the message.
 * @index: Number of the object that comes next.
 * @start: Number of the first object that belongs into the message.
 * @dev_ifindex: Only this device, by its own index or its pdev's; 0 for all.
 * @port_ifindex: Only this vif; 0 for all.
 */
struct vifmap_nl_walk {
	struct sk_buff *msg;
	struct netlink_callback *cb;
	u8 cmd;
	vifmap_nl_fill_t *fill;
	long index;
	long start;
	int dev_ifindex;
	int port_ifindex;
};

/* Puts one object into a dump. */
static int vifmap_nl_dump(struct sk_buff *msg, struct netlink_callback *cb,
			  u8 cmd, vifmap_nl_fill_t *fill,
			  const struct vifmap_nl_object *object)
{
	void *hdr;

	hdr = genlmsg_put(msg, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
			  &vifmap_nl_family, NLM_F_MULTI, cmd);
	if (!hdr)
		return -EMSGSIZE;
	genl_dump_check_consistent(cb, hdr);
	return vifmap_nl_end(msg, hdr, fill(msg, object));
}

/* A filter that the request has, or 0. */
static int vifmap_nl_dump_filter(struct netlink_callback *cb, int attr)
{
	struct nlattr **attrs = genl_info_dump(cb)->attrs;

	return attrs[attr] ? nla_get_u32(attrs[attr]) : 0;
}

static int vifmap_nl_walk_one(struct vifmap_nl_walk *walk,
			      const struct vifmap_nl_object *object)
{
	int err = 0;

	if (walk->index >= walk->start)
		err = vifmap_nl_dump(walk->msg, walk->cb, walk->cmd, walk->fill,
				     object);
	if (!err)
		walk->index++;
	return err;
}

static int vifmap_nl_walk_devs(struct vifmap_nl_walk *walk,
			       struct vifmap_dev *vd)
{
	const struct vifmap_nl_object object = { .vd = vd };

	return vifmap_nl_walk_one(walk, &object);
}

static int vifmap_nl_walk_ports(struct vifmap_nl_walk *walk,
				struct vifmap_dev *vd)
{
	struct vifmap_nl_object object = { .vd = vd };
	struct vifmap_port *port;
	int err = 0;

	list_for_each_entry(port, &vd->ports, list) {
		if (port->is_self)
			continue;
		object.port = port;
		err = vifmap_nl_walk_one(walk, &object);
		if (err)
			break;
	}
	return err;
}

static int vifmap_nl_walk_entries(struct vifmap_nl_walk *walk,
				  struct vifmap_dev *vd,
				  const struct list_head *entries)
{
	struct vifmap_nl_object object = { .vd = vd };
	int err = 0;

	/* The datapath may take learned ones out meanwhile. */
	list_for_each_entry_rcu(object.entry, entries, list,
				lockdep_rtnl_is_held()) {
		err = vifmap_nl_walk_one(walk, &object);
		if (err)
			break;
	}
	return err;
}

static int vifmap_nl_walk_map(struct vifmap_nl_walk *walk,
			      struct vifmap_dev *vd)
{
	struct vifmap_port *port;
	int err = 0;

	if (!walk->port_ifindex)
		err = vifmap_nl_walk_entries(walk, vd, &vd->host_entries);
	list_for_each_entry(port, &vd->ports, list) {
		if (err)
			break;
		if (!walk->port_ifindex ||
		    walk->port_ifindex == port->dev->ifindex)
			err = vifmap_nl_walk_entries(walk, vd, &port->entries);
	}
	return err;
}

static bool vifmap_nl_walk_wants(const struct vifmap_nl_walk *walk,
				 const struct vifmap_dev *vd)
{
	return vd->pdev && (!walk->dev_ifindex ||
			    walk->dev_ifindex == vd->dev->ifindex ||
			    walk->dev_ifindex == vd->pdev->ifindex);
}

/* Goes through all devices of the namespace, as far as the message has room.
 * What has changed since the last message is told by the sequence number.
 */
static int vifmap_nl_walk(struct vifmap_nl_walk *walk,
			  int (*walk_dev)(struct vifmap_nl_walk *walk,
					  struct vifmap_dev *vd))
{
	struct net *net = sock_net(walk->msg->sk);
	struct net_device *dev;
	int err = 0;

	walk->start = walk->cb->args[0];
	rtnl_lock();
	/* What the datapath has removed counts as a change only now. */
	for_each_netdev(net, dev) {
		if (vifmap_dev_is(dev))
			vifmap_pending_rtnl(netdev_priv(dev));
	}
	walk->cb->seq = vifmap_nl_sequence;
	for_each_netdev(net, dev) {
		if (!vifmap_dev_is(dev) ||
		    !vifmap_nl_walk_wants(walk, netdev_priv(dev)))
			continue;
		err = walk_dev(walk, netdev_priv(dev));
		if (err)
			break;
	}
	rtnl_unlock();

	walk->cb->args[0] = walk->index;
	return err == -EMSGSIZE && walk->msg->len ? walk->msg->len : err;
}

/**
 * vifmap_nl_dev_get_dumpit() - Dump devices.
 * @skb: The message to fill.
 * @cb: The dump.
 *
 * Return: the length of the message, 0 at the end, or a negative error.
 */
int vifmap_nl_dev_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct vifmap_nl_walk walk = {
		.msg = skb,
		.cb = cb,
		.cmd = VIFMAP_CMD_DEV_GET,
		.fill = vifmap_nl_put_dev_stats,
		.dev_ifindex = vifmap_nl_dump_filter(cb,
						VIFMAP_A_DEV_PDEV_IFINDEX),
	};

	return vifmap_nl_walk(&walk, vifmap_nl_walk_devs);
}

/**
 * vifmap_nl_port_get_dumpit() - Dump ports.
 * @skb: The message to fill.
 * @cb: The dump.
 *
 * Return: the length of the message, 0 at the end, or a negative error.
 */
int vifmap_nl_port_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct vifmap_nl_walk walk = {
		.msg = skb,
		.cb = cb,
		.cmd = VIFMAP_CMD_PORT_GET,
		.fill = vifmap_nl_put_port_stats,
		.dev_ifindex = vifmap_nl_dump_filter(cb,
						VIFMAP_A_PORT_DEV_IFINDEX),
	};

	return vifmap_nl_walk(&walk, vifmap_nl_walk_ports);
}

/**
 * vifmap_nl_mac_get_dumpit() - Dump entries.
 * @skb: The message to fill.
 * @cb: The dump.
 *
 * Return: the length of the message, 0 at the end, or a negative error.
 */
int vifmap_nl_mac_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct vifmap_nl_walk walk = {
		.msg = skb,
		.cb = cb,
		.cmd = VIFMAP_CMD_MAC_GET,
		.fill = vifmap_nl_put_mac,
		.dev_ifindex = vifmap_nl_dump_filter(cb,
						VIFMAP_A_MAC_DEV_IFINDEX),
		.port_ifindex = vifmap_nl_dump_filter(cb,
						VIFMAP_A_MAC_PORT_IFINDEX),
	};

	return vifmap_nl_walk(&walk, vifmap_nl_walk_map);
}
