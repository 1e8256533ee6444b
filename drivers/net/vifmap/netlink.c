// SPDX-License-Identifier: GPL-2.0
/*
 * The generic netlink family: requests, dumps and notifications
 *
 * The tables in netlink-gen.c are generated from the spec. Each request is
 * carried out under RTNL, taken by its pre_doit, which also finds the device
 * or the port and leaves it in genl_info.user_ptr.
 */
#include <linux/etherdevice.h>
#include <linux/jiffies.h>
#include <linux/rtnetlink.h>
#include <net/genetlink.h>
#include <net/net_namespace.h>
#include <net/sock.h>

#include "netlink-gen.h"
#include "vifmap.h"

/* What genl_info.user_ptr holds. */
enum {
	VIFMAP_NL_DEV,
	VIFMAP_NL_PORT,
};

/**
 * struct vifmap_nl_object - What a message is about.
 * @vd: The device.
 * @port: The port, where it is about one.
 * @entry: The entry, where it is about one.
 * @alert: The alert, where it is one.
 */
struct vifmap_nl_object {
	const struct vifmap_dev *vd;
	const struct vifmap_port *port;
	const struct vifmap_entry *entry;
	const struct vifmap_alert *alert;
};

/* Puts the attributes of an object into a message. */
typedef int vifmap_nl_fill_t(struct sk_buff *msg,
			     const struct vifmap_nl_object *object);

static struct vifmap_dev *vifmap_nl_dev(const struct genl_info *info)
{
	return info->user_ptr[VIFMAP_NL_DEV];
}

static struct vifmap_port *vifmap_nl_port(const struct genl_info *info)
{
	return info->user_ptr[VIFMAP_NL_PORT];
}

static struct net_device *vifmap_nl_netdev(struct genl_info *info,
					   const struct nlattr *attr)
{
	struct net_device *dev;

	dev = __dev_get_by_index(genl_info_net(info), nla_get_u32(attr));
	if (!dev)
		NL_SET_ERR_MSG_ATTR(info->extack, attr, "No such device");
	return dev;
}

/* The device that an attribute names: the vifmap device itself or its pdev. */
static struct vifmap_dev *vifmap_nl_find_dev(struct genl_info *info,
					     const struct nlattr *attr)
{
	struct net_device *dev = vifmap_nl_netdev(info, attr);
	struct vifmap_dev *vd;

	if (!dev)
		return ERR_PTR(-ENODEV);

	vd = vifmap_dev_is(dev) ? netdev_priv(dev) :
	     vifmap_dev_of_pdev_rtnl(dev);
	if (vd && vd->pdev)
		return vd;

	NL_SET_ERR_MSG_ATTR(info->extack, attr,
			    "Not a vifmap device, and none is on it");
	return ERR_PTR(-EOPNOTSUPP);
}

static struct vifmap_port *vifmap_nl_find_port(struct genl_info *info,
					       const struct nlattr *attr)
{
	struct net_device *dev = vifmap_nl_netdev(info, attr);
	struct vifmap_port *port;

	if (!dev)
		return ERR_PTR(-ENODEV);

	port = vifmap_port_get_rtnl(dev);
	if (port)
		return port;

	NL_SET_ERR_MSG_ATTR_FMT(info->extack, attr,
				"%s is not attached to a vifmap device",
				dev->name);
	return ERR_PTR(-EOPNOTSUPP);
}

/**
 * vifmap_nl_pre_doit_dev() - Find the device that a request is about.
 * @ops: The operation.
 * @skb: The request.
 * @info: The request, parsed.
 *
 * Return: 0 and RTNL held, or a negative error.
 */
int vifmap_nl_pre_doit_dev(const struct genl_split_ops *ops,
			   struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *attr = info->attrs[VIFMAP_A_DEV_IFINDEX];
	struct vifmap_dev *vd;

	if (!attr && GENL_REQ_ATTR_CHECK(info, VIFMAP_A_DEV_PDEV_IFINDEX))
		return -EINVAL;
	if (!attr)
		attr = info->attrs[VIFMAP_A_DEV_PDEV_IFINDEX];

	rtnl_lock();
	vd = vifmap_nl_find_dev(info, attr);
	if (IS_ERR(vd)) {
		rtnl_unlock();
		return PTR_ERR(vd);
	}
	info->user_ptr[VIFMAP_NL_DEV] = vd;
	return 0;
}

