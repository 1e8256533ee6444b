/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _COMPAT_LINUX_WORKQUEUE_H
#define _COMPAT_LINUX_WORKQUEUE_H

#include_next <linux/workqueue.h>

/* It has another name in older kernels. */
#ifndef COMPAT_SYSTEM_DFL_WQ
#define system_dfl_wq	system_unbound_wq
#endif

#endif
