/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _COMPAT_LINUX_NETDEVICE_H
#define _COMPAT_LINUX_NETDEVICE_H

#include_next <linux/netdevice.h>

/* An older name of the same */
#ifndef COMPAT_NETIF_GET_FLAGS
#define netif_get_flags		dev_get_flags
#endif

/**
 * netdev_has_tstats() - Whether the counters of a driver's device are those of
 *	dev_sw_netstats_tx_add().
 * @dev: The device, one of a driver that has some.
 *
 * Until the core made them, which it does since 6.7 and 6.1.120, a veth had
 * others in the same union, smaller ones, and nothing said so.
 *
 * Return: true if so.
 */
static inline bool netdev_has_tstats(const struct net_device *dev)
{
#ifdef COMPAT_PCPU_STAT_TYPE
	return dev->pcpu_stat_type == NETDEV_PCPU_STAT_TSTATS;
#else
	return false;
#endif
}

/**
 * netdev_tc_egress() - Whether there is something of tc on what a device sends.
 * @dev: The device.
 *
 * Return: nonzero if so.
 */
static inline unsigned long netdev_tc_egress(const struct net_device *dev)
{
#if defined(COMPAT_TCX_EGRESS) && defined(CONFIG_NET_XGRESS)
	/* It is not followed. */
	return (__force unsigned long)data_race(dev->tcx_egress);
#elif !defined(COMPAT_TCX_EGRESS) && defined(CONFIG_NET_CLS_ACT)
	/* It is not followed. */
	return (__force unsigned long)data_race(dev->miniq_egress);
#else
	return 0;
#endif
}

/**
 * netdev_nf_egress() - Whether netfilter looks at what a device sends.
 * @dev: The device.
 *
 * Return: nonzero if so.
 */
static inline unsigned long netdev_nf_egress(const struct net_device *dev)
{
#ifdef CONFIG_NETFILTER_EGRESS
	/* They are not called. */
	return (__force unsigned long)data_race(dev->nf_hooks_egress);
#else
	return 0;
#endif
}

/* Both were feature flags before 6.12, and the second has changed its name
 * since, in stable kernels, too: what the headers have is asked, by Kbuild
 * where the preprocessor cannot tell.
 */

/**
 * netdev_set_lltx() - The device does its own locking on transmit, if any.
 * @dev: The device.
 */
static inline void netdev_set_lltx(struct net_device *dev)
{
#ifdef NETIF_F_LLTX
	dev->features |= NETIF_F_LLTX;
#else
	dev->lltx = true;
#endif
}

/**
 * netdev_set_netns_immutable() - The device stays in its network namespace.
 * @dev: The device.
 */
static inline void netdev_set_netns_immutable(struct net_device *dev)
{
#if defined(NETIF_F_NETNS_LOCAL)
	dev->features |= NETIF_F_NETNS_LOCAL;
#elif defined(COMPAT_NETNS_IMMUTABLE)
	dev->netns_immutable = true;
#else
	dev->netns_local = true;
#endif
}

/* The driver's functions for a forwarding database take one argument more than
 * those of older kernels, which send a notification in any case. A macro for
 * the driver's takes hold where they are declared and defined and not where
 * they are named: there, the ones of the older kind are meant.
 */
#ifndef COMPAT_FDB_NOTIFIED
int compat_fdb_add(struct ndmsg *ndm, struct nlattr *tb[],
		   struct net_device *dev, const unsigned char *addr, u16 vid,
		   u16 flags, bool *notified, struct netlink_ext_ack *extack);
int compat_fdb_del(struct ndmsg *ndm, struct nlattr *tb[],
		   struct net_device *dev, const unsigned char *addr, u16 vid,
		   bool *notified, struct netlink_ext_ack *extack);

static inline int vifmap_fdb_add(struct ndmsg *ndm, struct nlattr *tb[],
				 struct net_device *dev,
				 const unsigned char *addr, u16 vid, u16 flags,
				 struct netlink_ext_ack *extack)
{
	bool notified = false;

	return compat_fdb_add(ndm, tb, dev, addr, vid, flags, &notified,
			      extack);
}

static inline int vifmap_fdb_del(struct ndmsg *ndm, struct nlattr *tb[],
				 struct net_device *dev,
				 const unsigned char *addr, u16 vid,
				 struct netlink_ext_ack *extack)
{
	bool notified = false;

	return compat_fdb_del(ndm, tb, dev, addr, vid, &notified, extack);
}

#define vifmap_fdb_add(args...)	compat_fdb_add(args)
#define vifmap_fdb_del(args...)	compat_fdb_del(args)
#endif

#endif