/**
 * vifmap_nl_pre_doit_port() - Find the port that a request is about.
 * @ops: The operation.
 * @skb: The request.
 * @info: The request, parsed.
 *
 * Return: 0 and RTNL held, or a negative error.
 */
int vifmap_nl_pre_doit_port(const struct genl_split_ops *ops,
			    struct sk_buff *skb, struct genl_info *info)
{
	struct vifmap_port *port;

	if (GENL_REQ_ATTR_CHECK(info, VIFMAP_A_PORT_IFINDEX))
		return -EINVAL;

	rtnl_lock();
	port = vifmap_nl_find_port(info, info->attrs[VIFMAP_A_PORT_IFINDEX]);
	if (IS_ERR(port)) {
		rtnl_unlock();
		return PTR_ERR(port);
	}
	info->user_ptr[VIFMAP_NL_DEV] = port->vd;
	info->user_ptr[VIFMAP_NL_PORT] = port;
	return 0;
}

/* The map that a request names by its device, by a vif, or by both. */
static int vifmap_nl_find_map(struct genl_info *info)
{
	const struct nlattr *dev_attr = info->attrs[VIFMAP_A_MAC_DEV_IFINDEX];
	const struct nlattr *attr = info->attrs[VIFMAP_A_MAC_PORT_IFINDEX];
	struct vifmap_port *port = NULL;
	struct vifmap_dev *vd = NULL;

	if (attr) {
		port = vifmap_nl_find_port(info, attr);
		if (IS_ERR(port))
			return PTR_ERR(port);
	}
	if (dev_attr) {
		vd = vifmap_nl_find_dev(info, dev_attr);
		if (IS_ERR(vd))
			return PTR_ERR(vd);
	}
	if (port && vd && port->vd != vd) {
		NL_SET_ERR_MSG_ATTR_FMT(info->extack, attr,
					"%s is attached to %s",
					port->dev->name, port->vd->dev->name);
		return -EINVAL;
	}
	info->user_ptr[VIFMAP_NL_DEV] = vd ? : port->vd;
	info->user_ptr[VIFMAP_NL_PORT] = port;
	return 0;
}

/**
 * vifmap_nl_pre_doit_map() - Find the map that a request is about.
 * @ops: The operation.
 * @skb: The request.
 * @info: The request, parsed.
 *
 * Return: 0 and RTNL held, or a negative error.
 */
int vifmap_nl_pre_doit_map(const struct genl_split_ops *ops,
			   struct sk_buff *skb, struct genl_info *info)
{
	int err;

	if (!info->attrs[VIFMAP_A_MAC_DEV_IFINDEX] &&
	    GENL_REQ_ATTR_CHECK(info, VIFMAP_A_MAC_PORT_IFINDEX))
		return -EINVAL;

	rtnl_lock();
	err = vifmap_nl_find_map(info);
	if (err)
		rtnl_unlock();
	return err;
}

/**
 * vifmap_nl_post_doit() - Let go of what the pre_doit has taken.
 * @ops: The operation.
 * @skb: The request.
 * @info: The request, parsed.
 */
void vifmap_nl_post_doit(const struct genl_split_ops *ops, struct sk_buff *skb,
			 struct genl_info *info)
{
	rtnl_unlock();
}

static int vifmap_nl_put_stats(struct sk_buff *msg, int attr,
			       const struct vifmap_pcpu_stats __percpu *pcpu)
{
	struct vifmap_stats stats;
	struct nlattr *nest;
	int i;

	nest = nla_nest_start(msg, attr);
	if (!nest)
		return -EMSGSIZE;
	vifmap_stats_sum(pcpu, &stats);
	for (i = VIFMAP_STAT_FIRST; i <= VIFMAP_STAT_MAX; i++) {
		if (nla_put_u64_64bit(msg, i, stats.counter[i],
				      VIFMAP_A_STATS_PAD)) {
			nla_nest_cancel(msg, nest);
			return -EMSGSIZE;
		}
	}
	nla_nest_end(msg, nest);
	return 0;
}

