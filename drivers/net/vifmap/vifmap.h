/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _VIFMAP_H
#define _VIFMAP_H

#include <linux/etherdevice.h>
#include <linux/if_vlan.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/netfilter_netdev.h>
#include <linux/workqueue.h>
#include <uapi/linux/vifmap.h>
#include <uapi/linux/vifmap_link.h>

#include "map.h"
#include "stats.h"

/* Entries of a new device's map: eight for each of 128 guests. */
#define VIFMAP_DEFAULT_MAX_MACS		1024

/* Broadcast and multicast frames a second from the wire: far more than a
 * healthy network has, and at 300 vifs still less than half of a CPU.
 */
#define VIFMAP_DEFAULT_FLOOD_RATE	1000

/* The X of 01:80:c2:00:00:0X that PAUSE frames are sent to. */
#define VIFMAP_LINK_LOCAL_PAUSE		1

/* How often the work takes RTNL at the most, whatever guests do. */
#define VIFMAP_WORK_INTERVAL		(HZ / 10)

/* VLAN protocols that a tag can have: 802.1Q and 802.1ad. */
#define VIFMAP_VLAN_PROTOCOLS		2

/* VLANs of each protocol that are tried in the NIC's filter at once. */
#define VIFMAP_VLANS_AT_ONCE		64

/* Alerts that wait for the work to send them; more are not worth keeping. */
#define VIFMAP_ALERT_SLOTS		16

/**
 * enum vifmap_shortcut - How a vif can be reached without its queue.
 * @VIFMAP_SHORTCUT_NONE: Not at all.
 * @VIFMAP_SHORTCUT_PEER: It is a veth, whose peer can receive the frame.
 * @VIFMAP_SHORTCUT_TAP: It is a tap, whose driver can be given the frame.
 */
enum vifmap_shortcut {
	VIFMAP_SHORTCUT_NONE,
	VIFMAP_SHORTCUT_PEER,
	VIFMAP_SHORTCUT_TAP,
};

/**
 * struct vifmap_rate - How many floods a second an end may send.
 * @lock: Guards @tokens and @filled.
 * @tokens: Frames that may pass now, in HZ-ths of a frame.
 * @filled: When @tokens was last filled up, in jiffies.
 * @pps: Frames a second, and the most that may pass at once; 0 is no limit.
 */
struct vifmap_rate {
	/* Guards the two that follow. */
	spinlock_t lock;
	u64 tokens;
	unsigned long filled;
	u32 pps;
};

/**
 * struct vifmap_alert - Something an administrator should look at.
 * @type: enum vifmap_alert_type.
 * @ifindex: The vif concerned; 0 for none.
 * @addr: The address concerned, as a key; 0 for none.
 */
struct vifmap_alert {
	u32 type;
	int ifindex;
	u64 addr;
};

/**
 * struct vifmap_port_options - Options of a port.
 * @learn: How many source addresses the port may learn.
 * @flood_rate: Broadcast and multicast frames a second it may send; 0 is no
 *	limit.
 * @link_local: Bit X: it may exchange frames to 01:80:c2:00:00:0X with the
 *	wire.
 * @delivery: enum vifmap_delivery.
 * @spoofcheck: Only its entries may be source addresses.
 * @isolated: It is cut off from other isolated ports.
 * @trunk: It may send and receive tagged frames.
 */
struct vifmap_port_options {
	u32 learn;
	u32 flood_rate;
	u16 link_local;
	u8 delivery;
	bool spoofcheck;
	bool isolated;
	bool trunk;
};

/**
 * struct vifmap_dev_options - Options of a vifmap device.
 * @max_macs: Entries the map may hold.
 * @learn: What &vifmap_port_options.learn of a new port is.
 * @flood_rate: Broadcast and multicast frames a second from the wire that are
 *	copied to vifs; 0 is no limit.
 * @host: Vifs and the host talk to each other.
 * @host_port: The vifmap device is an end of its own.
 */
struct vifmap_dev_options {
	u32 max_macs;
	u32 learn;
	u32 flood_rate;
	bool host;
	bool host_port;
};

