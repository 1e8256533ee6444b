// SPDX-License-Identifier: GPL-2.0
/*
 * vifmap - what the driver of an interface says of itself
 */
#include <stdlib.h>
#include <string.h>

#include <linux/ethtool.h>
#include <linux/sockios.h>

#include "ifaces.h"

static int iface_ioctl(const struct iface *i, void *data)
{
	struct ifreq ifr = { .ifr_data = data };

	memcpy(ifr.ifr_name, i->name, sizeof(ifr.ifr_name));
	return nl_ioctl(SIOCETHTOOL, &ifr);
}

/**
 * iface_driver - Ask who drives an interface.
 * @i: The interface.
 * @about: Where to put it; its words are empty where nobody knows.
 */
void iface_driver(const struct iface *i, struct iface_driver *about)
{
	struct ethtool_drvinfo info = { .cmd = ETHTOOL_GDRVINFO };

	memset(about, 0, sizeof(*about));
	if (iface_ioctl(i, &info))
		return;
	snprintf(about->name, sizeof(about->name), "%s", info.driver);
	snprintf(about->bus, sizeof(about->bus), "%s", info.bus_info);
	/* Some drivers say so where there is none */
	if (strcmp(info.fw_version, "N/A"))
		snprintf(about->firmware, sizeof(about->firmware), "%s",
			 info.fw_version);
}

/* How many names a set has: ETH_SS_* */
static __u32 names_count(const struct iface *i, __u32 set)
{
	struct ethtool_sset_info *sset;
	__u32 count = 0;

	sset = mem_realloc(NULL, 1, sizeof(*sset) + sizeof(sset->data[0]));
	memset(sset, 0, sizeof(*sset) + sizeof(sset->data[0]));
	sset->cmd = ETHTOOL_GSSET_INFO;
	sset->sset_mask = 1ULL << set;
	if (!iface_ioctl(i, sset) && sset->sset_mask)
		count = sset->data[0];
	free(sset);
	return count;
}

/* The place of a name in its set of so many, or -1 */
static int names_find(const struct iface *i, __u32 set, __u32 count,
		      const char *name)
{
	struct ethtool_gstrings *names;
	int ret = -1;
	__u32 n;

	names = mem_realloc(NULL, 1, sizeof(*names) + count * ETH_GSTRING_LEN);
	memset(names, 0, sizeof(*names));
	names->cmd = ETHTOOL_GSTRINGS;
	names->string_set = set;
	names->len = count;
	if (iface_ioctl(i, names))
		names->len = 0;
	for (n = 0; ret < 0 && n < names->len && n < count; n++)
		if (!strncmp((char *)names->data + n * ETH_GSTRING_LEN, name,
			     ETH_GSTRING_LEN))
			ret = n;
	free(names);
	return ret;
}

/**
 * iface_feature - See whether a feature of an interface is switched on.
 * @i: The interface.
 * @name: What ethtool(8) calls it inside the kernel, such as "rx-lro".
 *
 * Return: Whether it is.
 */
bool iface_feature(const struct iface *i, const char *name)
{
	struct ethtool_gfeatures *features;
	__u32 count = names_count(i, ETH_SS_FEATURES);
	bool ret = false;
	__u32 blocks;
	int n;

	n = count ? names_find(i, ETH_SS_FEATURES, count, name) : -1;
	if (n < 0)
		return false;
	blocks = (count + 31) / 32;
	features = mem_realloc(NULL, 1, sizeof(*features) +
			       blocks * sizeof(features->features[0]));
	memset(features, 0, sizeof(*features));
	features->cmd = ETHTOOL_GFEATURES;
	features->size = blocks;
	if (!iface_ioctl(i, features))
		ret = features->features[n / 32].active & 1U << (n % 32);
	free(features);
	return ret;
}

/**
 * iface_private_flag - See whether a flag of the driver's own is on.
 * @i: The interface.
 * @name: What the driver calls it.
 *
 * Return: 1 or 0, or -1 where there is no such flag.
 */
int iface_private_flag(const struct iface *i, const char *name)
{
	struct ethtool_value flags = { .cmd = ETHTOOL_GPFLAGS };
	__u32 count = names_count(i, ETH_SS_PRIV_FLAGS);
	int n;

	n = count ? names_find(i, ETH_SS_PRIV_FLAGS, count, name) : -1;
	if (n < 0 || n > 31 || iface_ioctl(i, &flags))
		return -1;
	return flags.data >> n & 1;
}
