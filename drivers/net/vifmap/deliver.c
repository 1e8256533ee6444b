// SPDX-License-Identifier: GPL-2.0
/*
 * Putting a frame on a vif, the host or the wire
 *
 * Frames come here as a rx_handler sees them: skb->data behind the Ethernet
 * header, which is where the MAC header says, and not shared. Every function
 * takes the frame over and counts what became of it: at the end it came from
 * under one outcome, and at the end it went to as sent or dropped.
 *
 * Everything runs under the RCU read lock with bottom halves off.
 */
#include <linux/etherdevice.h>
#include <linux/if_vlan.h>
#include <linux/netfilter_netdev.h>
#include <linux/rtnetlink.h>
#include <net/arp.h>
#include <net/dst.h>
#include <net/flow_dissector.h>
#include <net/gso.h>
#include <net/ipv6.h>

#include "trace.h"
#include "vifmap.h"

/**
 * vifmap_drop() - Drop a frame and count it.
 * @skb: The frame.
 * @from: Counters of the end it came from.
 * @reason: VIFMAP_A_STATS_DROP_*.
 *
 * Context: Bottom halves off.
 */
void vifmap_drop(struct sk_buff *skb, struct vifmap_pcpu_stats __percpu *from,
		 unsigned int reason)
{
	trace_vifmap_drop(skb, NULL, reason);
	vifmap_stats_inc(from, reason);
	kfree_skb(skb);
}

/**
 * vifmap_count_drop() - Count a frame that an end did not get, and tell of it.
 * @skb: The frame, which stays the caller's; NULL when it is gone already.
 * @from: Counters of the end it came from.
 * @dev: The device that it was to go to.
 * @to: Counters of that end.
 * @reason: VIFMAP_A_STATS_DROP_*.
 *
 * Context: Bottom halves off.
 */
noinline void vifmap_count_drop(const struct sk_buff *skb,
				struct vifmap_pcpu_stats __percpu *from,
				const struct net_device *dev,
				struct vifmap_pcpu_stats __percpu *to,
				unsigned int reason)
{
	trace_vifmap_drop(skb, dev, reason);
	vifmap_stats_inc(to, VIFMAP_A_STATS_TX_DROPPED);
	vifmap_stats_inc(from, reason);
}

static void vifmap_drop_for(struct sk_buff *skb,
			    struct vifmap_pcpu_stats __percpu *from,
			    const struct net_device *dev,
			    struct vifmap_pcpu_stats __percpu *to,
			    unsigned int reason)
{
	vifmap_count_drop(skb, from, dev, to, reason);
	kfree_skb(skb);
}

/* How long segments seem depends on where a guest says that its headers are;
 * how long they become, on where they are.
 */
static bool vifmap_segments_fit(const struct sk_buff *skb, unsigned int mtu)
{
	unsigned int type = skb_shinfo(skb)->gso_type;
	struct flow_keys_basic keys;

	if (!skb_gso_validate_network_len(skb, mtu))
		return false;
	if (!(type & SKB_GSO_DODGY))
		return true;
	if (!skb_flow_dissect_flow_keys_basic(NULL, skb, &keys, NULL, 0, 0, 0,
					      0) ||
	    keys.control.thoff != skb_transport_offset(skb))
		return false;

	/* IPv6 fragments get one more header. */
	return !(type & SKB_GSO_UDP) ||
	       keys.basic.n_proto != htons(ETH_P_IPV6) ||
	       skb_gso_validate_network_len(skb, mtu - sizeof(struct frag_hdr));
}

/* Whether a frame that is larger than the MTU fits nevertheless, or each
 * segment that it will be cut to. The tag in the metadata does not count, and
 * neither does an inner one.
 */
static noinline unsigned int vifmap_check_large(const struct sk_buff *skb,
						unsigned int mtu)
{
	if (eth_type_vlan(skb->protocol)) {
		mtu += VLAN_HLEN;
		if (skb->len <= mtu)
			return 0;
	}

	if (!skb_is_gso(skb))
		return VIFMAP_A_STATS_DROP_MTU;

	/* Only LRO leaves segments without a type: they cannot be cut. */
	if (!skb_shinfo(skb)->gso_type)
		return VIFMAP_A_STATS_DROP_LRO;

	return vifmap_segments_fit(skb, mtu) ? 0 : VIFMAP_A_STATS_DROP_MTU;
}

