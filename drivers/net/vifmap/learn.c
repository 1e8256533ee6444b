// SPDX-License-Identifier: GPL-2.0
/*
 * What the datapath does to the map, and what it has to say
 *
 * Learning and letting go of learned addresses happen as frames pass, with
 * entries kept ready for it; filter, notifications and alerts, which want a
 * process, are left to the work. None of it happens for a unicast frame with
 * a source that is known.
 */
#include <linux/rtnetlink.h>
#include <linux/slab.h>

#include "vifmap.h"

/* Frees the slots that are more than the port may still learn. */
static void vifmap_slots_trim(struct vifmap_port *port)
{
	struct vifmap_map *map = &port->vd->map;
	struct vifmap_entry *slot, *next;
	LIST_HEAD(unused);

	spin_lock_bh(&map->lock);
	while (port->slot_count &&
	       port->slot_count + port->learned > port->options.learn) {
		list_move(port->slots.next, &unused);
		WRITE_ONCE(port->slot_count, port->slot_count - 1);
	}
	spin_unlock_bh(&map->lock);

	list_for_each_entry_safe(slot, next, &unused, list)
		kfree(slot);
}

/* How many addresses the port has learned or has slots for. Learning makes the
 * one the other; letting go of an address, whose slot comes back under RTNL,
 * makes it less for a while.
 */
static u32 vifmap_slots_and_learned(struct vifmap_port *port)
{
	u32 sum;

	spin_lock_bh(&port->vd->map.lock);
	sum = port->slot_count + port->learned;
	spin_unlock_bh(&port->vd->map.lock);
	return sum;
}

/**
 * vifmap_learn_set_rtnl() - Set how many addresses a port may learn.
 * @port: The port.
 * @learn: How many; what has been learned stays, be it more.
 * @extack: Says what is wrong.
 *
 * Context: RTNL held.
 * Return: 0, or -ENOMEM and nothing is changed.
 */
int vifmap_learn_set_rtnl(struct vifmap_port *port, u32 learn,
			  struct netlink_ext_ack *extack)
{
	struct vifmap_map *map = &port->vd->map;
	struct vifmap_entry *slot, *next;
	u32 sum, added = 0;
	LIST_HEAD(slots);

	ASSERT_RTNL();

	for (sum = vifmap_slots_and_learned(port); sum < learn; sum++) {
		slot = vifmap_entry_alloc(0, port, VIFMAP_ORIGIN_LEARNED);
		if (!slot)
			goto err_free;
		list_add(&slot->list, &slots);
		added++;
	}
	vifmap_map_reserve_rtnl(map, added);

	spin_lock_bh(&map->lock);
	list_splice(&slots, &port->slots);
	WRITE_ONCE(port->slot_count, port->slot_count + added);
	WRITE_ONCE(port->options.learn, learn);
	spin_unlock_bh(&map->lock);
	vifmap_slots_trim(port);
	return 0;

err_free:
	list_for_each_entry_safe(slot, next, &slots, list)
		kfree(slot);
	NL_SET_ERR_MSG(extack, "No memory for the addresses to be learned");
	return -ENOMEM;
}

/**
 * vifmap_learn_refill_rtnl() - Replace the slot of an entry that was let go.
 * @port: The port.
 *
 * Without memory the port can learn one address less until the option is set
 * again.
 *
 * Context: RTNL held.
 */
void vifmap_learn_refill_rtnl(struct vifmap_port *port)
{
	struct vifmap_map *map = &port->vd->map;
	struct vifmap_entry *slot;

	ASSERT_RTNL();

	if (vifmap_slots_and_learned(port) >= port->options.learn)
		return;
	slot = vifmap_entry_alloc(0, port, VIFMAP_ORIGIN_LEARNED);
	if (!slot)
		return;

	spin_lock_bh(&map->lock);
	list_add(&slot->list, &port->slots);
	WRITE_ONCE(port->slot_count, port->slot_count + 1);
	spin_unlock_bh(&map->lock);
}

/**
 * vifmap_learn_purge_rtnl() - Free what a port keeps ready for learning.
 * @port: The port; it gets no frames any more.
 *
 * Context: RTNL held.
 */
void vifmap_learn_purge_rtnl(struct vifmap_port *port)
{
	ASSERT_RTNL();
	WRITE_ONCE(port->options.learn, 0);
	vifmap_slots_trim(port);
}

/* How long it is until then, or 0. It is never more than @most: where jiffies
 * have 32 bits, a time of weeks ago would seem to be ahead.
 */
static unsigned long vifmap_jiffies_until(unsigned long then,
					  unsigned long most)
{
	unsigned long left = then - jiffies;

	return left <= most ? left : 0;
}

/**
 * vifmap_work_schedule() - Have the work run.
 * @vd: The device.
 *
 * At once, if it has not run lately.
 *
 * Context: Any.
 */
void vifmap_work_schedule(struct vifmap_dev *vd)
{
	queue_delayed_work(system_dfl_wq, &vd->work,
			   vifmap_jiffies_until(READ_ONCE(vd->work_next),
						VIFMAP_WORK_INTERVAL));
}

