// SPDX-License-Identifier: GPL-2.0
/*
 * Joining and leaving the pdev, attaching and detaching vifs, and what the
 * core tells of either
 *
 * An rx_handler is registered when everything is ready for frames, and
 * unregistered, which waits for those under way, before anything is undone.
 */
#include <linux/etherdevice.h>
#include <linux/if_arp.h>
#include <linux/if_bridge.h>
#include <linux/if_macvlan.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <net/bonding.h>
#include <net/net_namespace.h>

#include "vifmap.h"

/**
 * vifmap_dev_of_pdev_rtnl() - Find the vifmap device of a pdev.
 * @pdev: Any netdev.
 *
 * Context: RTNL held.
 * Return: the device, or NULL if @pdev is nobody's pdev.
 */
struct vifmap_dev *vifmap_dev_of_pdev_rtnl(const struct net_device *pdev)
{
	if (rcu_access_pointer(pdev->rx_handler) != vifmap_rx_wire)
		return NULL;
	return rtnl_dereference(pdev->rx_handler_data);
}

/**
 * vifmap_port_get_rtnl() - Find the port of a vif.
 * @vif: Any netdev.
 *
 * Context: RTNL held.
 * Return: the port, or NULL if @vif is not attached.
 */
struct vifmap_port *vifmap_port_get_rtnl(const struct net_device *vif)
{
	if (rcu_access_pointer(vif->rx_handler) != vifmap_rx_vif)
		return NULL;
	return rtnl_dereference(vif->rx_handler_data);
}

/**
 * vifmap_port_get_rcu() - Find the port of a vif.
 * @vif: Any netdev.
 *
 * Context: RCU read lock held.
 * Return: the port, or NULL if @vif is not attached.
 */
struct vifmap_port *vifmap_port_get_rcu(const struct net_device *vif)
{
	if (rcu_access_pointer(vif->rx_handler) != vifmap_rx_vif)
		return NULL;
	return rcu_dereference(vif->rx_handler_data);
}

/* Whoever takes the frames of a device already. */
static const char *vifmap_rx_owner(struct net_device *dev)
{
	struct net_device *upper;
	struct list_head *iter;

	upper = netdev_master_upper_dev_get(dev);
	if (upper)
		return upper->name;

	netdev_for_each_upper_dev_rcu(dev, upper, iter) {
		if (vifmap_dev_is(upper) || netif_is_macvlan(upper))
			return upper->name;
	}
	return "another driver";
}

static int vifmap_check_ethernet(const struct net_device *dev,
				 struct netlink_ext_ack *extack)
{
	if (dev->flags & IFF_LOOPBACK) {
		NL_SET_ERR_MSG(extack, "The loopback device cannot be used");
		return -EINVAL;
	}
	if (dev->type != ARPHRD_ETHER || dev->addr_len != ETH_ALEN ||
	    !is_valid_ether_addr(dev->dev_addr)) {
		NL_SET_ERR_MSG_FMT(extack, "%s is not an Ethernet device",
				   dev->name);
		return -EINVAL;
	}
	if (vifmap_dev_is(dev)) {
		NL_SET_ERR_MSG_FMT(extack, "%s is a vifmap device itself",
				   dev->name);
		return -ELOOP;
	}
	return 0;
}

static int vifmap_check_rx_handler(struct net_device *dev,
				   struct netlink_ext_ack *extack)
{
	if (netdev_is_rx_handler_busy(dev)) {
		NL_SET_ERR_MSG_FMT(extack, "%s is in use by %s", dev->name,
				   vifmap_rx_owner(dev));
		return -EBUSY;
	}
	if (dev->priv_flags & IFF_NO_RX_HANDLER) {
		NL_SET_ERR_MSG_FMT(extack, "%s does not pass on its frames",
				   dev->name);
		return -EOPNOTSUPP;
	}
	return 0;
}

static bool vifmap_bond_rewrites_source(const struct net_device *dev)
{
	const struct bonding *bond;

	if (!netif_is_bond_master(dev))
		return false;
	bond = netdev_priv(dev);
	return bond_is_lb(bond);
}

/* The mode of the bond that the device is, or that it is on. */
static int vifmap_check_bond_mode(struct net_device *dev,
				  struct netlink_ext_ack *extack)
{
	struct net_device *lower;
	struct list_head *iter;
	int err = 0;