/* Why a frame is too large for a device, or 0. */
static unsigned int vifmap_check_size(const struct sk_buff *skb,
				      const struct net_device *dev)
{
	unsigned int mtu = READ_ONCE(dev->mtu);

	return likely(skb->len <= mtu) ? 0 : vifmap_check_large(skb, mtu);
}

/* The device is running, and has a carrier. */
static bool vifmap_is_up(const struct net_device *dev)
{
	const unsigned long up = BIT(__LINK_STATE_START);

	return likely((READ_ONCE(dev->state) &
		       (up | BIT(__LINK_STATE_NOCARRIER))) == up);
}

/* Why a vif cannot take a frame, or 0. */
static __always_inline unsigned int
vifmap_vif_refuses(const struct vifmap_port *to, const struct sk_buff *skb)
{
	if (unlikely(vifmap_skb_is_tagged(skb)) &&
	    !READ_ONCE(to->options.trunk))
		return VIFMAP_A_STATS_DROP_VLAN;

	if (!vifmap_is_up(to->dev))
		return VIFMAP_A_STATS_DROP_VIF_DOWN;

	return vifmap_check_size(skb, to->dev);
}

/* Guests' NICs drop what is shorter than a wire allows, as frames of the host
 * and of guests may be. A device that has its peer in the kernel has no NIC
 * behind it. As for the MTU, the tag in the metadata does not count. Of what
 * is to be cut, padding would become segments.
 */
static noinline bool vifmap_pad_short(struct sk_buff *skb,
				      const struct net_device *dev)
{
	if (skb_is_gso(skb) || dev->netdev_ops->ndo_get_peer_dev)
		return true;

	return !__skb_put_padto(skb, ETH_ZLEN - ETH_HLEN, false);
}

static bool vifmap_pad(struct sk_buff *skb, const struct net_device *dev)
{
	return likely(skb->len >= ETH_ZLEN - ETH_HLEN) ||
	       vifmap_pad_short(skb, dev);
}

/* Drivers that make a sum look for the headers behind an inner tag, too. */
static noinline bool vifmap_prepare_sum_behind_tag(struct sk_buff *skb)
{
	int depth;

	if (!__vlan_get_protocol(skb, skb->protocol, &depth))
		return false;
	skb_set_network_header(skb, depth);
	return true;
}

/* Make a received frame one that can be transmitted by @dev. */
static __always_inline bool vifmap_prepare_xmit(struct sk_buff *skb,
						struct net_device *dev)
{
	/* The header is there: the frame has been received with it. */
	__skb_push(skb, ETH_HLEN);
	skb->dev = dev;
	skb_dst_drop(skb);
	/* The sum of the device covers what lies behind the header. */
	skb_forward_csum(skb);
	/* The time of arrival must not become one of departure. */
	skb_clear_tstamp(skb);

	return likely(skb->ip_summed != CHECKSUM_PARTIAL) ||
	       likely(!eth_type_vlan(skb->protocol)) ||
	       vifmap_prepare_sum_behind_tag(skb);
}

static bool vifmap_xmit_succeeded(int rc)
{
	return likely(rc == NET_XMIT_SUCCESS) || rc == NET_XMIT_CN;
}

/* Count a frame of @len bytes that was handed over to @dev, or could not be. */
static void vifmap_count(struct vifmap_pcpu_stats __percpu *from,
			 const struct net_device *dev,
			 struct vifmap_pcpu_stats __percpu *to,
			 unsigned int outcome, unsigned int len, bool succeeded)
{
	if (unlikely(!succeeded)) {
		/* It is gone; the event before this one says what it was. */
		vifmap_count_drop(NULL, from, dev, to,
				  VIFMAP_A_STATS_DROP_QUEUE);
		return;
	}
	vifmap_stats_add_frame(to, VIFMAP_A_STATS_TX_PACKETS, len);
	vifmap_stats_inc(from, outcome);
}

/* The vifmap device as an end: its frames are received, not transmitted. */
static noinline void
vifmap_deliver_self(struct vifmap_port *to, struct sk_buff *skb,
		    struct vifmap_pcpu_stats __percpu *from)
{
	unsigned int len = skb->len + ETH_HLEN;

