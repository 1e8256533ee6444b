// SPDX-License-Identifier: GPL-2.0
/*
 * Where a frame goes: what arrives from the wire and from vifs
 *
 * The host's own frames are in egress.c. The map and the options are only
 * read here, under the RCU read lock that every rx_handler is called with;
 * a unicast frame costs one look-up and no allocation, lock or shared write.
 * The source of a vif's frame costs nothing while it is that of the frame
 * before; another one is looked up, and noted in the port.
 */
#include <linux/etherdevice.h>
#include <linux/jiffies.h>

#include "direct.h"
#include "trace.h"
#include "vifmap.h"

/**
 * vifmap_rate_set() - Set how many floods a second may pass.
 * @rate: The rate.
 * @pps: Frames a second; 0 is no limit.
 */
void vifmap_rate_set(struct vifmap_rate *rate, u32 pps)
{
	spin_lock_bh(&rate->lock);
	rate->tokens = (u64)pps * HZ;
	rate->filled = jiffies;
	WRITE_ONCE(rate->pps, pps);
	spin_unlock_bh(&rate->lock);
}

/* Only broadcast and multicast frames come here, so the lock is allowed. */
static bool vifmap_rate_allows(struct vifmap_rate *rate)
{
	unsigned long now;
	bool allowed;

	if (!READ_ONCE(rate->pps))
		return true;

	spin_lock(&rate->lock);
	now = jiffies;
	rate->tokens = min_t(u64, rate->tokens +
				  (u64)(now - rate->filled) * rate->pps,
			     (u64)rate->pps * HZ);
	rate->filled = now;
	allowed = rate->tokens >= HZ;
	if (allowed)
		rate->tokens -= HZ;
	spin_unlock(&rate->lock);
	return allowed;
}

/* A frame to a group whose source is mapped here: a guest must never hear
 * itself, and an address that broadcasts from beyond is no longer here.
 */
static void vifmap_rx_reflected(struct vifmap_dev *vd,
				const struct vifmap_entry *entry)
{
	vifmap_stats_inc(vd->wire_stats, VIFMAP_A_STATS_REFLECTED);
	if (!entry->port)
		return;

	if (entry->origin == VIFMAP_ORIGIN_LEARNED)
		vifmap_unlearn(vd, entry->addr);
	vifmap_alert(vd, VIFMAP_ALERT_TYPE_MOVED, entry->port, entry->addr);
}

/* Copies of a frame to a group, for vifs; the host gets the frame itself. */
static void vifmap_rx_wire_flood(struct vifmap_dev *vd, struct sk_buff *skb)
{
	const struct ethhdr *eth = eth_hdr(skb);
	const struct vifmap_entry *entry;
	unsigned int reason;

	entry = vifmap_map_lookup_rcu(&vd->map, vifmap_key(eth->h_source));
	if (unlikely(entry)) {
		vifmap_rx_reflected(vd, entry);
		return;
	}
	/* PAUSE is between the pdev and its neighbour, whatever the masks. */
	if (is_link_local_ether_addr(eth->h_dest) &&
	    eth->h_dest[5] == VIFMAP_LINK_LOCAL_PAUSE)
		return;

	if (unlikely(!is_valid_ether_addr(eth->h_source)))
		reason = VIFMAP_A_STATS_DROP_BAD_SOURCE;
	else if (unlikely(vifmap_skb_has_long_header(skb, eth)))
		reason = VIFMAP_A_STATS_DROP_MALFORMED;
	else if (unlikely(!vifmap_rate_allows(&vd->flood)))
		reason = VIFMAP_A_STATS_DROP_FLOOD_RATE;
	else
		reason = 0;

	vifmap_stats_inc(vd->wire_stats, VIFMAP_A_STATS_COPIES);
	if (unlikely(reason)) {
		vifmap_stats_inc(vd->wire_stats, reason);
		trace_vifmap_drop(skb, NULL, reason);
		return;
	}
	vifmap_stats_inc(vd->wire_stats, VIFMAP_A_STATS_FLOODED);
	vifmap_flood_vifs(vd, NULL, skb, vd->wire_stats);
}

