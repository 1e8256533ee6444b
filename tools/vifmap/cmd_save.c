// SPDX-License-Identifier: GPL-2.0
/*
 * vifmap - save: print the configuration as apply reads it
 *
 * What comes by itself is left out: learned entries, and the host's.
 */
#include <string.h>

#include "config.h"

/* More addresses than these have a line each */
#define SAVE_MACS	4

/**
 * save_help - Print how to use save.
 * @f: Where to print it.
 */
void save_help(FILE *f)
{
	fputs("Usage: vifmap save [DEV | VIF]\n"
	      "\n"
	      "DEV: a vifmap device, or the physical device under it\n",
	      f);
}

/* A name may have in it what means something else to who reads the file */
static void save_name(const char *name)
{
	if (!strpbrk(name, "#\"'")) {
		pr_text(" %s", name);
		return;
	}
	pr_text(" ");
	for (; *name; name++) {
		char quote = *name == '"' ? '\'' : '"';

		pr_text("%c%c%c", quote, *name, quote);
	}
}

/* In JSON all options, in text those that are not as they are by default */
static void save_options(const struct obj *o, unsigned int learn,
			 __u32 learn_dflt)
{
	unsigned int attr;

	for (attr = 1; attr <= o->set->max; attr++) {
		const struct attr_info *info = &o->set->attr[attr];
		__u32 dflt = attr == learn ? learn_dflt : info->dflt;

		if (info->option && obj_attr(o, attr) &&
		    (opt.json || opt.details || obj_u32(o, attr) != dflt))
			obj_print_attr(o, attr);
	}
}

static bool save_is_of(const struct obj *mac, const struct obj *port)
{
	return obj_u32(mac, VIFMAP_A_MAC_PORT_IFINDEX) ==
	       obj_u32(port, VIFMAP_A_PORT_IFINDEX);
}

/* What apply has to be told of the entries of a vif */
static bool save_mac_wanted(const struct obj *mac, const struct obj *port)
{
	__u32 origin = obj_u32(mac, VIFMAP_A_MAC_ORIGIN);

	return save_is_of(mac, port) && (origin == VIFMAP_ORIGIN_USER ||
					 origin == VIFMAP_ORIGIN_PEER);
}

static const char *save_addr(const struct obj *mac, char *buf)
{
	if (obj_u32(mac, VIFMAP_A_MAC_ORIGIN) == VIFMAP_ORIGIN_PEER)
		return CONF_PEER;
	return obj_mac(mac, VIFMAP_A_MAC_ADDR, buf);
}

static const char *save_state(const struct obj *mac)
{
	return obj_u32(mac, VIFMAP_A_MAC_ACTIVE) ? "" : " inactive";
}

/* A veth that is attached has the address of its peer, unless told otherwise */
static void save_no_macs(const struct obj *port)
{
	struct link l;

	if (!link_get(obj_u32(port, VIFMAP_A_PORT_IFINDEX), &l) &&
	    !strcmp(l.kind, "veth"))
		pr_text(" mac " CONF_NONE);
}

/* What a veth has that nobody has told anything */
static bool save_is_plain(const struct obj *mac, size_t n)
{
	return n == 1 && obj_u32(mac, VIFMAP_A_MAC_ACTIVE) &&
	       obj_u32(mac, VIFMAP_A_MAC_ORIGIN) == VIFMAP_ORIGIN_PEER;
}

/* In the line of the vif */
static void save_few_macs(const struct obj *port, const struct obj_list *macs,
			  size_t n)
{
	char buf[MAC_STRLEN];
	size_t i;

	for (i = 0; i < macs->n; i++) {
		const struct obj *mac = macs->v[i];

		if (save_mac_wanted(mac, port) && !save_is_plain(mac, n))
			pr_text(" mac %s%s", save_addr(mac, buf),
				save_state(mac));
	}
}

/* In lines of their own */
static void save_many_macs(const struct obj *port, const struct obj_list *macs)
{
	char buf[MAC_STRLEN];
	size_t i;

	for (i = 0; i < macs->n; i++) {
		const struct obj *mac = macs->v[i];

		if (!save_mac_wanted(mac, port))
			continue;
		pr_text("mac %s vif", save_addr(mac, buf));
		save_name(obj_str(port, VIFMAP_A_PORT_IFNAME));
		pr_text("%s\n", save_state(mac));
	}
}