/* The attributes that are not the counters. */
static int vifmap_nl_put_dev(struct sk_buff *msg,
			     const struct vifmap_nl_object *object)
{
	const struct vifmap_dev *vd = object->vd;
	const struct vifmap_dev_options *options = &vd->options;

	if (nla_put_u32(msg, VIFMAP_A_DEV_IFINDEX, vd->dev->ifindex) ||
	    nla_put_string(msg, VIFMAP_A_DEV_IFNAME, vd->dev->name) ||
	    nla_put_u32(msg, VIFMAP_A_DEV_PDEV_IFINDEX, vd->pdev->ifindex) ||
	    nla_put_string(msg, VIFMAP_A_DEV_PDEV_IFNAME, vd->pdev->name) ||
	    nla_put_u8(msg, VIFMAP_A_DEV_UP, vd->up) ||
	    nla_put_u32(msg, VIFMAP_A_DEV_MAX_MACS, options->max_macs) ||
	    nla_put_u32(msg, VIFMAP_A_DEV_MACS, READ_ONCE(vd->map.count)) ||
	    nla_put_u32(msg, VIFMAP_A_DEV_PORTS, vd->ports_count) ||
	    nla_put_u32(msg, VIFMAP_A_DEV_LEARN, options->learn) ||
	    nla_put_u32(msg, VIFMAP_A_DEV_FLOOD_RATE, options->flood_rate) ||
	    nla_put_u8(msg, VIFMAP_A_DEV_HOST, options->host) ||
	    nla_put_u8(msg, VIFMAP_A_DEV_HOST_PORT, options->host_port) ||
	    nla_put_u8(msg, VIFMAP_A_DEV_EGRESS_HOOK, vd->egress_hook) ||
	    nla_put_u8(msg, VIFMAP_A_DEV_PROMISC, vd->pdev->uc_promisc))
		return -EMSGSIZE;
	return 0;
}

static int vifmap_nl_put_dev_stats(struct sk_buff *msg,
				   const struct vifmap_nl_object *object)
{
	const struct vifmap_dev *vd = object->vd;

	if (vifmap_nl_put_dev(msg, object) ||
	    vifmap_nl_put_stats(msg, VIFMAP_A_DEV_WIRE_STATS, vd->wire_stats) ||
	    vifmap_nl_put_stats(msg, VIFMAP_A_DEV_HOST_STATS, vd->host_stats) ||
	    vifmap_nl_put_stats(msg, VIFMAP_A_DEV_PORT_STATS, vd->self.stats))
		return -EMSGSIZE;
	return 0;
}