static rx_handler_result_t vifmap_rx_pass(struct vifmap_dev *vd,
					  unsigned int len)
{
	vifmap_stats_add_frame(vd->host_stats, VIFMAP_A_STATS_TX_PACKETS, len);
	vifmap_stats_inc(vd->wire_stats, VIFMAP_A_STATS_HOST);
	return RX_HANDLER_PASS;
}

static noinline rx_handler_result_t vifmap_rx_wire_group(struct vifmap_dev *vd,
							 struct sk_buff *skb)
{
	unsigned int len = skb->len + ETH_HLEN;

	vifmap_stats_add_frame(vd->wire_stats, VIFMAP_A_STATS_RX_PACKETS, len);
	vifmap_rx_wire_flood(vd, skb);
	return vifmap_rx_pass(vd, len);
}

/* A unicast frame that is for nobody here: the stack drops what is not its own.
 */
static noinline rx_handler_result_t
vifmap_rx_wire_unmapped(struct vifmap_dev *vd, const struct sk_buff *skb,
			const struct vifmap_entry *entry)
{
	if (!entry)
		vifmap_stats_inc(vd->wire_stats, VIFMAP_A_STATS_UNKNOWN);
	return vifmap_rx_pass(vd, skb->len + ETH_HLEN);
}

/* The frame is not shared any more afterwards, unless there is none. */
static noinline struct sk_buff *
vifmap_rx_unshare(struct sk_buff **pskb, struct vifmap_pcpu_stats *stats)
{
	*pskb = skb_share_check(*pskb, GFP_ATOMIC);
	if (unlikely(!*pskb)) {
		vifmap_stats_inc_here(stats, VIFMAP_A_STATS_DROP_NO_MEMORY);
		trace_vifmap_drop(NULL, NULL, VIFMAP_A_STATS_DROP_NO_MEMORY);
	}
	return *pskb;
}

/* A unicast frame that no vif may have. */
static noinline rx_handler_result_t vifmap_rx_wire_odd(struct vifmap_dev *vd,
						       struct sk_buff **pskb)
{
	const struct vifmap_entry *entry;
	struct vifmap_pcpu_stats *stats;
	struct sk_buff *skb = *pskb;
	const struct ethhdr *eth;

	stats = this_cpu_ptr(vd->wire_stats);
	vifmap_stats_add_frame_here(stats, VIFMAP_A_STATS_RX_PACKETS,
				    skb->len + ETH_HLEN);
	eth = eth_hdr(skb);
	entry = vifmap_map_lookup_rcu(&vd->map, vifmap_key(eth->h_dest));
	if (!entry || !entry->port)
		return vifmap_rx_wire_unmapped(vd, skb, entry);

	vifmap_drop(skb, vd->wire_stats,
		    is_valid_ether_addr(eth->h_source) ?
		    VIFMAP_A_STATS_DROP_MALFORMED :
		    VIFMAP_A_STATS_DROP_BAD_SOURCE);
	return RX_HANDLER_CONSUMED;
}

static noinline rx_handler_result_t
vifmap_rx_wire_unicast(struct vifmap_dev *vd, struct sk_buff **pskb,
		       const struct ethhdr *eth)
{
	u64 dest = vifmap_key(eth->h_dest);
	const struct vifmap_entry *entry;
	struct vifmap_pcpu_stats *stats;
	struct sk_buff *skb = *pskb;
	struct vifmap_port *to;

	if (unlikely(!vifmap_key_is_station(vifmap_key(eth->h_source)) ||
		     vifmap_skb_has_long_header(skb, eth)))
		return vifmap_rx_wire_odd(vd, pskb);

	stats = this_cpu_ptr(vd->wire_stats);
	vifmap_stats_add_frame_here(stats, VIFMAP_A_STATS_RX_PACKETS,
				    skb->len + ETH_HLEN);
	entry = vifmap_map_lookup_rcu(&vd->map, dest);
	if (unlikely(!entry))
		return vifmap_rx_wire_unmapped(vd, skb, NULL);
	to = entry->port;
	if (unlikely(!to))
		return vifmap_rx_wire_unmapped(vd, skb, entry);

	if (unlikely(skb_shared(skb))) {
		skb = vifmap_rx_unshare(pskb, stats);
		if (!skb)
			return RX_HANDLER_CONSUMED;
	}
	if (likely(vifmap_direct_unicast(to, skb, dest, stats)))
		return RX_HANDLER_ANOTHER;
	return vifmap_deliver_vif(to, skb, to->vd->wire_stats);
}

