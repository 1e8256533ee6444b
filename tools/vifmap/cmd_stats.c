// SPDX-License-Identifier: GPL-2.0
/*
 * vifmap - stats: every counter of every end, by name
 */
#include <string.h>

#include "nl.h"

/**
 * stats_help - Print how to use stats.
 * @f: Where to print it.
 */
void stats_help(FILE *f)
{
	fputs("Usage: vifmap stats [DEV | VIF] [--prometheus]\n"
	      "\n"
	      "DEV: a vifmap device, or the physical device under it\n"
	      "--prometheus: in the text format that Prometheus reads\n",
	      f);
}

static void stats_text(const struct stats *s)
{
	unsigned int i;

	for (i = 0; i <= VIFMAP_A_STATS_MAX; i++)
		if (stats_name(i))
			pr_text("    %s%s %llu\n",
				stats_is_drop(i) ? "dropped " : "",
				stats_name(i), s->val[i]);
}

static void stats_end(const struct obj *o, unsigned int attr,
		      const char *end, const char *ifname)
{
	struct stats s;

	if (!obj_stats(o, attr, &s))
		return;
	pr_open(NULL);
	pr_str("end", "  %s", end);
	if (ifname)
		pr_str("ifname", " %s", ifname);
	pr_text(":\n");
	if (opt.json)
		stats_json(&s);
	else
		stats_text(&s);
	pr_close();
}

static void stats_dev(const struct obj *dev, const struct target *t,
		      const struct obj_list *ports)
{
	const char *name = obj_str(dev, VIFMAP_A_DEV_IFNAME);
	size_t i;

	pr_open(NULL);
	pr_str("dev", "%s:", name);
	pr_str("pdev", " pdev %s\n", obj_str(dev, VIFMAP_A_DEV_PDEV_IFNAME));
	pr_array_open("ends");
	if (!t->vif) {
		stats_end(dev, VIFMAP_A_DEV_WIRE_STATS, "wire", NULL);
		stats_end(dev, VIFMAP_A_DEV_HOST_STATS, "host", NULL);
		stats_end(dev, VIFMAP_A_DEV_PORT_STATS, "port", name);
	}
	for (i = 0; i < ports->n; i++)
		if (obj_u32(ports->v[i], VIFMAP_A_PORT_DEV_IFINDEX) ==
		    obj_u32(dev, VIFMAP_A_DEV_IFINDEX))
			stats_end(ports->v[i], VIFMAP_A_PORT_STATS, "vif",
				  obj_str(ports->v[i], VIFMAP_A_PORT_IFNAME));
	pr_array_close();
	pr_close();
}

static void stats_print(const struct obj_list *devs, const struct target *t,
			const struct obj_list *ports)
{
	size_t i;

	pr_begin();
	for (i = 0; i < devs->n; i++)
		stats_dev(devs->v[i], t, ports);
	pr_end();
}

static int stats_show(const struct target *t, bool prometheus)
{
	const struct obj_list none = {};
	struct obj_list ports;
	struct obj_list devs;
	int ret;

	ret = select_devs(t, &devs);
	if (ret)
		return ret;
	ret = select_ports(t, &ports);
	if (!ret) {
		if (prometheus)
			prometheus_print(t->vif ? &none : &devs, &ports);
		else
			stats_print(&devs, t, &ports);
		obj_list_free(&ports);
	}
	obj_list_free(&devs);
	return ret;
}

/* The option stands before the name or after it */
static bool stats_take_option(struct args *a)
{
	const char *const word = "--prometheus";

	if (a->n && !strcmp(a->v[0], word)) {
		args_next(a);
		return true;
	}
	if (a->n && !strcmp(a->v[a->n - 1], word)) {
		a->n--;
		return true;
	}
	return false;
}

/**
 * cmd_stats - Show all counters.
 * @a: The words of the command.
 *
 * Return: The exit status.
 */
int cmd_stats(struct args *a)
{
	struct target t;
	bool prometheus;
	int ret;

	msg_command("stats");
	if (args_help(a)) {
		stats_help(stdout);
		return 0;
	}
	prometheus = stats_take_option(a);
	if (prometheus && opt.json)
		return msg_usage("--prometheus and -json do not go together");
	ret = select_args(a, &t);
	return ret ?: stats_show(&t, prometheus);
}
