// SPDX-License-Identifier: GPL-2.0
/*
 * Entries of the map: who has them, and what comes with them
 *
 * An entry is added and removed under RTNL, and with it the address in the
 * pdev's unicast filter and the notification. The datapath adds and removes
 * learned entries; what needs RTNL it leaves to the work, in
 * &vifmap_dev.pending. As the work frees entries under RTNL, an entry that was
 * found under RTNL stays valid, if not mapped, until that is released.
 */
#include <linux/etherdevice.h>
#include <linux/if_vlan.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>

#include "vifmap.h"

/* What a veth or netkit pdev receives its peer decides: there is no filter. */
static bool vifmap_pdev_has_filter(const struct net_device *pdev)
{
	return !pdev->netdev_ops->ndo_get_peer_dev;
}

static int vifmap_filter_add(struct vifmap_dev *vd, struct vifmap_entry *entry)
{
	struct net_device *pdev = vd->pdev;
	u8 addr[ETH_ALEN];
	int err;

	if (entry->filtered || !entry->port ||
	    !vifmap_pdev_has_filter(pdev))
		return 0;

	vifmap_key_to_addr(entry->addr, addr);
	err = dev_uc_add(pdev, addr);
	if (err)
		return err;
	entry->filtered = true;

	if (!(pdev->priv_flags & IFF_UNICAST_FLT) && !vd->promisc) {
		vd->promisc = true;
		vifmap_alert(vd, VIFMAP_ALERT_TYPE_PROMISC, NULL, 0);
	}
	return 0;
}

static void vifmap_filter_del(struct vifmap_dev *vd, struct vifmap_entry *entry)
{
	u8 addr[ETH_ALEN];

	if (!entry->filtered)
		return;

	vifmap_key_to_addr(entry->addr, addr);
	dev_uc_del(vd->pdev, addr);
	entry->filtered = false;
}

/* An entry that is out of the map, and that the work does not hold. */
static void vifmap_entry_finish(struct vifmap_dev *vd,
				struct vifmap_entry *entry)
{
	vifmap_filter_del(vd, entry);
	if (entry->origin == VIFMAP_ORIGIN_LEARNED)
		vifmap_learn_refill_rtnl(entry->port);
	if (entry->announced)
		vifmap_nl_notify_mac(vd, entry, VIFMAP_CMD_MAC_DEL_NTF,
				     entry->reason);
	else
		vifmap_nl_changed_rtnl();
	kfree_rcu(entry, rcu);
}

static void vifmap_entry_announce(struct vifmap_dev *vd,
				  struct vifmap_entry *entry)
{
	entry->announced = true;
	vifmap_nl_notify_mac(vd, entry, VIFMAP_CMD_MAC_ADD_NTF,
			     VIFMAP_REASON_USER);
}

static void vifmap_pending_one(struct vifmap_dev *vd,
			       struct vifmap_entry *entry)
{
	bool gone;

	spin_lock_bh(&vd->map.lock);
	entry->queued = false;
	gone = entry->gone;
	spin_unlock_bh(&vd->map.lock);

	if (gone) {
		vifmap_entry_finish(vd, entry);
		return;
	}
	if (entry->key && vifmap_filter_add(vd, entry))
		netdev_warn(vd->dev, "no memory for a learned address in the filter of %s\n",
			    vd->pdev->name);
	if (!entry->announced)
		vifmap_entry_announce(vd, entry);
}

/**
 * vifmap_pending_rtnl() - Do what the datapath left to do for its entries.
 * @vd: The device.
 *
 * Context: RTNL held.
 */
void vifmap_pending_rtnl(struct vifmap_dev *vd)
{
	struct vifmap_entry *entry, *next;
	struct llist_node *list;

	ASSERT_RTNL();

	if (llist_empty(&vd->pending))
		return;
	/* Slots for learning are not counted before they are used. */
	vifmap_map_reserve_rtnl(&vd->map, 0);
	list = llist_reverse_order(llist_del_all(&vd->pending));
	llist_for_each_entry_safe(entry, next, list, pending)
		vifmap_pending_one(vd, entry);
}

/**
 * vifmap_entry_unlink() - Take an entry out of the map and from its port.
 * @map: The map.
 * @entry: The entry; what else there is to do for it is still to be done.
 * @reason: Why, for the notification.
 *
 * Context: &vifmap_map.lock held.
 */