static int vifmap_nl_put_port(struct sk_buff *msg,
			      const struct vifmap_nl_object *object)
{
	const struct vifmap_port *port = object->port;
	const struct vifmap_port_options *options = &port->options;
	const struct net_device *vif = port->dev;
	u64 spoofed = READ_ONCE(port->spoofed);
	u8 addr[ETH_ALEN];

	if (nla_put_u32(msg, VIFMAP_A_PORT_IFINDEX, vif->ifindex) ||
	    nla_put_string(msg, VIFMAP_A_PORT_IFNAME, vif->name) ||
	    nla_put_u32(msg, VIFMAP_A_PORT_DEV_IFINDEX,
			port->vd->dev->ifindex) ||
	    nla_put_string(msg, VIFMAP_A_PORT_DEV_IFNAME,
			   port->vd->dev->name) ||
	    nla_put_string(msg, VIFMAP_A_PORT_PDEV_IFNAME,
			   port->vd->pdev->name) ||
	    nla_put_u8(msg, VIFMAP_A_PORT_UP,
		       (vif->flags & IFF_UP) && netif_carrier_ok(vif)) ||
	    nla_put_u32(msg, VIFMAP_A_PORT_MACS, READ_ONCE(port->macs)) ||
	    nla_put_u8(msg, VIFMAP_A_PORT_SPOOFCHECK, options->spoofcheck) ||
	    nla_put_u8(msg, VIFMAP_A_PORT_ISOLATED, options->isolated) ||
	    nla_put_u8(msg, VIFMAP_A_PORT_TRUNK, options->trunk) ||
	    nla_put_u32(msg, VIFMAP_A_PORT_LEARN, options->learn) ||
	    nla_put_u16(msg, VIFMAP_A_PORT_LINK_LOCAL, options->link_local) ||
	    nla_put_u32(msg, VIFMAP_A_PORT_FLOOD_RATE, options->flood_rate) ||
	    nla_put_u32(msg, VIFMAP_A_PORT_DELIVERY, options->delivery))
		return -EMSGSIZE;

	if (!spoofed)
		return 0;
	vifmap_key_to_addr(spoofed, addr);
	return nla_put(msg, VIFMAP_A_PORT_SPOOFED_ADDR, ETH_ALEN, addr);
}

static int vifmap_nl_put_port_stats(struct sk_buff *msg,
				    const struct vifmap_nl_object *object)
{
	return vifmap_nl_put_port(msg, object) ? :
	       vifmap_nl_put_stats(msg, VIFMAP_A_PORT_STATS,
				   object->port->stats);
}

static int vifmap_nl_put_mac(struct sk_buff *msg,
			     const struct vifmap_nl_object *object)
{
	const struct vifmap_entry *entry = object->entry;
	const struct vifmap_port *port = entry->port;
	const struct vifmap_dev *vd = object->vd;
	unsigned long used = READ_ONCE(entry->used);
	u8 addr[ETH_ALEN];

	vifmap_key_to_addr(entry->addr, addr);
	if (nla_put(msg, VIFMAP_A_MAC_ADDR, ETH_ALEN, addr) ||
	    nla_put_u32(msg, VIFMAP_A_MAC_DEV_IFINDEX, vd->dev->ifindex) ||
	    nla_put_string(msg, VIFMAP_A_MAC_DEV_IFNAME, vd->dev->name) ||
	    nla_put_string(msg, VIFMAP_A_MAC_PDEV_IFNAME, vd->pdev->name) ||
	    nla_put_u8(msg, VIFMAP_A_MAC_ACTIVE, !!READ_ONCE(entry->key)) ||
	    nla_put_u32(msg, VIFMAP_A_MAC_ORIGIN, entry->origin))
		return -EMSGSIZE;

	if (port &&
	    (nla_put_u32(msg, VIFMAP_A_MAC_PORT_IFINDEX, port->dev->ifindex) ||
	     nla_put_string(msg, VIFMAP_A_MAC_PORT_IFNAME, port->dev->name)))
		return -EMSGSIZE;
	if (used &&
	    nla_put_u32(msg, VIFMAP_A_MAC_IDLE,
			jiffies_to_msecs(jiffies - used) / MSEC_PER_SEC))
		return -EMSGSIZE;
	return 0;
}

static int vifmap_nl_put_alert(struct sk_buff *msg,
			       const struct vifmap_nl_object *object)
{
	const struct vifmap_alert *alert = object->alert;
	const struct vifmap_dev *vd = object->vd;
	const struct net_device *vif;
	u8 addr[ETH_ALEN];

	if (nla_put_u32(msg, VIFMAP_A_ALERT_TYPE, alert->type) ||
	    nla_put_u32(msg, VIFMAP_A_ALERT_DEV_IFINDEX, vd->dev->ifindex) ||
	    nla_put_string(msg, VIFMAP_A_ALERT_DEV_IFNAME, vd->dev->name) ||
	    nla_put_string(msg, VIFMAP_A_ALERT_PDEV_IFNAME, vd->pdev->name))
		return -EMSGSIZE;

	vif = __dev_get_by_index(dev_net(vd->dev), alert->ifindex);
	if (vif &&
	    (nla_put_u32(msg, VIFMAP_A_ALERT_PORT_IFINDEX, vif->ifindex) ||
	     nla_put_string(msg, VIFMAP_A_ALERT_PORT_IFNAME, vif->name)))
		return -EMSGSIZE;

	if (!alert->addr)
		return 0;
	vifmap_key_to_addr(alert->addr, addr);
	return nla_put(msg, VIFMAP_A_ALERT_ADDR, ETH_ALEN, addr);
}

