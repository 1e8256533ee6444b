// SPDX-License-Identifier: GPL-2.0
/*
 * vifmap - the CNI plugin: CHECK and STATUS
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cni.h"

/* The vifmap device of the pdev that the configuration names */
static int check_dev(const struct cni *c, __u32 *dev)
{
	int ret = nl_family_need();

	return ret ?: select_dev(c->pdev, dev);
}

static int check_vif(const struct cni *c, struct link *vif)
{
	__u32 dev;
	int ret;

	ret = check_dev(c, &dev);
	if (!ret)
		ret = link_find_vif(c->vif, vif);
	if (ret)
		return ret;
	if (strcmp(vif->alias, c->alias))
		return cni_fail(CNI_ERR_CHECK, "%s is not this container's",
				c->vif);
	if (vif->master != dev)
		return cni_fail(CNI_ERR_CHECK, "%s is not attached to %s",
				c->vif, c->pdev);
	if (!(vif->flags & IFF_UP))
		return cni_fail(CNI_ERR_CHECK, "%s is down", c->vif);
	return 0;
}

/* The value of an option, as it would be typed */
static const char *option_text(const struct obj *port, unsigned int attr,
			       char *buf, size_t size)
{
	const struct attr_info *info = &set_port.attr[attr];

	if (info->type == AT_ONOFF)
		return obj_u32(port, attr) ? "on" : "off";
	if (info->type == AT_ENUM)
		return obj_word(port, attr);
	snprintf(buf, size, "%u", obj_u32(port, attr));
	return buf;
}

static int check_option(const struct cni *c, const struct obj *port,
			const char *name, const char *value)
{
	const char *words[OBJ_ATTR_MAX];
	unsigned int n = option_words(&set_port, words);
	int attr = word_find(name, words, n);
	const char *text;
	char buf[16];
	__u16 mask;

	if (attr < 0)
		return 0;
	text = option_text(port, attr, buf, sizeof(buf));
	/* Of these there is more than one way to type them */
	if (set_port.attr[attr].type == AT_MASK &&
	    parse_link_local(value, &mask) && mask == obj_u32(port, attr))
		return 0;
	if (!strcmp(text, value))
		return 0;
	return cni_fail(CNI_ERR_CHECK, "%s has %s %s, not %s", c->vif, name,
			text, value);
}

static int check_options(const struct cni *c, const struct link *vif)
{
	struct target t = { .vif = vif->ifindex, .dev = vif->master };
	struct obj_list ports;
	unsigned int i;
	int ret;

	ret = select_ports(&t, &ports);
	if (ret)
		return ret;
	for (i = 0; !ret && i < c->n_words; i += 2)
		ret = check_option(c, ports.v[0], c->words[i], c->words[i + 1]);
	obj_list_free(&ports);
	return ret;
}

static int check_mac(const struct cni *c, const struct link *vif)
{
	struct target t = { .vif = vif->ifindex, .dev = vif->master };
	const char *mac = result_mac(c);
	struct obj_list macs;
	char buf[MAC_STRLEN];
	bool found = false;
	size_t i;
	int ret;

	if (!mac)
		return cni_fail(CNI_ERR_CONFIG,
				"prevResult has no address of %s", c->ifname);
	ret = select_macs(&t, &macs);
	if (ret)
		return ret;
	for (i = 0; i < macs.n; i++)
		if (obj_u32(macs.v[i], VIFMAP_A_MAC_ACTIVE) &&
		    !strcasecmp(obj_mac(macs.v[i], VIFMAP_A_MAC_ADDR, buf),
				mac))
			found = true;
	obj_list_free(&macs);
	if (!found)
		return cni_fail(CNI_ERR_CHECK, "%s does not lead to %s", mac,
				c->vif);
	return 0;
}

static int check_container(const struct cni *c)
{
	int netns = netns_open(c);
	int ret;

	if (netns < 0)
		return -1;
	ret = container_check(c, netns);
	close(netns);
	return ret;
}

/**
 * cni_check - See that a container is attached as ADD has said.
 * @c: The call.
 *
 * Return: 0 or not.
 */
int cni_check(struct cni *c)
{
	struct json_object *none;
	struct link vif;
	int ret;

	if (!c->prev)
		return cni_fail(CNI_ERR_CONFIG, "prevResult is missing");
	cni_fail_code(CNI_ERR_CHECK);
	ret = check_vif(c, &vif);
	if (!ret)
		ret = check_options(c, &vif);
	if (!ret)
		ret = check_mac(c, &vif);
	if (!ret)
		ret = check_container(c);
	if (!ret) {
		ret = ipam_run(c, "CHECK", &none);
		json_object_put(none);
	}
	return ret;
}

/**
 * cni_status - See whether ADD would work.
 * @c: The call.
 *
 * Return: 0 or not.
 */
int cni_status(struct cni *c)
{
	struct json_object *none;
	struct link pdev;
	int ret;

	cni_fail_code(CNI_ERR_UNAVAILABLE);
	ret = nl_family_need();
	if (!ret)
		ret = link_find(c->pdev, &pdev);
	if (!ret) {
		ret = ipam_run(c, "STATUS", &none);
		json_object_put(none);
	}
	return ret;
}
