// SPDX-License-Identifier: GPL-2.0
/*
 * vifmap - show: devices, vifs, entries and counters at a glance
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "nl.h"

/* A day, at the most, between two looks */
#define SHOW_WATCH_MIN	0.1
#define SHOW_WATCH_MAX	86400

/* Cursor to the corner, and nothing on the screen */
#define SHOW_CLEAR	"\033[H\033[2J"

/* More addresses of one vif than a glance takes in */
#define SHOW_MACS	8

/**
 * struct show - What is shown.
 * @devs: The devices.
 * @ports: The vifs.
 * @macs: The entries, those of one vif in a row.
 * @when: When it was read.
 * @before: What was shown last, or NULL.
 */
struct show {
	struct obj_list devs;
	struct obj_list ports;
	struct obj_list macs;
	struct timespec when;
	const struct show *before;
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
	fputs("Usage: vifmap [-details] show [DEV | VIF] [-w SECONDS]\n"
	      "\n"
	      "DEV: a vifmap device, or the physical device under it\n"
	      "-w: again and again, with what happened in a second\n",
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

static double show_seconds(const struct show *s)
{
	const struct timespec *now = &s->when;
	const struct timespec *then = &s->before->when;

	return now->tv_sec - then->tv_sec +
	       (now->tv_nsec - then->tv_nsec) / 1e9;
}

/* The same object when it was shown last, or NULL */
static const struct obj *show_before(const struct show *s,
				     const struct obj *o)
{
	const bool is_dev = o->set == &set_dev;
	const unsigned int attr = is_dev ? VIFMAP_A_DEV_IFINDEX :
					   VIFMAP_A_PORT_IFINDEX;
	const struct obj_list *list;
	size_t i;

	if (!s->before)
		return NULL;
	list = is_dev ? &s->before->devs : &s->before->ports;
	for (i = 0; i < list->n; i++)
		if (obj_u32(list->v[i], attr) == obj_u32(o, attr))
			return list->v[i];
	return NULL;
}

static void show_rate(const char *key, const char *fmt, __u64 now, __u64 then,
		      double seconds)
{
	/* A vif that was detached meanwhile begins anew */
	pr_uint(key, fmt, now < then ? 0 : llround((now - then) / seconds));
}

/* What happened since the last look, by the second */
static void show_rates(const struct show *s, const struct obj *o,
		       unsigned int attr, const struct stats *now,
		       const char *indent)
{
	const struct obj *before = show_before(s, o);
	const double seconds = before ? show_seconds(s) : 0;
	struct stats then;

	if (!before || seconds <= 0 || !obj_stats(before, attr, &then))
		return;
	pr_open("rate");
	pr_text("%*s", (int)strlen(indent), "");
	show_rate("rx-packets", "rx %llu packets/s",
		  now->val[VIFMAP_A_STATS_RX_PACKETS],
		  then.val[VIFMAP_A_STATS_RX_PACKETS], seconds);
	show_rate("rx-bytes", " %llu bytes/s",
		  now->val[VIFMAP_A_STATS_RX_BYTES],
		  then.val[VIFMAP_A_STATS_RX_BYTES], seconds);
	show_rate("tx-packets", ", tx %llu packets/s",
		  now->val[VIFMAP_A_STATS_TX_PACKETS],
		  then.val[VIFMAP_A_STATS_TX_PACKETS], seconds);
	show_rate("tx-bytes", " %llu bytes/s",
		  now->val[VIFMAP_A_STATS_TX_BYTES],
		  then.val[VIFMAP_A_STATS_TX_BYTES], seconds);
	show_rate("dropped", ", dropped %llu/s", stats_drops(now),
		  stats_drops(&then), seconds);
	pr_text("\n");
	pr_close();
}

/* Lines of counters; @text is what they begin with */
static void show_stats(const struct show *show, const struct obj *o,
		       unsigned int attr, const char *key, const char *text)
{
	struct stats s;

	if (!obj_stats(o, attr, &s))
		return;
	if (opt.json) {
		pr_open(key);
		stats_json(&s);
		show_rates(show, o, attr, &s, text);
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
	show_rates(show, o, attr, &s, text);
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
	show_stats(s, port, VIFMAP_A_PORT_STATS, "stats", "      ");
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
	show_stats(s, dev, VIFMAP_A_DEV_WIRE_STATS, "wire", "    wire ");
	show_stats(s, dev, VIFMAP_A_DEV_HOST_STATS, "host-stats",
		   "    host ");
	if (opt.json || opt.details || obj_u32(dev, VIFMAP_A_DEV_HOST_PORT))
		show_stats(s, dev, VIFMAP_A_DEV_PORT_STATS, "port-stats",
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

	clock_gettime(CLOCK_MONOTONIC, &s->when);
	ret = select_devs(t, &s->devs);
	if (!ret)
		ret = select_ports(t, &s->ports);
	if (!ret)
		ret = select_macs(&macs, &s->macs);
	if (!ret && s->macs.n)
		qsort(s->macs.v, s->macs.n, sizeof(*s->macs.v), mac_sort);
	return ret;
}

static void show_free(struct show *s)
{
	obj_list_free(&s->devs);
	obj_list_free(&s->ports);
	obj_list_free(&s->macs);
	memset(s, 0, sizeof(*s));
}

static int show_once(const struct target *t, struct show *s)
{
	int ret = show_read(t, s);
	size_t i;

	if (ret)
		return ret;
	pr_begin();
	for (i = 0; i < s->devs.n; i++)
		show_dev(s, s->devs.v[i]);
	pr_end();
	return 0;
}

/* Until a signal comes, nobody reads any more, or what is shown has gone */
static int show_watch(const struct target *t, double seconds)
{
	const bool screen = isatty(STDOUT_FILENO) && !opt.json;
	const struct timespec pause = {
		.tv_sec = seconds,
		.tv_nsec = (seconds - floor(seconds)) * 1e9,
	};
	struct show now = {}, before = {};
	struct timespec left;
	int ret;

	for (;;) {
		pr_text("%s", screen ? SHOW_CLEAR : "");
		ret = show_once(t, &now);
		/* The next look will be complete */
		nl_incomplete();
		if (!screen)
			pr_text("\n");
		ret = pr_flush() ?: ret;
		if (ret)
			break;
		left = pause;
		while (nanosleep(&left, &left) && errno == EINTR)
			;
		show_free(&before);
		before = now;
		before.before = NULL;
		now = (struct show){ .before = &before };
	}
	show_free(&now);
	show_free(&before);
	return ret;
}

/* @seconds stays 0 where nothing is said of them */
static int show_parse_watch(struct args *a, double *seconds)
{
	char *value, *end;
	int ret;

	if (!a->n || strcmp(a->v[0], "-w"))
		return 0;
	args_next(a);
	ret = args_value(a, "-w", &value);
	if (ret)
		return ret;
	*seconds = strtod(value, &end);
	if (end == value || *end || !(*seconds >= SHOW_WATCH_MIN) ||
	    *seconds > SHOW_WATCH_MAX)
		return msg_usage("-w wants seconds, 0.1 to %d, not \"%s\"",
				 SHOW_WATCH_MAX, value);
	return 0;
}

/* The option stands before the name or after it */
static int show_parse(struct args *a, double *seconds)
{
	struct args last = *a;
	int ret;

	ret = show_parse_watch(a, seconds);
	if (ret || *seconds || a->n < 2)
		return ret;
	while (last.n && strcmp(last.v[0], "-w"))
		args_next(&last);
	if (!last.n)
		return 0;
	a->n -= last.n;
	ret = show_parse_watch(&last, seconds);
	return ret ?: args_end(&last);
}

/**
 * cmd_show - Show what there is.
 * @a: The words of the command.
 *
 * Return: The exit status.
 */
int cmd_show(struct args *a)
{
	double seconds = 0;
	struct show s = {};
	struct target t;
	int ret;

	msg_command("show");
	if (args_help(a)) {
		show_help(stdout);
		return 0;
	}
	ret = show_parse(a, &seconds);
	if (!ret)
		ret = select_args(a, &t);
	if (ret)
		return ret;
	if (seconds)
		return show_watch(&t, seconds);
	ret = show_once(&t, &s);
	show_free(&s);
	return ret;
}
