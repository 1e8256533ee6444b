// SPDX-License-Identifier: GPL-2.0
/*
 * The link types vifmap and vifmap_slave: options, creation and deletion
 */
#include <linux/etherdevice.h>
#include <net/rtnetlink.h>

#include "vifmap.h"

static const struct netlink_range_validation vifmap_max_macs_range = {
	.min = 1,
	.max = VIFMAP_MAX_MACS_LIMIT,
};

static const struct nla_policy vifmap_dev_policy[IFLA_VIFMAP_MAX + 1] = {
	[IFLA_VIFMAP_MAX_MACS]	= NLA_POLICY_FULL_RANGE(NLA_U32,
						&vifmap_max_macs_range),
	[IFLA_VIFMAP_LEARN]	= NLA_POLICY_MAX(NLA_U32, VIFMAP_LEARN_LIMIT),
	[IFLA_VIFMAP_FLOOD_RATE] = { .type = NLA_U32 },
	[IFLA_VIFMAP_HOST]	= NLA_POLICY_MAX(NLA_U8, 1),
	[IFLA_VIFMAP_HOST_PORT]	= NLA_POLICY_MAX(NLA_U8, 1),
};

static const struct nla_policy vifmap_port_policy[IFLA_VIFMAP_PORT_MAX + 1] = {
	[IFLA_VIFMAP_PORT_SPOOFCHECK] = NLA_POLICY_MAX(NLA_U8, 1),
	[IFLA_VIFMAP_PORT_ISOLATED] = NLA_POLICY_MAX(NLA_U8, 1),
	[IFLA_VIFMAP_PORT_TRUNK] = NLA_POLICY_MAX(NLA_U8, 1),
	[IFLA_VIFMAP_PORT_LEARN] = NLA_POLICY_MAX(NLA_U32, VIFMAP_LEARN_LIMIT),
	[IFLA_VIFMAP_PORT_LINK_LOCAL] = { .type = NLA_U16 },
	[IFLA_VIFMAP_PORT_FLOOD_RATE] = { .type = NLA_U32 },
	[IFLA_VIFMAP_PORT_DELIVERY] = NLA_POLICY_MAX(NLA_U32,
						     VIFMAP_DELIVERY_QUEUE),
};

static void vifmap_dev_options_parse(struct vifmap_dev_options *options,
				     struct nlattr *data[])
{
	if (!data)
		return;
	if (data[IFLA_VIFMAP_MAX_MACS])
		options->max_macs = nla_get_u32(data[IFLA_VIFMAP_MAX_MACS]);
	if (data[IFLA_VIFMAP_LEARN])
		options->learn = nla_get_u32(data[IFLA_VIFMAP_LEARN]);
	if (data[IFLA_VIFMAP_FLOOD_RATE])
		options->flood_rate = nla_get_u32(data[IFLA_VIFMAP_FLOOD_RATE]);
	if (data[IFLA_VIFMAP_HOST])
		options->host = nla_get_u8(data[IFLA_VIFMAP_HOST]);
	if (data[IFLA_VIFMAP_HOST_PORT])
		options->host_port = nla_get_u8(data[IFLA_VIFMAP_HOST_PORT]);
}

static int vifmap_validate(struct nlattr *tb[], struct nlattr *data[],
			   struct netlink_ext_ack *extack)
{
	const struct nlattr *addr = tb[IFLA_ADDRESS];

	if (!addr)
		return 0;
	if (nla_len(addr) != ETH_ALEN) {
		NL_SET_ERR_MSG_ATTR(extack, addr,
				    "An address has six bytes");
		return -EINVAL;
	}
	if (!is_valid_ether_addr(nla_data(addr))) {
		NL_SET_ERR_MSG_ATTR(extack, addr,
				    "No device can have that address");
		return -EADDRNOTAVAIL;
	}
	return 0;
}

/* The index of the physical device is one of @link_net. */
static struct net_device *vifmap_link_pdev(struct net *link_net,
					   struct net_device *dev,
					   struct nlattr *tb[],
					   struct netlink_ext_ack *extack)
{
	struct net_device *pdev;

	if (!tb[IFLA_LINK]) {
		NL_SET_ERR_MSG(extack,
			       "Name the physical device: \"link DEV\"");
		return NULL;
	}
	if (!net_eq(link_net, dev_net(dev))) {
		NL_SET_ERR_MSG_ATTR(extack, tb[IFLA_LINK],
				    "The physical device is in another network namespace");
		return NULL;
	}
	pdev = __dev_get_by_index(link_net, nla_get_u32(tb[IFLA_LINK]));
	if (!pdev)
		NL_SET_ERR_MSG_ATTR(extack, tb[IFLA_LINK],
				    "No such physical device");
	return pdev;
}

