/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _COMPAT_LINUX_NETDEVICE_H
#define _COMPAT_LINUX_NETDEVICE_H

#include_next <linux/netdevice.h>

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

#endif
