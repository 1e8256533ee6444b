// SPDX-License-Identifier: GPL-2.0
/*
 * vifmap - attach and detach
 *
 * attach is one command made of several requests. What the earlier ones did
 * is undone when a later one fails.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "nl.h"

/**
 * struct attach - An attach on its way.
 * @vif: The interface to attach.
 * @pdev: The physical device, or the vifmap device if the user named that.
 * @vif_name: What the user called @vif.
 * @pdev_name: What the user called @pdev.
 * @dev: Index of the vifmap device.
 * @dev_name: Its name.
 * @dev_was_up: It was up before.
 * @options: Request with the options of the port.
 * @macs: The addresses to map.
 * @n_macs: How many there are.
 * @created: The vifmap device was created.
 * @dev_set_up: The vifmap device was set up.
 * @attached: The vif was attached.
 */
struct attach {
	struct link vif;
	struct link pdev;
	char *vif_name;
	char *pdev_name;
	__u32 dev;
	char dev_name[IFNAMSIZ];
	bool dev_was_up;
	struct nl_req options;
	__u8 (*macs)[MAC_LEN];
	size_t n_macs;
	bool created;
	bool dev_set_up;
	bool attached;
};

/**
 * attach_help - Print how to use attach.
 * @f: Where to print it.
 */
void attach_help(FILE *f)
{
	fputs("Usage: vifmap attach VIF pdev PDEV [mac MAC]...\n"
	      "              [OPTION VALUE]...\n"
	      "\n"
	      "PDEV: a physical device, or the vifmap device on it\n",
	      f);
	port_help_options(f);
}

/**
 * detach_help - Print how to use detach.
 * @f: Where to print it.
 */
void detach_help(FILE *f)
{
	fputs("Usage: vifmap detach VIF\n", f);
}

static int attach_parse_mac(struct attach *at, struct args *a)
{
	__u8 mac[MAC_LEN];
	char *value;
	int ret;

	ret = args_value(a, "mac", &value);
	if (ret)
		return ret;
	if (!parse_mac(value, mac))
		return msg_usage("\"%s\" is not a MAC address", value);
	at->macs = mem_realloc(at->macs, at->n_macs + 1, sizeof(*at->macs));
	memcpy(at->macs[at->n_macs++], mac, MAC_LEN);
	return 0;
}

static int attach_parse(struct attach *at, struct args *a)
{
	const char *words[OBJ_ATTR_MAX + 3];
	unsigned int n = option_words(&set_port, words);
	const int mac = n, pdev = n + 1, dev = n + 2;
	int ret;

	words[mac] = "mac";
	words[pdev] = "pdev";
	words[dev] = "dev";
	nl_request(&at->options, VIFMAP_CMD_PORT_SET, &set_port);
	ret = args_name(a, "the vif", &at->vif_name);
	while (!ret && a->n) {
		int i = word_need(args_next(a), words, n + 3);

		if (i < 0)
			ret = ST_USAGE;
		else if (i == mac)
			ret = attach_parse_mac(at, a);
		else if (i != pdev && i != dev)
			ret = option_parse(&set_port, i, a, &at->options);
		else if (at->pdev_name)
			ret = msg_usage("pdev is given twice");
		else
			ret = args_name(a, "the pdev", &at->pdev_name);
	}
	if (!ret && !at->pdev_name)
		ret = msg_usage("pdev is missing");
	return ret;
}

/* Say where a vif is that cannot be attached because it is somewhere */
static int attach_refuse_attached(const struct link *vif)
{
	struct target t = { .vif = vif->ifindex };
	struct obj_list ports;
	int ret;

	if (link_is_vif(vif) && !select_ports(&t, &ports)) {
		ret = msg_refused("%s is already attached to %s (%s)",
				  vif->name,
				  obj_str(ports.v[0], VIFMAP_A_PORT_DEV_IFNAME),
				  obj_str(ports.v[0],
					  VIFMAP_A_PORT_PDEV_IFNAME));
		obj_list_free(&ports);
		return ret;
	}
	return link_refuse_master(vif);
}