static int vifmap_newlink(struct net_device *dev,
			  struct rtnl_newlink_params *params,
			  struct netlink_ext_ack *extack)
{
	struct vifmap_dev *vd = netdev_priv(dev);
	struct vifmap_dev_options options = {
		.max_macs	= VIFMAP_DEFAULT_MAX_MACS,
		.flood_rate	= VIFMAP_DEFAULT_FLOOD_RATE,
		.host		= true,
	};
	struct net_device *pdev;
	int err;

	pdev = vifmap_link_pdev(rtnl_newlink_link_net(params), dev, params->tb,
				extack);
	if (!pdev)
		return -ENODEV;
	err = vifmap_pdev_check_rtnl(pdev, extack);
	if (err)
		return err;

	vifmap_dev_options_parse(&options, params->data);
	vd->options = options;
	vd->options.host_port = false;
	if (!params->tb[IFLA_MTU])
		dev->mtu = pdev->mtu;

	err = register_netdevice(dev);
	if (err)
		return err;
	vifmap_dev_set_addressing_rtnl(vd);

	err = vifmap_pdev_join_rtnl(vd, pdev, extack);
	if (err)
		goto err_unregister;
	err = vifmap_dev_set_host_port_rtnl(vd, options.host_port, extack);
	if (err)
		goto err_leave;
	if (options.host_port)
		vifmap_nl_notify_dev(vd, VIFMAP_CMD_DEV_CHANGE_NTF,
				     VIFMAP_REASON_USER);
	return 0;

err_leave:
	vifmap_pdev_leave_rtnl(vd, VIFMAP_REASON_USER);
err_unregister:
	unregister_netdevice(dev);
	return err;
}

static int vifmap_changelink(struct net_device *dev, struct nlattr *tb[],
			     struct nlattr *data[],
			     struct netlink_ext_ack *extack)
{
	struct vifmap_dev *vd = netdev_priv(dev);
	struct vifmap_dev_options options = vd->options;

	if (!vd->pdev)
		return -ENODEV;
	if (tb[IFLA_LINK] && nla_get_u32(tb[IFLA_LINK]) != vd->pdev->ifindex) {
		NL_SET_ERR_MSG_ATTR(extack, tb[IFLA_LINK],
				    "The physical device cannot be changed");
		return -EOPNOTSUPP;
	}
	vifmap_dev_options_parse(&options, data);
	return vifmap_dev_set_options_rtnl(vd, &options, extack);
}

static void vifmap_dellink(struct net_device *dev, struct list_head *head)
{
	vifmap_pdev_leave_rtnl(netdev_priv(dev), VIFMAP_REASON_USER);
	unregister_netdevice_queue(dev, head);
}

static size_t vifmap_get_size(const struct net_device *dev)
{
	return nla_total_size(sizeof(u32)) +	/* IFLA_VIFMAP_MAX_MACS */
	       nla_total_size(sizeof(u32)) +	/* IFLA_VIFMAP_LEARN */
	       nla_total_size(sizeof(u32)) +	/* IFLA_VIFMAP_FLOOD_RATE */
	       nla_total_size(sizeof(u8)) +	/* IFLA_VIFMAP_HOST */
	       nla_total_size(sizeof(u8));	/* IFLA_VIFMAP_HOST_PORT */
}

static int vifmap_fill_info(struct sk_buff *skb, const struct net_device *dev)
{
	const struct vifmap_dev *vd = netdev_priv(dev);
	const struct vifmap_dev_options *options = &vd->options;

	if (nla_put_u32(skb, IFLA_VIFMAP_MAX_MACS, options->max_macs) ||
	    nla_put_u32(skb, IFLA_VIFMAP_LEARN, options->learn) ||
	    nla_put_u32(skb, IFLA_VIFMAP_FLOOD_RATE, options->flood_rate) ||
	    nla_put_u8(skb, IFLA_VIFMAP_HOST, options->host) ||
	    nla_put_u8(skb, IFLA_VIFMAP_HOST_PORT, options->host_port))
		return -EMSGSIZE;
	return 0;
}

static struct net *vifmap_get_link_net(const struct net_device *dev)
{
	return dev_net(dev);
}