/**
 * vifmap_rx_wire() - Take a frame that the pdev received.
 * @pskb: The frame.
 *
 * The host's own frames are the first test: they cost next to nothing.
 *
 * Context: rx_handler of the pdev; RCU read lock held, bottom halves off.
 * Return: what becomes of the frame.
 */
rx_handler_result_t vifmap_rx_wire(struct sk_buff **pskb)
{
	struct sk_buff *skb = *pskb;
	const struct ethhdr *eth;
	struct vifmap_dev *vd;

	eth = eth_hdr(skb);
	if (skb->pkt_type == PACKET_HOST) {
		/* From a vif, by way of vifmap_deliver_host(). */
		if (unlikely(is_multicast_ether_addr(eth->h_dest)))
			vifmap_host_restore_type(skb);
		return RX_HANDLER_PASS;
	}

	vd = rcu_dereference(skb->dev->rx_handler_data);
	/* What dev_loopback_xmit() sends has no Ethernet header. */
	if (unlikely(skb->pkt_type == PACKET_LOOPBACK || !vifmap_peek(vd->up)))
		return RX_HANDLER_PASS;

	if (is_multicast_ether_addr(eth->h_dest))
		return vifmap_rx_wire_group(vd, skb);
	return vifmap_rx_wire_unicast(vd, pskb, eth);
}

static bool vifmap_source_refuse(struct vifmap_port *port, u64 key)
{
	if (READ_ONCE(port->spoofed) != key)
		WRITE_ONCE(port->spoofed, key);
	vifmap_alert(port->vd, VIFMAP_ALERT_TYPE_SPOOFED, port, key);
	return false;
}

/* Whether a source was found good since the map changed last. */
static bool vifmap_source_is_known(const struct vifmap_port *port, u64 key)
{
	u16 generation = vifmap_map_generation(&port->vd->map);

	return (u64)atomic64_read(&port->source) == (key | generation) &&
	       time_before(jiffies, vifmap_peek(port->source_until));
}

/* The whole of the source check; a good source is remembered, for a second at
 * the most, for the short of it.
 */
static bool vifmap_source_lookup(struct vifmap_port *port, u64 key)
{
	u16 generation = vifmap_map_generation(&port->vd->map);
	struct vifmap_entry *entry;

	entry = vifmap_map_lookup_rcu(&port->vd->map, key);
	if (entry) {
		if (entry->port != port)
			return vifmap_source_refuse(port, key);
		vifmap_entry_use(entry);
	} else if (!vifmap_learn(port, key) &&
		   READ_ONCE(port->options.spoofcheck)) {
		return vifmap_source_refuse(port, key);
	}

	WRITE_ONCE(port->source_until, jiffies + HZ);
	atomic64_set(&port->source, key | generation);
	return true;
}

/* Why a frame from a vif is not even looked at further, or 0.
 *
 * The generation has 16 bits: a source that was good is taken for good again
 * when the map changes 65536 times, to the one, within a second.
 */
static noinline unsigned int vifmap_rx_check(struct vifmap_port *port,
					     const struct sk_buff *skb)
{
	const struct ethhdr *eth = eth_hdr(skb);
	u64 source = vifmap_key(eth->h_source);
	struct vifmap_dev *vd = port->vd;

	if (unlikely(!READ_ONCE(vd->up)))
		return VIFMAP_A_STATS_DROP_DOWN;
	if (unlikely(vifmap_skb_has_long_header(skb, eth)))
		return VIFMAP_A_STATS_DROP_MALFORMED;

	if (unlikely(!vifmap_source_is_known(port, source))) {
		if (!vifmap_key_is_station(source))
			return VIFMAP_A_STATS_DROP_BAD_SOURCE;
		if (!vifmap_source_lookup(port, source))
			return VIFMAP_A_STATS_DROP_SPOOFED;
	}

	if (unlikely(vifmap_skb_is_tagged(skb))) {
		if (!READ_ONCE(port->options.trunk))
			return VIFMAP_A_STATS_DROP_VLAN;
		vifmap_vlan_note(vd, skb);
	}
	return 0;
}