static int attach_find_links(struct attach *at)
{
	int ret;

	ret = link_find(at->vif_name, &at->vif);
	if (!ret)
		ret = link_find(at->pdev_name, &at->pdev);
	if (ret)
		return ret;
	if (at->vif.ifindex == at->pdev.ifindex)
		return msg_refused("%s cannot be attached to itself",
				   at->vif.name);
	if (at->vif.master)
		return attach_refuse_attached(&at->vif);
	return 0;
}

static void attach_use_dev(struct attach *at, const struct obj *dev)
{
	at->dev = obj_u32(dev, VIFMAP_A_DEV_IFINDEX);
	at->dev_was_up = obj_u32(dev, VIFMAP_A_DEV_UP);
	snprintf(at->dev_name, sizeof(at->dev_name), "%s",
		 obj_str(dev, VIFMAP_A_DEV_IFNAME));
}

/* Whether the physical device has a vifmap device; use it, if so */
static int attach_find_dev(struct attach *at)
{
	struct obj *dev;
	int ret;

	if (link_is_dev(&at->pdev)) {
		at->dev = at->pdev.ifindex;
		at->dev_was_up = at->pdev.flags & IFF_UP;
		memcpy(at->dev_name, at->pdev.name, sizeof(at->dev_name));
		return 0;
	}
	ret = select_dev_of(at->pdev.ifindex, &dev);
	if (!ret && dev)
		attach_use_dev(at, dev);
	free(dev);
	return ret;
}

/* Somebody else may create or delete the device at the same time */
static int attach_dev(struct attach *at)
{
	unsigned int tries;
	int ret = 0;

	for (tries = 0; tries < 3; tries++) {
		if (attach_find_dev(at))
			return nl_refused("cannot look %s up", at->pdev.name);
		if (at->dev)
			return 0;
		ret = link_create_dev(at->pdev.ifindex, NULL);
		at->created = !ret;
		if (ret && ret != -EEXIST && ret != -EBUSY)
			break;
	}
	if (ret)
		return nl_refused("cannot create a vifmap device on %s",
				  at->pdev.name);
	return msg_refused("the vifmap device of %s keeps disappearing",
			   at->pdev.name);
}

static int attach_dev_up(struct attach *at)
{
	if (at->dev_was_up)
		return 0;
	if (link_set_up(at->dev, true))
		return nl_refused("cannot set %s up", at->dev_name);
	at->dev_set_up = true;
	return 0;
}

static int attach_vif(struct attach *at)
{
	if (link_set_master(at->vif.ifindex, at->dev))
		return nl_refused("cannot attach %s to %s", at->vif.name,
				  at->dev_name);
	at->attached = true;
	return 0;
}

static int attach_options(struct attach *at)
{
	struct nl_req *r = &at->options;

	if (!nl_request_has(r, 0))
		return 0;
	mnl_attr_put_u32(r->nlh, VIFMAP_A_PORT_IFINDEX, at->vif.ifindex);
	if (nl_talk(r, NULL, NULL))
		return nl_refused("cannot set the options of %s",
				  at->vif.name);
	return 0;
}

/* The peer's address, which a veth has of itself, gives way to those named */
static int attach_flush(struct attach *at)
{
	struct nl_req r;

	if (!at->n_macs)
		return 0;
	nl_request(&r, VIFMAP_CMD_MAC_DEL, &set_mac);
	mnl_attr_put_u32(r.nlh, VIFMAP_A_MAC_PORT_IFINDEX, at->vif.ifindex);
	if (nl_talk(&r, NULL, NULL))
		return nl_refused("cannot remove the address of %s's peer",
				  at->vif.name);
	return 0;
}

static int attach_macs(struct attach *at)
{
	char buf[MAC_STRLEN];
	struct nl_req r;
	size_t i;

	for (i = 0; i < at->n_macs; i++) {
		nl_request(&r, VIFMAP_CMD_MAC_NEW, &set_mac);
		mnl_attr_put(r.nlh, VIFMAP_A_MAC_ADDR, MAC_LEN, at->macs[i]);
		mnl_attr_put_u32(r.nlh, VIFMAP_A_MAC_PORT_IFINDEX,
				 at->vif.ifindex);
		if (nl_talk(&r, NULL, NULL))
			return nl_refused("cannot map %s to %s",
					  mac_str(at->macs[i], buf),
					  at->vif.name);
	}
	return 0;
}

