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
#include <linux/rtnetlink.h>
#include <net/pkt_sched.h>
#include <net/rtnetlink.h>

#include "direct.h"
#include "vifmap.h"

/* How long, in jiffies, something may be under way to a veth's peer that can
 * not be seen in this CPU's backlog: two begin within the second of them.
 */
#define VIFMAP_QUEUE_DRAIN	2

static bool vifmap_is_kind(const struct net_device *dev, const char *kind)
{
	return dev->rtnl_link_ops && !strcmp(dev->rtnl_link_ops->kind, kind);
}

static enum vifmap_shortcut vifmap_shortcut_of(const struct vifmap_port *port)
{
	if (port->peer)
		return VIFMAP_SHORTCUT_PEER;
	if (vifmap_is_kind(port->dev, "tun"))
		return VIFMAP_SHORTCUT_TAP;
	return VIFMAP_SHORTCUT_NONE;
}

/**
 * vifmap_direct_init_rtnl() - Find the short way to a vif.
 * @port: The port, which nobody else knows yet; vifmap_direct_exit_rtnl() lets
 *	go of what it takes.
 *
 * A veth has the same peer until both are unregistered together, which detaches
 * it: holding the peer is in nobody's way. Others have a peer, too, but a
 * program between the two. The vif's counters are to be counted in.
 *
 * Context: RTNL held.
 */
void vifmap_direct_init_rtnl(struct vifmap_port *port)
{
	struct net_device *vif = port->dev;
	struct net_device *peer;

	ASSERT_RTNL();

	rcu_read_lock();
	if (vifmap_is_kind(vif, "veth") && netdev_has_tstats(vif) &&
	    vif->netdev_ops->ndo_get_peer_dev) {
		peer = vif->netdev_ops->ndo_get_peer_dev(vif);
		netdev_hold(peer, &port->peer_tracker, GFP_ATOMIC);
		port->peer = peer;
	}
	rcu_read_unlock();
	vifmap_direct_set_rtnl(port);
}

/**
 * vifmap_direct_exit_rtnl() - Let go of the peer of a vif.
 * @port: The port, whose rx_handler is gone; readers may still be there, and
 *	the peer stays for them until RTNL is released and they are done.
 *
 * Context: RTNL held.
 */