static int vifmap_nl_end(struct sk_buff *msg, void *hdr, int err)
{
	if (err)
		genlmsg_cancel(msg, hdr);
	else
		genlmsg_end(msg, hdr);
	return err;
}

static int vifmap_nl_reply(struct genl_info *info, vifmap_nl_fill_t *fill,
			   const struct vifmap_nl_object *object)
{
	struct sk_buff *msg;
	int err = -EMSGSIZE;
	void *hdr;

	msg = genlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);
	if (!msg)
		return -ENOMEM;

	hdr = genlmsg_put_reply(msg, info, &vifmap_nl_family, 0,
				info->genlhdr->cmd);
	if (hdr)
		err = vifmap_nl_end(msg, hdr, fill(msg, object));
	if (err) {
		nlmsg_free(msg);
		return err;
	}
	return genlmsg_reply(msg, info);
}

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

/* Counts the additions and removals, so that a dump notices those that happen
 * while it goes on; under RTNL, and never 0.
 */
static unsigned int vifmap_nl_sequence = 1;

static void vifmap_nl_sequence_next(u8 cmd)
{
	switch (cmd) {
	case VIFMAP_CMD_DEV_ADD_NTF:
	case VIFMAP_CMD_DEV_DEL_NTF:
	case VIFMAP_CMD_PORT_ADD_NTF:
	case VIFMAP_CMD_PORT_DEL_NTF:
	case VIFMAP_CMD_MAC_ADD_NTF:
	case VIFMAP_CMD_MAC_DEL_NTF:
		if (!++vifmap_nl_sequence)
			vifmap_nl_sequence = 1;
	}
}

/* Tells the listeners; @reason_attr is 0 where there is no reason to tell. */
static void vifmap_nl_notify(u8 cmd, vifmap_nl_fill_t *fill,
			     const struct vifmap_nl_object *object,
			     int reason_attr, enum vifmap_reason reason)
{
	struct net *net = dev_net(object->vd->dev);
	struct sk_buff *msg;
	int err = -EMSGSIZE;
	void *hdr;

	vifmap_nl_sequence_next(cmd);
	if (!genl_has_listeners(&vifmap_nl_family, net, VIFMAP_NLGRP_EVENTS))
		return;
	msg = genlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);
	if (!msg)
		return;

	hdr = genlmsg_put(msg, 0, 0, &vifmap_nl_family, 0, cmd);
	if (hdr) {
		err = fill(msg, object);
		if (!err && reason_attr)
			err = nla_put_u32(msg, reason_attr, reason);
		err = vifmap_nl_end(msg, hdr, err);
	}
	if (WARN_ON_ONCE(err))
		nlmsg_free(msg);
	else
		genlmsg_multicast_netns(&vifmap_nl_family, net, msg, 0,
					VIFMAP_NLGRP_EVENTS, GFP_KERNEL);
}

/**
 * vifmap_nl_notify_dev() - Tell of a device.
 * @vd: The device; it has its pdev.
 * @cmd: VIFMAP_CMD_DEV_*_NTF.
 * @reason: Why, if it has gone.
 *
 * Context: RTNL held.
 */
void vifmap_nl_notify_dev(struct vifmap_dev *vd, u8 cmd,
			  enum vifmap_reason reason)
{
	const struct vifmap_nl_object object = { .vd = vd };

	/* Before it has its pdev, and after, there is nothing to tell. */
	if (vd->pdev)
		vifmap_nl_notify(cmd, vifmap_nl_put_dev, &object,
				 cmd == VIFMAP_CMD_DEV_DEL_NTF ?
				 VIFMAP_A_DEV_REASON : 0, reason);
}

