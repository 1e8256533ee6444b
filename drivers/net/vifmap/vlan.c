// SPDX-License-Identifier: GPL-2.0
/*
 * VLANs of trunk guests, and the host's VLAN devices
 *
 * A NIC with a VLAN filter drops tags that nobody asked for, and nobody but the
 * guest knows which it uses. So the datapath notes each VLAN that a trunk vif
 * sends in, and the work adds it to the filter. It stays there until the last
 * trunk vif has gone.
 *
 * Frames of a VLAN that has a device on the pdev go there before the pdev's
 * rx_handler could see them. That cannot be helped, but it can be said.
 *
 * A VLAN device with reorder_hdr off puts the tag back into what it receives,
 * before the EtherType: such frames cannot be forwarded as if it had none.
 */
#include <linux/if_vlan.h>
#include <linux/rtnetlink.h>

#include "vifmap.h"

/* The index of the bitmaps of a VLAN protocol. */
static unsigned int vifmap_vlan_index(__be16 proto)
{
	return proto == htons(ETH_P_8021AD);
}

static __be16 vifmap_vlan_proto(unsigned int index)
{
	return index ? htons(ETH_P_8021AD) : htons(ETH_P_8021Q);
}

/**
 * vifmap_vlan_note() - Note the VLAN that a trunk vif sends in.
 * @vd: The device.
 * @skb: A tagged frame; what a vif sends has its tag in the metadata.
 *
 * Context: RCU read lock held, bottom halves off.
 */
void vifmap_vlan_note(struct vifmap_dev *vd, const struct sk_buff *skb)
{
	unsigned int index = vifmap_vlan_index(skb->vlan_proto);
	u16 vid = skb_vlan_tag_get_id(skb);

	/* The vifmap device may send with the tag in the frame. */
	if (!skb_vlan_tag_present(skb) ||
	    likely(test_bit(vid, vd->vlans_used[index])))
		return;
	set_bit(vid, vd->vlans_used[index]);
	vifmap_work_schedule(vd);
}

/* Returns whether there are none left for the next time. */
static bool vifmap_vlans_add(struct vifmap_dev *vd, unsigned int index)
{
	unsigned int count = 0;
	unsigned int vid;
	int err;

	for_each_andnot_bit(vid, vd->vlans_used[index], vd->vlans_tried[index],
			    VLAN_N_VID) {
		if (count++ == VIFMAP_VLANS_AT_ONCE)
			return false;

		__set_bit(vid, vd->vlans_tried[index]);
		err = vlan_vid_add(vd->pdev, vifmap_vlan_proto(index), vid);
		if (!err)
			__set_bit(vid, vd->vlans_filtered[index]);
		else if (net_ratelimit())
			netdev_warn(vd->dev, "%s cannot take VLAN %u of the vifs into its filter: %d\n",
				    vd->pdev->name, vid, err);
	}
	return true;
}

static void vifmap_vlans_del(struct vifmap_dev *vd, unsigned int index)
{
	unsigned int vid;

	for_each_set_bit(vid, vd->vlans_filtered[index], VLAN_N_VID)
		vlan_vid_del(vd->pdev, vifmap_vlan_proto(index), vid);
	bitmap_zero(vd->vlans_filtered[index], VLAN_N_VID);
	bitmap_zero(vd->vlans_tried[index], VLAN_N_VID);
	bitmap_zero(vd->vlans_used[index], VLAN_N_VID);
}

/**
 * vifmap_vlans_sync_rtnl() - Bring the NIC's VLAN filter up to date.
 * @vd: The device; it has its pdev.
 *
 * A guest may use all VLANs there are, and a NIC may take its time over each: a
 * few are tried at once, the work goes on with the others. One that the NIC
 * refuses is not tried again as long as there is a trunk vif.
 *
 * Context: RTNL held.
 */