	skb_push(skb, ETH_HLEN);
	skb_dst_drop(skb);
	skb_forward_csum(skb);
	/* The queue is one of the device that it came from. */
	skb_set_queue_mapping(skb, 0);
	/* eth_type_trans() only says whose it is not. */
	skb->pkt_type = PACKET_HOST;
	skb->protocol = eth_type_trans(skb, to->dev);
	vifmap_count(from, to->dev, to->stats, VIFMAP_A_STATS_DELIVERED, len,
		     netif_rx(skb) == NET_RX_SUCCESS);
}

/* A tap may be given the frame past its queue. */
static __always_inline int vifmap_xmit(struct vifmap_port *to,
				       struct sk_buff *skb,
				       enum vifmap_shortcut shortcut)
{
	int rc;

	if (shortcut != VIFMAP_SHORTCUT_TAP)
		return dev_queue_xmit(skb);
	rc = vifmap_direct_tap(skb);
	if (unlikely(rc < 0))
		return dev_queue_xmit(skb);

	if (likely(vifmap_xmit_succeeded(rc)))
		vifmap_stats_inc(to->stats, VIFMAP_A_STATS_DIRECT);
	return rc;
}

/* Transmit a frame that the vif can take. */
static __always_inline void
vifmap_deliver_xmit(struct vifmap_port *to, struct sk_buff *skb,
		    struct vifmap_pcpu_stats __percpu *from,
		    enum vifmap_shortcut shortcut)
{
	unsigned int reason = 0;
	unsigned int len;

	if (unlikely(to->is_self)) {
		vifmap_deliver_self(to, skb, from);
		return;
	}
	if (unlikely(!vifmap_pad(skb, to->dev)))
		reason = VIFMAP_A_STATS_DROP_NO_MEMORY;
	else if (unlikely(!vifmap_prepare_xmit(skb, to->dev)))
		reason = VIFMAP_A_STATS_DROP_MALFORMED;
	if (unlikely(reason)) {
		vifmap_drop_for(skb, from, to->dev, to->stats, reason);
		return;
	}
	len = skb->len;
	vifmap_count(from, to->dev, to->stats, VIFMAP_A_STATS_DELIVERED, len,
		     vifmap_xmit_succeeded(vifmap_xmit(to, skb, shortcut)));
}

/* What the host sends may be in clear until a driver is about to get it: that
 * is when ESP and TLS encrypt it, on the way through the device's queue.
 */
static bool vifmap_may_be_in_clear(const struct sk_buff *skb)
{
#ifdef CONFIG_SOCK_VALIDATE_XMIT
	const struct sock *sk = skb->sk;

	if (sk && sk_fullsock(sk) && READ_ONCE(sk->sk_validate_xmit_skb))
		return true;
#endif
	return skb_sec_path(skb);
}

/* That it has been encrypted is marked; the frame of which this is a copy is
 * still to be.
 */
static bool vifmap_unshare_sec_path(struct sk_buff *skb)
{
#ifdef CONFIG_XFRM
	if (skb_sec_path(skb))
		return skb_ext_add(skb, SKB_EXT_SEC_PATH);
#endif
	return true;
}

/**
 * vifmap_deliver_queue() - Deliver a frame to a vif by transmitting it.
 * @to: The vif.
 * @skb: The frame; taken over.
 * @from: Counters of the end it came from.
 *
 * For frames that come from a transmit path, in which a peer must not receive.
 *
 * Context: RCU read lock held, bottom halves off.
 */
void vifmap_deliver_queue(struct vifmap_port *to, struct sk_buff *skb,
			  struct vifmap_pcpu_stats __percpu *from)
{
	enum vifmap_shortcut shortcut = READ_ONCE(to->shortcut);
	unsigned int reason = vifmap_vif_refuses(to, skb);
	unsigned int len = skb->len + ETH_HLEN;
	int rc = -1;