	if (vifmap_bond_rewrites_source(dev)) {
		NL_SET_ERR_MSG_FMT(extack,
				   "%s rewrites source addresses (balance-tlb or balance-alb)",
				   dev->name);
		return -EOPNOTSUPP;
	}
	netdev_for_each_lower_dev(dev, lower, iter) {
		if (!err)
			err = vifmap_check_bond_mode(lower, extack);
	}
	return err;
}

/* LRO of the device, or of what it is on: a VLAN device or a bond gets what its
 * NIC has merged. It merges nothing itself, though a bond always says it does.
 * LRO is not switched off here: many a driver resets the NIC for that, which
 * takes the link down.
 */
static int vifmap_check_lro(struct net_device *dev,
			    struct netlink_ext_ack *extack)
{
	bool is_nic = !netif_is_lag_master(dev);
	struct net_device *lower;
	struct list_head *iter;
	int err = 0;

	netdev_for_each_lower_dev(dev, lower, iter) {
		is_nic = false;
		if (!err)
			err = vifmap_check_lro(lower, extack);
	}
	if (!is_nic || !(dev->features & NETIF_F_LRO))
		return err;

	NL_SET_ERR_MSG_FMT(extack,
			   "%s merges frames: switch that off first with ethtool -K %s lro off",
			   dev->name, dev->name);
	return -EBUSY;
}

/**
 * vifmap_pdev_check_rtnl() - Whether a netdev can be a pdev.
 * @pdev: The netdev.
 * @extack: Says what speaks against it.
 *
 * Context: RTNL held.
 * Return: 0 or a negative error.
 */
int vifmap_pdev_check_rtnl(struct net_device *pdev,
			   struct netlink_ext_ack *extack)
{
	int err;

	ASSERT_RTNL();

	err = vifmap_check_ethernet(pdev, extack);
	if (err)
		return err;
	err = vifmap_check_rx_handler(pdev, extack);
	if (err)
		return err;

	if (pdev->priv_flags & IFF_DONT_BRIDGE) {
		NL_SET_ERR_MSG_FMT(extack,
				   "%s cannot carry addresses other than its own",
				   pdev->name);
		return -EOPNOTSUPP;
	}
	err = vifmap_vlan_check_rtnl(pdev, extack);
	if (err)
		return err;
	err = vifmap_check_bond_mode(pdev, extack);
	if (err)
		return err;
	return vifmap_check_lro(pdev, extack);
}

/**
 * vifmap_pdev_join_rtnl() - Take hold of the pdev.
 * @vd: The device; registered.
 * @pdev: The pdev; vifmap_pdev_check_rtnl() has found it good.
 * @extack: Says what is wrong.
 *
 * Nothing of the pdev's flags, carrier or state changes.
 *
 * Context: RTNL held.
 * Return: 0, or a negative error and nothing is held.
 */
int vifmap_pdev_join_rtnl(struct vifmap_dev *vd, struct net_device *pdev,
			  struct netlink_ext_ack *extack)
{
	int err;

	ASSERT_RTNL();

	vd->pdev = pdev;
	netdev_hold(pdev, &vd->pdev_tracker, GFP_KERNEL);

	err = netdev_upper_dev_link(pdev, vd->dev, extack);
	if (err)
		goto err_put;
	/* Nothing is up yet for the hook to deliver to. */
	err = vifmap_egress_init_rtnl(vd, extack);
	if (err)
		goto err_unlink;
	vifmap_nl_notify_dev(vd, VIFMAP_CMD_DEV_ADD_NTF, VIFMAP_REASON_USER);
	err = vifmap_host_sync_rtnl(vd);
	if (err)
		goto err_egress;
	netif_stacked_transfer_operstate(pdev, vd->dev);
	err = netdev_rx_handler_register(pdev, vifmap_rx_wire, vd);
	if (err)
		goto err_egress;
	return 0;

err_egress:
	vifmap_egress_exit_rtnl(vd);
	synchronize_net();
	vifmap_host_flush_rtnl(vd);
	vifmap_nl_notify_dev(vd, VIFMAP_CMD_DEV_DEL_NTF, VIFMAP_REASON_USER);
err_unlink:
	netdev_upper_dev_unlink(pdev, vd->dev);
err_put:
	vd->pdev = NULL;
	netdev_put(pdev, &vd->pdev_tracker);
	return err;
}

