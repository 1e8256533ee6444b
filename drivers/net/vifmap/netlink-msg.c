// SPDX-License-Identifier: GPL-2.0
/*
 * Messages of the netlink family: what replies, dumps and notifications hold
 */
#include <linux/etherdevice.h>
#include <linux/jiffies.h>
#include <linux/rtnetlink.h>
#include <net/genetlink.h>
#include <net/net_namespace.h>

#include "netlink.h"
#include "netlink-gen.h"
#include "vifmap.h"

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

/**
 * vifmap_nl_put_dev_stats() - Put a device with its counters into a message.
 * @msg: The message.
 * @object: The device.
 *
 * Context: RTNL held.
 * Return: 0, or -EMSGSIZE when there is no room.
 */
int vifmap_nl_put_dev_stats(struct sk_buff *msg,
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

/**
 * vifmap_nl_put_port_stats() - Put a port with its counters into a message.
 * @msg: The message.
 * @object: The port.
 *
 * Context: RTNL held.
 * Return: 0, or -EMSGSIZE when there is no room.
 */
int vifmap_nl_put_port_stats(struct sk_buff *msg,
			     const struct vifmap_nl_object *object)
{
	return vifmap_nl_put_port(msg, object) ? :
	       vifmap_nl_put_stats(msg, VIFMAP_A_PORT_STATS,
				   object->port->stats);
}

/**
 * vifmap_nl_put_mac() - Put an entry into a message.
 * @msg: The message.
 * @object: The entry.
 *
 * Context: RTNL held.
 * Return: 0, or -EMSGSIZE when there is no room.
 */
int vifmap_nl_put_mac(struct sk_buff *msg,
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
			(jiffies - used) / HZ))
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

/**
 * vifmap_nl_end() - Finish a message, or take it back.
 * @msg: What the message is in.
 * @hdr: The message.
 * @err: What became of filling it.
 *
 * Return: @err.
 */
int vifmap_nl_end(struct sk_buff *msg, void *hdr, int err)
{
	if (err)
		genlmsg_cancel(msg, hdr);
	else
		genlmsg_end(msg, hdr);
	return err;
}

/**
 * vifmap_nl_reply() - Answer a request.
 * @info: The request.
 * @fill: Puts the object into the message.
 * @object: What is asked for.
 *
 * Context: RTNL held.
 * Return: 0 or a negative error.
 */
int vifmap_nl_reply(struct genl_info *info, vifmap_nl_fill_t *fill,
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

/* Counts the additions, removals and moves, so that a dump notices those that
 * happen while it goes on; under RTNL, and never 0.
 */
unsigned int vifmap_nl_sequence = 1;

/**
 * vifmap_nl_changed_rtnl() - Something has changed that a dump goes through.
 *
 * For what is not notified: a notification says so by itself.
 *
 * Context: RTNL held.
 */
void vifmap_nl_changed_rtnl(void)
{
	if (!++vifmap_nl_sequence)
		vifmap_nl_sequence = 1;
}

static void vifmap_nl_sequence_next(u8 cmd)
{
	switch (cmd) {
	case VIFMAP_CMD_DEV_ADD_NTF:
	case VIFMAP_CMD_DEV_DEL_NTF:
	case VIFMAP_CMD_PORT_ADD_NTF:
	case VIFMAP_CMD_PORT_DEL_NTF:
	case VIFMAP_CMD_MAC_ADD_NTF:
	case VIFMAP_CMD_MAC_DEL_NTF:
	case VIFMAP_CMD_MAC_CHANGE_NTF:
		vifmap_nl_changed_rtnl();
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
	if (!msg) {
		/* What has happened stays so: tell them to look. */
		genl_set_err(&vifmap_nl_family, net, 0, VIFMAP_NLGRP_EVENTS,
			     -ENOBUFS);
		return;
	}

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
