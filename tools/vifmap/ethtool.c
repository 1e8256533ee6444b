// SPDX-License-Identifier: GPL-2.0
/*
 * vifmap - what the driver of an interface says of itself
 */
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/ethtool.h>
#include <linux/sockios.h>

#include "ifaces.h"

static int iface_ioctl(const struct iface *i, void *data)
{
	struct ifreq ifr = { .ifr_data = data };
	int ret;
	int fd;

	memcpy(ifr.ifr_name, i->name, sizeof(ifr.ifr_name));
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	ret = ioctl(fd, SIOCETHTOOL, &ifr);
	close(fd);
	return ret;
}

/**
 * iface_driver - Name of the driver of an interface.
 * @i: The interface.
 * @buf: Room for it.
 * @size: Size of @buf.
 *
 * Return: @buf, empty where nobody knows.
 */
const char *iface_driver(const struct iface *i, char *buf, size_t size)
{
	struct ethtool_drvinfo info = { .cmd = ETHTOOL_GDRVINFO };

	buf[0] = '\0';
	if (!iface_ioctl(i, &info))
		snprintf(buf, size, "%s", info.driver);
	return buf;
}

/* How many features this kernel knows */
static __u32 features_count(const struct iface *i)
{
	struct ethtool_sset_info *sset;
	__u32 count = 0;

	sset = mem_realloc(NULL, 1, sizeof(*sset) + sizeof(sset->data[0]));
	memset(sset, 0, sizeof(*sset) + sizeof(sset->data[0]));
	sset->cmd = ETHTOOL_GSSET_INFO;
	sset->sset_mask = 1ULL << ETH_SS_FEATURES;
	if (!iface_ioctl(i, sset) && sset->sset_mask)
		count = sset->data[0];
	free(sset);
	return count;
}

/* The place of a feature among them, or -1 */
static int features_find(const struct iface *i, __u32 count, const char *name)
{
	struct ethtool_gstrings *names;
	int ret = -1;
	__u32 n;

	names = mem_realloc(NULL, 1, sizeof(*names) + count * ETH_GSTRING_LEN);
	memset(names, 0, sizeof(*names));
	names->cmd = ETHTOOL_GSTRINGS;
	names->string_set = ETH_SS_FEATURES;
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
	__u32 count = features_count(i);
	bool ret = false;
	__u32 blocks;
	int n;

	n = count ? features_find(i, count, name) : -1;
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