/**
 * vifmap_pdev_leave_rtnl() - Detach all vifs and let go of the pdev.
 * @vd: The device; nothing happens if it has no pdev any more.
 * @reason: Why, for the notification.
 *
 * Context: RTNL held.
 */
void vifmap_pdev_leave_rtnl(struct vifmap_dev *vd, enum vifmap_reason reason)
{
	struct net_device *pdev = vd->pdev;
	struct vifmap_port *port, *next;

	ASSERT_RTNL();
	if (!pdev)
		return;

	netdev_rx_handler_unregister(pdev);
	vifmap_egress_exit_rtnl(vd);
	WRITE_ONCE(vd->options.host_port, false);
	vifmap_self_unlink_rtnl(vd);
	list_for_each_entry_safe(port, next, &vd->ports, list)
		vifmap_port_detach_rtnl(port, VIFMAP_REASON_DEVICE);
	vifmap_entry_flush_rtnl(&vd->self, VIFMAP_REASON_DEVICE);
	vifmap_host_flush_rtnl(vd);
	vifmap_nl_notify_dev(vd, VIFMAP_CMD_DEV_DEL_NTF, reason);

	/* The egress hook and the device's own frames may be under way. */
	synchronize_net();
	netdev_upper_dev_unlink(pdev, vd->dev);
	WRITE_ONCE(vd->pdev, NULL);
	netdev_put(pdev, &vd->pdev_tracker);
}

static int vifmap_port_check(const struct vifmap_dev *vd,
			     struct net_device *vif,
			     struct netlink_ext_ack *extack)
{
	struct net_device *master;
	int err;

	err = vifmap_check_ethernet(vif, extack);
	if (err)
		return err;

	if (vif == vd->pdev) {
		NL_SET_ERR_MSG_FMT(extack, "%s is the physical device of %s",
				   vif->name, vd->dev->name);
		return -ELOOP;
	}
	if (!net_eq(dev_net(vif), dev_net(vd->dev))) {
		NL_SET_ERR_MSG_FMT(extack,
				   "%s is in another network namespace",
				   vif->name);
		return -EINVAL;
	}
	if (netdev_has_upper_dev(vd->pdev, vif) ||
	    netdev_has_upper_dev(vif, vd->pdev)) {
		NL_SET_ERR_MSG_FMT(extack, "%s and %s are on top of each other",
				   vif->name, vd->pdev->name);
		return -ELOOP;
	}
	master = netdev_master_upper_dev_get(vif);
	if (master) {
		NL_SET_ERR_MSG_FMT(extack, "%s is in use by %s", vif->name,
				   master->name);
		return -EBUSY;
	}
	err = vifmap_check_rx_handler(vif, extack);
	if (err)
		return err;
	return vifmap_vlan_check_rtnl(vif, extack);
}

/* Frames go from any end to any other: all have the room that one needs. */
static void vifmap_update_headroom(struct vifmap_dev *vd)
{
	unsigned int headroom = netdev_get_fwd_headroom(vd->pdev);
	struct vifmap_port *port;

	list_for_each_entry(port, &vd->ports, list)
		headroom = max_t(unsigned int, headroom,
				 netdev_get_fwd_headroom(port->dev));
	list_for_each_entry(port, &vd->ports, list)
		if (!port->is_self)
			netdev_set_rx_headroom(port->dev, headroom);
}

static void vifmap_port_free_rcu(struct rcu_head *rcu)
{
	struct vifmap_port *port = container_of(rcu, struct vifmap_port, rcu);

	free_percpu(port->stats);
	kfree(port);
}

static struct vifmap_port *vifmap_port_alloc(struct vifmap_dev *vd,
					     struct net_device *vif)
{
	struct vifmap_port *port;

	port = kzalloc(sizeof(*port), GFP_KERNEL_ACCOUNT);
	if (!port)
		return NULL;

	port->stats = vifmap_stats_alloc();
	if (!port->stats) {
		kfree(port);
		return NULL;
	}

