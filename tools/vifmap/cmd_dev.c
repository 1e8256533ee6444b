// SPDX-License-Identifier: GPL-2.0
/*
 * vifmap - dev: vifmap devices and their options
 */
#include "nl.h"

/**
 * dev_help - Print how to use dev.
 * @f: Where to print it.
 */
void dev_help(FILE *f)
{
	fputs("Usage: vifmap dev show [DEV]\n"
	      "       vifmap dev set DEV OPTION VALUE [OPTION VALUE]...\n"
	      "\n"
	      "DEV: a vifmap device, or the physical device under it\n"
	      "OPTION: max-macs N       how many entries the map may hold\n"
	      "        learn N          addresses a new port may learn\n"
	      "        flood-rate PPS   floods from the wire a second; 0: no limit\n"
	      "        host on|off      whether vifs and the host talk to each other\n"
	      "        host-port on|off whether the device is an end of its own\n",
	      f);
}

static void dev_print(const struct obj *dev)
{
	pr_open(NULL);
	pr_text("%s:", obj_str(dev, VIFMAP_A_DEV_IFNAME));
	obj_print(dev);
	pr_text("\n");
	pr_close();
}

static int dev_show(struct args *a)
{
	struct target t = {};
	struct obj_list devs;
	char *name;
	int ret;
	size_t i;

	ret = args_target(a, &name);
	if (!ret)
		ret = nl_family_need();
	if (!ret && name)
		ret = select_dev(name, &t.dev);
	if (!ret)
		ret = select_devs(&t, &devs);
	if (ret)
		return ret;
	pr_begin();
	for (i = 0; i < devs.n; i++)
		dev_print(devs.v[i]);
	pr_end();
	obj_list_free(&devs);
	return 0;
}

static int dev_set(struct args *a)
{
	static const char *const skip[] = { "dev", "pdev" };
	__u32 ifindex;
	struct nl_req r;
	char *name;
	int ret;

	nl_request(&r, VIFMAP_CMD_DEV_SET, &set_dev);
	args_skip(a, skip, ARRAY_SIZE(skip));
	ret = args_name(a, "the device", &name);
	if (!ret)
		ret = option_parse_all(&set_dev, a, &r);
	if (!ret)
		ret = nl_family_need();
	if (!ret)
		ret = select_dev(name, &ifindex);
	if (ret)
		return ret;
	mnl_attr_put_u32(r.nlh, VIFMAP_A_DEV_IFINDEX, ifindex);
	return nl_talk(&r, NULL, NULL) ? nl_refused(NULL) : 0;
}

/**
 * cmd_dev - Show vifmap devices or set their options.
 * @a: The words of the command.
 *
 * Return: The exit status.
 */
int cmd_dev(struct args *a)
{
	static const struct command table[] = {
		{ "show", dev_show },
		{ "list", dev_show },
		{ "ls", dev_show },
		{ "set", dev_set },
	};

	msg_command("dev");
	return object_run(table, ARRAY_SIZE(table), dev_help, a);
}