	if (unlikely(vifmap_may_be_in_clear(skb))) {
		shortcut = VIFMAP_SHORTCUT_NONE;
		if (!reason && !vifmap_unshare_sec_path(skb))
			reason = VIFMAP_A_STATS_DROP_NO_MEMORY;
	}
	if (unlikely(reason)) {
		vifmap_drop_for(skb, from, to->dev, to->stats, reason);
		return;
	}
	trace_vifmap_forward(skb, to->dev, VIFMAP_A_STATS_DELIVERED);
	if (shortcut == VIFMAP_SHORTCUT_PEER)
		rc = vifmap_direct_backlog(to, skb);
	if (rc < 0) {
		vifmap_deliver_xmit(to, skb, from, shortcut);
		return;
	}
	if (likely(rc == NET_RX_SUCCESS))
		vifmap_stats_inc(to->stats, VIFMAP_A_STATS_DIRECT);
	vifmap_count(from, to->dev, to->stats, VIFMAP_A_STATS_DELIVERED, len,
		     rc == NET_RX_SUCCESS);
}

/**
 * vifmap_deliver_vif() - Deliver a received frame to a vif.
 * @to: The vif.
 * @skb: The frame; taken over unless the return value says otherwise.
 * @from: Counters of the end it came from.
 *
 * The frame goes the shortest way that nobody can tell from that through the
 * vif's queueing discipline.
 *
 * Context: RCU read lock held, bottom halves off; from a rx_handler.
 * Return: what the rx_handler is to return; with RX_HANDLER_ANOTHER the frame
 *	is one that the vif's peer receives.
 */
rx_handler_result_t
vifmap_deliver_vif(struct vifmap_port *to, struct sk_buff *skb,
		   struct vifmap_pcpu_stats __percpu *from)
{
	unsigned int len = skb->len + ETH_HLEN;
	unsigned int reason;

	reason = vifmap_vif_refuses(to, skb);
	if (unlikely(reason)) {
		vifmap_drop_for(skb, from, to->dev, to->stats, reason);
		return RX_HANDLER_CONSUMED;
	}
	trace_vifmap_forward(skb, to->dev, VIFMAP_A_STATS_DELIVERED);
	/* Pairs with vifmap_direct_set_rtnl(). */
	if (smp_load_acquire(&to->shortcut) != VIFMAP_SHORTCUT_PEER ||
	    !vifmap_direct_peer(to, skb)) {
		vifmap_deliver_xmit(to, skb, from, READ_ONCE(to->shortcut));
		return RX_HANDLER_CONSUMED;
	}
	vifmap_stats_inc(to->stats, VIFMAP_A_STATS_DIRECT);
	vifmap_count(from, to->dev, to->stats, VIFMAP_A_STATS_DELIVERED, len,
		     true);
	return RX_HANDLER_ANOTHER;
}

/**
 * vifmap_deliver_wire() - Send a frame to the wire.
 * @vd: The device.
 * @skb: The frame, with the end it came from in skb_iif; taken over.
 * @from: Counters of that end.
 *
 * Context: RCU read lock held, bottom halves off.
 */
void vifmap_deliver_wire(struct vifmap_dev *vd, struct sk_buff *skb,
			 struct vifmap_pcpu_stats __percpu *from)
{
	unsigned int len = skb->len + ETH_HLEN;
	struct net_device *pdev = vd->pdev;
	unsigned int reason;

	if (!vifmap_is_up(pdev))
		reason = VIFMAP_A_STATS_DROP_PDEV_DOWN;
	else
		reason = vifmap_check_size(skb, pdev);
	if (likely(!reason)) {
		trace_vifmap_forward(skb, pdev, VIFMAP_A_STATS_WIRE);
		if (unlikely(!vifmap_prepare_xmit(skb, pdev)))
			reason = VIFMAP_A_STATS_DROP_MALFORMED;
	}
	if (unlikely(reason)) {
		vifmap_drop_for(skb, from, pdev, vd->wire_stats, reason);
		return;
	}

	/* The administrator's rules, if there are any, see the frame. */
	if (likely(vifmap_egress_is_alone(vd)))
		nf_skip_egress(skb, true);

	vifmap_count(from, pdev, vd->wire_stats, VIFMAP_A_STATS_WIRE, len,
		     vifmap_xmit_succeeded(dev_queue_xmit(skb)));
}

/* A VLAN device takes the frame before the pdev's handler could see it. */
static bool vifmap_is_for_vlan_dev(const struct sk_buff *skb,
				   struct net_device *pdev)
{
	return skb_vlan_tag_present(skb) &&
	       __vlan_find_dev_deep_rcu(pdev, skb->vlan_proto,
					skb_vlan_tag_get_id(skb));
}

