// SPDX-License-Identifier: GPL-2.0
/*
 * The short ways to a vif
 *
 * What is transmitted to a veth waits in a backlog until its peer receives it,
 * and what is transmitted to a tap passes a queueing discipline that never
 * holds anything. Both are left out where nobody can tell the difference. What
 * could tell comes and goes without a notification, so it is looked for with
 * each frame.
 *
 * A frame must not overtake those before it. One that had to go through the
 * queue of a veth may wait in the backlog of the CPU it came by, and so do the
 * next ones from there as long as it may. CPUs do not wait for each other: a
 * flow comes by one.
 */
#include <linux/etherdevice.h>
#include <linux/jiffies.h>
#include <linux/netfilter_netdev.h>
#include <linux/rtnetlink.h>
#include <net/netdev_rx_queue.h>
#include <net/pkt_sched.h>
#include <net/rtnetlink.h>

#include "vifmap.h"

/* How long, in jiffies, something may be under way to a veth's peer that can
 * not be seen in this CPU's backlog: two begin within the second of them.
 */
#define VIFMAP_QUEUE_DRAIN	2

static bool vifmap_is_kind(const struct net_device *dev, const char *kind)
{
	return dev->rtnl_link_ops && !strcmp(dev->rtnl_link_ops->kind, kind);
}

static enum vifmap_shortcut vifmap_shortcut_of(const struct net_device *vif)
{
	/* Others have a peer, too, but a program between the two. */
	if (vifmap_is_kind(vif, "veth") && vif->netdev_ops->ndo_get_peer_dev)
		return VIFMAP_SHORTCUT_PEER;
	if (vifmap_is_kind(vif, "tun"))
		return VIFMAP_SHORTCUT_TAP;
	return VIFMAP_SHORTCUT_NONE;
}

/**
 * vifmap_direct_set_rtnl() - Take the shortcut that the options allow.
 * @port: The port; its option delivery is set.
 *
 * Context: RTNL held.
 */
void vifmap_direct_set_rtnl(struct vifmap_port *port)
{
	enum vifmap_shortcut shortcut = VIFMAP_SHORTCUT_NONE;
	int cpu;

	ASSERT_RTNL();

	if (port->options.delivery == VIFMAP_DELIVERY_AUTO)
		shortcut = vifmap_shortcut_of(port->dev);
	if (shortcut == port->shortcut)
		return;

	/* Of what has been queued so far, nobody has kept account. */
	for_each_possible_cpu(cpu)
		WRITE_ONCE(per_cpu_ptr(port->stats, cpu)->queued,
			   vifmap_now());
	/* Pairs with the reading of both in vifmap_direct_peer(). */
	smp_store_release(&port->shortcut, shortcut);
}

/* Whoever would see what the device transmits, or change it. */
static bool vifmap_egress_is_watched(struct net_device *dev)
{
	return ((unsigned long)netdev_tc_egress(dev) |
		(unsigned long)netdev_egress_hooks_rcu(dev)) ||
	       dev_nit_active(dev);
}

/* Whether transmitting means that the driver gets the frame at once. */
static bool vifmap_has_no_queue(const struct net_device *dev)
{
	const struct netdev_queue *queue = netdev_get_tx_queue(dev, 0);

	return dev->real_num_tx_queues == 1 &&
	       !rcu_dereference_bh(queue->qdisc)->enqueue;
}

/* Something that the peer would not do, or not in the same way, with a frame
 * that it receives at once. Another handler could hand the frame on, without
 * end: the peer belongs to somebody else.
 */
static bool vifmap_peer_is_special(const struct net_device *peer)
{
	const struct bpf_xdp_entity *xdp = peer->xdp_state;
	unsigned long special;

	special = (unsigned long)rcu_access_pointer(peer->rx_handler) |
		  (unsigned long)xdp[XDP_MODE_SKB].prog |
		  (unsigned long)xdp[XDP_MODE_SKB].link |
		  (unsigned long)xdp[XDP_MODE_DRV].prog |
		  (unsigned long)xdp[XDP_MODE_DRV].link;
#if IS_ENABLED(CONFIG_VLAN_8021Q)
	special |= (unsigned long)rcu_access_pointer(peer->vlan_info);
#endif
#ifdef CONFIG_RPS
	special |= (unsigned long)rcu_access_pointer(peer->_rx->rps_map) |
		   (unsigned long)rcu_access_pointer(peer->_rx->rps_flow_table);
#endif
	/* With GRO a veth has a NAPI. */
	return special || (peer->wanted_features & NETIF_F_GRO);
}

/* Large frames, and sums that are still to be made: whether the device leaves
 * both to the receiver.
 */
static bool vifmap_takes_whole(struct sk_buff *skb, struct net_device *dev)
{
	struct net_device *from = skb->dev;
	netdev_features_t features;

	if (likely(!skb_is_gso(skb) && skb->ip_summed != CHECKSUM_PARTIAL))
		return true;

	skb->dev = dev;
	features = netif_skb_features(skb);
	skb->dev = from;
	return !netif_needs_gso(skb, features) &&
	       (skb->ip_summed != CHECKSUM_PARTIAL ||
		(features & NETIF_F_HW_CSUM));
}

