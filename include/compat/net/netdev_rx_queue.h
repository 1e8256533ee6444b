/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _COMPAT_NET_NETDEV_RX_QUEUE_H
#define _COMPAT_NET_NETDEV_RX_QUEUE_H

/* Older kernels have struct netdev_rx_queue in linux/netdevice.h. */
#ifdef COMPAT_NETDEV_RX_QUEUE
#include_next <net/netdev_rx_queue.h>
#else
#include <linux/netdevice.h>
#endif

#endif