void vifmap_entry_unlink(struct vifmap_map *map, struct vifmap_entry *entry,
			 enum vifmap_reason reason)
{
	vifmap_map_remove(map, entry);
	entry->gone = true;
	entry->reason = reason;
	if (!entry->port)
		return;

	entry->port->macs--;
	if (entry->origin == VIFMAP_ORIGIN_LEARNED)
		entry->port->learned--;
}

/**
 * vifmap_entry_queue() - Leave the rest to the work.
 * @vd: The device.
 * @entry: A learned entry, new or unlinked.
 *
 * Context: &vifmap_map.lock held.
 */
void vifmap_entry_queue(struct vifmap_dev *vd, struct vifmap_entry *entry)
{
	if (entry->queued)
		return;
	entry->queued = true;
	llist_add(&entry->pending, &vd->pending);
}

/**
 * vifmap_entry_del_rtnl() - Remove an entry.
 * @vd: The device.
 * @entry: The entry, found under RTNL; not to be used afterwards.
 * @reason: Why, for the notification.
 *
 * Context: RTNL held.
 */
void vifmap_entry_del_rtnl(struct vifmap_dev *vd, struct vifmap_entry *entry,
			   enum vifmap_reason reason)
{
	struct vifmap_map *map = &vd->map;
	bool finish;

	ASSERT_RTNL();

	spin_lock_bh(&map->lock);
	/* Whoever let a learned one go has queued it. */
	finish = !entry->queued;
	if (!entry->gone)
		vifmap_entry_unlink(map, entry, reason);
	spin_unlock_bh(&map->lock);

	if (finish)
		vifmap_entry_finish(vd, entry);
	else
		vifmap_pending_rtnl(vd);
}

/**
 * vifmap_entry_del_user_rtnl() - Remove an entry by request.
 * @vd: The device.
 * @entry: The entry, found under RTNL; not to be used afterwards.
 * @extack: Says what is wrong.
 *
 * Context: RTNL held.
 * Return: 0, or -EPERM for an address of the host or of the device itself.
 */
int vifmap_entry_del_user_rtnl(struct vifmap_dev *vd,
			       struct vifmap_entry *entry,
			       struct netlink_ext_ack *extack)
{
	if (!entry->port || entry->port->is_self) {
		NL_SET_ERR_MSG(extack, "The address is one of the host's");
		return -EPERM;
	}
	vifmap_entry_del_rtnl(vd, entry, VIFMAP_REASON_USER);
	return 0;
}

static int vifmap_entry_refuse_taken(const struct vifmap_dev *vd,
				     const struct vifmap_entry *taken,
				     const u8 *addr,
				     struct netlink_ext_ack *extack)
{
	if (taken->port)
		NL_SET_ERR_MSG_FMT(extack, "%pM is mapped to %s already", addr,
				   taken->port->dev->name);
	else
		NL_SET_ERR_MSG_FMT(extack, "%pM is an address of the host (%s)",
				   addr, vd->pdev->name);
	return -EEXIST;
}

static int vifmap_entry_check_addr(const u8 *addr,
				   struct netlink_ext_ack *extack)
{
	if (is_multicast_ether_addr(addr)) {
		NL_SET_ERR_MSG_FMT(extack, "%pM is a multicast address", addr);
		return -EADDRNOTAVAIL;
	}
	if (is_zero_ether_addr(addr)) {
		NL_SET_ERR_MSG(extack, "The zero address cannot be mapped");
		return -EADDRNOTAVAIL;
	}
	return 0;
}

/* Puts an entry that nobody knows yet into the map. */
static int vifmap_entry_insert(struct vifmap_dev *vd,
			       struct vifmap_entry *entry, bool active,
			       struct list_head *list)
{
	struct vifmap_map *map = &vd->map;
	int err;

	if (active) {
		err = vifmap_filter_add(vd, entry);
		if (err)
			return err;
	}
	vifmap_map_reserve_rtnl(map, 1);

	spin_lock_bh(&map->lock);
	err = vifmap_map_insert(map, entry, active, list);
	if (!err && entry->port)
		entry->port->macs++;
	spin_unlock_bh(&map->lock);

	if (err)
		vifmap_filter_del(vd, entry);
	return err;
}

