/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _COMPAT_NET_NETDEV_LOCK_H
#define _COMPAT_NET_NETDEV_LOCK_H

/* Older kernels have netdev_lockdep_set_classes() in linux/netdevice.h. */
#ifdef COMPAT_NETDEV_LOCK
#include_next <net/netdev_lock.h>
#else
#include <linux/netdevice.h>
#endif

#endif
