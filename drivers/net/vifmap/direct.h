/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _VIFMAP_DIRECT_H
#define _VIFMAP_DIRECT_H

#include <linux/netfilter_netdev.h>
#include <net/netdev_rx_queue.h>
#include <net/sch_generic.h>

#include "trace.h"
#include "vifmap.h"

/* What direct.c does for all frames, in line for nearly all of them: each
 * instruction here is one that every frame between veths pays for.
 */

/* Whether a pointer of the core is set, which is not followed: nonzero if so */
#define vifmap_is_set(pointer)	((__force unsigned long)vifmap_peek(pointer))

/**
 * vifmap_egress_is_watched() - Whether what a device sends meets somebody.
 * @dev: The device.
 *
 * Packet sockets, tc's and netfilter's egress come and go without a notifier.
 *
 * Context: RCU read lock held.
 * Return: true if a frame has to be transmitted for them to see it.
 */
static inline bool vifmap_egress_is_watched(struct net_device *dev)
{
	return (netdev_tc_egress(dev) | netdev_nf_egress(dev)) ||
	       dev_nit_active(dev);
}

/* Nonzero for something that the peer would not do, or not in the same way,
 * with a frame that it receives at once. Another handler could hand the frame
 * on, without end: the peer belongs to somebody else. With GRO a veth has a
 * NAPI. Generic XDP does the same with either.
 */
static inline unsigned long
vifmap_peer_is_special(const struct net_device *peer)
{
	const struct bpf_xdp_entity *xdp = peer->xdp_state;
	unsigned long special;

	special = peer->wanted_features & NETIF_F_GRO;
	special |= vifmap_is_set(peer->rx_handler);
	special |= vifmap_is_set(xdp[XDP_MODE_DRV].prog);
	special |= vifmap_is_set(xdp[XDP_MODE_DRV].link);
#if IS_ENABLED(CONFIG_VLAN_8021Q)
	special |= vifmap_is_set(peer->vlan_info);
#endif
#ifdef CONFIG_RPS
	special |= vifmap_is_set(peer->_rx->rps_map);
	special |= vifmap_is_set(peer->_rx->rps_flow_table);
#endif
	return special;
}

/* Nonzero when the peer must not receive at once what is sent to the vif, not
 * looking at packet sockets. That the vif has no queueing discipline, and a
 * single queue, means that its driver would be given the frame at once. No
 * device is without a queue.
 */
static inline unsigned long
vifmap_direct_is_special(const struct net_device *vif,
			 const struct net_device *peer)
{
	const struct netdev_queue *queue = netdev_get_tx_queue(vif, 0);
	unsigned long special;

	special = vifmap_peer_is_special(peer);
	special |= netdev_tc_egress(vif);
	special |= netdev_nf_egress(vif);
	special |= vifmap_is_set(rcu_dereference_bh(queue->qdisc)->enqueue);
	special |= vifmap_peek(vif->real_num_tx_queues) - 1;
	return special;
}

/* Neither a tag, nor segments, nor a guest's memory */
static inline bool vifmap_skb_is_plain(const struct sk_buff *skb)
{
	const struct skb_shared_info *info = skb_shinfo(skb);

	return likely(!skb_vlan_tag_present(skb)) && likely(!info->gso_size) &&
	       likely(!(info->flags & SKBFL_ZEROCOPY_ENABLE));
}

/* Whether both ends of a veth are up, and the frame fits both. */
static inline bool vifmap_direct_fits(const struct net_device *vif,
				      const struct net_device *peer,
				      unsigned int len)
{
	const unsigned long down = BIT(__LINK_STATE_NOCARRIER);

	return likely(!(vifmap_peek(vif->state) & down)) &&
	       likely(len <= vifmap_peek(vif->mtu)) &&
	       likely(len <= vifmap_peek(peer->mtu));
}

/* Make the frame one that the peer receives, as the veth would have done. */
static inline void vifmap_direct_enter(struct sk_buff *skb,
				       struct net_device *peer, bool crosses)
{
	skb->priority = 0;
	skb_set_queue_mapping(skb, 0);
	skb->dev = peer;
	skb_scrub_packet(skb, crosses);
}

/* For whoever wants to know when it arrived: the device's queue would do it. */
static inline void vifmap_direct_stamp(struct sk_buff *skb)
{
	if (static_branch_unlikely(&netstamp_needed_key))
		__net_timestamp(skb);
}

/**
 * vifmap_direct_unicast() - Let a vif's peer receive a unicast frame, if that
 *	is plain to see.
 * @to: The vif.
 * @skb: The frame, as a rx_handler sees it; stays the caller's.
 * @dest: Its destination, as a key.
 * @from: The counters of this CPU for the end it came from.
 *
 * All of it is in line, and packet sockets, which take a call, come first, when
 * there is little to be kept across it.
 *
 * Context: RCU read lock held, bottom halves off; from a rx_handler.
 * Return: true if the frame is now one that the peer receives, and counted;
 *	false if vifmap_deliver_vif() is to find out what becomes of it.
 */
static __always_inline bool
vifmap_direct_unicast(const struct vifmap_port *to, struct sk_buff *skb,
		      u64 dest, struct vifmap_pcpu_stats *from)
{
	struct vifmap_pcpu_stats *stats;
	struct net_device *vif, *peer;
	unsigned int len;
	bool is_other;

	/* Pairs with vifmap_direct_set_rtnl(). */
	if (smp_load_acquire(&to->shortcut) != VIFMAP_SHORTCUT_PEER ||
	    unlikely(dev_nit_active(to->dev)))
		return false;

	stats = this_cpu_ptr(to->stats);
	peer = to->peer;
	vif = to->dev;
	len = skb->len;
	/* The mark is nobody's business in another namespace, but it stays in
	 * the same one.
	 */
	if (unlikely(!vifmap_skb_is_plain(skb) ||
		     !vifmap_direct_fits(vif, peer, len) ||
		     !(vif->features & NETIF_F_HW_CSUM) ||
		     (vifmap_direct_is_special(vif, peer) |
		      vifmap_peek(stats->queued) | skb->mark)))
		return false;
	/* The event is for vifmap_deliver_vif() to make. */
	if (trace_vifmap_forward_enabled())
		return false;

	vifmap_stats_add_frame_here(stats, VIFMAP_A_STATS_TX_PACKETS,
				    len + ETH_HLEN);
	vifmap_stats_inc_here(stats, VIFMAP_A_STATS_DIRECT);
	vifmap_stats_inc_here(from, VIFMAP_A_STATS_DELIVERED);
	dev_sw_netstats_tx_add(vif, 1, len + ETH_HLEN);
	is_other = vifmap_key(peer->dev_addr) != dest;
	vifmap_direct_enter(skb, peer, true);
	vifmap_direct_stamp(skb);
	if (unlikely(is_other))
		skb->pkt_type = PACKET_OTHERHOST;
	return true;
}

#endif /* _VIFMAP_DIRECT_H */