/* Leads an address to a vif, by a new entry in the old one's place. */
static int vifmap_entry_move(struct vifmap_dev *vd, struct vifmap_entry *old,
			     struct vifmap_port *port, bool active)
{
	struct vifmap_map *map = &vd->map;
	struct vifmap_entry *entry;
	int err = 0;

	entry = vifmap_entry_alloc(old->addr, port, VIFMAP_ORIGIN_USER);
	if (!entry)
		return -ENOMEM;
	/* The filter counts, so the old one's share goes without a gap. */
	if (active)
		err = vifmap_filter_add(vd, entry);
	if (err)
		goto err_free;

	spin_lock_bh(&map->lock);
	if (old->gone) {
		err = -ENOENT;
	} else {
		vifmap_map_replace(map, old, entry, active, &port->entries);
		old->gone = true;
		old->port->macs--;
		if (old->origin == VIFMAP_ORIGIN_LEARNED)
			old->port->learned--;
		port->macs++;
	}
	spin_unlock_bh(&map->lock);
	if (err)
		goto err_filter;

	/* It changes hands; only the notification of that is sent. */
	old->announced = false;
	vifmap_entry_del_rtnl(vd, old, VIFMAP_REASON_USER);
	entry->announced = true;
	vifmap_nl_notify_mac(vd, entry, VIFMAP_CMD_MAC_CHANGE_NTF,
			     VIFMAP_REASON_USER);
	return 0;

err_filter:
	vifmap_filter_del(vd, entry);
err_free:
	kfree(entry);
	return err;
}

/**
 * vifmap_entry_add_rtnl() - Add an entry that leads to a vif.
 * @port: The port of the vif.
 * @addr: The address.
 * @origin: enum vifmap_origin.
 * @active: Whether it counts as mapped.
 * @extack: Says what is wrong.
 *
 * Context: RTNL held.
 * Return: 0, or a negative error and nothing is changed.
 */
int vifmap_entry_add_rtnl(struct vifmap_port *port, const u8 *addr, u8 origin,
			  bool active, struct netlink_ext_ack *extack)
{
	u64 key = vifmap_key_from_addr(addr);
	struct vifmap_dev *vd = port->vd;
	struct vifmap_entry *entry;
	int err;

	ASSERT_RTNL();

	err = vifmap_entry_check_addr(addr, extack);
	if (err)
		return err;

	entry = vifmap_map_find(&vd->map, key);
	/* What the port has of itself may become what the user wants. */
	if (entry && entry->port == port && origin == VIFMAP_ORIGIN_USER &&
	    entry->origin != VIFMAP_ORIGIN_USER)
		return vifmap_entry_move(vd, entry, port, active);
	if (entry)
		return vifmap_entry_refuse_taken(vd, entry, addr, extack);

	entry = vifmap_entry_alloc(key, port, origin);
	if (!entry)
		return -ENOMEM;
	err = vifmap_entry_insert(vd, entry, active, &port->entries);
	if (err == -ENOSPC)
		NL_SET_ERR_MSG_FMT(extack, "The map is full: max-macs is %u",
				   vd->map.max);
	else if (err == -EEXIST)
		NL_SET_ERR_MSG_FMT(extack, "%pM has just been learned", addr);
	if (err) {
		kfree(entry);
		return err;
	}
	vifmap_entry_announce(vd, entry);
	return 0;
}

static int vifmap_entry_set_active(struct vifmap_dev *vd,
				   struct vifmap_entry *entry, bool active)
{
	int err;

	if (active == !!entry->key)
		return 0;
	if (active) {
		err = vifmap_filter_add(vd, entry);
		if (err)
			return err;
	}

	spin_lock_bh(&vd->map.lock);
	if (!entry->gone)
		vifmap_map_set_active(&vd->map, entry, active);
	spin_unlock_bh(&vd->map.lock);

	if (!active)
		vifmap_filter_del(vd, entry);
	vifmap_nl_notify_mac(vd, entry, VIFMAP_CMD_MAC_CHANGE_NTF,
			     VIFMAP_REASON_USER);
	return 0;
}

/**
 * vifmap_entry_set_rtnl() - Change an entry.
 * @vd: The device.
 * @entry: The entry, found under RTNL; not to be used afterwards.
 * @port: Where it is to lead to.
 * @active: Whether it is to count as mapped.
 * @extack: Says what is wrong.
 *
 * Context: RTNL held.
 * Return: 0, or a negative error and nothing is changed.
 */