void vifmap_vlans_sync_rtnl(struct vifmap_dev *vd)
{
	unsigned int index;

	ASSERT_RTNL();

	for (index = 0; index < VIFMAP_VLAN_PROTOCOLS; index++) {
		if (!vd->trunks)
			vifmap_vlans_del(vd, index);
		else if (!vifmap_vlans_add(vd, index))
			vifmap_work_schedule(vd);
	}
}

/* Says that a VLAN of the pdev is a device's of the host. */
static void vifmap_vlan_warn(const struct net_device *vlan,
			     struct netlink_ext_ack *extack)
{
	NL_SET_ERR_MSG_FMT(extack,
			   "Frames from the wire in VLAN %u go to %s of the host, not to vifs",
			   vlan_dev_vlan_id(vlan), vlan->name);
}

/**
 * vifmap_vlan_upper_rtnl() - A VLAN device was put on the pdev.
 * @vd: The device.
 * @vlan: The VLAN device.
 * @extack: Says so where vifs have trunk on.
 *
 * Context: RTNL held.
 */
void vifmap_vlan_upper_rtnl(const struct vifmap_dev *vd,
			    const struct net_device *vlan,
			    struct netlink_ext_ack *extack)
{
	ASSERT_RTNL();
	if (vd->trunks)
		vifmap_vlan_warn(vlan, extack);
}

#if IS_ENABLED(CONFIG_VLAN_8021Q)
/* On the way to a bridge or to macvlan devices, tags are not put back. */
static bool vifmap_vlan_keeps_tag(const struct net_device *dev)
{
	return is_vlan_dev(dev) && !netif_is_bridge_port(dev) &&
	       !netif_is_macvlan_port(dev) &&
	       !(vlan_dev_priv(dev)->flags & VLAN_FLAG_REORDER_HDR);
}
#else
static bool vifmap_vlan_keeps_tag(const struct net_device *dev)
{
	return false;
}
#endif

/**
 * vifmap_vlan_check_rtnl() - Whether what a device receives has its tag out.
 * @dev: A netdev to be a pdev or a vif; what it is on counts, too.
 * @extack: Says how to have it so.
 *
 * Later nobody says when it is switched off, so frames are looked at as well.
 *
 * Context: RTNL held.
 * Return: 0, or -EOPNOTSUPP.
 */
int vifmap_vlan_check_rtnl(struct net_device *dev,
			   struct netlink_ext_ack *extack)
{
	struct net_device *lower;
	struct list_head *iter;
	int err = 0;

	ASSERT_RTNL();
	if (vifmap_vlan_keeps_tag(dev)) {
		NL_SET_ERR_MSG_FMT(extack,
				   "Frames keep their tag: ip link set %s type vlan reorder_hdr on",
				   dev->name);
		return -EOPNOTSUPP;
	}
	netdev_for_each_lower_dev(dev, lower, iter) {
		if (!err)
			err = vifmap_vlan_check_rtnl(lower, extack);
	}
	return err;
}

/**
 * vifmap_trunk_set_rtnl() - Switch the trunk option of a port.
 * @port: The port.
 * @on: What it is to be.
 * @extack: Says which device of the host gets frames that trunk vifs might
 *	expect.
 *
 * Context: RTNL held.
 */
void vifmap_trunk_set_rtnl(struct vifmap_port *port, bool on,
			   struct netlink_ext_ack *extack)
{
	struct vifmap_dev *vd = port->vd;
	struct net_device *upper;
	struct list_head *iter;

	ASSERT_RTNL();
	if (on == port->options.trunk)
		return;

	WRITE_ONCE(port->options.trunk, on);
	vd->trunks += on ? 1 : -1;
	vifmap_vlans_sync_rtnl(vd);
	if (!on)
		return;
	netdev_for_each_upper_dev_rcu(vd->pdev, upper, iter) {
		if (is_vlan_dev(upper))
			vifmap_vlan_warn(upper, extack);
	}
}
