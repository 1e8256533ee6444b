// SPDX-License-Identifier: GPL-2.0
/*
 * Requests of the netlink family
 *
 * The tables in netlink-gen.c are generated from the spec. Each request is
 * carried out under RTNL, taken by its pre_doit, which also finds the device
 * or the port and leaves it in genl_info.user_ptr. Dumps are in
 * netlink-dump.c, messages in netlink-msg.c.
 */
#include <linux/etherdevice.h>
#include <linux/rtnetlink.h>
#include <net/genetlink.h>

#include "netlink.h"
#include "netlink-gen.h"
#include "vifmap.h"

/* What genl_info.user_ptr holds. */
enum {
	VIFMAP_NL_DEV,
	VIFMAP_NL_PORT,
};

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