/**
 * struct vifmap_port - An attached vif, or the vifmap device as an end.
 * @dev: The vif.
 * @peer: The peer of a vif that is a veth, else NULL.
 * @vd: The device that it is attached to.
 * @stats: Its counters.
 * @source: The last source address that was found good, as a key, with the
 *	generation of the map in the low 16 bits; 0 for none.
 * @source_until: When @source has to be looked up again, in jiffies, so that
 *	the entry's &vifmap_entry.used is written now and then.
 * @options: Its options; changed under RTNL, read at any time.
 * @is_self: It is &vifmap_dev.self.
 * @shortcut: enum vifmap_shortcut, as @options.delivery allows.
 * @spoofed: The last source address that was refused, as a key; 0 for none.
 * @flood: Its flood rate.
 * @list: Link in &vifmap_dev.ports; under RTNL.
 * @entries: Entries that lead to it; written under &vifmap_map.lock.
 * @slots: Entries kept ready for addresses to be learned; under
 *	&vifmap_map.lock.
 * @macs: Number of @entries; under &vifmap_map.lock.
 * @learned: How many of @entries were learned; under &vifmap_map.lock.
 * @slot_count: Number of @slots; under &vifmap_map.lock.
 * @dev_tracker: Tracks the reference to @dev.
 * @peer_tracker: Tracks the reference to @peer.
 * @rcu: Frees the port after the last reader.
 */
struct vifmap_port {
	/* Read for each frame. */
	struct net_device *dev;
	struct net_device *peer;
	struct vifmap_dev *vd;
	struct vifmap_pcpu_stats __percpu *stats;
	atomic64_t source;
	unsigned long source_until;
	struct vifmap_port_options options;
	bool is_self;
	u8 shortcut;

	u64 spoofed;
	struct vifmap_rate flood;
	struct list_head list;
	struct list_head entries;
	struct list_head slots;
	u32 macs;
	u32 learned;
	u32 slot_count;
	netdevice_tracker dev_tracker;
	netdevice_tracker peer_tracker;
	struct rcu_head rcu;
};

/**
 * struct vifmap_dev - A vifmap device; private data of its netdev.
 * @dev: The netdev.
 * @pdev: The physical device; NULL before it is joined and after it has been
 *	let go. Readers that came from it, or from a port, find it set.
 * @map: The map.
 * @up: The netdev is up: frames are looked at.
 * @options: Its options; changed under RTNL, read at any time.
 * @egress_hook: The host's frames are seen; under RTNL.
 * @ports: The attached vifs, and @self while it is an end; RCU.
 * @wire_stats: Counters of the wire.
 * @host_stats: Counters of the host.
 * @self: The vifmap device itself as an end (host-port).
 * @flood: Flood rate of the wire.
 * @egress_ops: The hook for the host's frames.
 * @host_entries: Entries of the host; written under &vifmap_map.lock.
 * @host_spare: An entry for the address that the host is about to have, if any;
 *	under RTNL.
 * @vlans_used: VLANs that trunk vifs have sent in, for each protocol.
 * @vlans_tried: Those of them that the pdev's VLAN filter was to take; under
 *	RTNL.
 * @vlans_filtered: Those of them that it has taken; under RTNL.
 * @trunks: Number of ends with trunk on; under RTNL.
 * @ports_count: Number of attached vifs; under RTNL.
 * @promisc: The alert about a pdev without filter has been raised; under RTNL.
 * @work: Does what the datapath leaves: the filter, notifications, alerts.
 * @work_next: When @work may run next, in jiffies.
 * @pending: Entries that the datapath added or removed, for @work.
 * @alert_lock: Guards @alerts and @alert_count.
 * @alerts: Alerts that wait for @work.
 * @alert_count: How many wait.
 * @alert_next: Per type, when the next may be raised, in jiffies.
 * @pdev_tracker: Tracks the reference to @pdev.
 */
struct vifmap_dev {
	/* Read for each frame. */
	struct net_device *dev;
	struct net_device *pdev;
	bool up;
	bool egress_hook;
	struct vifmap_dev_options options;
	struct list_head ports;
	struct vifmap_pcpu_stats __percpu *wire_stats;
	struct vifmap_pcpu_stats __percpu *host_stats;
	struct vifmap_map map;