int vifmap_entry_set_rtnl(struct vifmap_dev *vd, struct vifmap_entry *entry,
			  struct vifmap_port *port, bool active,
			  struct netlink_ext_ack *extack)
{
	ASSERT_RTNL();

	if (!entry->port || entry->port->is_self) {
		NL_SET_ERR_MSG(extack, "The address is one of the host's");
		return -EPERM;
	}
	if (port == entry->port)
		return vifmap_entry_set_active(vd, entry, active);
	return vifmap_entry_move(vd, entry, port, active);
}

/**
 * vifmap_entry_set_all_rtnl() - Switch every entry of a vif at once.
 * @port: The port of the vif.
 * @active: Whether they are to count as mapped.
 *
 * Context: RTNL held.
 * Return: 0, or a negative error and nothing is changed.
 */
int vifmap_entry_set_all_rtnl(struct vifmap_port *port, bool active)
{
	struct vifmap_dev *vd = port->vd;
	struct vifmap_entry *entry;
	int err = 0;

	ASSERT_RTNL();

	/* So that nothing can fail once the first is switched. */
	list_for_each_entry_rcu(entry, &port->entries, list,
				lockdep_rtnl_is_held()) {
		if (active && !err)
			err = vifmap_filter_add(vd, entry);
	}
	if (!err) {
		spin_lock_bh(&vd->map.lock);
		list_for_each_entry(entry, &port->entries, list) {
			entry->changed = active != !!entry->key;
			vifmap_map_set_active(&vd->map, entry, active);
		}
		spin_unlock_bh(&vd->map.lock);
	}
	list_for_each_entry_rcu(entry, &port->entries, list,
				lockdep_rtnl_is_held()) {
		if (!entry->key)
			vifmap_filter_del(vd, entry);
		if (!err && entry->changed)
			vifmap_nl_notify_mac(vd, entry,
					     VIFMAP_CMD_MAC_CHANGE_NTF,
					     VIFMAP_REASON_USER);
		entry->changed = false;
	}
	return err;
}

/**
 * vifmap_entry_flush_rtnl() - Remove every entry of a vif.
 * @port: The port of the vif.
 * @reason: Why, for the notifications.
 *
 * Context: RTNL held.
 */
void vifmap_entry_flush_rtnl(struct vifmap_port *port,
			     enum vifmap_reason reason)
{
	struct vifmap_dev *vd = port->vd;
	struct vifmap_entry *entry;
	u32 left;

	ASSERT_RTNL();

	/* No more than there are: a guest may learn as fast as they go. */
	for (left = READ_ONCE(port->macs); left; left--) {
		spin_lock_bh(&vd->map.lock);
		entry = list_first_entry_or_null(&port->entries,
						 struct vifmap_entry, list);
		spin_unlock_bh(&vd->map.lock);
		if (!entry)
			break;
		vifmap_entry_del_rtnl(vd, entry, reason);
	}
	/* Those that the datapath let go meanwhile name the port, too. */
	vifmap_pending_rtnl(vd);
}

/* Puts an entry of the host into the map, in place of what a guest was quick
 * to learn: it is the host's.
 */
static int vifmap_host_insert(struct vifmap_dev *vd, struct vifmap_entry *entry)
{
	struct vifmap_map *map = &vd->map;
	struct vifmap_entry *learned;
	int err;

	vifmap_map_reserve_rtnl(map, 1);

	spin_lock_bh(&map->lock);
	learned = vifmap_map_find(map, entry->addr);
	if (learned && learned->origin == VIFMAP_ORIGIN_LEARNED) {
		vifmap_entry_unlink(map, learned, VIFMAP_REASON_USER);
		vifmap_entry_queue(vd, learned);
	}
	err = vifmap_map_insert(map, entry, true, &vd->host_entries);
	spin_unlock_bh(&map->lock);

	vifmap_pending_rtnl(vd);
	return err;
}