	port->dev = vif;
	port->vd = vd;
	port->options.spoofcheck = true;
	port->source_until = jiffies;
	spin_lock_init(&port->flood.lock);
	INIT_LIST_HEAD(&port->entries);
	INIT_LIST_HEAD(&port->slots);
	vifmap_direct_init_rtnl(port);
	return port;
}

/* A veth's peer is in a container that keeps the address it was given, so it
 * is mapped; later changes, which the container could make, are not followed.
 * Nothing of the kind is known of a tap: its own address is not its guest's.
 */
static int vifmap_port_map_peer(struct vifmap_port *port,
				struct netlink_ext_ack *extack)
{
	const struct net_device_ops *ops = port->dev->netdev_ops;
	struct net_device *peer = NULL;
	u8 addr[ETH_ALEN] = {};
	int err;

	rcu_read_lock();
	if (ops->ndo_get_peer_dev)
		peer = ops->ndo_get_peer_dev(port->dev);
	if (peer)
		ether_addr_copy(addr, peer->dev_addr);
	rcu_read_unlock();

	if (!peer) {
		NL_SET_ERR_MSG_FMT(extack,
				   "No address leads to %s yet: vifmap mac add MAC vif %s",
				   port->dev->name, port->dev->name);
		return 0;
	}
	err = vifmap_entry_add_rtnl(port, addr, VIFMAP_ORIGIN_PEER, true,
				    extack);
	/* A vif without an address is of use, another may be mapped to it. */
	return err == -ENOMEM ? err : 0;
}

/**
 * vifmap_port_attach_rtnl() - Attach a vif.
 * @vd: The device.
 * @vif: The vif.
 * @extack: Says what is wrong, or how to go on.
 *
 * Context: RTNL held.
 * Return: 0, or a negative error and nothing is changed.
 */
int vifmap_port_attach_rtnl(struct vifmap_dev *vd, struct net_device *vif,
			    struct netlink_ext_ack *extack)
{
	struct vifmap_port *port;
	int err;

	ASSERT_RTNL();

	if (!vd->pdev)
		return -ENODEV;
	err = vifmap_port_check(vd, vif, extack);
	if (err)
		return err;

	port = vifmap_port_alloc(vd, vif);
	if (!port)
		return -ENOMEM;
	err = vifmap_learn_set_rtnl(port, vd->options.learn, extack);
	if (err)
		goto err_free;
	if (!vd->ports_count) {
		/* IPv6 neighbour discovery, above all, is multicast. */
		err = dev_set_allmulti(vd->pdev, 1);
		if (err)
			goto err_learn;
	}
	err = netdev_master_upper_dev_link(vif, vd->dev, NULL, NULL, extack);
	if (err)
		goto err_allmulti;

	netdev_hold(vif, &port->dev_tracker, GFP_KERNEL);
	dev_disable_lro(vif);
	list_add_tail_rcu(&port->list, &vd->ports);
	vifmap_update_headroom(vd);
	err = netdev_rx_handler_register(vif, vifmap_rx_vif, port);
	if (err)
		goto err_unlink;

	vd->ports_count++;
	vifmap_nl_notify_port(port, VIFMAP_CMD_PORT_ADD_NTF,
			      VIFMAP_REASON_USER);
	err = vifmap_port_map_peer(port, extack);
	if (err)
		vifmap_port_detach_rtnl(port, VIFMAP_REASON_USER);
	return err;

err_unlink:
	list_del_rcu(&port->list);
	synchronize_net();
	netdev_reset_rx_headroom(vif);
	netdev_upper_dev_unlink(vif, vd->dev);
	netdev_put(vif, &port->dev_tracker);
err_allmulti:
	if (!vd->ports_count)
		dev_set_allmulti(vd->pdev, -1);
err_learn:
	vifmap_learn_purge_rtnl(port);
err_free:
	vifmap_direct_exit_rtnl(port);
	call_rcu(&port->rcu, vifmap_port_free_rcu);
	return err;
}

/**
 * vifmap_port_detach_rtnl() - Detach a vif; its entries go with it.
 * @port: Its port; not to be used afterwards.
 * @reason: Why, for the notification.
 *
 * Context: RTNL held.
 */
void vifmap_port_detach_rtnl(struct vifmap_port *port,
			     enum vifmap_reason reason)
{
	struct vifmap_dev *vd = port->vd;
	struct net_device *vif = port->dev;

