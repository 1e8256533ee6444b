// SPDX-License-Identifier: GPL-2.0
/*
 * The vifmap device: its netdev, and the options of the map it owns
 */
#include <linux/etherdevice.h>
#include <linux/rtnetlink.h>
#include <net/addrconf.h>
#include <net/netdev_lock.h>

#include "vifmap.h"

static const struct net_device_ops vifmap_netdev_ops;

/**
 * vifmap_dev_is() - Whether a netdev is a vifmap device.
 * @dev: The netdev.
 *
 * Return: true if it is, and its private data a &struct vifmap_dev.
 */
bool vifmap_dev_is(const struct net_device *dev)
{
	return dev->netdev_ops == &vifmap_netdev_ops;
}

static void vifmap_dev_free_stats(struct vifmap_dev *vd)
{
	free_percpu(vd->self.stats);
	free_percpu(vd->host_stats);
	free_percpu(vd->wire_stats);
}

static void vifmap_dev_init_self(struct vifmap_dev *vd)
{
	struct vifmap_port *self = &vd->self;

	self->dev = vd->dev;
	self->vd = vd;
	self->is_self = true;
	self->options.spoofcheck = true;
	self->source_until = jiffies;
	spin_lock_init(&self->flood.lock);
	INIT_LIST_HEAD(&self->list);
	INIT_LIST_HEAD(&self->entries);
	INIT_LIST_HEAD(&self->slots);
}

static int vifmap_dev_init(struct net_device *dev)
{
	struct vifmap_dev *vd = netdev_priv(dev);
	int i;

	vd->dev = dev;
	INIT_LIST_HEAD(&vd->ports);
	INIT_LIST_HEAD(&vd->host_entries);
	init_llist_head(&vd->pending);
	INIT_DELAYED_WORK(&vd->work, vifmap_work);
	vd->work_next = jiffies;
	spin_lock_init(&vd->alert_lock);
	spin_lock_init(&vd->flood.lock);
	vifmap_rate_set(&vd->flood, vd->options.flood_rate);
	vifmap_dev_init_self(vd);
	for (i = 0; i < ARRAY_SIZE(vd->alert_next); i++)
		vd->alert_next[i] = jiffies;

	vd->wire_stats = vifmap_stats_alloc();
	vd->host_stats = vifmap_stats_alloc();
	vd->self.stats = vifmap_stats_alloc();
	if (!vd->wire_stats || !vd->host_stats || !vd->self.stats)
		goto err_stats;
	if (vifmap_map_init(&vd->map, vd->options.max_macs))
		goto err_stats;

	netdev_lockdep_set_classes(dev);
	return 0;

err_stats:
	vifmap_dev_free_stats(vd);
	return -ENOMEM;
}

static void vifmap_dev_uninit(struct net_device *dev)
{
	vifmap_pdev_leave_rtnl(netdev_priv(dev), VIFMAP_REASON_UNREGISTER);
}

/* RTNL, which the work takes, is not held, unless the device never came to be
 * registered: then the work was never queued.
 */
static void vifmap_dev_destroy(struct net_device *dev)
{
	struct vifmap_dev *vd = netdev_priv(dev);

	if (dev->reg_state == NETREG_UNREGISTERED)
		cancel_delayed_work_sync(&vd->work);
	vifmap_map_destroy(&vd->map);
	vifmap_dev_free_stats(vd);
}

static int vifmap_dev_open(struct net_device *dev)
{
	struct vifmap_dev *vd = netdev_priv(dev);

	WRITE_ONCE(vd->up, true);
	vifmap_nl_notify_dev(vd, VIFMAP_CMD_DEV_CHANGE_NTF,
			     VIFMAP_REASON_USER);
	return 0;
}

static int vifmap_dev_stop(struct net_device *dev)
{
	struct vifmap_dev *vd = netdev_priv(dev);

	WRITE_ONCE(vd->up, false);
	vifmap_nl_notify_dev(vd, VIFMAP_CMD_DEV_CHANGE_NTF,
			     VIFMAP_REASON_USER);
	return 0;
}

static netdev_tx_t vifmap_dev_xmit(struct sk_buff *skb, struct net_device *dev)
{
	struct vifmap_dev *vd = netdev_priv(dev);

	if (unlikely(!READ_ONCE(vd->options.host_port) ||
		     !pskb_may_pull(skb, ETH_HLEN))) {
		dev_core_stats_tx_dropped_inc(dev);
		kfree_skb(skb);
		return NETDEV_TX_OK;
	}

	skb = skb_share_check(skb, GFP_ATOMIC);
	if (unlikely(!skb)) {
		dev_core_stats_tx_dropped_inc(dev);
		return NETDEV_TX_OK;
	}
	skb_reset_mac_header(skb);
	vifmap_skb_set_inband_tag(skb);
	__skb_pull(skb, ETH_HLEN);
	skb->skb_iif = vifmap_self_iif(vd);

	rcu_read_lock();
	vifmap_rx_self(&vd->self, skb);
	rcu_read_unlock();
	return NETDEV_TX_OK;
}