/* What nearly every frame is: one that vifmap_rx_check() would find good. The
 * stack has put a tag that was in the frame into its metadata.
 */
static bool vifmap_rx_is_good(const struct vifmap_port *port,
			      const struct sk_buff *skb,
			      const struct ethhdr *eth)
{
	return likely(vifmap_peek(port->vd->up)) &&
	       likely(!vifmap_skb_has_long_header(skb, eth)) &&
	       likely(vifmap_source_is_known(port,
					     vifmap_key(eth->h_source))) &&
	       likely(!skb_vlan_tag_present(skb));
}

static rx_handler_result_t
vifmap_rx_port_unicast(struct vifmap_port *port, struct sk_buff *skb,
		       const struct ethhdr *eth,
		       struct vifmap_pcpu_stats *stats)
{
	u64 dest = vifmap_key(eth->h_dest);
	struct vifmap_dev *vd = port->vd;
	const struct vifmap_entry *entry;
	struct vifmap_port *to;

	entry = vifmap_map_lookup_rcu(&vd->map, dest);
	if (!entry) {
		vifmap_deliver_wire(vd, skb, port->stats);
		return RX_HANDLER_CONSUMED;
	}
	to = entry->port;
	if (!to)
		return vifmap_deliver_host(vd, skb, port->stats);

	if (unlikely(to == port))
		vifmap_drop(skb, port->stats, VIFMAP_A_STATS_DROP_HAIRPIN);
	else if (unlikely(vifmap_peek(port->options.isolated) &&
			  READ_ONCE(to->options.isolated)))
		vifmap_drop(skb, port->stats, VIFMAP_A_STATS_DROP_ISOLATED);
	else if (likely(vifmap_direct_unicast(to, skb, dest, stats)))
		return RX_HANDLER_ANOTHER;
	else
		return vifmap_deliver_vif(to, skb, port->stats);
	return RX_HANDLER_CONSUMED;
}

/* Link-local frames are for the neighbour on the wire, and for nobody else. */
static void vifmap_rx_port_link_local(struct vifmap_port *port,
				      struct sk_buff *skb)
{
	u8 last = eth_hdr(skb)->h_dest[5];

	if (READ_ONCE(port->options.link_local) & BIT(last))
		vifmap_deliver_wire(port->vd, skb, port->stats);
	else
		vifmap_drop(skb, port->stats, VIFMAP_A_STATS_DROP_LINK_LOCAL);
}

/* One copy to the wire, where the frame itself goes to the host. */
static void vifmap_rx_port_copy_wire(struct vifmap_port *port,
				     struct sk_buff *skb)
{
	struct vifmap_dev *vd = port->vd;
	struct sk_buff *copy;

	copy = skb_clone(skb, GFP_ATOMIC);
	if (likely(copy)) {
		vifmap_deliver_wire(vd, copy, port->stats);
		return;
	}
	vifmap_count_drop(skb, port->stats, vd->pdev, vd->wire_stats,
			  VIFMAP_A_STATS_DROP_NO_MEMORY);
}

