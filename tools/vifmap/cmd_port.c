// SPDX-License-Identifier: GPL-2.0
/*
 * vifmap - port: vifs and their options
 */
#include "nl.h"

/**
 * port_help_options - Print the options of a port.
 * @f: Where to print them.
 */
void port_help_options(FILE *f)
{
	fputs("OPTION: spoofcheck on|off   only mapped addresses are sources\n"
	      "        isolated on|off     no frames to and from other isolated vifs\n"
	      "        trunk on|off        let tagged frames pass\n"
	      "        learn N             how many addresses the vif may learn\n"
	      "        link-local MASK     bit X: exchange 01:80:c2:00:00:0X with the wire;\n"
	      "                            also names: stp,lacp,pae,lldp,ptp or none\n"
	      "        flood-rate PPS      broadcast and multicast frames it may send; 0: any\n"
	      "        delivery auto|queue how a frame is put on the vif\n",
	      f);
}

/**
 * port_help - Print how to use port.
 * @f: Where to print it.
 */
void port_help(FILE *f)
{
	fputs("Usage: vifmap port show [VIF | DEV]\n"
	      "       vifmap port set VIF OPTION VALUE [OPTION VALUE]...\n"
	      "\n"
	      "DEV: a vifmap device, or the physical device under it\n",
	      f);
	port_help_options(f);
}

static void port_print(const struct obj *port)
{
	pr_open(NULL);
	pr_text("%s:", obj_str(port, VIFMAP_A_PORT_IFNAME));
	obj_print(port);
	pr_text("\n");
	pr_close();
}

static int port_show(struct args *a)
{
	struct obj_list ports;
	struct target t;
	int ret;
	size_t i;

	ret = select_args(a, &t);
	if (!ret)
		ret = select_ports(&t, &ports);
	if (ret)
		return ret;
	pr_begin();
	for (i = 0; i < ports.n; i++)
		port_print(ports.v[i]);
	pr_end();
	obj_list_free(&ports);
	return 0;
}

static int port_set(struct args *a)
{
	static const char *const skip[] = { "vif" };
	struct link vif;
	struct nl_req r;
	char *name;
	int ret;

	nl_request(&r, VIFMAP_CMD_PORT_SET, &set_port);
	args_skip(a, skip, ARRAY_SIZE(skip));
	ret = args_name(a, "the vif", &name);
	if (!ret)
		ret = option_parse_all(&set_port, a, &r);
	if (!ret)
		ret = nl_family_need();
	if (!ret)
		ret = link_find_vif(name, &vif);
	if (ret)
		return ret;
	mnl_attr_put_u32(r.nlh, VIFMAP_A_PORT_IFINDEX, vif.ifindex);
	return nl_talk(&r, NULL, NULL) ? nl_refused(NULL) : 0;
}

/**
 * cmd_port - Show vifs or set their options.
 * @a: The words of the command.
 *
 * Return: The exit status.
 */
int cmd_port(struct args *a)
{
	static const struct command table[] = {
		{ "show", port_show },
		{ "list", port_show },
		{ "ls", port_show },
		{ "set", port_set },
	};

	msg_command("port");
	return object_run(table, ARRAY_SIZE(table), port_help, a);
}