void vifmap_direct_exit_rtnl(struct vifmap_port *port)
{
	ASSERT_RTNL();
	netdev_put(port->peer, &port->peer_tracker);
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
		shortcut = vifmap_shortcut_of(port);
	if (shortcut == port->shortcut)
		return;

	/* Of what has been queued so far, nobody has kept account. */
	for_each_possible_cpu(cpu)
		WRITE_ONCE(per_cpu_ptr(port->stats, cpu)->queued,
			   vifmap_now());
	/* Pairs with the reading of both in vifmap_direct_peer(). */
	smp_store_release(&port->shortcut, shortcut);
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

/* Whether it is the same for the frame, which is left as it is, and for all who
 * could tell, if the peer gets it without the veth.
 */
static bool vifmap_peer_takes(struct net_device *vif, struct net_device *peer,
			      struct sk_buff *skb)
{
	return likely(!vifmap_direct_is_special(vif, peer)) &&
	       likely(!dev_nit_active(vif)) &&
	       vifmap_takes_whole(skb, vif) && vifmap_fits_peer(skb, peer) &&
	       likely(!skb_orphan_frags(skb, GFP_ATOMIC));
}

/* The same, and none of those before is still under way. */
static bool vifmap_peer_may_receive(struct vifmap_port *to, struct sk_buff *skb)
{
	struct vifmap_pcpu_stats *stats = this_cpu_ptr(to->stats);

	if (unlikely(!vifmap_peer_takes(to->dev, to->peer, skb))) {
		WRITE_ONCE(stats->queued, vifmap_now());
		return false;
	}
	return likely(!READ_ONCE(stats->queued)) || vifmap_queue_is_gone(stats);
}

/**
 * vifmap_direct_peer() - Let a vif's peer receive a frame, if it may.
 * @to: The vif, whose shortcut is its peer; it can take the frame.
 * @skb: The frame, as a rx_handler sees it; stays the caller's.
 *
 * Context: RCU read lock held, bottom halves off; from a rx_handler.
 * Return: true if the frame is now one that the peer receives; false if it is
 *	as it was and has to be transmitted.
 */
bool vifmap_direct_peer(struct vifmap_port *to, struct sk_buff *skb)
{
	struct net_device *peer = to->peer;
	const u8 *dest;

	if (!vifmap_peer_may_receive(to, skb))
		return false;

	/* Otherwise the receiver's clock would begin when the frame left. */
	skb_clear_tstamp(skb);
	dev_sw_netstats_tx_add(to->dev, 1, skb->len + ETH_HLEN);
	vifmap_direct_enter(skb, peer,
			    !net_eq(dev_net(to->dev), dev_net(peer)));
	vifmap_direct_stamp(skb);
	dest = eth_hdr(skb)->h_dest;
	if (is_multicast_ether_addr(dest))
		skb->pkt_type = vifmap_group_pkt_type(skb, peer);
	else if (!ether_addr_equal_64bits(dest, peer->dev_addr))
		skb->pkt_type = PACKET_OTHERHOST;
	return true;
}

/**
 * vifmap_direct_backlog() - Leave a frame of the host to a vif's peer.
 * @to: The vif, whose shortcut is its peer; it can take the frame.
 * @skb: The frame, which the host is sending, with the data behind its Ethernet
 *	header; taken over unless the return value says otherwise.
 *
 * In a transmit path nobody receives, but what the veth would do at the end of
 * its own can be done at once. A veth would also say when the frame left: one
 * whose sender wants to know is left to it.
 *
 * Context: RCU read lock held, bottom halves off.
 * Return: what netif_rx() says of it, or -EAGAIN if it is as it was and has to
 *	be transmitted.
 */
int vifmap_direct_backlog(struct vifmap_port *to, struct sk_buff *skb)
{
	unsigned int len = skb->len + ETH_HLEN;
	struct net_device *peer = to->peer;
	struct net_device *vif = to->dev;
	int rc;

	if (!vifmap_peer_takes(vif, peer, skb) || skb_shinfo(skb)->tx_flags)
		return -EAGAIN;

	vifmap_direct_enter(skb, peer, !net_eq(dev_net(vif), dev_net(peer)));
	__skb_push(skb, ETH_HLEN);
	skb->protocol = eth_type_trans(skb, peer);
	rc = netif_rx(skb);
	if (likely(rc == NET_RX_SUCCESS))
		dev_sw_netstats_tx_add(vif, 1, len);
	else
		dev_core_stats_tx_dropped_inc(vif);
	return rc;
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

	return !rcu_dereference_bh(txq->qdisc)->handle &&
	       qdisc_is_empty(rcu_dereference_bh(txq->qdisc));
}

/**
 * vifmap_direct_tap() - Give a tap's driver a frame, if that may be.
 * @skb: A frame that is ready to be transmitted by the tap; taken over, unless
 *	the return value says otherwise.
 *
 * Context: RCU read lock held, bottom halves off.
 * Return: what became of it, as dev_queue_xmit() says; -EAGAIN if it has to be
 *	queued.
 */
int vifmap_direct_tap(struct sk_buff *skb)
{
	struct net_device *tap = skb->dev;
	int queue, rc;

	if (unlikely(vifmap_egress_is_watched(tap)) ||
	    (skb_is_gso(skb) && netif_needs_gso(skb, netif_skb_features(skb))))
		return -EAGAIN;
	queue = vifmap_tap_queue(tap, skb);
	if (unlikely(queue < 0 || !vifmap_queue_is_idle(tap, queue)))
		return -EAGAIN;

	rc = __dev_direct_xmit(skb, queue);
	/* The frame is still ours then. */
	return likely(rc != NETDEV_TX_BUSY) ? rc : -EAGAIN;
}