static void vifmap_dev_get_stats64(struct net_device *dev,
				   struct rtnl_link_stats64 *stats)
{
	struct vifmap_dev *vd = netdev_priv(dev);
	struct vifmap_stats sum;

	/* What was handed to this end, the netdev received. */
	vifmap_stats_sum(vd->self.stats, &sum);
	stats->rx_packets = sum.counter[VIFMAP_A_STATS_TX_PACKETS];
	stats->rx_bytes = sum.counter[VIFMAP_A_STATS_TX_BYTES];
	stats->rx_dropped = sum.counter[VIFMAP_A_STATS_TX_DROPPED];
	stats->tx_packets = sum.counter[VIFMAP_A_STATS_RX_PACKETS];
	stats->tx_bytes = sum.counter[VIFMAP_A_STATS_RX_BYTES];
	stats->tx_dropped = vifmap_stats_drops(&sum);
}

static void vifmap_dev_forget_addr(struct vifmap_dev *vd)
{
	u64 key = vifmap_key_from_addr(vd->dev->dev_addr);
	struct vifmap_entry *entry = vifmap_map_find(&vd->map, key);

	if (entry && entry->port == &vd->self)
		vifmap_entry_del_rtnl(vd, entry, VIFMAP_REASON_USER);
}

static int vifmap_dev_get_iflink(const struct net_device *dev)
{
	const struct vifmap_dev *vd = netdev_priv(dev);
	const struct net_device *pdev;
	int iflink;

	rcu_read_lock();
	pdev = READ_ONCE(vd->pdev);
	iflink = pdev ? pdev->ifindex : 0;
	rcu_read_unlock();
	return iflink;
}

static int vifmap_dev_set_mac_address(struct net_device *dev, void *p)
{
	struct vifmap_dev *vd = netdev_priv(dev);
	struct sockaddr *addr = p;
	int err;

	if (!is_valid_ether_addr(addr->sa_data))
		return -EADDRNOTAVAIL;
	if (ether_addr_equal(dev->dev_addr, addr->sa_data))
		return 0;

	if (vd->options.host_port) {
		err = vifmap_entry_add_rtnl(&vd->self, addr->sa_data,
					    VIFMAP_ORIGIN_DEVICE, true, NULL);
		if (err)
			return err;
		vifmap_dev_forget_addr(vd);
	}
	eth_hw_addr_set(dev, addr->sa_data);
	return 0;
}

static int vifmap_dev_add_slave(struct net_device *dev, struct net_device *vif,
				struct netlink_ext_ack *extack)
{
	return vifmap_port_attach_rtnl(netdev_priv(dev), vif, extack);
}

static int vifmap_dev_del_slave(struct net_device *dev, struct net_device *vif)
{
	struct vifmap_port *port = vifmap_port_get_rtnl(vif);

	if (!port || port->vd != netdev_priv(dev))
		return -EINVAL;
	vifmap_port_detach_rtnl(port, VIFMAP_REASON_USER);
	return 0;
}

static const struct net_device_ops vifmap_netdev_ops = {
	.ndo_init		= vifmap_dev_init,
	.ndo_uninit		= vifmap_dev_uninit,
	.ndo_open		= vifmap_dev_open,
	.ndo_stop		= vifmap_dev_stop,
	.ndo_start_xmit		= vifmap_dev_xmit,
	.ndo_get_stats64	= vifmap_dev_get_stats64,
	.ndo_get_iflink		= vifmap_dev_get_iflink,
	.ndo_set_mac_address	= vifmap_dev_set_mac_address,
	.ndo_validate_addr	= eth_validate_addr,
	.ndo_add_slave		= vifmap_dev_add_slave,
	.ndo_del_slave		= vifmap_dev_del_slave,
	.ndo_fdb_add		= vifmap_fdb_add,
	.ndo_fdb_del		= vifmap_fdb_del,
	.ndo_fdb_dump		= vifmap_fdb_dump,
	.ndo_features_check	= passthru_features_check,
};

#define VIFMAP_FEATURES	(NETIF_F_SG | NETIF_F_FRAGLIST | NETIF_F_HW_CSUM | \
			 NETIF_F_HIGHDMA | NETIF_F_GSO_SOFTWARE |	   \
			 NETIF_F_HW_VLAN_CTAG_TX | NETIF_F_HW_VLAN_STAG_TX)