/* What a veth would refuse is left to it. */
static bool vifmap_fits_peer(const struct sk_buff *skb,
			     const struct net_device *peer)
{
	return likely(skb->len <= READ_ONCE(peer->mtu) + VLAN_HLEN) ||
	       skb_is_gso(skb);
}

/* Whether those before have gone, of a port that had to use the queue. */
static bool vifmap_queue_is_gone(struct vifmap_pcpu_stats *stats)
{
	const struct softnet_data *backlog = this_cpu_ptr(&softnet_data);

	if (jiffies - stats->queued < VIFMAP_QUEUE_DRAIN ||
	    READ_ONCE(backlog->input_pkt_queue.qlen) ||
	    READ_ONCE(backlog->process_queue.qlen))
		return false;
	stats->queued = 0;
	return true;
}

/* Make the frame one that the peer receives, as the veth would have done. */
static void vifmap_enter_peer(struct sk_buff *skb, struct net_device *vif,
			      struct net_device *peer)
{
	bool crosses = !net_eq(dev_net(vif), dev_net(peer));
	const u8 *dest = eth_hdr(skb)->h_dest;

	skb_scrub_packet(skb, crosses);
	if (unlikely(!crosses))
		skb_clear_tstamp(skb);
	skb->priority = 0;
	skb_set_queue_mapping(skb, 0);
	skb->dev = peer;
	if (unlikely(is_multicast_ether_addr(dest)))
		skb->pkt_type = vifmap_group_pkt_type(skb, peer);
	else if (unlikely(!ether_addr_equal_64bits(dest, peer->dev_addr)))
		skb->pkt_type = PACKET_OTHERHOST;
	dev_sw_netstats_tx_add(vif, 1, skb->len + ETH_HLEN);
}

/**
 * vifmap_direct_peer() - Let a vif's peer receive a frame, if it may.
 * @to: The vif; it can take the frame.
 * @skb: The frame, as a rx_handler sees it; stays the caller's.
 *
 * Context: RCU read lock held, bottom halves off; from a rx_handler.
 * Return: true if the frame is now one that the peer receives; false if it is
 *	as it was and has to be transmitted.
 */
bool vifmap_direct_peer(struct vifmap_port *to, struct sk_buff *skb)
{
	struct vifmap_pcpu_stats *stats;
	struct net_device *vif = to->dev;
	struct net_device *peer;

	/* Pairs with vifmap_direct_set_rtnl(). */
	if (smp_load_acquire(&to->shortcut) != VIFMAP_SHORTCUT_PEER)
		return false;

	stats = this_cpu_ptr(to->stats);
	peer = vif->netdev_ops->ndo_get_peer_dev(vif);
	if (unlikely(!peer))
		return false;
	if (unlikely(vifmap_egress_is_watched(vif) ||
		     !vifmap_has_no_queue(vif) ||
		     vifmap_peer_is_special(peer) ||
		     !vifmap_takes_whole(skb, vif) ||
		     !vifmap_fits_peer(skb, peer) ||
		     skb_orphan_frags(skb, GFP_ATOMIC))) {
		WRITE_ONCE(stats->queued, vifmap_now());
		return false;
	}
	if (unlikely(READ_ONCE(stats->queued)) && !vifmap_queue_is_gone(stats))
		return false;

	vifmap_enter_peer(skb, vif, peer);
	return true;
}

/* The queue that the core would choose; -1 leaves the choice to it. */
static int vifmap_tap_queue(struct net_device *tap, struct sk_buff *skb)
{
	const struct net_device_ops *ops = tap->netdev_ops;

	if (tap->real_num_tx_queues == 1)
		return 0;
	if (!ops->ndo_select_queue)
		return -1;
	return netdev_cap_txqueue(tap, ops->ndo_select_queue(tap, skb, NULL));
}

/* The administrator has not asked for a queueing discipline, which is to be
 * seen from its handle, and nothing waits in the one that there is.
 */
static bool vifmap_queue_is_idle(const struct net_device *dev, int queue)
{
	const struct netdev_queue *txq = netdev_get_tx_queue(dev, queue);
	const struct Qdisc *qdisc = rcu_dereference_bh(txq->qdisc);

	return !qdisc->handle && qdisc_is_empty(qdisc);
}

/**
 * vifmap_direct_tap() - Give a tap's driver a frame, if that may be.
 * @skb: A frame that is ready to be transmitted by the tap; taken over, unless
 *	the return value says otherwise.
 * @rc: What became of it, as dev_queue_xmit() says.
 *
 * Context: RCU read lock held, bottom halves off.
 * Return: true if the frame has been given away; false if it has to be queued.
 */
bool vifmap_direct_tap(struct sk_buff *skb, int *rc)
{
	struct net_device *tap = skb->dev;
	int queue;

	if (unlikely(vifmap_egress_is_watched(tap)) ||
	    (skb_is_gso(skb) && netif_needs_gso(skb, netif_skb_features(skb))))
		return false;
	queue = vifmap_tap_queue(tap, skb);
	if (unlikely(queue < 0 || !vifmap_queue_is_idle(tap, queue)))
		return false;

	*rc = __dev_direct_xmit(skb, queue);
	/* The frame is still ours then. */
	return *rc != NETDEV_TX_BUSY;
}
