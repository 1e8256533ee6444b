// SPDX-License-Identifier: GPL-2.0
/*
 * vifmap - virtual functions of a NIC (SR-IOV), and what they may do
 *
 * Between a virtual function and the wire there is the NIC's own switch. It
 * drops what comes from other addresses than the function's, and does not let
 * it have the frames for others, unless the physical function allows that.
 */
#include <dirent.h>
#include <string.h>
#include <unistd.h>

#include <linux/if_link.h>
#include <linux/rtnetlink.h>

#include "ifaces.h"

#define PCI_DEVICES	"/sys/bus/pci/devices"

/* What a path leads to is called @name */
static bool leads_to(const char *path, const char *name)
{
	char target[256];
	const char *last;
	ssize_t len;

	len = readlink(path, target, sizeof(target) - 1);
	if (len < 0)
		return false;
	target[len] = '\0';
	last = strrchr(target, '/');
	return !strcmp(last ? last + 1 : target, name);
}

/* The first interface of a device */
static void find_name(const char *path, char *name)
{
	DIR *dir = opendir(path);
	struct dirent *entry;

	name[0] = '\0';
	while (dir && !name[0] && (entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			snprintf(name, IFNAMSIZ, "%.*s", IFNAMSIZ - 1,
				 entry->d_name);
	if (dir)
		closedir(dir);
}

static int find_number(const char *pf, const char *bus)
{
	char path[192];
	int n;

	for (n = 0; ; n++) {
		snprintf(path, sizeof(path), "%s/virtfn%d", pf, n);
		if (access(path, F_OK))
			return -1;
		if (leads_to(path, bus))
			return n;
	}
}

/**
 * vf_find - See whether an interface is a virtual function.
 * @i: The interface.
 * @vf: Where to put what is known of it.
 *
 * In a virtual machine that was given one there is no way to tell.
 *
 * Return: Whether it is.
 */
bool vf_find(const struct iface *i, struct vf *vf)
{
	struct iface_driver about;
	char pf[128], path[192];

	iface_driver(i, &about);
	if (!about.bus[0] || strchr(about.bus, '/'))
		return false;
	snprintf(pf, sizeof(pf), PCI_DEVICES "/%s/physfn", about.bus);
	if (access(pf, F_OK))
		return false;
	snprintf(path, sizeof(path), "%s/net", pf);
	find_name(path, vf->pf);
	vf->number = find_number(pf, about.bus);
	return true;
}

/**
 * struct vf_settings - What a physical function allows.
 * @number: The virtual function that is asked about.
 * @found: It said something of that one.
 * @spoofchk: It looks at source addresses.
 * @trust: It lets it receive for others.
 */
struct vf_settings {
	__u32 number;
	bool found;
	bool spoofchk;
	bool trust;
};

static void vf_read(const struct nlattr *info, struct vf_settings *s)
{
	const struct nlattr *spoofchk = nest_attr(info, IFLA_VF_SPOOFCHK);
	const struct nlattr *trust = nest_attr(info, IFLA_VF_TRUST);
	const struct ifla_vf_spoofchk *vs;
	const struct ifla_vf_trust *vt;

	if (!spoofchk || mnl_attr_get_payload_len(spoofchk) < sizeof(*vs))
		return;
	vs = mnl_attr_get_payload(spoofchk);
	if (vs->vf != s->number)
		return;
	s->found = true;
	/* A driver that has no such setting says neither 0 nor 1 */
	s->spoofchk = vs->setting == 1;
	s->trust = true;
	if (!trust || mnl_attr_get_payload_len(trust) < sizeof(*vt))
		return;
	vt = mnl_attr_get_payload(trust);
	s->trust = vt->setting != 0;
}

static void vf_reply(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *list, *info;

	if (nlh->nlmsg_type != RTM_NEWLINK)
		return;
	list = msg_attr(nlh, sizeof(struct ifinfomsg), IFLA_VFINFO_LIST);
	if (!list)
		return;
	mnl_attr_for_each_nested(info, list)
		vf_read(info, data);
}

/**
 * vf_may_serve - See whether the physical function lets a virtual one be used
 *	for others.
 * @all: All interfaces.
 * @vf: The virtual function.
 *
 * Return: Whether that is known to be so.
 */
bool vf_may_serve(const struct ifaces *all, const struct vf *vf)
{
	struct vf_settings s = { .number = vf->number };
	struct nl_req r;
	size_t i;

	for (i = 0; i < all->n; i++)
		if (!strcmp(all->v[i].name, vf->pf))
			break;
	if (i == all->n || vf->number < 0)
		return false;
	nl_request_link(&r, RTM_GETLINK, 0, all->v[i].ifindex, 0);
	mnl_attr_put_u32(r.nlh, IFLA_EXT_MASK,
			 RTEXT_FILTER_VF | RTEXT_FILTER_SKIP_STATS);
	if (nl_talk(&r, vf_reply, &s))
		return false;
	return s.found && !s.spoofchk && s.trust;
}
