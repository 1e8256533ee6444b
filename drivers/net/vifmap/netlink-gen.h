/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/vifmap.yaml */
/* YNL-GEN kernel header */

#ifndef _LINUX_VIFMAP_GEN_H
#define _LINUX_VIFMAP_GEN_H

#include <net/netlink.h>
#include <net/genetlink.h>

#include <uapi/linux/vifmap.h>

int vifmap_nl_pre_doit_dev(const struct genl_split_ops *ops,
			   struct sk_buff *skb, struct genl_info *info);
int vifmap_nl_pre_doit_port(const struct genl_split_ops *ops,
			    struct sk_buff *skb, struct genl_info *info);
int vifmap_nl_pre_doit_map(const struct genl_split_ops *ops,
			   struct sk_buff *skb, struct genl_info *info);
void
vifmap_nl_post_doit(const struct genl_split_ops *ops, struct sk_buff *skb,
		    struct genl_info *info);

int vifmap_nl_dev_get_doit(struct sk_buff *skb, struct genl_info *info);
int vifmap_nl_dev_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int vifmap_nl_dev_set_doit(struct sk_buff *skb, struct genl_info *info);
int vifmap_nl_port_get_doit(struct sk_buff *skb, struct genl_info *info);
int vifmap_nl_port_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int vifmap_nl_port_set_doit(struct sk_buff *skb, struct genl_info *info);
int vifmap_nl_mac_get_doit(struct sk_buff *skb, struct genl_info *info);
int vifmap_nl_mac_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int vifmap_nl_mac_new_doit(struct sk_buff *skb, struct genl_info *info);
int vifmap_nl_mac_set_doit(struct sk_buff *skb, struct genl_info *info);
int vifmap_nl_mac_del_doit(struct sk_buff *skb, struct genl_info *info);

enum {
	VIFMAP_NLGRP_EVENTS,
};

extern struct genl_family vifmap_nl_family;

#endif /* _LINUX_VIFMAP_GEN_H */