	ASSERT_RTNL();

	/* Unregistering waits for floods under way, too: one that has served
	 * the vif must not find it again, attached anew.
	 */
	list_del_rcu(&port->list);
	netdev_rx_handler_unregister(vif);
	vifmap_trunk_set_rtnl(port, false, NULL);
	vifmap_learn_purge_rtnl(port);
	vifmap_entry_flush_rtnl(port, VIFMAP_REASON_PORT);
	netdev_upper_dev_unlink(vif, vd->dev);
	netdev_reset_rx_headroom(vif);

	if (!--vd->ports_count)
		dev_set_allmulti(vd->pdev, -1);
	vifmap_nl_notify_port(port, VIFMAP_CMD_PORT_DEL_NTF, reason);
	vifmap_direct_exit_rtnl(port);
	netdev_put(vif, &port->dev_tracker);
	call_rcu(&port->rcu, vifmap_port_free_rcu);
}

/**
 * vifmap_port_set_options_rtnl() - Change the options of a port.
 * @port: The port.
 * @options: The options that it is to have.
 * @extack: Says what is wrong.
 *
 * Context: RTNL held.
 * Return: 0, or a negative error and nothing is changed.
 */
int vifmap_port_set_options_rtnl(struct vifmap_port *port,
				 const struct vifmap_port_options *options,
				 struct netlink_ext_ack *extack)
{
	struct vifmap_port_options *now = &port->options;
	struct vifmap_map *map = &port->vd->map;
	int err;

	ASSERT_RTNL();

	if (options->link_local & BIT(VIFMAP_LINK_LOCAL_PAUSE)) {
		NL_SET_ERR_MSG(extack,
			       "PAUSE frames (bit 1 of link-local) never pass");
		return -EINVAL;
	}
	if (options->learn != now->learn) {
		err = vifmap_learn_set_rtnl(port, options->learn, extack);
		if (err)
			return err;
	}

	if (options->flood_rate != now->flood_rate)
		vifmap_rate_set(&port->flood, options->flood_rate);
	now->flood_rate = options->flood_rate;
	WRITE_ONCE(now->link_local, options->link_local);
	WRITE_ONCE(now->delivery, options->delivery);
	vifmap_direct_set_rtnl(port);
	WRITE_ONCE(now->isolated, options->isolated);
	vifmap_trunk_set_rtnl(port, options->trunk, extack);
	WRITE_ONCE(now->spoofcheck, options->spoofcheck);

	/* A source that passed without a check must be looked at again. */
	spin_lock_bh(&map->lock);
	vifmap_map_changed(map);
	spin_unlock_bh(&map->lock);

	vifmap_nl_notify_port(port, VIFMAP_CMD_PORT_CHANGE_NTF,
			      VIFMAP_REASON_USER);
	return 0;
}

/**
 * vifmap_self_link_rtnl() - Make the vifmap device an end.
 * @vd: The device.
 *
 * Context: RTNL held.
 */
void vifmap_self_link_rtnl(struct vifmap_dev *vd)
{
	ASSERT_RTNL();
	list_add_tail_rcu(&vd->self.list, &vd->ports);
	vifmap_trunk_set_rtnl(&vd->self, true, NULL);
}

/**
 * vifmap_self_unlink_rtnl() - End that the vifmap device is an end.
 * @vd: The device; nothing happens if it is none.
 *
 * Context: RTNL held.
 */
void vifmap_self_unlink_rtnl(struct vifmap_dev *vd)
{
	ASSERT_RTNL();
	if (list_empty(&vd->self.list))
		return;

	list_del_rcu(&vd->self.list);
	vifmap_trunk_set_rtnl(&vd->self, false, NULL);
	/* It may be linked again, so nobody must still stand on it. */
	synchronize_net();
	INIT_LIST_HEAD(&vd->self.list);
}

/**
 * struct vifmap_host_addr - An address that the host is going to have.
 * @addr: The address.
 * @extack: Says who has it already.
 */
struct vifmap_host_addr {
	const u8 *addr;
	struct netlink_ext_ack *extack;
};

/* Visits the vifmap devices for which the address of @dev is one of the host's:
 * that on @dev itself and, where it is a VLAN device, those below it in the
 * same namespace.
 */