static void vifmap_port_options_parse(struct vifmap_port_options *options,
				      struct nlattr *data[])
{
	if (data[IFLA_VIFMAP_PORT_SPOOFCHECK])
		options->spoofcheck =
			nla_get_u8(data[IFLA_VIFMAP_PORT_SPOOFCHECK]);
	if (data[IFLA_VIFMAP_PORT_ISOLATED])
		options->isolated = nla_get_u8(data[IFLA_VIFMAP_PORT_ISOLATED]);
	if (data[IFLA_VIFMAP_PORT_TRUNK])
		options->trunk = nla_get_u8(data[IFLA_VIFMAP_PORT_TRUNK]);
	if (data[IFLA_VIFMAP_PORT_LEARN])
		options->learn = nla_get_u32(data[IFLA_VIFMAP_PORT_LEARN]);
	if (data[IFLA_VIFMAP_PORT_LINK_LOCAL])
		options->link_local =
			nla_get_u16(data[IFLA_VIFMAP_PORT_LINK_LOCAL]);
	if (data[IFLA_VIFMAP_PORT_FLOOD_RATE])
		options->flood_rate =
			nla_get_u32(data[IFLA_VIFMAP_PORT_FLOOD_RATE]);
	if (data[IFLA_VIFMAP_PORT_DELIVERY])
		options->delivery =
			nla_get_u32(data[IFLA_VIFMAP_PORT_DELIVERY]);
}

static int vifmap_slave_changelink(struct net_device *dev,
				   struct net_device *vif, struct nlattr *tb[],
				   struct nlattr *data[],
				   struct netlink_ext_ack *extack)
{
	struct vifmap_port *port = vifmap_port_get_rtnl(vif);
	struct vifmap_port_options options;

	if (!port || !data)
		return 0;

	options = port->options;
	vifmap_port_options_parse(&options, data);
	return vifmap_port_set_options_rtnl(port, &options, extack);
}

static size_t vifmap_get_slave_size(const struct net_device *dev,
				    const struct net_device *vif)
{
	return nla_total_size(sizeof(u8)) +	/* SPOOFCHECK */
	       nla_total_size(sizeof(u8)) +	/* ISOLATED */
	       nla_total_size(sizeof(u8)) +	/* TRUNK */
	       nla_total_size(sizeof(u32)) +	/* LEARN */
	       nla_total_size(sizeof(u16)) +	/* LINK_LOCAL */
	       nla_total_size(sizeof(u32)) +	/* FLOOD_RATE */
	       nla_total_size(sizeof(u32));	/* DELIVERY */
}

static int vifmap_fill_slave_info(struct sk_buff *skb,
				  const struct net_device *dev,
				  const struct net_device *vif)
{
	const struct vifmap_port *port = vifmap_port_get_rtnl(vif);
	const struct vifmap_port_options *options;

	if (!port)
		return 0;

	options = &port->options;
	if (nla_put_u8(skb, IFLA_VIFMAP_PORT_SPOOFCHECK, options->spoofcheck) ||
	    nla_put_u8(skb, IFLA_VIFMAP_PORT_ISOLATED, options->isolated) ||
	    nla_put_u8(skb, IFLA_VIFMAP_PORT_TRUNK, options->trunk) ||
	    nla_put_u32(skb, IFLA_VIFMAP_PORT_LEARN, options->learn) ||
	    nla_put_u16(skb, IFLA_VIFMAP_PORT_LINK_LOCAL,
			options->link_local) ||
	    nla_put_u32(skb, IFLA_VIFMAP_PORT_FLOOD_RATE,
			options->flood_rate) ||
	    nla_put_u32(skb, IFLA_VIFMAP_PORT_DELIVERY, options->delivery))
		return -EMSGSIZE;
	return 0;
}

struct rtnl_link_ops vifmap_link_ops __read_mostly = {
	.kind			= "vifmap",
	.priv_size		= sizeof(struct vifmap_dev),
	.setup			= vifmap_dev_setup,
	.maxtype		= IFLA_VIFMAP_MAX,
	.policy			= vifmap_dev_policy,
	.validate		= vifmap_validate,
	.newlink		= vifmap_newlink,
	.changelink		= vifmap_changelink,
	.dellink		= vifmap_dellink,
	.get_size		= vifmap_get_size,
	.fill_info		= vifmap_fill_info,
	.get_link_net		= vifmap_get_link_net,
	.slave_maxtype		= IFLA_VIFMAP_PORT_MAX,
	.slave_policy		= vifmap_port_policy,
	.slave_changelink	= vifmap_slave_changelink,
	.get_slave_size		= vifmap_get_slave_size,
	.fill_slave_info	= vifmap_fill_slave_info,
};
