// SPDX-License-Identifier: GPL-2.0
/*
 * vifmap - import-bridge: from a bridge to a vifmap device
 */
#include <string.h>

#include "import.h"

/**
 * import_help - Print how to use import-bridge.
 * @f: Where to print it.
 */
void import_help(FILE *f)
{
	fputs("Usage: vifmap import-bridge BRIDGE [uplink PORT] [learned]\n"
	      "              [OPTION VALUE]... [--apply]\n"
	      "\n"
	      "uplink: the port that leads to the network\n"
	      "learned: map addresses that the bridge has learned, too\n"
	      "--apply: do it, rather than print the commands for it\n",
	      f);
	port_help_options(f);
}

static int import_parse_option(struct import *im, unsigned int attr,
			       const char *name, struct args *a)
{
	struct import_word *word = &im->words[im->n_words];
	int ret;

	word->attr = attr;
	word->name = name;
	word->value = args_peek(a);
	ret = option_parse(&set_port, attr, a, &im->options);
	if (!ret)
		im->n_words++;
	return ret;
}

static int import_parse(struct import *im, struct args *a)
{
	static const char *const skip[] = { "dev", "bridge" };
	const char *words[OBJ_ATTR_MAX + 3];
	unsigned int n = option_words(&set_port, words);
	const int uplink = n, learned = n + 1, apply = n + 2;
	int ret;

	words[uplink] = "uplink";
	words[learned] = "learned";
	words[apply] = "--apply";
	nl_request(&im->options, VIFMAP_CMD_PORT_SET, &set_port);
	args_skip(a, skip, ARRAY_SIZE(skip));
	ret = args_name(a, "the bridge", &im->bridge_name);
	while (!ret && a->n) {
		int i = word_need(args_next(a), words, n + 3);

		if (i < 0)
			ret = ST_USAGE;
		else if (i == learned)
			im->take_learned = true;
		else if (i == apply)
			im->apply = true;
		else if (i != uplink)
			ret = import_parse_option(im, i, words[i], a);
		else if (im->uplink_name)
			ret = msg_usage("uplink is given twice");
		else
			ret = args_name(a, "the uplink", &im->uplink_name);
	}
	return ret;
}

/* Vifs that nothing would reach, for nobody has said what is behind them */
static void import_hint(const struct import *im)
{
	const struct import_port *port;
	size_t i;

	for (i = 0; i < im->n_ports; i++) {
		port = &im->ports[i];
		if (port == im->uplink || port->fixed.n ||
		    !strcmp(port->link->kind, "veth") ||
		    nl_request_has(&im->options, VIFMAP_A_PORT_LEARN) ||
		    (im->take_learned && port->learned.n))
			continue;
		msg_note("%s has no address yet; add one with: %s vif %s",
			 port->link->name, "vifmap mac add MAC",
			 port->link->name);
	}
}

static int import_run(struct import *im)
{
	int ret;

	ret = import_read(im);
	if (ret)
		return ret;
	if (!im->apply) {
		import_print(im);
		return 0;
	}
	ret = import_apply(im);
	if (!ret)
		import_hint(im);
	return ret;
}

/**
 * cmd_import - Change from a bridge to a vifmap device.
 * @a: The words of the command.
 *
 * Return: The exit status.
 */
int cmd_import(struct args *a)
{
	struct import im = {};
	int ret;

	msg_command("import-bridge");
	if (args_help(a)) {
		import_help(stdout);
		return 0;
	}
	ret = import_parse(&im, a);
	if (!ret && im.apply)
		ret = nl_family_need();
	if (!ret)
		ret = import_run(&im);
	import_free(&im);
	return ret;
}