/**
 * vifmap_dev_setup() - Set up a netdev that is to be a vifmap device.
 * @dev: The netdev.
 */
void vifmap_dev_setup(struct net_device *dev)
{
	ether_setup(dev);

	dev->netdev_ops = &vifmap_netdev_ops;
	dev->ethtool_ops = &vifmap_ethtool_ops;
	dev->priv_destructor = vifmap_dev_destroy;
	dev->needs_free_netdev = true;

	dev->flags |= IFF_NOARP;
	dev->priv_flags |= IFF_NO_QUEUE | IFF_DONT_BRIDGE |
			   IFF_LIVE_ADDR_CHANGE | IFF_DISABLE_NETPOLL;
	dev->priv_flags &= ~IFF_TX_SKB_SHARING;
	netdev_set_lltx(dev);
	netdev_set_netns_immutable(dev);
	dev->features |= VIFMAP_FEATURES;
	dev->hw_features |= VIFMAP_FEATURES;
	dev->vlan_features = VIFMAP_FEATURES & ~NETIF_F_HW_VLAN_CTAG_TX &
			     ~NETIF_F_HW_VLAN_STAG_TX;
	dev->max_mtu = ETH_MAX_MTU;
	eth_hw_addr_random(dev);
}

/**
 * vifmap_dev_set_addressing_rtnl() - Let the device have addresses, or not.
 * @vd: The device.
 *
 * An end has ARP and IPv6, a mere owner of a map has neither. IPv6 gives
 * addresses when a device goes up, so a running one gets its own when it does
 * so next.
 *
 * Context: RTNL held.
 */
void vifmap_dev_set_addressing_rtnl(struct vifmap_dev *vd)
{
	bool end = vd->options.host_port;
	struct net_device *dev = vd->dev;
	struct inet6_dev *idev;
	unsigned int flags;

	/* Those of the administrator: who captures frames holds some, too. */
	flags = netif_get_flags(dev);
	dev_change_flags(dev, end ? flags & ~IFF_NOARP : flags | IFF_NOARP,
			 NULL);
	idev = __in6_dev_get(dev);
	if (idev)
		WRITE_ONCE(idev->cnf.disable_ipv6, !end);
}

/**
 * vifmap_dev_set_host_port_rtnl() - Make the device an end of its own, or not.
 * @vd: The device; it has its pdev.
 * @on: Whether it is to be one.
 * @extack: Says what is wrong.
 *
 * Context: RTNL held.
 * Return: 0, or a negative error and nothing is changed.
 */
int vifmap_dev_set_host_port_rtnl(struct vifmap_dev *vd, bool on,
				  struct netlink_ext_ack *extack)
{
	int err;

	if (on == vd->options.host_port)
		return 0;

	if (on) {
		err = vifmap_entry_add_rtnl(&vd->self, vd->dev->dev_addr,
					    VIFMAP_ORIGIN_DEVICE, true, extack);
		if (err)
			return err;
		vifmap_self_link_rtnl(vd);
	} else {
		vifmap_self_unlink_rtnl(vd);
		vifmap_dev_forget_addr(vd);
	}
	WRITE_ONCE(vd->options.host_port, on);
	vifmap_dev_set_addressing_rtnl(vd);
	return 0;
}

/**
 * vifmap_dev_set_options_rtnl() - Change the options of a device.
 * @vd: The device; it has its pdev.
 * @options: The options that it is to have.
 * @extack: Says what is wrong.
 *
 * Context: RTNL held.
 * Return: 0, or a negative error and nothing is changed.
 */
int vifmap_dev_set_options_rtnl(struct vifmap_dev *vd,
				const struct vifmap_dev_options *options,
				struct netlink_ext_ack *extack)
{
	int err;

	ASSERT_RTNL();

	if (options->max_macs < vd->map.count) {
		NL_SET_ERR_MSG_FMT(extack, "The map holds %u entries already",
				   vd->map.count);
		return -EBUSY;
	}
	err = vifmap_dev_set_host_port_rtnl(vd, options->host_port,
					    extack);
	if (err)
		return err;

	WRITE_ONCE(vd->map.max, options->max_macs);
	if (options->flood_rate != vd->options.flood_rate)
		vifmap_rate_set(&vd->flood, options->flood_rate);
	vd->options.max_macs = options->max_macs;
	vd->options.learn = options->learn;
	vd->options.flood_rate = options->flood_rate;
	WRITE_ONCE(vd->options.host, options->host);
	vifmap_nl_notify_dev(vd, VIFMAP_CMD_DEV_CHANGE_NTF, VIFMAP_REASON_USER);
	return 0;
}