/**
 * vifmap_host_restore_type() - Mend the type of a vif's frame for the host.
 * @skb: A frame to a group that vifmap_deliver_host() handed to the pdev.
 *
 * Context: The pdev's rx_handler.
 */
void vifmap_host_restore_type(struct sk_buff *skb)
{
	skb->pkt_type = vifmap_group_pkt_type(skb, skb->dev);
}

/**
 * vifmap_deliver_host() - Pass a vif's frame to the host.
 * @vd: The device.
 * @skb: The frame; taken over unless the return value says otherwise.
 * @from: Counters of the vif.
 *
 * The frame goes round through the stack once more as if it had arrived on the
 * pdev, where it meets vifmap's own handler again: PACKET_HOST makes that pass
 * it, and a destination that is a group makes it restore the type.
 *
 * Context: RCU read lock held, bottom halves off; from a vif's rx_handler.
 * Return: what the rx_handler is to return, with the frame as it was.
 */
rx_handler_result_t vifmap_deliver_host(struct vifmap_dev *vd,
					struct sk_buff *skb,
					struct vifmap_pcpu_stats __percpu *from)
{
	struct net_device *pdev = vd->pdev;
	unsigned int reason;

	if (unlikely(!READ_ONCE(vd->options.host)))
		reason = VIFMAP_A_STATS_DROP_HOST_OFF;
	else if (unlikely(!(pdev->flags & IFF_UP)))
		reason = VIFMAP_A_STATS_DROP_PDEV_DOWN;
	else
		reason = vifmap_check_size(skb, pdev);
	if (unlikely(reason)) {
		vifmap_drop_for(skb, from, pdev, vd->host_stats, reason);
		return RX_HANDLER_CONSUMED;
	}

	trace_vifmap_forward(skb, pdev, VIFMAP_A_STATS_HOST);
	skb->dev = pdev;
	skb_set_queue_mapping(skb, 0);
	skb->pkt_type = PACKET_HOST;
	if (is_multicast_ether_addr(eth_hdr(skb)->h_dest) &&
	    vifmap_is_for_vlan_dev(skb, pdev))
		vifmap_host_restore_type(skb);

	vifmap_stats_add_frame(vd->host_stats, VIFMAP_A_STATS_TX_PACKETS,
			       skb->len + ETH_HLEN);
	vifmap_stats_inc(from, VIFMAP_A_STATS_HOST);
	return RX_HANDLER_ANOTHER;
}

/* Whether a vif is among the receivers of a flooded frame. */
static bool vifmap_is_receiver(const struct vifmap_port *to,
			       const struct vifmap_port *source,
			       const u8 *dest)
{
	if (to == source || !vifmap_is_up(to->dev))
		return false;
	if (source && READ_ONCE(source->options.isolated) &&
	    READ_ONCE(to->options.isolated))
		return false;
	if (unlikely(is_link_local_ether_addr(dest)))
		return READ_ONCE(to->options.link_local) & BIT(dest[5]);
	return true;
}

/* What this CPU is in the middle of.
 *
 * A vif may be on top of another pdev, as a VLAN device of it is: what is
 * flooded to it is sent by that pdev within the same call, and is a frame of
 * the host to the hook there. Floods of floods would grow with the power of
 * their depth. The peer of a veth receives its copy within the same call, too,
 * and what it does then may be the cause of a flood that is no part of this
 * one; but its copies wait, so that the stack is used for one reception more
 * and no further one.
 */
struct vifmap_nesting {
	bool flooding;
	bool receiving;
};

static DEFINE_PER_CPU(struct vifmap_nesting, vifmap_nesting);

/* A copy that a peer is to receive, in the middle of a flood. */
static void vifmap_receive_copy(struct sk_buff *copy)
{
	struct vifmap_nesting *nesting = this_cpu_ptr(&vifmap_nesting);

	nesting->flooding = false;
	nesting->receiving = true;
	netif_receive_skb(copy);
	nesting->receiving = false;
	nesting->flooding = true;
}

