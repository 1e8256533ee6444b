// SPDX-License-Identifier: GPL-2.0
/*
 * link_vifmap - options of vifmap devices and vifs for ip(8) of iproute2
 *
 * ip loads link_KIND.so for a kind of link that it does not know, and looks for
 * KIND_link_util in there: vifmap is for devices, vifmap_slave for vifs. Both
 * are in this file, which a symbolic link makes known under the second name.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>
#include <linux/vifmap_link.h>

#include "../../vifmap/value.h"
#include "link_util.h"

#define EXPORT	__attribute__((visibility("default")))

/* Room for the name of an option and what it takes, in the help */
#define HELP_WIDTH	25

/* What ip reserves for a request, its header excepted */
#define REQUEST_SIZE	1024

enum option_type { OPT_U32, OPT_ONOFF, OPT_MASK, OPT_DELIVERY };

/**
 * struct option - An option of a device or of a vif.
 * @name: What the user types.
 * @takes: What has to follow.
 * @help: What it does.
 * @type: How it is read and printed.
 * @attr: Number of its attribute.
 */
struct option {
	const char *name;
	const char *takes;
	const char *help;
	enum option_type type;
	unsigned short attr;
};

/**
 * struct kind - A kind of links.
 * @util: What ip sees of it.
 * @options: Its options.
 * @count: How many there are.
 */
struct kind {
	struct link_util *util;
	const struct option *options;
	unsigned int count;
};

static const struct option dev_options[] = {
	{ "max-macs", "N",
	  "how many addresses the map may hold",
	  OPT_U32, IFLA_VIFMAP_MAX_MACS },
	{ "learn", "N",
	  "learn option that vifs start with",
	  OPT_U32, IFLA_VIFMAP_LEARN },
	{ "flood-rate", "PPS",
	  "broadcasts and multicasts a second from the wire",
	  OPT_U32, IFLA_VIFMAP_FLOOD_RATE },
	{ "host", "{ on | off }",
	  "whether vifs and host talk",
	  OPT_ONOFF, IFLA_VIFMAP_HOST },
	{ "host-port", "{ on | off }",
	  "whether the device is an end itself",
	  OPT_ONOFF, IFLA_VIFMAP_HOST_PORT },
};

static const struct option port_options[] = {
	{ "spoofcheck", "{ on | off }",
	  "only mapped addresses are sources",
	  OPT_ONOFF, IFLA_VIFMAP_PORT_SPOOFCHECK },
	{ "isolated", "{ on | off }",
	  "no frames among isolated vifs",
	  OPT_ONOFF, IFLA_VIFMAP_PORT_ISOLATED },
	{ "trunk", "{ on | off }",
	  "let tagged frames pass",
	  OPT_ONOFF, IFLA_VIFMAP_PORT_TRUNK },
	{ "learn", "N",
	  "how many addresses it may learn",
	  OPT_U32, IFLA_VIFMAP_PORT_LEARN },
	{ "link-local", "MASK",
	  "01:80:c2:00:00:0X to exchange: stp,lldp ...",
	  OPT_MASK, IFLA_VIFMAP_PORT_LINK_LOCAL },
	{ "flood-rate", "PPS",
	  "broadcasts and multicasts a second; 0: any",
	  OPT_U32, IFLA_VIFMAP_PORT_FLOOD_RATE },
	{ "delivery", "{ auto | queue }",
	  "how a frame is put on the vif",
	  OPT_DELIVERY, IFLA_VIFMAP_PORT_DELIVERY },
};

static const char *const delivery_words[] = { "auto", "queue" };

static const struct kind *kind_of(const struct link_util *lu);

static void help_print(struct link_util *lu, int argc, char **argv, FILE *f)
{
	const struct kind *kind = kind_of(lu);
	const struct option *option;
	unsigned int i;
	int width;

	(void)argc;
	(void)argv;
	fprintf(f, "Usage: ... %s [ OPTION VALUE ]...\n", lu->id);
	for (i = 0; i < kind->count; i++) {
		option = &kind->options[i];
		width = HELP_WIDTH - strlen(option->name);
		fprintf(f, "\t%s %-*s %s\n", option->name, width,
			option->takes, option->help);
	}
}

static bool value_put(const struct option *option, const char *value,
		      struct nlmsghdr *nlh)
{
	const size_t size = REQUEST_SIZE;
	unsigned int i;
	__u16 mask;
	__u32 val;
	bool on;

	switch (option->type) {
	case OPT_U32:
		return parse_u32(value, &val) &&
		       mnl_attr_put_u32_check(nlh, size, option->attr, val);
	case OPT_ONOFF:
		return parse_onoff(value, &on) &&
		       mnl_attr_put_u8_check(nlh, size, option->attr, on);
	case OPT_MASK:
		return parse_link_local(value, &mask) &&
		       mnl_attr_put_u16_check(nlh, size, option->attr, mask);
	case OPT_DELIVERY:
		for (i = 0; i < ARRAY_SIZE(delivery_words); i++)
			if (!strcmp(value, delivery_words[i]))
				return mnl_attr_put_u32_check(nlh, size,
							      option->attr, i);
	}
	return false;
}