static int vifmap_host_visit(struct net_device *dev,
			     int (*visit)(struct vifmap_dev *vd,
					  const struct vifmap_host_addr *addr),
			     const struct vifmap_host_addr *addr)
{
	struct vifmap_dev *vd = vifmap_dev_of_pdev_rtnl(dev);
	struct net_device *lower;
	struct list_head *iter;
	int err;

	err = vd ? visit(vd, addr) : 0;
	if (!is_vlan_dev(dev))
		return err;
	netdev_for_each_lower_dev(dev, lower, iter) {
		if (!err && net_eq(dev_net(lower), dev_net(dev)))
			err = vifmap_host_visit(lower, visit, addr);
	}
	return err;
}

static int vifmap_host_visit_prepare(struct vifmap_dev *vd,
				     const struct vifmap_host_addr *addr)
{
	return vifmap_host_prepare_rtnl(vd, addr->addr, addr->extack);
}

static int vifmap_host_visit_sync(struct vifmap_dev *vd,
				  const struct vifmap_host_addr *addr)
{
	int err = vifmap_host_sync_rtnl(vd);

	if (err)
		netdev_warn(vd->dev, "cannot take over the host's addresses: %d\n",
			    err);
	return 0;
}

static int vifmap_host_addr_changing(struct net_device *dev, void *ptr)
{
	struct netdev_notifier_pre_changeaddr_info *info = ptr;
	const struct vifmap_host_addr addr = {
		.addr = info->dev_addr,
		.extack = info->info.extack,
	};

	return vifmap_host_visit(dev, vifmap_host_visit_prepare, &addr);
}

/* A VLAN device is put on the pdev: its address becomes one of the host's. */
static int vifmap_upper_changing(struct net_device *dev, void *ptr)
{
	struct netdev_notifier_changeupper_info *info = ptr;
	const struct vifmap_host_addr addr = {
		.addr = info->upper_dev->dev_addr,
		.extack = info->info.extack,
	};

	if (!info->linking || !is_vlan_dev(info->upper_dev) ||
	    !net_eq(dev_net(info->upper_dev), dev_net(dev)))
		return 0;
	return vifmap_host_visit(dev, vifmap_host_visit_prepare, &addr);
}

/* The address of a VLAN device is one of the host's now, or no longer. */
static void vifmap_upper_changed(struct net_device *dev, void *ptr)
{
	struct netdev_notifier_changeupper_info *info = ptr;
	struct vifmap_dev *vd = vifmap_dev_of_pdev_rtnl(dev);

	vifmap_host_visit(dev, vifmap_host_visit_sync, NULL);
	if (vd && info->linking && is_vlan_dev(info->upper_dev))
		vifmap_vlan_upper_rtnl(vd, info->upper_dev, info->info.extack);
}

/* A device that moves to another namespace is registered there, and stays on
 * what it is on: a VLAN device's address is one of the host's no longer, or
 * again.
 */
static void vifmap_registered(struct net_device *dev)
{
	struct net_device *lower;
	struct list_head *iter;

	if (!is_vlan_dev(dev))
		return;
	netdev_for_each_lower_dev(dev, lower, iter)
		vifmap_host_visit(lower, vifmap_host_visit_sync, NULL);
}

static void vifmap_pdev_follow(struct vifmap_dev *vd)
{
	if (vd->dev->mtu > vd->pdev->mtu)
		dev_set_mtu(vd->dev, vd->pdev->mtu);
}

/* In a move to another namespace the device is unregistered from the old one
 * while it stays registered as such.
 */
static enum vifmap_reason vifmap_gone_reason(const struct net_device *dev)
{
	return dev->reg_state == NETREG_UNREGISTERING ?
	       VIFMAP_REASON_UNREGISTER : VIFMAP_REASON_NETNS;
}

static void vifmap_pdev_gone(struct vifmap_dev *vd)
{
	struct net_device *dev = vd->dev;

	vifmap_pdev_leave_rtnl(vd, vifmap_gone_reason(vd->pdev));
	if (dev->reg_state == NETREG_REGISTERED)
		unregister_netdevice(dev);
}

static int vifmap_pdev_event(struct vifmap_dev *vd, unsigned long event,
			     struct netlink_ext_ack *extack)
{
	int err;