static int vifmap_host_add(struct vifmap_dev *vd, const struct net_device *dev)
{
	u64 key = vifmap_key_from_addr(dev->dev_addr);
	struct vifmap_entry *entry;
	int err;

	entry = vifmap_map_find(&vd->map, key);
	if (entry && !entry->port) {
		entry->stale = false;
		return 0;
	}
	/* A device that comes from another namespace cannot be refused. */
	if (entry && entry->origin != VIFMAP_ORIGIN_LEARNED) {
		netdev_warn(vd->dev, "%pM, the address of %s, leads to %s as before\n",
			    dev->dev_addr, dev->name, entry->port->dev->name);
		return 0;
	}

	entry = vd->host_spare;
	vd->host_spare = NULL;
	if (!entry)
		entry = vifmap_entry_alloc(key, NULL, VIFMAP_ORIGIN_HOST);
	if (!entry)
		return -ENOMEM;
	entry->addr = key;
	err = vifmap_host_insert(vd, entry);
	if (err)
		kfree(entry);
	return err;
}

/* The device's own address and those of VLAN devices on it, and on them. One in
 * another namespace is a container's: its address, which the container's root
 * may choose, must not be taken from the vifs.
 */
static int vifmap_host_add_all(struct vifmap_dev *vd, struct net_device *dev)
{
	struct net_device *upper;
	struct list_head *iter;
	int err;

	err = vifmap_host_add(vd, dev);
	netdev_for_each_upper_dev_rcu(dev, upper, iter) {
		if (!err && is_vlan_dev(upper) &&
		    net_eq(dev_net(upper), dev_net(dev)))
			err = vifmap_host_add_all(vd, upper);
	}
	return err;
}

/**
 * vifmap_host_sync_rtnl() - Make the host's entries those the host has now.
 * @vd: The device.
 *
 * An address that a vif has stays the vif's.
 *
 * Context: RTNL held.
 * Return: 0, or -ENOMEM and nothing is changed.
 */
int vifmap_host_sync_rtnl(struct vifmap_dev *vd)
{
	struct vifmap_entry *entry, *next;
	int err;

	ASSERT_RTNL();

	list_for_each_entry(entry, &vd->host_entries, list)
		entry->stale = true;
	err = vifmap_host_add_all(vd, vd->pdev);
	list_for_each_entry_safe(entry, next, &vd->host_entries, list) {
		/* New ones are those that nobody has been told of. */
		if (err ? !entry->announced : entry->stale)
			vifmap_entry_del_rtnl(vd, entry, VIFMAP_REASON_USER);
		else if (!entry->announced)
			vifmap_entry_announce(vd, entry);
	}
	return err;
}

/**
 * vifmap_host_flush_rtnl() - Remove the host's entries.
 * @vd: The device.
 *
 * Context: RTNL held.
 */
void vifmap_host_flush_rtnl(struct vifmap_dev *vd)
{
	struct vifmap_entry *entry, *next;

	ASSERT_RTNL();

	list_for_each_entry_safe(entry, next, &vd->host_entries, list)
		vifmap_entry_del_rtnl(vd, entry, VIFMAP_REASON_DEVICE);
	kfree(vd->host_spare);
	vd->host_spare = NULL;
}

/**
 * vifmap_host_prepare_rtnl() - Make ready for an address of the host.
 * @vd: The device.
 * @addr: The address that the host is about to have.
 * @extack: Says what speaks against it.
 *
 * Once the host has it there is no going back, so nothing must fail then: the
 * entry is made now, and kept until vifmap_host_sync_rtnl() wants it.
 *
 * Context: RTNL held.
 * Return: 0, -EADDRINUSE when a vif has it, or -ENOMEM.
 */
int vifmap_host_prepare_rtnl(struct vifmap_dev *vd, const u8 *addr,
			     struct netlink_ext_ack *extack)
{
	const struct vifmap_entry *entry;

	ASSERT_RTNL();

	entry = vifmap_map_find(&vd->map, vifmap_key_from_addr(addr));
	if (entry && entry->port) {
		vifmap_entry_refuse_taken(vd, entry, addr, extack);
		return -EADDRINUSE;
	}
	if (entry || vd->host_spare)
		return 0;

	vd->host_spare = vifmap_entry_alloc(0, NULL, VIFMAP_ORIGIN_HOST);
	if (!vd->host_spare) {
		NL_SET_ERR_MSG(extack,
			       "No memory for the entry of the new address");
		return -ENOMEM;
	}
	return 0;
}