	struct vifmap_port self;
	struct vifmap_rate flood;
	struct nf_hook_ops egress_ops;
	struct list_head host_entries;
	struct vifmap_entry *host_spare;
	DECLARE_BITMAP(vlans_used[VIFMAP_VLAN_PROTOCOLS], VLAN_N_VID);
	DECLARE_BITMAP(vlans_tried[VIFMAP_VLAN_PROTOCOLS], VLAN_N_VID);
	DECLARE_BITMAP(vlans_filtered[VIFMAP_VLAN_PROTOCOLS], VLAN_N_VID);
	u32 trunks;
	u32 ports_count;
	bool promisc;
	struct delayed_work work;
	unsigned long work_next;
	struct llist_head pending;
	/* Guards the two that follow. */
	spinlock_t alert_lock;
	struct vifmap_alert alerts[VIFMAP_ALERT_SLOTS];
	unsigned int alert_count;
	unsigned long alert_next[VIFMAP_ALERT_TYPE_PROMISC + 1];
	netdevice_tracker pdev_tracker;
};

/**
 * vifmap_skb_is_tagged() - Whether a received frame has a VLAN tag.
 * @skb: The frame.
 *
 * Return: true for a tag in the metadata or in the frame.
 */
static inline bool vifmap_skb_is_tagged(const struct sk_buff *skb)
{
	return skb_vlan_tag_present(skb) || eth_type_vlan(skb->protocol);
}

/**
 * vifmap_skb_has_long_header() - Whether more than Ethernet is before the data.
 * @skb: The frame, as a rx_handler sees it.
 * @eth: Its Ethernet header.
 *
 * See vifmap_vlan_check_rtnl(). Its addresses are where they always are.
 *
 * Return: true for a frame that must not be forwarded.
 */
static inline bool vifmap_skb_has_long_header(const struct sk_buff *skb,
					      const struct ethhdr *eth)
{
	return skb->data != (const u8 *)(eth + 1);
}

/**
 * vifmap_skb_set_inband_tag() - Believe a frame rather than its sender.
 * @skb: A frame that is being sent, its Ethernet header set.
 *
 * What a packet socket says the protocol is need not be what the frame has.
 */
static inline void vifmap_skb_set_inband_tag(struct sk_buff *skb)
{
	__be16 proto = eth_hdr(skb)->h_proto;

	if (unlikely(eth_type_vlan(proto)))
		skb->protocol = proto;
}

/**
 * vifmap_group_pkt_type() - The type of a frame to a group for a device.
 * @skb: The frame.
 * @dev: The device that receives it.
 *
 * Return: PACKET_BROADCAST or PACKET_MULTICAST.
 */
static inline unsigned char
vifmap_group_pkt_type(const struct sk_buff *skb, const struct net_device *dev)
{
	return ether_addr_equal_64bits(eth_hdr(skb)->h_dest, dev->broadcast) ?
	       PACKET_BROADCAST : PACKET_MULTICAST;
}

/**
 * vifmap_self_iif() - The skb_iif of what the vifmap device sends to the wire.
 * @vd: The device.
 *
 * The egress hook of the pdev knows vifmap's own frames by it. No device has
 * this index, so nothing that the host forwards is taken for one of them.
 *
 * Return: the index, negative.
 */
static inline int vifmap_self_iif(const struct vifmap_dev *vd)
{
	return -vd->dev->ifindex;
}

/**
 * vifmap_egress_is_alone() - Whether nobody else looks at the pdev's frames.
 * @vd: The device.
 *
 * Context: RCU read lock held.
 * Return: true if vifmap's hook is the only one.
 */
static inline bool vifmap_egress_is_alone(const struct vifmap_dev *vd)
{
	const struct nf_hook_entries *hooks;

	if (unlikely(!READ_ONCE(vd->egress_hook)))
		return false;

	hooks = netdev_egress_hooks_rcu(vd->pdev);
	return likely(hooks && hooks->num_hook_entries == 1);
}

/* dev.c */
bool vifmap_dev_is(const struct net_device *dev);
void vifmap_dev_setup(struct net_device *dev);
void vifmap_dev_set_addressing_rtnl(struct vifmap_dev *vd);
int vifmap_dev_set_host_port_rtnl(struct vifmap_dev *vd, bool on,
				  struct netlink_ext_ack *extack);