/**
 * vifmap_nl_notify_port() - Tell of a port.
 * @port: The port.
 * @cmd: VIFMAP_CMD_PORT_*_NTF.
 * @reason: Why, if it has gone.
 *
 * Context: RTNL held.
 */
void vifmap_nl_notify_port(struct vifmap_port *port, u8 cmd,
			   enum vifmap_reason reason)
{
	const struct vifmap_nl_object object = {
		.vd = port->vd,
		.port = port,
	};

	vifmap_nl_notify(cmd, vifmap_nl_put_port, &object,
			 cmd == VIFMAP_CMD_PORT_DEL_NTF ?
			 VIFMAP_A_PORT_REASON : 0, reason);
}

/**
 * vifmap_nl_notify_mac() - Tell of an entry.
 * @vd: The device.
 * @entry: The entry.
 * @cmd: VIFMAP_CMD_MAC_*_NTF.
 * @reason: Why, if it has gone.
 *
 * Context: RTNL held.
 */
void vifmap_nl_notify_mac(struct vifmap_dev *vd,
			  const struct vifmap_entry *entry, u8 cmd,
			  enum vifmap_reason reason)
{
	const struct vifmap_nl_object object = {
		.vd = vd,
		.entry = entry,
	};

	vifmap_nl_notify(cmd, vifmap_nl_put_mac, &object,
			 cmd == VIFMAP_CMD_MAC_DEL_NTF ?
			 VIFMAP_A_MAC_REASON : 0, reason);
}

/**
 * vifmap_nl_notify_alert() - Send an alert.
 * @vd: The device.
 * @alert: The alert.
 *
 * Context: RTNL held.
 */
void vifmap_nl_notify_alert(struct vifmap_dev *vd,
			    const struct vifmap_alert *alert)
{
	const struct vifmap_nl_object object = {
		.vd = vd,
		.alert = alert,
	};

	vifmap_nl_notify(VIFMAP_CMD_ALERT_NTF, vifmap_nl_put_alert, &object,
			 0, VIFMAP_REASON_USER);
}

/**
 * vifmap_nl_dev_get_doit() - Answer dev-get.
 * @skb: The request.
 * @info: The request, parsed.
 *
 * Return: 0 or a negative error.
 */
int vifmap_nl_dev_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct vifmap_nl_object object = { .vd = vifmap_nl_dev(info) };

	return vifmap_nl_reply(info, vifmap_nl_put_dev_stats, &object);
}

/**
 * vifmap_nl_dev_set_doit() - Carry out dev-set.
 * @skb: The request.
 * @info: The request, parsed.
 *
 * Return: 0 or a negative error.
 */
int vifmap_nl_dev_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct vifmap_dev *vd = vifmap_nl_dev(info);
	struct vifmap_dev_options options = vd->options;
	struct nlattr **attrs = info->attrs;

	if (attrs[VIFMAP_A_DEV_MAX_MACS])
		options.max_macs = nla_get_u32(attrs[VIFMAP_A_DEV_MAX_MACS]);
	if (attrs[VIFMAP_A_DEV_LEARN])
		options.learn = nla_get_u32(attrs[VIFMAP_A_DEV_LEARN]);
	if (attrs[VIFMAP_A_DEV_FLOOD_RATE])
		options.flood_rate =
			nla_get_u32(attrs[VIFMAP_A_DEV_FLOOD_RATE]);
	if (attrs[VIFMAP_A_DEV_HOST])
		options.host = nla_get_u8(attrs[VIFMAP_A_DEV_HOST]);
	if (attrs[VIFMAP_A_DEV_HOST_PORT])
		options.host_port = nla_get_u8(attrs[VIFMAP_A_DEV_HOST_PORT]);
	return vifmap_dev_set_options_rtnl(vd, &options, info->extack);
}

/**
 * vifmap_nl_port_get_doit() - Answer port-get.
 * @skb: The request.
 * @info: The request, parsed.
 *
 * Return: 0 or a negative error.
 */
