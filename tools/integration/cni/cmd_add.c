// SPDX-License-Identifier: GPL-2.0
/*
 * vifmap - the CNI plugin: ADD
 *
 * The interface is attached and up before the IPAM plugin is called: one that
 * asks a DHCP server has to reach it. What the earlier steps did is undone when
 * a later one fails, and nobody can end the plugin in between but by force.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cni.h"

/**
 * struct add - An ADD on its way.
 * @c: The call.
 * @netns: The container's namespace.
 * @pdev: The physical device, or the vifmap device on it.
 * @vif: The host's end of the veth.
 * @inside: The container's end.
 * @ipam: What the IPAM plugin has to say, or NULL.
 * @had_dev: The physical device had a vifmap device before.
 * @made: The veth was made.
 * @assigned: The IPAM plugin has assigned addresses.
 */
struct add {
	struct cni *c;
	int netns;
	struct link pdev;
	struct link vif;
	struct link inside;
	struct json_object *ipam;
	bool had_dev;
	bool made;
	bool assigned;
};

static int add_find_pdev(struct add *a)
{
	struct obj *dev;
	int ret;

	ret = nl_family_need();
	if (!ret)
		ret = link_find(a->c->pdev, &a->pdev);
	if (ret)
		return ret;
	a->had_dev = link_is_dev(&a->pdev);
	if (a->had_dev)
		return 0;
	if (select_dev_of(a->pdev.ifindex, &dev))
		return nl_refused("cannot look %s up", a->pdev.name);
	a->had_dev = dev;
	free(dev);
	return 0;
}

static int add_veth(struct add *a)
{
	const struct cni *c = a->c;
	__u32 mtu = c->mtu ?: a->pdev.mtu;
	int ret;

	ret = net_add_veth(c, mtu > CNI_MTU_MAX ? CNI_MTU_MAX : mtu, a->netns);
	if (ret == -EEXIST && if_nametoindex(c->vif))
		return cni_fail(CNI_ERR_REFUSED,
				"the host has an interface %s already", c->vif);
	if (ret == -EEXIST)
		return cni_fail(CNI_ERR_REFUSED,
				"the container has an interface %s already",
				c->ifname);
	if (ret)
		return nl_refused("cannot create the veth %s", c->vif);
	a->made = true;
	ret = link_find(c->vif, &a->vif);
	if (!ret && net_note_vif(c, a->vif.ifindex))
		ret = nl_refused("cannot set the alias of %s", c->vif);
	return ret;
}

static int add_up(struct add *a)
{
	return container_up(a->c, a->netns, &a->inside);
}

/* The very command that a user would type */
static int add_attach(struct add *a)
{
	char mac[MAC_STRLEN];
	char *words[5 + CNI_WORDS] = {
		a->c->vif, "pdev", a->pdev.name, "mac", mac,
	};
	struct args args = { .v = words, .n = 5 + a->c->n_words };

	mac_str(a->inside.mac, mac);
	memcpy(words + 5, a->c->words, a->c->n_words * sizeof(*words));
	return cmd_attach(&args);
}

/* Without an IPAM plugin, addresses can come from the runtime */
static int add_runtime_ips(struct add *a)
{
	struct json_object *list, *ips, *o, *address;
	size_t i;

	list = cni_get(a->c->json, "runtimeConfig.ips", json_type_array);
	if (!list)
		list = cni_get(a->c->json, "args.cni.ips", json_type_array);
	if (!list)
		return 0;
	ips = json_object_new_array();
	for (i = 0; i < json_object_array_length(list); i++) {
		address = json_object_array_get_idx(list, i);
		o = json_object_new_object();
		json_object_object_add(o, "address", json_object_get(address));
		json_object_array_add(ips, o);
	}
	a->ipam = json_object_new_object();
	json_object_object_add(a->ipam, "ips", ips);
	return 0;
}

static int add_ipam(struct add *a)
{
	struct json_object *ips;

	if (!a->c->ipam)
		return add_runtime_ips(a);
	if (ipam_run(a->c, "ADD", &a->ipam))
		return -1;
	a->assigned = true;
	ips = cni_get(a->ipam, "ips", json_type_array);
	if (!ips || !json_object_array_length(ips))
		return cni_fail(CNI_ERR_DECODE, "%s: no address in its result",
				a->c->ipam);
	return 0;
}

static int add_configure(struct add *a)
{
	return container_configure(a->c, a->netns, &a->inside, a->ipam);
}

static int add_result(struct add *a)
{
	struct json_object *result;
	int ret;

	result = result_make(a->c, &a->vif, &a->inside, a->ipam);
	ret = cni_print(result);
	json_object_put(result);
	return ret;
}

/* The device goes only if nobody else has begun to use it */
static void undo_dev(const struct add *a)
{
	struct obj *dev;

	if (a->had_dev || select_dev_of(a->pdev.ifindex, &dev) || !dev)
		return;
	if (!obj_u32(dev, VIFMAP_A_DEV_PORTS) &&
	    link_delete(obj_u32(dev, VIFMAP_A_DEV_IFINDEX)))
		nl_refused("cannot delete the vifmap device of %s again",
			   a->pdev.name);
	free(dev);
}

static void undo(const struct add *a)
{
	struct json_object *none;

	if (a->assigned) {
		ipam_run(a->c, "DEL", &none);
		json_object_put(none);
	}
	if (a->made) {
		if (link_delete(if_nametoindex(a->c->vif)))
			nl_refused("cannot delete %s again", a->c->vif);
		undo_dev(a);
	}
}

static int add_steps(struct add *a)
{
	static int (*const steps[])(struct add *a) = {
		add_find_pdev, add_veth, add_up, add_attach, add_ipam,
		add_configure, add_result,
	};
	unsigned int i;
	int ret = 0;

	for (i = 0; !ret && i < ARRAY_SIZE(steps); i++)
		ret = steps[i](a);
	return ret;
}

/**
 * cni_add - Attach a container.
 * @c: The call.
 *
 * Return: 0 or not.
 */
int cni_add(struct cni *c)
{
	struct add a = { .c = c };
	sigset_t block;
	int ret;

	a.netns = netns_open(c);
	if (a.netns < 0)
		return -1;
	sigemptyset(&block);
	sigaddset(&block, SIGHUP);
	sigaddset(&block, SIGINT);
	sigaddset(&block, SIGTERM);
	sigprocmask(SIG_BLOCK, &block, NULL);
	ret = add_steps(&a);
	if (ret)
		undo(&a);
	json_object_put(a.ipam);
	close(a.netns);
	return ret;
}
