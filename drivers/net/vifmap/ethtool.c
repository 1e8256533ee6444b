// SPDX-License-Identifier: GPL-2.0
/*
 * ethtool operations of the vifmap device
 */
#include <linux/ethtool.h>

#include "vifmap.h"

static void vifmap_ethtool_get_drvinfo(struct net_device *dev,
				       struct ethtool_drvinfo *info)
{
	strscpy(info->driver, "vifmap", sizeof(info->driver));
	strscpy(info->version, VIFMAP_VERSION, sizeof(info->version));
}

static int vifmap_ethtool_get_link_ksettings(struct net_device *dev,
					     struct ethtool_link_ksettings *cmd)
{
	struct vifmap_dev *vd = netdev_priv(dev);

	return vd->pdev ? __ethtool_get_link_ksettings(vd->pdev, cmd) : -ENODEV;
}

static const char * const vifmap_ethtool_ends[] = { "wire", "host", "port" };

static int vifmap_ethtool_get_sset_count(struct net_device *dev, int sset)
{
	if (sset != ETH_SS_STATS)
		return -EOPNOTSUPP;
	return ARRAY_SIZE(vifmap_ethtool_ends) * VIFMAP_STAT_COUNT;
}

static void vifmap_ethtool_get_strings(struct net_device *dev, u32 sset,
				       u8 *data)
{
	int end, i;

	if (sset != ETH_SS_STATS)
		return;
	for (end = 0; end < ARRAY_SIZE(vifmap_ethtool_ends); end++) {
		for (i = VIFMAP_STAT_FIRST; i <= VIFMAP_STAT_MAX; i++) {
			snprintf(data, ETH_GSTRING_LEN, "%s-%s",
				 vifmap_ethtool_ends[end],
				 vifmap_stats_name(i));
			data += ETH_GSTRING_LEN;
		}
	}
}

static void vifmap_ethtool_get_stats(struct net_device *dev,
				     struct ethtool_stats *stats, u64 *data)
{
	struct vifmap_dev *vd = netdev_priv(dev);
	struct vifmap_pcpu_stats __percpu *ends[] = {
		vd->wire_stats, vd->host_stats, vd->self.stats,
	};
	struct vifmap_stats sum;
	int end, i;

	static_assert(ARRAY_SIZE(ends) == ARRAY_SIZE(vifmap_ethtool_ends));
	for (end = 0; end < ARRAY_SIZE(ends); end++) {
		vifmap_stats_sum(ends[end], &sum);
		for (i = VIFMAP_STAT_FIRST; i <= VIFMAP_STAT_MAX; i++)
			*data++ = sum.counter[i];
	}
}

const struct ethtool_ops vifmap_ethtool_ops = {
	.get_drvinfo		= vifmap_ethtool_get_drvinfo,
	.get_link		= ethtool_op_get_link,
	.get_link_ksettings	= vifmap_ethtool_get_link_ksettings,
	.get_sset_count		= vifmap_ethtool_get_sset_count,
	.get_strings		= vifmap_ethtool_get_strings,
	.get_ethtool_stats	= vifmap_ethtool_get_stats,
};
