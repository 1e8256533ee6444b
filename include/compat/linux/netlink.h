/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _COMPAT_LINUX_NETLINK_H
#define _COMPAT_LINUX_NETLINK_H

#include <linux/version.h>
#include_next <linux/netlink.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 1, 0)
#error vifmap needs Linux 6.1 or later
#endif

/* Formatted messages came with 6.2. The message has to outlive the request:
 * there it is kept in struct netlink_ext_ack, here in one of a few buffers
 * that are used in turn. Only the administrator of the host gets them, so that
 * nobody else can overwrite the text of a request that is being answered, or
 * read one that is not meant for him.
 */
#ifndef NL_SET_ERR_MSG_FMT
#include <linux/atomic.h>
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/kernel.h>

#define VIFMAP_EXTACK_BUFFERS	16
#define VIFMAP_EXTACK_LEN	160

/* In main.c's object, as the whole module shares them. */
extern char vifmap_extack_buffer[VIFMAP_EXTACK_BUFFERS][VIFMAP_EXTACK_LEN];
extern atomic_t vifmap_extack_next;

#define VIFMAP_EXTACK_DEFINE						\
	char vifmap_extack_buffer[VIFMAP_EXTACK_BUFFERS][VIFMAP_EXTACK_LEN]; \
	atomic_t vifmap_extack_next

#define NL_SET_ERR_MSG_FMT(extack, fmt, args...) do {			\
	struct netlink_ext_ack *__extack = (extack);			\
									\
	if (__extack &&							\
	    !ns_capable_noaudit(&init_user_ns, CAP_NET_ADMIN)) {	\
		__extack->_msg =					\
			"The reason is for the host's administrator to see"; \
	} else if (__extack) {						\
		unsigned int __i = atomic_inc_return(&vifmap_extack_next); \
		char *__buf = vifmap_extack_buffer[__i %		\
						   VIFMAP_EXTACK_BUFFERS]; \
									\
		snprintf(__buf, VIFMAP_EXTACK_LEN, fmt, ##args);	\
		__extack->_msg = __buf;					\
	}								\
} while (0)

#define NL_SET_ERR_MSG_ATTR_FMT(extack, attr, fmt, args...) do {	\
	struct netlink_ext_ack *__attr_extack = (extack);		\
									\
	NL_SET_ERR_MSG_FMT(__attr_extack, fmt, ##args);			\
	NL_SET_BAD_ATTR(__attr_extack, attr);				\
} while (0)
#else
#define VIFMAP_EXTACK_DEFINE	static_assert(1)
#endif

#endif