static void save_port_text(const struct obj *dev, const struct obj *port,
			   const struct obj_list *macs)
{
	size_t n = 0;
	size_t i;

	for (i = 0; i < macs->n; i++)
		n += save_mac_wanted(macs->v[i], port);
	pr_text("vif");
	save_name(obj_str(port, VIFMAP_A_PORT_IFNAME));
	pr_text(" pdev");
	save_name(obj_str(dev, VIFMAP_A_DEV_PDEV_IFNAME));
	if (!n)
		save_no_macs(port);
	else if (n <= SAVE_MACS)
		save_few_macs(port, macs, n);
	save_options(port, VIFMAP_A_PORT_LEARN,
		     obj_u32(dev, VIFMAP_A_DEV_LEARN));
	pr_text("\n");
	if (n > SAVE_MACS)
		save_many_macs(port, macs);
}

static void save_macs_json(const struct obj *port, const struct obj_list *macs)
{
	size_t i;

	pr_array_open("macs");
	for (i = 0; i < macs->n; i++) {
		if (!save_mac_wanted(macs->v[i], port))
			continue;
		pr_open(NULL);
		obj_print_attr(macs->v[i], VIFMAP_A_MAC_ADDR);
		obj_print_attr(macs->v[i], VIFMAP_A_MAC_ACTIVE);
		obj_print_attr(macs->v[i], VIFMAP_A_MAC_ORIGIN);
		pr_close();
	}
	pr_array_close();
}

static void save_port_json(const struct obj *port, const struct obj_list *macs)
{
	pr_open(NULL);
	pr_str("vif", NULL, obj_str(port, VIFMAP_A_PORT_IFNAME));
	save_options(port, 0, 0);
	save_macs_json(port, macs);
	pr_close();
}

static void save_port(const struct obj *dev, const struct obj *port,
		      const struct obj_list *macs)
{
	if (opt.json)
		save_port_json(port, macs);
	else
		save_port_text(dev, port, macs);
}

static void save_dev(const struct obj *dev, const struct obj_list *ports,
		     const struct obj_list *macs)
{
	bool up = obj_u32(dev, VIFMAP_A_DEV_UP);
	size_t i;

	pr_open(NULL);
	pr_text("dev");
	if (opt.json) {
		pr_str("dev", NULL, obj_str(dev, VIFMAP_A_DEV_IFNAME));
		obj_print_attr(dev, VIFMAP_A_DEV_PDEV_IFNAME);
		pr_bool("up", NULL, NULL, up);
	} else {
		save_name(obj_str(dev, VIFMAP_A_DEV_IFNAME));
		pr_text(" pdev");
		save_name(obj_str(dev, VIFMAP_A_DEV_PDEV_IFNAME));
		pr_text("%s", up ? "" : " down");
	}
	save_options(dev, 0, 0);
	pr_text("\n");
	pr_array_open("vifs");
	for (i = 0; i < ports->n; i++)
		if (obj_u32(ports->v[i], VIFMAP_A_PORT_DEV_IFINDEX) ==
		    obj_u32(dev, VIFMAP_A_DEV_IFINDEX))
			save_port(dev, ports->v[i], macs);
	pr_array_close();
	pr_close();
}

/**
 * cmd_save - Print the configuration.
 * @a: The words of the command.
 *
 * Return: The exit status.
 */
int cmd_save(struct args *a)
{
	struct obj_list devs = {}, ports = {}, macs = {};
	struct target t;
	int ret;
	size_t i;

	msg_command("save");
	if (args_help(a)) {
		save_help(stdout);
		return 0;
	}
	ret = select_args(a, &t);
	if (!ret)
		ret = select_devs(&t, &devs);
	if (!ret)
		ret = select_ports(&t, &ports);
	if (!ret)
		ret = select_macs(&t, &macs);
	if (!ret) {
		select_sort_macs(&macs);
		pr_begin();
		for (i = 0; i < devs.n; i++)
			save_dev(devs.v[i], &ports, &macs);
		pr_end();
	}
	obj_list_free(&devs);
	obj_list_free(&ports);
	obj_list_free(&macs);
	return ret;
}