int vifmap_dev_set_options_rtnl(struct vifmap_dev *vd,
				const struct vifmap_dev_options *options,
				struct netlink_ext_ack *extack);

/* ethtool.c */
extern const struct ethtool_ops vifmap_ethtool_ops;

/* fdb.c */
int vifmap_fdb_add(struct ndmsg *ndm, struct nlattr *tb[],
		   struct net_device *dev, const unsigned char *addr, u16 vid,
		   u16 flags, bool *notified,
		   struct netlink_ext_ack *extack);
int vifmap_fdb_del(struct ndmsg *ndm, struct nlattr *tb[],
		   struct net_device *dev, const unsigned char *addr, u16 vid,
		   bool *notified, struct netlink_ext_ack *extack);
int vifmap_fdb_dump(struct sk_buff *skb, struct netlink_callback *cb,
		    struct net_device *dev, struct net_device *filter_dev,
		    int *idx);

/* link.c */
extern struct rtnl_link_ops vifmap_link_ops;

/* port.c */
int vifmap_port_init(void);
void vifmap_port_exit(void);
int vifmap_pdev_check_rtnl(struct net_device *pdev,
			   struct netlink_ext_ack *extack);
int vifmap_pdev_join_rtnl(struct vifmap_dev *vd, struct net_device *pdev,
			  struct netlink_ext_ack *extack);
void vifmap_pdev_leave_rtnl(struct vifmap_dev *vd, enum vifmap_reason reason);
struct vifmap_dev *vifmap_dev_of_pdev_rtnl(const struct net_device *pdev);
struct vifmap_port *vifmap_port_get_rtnl(const struct net_device *vif);
struct vifmap_port *vifmap_port_get_rcu(const struct net_device *vif);
int vifmap_port_attach_rtnl(struct vifmap_dev *vd, struct net_device *vif,
			    struct netlink_ext_ack *extack);
void vifmap_port_detach_rtnl(struct vifmap_port *port,
			     enum vifmap_reason reason);
int vifmap_port_set_options_rtnl(struct vifmap_port *port,
				 const struct vifmap_port_options *options,
				 struct netlink_ext_ack *extack);
void vifmap_self_link_rtnl(struct vifmap_dev *vd);
void vifmap_self_unlink_rtnl(struct vifmap_dev *vd);

/* entry.c */
int vifmap_entry_add_rtnl(struct vifmap_port *port, const u8 *addr, u8 origin,
			  bool active, struct netlink_ext_ack *extack);
void vifmap_entry_unlink(struct vifmap_map *map, struct vifmap_entry *entry,
			 enum vifmap_reason reason);
void vifmap_entry_queue(struct vifmap_dev *vd, struct vifmap_entry *entry);
void vifmap_entry_del_rtnl(struct vifmap_dev *vd, struct vifmap_entry *entry,
			   enum vifmap_reason reason);
int vifmap_entry_del_user_rtnl(struct vifmap_dev *vd,
			       struct vifmap_entry *entry,
			       struct netlink_ext_ack *extack);
int vifmap_entry_set_rtnl(struct vifmap_dev *vd, struct vifmap_entry *entry,
			  struct vifmap_port *port, bool active,
			  struct netlink_ext_ack *extack);
int vifmap_entry_set_all_rtnl(struct vifmap_port *port, bool active);
void vifmap_entry_flush_rtnl(struct vifmap_port *port,
			     enum vifmap_reason reason);
void vifmap_pending_rtnl(struct vifmap_dev *vd);
int vifmap_host_sync_rtnl(struct vifmap_dev *vd);
void vifmap_host_flush_rtnl(struct vifmap_dev *vd);
int vifmap_host_prepare_rtnl(struct vifmap_dev *vd, const u8 *addr,
			     struct netlink_ext_ack *extack);

/* learn.c */
int vifmap_learn_set_rtnl(struct vifmap_port *port, u32 learn,
			  struct netlink_ext_ack *extack);