/* Context: &vifmap_map.lock held. */
static int vifmap_learn_locked(struct vifmap_port *port, u64 addr)
{
	struct vifmap_map *map = &port->vd->map;
	struct vifmap_entry *entry, *slot;
	int err;

	entry = vifmap_map_find(map, addr);
	if (entry) /* Perhaps of a moment ago, from another queue of the vif. */
		return entry->port == port && entry->key ? 0 : -EEXIST;
	slot = list_first_entry_or_null(&port->slots, struct vifmap_entry,
					list);
	if (!slot)
		return -ENOSPC;

	list_del(&slot->list);
	slot->addr = addr;
	slot->used = vifmap_now();
	err = vifmap_map_insert(map, slot, true, &port->entries);
	if (err) {
		list_add(&slot->list, &port->slots);
		return err;
	}

	WRITE_ONCE(port->slot_count, port->slot_count - 1);
	port->learned++;
	port->macs++;
	vifmap_entry_queue(port->vd, slot);
	return 0;
}

/**
 * vifmap_learn() - Learn a source address, if the port may.
 * @port: The port.
 * @addr: The address, as a key; no active entry has it.
 *
 * Context: RCU read lock held, bottom halves off.
 * Return: true if it is one of the port's now.
 */
bool vifmap_learn(struct vifmap_port *port, u64 addr)
{
	struct vifmap_dev *vd = port->vd;
	struct vifmap_map *map = &vd->map;
	int err;

	if (!READ_ONCE(port->options.learn))
		return false;

	/* A guest must not get at the lock with each of its frames: not when
	 * it has learned all it may, nor when the map is full, nor with an
	 * address whose entry is inactive.
	 */
	if (vifmap_map_find(map, addr))
		return false;
	err = -ENOSPC;
	if (READ_ONCE(port->slot_count) &&
	    READ_ONCE(map->count) < READ_ONCE(map->max)) {
		spin_lock(&map->lock);
		err = vifmap_learn_locked(port, addr);
		spin_unlock(&map->lock);
	}

	if (!err)
		vifmap_work_schedule(vd);
	else if (err == -ENOSPC)
		vifmap_alert(vd, VIFMAP_ALERT_TYPE_LIMIT, port, addr);
	return !err;
}

/**
 * vifmap_unlearn() - Let go of a learned address that is somewhere else.
 * @vd: The device.
 * @addr: The address, as a key.
 *
 * Context: Bottom halves off.
 */
void vifmap_unlearn(struct vifmap_dev *vd, u64 addr)
{
	struct vifmap_map *map = &vd->map;
	struct vifmap_entry *entry;

	spin_lock(&map->lock);
	entry = vifmap_map_find(map, addr);
	if (entry && entry->origin == VIFMAP_ORIGIN_LEARNED) {
		vifmap_entry_unlink(map, entry, VIFMAP_REASON_MOVED);
		vifmap_entry_queue(vd, entry);
	}
	spin_unlock(&map->lock);
	vifmap_work_schedule(vd);
}

/**
 * vifmap_alert() - Raise an alert, once a second of each type.
 * @vd: The device.
 * @type: What it is about.
 * @port: The vif concerned, or NULL.
 * @addr: The address concerned, as a key, or 0.
 *
 * Context: Any but hard interrupts.
 */
void vifmap_alert(struct vifmap_dev *vd, enum vifmap_alert_type type,
		  const struct vifmap_port *port, u64 addr)
{
	bool raised = false;

	if (vifmap_jiffies_until(READ_ONCE(vd->alert_next[type]), HZ))
		return;

	spin_lock_bh(&vd->alert_lock);
	if (!vifmap_jiffies_until(vd->alert_next[type], HZ) &&
	    vd->alert_count < VIFMAP_ALERT_SLOTS) {
		vd->alerts[vd->alert_count++] = (struct vifmap_alert) {
			.type = type,
			.ifindex = port ? port->dev->ifindex : 0,
			.addr = addr,
		};
		WRITE_ONCE(vd->alert_next[type], jiffies + HZ);
		raised = true;
	}
	spin_unlock_bh(&vd->alert_lock);
	if (raised)
		vifmap_work_schedule(vd);
}

static void vifmap_alerts_send(struct vifmap_dev *vd)
{
	struct vifmap_alert alerts[VIFMAP_ALERT_SLOTS];
	unsigned int count, i;

	spin_lock_bh(&vd->alert_lock);
	count = vd->alert_count;
	memcpy(alerts, vd->alerts, sizeof(alerts));
	vd->alert_count = 0;
	spin_unlock_bh(&vd->alert_lock);

	for (i = 0; i < count; i++)
		vifmap_nl_notify_alert(vd, &alerts[i]);
}

/**
 * vifmap_work() - Do what the datapath left to do.
 * @work: &vifmap_dev.work.
 *
 * When the pdev goes, vifmap_pdev_leave_rtnl() settles the entries, and alerts
 * that still wait are of no use to anybody, so there is nothing to do
 * afterwards; the device waits for the work in its destructor.
 */
void vifmap_work(struct work_struct *work)
{
	struct vifmap_dev *vd = container_of(to_delayed_work(work),
					     struct vifmap_dev, work);

	WRITE_ONCE(vd->work_next, jiffies + VIFMAP_WORK_INTERVAL);
	rtnl_lock();
	if (vd->pdev) {
		vifmap_pending_rtnl(vd);
		vifmap_vlans_sync_rtnl(vd);
		vifmap_alerts_send(vd);
	}
	rtnl_unlock();
}