int vifmap_nl_port_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct vifmap_nl_object object = {
		.vd = vifmap_nl_dev(info),
		.port = vifmap_nl_port(info),
	};

	return vifmap_nl_reply(info, vifmap_nl_put_port_stats, &object);
}

/**
 * vifmap_nl_port_set_doit() - Carry out port-set.
 * @skb: The request.
 * @info: The request, parsed.
 *
 * Return: 0 or a negative error.
 */
int vifmap_nl_port_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct vifmap_port *port = vifmap_nl_port(info);
	struct vifmap_port_options options = port->options;
	struct nlattr **attrs = info->attrs;

	if (attrs[VIFMAP_A_PORT_SPOOFCHECK])
		options.spoofcheck =
			nla_get_u8(attrs[VIFMAP_A_PORT_SPOOFCHECK]);
	if (attrs[VIFMAP_A_PORT_ISOLATED])
		options.isolated = nla_get_u8(attrs[VIFMAP_A_PORT_ISOLATED]);
	if (attrs[VIFMAP_A_PORT_TRUNK])
		options.trunk = nla_get_u8(attrs[VIFMAP_A_PORT_TRUNK]);
	if (attrs[VIFMAP_A_PORT_LEARN])
		options.learn = nla_get_u32(attrs[VIFMAP_A_PORT_LEARN]);
	if (attrs[VIFMAP_A_PORT_LINK_LOCAL])
		options.link_local =
			nla_get_u16(attrs[VIFMAP_A_PORT_LINK_LOCAL]);
	if (attrs[VIFMAP_A_PORT_FLOOD_RATE])
		options.flood_rate =
			nla_get_u32(attrs[VIFMAP_A_PORT_FLOOD_RATE]);
	if (attrs[VIFMAP_A_PORT_DELIVERY])
		options.delivery = nla_get_u32(attrs[VIFMAP_A_PORT_DELIVERY]);
	return vifmap_port_set_options_rtnl(port, &options, info->extack);
}

/* The entry that a request names, in the map that its pre_doit has found. */
static struct vifmap_entry *vifmap_nl_find_entry(struct genl_info *info)
{
	const struct nlattr *attr = info->attrs[VIFMAP_A_MAC_ADDR];
	struct vifmap_dev *vd = vifmap_nl_dev(info);
	struct vifmap_entry *entry;

	entry = vifmap_map_find(&vd->map, vifmap_key_from_addr(nla_data(attr)));
	if (!entry)
		NL_SET_ERR_MSG_ATTR_FMT(info->extack, attr,
					"%pM is not mapped on %s",
					nla_data(attr), vd->pdev->name);
	return entry;
}

/* Where a request names both an entry and a vif, the one has to belong to the
 * other.
 */
static int vifmap_nl_check_owner(struct genl_info *info,
				 const struct vifmap_entry *entry)
{
	const struct vifmap_port *port = vifmap_nl_port(info);

	if (!port || port == entry->port)
		return 0;
	NL_SET_ERR_MSG_ATTR_FMT(info->extack,
				info->attrs[VIFMAP_A_MAC_PORT_IFINDEX],
				"The address does not lead to %s",
				port->dev->name);
	return -ENOENT;
}

/**
 * vifmap_nl_mac_get_doit() - Answer mac-get.
 * @skb: The request.
 * @info: The request, parsed.
 *
 * Return: 0 or a negative error.
 */
int vifmap_nl_mac_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct vifmap_nl_object object = { .vd = vifmap_nl_dev(info) };
	int err;

	if (GENL_REQ_ATTR_CHECK(info, VIFMAP_A_MAC_ADDR))
		return -EINVAL;
	object.entry = vifmap_nl_find_entry(info);
	if (!object.entry)
		return -ENOENT;
	err = vifmap_nl_check_owner(info, object.entry);
	if (err)
		return err;
	return vifmap_nl_reply(info, vifmap_nl_put_mac, &object);
}