static int attach_vif_up(struct attach *at)
{
	if (at->vif.flags & IFF_UP)
		return 0;
	if (link_set_up(at->vif.ifindex, true))
		return nl_refused("cannot set %s up", at->vif.name);
	return 0;
}

/*
 * The device and the vif are set up last: options and addresses are in place
 * when the first frame comes, and most failures come before anything is up.
 */
static int attach_steps(struct attach *at)
{
	static int (*const steps[])(struct attach *at) = {
		attach_dev, attach_vif, attach_options, attach_flush,
		attach_macs, attach_dev_up, attach_vif_up,
	};
	unsigned int i;
	int ret = 0;

	for (i = 0; !ret && i < ARRAY_SIZE(steps); i++)
		ret = steps[i](at);
	return ret;
}

static void attach_undo(const struct attach *at)
{
	if (at->attached && link_set_master(at->vif.ifindex, 0))
		nl_refused("cannot detach %s again", at->vif.name);
	if (at->created) {
		if (at->dev && !select_dev_in_use(at->dev) &&
		    link_delete(at->dev))
			nl_refused("cannot delete %s again", at->dev_name);
	} else if (at->dev_set_up && link_set_up(at->dev, false)) {
		nl_refused("cannot set %s down again", at->dev_name);
	}
}

/* A veth has its peer's address, and a vif that may learn will have one */
static void attach_hint(const struct attach *at)
{
	struct nl_req r;
	struct obj *o;

	if (at->n_macs || !strcmp(at->vif.kind, "veth"))
		return;
	nl_request(&r, VIFMAP_CMD_PORT_GET, &set_port);
	mnl_attr_put_u32(r.nlh, VIFMAP_A_PORT_IFINDEX, at->vif.ifindex);
	if (nl_get(&r, &o))
		return;
	if (!obj_u32(o, VIFMAP_A_PORT_MACS) && !obj_u32(o, VIFMAP_A_PORT_LEARN))
		msg_note("%s has no address yet; add one with: %s vif %s",
			 at->vif.name, "vifmap mac add MAC", at->vif.name);
	free(o);
}

/* A signal waits until the vif is attached, or everything is undone */
static int attach_run(struct attach *at)
{
	sigset_t old;
	int ret;

	signals_hold(&old);
	ret = attach_steps(at);
	if (ret)
		attach_undo(at);
	else
		attach_hint(at);
	signals_release(&old);
	return ret;
}

/**
 * cmd_attach - Attach a vif to the vifmap device of a physical device.
 * @a: The words of the command.
 *
 * Return: The exit status.
 */
int cmd_attach(struct args *a)
{
	struct attach at = {};
	int ret;

	msg_command("attach");
	if (args_help(a)) {
		attach_help(stdout);
		return 0;
	}
	ret = attach_parse(&at, a);
	if (!ret)
		ret = nl_family_need();
	if (!ret)
		ret = attach_find_links(&at);
	if (!ret)
		ret = attach_run(&at);
	free(at.macs);
	return ret;
}

/**
 * cmd_detach - Detach a vif.
 * @a: The words of the command.
 *
 * Return: The exit status.
 */
int cmd_detach(struct args *a)
{
	struct link vif;
	char *name;
	int ret;

	msg_command("detach");
	if (args_help(a)) {
		detach_help(stdout);
		return 0;
	}
	ret = args_name(a, "the vif", &name);
	if (!ret)
		ret = args_end(a);
	if (!ret)
		ret = nl_family_need();
	if (!ret)
		ret = link_find_vif(name, &vif);
	if (!ret && link_set_master(vif.ifindex, 0))
		ret = nl_refused("cannot detach %s", vif.name);
	return ret;
}
