/* SPDX-License-Identifier: GPL-2.0 */
#ifndef NETLINK_RECORD_H
#define NETLINK_RECORD_H

#include <stdint.h>

/* Before each block of messages that was sent at once */
struct record_head {
	uint32_t protocol;	/* NETLINK_... */
	uint32_t len;		/* in bytes */
};

#endif
