/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _COMPAT_LINUX_NETFILTER_NETDEV_H
#define _COMPAT_LINUX_NETFILTER_NETDEV_H

#include_next <linux/netfilter_netdev.h>

/**
 * netdev_egress_hooks_rcu() - The egress hooks of a device.
 * @dev: The device.
 *
 * Context: RCU read lock held, of either kind.
 * Return: the hooks; NULL for none, or where the kernel has no such hook.
 */
static inline const struct nf_hook_entries *
netdev_egress_hooks_rcu(const struct net_device *dev)
{
#ifdef CONFIG_NETFILTER_EGRESS
	return rcu_dereference_check(dev->nf_hooks_egress,
				     rcu_read_lock_bh_held());
#else
	return NULL;
#endif
}

#endif
