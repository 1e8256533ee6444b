/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _COMPAT_NET_RTNETLINK_H
#define _COMPAT_NET_RTNETLINK_H

#include_next <net/rtnetlink.h>

/* A new link's parameters came one by one before they got a structure. The
 * macro, which takes hold where the driver defines the function and not where
 * it names it, puts one of the older kind before it, which calls it.
 */
#ifndef COMPAT_NEWLINK_PARAMS
struct rtnl_newlink_params {
	struct net *src_net;
	struct nlattr **tb;
	struct nlattr **data;
};

/* Older kernels make the device in the namespace of the physical one, pass that
 * as the source, and move the device afterwards.
 */
static inline struct net *
rtnl_newlink_link_net(const struct rtnl_newlink_params *params)
{
	return params->src_net;
}

#define vifmap_newlink(args...)						\
	compat_newlink(args);						\
									\
static int vifmap_newlink(struct net *src_net, struct net_device *dev,	\
			  struct nlattr *tb[], struct nlattr *data[],	\
			  struct netlink_ext_ack *extack)		\
{									\
	struct rtnl_newlink_params params = {				\
		.src_net	= src_net,				\
		.tb		= tb,					\
		.data		= data,					\
	};								\
									\
	return compat_newlink(dev, &params, extack);			\
}									\
									\
static int compat_newlink(args)
#endif

#endif
