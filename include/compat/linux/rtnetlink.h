/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _COMPAT_LINUX_RTNETLINK_H
#define _COMPAT_LINUX_RTNETLINK_H

#include_next <linux/rtnetlink.h>

/* Where a dump of forwarding databases stands was in cb->args, of which
 * cb->ctx is another name, before it got a structure: this is their layout.
 */
#ifndef COMPAT_FDB_DUMP_CONTEXT
struct ndo_fdb_dump_context {
	unsigned long hash_bucket;
	unsigned long ifindex;
	unsigned long fdb_idx;
};
#endif

#endif
