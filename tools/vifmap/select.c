// SPDX-License-Identifier: GPL-2.0
/*
 * vifmap - which devices, ports and entries a command is about
 */
#include <stdlib.h>
#include <string.h>

#include "nl.h"

/**
 * select_dev_of - Find the vifmap device of a physical device.
 * @pdev: Index of the physical device.
 * @dev: Where to put it, NULL when there is none; the caller frees it.
 *
 * Return: 0, also when there is none, or a negative error number.
 */
int select_dev_of(__u32 pdev, struct obj **dev)
{
	struct nl_req r;
	int ret;

	nl_request(&r, VIFMAP_CMD_DEV_GET, &set_dev);
	mnl_attr_put_u32(r.nlh, VIFMAP_A_DEV_PDEV_IFINDEX, pdev);
	ret = nl_get(&r, dev);
	return nl_is_absent(ret) ? 0 : ret;
}

/**
 * select_dev_in_use - See whether a vifmap device has vifs.
 * @ifindex: Its index.
 *
 * Return: Whether it has, also when that cannot be told.
 */
bool select_dev_in_use(__u32 ifindex)
{
	struct target t = { .dev = ifindex };
	struct obj_list devs;
	bool ret;

	if (select_devs(&t, &devs))
		return true;
	ret = obj_u32(devs.v[0], VIFMAP_A_DEV_PORTS);
	obj_list_free(&devs);
	return ret;
}

/* The device that a link is, or is the physical device of; 0 for neither */
static int select_dev_link(const struct link *l, __u32 *ifindex)
{
	struct obj *dev;

	*ifindex = link_is_dev(l) ? l->ifindex : 0;
	if (*ifindex)
		return 0;
	if (select_dev_of(l->ifindex, &dev))
		return nl_refused(NULL);
	if (dev)
		*ifindex = obj_u32(dev, VIFMAP_A_DEV_IFINDEX);
	free(dev);
	return 0;
}

/**
 * select_dev - Find a vifmap device.
 * @name: Its name or that of its physical device.
 * @ifindex: Where to put its index.
 *
 * Return: 0 or an exit status.
 */
int select_dev(const char *name, __u32 *ifindex)
{
	struct link l;
	int ret;

	ret = link_find(name, &l);
	if (ret)
		return ret;
	ret = select_dev_link(&l, ifindex);
	if (!ret && !*ifindex)
		ret = msg_refused("%s has no vifmap device", l.name);
	return ret;
}

/**
 * select_any - Find a vifmap device or a vif.
 * @name: Name of either or of a physical device; NULL for all devices.
 * @t: Where to put what was found.
 *
 * Return: 0 or an exit status.
 */
int select_any(const char *name, struct target *t)
{
	static const char nothing[] =
		"neither a vifmap device, nor the pdev of one, nor a vif";
	struct link l;
	int ret;

	memset(t, 0, sizeof(*t));
	if (!name)
		return 0;
	ret = link_find(name, &l);
	if (ret)
		return ret;
	if (link_is_vif(&l)) {
		t->vif = l.ifindex;
		t->dev = l.master;
		return 0;
	}
	ret = select_dev_link(&l, &t->dev);
	if (!ret && !t->dev)
		ret = msg_refused("%s is %s", l.name, nothing);
	return ret;
}

/**
 * select_args - Find what the words of a command name, or else all there is.
 * @a: The words: a device or a vif, or nothing.
 * @t: Where to put what they name.
 *
 * Return: 0 or an exit status.
 */
int select_args(struct args *a, struct target *t)
{
	char *name;
	int ret;

	ret = args_target(a, &name);
	if (!ret)
		ret = nl_family_need();
	return ret ?: select_any(name, t);
}

/* Get one object into a list, so that one and many are printed alike */
static int select_one(struct nl_req *r, struct obj_list *list)
{
	struct obj *o;
	int ret;

	memset(list, 0, sizeof(*list));
	ret = nl_get(r, &o);
	if (!ret)
		obj_list_add(list, o);
	return ret;
}

/**
 * select_devs - Get vifmap devices.
 * @t: Which.
 * @list: Where to put them.
 *
 * Return: 0 or an exit status.
 */
int select_devs(const struct target *t, struct obj_list *list)
{
	struct nl_req r;
	int ret;

	nl_request(&r, VIFMAP_CMD_DEV_GET, &set_dev);
	if (t->dev) {
		mnl_attr_put_u32(r.nlh, VIFMAP_A_DEV_IFINDEX, t->dev);
		ret = select_one(&r, list);
	} else {
		ret = nl_dump(&r, list);
	}
	return ret ? nl_refused(NULL) : 0;
}

/**
 * select_ports - Get ports.
 * @t: Which.
 * @list: Where to put them.
 *
 * Return: 0 or an exit status.
 */
int select_ports(const struct target *t, struct obj_list *list)
{
	struct nl_req r;
	int ret;

	nl_request(&r, VIFMAP_CMD_PORT_GET, &set_port);
	if (t->vif) {
		mnl_attr_put_u32(r.nlh, VIFMAP_A_PORT_IFINDEX, t->vif);
		ret = select_one(&r, list);
	} else {
		if (t->dev)
			mnl_attr_put_u32(r.nlh, VIFMAP_A_PORT_DEV_IFINDEX,
					 t->dev);
		ret = nl_dump(&r, list);
	}
	return ret ? nl_refused(NULL) : 0;
}

/**
 * select_macs - Get entries of the map.
 * @t: Which.
 * @list: Where to put them.
 *
 * Return: 0 or an exit status.
 */
int select_macs(const struct target *t, struct obj_list *list)
{
	struct nl_req r;

	nl_request(&r, VIFMAP_CMD_MAC_GET, &set_mac);
	if (t->vif)
		mnl_attr_put_u32(r.nlh, VIFMAP_A_MAC_PORT_IFINDEX, t->vif);
	else if (t->dev)
		mnl_attr_put_u32(r.nlh, VIFMAP_A_MAC_DEV_IFINDEX, t->dev);
	return nl_dump(&r, list) ? nl_refused(NULL) : 0;
}

/**
 * select_mac_addr - The address of an entry.
 * @entry: The entry.
 *
 * Return: Its six bytes.
 */
const __u8 *select_mac_addr(const struct obj *entry)
{
	static const __u8 none[MAC_LEN];
	const struct nlattr *nla = obj_attr(entry, VIFMAP_A_MAC_ADDR);

	return nla ? mnl_attr_get_payload(nla) : none;
}

/**
 * select_mac_compare - Compare with an entry, in the order of
 *	select_sort_macs().
 * @dev: Index of a vifmap device.
 * @addr: An address in its map.
 * @entry: The entry.
 *
 * Return: Less than, more than or exactly 0, as for qsort().
 */
int select_mac_compare(__u32 dev, const __u8 *addr, const struct obj *entry)
{
	__u32 other = obj_u32(entry, VIFMAP_A_MAC_DEV_IFINDEX);

	if (dev != other)
		return dev < other ? -1 : 1;
	return memcmp(addr, select_mac_addr(entry), MAC_LEN);
}

static int select_compare(const void *a, const void *b)
{
	const struct obj *entry = *(const struct obj *const *)a;

	return select_mac_compare(obj_u32(entry, VIFMAP_A_MAC_DEV_IFINDEX),
				  select_mac_addr(entry),
				  *(const struct obj *const *)b);
}

/**
 * select_sort_macs - Sort entries by vifmap device and address.
 * @list: The entries.
 */
void select_sort_macs(struct obj_list *list)
{
	if (list->n)
		qsort(list->v, list->n, sizeof(*list->v), select_compare);
}
