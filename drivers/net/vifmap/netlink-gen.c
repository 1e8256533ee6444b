// SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause)
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/vifmap.yaml */
/* YNL-GEN kernel source */

#include <net/netlink.h>
#include <net/genetlink.h>

#include "netlink-gen.h"

#include <uapi/linux/vifmap.h>

/* Integer value ranges */
static const struct netlink_range_validation vifmap_a_dev_max_macs_range = {
	.min	= 1ULL,
	.max	= VIFMAP_MAX_MACS_LIMIT,
};

/* VIFMAP_CMD_DEV_GET - do */
static const struct nla_policy vifmap_dev_get_do_nl_policy[VIFMAP_A_DEV_PDEV_IFINDEX + 1] = {
	[VIFMAP_A_DEV_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[VIFMAP_A_DEV_PDEV_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
};

/* VIFMAP_CMD_DEV_GET - dump */
static const struct nla_policy vifmap_dev_get_dump_nl_policy[VIFMAP_A_DEV_PDEV_IFINDEX + 1] = {
	[VIFMAP_A_DEV_PDEV_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
};

/* VIFMAP_CMD_DEV_SET - do */
static const struct nla_policy vifmap_dev_set_nl_policy[VIFMAP_A_DEV_HOST_PORT + 1] = {
	[VIFMAP_A_DEV_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[VIFMAP_A_DEV_PDEV_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[VIFMAP_A_DEV_MAX_MACS] = NLA_POLICY_FULL_RANGE(NLA_U32, &vifmap_a_dev_max_macs_range),
	[VIFMAP_A_DEV_LEARN] = NLA_POLICY_MAX(NLA_U32, VIFMAP_LEARN_LIMIT),
	[VIFMAP_A_DEV_FLOOD_RATE] = { .type = NLA_U32, },
	[VIFMAP_A_DEV_HOST] = NLA_POLICY_MAX(NLA_U8, 1),
	[VIFMAP_A_DEV_HOST_PORT] = NLA_POLICY_MAX(NLA_U8, 1),
};

/* VIFMAP_CMD_PORT_GET - do */
static const struct nla_policy vifmap_port_get_do_nl_policy[VIFMAP_A_PORT_IFINDEX + 1] = {
	[VIFMAP_A_PORT_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
};

/* VIFMAP_CMD_PORT_GET - dump */
static const struct nla_policy vifmap_port_get_dump_nl_policy[VIFMAP_A_PORT_DEV_IFINDEX + 1] = {
	[VIFMAP_A_PORT_DEV_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
};

/* VIFMAP_CMD_PORT_SET - do */
static const struct nla_policy vifmap_port_set_nl_policy[VIFMAP_A_PORT_DELIVERY + 1] = {
	[VIFMAP_A_PORT_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[VIFMAP_A_PORT_SPOOFCHECK] = NLA_POLICY_MAX(NLA_U8, 1),
	[VIFMAP_A_PORT_ISOLATED] = NLA_POLICY_MAX(NLA_U8, 1),
	[VIFMAP_A_PORT_TRUNK] = NLA_POLICY_MAX(NLA_U8, 1),
	[VIFMAP_A_PORT_LEARN] = NLA_POLICY_MAX(NLA_U32, VIFMAP_LEARN_LIMIT),
	[VIFMAP_A_PORT_LINK_LOCAL] = { .type = NLA_U16, },
	[VIFMAP_A_PORT_FLOOD_RATE] = { .type = NLA_U32, },
	[VIFMAP_A_PORT_DELIVERY] = NLA_POLICY_MAX(NLA_U32, 1),
};

/* VIFMAP_CMD_MAC_GET - do */
static const struct nla_policy vifmap_mac_get_do_nl_policy[VIFMAP_A_MAC_PORT_IFINDEX + 1] = {
	[VIFMAP_A_MAC_ADDR] = NLA_POLICY_EXACT_LEN(6),
	[VIFMAP_A_MAC_DEV_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[VIFMAP_A_MAC_PORT_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
};

/* VIFMAP_CMD_MAC_GET - dump */
static const struct nla_policy vifmap_mac_get_dump_nl_policy[VIFMAP_A_MAC_PORT_IFINDEX + 1] = {
	[VIFMAP_A_MAC_DEV_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[VIFMAP_A_MAC_PORT_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
};

/* VIFMAP_CMD_MAC_NEW - do */
static const struct nla_policy vifmap_mac_new_nl_policy[VIFMAP_A_MAC_ACTIVE + 1] = {
	[VIFMAP_A_MAC_ADDR] = NLA_POLICY_EXACT_LEN(6),
	[VIFMAP_A_MAC_PORT_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[VIFMAP_A_MAC_ACTIVE] = NLA_POLICY_MAX(NLA_U8, 1),
};

/* VIFMAP_CMD_MAC_SET - do */
static const struct nla_policy vifmap_mac_set_nl_policy[VIFMAP_A_MAC_ACTIVE + 1] = {
	[VIFMAP_A_MAC_ADDR] = NLA_POLICY_EXACT_LEN(6),
	[VIFMAP_A_MAC_DEV_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[VIFMAP_A_MAC_PORT_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[VIFMAP_A_MAC_ACTIVE] = NLA_POLICY_MAX(NLA_U8, 1),
};

/* VIFMAP_CMD_MAC_DEL - do */
static const struct nla_policy vifmap_mac_del_nl_policy[VIFMAP_A_MAC_PORT_IFINDEX + 1] = {
	[VIFMAP_A_MAC_ADDR] = NLA_POLICY_EXACT_LEN(6),
	[VIFMAP_A_MAC_DEV_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[VIFMAP_A_MAC_PORT_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
};

/* Ops table for vifmap */
static const struct genl_split_ops vifmap_nl_ops[] = {
	{
		.cmd		= VIFMAP_CMD_DEV_GET,
		.pre_doit	= vifmap_nl_pre_doit_dev,
		.doit		= vifmap_nl_dev_get_doit,
		.post_doit	= vifmap_nl_post_doit,
		.policy		= vifmap_dev_get_do_nl_policy,
		.maxattr	= VIFMAP_A_DEV_PDEV_IFINDEX,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= VIFMAP_CMD_DEV_GET,
		.dumpit		= vifmap_nl_dev_get_dumpit,
		.policy		= vifmap_dev_get_dump_nl_policy,
		.maxattr	= VIFMAP_A_DEV_PDEV_IFINDEX,
		.flags		= GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= VIFMAP_CMD_DEV_SET,
		.pre_doit	= vifmap_nl_pre_doit_dev,
		.doit		= vifmap_nl_dev_set_doit,
		.post_doit	= vifmap_nl_post_doit,
		.policy		= vifmap_dev_set_nl_policy,
		.maxattr	= VIFMAP_A_DEV_HOST_PORT,
		.flags		= GENL_UNS_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= VIFMAP_CMD_PORT_GET,
		.pre_doit	= vifmap_nl_pre_doit_port,
		.doit		= vifmap_nl_port_get_doit,
		.post_doit	= vifmap_nl_post_doit,
		.policy		= vifmap_port_get_do_nl_policy,
		.maxattr	= VIFMAP_A_PORT_IFINDEX,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= VIFMAP_CMD_PORT_GET,
		.dumpit		= vifmap_nl_port_get_dumpit,
		.policy		= vifmap_port_get_dump_nl_policy,
		.maxattr	= VIFMAP_A_PORT_DEV_IFINDEX,
		.flags		= GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= VIFMAP_CMD_PORT_SET,
		.pre_doit	= vifmap_nl_pre_doit_port,
		.doit		= vifmap_nl_port_set_doit,
		.post_doit	= vifmap_nl_post_doit,
		.policy		= vifmap_port_set_nl_policy,
		.maxattr	= VIFMAP_A_PORT_DELIVERY,
		.flags		= GENL_UNS_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= VIFMAP_CMD_MAC_GET,
		.pre_doit	= vifmap_nl_pre_doit_map,
		.doit		= vifmap_nl_mac_get_doit,
		.post_doit	= vifmap_nl_post_doit,
		.policy		= vifmap_mac_get_do_nl_policy,
		.maxattr	= VIFMAP_A_MAC_PORT_IFINDEX,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= VIFMAP_CMD_MAC_GET,
		.dumpit		= vifmap_nl_mac_get_dumpit,
		.policy		= vifmap_mac_get_dump_nl_policy,
		.maxattr	= VIFMAP_A_MAC_PORT_IFINDEX,
		.flags		= GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= VIFMAP_CMD_MAC_NEW,
		.pre_doit	= vifmap_nl_pre_doit_map,
		.doit		= vifmap_nl_mac_new_doit,
		.post_doit	= vifmap_nl_post_doit,
		.policy		= vifmap_mac_new_nl_policy,
		.maxattr	= VIFMAP_A_MAC_ACTIVE,
		.flags		= GENL_UNS_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= VIFMAP_CMD_MAC_SET,
		.pre_doit	= vifmap_nl_pre_doit_map,
		.doit		= vifmap_nl_mac_set_doit,
		.post_doit	= vifmap_nl_post_doit,
		.policy		= vifmap_mac_set_nl_policy,
		.maxattr	= VIFMAP_A_MAC_ACTIVE,
		.flags		= GENL_UNS_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= VIFMAP_CMD_MAC_DEL,
		.pre_doit	= vifmap_nl_pre_doit_map,
		.doit		= vifmap_nl_mac_del_doit,
		.post_doit	= vifmap_nl_post_doit,
		.policy		= vifmap_mac_del_nl_policy,
		.maxattr	= VIFMAP_A_MAC_PORT_IFINDEX,
		.flags		= GENL_UNS_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
};

static const struct genl_multicast_group vifmap_nl_mcgrps[] = {
	[VIFMAP_NLGRP_EVENTS] = { "events", },
};

struct genl_family vifmap_nl_family __ro_after_init = {
	.name		= VIFMAP_FAMILY_NAME,
	.version	= VIFMAP_FAMILY_VERSION,
	.netnsok	= true,
	.parallel_ops	= true,
	.module		= THIS_MODULE,
	.split_ops	= vifmap_nl_ops,
	.n_split_ops	= ARRAY_SIZE(vifmap_nl_ops),
	.mcgrps		= vifmap_nl_mcgrps,
	.n_mcgrps	= ARRAY_SIZE(vifmap_nl_mcgrps),
};
