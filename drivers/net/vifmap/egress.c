// SPDX-License-Identifier: GPL-2.0
/*
 * The host's own frames, as they leave through the pdev
 *
 * They are seen by the netdev egress hook, last in priority, so that the
 * administrator's rules come first. What bypasses the hook bypasses vifmap:
 * frames that tc redirects, netpoll, AF_XDP, pktgen in its default mode, and
 * packet sockets with PACKET_QDISC_BYPASS.
 */
#include <linux/etherdevice.h>
#include <linux/netfilter_netdev.h>
#include <linux/rtnetlink.h>
#include <net/net_namespace.h>

#include "trace.h"
#include "vifmap.h"

/* A frame that vifmap itself sends to the wire, on its way through the
 * administrator's rules. The host's own have no input device, and those it
 * forwards have one that is not a vif of this map.
 */
static bool vifmap_egress_is_own(const struct vifmap_dev *vd,
				 const struct sk_buff *skb)
{
	const struct vifmap_port *port;
	const struct net_device *dev;

	if (skb->skb_iif == vifmap_self_iif(vd))
		return true;

	dev = dev_get_by_index_rcu(dev_net(vd->dev), skb->skb_iif);
	if (!dev)
		return false;

	port = vifmap_port_get_rcu(dev);
	return port && port->vd == vd;
}

static noinline unsigned int vifmap_egress_unicast(struct vifmap_dev *vd,
						   struct vifmap_port *to,
						   struct sk_buff *skb)
{
	vifmap_stats_add_frame(vd->host_stats, VIFMAP_A_STATS_RX_PACKETS,
			       skb->len);

	/* pktgen sends the same frame again. */
	skb = skb_share_check(skb, GFP_ATOMIC);
	if (unlikely(!skb)) {
		vifmap_stats_inc(vd->host_stats, VIFMAP_A_STATS_DROP_NO_MEMORY);
		trace_vifmap_drop(NULL, to->dev, VIFMAP_A_STATS_DROP_NO_MEMORY);
		return NF_STOLEN;
	}

	vifmap_skb_set_inband_tag(skb);
	__skb_pull(skb, ETH_HLEN);
	if (unlikely(!READ_ONCE(vd->options.host)))
		vifmap_drop(skb, vd->host_stats, VIFMAP_A_STATS_DROP_HOST_OFF);
	else if (unlikely(to->is_self))
		vifmap_drop(skb, vd->host_stats, VIFMAP_A_STATS_DROP_HAIRPIN);
	else
		vifmap_deliver_queue(to, skb, vd->host_stats);
	return NF_STOLEN;
}

/* Copies for vifs; the frame itself leaves as it would without vifmap. */
static noinline unsigned int vifmap_egress_flood(struct vifmap_dev *vd,
						 struct sk_buff *skb)
{
	unsigned int len = skb->len;

	if (!READ_ONCE(vd->options.host))
		return NF_ACCEPT;

	vifmap_stats_add_frame(vd->host_stats, VIFMAP_A_STATS_RX_PACKETS, len);
	vifmap_stats_inc(vd->host_stats, VIFMAP_A_STATS_FLOODED);

	vifmap_skb_set_inband_tag(skb);
	__skb_pull(skb, ETH_HLEN);
	vifmap_flood_vifs(vd, NULL, skb, vd->host_stats);
	__skb_push(skb, ETH_HLEN);

	vifmap_stats_inc(vd->host_stats, VIFMAP_A_STATS_COPIES);
	vifmap_stats_inc(vd->host_stats, VIFMAP_A_STATS_WIRE);
	vifmap_stats_add_frame(vd->wire_stats, VIFMAP_A_STATS_TX_PACKETS, len);
	return NF_ACCEPT;
}

/* Most of what the host sends is for the wire. That way makes no call, so that
 * nothing need be saved: all that makes one is a function that ends it.
 */
static __always_inline unsigned int vifmap_egress_host(struct vifmap_dev *vd,
						       struct sk_buff *skb)
{
	const struct ethhdr *eth = skb_eth_hdr(skb);
	const struct vifmap_entry *entry;

	if (unlikely(is_multicast_ether_addr(eth->h_dest)))
		return vifmap_egress_flood(vd, skb);

	entry = vifmap_map_lookup_rcu(&vd->map, vifmap_key(eth->h_dest));
	if (likely(!entry || !entry->port))
		return NF_ACCEPT;
	return vifmap_egress_unicast(vd, entry->port, skb);
}

/* The header is not where it can be read, or the host may not be who sends. */
static noinline unsigned int vifmap_egress_doubtful(struct vifmap_dev *vd,
						    struct sk_buff *skb)
{
	if (!pskb_may_pull(skb, ETH_HLEN))
		return NF_ACCEPT;
	if (skb->skb_iif && vifmap_egress_is_own(vd, skb))
		return NF_ACCEPT;

	return vifmap_egress_host(vd, skb);
}

static unsigned int vifmap_egress(void *priv, struct sk_buff *skb,
				  const struct nf_hook_state *state)
{
	struct vifmap_dev *vd = priv;

	if (unlikely(!READ_ONCE(vd->up)))
		return NF_ACCEPT;
	if (unlikely(skb_headlen(skb) < ETH_HLEN || skb->skb_iif))
		return vifmap_egress_doubtful(vd, skb);

	return vifmap_egress_host(vd, skb);
}

/**
 * vifmap_egress_init_rtnl() - Begin to see the host's frames.
 * @vd: The device; it has its pdev.
 * @extack: Says so where the kernel has no such hook, which is no error.
 *
 * Context: RTNL held.
 * Return: 0 or a negative error.
 */
int vifmap_egress_init_rtnl(struct vifmap_dev *vd,
			    struct netlink_ext_ack *extack)
{
	int err;

	ASSERT_RTNL();

	vd->egress_ops = (struct nf_hook_ops) {
		.hook		= vifmap_egress,
		.dev		= vd->pdev,
		.priv		= vd,
		.pf		= NFPROTO_NETDEV,
		.hooknum	= NF_NETDEV_EGRESS,
		.priority	= INT_MAX,
	};
	err = nf_register_net_hook(dev_net(vd->pdev), &vd->egress_ops);
	if (err == -EOPNOTSUPP) {
		NL_SET_ERR_MSG(extack,
			       "This kernel has no netdev egress hook: the host does not reach vifs through the physical device; use host-port");
		netdev_warn(vd->dev, "no netdev egress hook: the host does not reach vifs through %s\n",
			    vd->pdev->name);
		return 0;
	}
	if (err) {
		NL_SET_ERR_MSG(extack, "Cannot register the egress hook");
		return err;
	}

	WRITE_ONCE(vd->egress_hook, true);
	return 0;
}

/**
 * vifmap_egress_exit_rtnl() - Leave the host's frames alone again.
 * @vd: The device; it still has its pdev, in the namespace it was in.
 *
 * The hook may still run on another CPU until the next RCU grace period.
 *
 * Context: RTNL held.
 */
void vifmap_egress_exit_rtnl(struct vifmap_dev *vd)
{
	ASSERT_RTNL();

	if (!vd->egress_hook)
		return;

	WRITE_ONCE(vd->egress_hook, false);
	nf_unregister_net_hook(dev_net(vd->pdev), &vd->egress_ops);
}
