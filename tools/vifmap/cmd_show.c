// SPDX-License-Identifier: GPL-2.0
/*
 * vifmap - show: devices, vifs, entries and counters at a glance
 */
#include <stdlib.h>
#include <string.h>

#include "nl.h"

/* More addresses of one vif than a glance takes in */
#define SHOW_MACS	8

/**
 * struct show - What is shown.
 * @devs: The devices.
 * @ports: The vifs.
 * @macs: The entries, those of one vif in a row.
 */
struct show {
	struct obj_list devs;
	struct obj_list ports;
	struct obj_list macs;
};

/**
 * struct span - The entries of one vif.
 * @v: The first.
 * @n: How many there are.
 */
struct span {
	struct obj **v;
	size_t n;
};

/**
 * show_help - Print how to use show.
 * @f: Where to print it.
 */
void show_help(FILE *f)
{
	fputs("Usage: vifmap [-details] show [DEV | VIF]\n"
	      "\n"
	      "DEV: a vifmap device, or the physical device under it\n",
	      f);
}

/* By device, then by vif; those of the host, which have none, come first */
static int mac_cmp(const struct obj *a, __u32 dev, __u32 vif)
{
	__u32 a_dev = obj_u32(a, VIFMAP_A_MAC_DEV_IFINDEX);
	__u32 a_vif = obj_u32(a, VIFMAP_A_MAC_PORT_IFINDEX);

	if (a_dev != dev)
		return a_dev < dev ? -1 : 1;
	return a_vif < vif ? -1 : a_vif > vif;
}

static int mac_sort(const void *a, const void *b)
{
	const struct obj *m = *(struct obj *const *)a;
	const struct obj *n = *(struct obj *const *)b;
	int ret;

	ret = mac_cmp(m, obj_u32(n, VIFMAP_A_MAC_DEV_IFINDEX),
		      obj_u32(n, VIFMAP_A_MAC_PORT_IFINDEX));
	if (ret || !obj_attr(m, VIFMAP_A_MAC_ADDR) ||
	    !obj_attr(n, VIFMAP_A_MAC_ADDR))
		return ret;
	return memcmp(mnl_attr_get_payload(obj_attr(m, VIFMAP_A_MAC_ADDR)),
		      mnl_attr_get_payload(obj_attr(n, VIFMAP_A_MAC_ADDR)),
		      MAC_LEN);
}