	switch (event) {
	case NETDEV_PRE_UP:
		/* The mode of a bond that is down may change unasked. */
		err = vifmap_check_bond_mode(vd->pdev, extack);
		return notifier_from_errno(err);
	case NETDEV_UP:
	case NETDEV_DOWN:
	case NETDEV_CHANGE:
		netif_stacked_transfer_operstate(vd->pdev, vd->dev);
		break;
	case NETDEV_CHANGENAME:
		vifmap_nl_notify_dev(vd, VIFMAP_CMD_DEV_CHANGE_NTF,
				     VIFMAP_REASON_USER);
		break;
	case NETDEV_CHANGEMTU:
		vifmap_pdev_follow(vd);
		break;
	case NETDEV_NOTIFY_PEERS:
		vifmap_announce_rtnl(vd);
		break;
	case NETDEV_PRE_TYPE_CHANGE:
		return NOTIFY_BAD;
	case NETDEV_UNREGISTER:
		vifmap_pdev_gone(vd);
		break;
	}
	return NOTIFY_DONE;
}

static int vifmap_port_event(struct vifmap_port *port, unsigned long event)
{
	switch (event) {
	case NETDEV_UP:
	case NETDEV_DOWN:
	case NETDEV_CHANGE:
	case NETDEV_CHANGENAME:
		vifmap_nl_notify_port(port, VIFMAP_CMD_PORT_CHANGE_NTF,
				      VIFMAP_REASON_USER);
		break;
	case NETDEV_PRE_TYPE_CHANGE:
		return NOTIFY_BAD;
	case NETDEV_UNREGISTER:
		vifmap_port_detach_rtnl(port, vifmap_gone_reason(port->dev));
		break;
	}
	return NOTIFY_DONE;
}

static void vifmap_self_event(struct vifmap_dev *vd, unsigned long event)
{
	switch (event) {
	case NETDEV_CHANGENAME:
		vifmap_nl_notify_dev(vd, VIFMAP_CMD_DEV_CHANGE_NTF,
				     VIFMAP_REASON_USER);
		break;
	case NETDEV_CHANGEMTU:
		/* Below its least MTU IPv6 forgets that it is switched off
		 * here, and above that it starts anew. It has done so by now:
		 * of notifiers with one priority the oldest is called first.
		 */
		if (!vd->options.host_port)
			vifmap_dev_set_addressing_rtnl(vd);
		break;
	}
}

static int vifmap_device_event(struct notifier_block *nb, unsigned long event,
			       void *ptr)
{
	struct net_device *dev = netdev_notifier_info_to_dev(ptr);
	struct vifmap_port *port;
	struct vifmap_dev *vd;

	switch (event) {
	case NETDEV_REGISTER:
		vifmap_registered(dev);
		return NOTIFY_DONE;
	case NETDEV_PRE_CHANGEADDR:
		return notifier_from_errno(vifmap_host_addr_changing(dev, ptr));
	case NETDEV_PRECHANGEUPPER:
		return notifier_from_errno(vifmap_upper_changing(dev, ptr));
	case NETDEV_CHANGEADDR:
		vifmap_host_visit(dev, vifmap_host_visit_sync, NULL);
		return NOTIFY_DONE;
	case NETDEV_CHANGEUPPER:
		vifmap_upper_changed(dev, ptr);
		return NOTIFY_DONE;
	}

	vd = vifmap_dev_of_pdev_rtnl(dev);
	if (vd)
		return vifmap_pdev_event(vd, event,
					 netdev_notifier_info_to_extack(ptr));
	port = vifmap_port_get_rtnl(dev);
	if (port)
		return vifmap_port_event(port, event);
	if (vifmap_dev_is(dev))
		vifmap_self_event(netdev_priv(dev), event);
	return NOTIFY_DONE;
}

static struct notifier_block vifmap_notifier = {
	.notifier_call = vifmap_device_event,
};

/**
 * vifmap_port_init() - Listen to the core.
 *
 * Return: 0 or a negative error.
 */
int vifmap_port_init(void)
{
	return register_netdevice_notifier(&vifmap_notifier);
}

/**
 * vifmap_port_exit() - Stop listening; no device is left.
 */
void vifmap_port_exit(void)
{
	unregister_netdevice_notifier(&vifmap_notifier);
}