static void vifmap_deliver_copy(struct vifmap_port *to, struct sk_buff *skb,
				struct vifmap_pcpu_stats __percpu *from,
				bool may_receive)
{
	struct sk_buff *copy;
	unsigned int reason;

	reason = vifmap_vif_refuses(to, skb);
	if (unlikely(reason)) {
		vifmap_count_drop(skb, from, to->dev, to->stats, reason);
		return;
	}
	copy = skb_clone(skb, GFP_ATOMIC);
	if (unlikely(!copy)) {
		vifmap_count_drop(skb, from, to->dev, to->stats,
				  VIFMAP_A_STATS_DROP_NO_MEMORY);
		return;
	}
	if (!may_receive)
		vifmap_deliver_queue(to, copy, from);
	else if (vifmap_deliver_vif(to, copy, from) == RX_HANDLER_ANOTHER)
		vifmap_receive_copy(copy);
}

/**
 * vifmap_flood_vifs() - Deliver a copy of a frame to each vif.
 * @vd: The device.
 * @source: The vif that it came from, NULL for the wire or the host.
 * @skb: The frame; stays the caller's, and may be shared.
 * @from: Counters of the end it came from.
 *
 * Vifs that are down, or that isolation or their link-local mask keeps from
 * the frame, are no receivers, and nothing is counted for them. A flood in the
 * middle of another one on this CPU goes to nobody, and counts as one copy
 * beyond the flood rate.
 *
 * Context: RCU read lock held, bottom halves off.
 */
void vifmap_flood_vifs(struct vifmap_dev *vd, const struct vifmap_port *source,
		       struct sk_buff *skb,
		       struct vifmap_pcpu_stats __percpu *from)
{
	const u8 *dest = eth_hdr(skb)->h_dest;
	struct vifmap_nesting *nesting = this_cpu_ptr(&vifmap_nesting);
	bool from_host = from == vd->host_stats;
	struct vifmap_port *port;
	bool may_receive;

	if (unlikely(nesting->flooding)) {
		vifmap_stats_inc(from, VIFMAP_A_STATS_COPIES);
		vifmap_stats_inc(from, VIFMAP_A_STATS_DROP_FLOOD_RATE);
		trace_vifmap_drop(skb, NULL, VIFMAP_A_STATS_DROP_FLOOD_RATE);
		return;
	}
	may_receive = !nesting->receiving && !from_host &&
		      !(source && source->is_self);
	nesting->flooding = true;
	list_for_each_entry_rcu(port, &vd->ports, list) {
		if (!vifmap_is_receiver(port, source, dest))
			continue;
		/* The host has no need to hear itself on its other end. */
		if (from_host && port->is_self)
			continue;
		vifmap_stats_inc(from, VIFMAP_A_STATS_COPIES);
		vifmap_deliver_copy(port, skb, from, may_receive);
	}
	nesting->flooding = false;
}

static void vifmap_announce_entry(struct vifmap_dev *vd, u64 key)
{
	struct net_device *pdev = vd->pdev;
	u8 addr[ETH_ALEN];
	struct sk_buff *skb;

	if (!key)
		return;
	vifmap_key_to_addr(key, addr);
	skb = arp_create(ARPOP_RREQUEST, ETH_P_RARP, 0, pdev, 0, NULL, addr,
			 addr);
	if (!skb)
		return;

	/* Not one of the host's: its vifs need not be told. */
	skb->skb_iif = vifmap_self_iif(vd);
	rcu_read_lock_bh();
	if (vifmap_egress_is_alone(vd))
		nf_skip_egress(skb, true);
	dev_queue_xmit(skb);
	rcu_read_unlock_bh();
}

/**
 * vifmap_announce_rtnl() - Tell the wire where the vifs' addresses are.
 * @vd: The device.
 *
 * Sends a reverse ARP request from each active entry, as hypervisors do after
 * a migration: switches learn from its source, and nobody answers it.
 *
 * Context: RTNL held.
 */
void vifmap_announce_rtnl(struct vifmap_dev *vd)
{
	struct vifmap_entry *entry;
	struct vifmap_port *port;

	ASSERT_RTNL();
	if (!vd->up || !(vd->pdev->flags & IFF_UP))
		return;

	list_for_each_entry(port, &vd->ports, list) {
		list_for_each_entry_rcu(entry, &port->entries, list,
					lockdep_rtnl_is_held()) {
			vifmap_announce_entry(vd, READ_ONCE(entry->key));
			cond_resched();
		}
	}
}
