/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tracepoints: what becomes of each frame
 *
 * The devices, outcomes and reasons are texts, so that a program that reads
 * the events needs no table of this module. Names of devices mean something in
 * the network namespace that vifs and pdev are in: netns is its number, as
 * /proc/PID/ns/net has it.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM vifmap

#if !defined(_VIFMAP_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _VIFMAP_TRACE_H

#include <linux/etherdevice.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <linux/tracepoint.h>

#include "stats.h"

/* Room for the names that the events have for outcomes and reasons: none is
 * longer than a device's.
 */
#define VIFMAP_TRACE_NAME	IFNAMSIZ

/**
 * vifmap_forward() - vifmap hands a frame, or a copy of it, on.
 * @skb: The frame, as a rx_handler sees it, with the device it came by.
 * @to: Where it goes: a vif, or the pdev for the host and the wire.
 * @outcome: VIFMAP_A_STATS_DELIVERED, VIFMAP_A_STATS_HOST or
 *	VIFMAP_A_STATS_WIRE.
 *
 * What is refused while it is handed over is also dropped. What vifmap leaves
 * to the stack, as the host's own frames, is not forwarded.
 */
TRACE_EVENT(vifmap_forward,

	TP_PROTO(const struct sk_buff *skb, const struct net_device *to,
		 unsigned int outcome),

	TP_ARGS(skb, to, outcome),

	TP_STRUCT__entry(
		__array(char,	from,		IFNAMSIZ)
		__array(char,	to,		IFNAMSIZ)
		__array(char,	outcome,	VIFMAP_TRACE_NAME)
		__array(u8,	source,		ETH_ALEN)
		__array(u8,	dest,		ETH_ALEN)
		__field(u16,	protocol)
		__field(u32,	len)
		__field(u32,	netns)
	),

	TP_fast_assign(
		strscpy(__entry->from, skb->dev->name, IFNAMSIZ);
		strscpy(__entry->to, to->name, IFNAMSIZ);
		strscpy(__entry->outcome, vifmap_stats_name(outcome),
			VIFMAP_TRACE_NAME);
		ether_addr_copy(__entry->source, eth_hdr(skb)->h_source);
		ether_addr_copy(__entry->dest, eth_hdr(skb)->h_dest);
		__entry->protocol = ntohs(skb->protocol);
		__entry->len = skb->len + ETH_HLEN;
		__entry->netns = dev_net(to)->ns.inum;
	),

	TP_printk("from=%s to=%s outcome=%s source=%pM dest=%pM protocol=%#06x len=%u netns=%u",
		  __entry->from, __entry->to, __entry->outcome,
		  __entry->source, __entry->dest, __entry->protocol,
		  __entry->len, __entry->netns)
);

/**
 * vifmap_drop() - vifmap drops a frame, or one copy of it.
 * @skb: The frame, as a rx_handler sees it, with the device it came by; NULL
 *	when it is gone already.
 * @to: Where it was to go; NULL if that has not been found out.
 * @reason: VIFMAP_A_STATS_DROP_*, which has been counted.
 */
TRACE_EVENT(vifmap_drop,

	TP_PROTO(const struct sk_buff *skb, const struct net_device *to,
		 unsigned int reason),

	TP_ARGS(skb, to, reason),

	TP_STRUCT__entry(
		__array(char,	from,		IFNAMSIZ)
		__array(char,	to,		IFNAMSIZ)
		__array(char,	reason,		VIFMAP_TRACE_NAME)
		__array(u8,	source,		ETH_ALEN)
		__array(u8,	dest,		ETH_ALEN)
		__field(u16,	protocol)
		__field(u32,	len)
		__field(u32,	netns)
	),

	TP_fast_assign(
		strscpy(__entry->from, skb ? skb->dev->name : "", IFNAMSIZ);
		strscpy(__entry->to, to ? to->name : "", IFNAMSIZ);
		strscpy(__entry->reason, vifmap_stats_reason(reason),
			VIFMAP_TRACE_NAME);
		if (skb) {
			ether_addr_copy(__entry->source,
					eth_hdr(skb)->h_source);
			ether_addr_copy(__entry->dest, eth_hdr(skb)->h_dest);
		} else {
			eth_zero_addr(__entry->source);
			eth_zero_addr(__entry->dest);
		}
		__entry->protocol = skb ? ntohs(skb->protocol) : 0;
		__entry->len = skb ? skb->len + ETH_HLEN : 0;
		__entry->netns = !skb && !to ? 0 :
			dev_net(skb ? skb->dev : to)->ns.inum;
	),

	TP_printk("from=%s to=%s reason=%s source=%pM dest=%pM protocol=%#06x len=%u netns=%u",
		  __entry->from, __entry->to, __entry->reason,
		  __entry->source, __entry->dest, __entry->protocol,
		  __entry->len, __entry->netns)
);

#endif /* _VIFMAP_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace

#include <trace/define_trace.h>