/**
 * vifmap_nl_mac_new_doit() - Carry out mac-new.
 * @skb: The request.
 * @info: The request, parsed.
 *
 * Return: 0 or a negative error.
 */
int vifmap_nl_mac_new_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *active = info->attrs[VIFMAP_A_MAC_ACTIVE];

	if (GENL_REQ_ATTR_CHECK(info, VIFMAP_A_MAC_ADDR) ||
	    GENL_REQ_ATTR_CHECK(info, VIFMAP_A_MAC_PORT_IFINDEX))
		return -EINVAL;

	return vifmap_entry_add_rtnl(vifmap_nl_port(info),
				     nla_data(info->attrs[VIFMAP_A_MAC_ADDR]),
				     VIFMAP_ORIGIN_USER,
				     !active || nla_get_u8(active),
				     info->extack);
}

static int vifmap_nl_mac_set_all(struct genl_info *info)
{
	if (GENL_REQ_ATTR_CHECK(info, VIFMAP_A_MAC_PORT_IFINDEX) ||
	    GENL_REQ_ATTR_CHECK(info, VIFMAP_A_MAC_ACTIVE))
		return -EINVAL;

	return vifmap_entry_set_all_rtnl(vifmap_nl_port(info),
			nla_get_u8(info->attrs[VIFMAP_A_MAC_ACTIVE]));
}

/**
 * vifmap_nl_mac_set_doit() - Carry out mac-set.
 * @skb: The request.
 * @info: The request, parsed.
 *
 * Return: 0 or a negative error.
 */
int vifmap_nl_mac_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *attr = info->attrs[VIFMAP_A_MAC_ACTIVE];
	struct vifmap_port *port = vifmap_nl_port(info);
	struct vifmap_entry *entry;
	bool active;
	int err;

	if (!info->attrs[VIFMAP_A_MAC_ADDR])
		return vifmap_nl_mac_set_all(info);

	entry = vifmap_nl_find_entry(info);
	if (!entry)
		return -ENOENT;
	if (!info->attrs[VIFMAP_A_MAC_DEV_IFINDEX]) {
		/* Only a request that names the map, too, moves an entry. */
		err = vifmap_nl_check_owner(info, entry);
		if (err)
			return err;
	}

	active = attr ? nla_get_u8(attr) : !!READ_ONCE(entry->key);
	return vifmap_entry_set_rtnl(vifmap_nl_dev(info), entry,
				     port ? : entry->port, active,
				     info->extack);
}

static void vifmap_nl_mac_flush(struct vifmap_dev *vd,
				struct vifmap_port *only)
{
	struct vifmap_port *port;

	if (only) {
		vifmap_entry_flush_rtnl(only, VIFMAP_REASON_USER);
		return;
	}
	list_for_each_entry(port, &vd->ports, list) {
		if (!port->is_self)
			vifmap_entry_flush_rtnl(port, VIFMAP_REASON_USER);
	}
}

/**
 * vifmap_nl_mac_del_doit() - Carry out mac-del.
 * @skb: The request.
 * @info: The request, parsed.
 *
 * Return: 0 or a negative error.
 */
int vifmap_nl_mac_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct vifmap_dev *vd = vifmap_nl_dev(info);
	struct vifmap_entry *entry;
	int err;

	if (!info->attrs[VIFMAP_A_MAC_ADDR]) {
		vifmap_nl_mac_flush(vd, vifmap_nl_port(info));
		return 0;
	}

	entry = vifmap_nl_find_entry(info);
	if (!entry)
		return -ENOENT;
	err = vifmap_nl_check_owner(info, entry);
	if (err)
		return err;
	return vifmap_entry_del_user_rtnl(vd, entry, info->extack);
}

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

/**
 * vifmap_nl_init() - Register the family.
 *
 * Return: 0 or a negative error.
 */
int vifmap_nl_init(void)
{
	return genl_register_family(&vifmap_nl_family);
}

/**
 * vifmap_nl_exit() - Unregister the family; no device is left.
 */
void vifmap_nl_exit(void)
{
	genl_unregister_family(&vifmap_nl_family);
}