static noinline rx_handler_result_t
vifmap_rx_port_group(struct vifmap_port *port, struct sk_buff *skb)
{
	struct vifmap_dev *vd = port->vd;

	if (unlikely(is_link_local_ether_addr(eth_hdr(skb)->h_dest))) {
		vifmap_rx_port_link_local(port, skb);
		return RX_HANDLER_CONSUMED;
	}
	if (unlikely(!vifmap_rate_allows(&port->flood))) {
		vifmap_drop(skb, port->stats, VIFMAP_A_STATS_DROP_FLOOD_RATE);
		return RX_HANDLER_CONSUMED;
	}

	vifmap_stats_inc(port->stats, VIFMAP_A_STATS_FLOODED);
	vifmap_flood_vifs(vd, port, skb, port->stats);

	/* The last receiver gets the frame itself. */
	vifmap_stats_inc(port->stats, VIFMAP_A_STATS_COPIES);
	if (!READ_ONCE(vd->options.host) || port->is_self) {
		vifmap_deliver_wire(vd, skb, port->stats);
		return RX_HANDLER_CONSUMED;
	}
	vifmap_rx_port_copy_wire(port, skb);
	vifmap_stats_inc(port->stats, VIFMAP_A_STATS_COPIES);
	return vifmap_deliver_host(vd, skb, port->stats);
}

/**
 * vifmap_rx_vif() - Take a frame that a vif sent.
 * @pskb: The frame.
 *
 * Context: rx_handler of a vif; RCU read lock held, bottom halves off.
 * Return: what becomes of the frame.
 */
rx_handler_result_t vifmap_rx_vif(struct sk_buff **pskb)
{
	struct vifmap_pcpu_stats *stats;
	struct sk_buff *skb = *pskb;
	const struct ethhdr *eth;
	struct vifmap_port *port;
	unsigned int reason;

	/* What dev_loopback_xmit() sends has no Ethernet header. */
	if (unlikely(skb->pkt_type == PACKET_LOOPBACK))
		return RX_HANDLER_PASS;

	/* The handler may have been unset meanwhile, its data has not. */
	port = rcu_dereference(skb->dev->rx_handler_data);
	stats = this_cpu_ptr(port->stats);
	vifmap_stats_add_frame_here(stats, VIFMAP_A_STATS_RX_PACKETS,
				    skb->len + ETH_HLEN);
	if (unlikely(skb_shared(skb))) {
		skb = vifmap_rx_unshare(pskb, stats);
		if (!skb)
			return RX_HANDLER_CONSUMED;
	}

	eth = eth_hdr(skb);
	if (unlikely(!vifmap_rx_is_good(port, skb, eth))) {
		reason = vifmap_rx_check(port, skb);
		if (reason) {
			vifmap_drop(skb, port->stats, reason);
			return RX_HANDLER_CONSUMED;
		}
	}
	if (is_multicast_ether_addr(eth->h_dest))
		return vifmap_rx_port_group(port, skb);
	return vifmap_rx_port_unicast(port, skb, eth, stats);
}

static void vifmap_rx_self_unicast(struct vifmap_port *self,
				   struct sk_buff *skb)
{
	const struct vifmap_entry *entry;
	struct vifmap_dev *vd = self->vd;

	entry = vifmap_map_lookup_rcu(&vd->map,
				      vifmap_key(eth_hdr(skb)->h_dest));
	if (!entry)
		vifmap_deliver_wire(vd, skb, self->stats);
	else if (unlikely(!entry->port || entry->port == self))
		vifmap_drop(skb, self->stats, VIFMAP_A_STATS_DROP_HAIRPIN);
	else
		vifmap_deliver_queue(entry->port, skb, self->stats);
}

/**
 * vifmap_rx_self() - Take a frame that the vifmap device itself sent.
 * @self: The vifmap device as an end.
 * @skb: The frame, as a rx_handler would see it; taken over.
 *
 * It comes from a transmit path, in which nobody receives, and from the host,
 * which is no receiver either: its frames are always consumed.
 *
 * Context: RCU read lock held, bottom halves off.
 */
void vifmap_rx_self(struct vifmap_port *self, struct sk_buff *skb)
{
	unsigned int reason;

	vifmap_stats_add_frame(self->stats, VIFMAP_A_STATS_RX_PACKETS,
			       skb->len + ETH_HLEN);
	reason = vifmap_rx_check(self, skb);
	if (unlikely(reason))
		vifmap_drop(skb, self->stats, reason);
	else if (is_multicast_ether_addr(eth_hdr(skb)->h_dest))
		vifmap_rx_port_group(self, skb);
	else
		vifmap_rx_self_unicast(self, skb);
}