static struct span show_macs(const struct show *s, __u32 dev, __u32 vif)
{
	struct span span = { .v = s->macs.v };
	size_t high = s->macs.n;
	size_t low = 0;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (mac_cmp(s->macs.v[mid], dev, vif) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	span.v += low;
	while (low < s->macs.n && !mac_cmp(s->macs.v[low], dev, vif)) {
		span.n++;
		low++;
	}
	return span;
}

static void show_drops(const struct stats *s)
{
	__u64 sum = stats_drops(s);
	const char *sep = " (";
	unsigned int i;

	if (!sum)
		return;
	pr_text(", dropped %llu", sum);
	for (i = 0; i <= VIFMAP_A_STATS_MAX; i++) {
		if (!stats_is_drop(i) || !s->val[i])
			continue;
		pr_text("%s%s %llu", sep, stats_name(i), s->val[i]);
		sep = ", ";
	}
	pr_text(")");
}

/* One line of counters; @text is what it begins with */
static void show_stats(const struct obj *o, unsigned int attr,
		       const char *key, const char *text)
{
	struct stats s;

	if (!obj_stats(o, attr, &s))
		return;
	if (opt.json) {
		pr_open(key);
		stats_json(&s);
		pr_close();
		return;
	}
	pr_text("%srx %llu packets %llu bytes, tx %llu packets %llu bytes",
		text, s.val[VIFMAP_A_STATS_RX_PACKETS],
		s.val[VIFMAP_A_STATS_RX_BYTES],
		s.val[VIFMAP_A_STATS_TX_PACKETS],
		s.val[VIFMAP_A_STATS_TX_BYTES]);
	if (s.val[VIFMAP_A_STATS_TX_DROPPED])
		pr_text(", tx-dropped %llu",
			s.val[VIFMAP_A_STATS_TX_DROPPED]);
	show_drops(&s);
	pr_text("\n");
}

static void show_entry_json(const struct obj *o)
{
	char buf[MAC_STRLEN];

	pr_open(NULL);
	pr_str("addr", NULL, obj_mac(o, VIFMAP_A_MAC_ADDR, buf));
	pr_bool("active", NULL, NULL, obj_u32(o, VIFMAP_A_MAC_ACTIVE));
	pr_str("origin", NULL, obj_word(o, VIFMAP_A_MAC_ORIGIN));
	if (obj_attr(o, VIFMAP_A_MAC_IDLE))
		pr_uint("idle", NULL, obj_u32(o, VIFMAP_A_MAC_IDLE));
	pr_close();
}

static void show_entry_text(const struct obj *o)
{
	bool user = obj_u32(o, VIFMAP_A_MAC_ORIGIN) == VIFMAP_ORIGIN_USER;
	bool active = obj_u32(o, VIFMAP_A_MAC_ACTIVE);
	char buf[MAC_STRLEN];

	pr_text(" %s", obj_mac(o, VIFMAP_A_MAC_ADDR, buf));
	if (active && user)
		return;
	pr_text("(%s%s%s)", active ? "" : "inactive",
		active || user ? "" : ",",
		user ? "" : obj_word(o, VIFMAP_A_MAC_ORIGIN));
}

static void show_entries(const struct span *macs)
{
	size_t n = macs->n;
	size_t i;

	if (!opt.json && !opt.details && n > SHOW_MACS)
		n = SHOW_MACS;
	pr_array_open("entries");
	for (i = 0; i < n; i++) {
		if (opt.json)
			show_entry_json(macs->v[i]);
		else
			show_entry_text(macs->v[i]);
	}
	pr_array_close();
	if (n < macs->n)
		pr_text(" and %zu more", macs->n - n);
	if (!n)
		pr_text(" no address");
	pr_text("\n");
}

static void show_port(const struct show *s, const struct obj *port)
{
	struct span macs;
	char buf[MAC_STRLEN];

	macs = show_macs(s, obj_u32(port, VIFMAP_A_PORT_DEV_IFINDEX),
			 obj_u32(port, VIFMAP_A_PORT_IFINDEX));
	pr_open(NULL);
	obj_json(port);
	pr_text("  %s: %s", obj_str(port, VIFMAP_A_PORT_IFNAME),
		obj_word(port, VIFMAP_A_PORT_UP));
	show_entries(&macs);
	if (!opt.json)
		obj_print_changed(port, "     ");
	show_stats(port, VIFMAP_A_PORT_STATS, "stats", "      ");
	if (obj_attr(port, VIFMAP_A_PORT_SPOOFED_ADDR))
		pr_text("      last refused source %s\n",
			obj_mac(port, VIFMAP_A_PORT_SPOOFED_ADDR, buf));
	pr_close();
}

static void show_ports(const struct show *s, __u32 dev)
{
	size_t i;

	pr_array_open("vifs");
	for (i = 0; i < s->ports.n; i++)
		if (obj_u32(s->ports.v[i], VIFMAP_A_PORT_DEV_IFINDEX) == dev)
			show_port(s, s->ports.v[i]);
	pr_array_close();
}

/* Addresses that lead to no vif: a list that few want to see */
static void show_own_entries(const struct show *s, __u32 dev, __u32 vif,
			     const char *key, const char *text)
{
	struct span macs = show_macs(s, dev, vif);
	char buf[MAC_STRLEN];
	size_t i;

	if (!opt.json && !opt.details)
		return;
	pr_array_open(key);
	if (macs.n)
		pr_text("%s", text);
	for (i = 0; i < macs.n; i++)
		pr_str(NULL, " %s", obj_mac(macs.v[i], VIFMAP_A_MAC_ADDR, buf));
	if (macs.n)
		pr_text("\n");
	pr_array_close();
}

static void show_dev_text(const struct obj *dev)
{
	const char *pdev = obj_str(dev, VIFMAP_A_DEV_PDEV_IFNAME);
	__u32 ports = obj_u32(dev, VIFMAP_A_DEV_PORTS);

	pr_text("%s: pdev %s %s, %u vif%s, %u of %u macs\n",
		obj_str(dev, VIFMAP_A_DEV_IFNAME), pdev,
		obj_word(dev, VIFMAP_A_DEV_UP), ports, ports == 1 ? "" : "s",
		obj_u32(dev, VIFMAP_A_DEV_MACS),
		obj_u32(dev, VIFMAP_A_DEV_MAX_MACS));
	obj_print_changed(dev, "   ");
	if (obj_u32(dev, VIFMAP_A_DEV_PROMISC))
		pr_text("    %s is promiscuous: it has no unicast filter\n",
			pdev);
	if (!obj_u32(dev, VIFMAP_A_DEV_EGRESS_HOOK))
		pr_text("    no egress hook: %s\n",
			"the host's own frames do not reach vifs");
}

static void show_dev(const struct show *s, const struct obj *dev)
{
	__u32 ifindex = obj_u32(dev, VIFMAP_A_DEV_IFINDEX);

	pr_open(NULL);
	obj_json(dev);
	if (!opt.json)
		show_dev_text(dev);
	show_stats(dev, VIFMAP_A_DEV_WIRE_STATS, "wire", "    wire ");
	show_stats(dev, VIFMAP_A_DEV_HOST_STATS, "host-stats", "    host ");
	if (opt.json || opt.details || obj_u32(dev, VIFMAP_A_DEV_HOST_PORT))
		show_stats(dev, VIFMAP_A_DEV_PORT_STATS, "port-stats",
			   "    port ");
	show_own_entries(s, ifindex, 0, "host-entries", "    host address");
	show_own_entries(s, ifindex, ifindex, "port-entries",
			 "    port address");
	show_ports(s, ifindex);
	pr_close();
}

static int show_read(const struct target *t, struct show *s)
{
	/* The host's entries belong to the device, whichever vif is shown */
	const struct target macs = { .dev = t->dev };
	int ret;

	ret = select_devs(t, &s->devs);
	if (!ret)
		ret = select_ports(t, &s->ports);
	if (!ret)
		ret = select_macs(&macs, &s->macs);
	if (!ret && s->macs.n)
		qsort(s->macs.v, s->macs.n, sizeof(*s->macs.v), mac_sort);
	return ret;
}

/**
 * cmd_show - Show what there is.
 * @a: The words of the command.
 *
 * Return: The exit status.
 */
int cmd_show(struct args *a)
{
	struct show s = {};
	struct target t;
	int ret;
	size_t i;

	msg_command("show");
	if (args_help(a)) {
		show_help(stdout);
		return 0;
	}
	ret = select_args(a, &t);
	if (!ret)
		ret = show_read(&t, &s);
	if (!ret) {
		pr_begin();
		for (i = 0; i < s.devs.n; i++)
			show_dev(&s, s.devs.v[i]);
		pr_end();
	}
	obj_list_free(&s.devs);
	obj_list_free(&s.ports);
	obj_list_free(&s.macs);
	return ret;
}