void vifmap_learn_refill_rtnl(struct vifmap_port *port);
void vifmap_learn_purge_rtnl(struct vifmap_port *port);
bool vifmap_learn(struct vifmap_port *port, u64 addr);
void vifmap_unlearn(struct vifmap_dev *vd, u64 addr);
void vifmap_alert(struct vifmap_dev *vd, enum vifmap_alert_type type,
		  const struct vifmap_port *port, u64 addr);
void vifmap_work_schedule(struct vifmap_dev *vd);
void vifmap_work(struct work_struct *work);

/* vlan.c */
void vifmap_vlan_note(struct vifmap_dev *vd, const struct sk_buff *skb);
void vifmap_vlans_sync_rtnl(struct vifmap_dev *vd);
void vifmap_vlan_upper_rtnl(const struct vifmap_dev *vd,
			    const struct net_device *vlan,
			    struct netlink_ext_ack *extack);
int vifmap_vlan_check_rtnl(struct net_device *dev,
			   struct netlink_ext_ack *extack);
void vifmap_trunk_set_rtnl(struct vifmap_port *port, bool on,
			   struct netlink_ext_ack *extack);

/* rx.c */
rx_handler_result_t vifmap_rx_wire(struct sk_buff **pskb);
rx_handler_result_t vifmap_rx_vif(struct sk_buff **pskb);
void vifmap_rx_self(struct vifmap_port *port, struct sk_buff *skb);
void vifmap_rate_set(struct vifmap_rate *rate, u32 pps);

/* deliver.c */
void vifmap_count_drop(const struct sk_buff *skb,
		       struct vifmap_pcpu_stats __percpu *from,
		       const struct net_device *dev,
		       struct vifmap_pcpu_stats __percpu *to,
		       unsigned int reason);
void vifmap_drop(struct sk_buff *skb, struct vifmap_pcpu_stats __percpu *from,
		 unsigned int reason);
void vifmap_deliver_queue(struct vifmap_port *to, struct sk_buff *skb,
			  struct vifmap_pcpu_stats __percpu *from);
rx_handler_result_t
vifmap_deliver_vif(struct vifmap_port *to, struct sk_buff *skb,
		   struct vifmap_pcpu_stats __percpu *from);
void vifmap_deliver_wire(struct vifmap_dev *vd, struct sk_buff *skb,
			 struct vifmap_pcpu_stats __percpu *from);
rx_handler_result_t
vifmap_deliver_host(struct vifmap_dev *vd, struct sk_buff *skb,
		    struct vifmap_pcpu_stats __percpu *from);
void vifmap_host_restore_type(struct sk_buff *skb);
void vifmap_flood_vifs(struct vifmap_dev *vd, const struct vifmap_port *source,
		       struct sk_buff *skb,
		       struct vifmap_pcpu_stats __percpu *from);
void vifmap_announce_rtnl(struct vifmap_dev *vd);

/* direct.c */
bool vifmap_direct_peer(struct vifmap_port *to, struct sk_buff *skb);
int vifmap_direct_backlog(struct vifmap_port *to, struct sk_buff *skb);
int vifmap_direct_tap(struct sk_buff *skb);
void vifmap_direct_init_rtnl(struct vifmap_port *port);
void vifmap_direct_exit_rtnl(struct vifmap_port *port);
void vifmap_direct_set_rtnl(struct vifmap_port *port);

/* egress.c */
int vifmap_egress_init_rtnl(struct vifmap_dev *vd,
			    struct netlink_ext_ack *extack);
void vifmap_egress_exit_rtnl(struct vifmap_dev *vd);

/* netlink.c */
int vifmap_nl_init(void);
void vifmap_nl_exit(void);

/* netlink-msg.c */
void vifmap_nl_notify_dev(struct vifmap_dev *vd, u8 cmd,
			  enum vifmap_reason reason);
void vifmap_nl_notify_port(struct vifmap_port *port, u8 cmd,
			   enum vifmap_reason reason);
void vifmap_nl_notify_mac(struct vifmap_dev *vd,
			  const struct vifmap_entry *entry, u8 cmd,
			  enum vifmap_reason reason);
void vifmap_nl_changed_rtnl(void);
void vifmap_nl_notify_alert(struct vifmap_dev *vd,
			    const struct vifmap_alert *alert);

#endif /* _VIFMAP_H */