static const char *value_wanted(const struct option *option)
{
	switch (option->type) {
	case OPT_U32:
		return "a number";
	case OPT_ONOFF:
		return "on or off";
	case OPT_MASK:
		return "a mask of 16 bits, or names such as stp,lldp";
	default:
		return "auto or queue";
	}
}

/* The whole word: abbreviations of ip change their meaning with each version */
static const struct option *option_find(const struct kind *kind,
					const char *word)
{
	unsigned int i;

	for (i = 0; i < kind->count; i++)
		if (!strcmp(word, kind->options[i].name))
			return &kind->options[i];
	return NULL;
}

static int option_parse(const struct kind *kind, int argc, char **argv,
			struct nlmsghdr *nlh, unsigned int *seen)
{
	const struct option *option = option_find(kind, argv[0]);
	const char *id = kind->util->id;

	if (!option)
		return fprintf(stderr, "%s: unknown option \"%s\"?\n", id,
			       argv[0]);
	if (argc < 2)
		return fprintf(stderr, "%s: \"%s\" wants a value\n", id,
			       argv[0]);
	if (*seen & 1U << option->attr)
		return fprintf(stderr, "%s: \"%s\" is given twice\n", id,
			       argv[0]);
	*seen |= 1U << option->attr;
	if (!value_put(option, argv[1], nlh))
		return fprintf(stderr, "%s: \"%s\" wants %s, not \"%s\"\n", id,
			       argv[0], value_wanted(option), argv[1]);
	return 0;
}

static int options_parse(struct link_util *lu, int argc, char **argv,
			 struct nlmsghdr *nlh)
{
	const struct kind *kind = kind_of(lu);
	unsigned int seen = 0;

	for (; argc > 0; argc -= 2, argv += 2) {
		if (!strcmp(argv[0], "help")) {
			help_print(lu, 0, NULL, stderr);
			return -1;
		}
		if (option_parse(kind, argc, argv, nlh, &seen))
			return -1;
	}
	return 0;
}

static unsigned int attr_value(const struct rtattr *rta)
{
	switch (RTA_PAYLOAD(rta)) {
	case sizeof(__u8):
		return *(const __u8 *)RTA_DATA(rta);
	case sizeof(__u16):
		return *(const __u16 *)RTA_DATA(rta);
	case sizeof(__u32):
		return *(const __u32 *)RTA_DATA(rta);
	default:
		return 0;
	}
}

static const char *delivery_word(unsigned int val)
{
	return val < ARRAY_SIZE(delivery_words) ? delivery_words[val] :
						  "unknown";
}

static void option_print(const struct option *option, unsigned int val,
			 FILE *f)
{
	switch (option->type) {
	case OPT_U32:
		fprintf(f, "%s %u ", option->name, val);
		break;
	case OPT_ONOFF:
		fprintf(f, "%s %s ", option->name, val ? "on" : "off");
		break;
	case OPT_MASK:
		fprintf(f, "%s 0x%04x ", option->name, val);
		break;
	case OPT_DELIVERY:
		fprintf(f, "%s %s ", option->name, delivery_word(val));
		break;
	}
}

static void option_json(const struct option *option, unsigned int val)
{
	struct json_writer *w;

	if (!get_json_writer || !jsonw_bool_field || !jsonw_uint_field ||
	    !jsonw_string_field)
		return;
	w = get_json_writer();
	switch (option->type) {
	case OPT_U32:
	case OPT_MASK:
		jsonw_uint_field(w, option->name, val);
		break;
	case OPT_ONOFF:
		jsonw_bool_field(w, option->name, val);
		break;
	case OPT_DELIVERY:
		jsonw_string_field(w, option->name, delivery_word(val));
		break;
	}
}

static void options_print(struct link_util *lu, FILE *f, struct rtattr *tb[])
{
	const struct kind *kind = kind_of(lu);
	bool json = is_json_context && is_json_context();
	unsigned int i;

	for (i = 0; tb && i < kind->count; i++) {
		const struct option *option = &kind->options[i];

		if (!tb[option->attr])
			continue;
		if (json)
			option_json(option, attr_value(tb[option->attr]));
		else
			option_print(option, attr_value(tb[option->attr]), f);
	}
}

EXPORT struct link_util vifmap_link_util = {
	.id = "vifmap",
	.maxattr = IFLA_VIFMAP_MAX,
	.parse_opt = options_parse,
	.print_opt = options_print,
	.print_help = help_print,
};

EXPORT struct link_util vifmap_slave_link_util = {
	.id = "vifmap_slave",
	.maxattr = IFLA_VIFMAP_PORT_MAX,
	.parse_opt = options_parse,
	.print_opt = options_print,
	.print_help = help_print,
};

static const struct kind dev_kind = {
	&vifmap_link_util, dev_options, ARRAY_SIZE(dev_options),
};

static const struct kind port_kind = {
	&vifmap_slave_link_util, port_options, ARRAY_SIZE(port_options),
};

static const struct kind *kind_of(const struct link_util *lu)
{
	return lu == &vifmap_link_util ? &dev_kind : &port_kind;
}
