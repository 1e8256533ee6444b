// SPDX-License-Identifier: GPL-2.0
/*
 * vifmap - import-bridge: the change as commands, for a shell or to be read
 *
 * They are in the order in which import_apply.c goes about it.
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <linux/neighbour.h>
#include <linux/rtnetlink.h>

#include "import.h"

#define LINE_SIZE	1024

/**
 * struct line - A command being put together.
 * @len: Its length.
 * @buf: Its words.
 */
struct line {
	size_t len;
	char buf[LINE_SIZE];
};

__printf(2, 3)
static void line_add(struct line *l, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(l->buf + l->len, sizeof(l->buf) - l->len, fmt, ap);
	va_end(ap);
	if (n > 0)
		l->len += n;
	if (l->len >= sizeof(l->buf))
		l->len = sizeof(l->buf) - 1;
}

/* A name, so that a shell takes it for one word */
static void line_name(struct line *l, const char *before, const char *name)
{
	const char *c = name;

	while (isalnum((unsigned char)*c) || (*c && strchr("_.,:@%+=-", *c)))
		c++;
	line_add(l, "%s", before);
	if (!*c) {
		line_add(l, "%s", name);
		return;
	}
	line_add(l, "'");
	for (; *name; name++)
		line_add(l, *name == '\'' ? "'\\%c'" : "%c", *name);
	line_add(l, "'");
}

static void line_end(struct line *l)
{
	pr_str(NULL, "%s\n", l->buf);
	l->len = 0;
}

static void line_ip(struct line *l, int family, const char *before,
		    const struct nlattr *nla)
{
	char text[INET6_ADDRSTRLEN];

	if (nla && inet_ntop(family, mnl_attr_get_payload(nla), text,
			     sizeof(text)))
		line_add(l, "%s%s", before, text);
}

/* --- addresses ------------------------------------------------------------ */

/* How long an address lasts, or NULL where that is for ever */
static const struct ifa_cacheinfo *addr_life(const struct nlmsghdr *nlh)
{
	const struct ifa_cacheinfo *life;
	const struct nlattr *nla;

	nla = msg_attr(nlh, sizeof(struct ifaddrmsg), IFA_CACHEINFO);
	life = nla ? mnl_attr_get_payload(nla) : NULL;
	return life && life->ifa_valid != UINT32_MAX ? life : NULL;
}

static void line_lifetime(struct line *l, const char *name, __u32 seconds)
{
	if (seconds == UINT32_MAX)
		line_add(l, " %s forever", name);
	else
		line_add(l, " %s %u", name, seconds);
}

static void line_addr_flags(struct line *l, __u32 flags)
{
	static const struct {
		__u32 flag;
		const char *word;
	} words[] = {
		{ IFA_F_NODAD, "nodad" },
		{ IFA_F_HOMEADDRESS, "home" },
		{ IFA_F_MANAGETEMPADDR, "mngtmpaddr" },
		{ IFA_F_NOPREFIXROUTE, "noprefixroute" },
		{ IFA_F_MCAUTOJOIN, "autojoin" },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(words); i++)
		if (flags & words[i].flag)
			line_add(l, " %s", words[i].word);
}

static void print_addr(const struct import *im, const struct nlmsghdr *nlh)
{
	const struct ifaddrmsg *ifa = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *local = msg_attr(nlh, sizeof(*ifa), IFA_LOCAL);
	const struct nlattr *addr = msg_attr(nlh, sizeof(*ifa), IFA_ADDRESS);
	const struct ifa_cacheinfo *life = addr_life(nlh);
	const struct nlattr *label;
	char text[IFNAMSIZ];
	struct line l = {};

	line_add(&l, "ip address add");
	line_ip(&l, ifa->ifa_family, " ", local ?: addr);
	if (local && addr && memcmp(mnl_attr_get_payload(local),
				    mnl_attr_get_payload(addr),
				    mnl_attr_get_payload_len(local)))
		line_ip(&l, ifa->ifa_family, " peer ", addr);
	line_add(&l, "/%u", ifa->ifa_prefixlen);
	line_ip(&l, ifa->ifa_family, " broadcast ",
		msg_attr(nlh, sizeof(*ifa), IFA_BROADCAST));
	if (ifa->ifa_family == AF_INET)
		line_add(&l, " scope %u", ifa->ifa_scope);
	line_addr_flags(&l, import_addr_flags(nlh));
	if (life) {
		line_lifetime(&l, "valid_lft", life->ifa_valid);
		line_lifetime(&l, "preferred_lft", life->ifa_prefered);
	}
	line_name(&l, " dev ", im->uplink->link->name);
	label = msg_attr(nlh, sizeof(*ifa), IFA_LABEL);
	if (label && import_label(im, label, text))
		line_name(&l, " label ", text);
	line_end(&l);
}

/* Neither program need be there, so it is a suggestion */
static void print_announce(const struct import *im, const struct nlmsghdr *nlh)
{
	const struct nlattr *addr = announce_addr(nlh);
	const struct ifaddrmsg *ifa = mnl_nlmsg_get_payload(nlh);
	const char *uplink = im->uplink->link->name;
	struct line l = {};

	if (!addr)
		return;
	if (ifa->ifa_family == AF_INET) {
		line_name(&l, "arping -U -c 3 -I ", uplink);
		line_ip(&l, AF_INET, " ", addr);
	} else {
		line_name(&l, "ndptool -t na -U -i ", uplink);
		line_ip(&l, AF_INET6, " -T ", addr);
		line_add(&l, " send");
	}
	pr_str(NULL, "# tell neighbours: %s\n", l.buf);
}

static bool any_expires(const struct import *im)
{
	size_t i;

	for (i = 0; i < im->addrs.n; i++)
		if (addr_life(im->addrs.v[i]))
			return true;
	return false;
}

/* --- routes --------------------------------------------------------------- */

static const char *const metric_names[] = {
	[RTAX_MTU] = "mtu", [RTAX_WINDOW] = "window", [RTAX_RTT] = "rtt",
	[RTAX_RTTVAR] = "rttvar", [RTAX_SSTHRESH] = "ssthresh",
	[RTAX_CWND] = "cwnd", [RTAX_ADVMSS] = "advmss",
	[RTAX_REORDERING] = "reordering", [RTAX_HOPLIMIT] = "hoplimit",
	[RTAX_INITCWND] = "initcwnd", [RTAX_RTO_MIN] = "rto_min",
	[RTAX_INITRWND] = "initrwnd", [RTAX_QUICKACK] = "quickack",
};

static bool metrics_known(const struct nlattr *metrics)
{
	const struct nlattr *nla;

	mnl_attr_for_each_nested(nla, metrics) {
		__u16 type = mnl_attr_get_type(nla);

		if (type >= ARRAY_SIZE(metric_names) || !metric_names[type])
			return false;
	}
	return true;
}

/**
 * import_route_known - See whether a route has nothing that would be lost.
 * @nlh: The route.
 *
 * Return: Whether it is so.
 */
bool import_route_known(const struct nlmsghdr *nlh)
{
	const struct nlattr *nla;

	mnl_attr_for_each(nla, nlh, sizeof(struct rtmsg)) {
		switch (mnl_attr_get_type(nla)) {
		case RTA_DST:
		case RTA_OIF:
		case RTA_GATEWAY:
		case RTA_PRIORITY:
		case RTA_PREFSRC:
		case RTA_TABLE:
		case RTA_PREF:
		case RTA_CACHEINFO:
			break;
		case RTA_METRICS:
			if (!metrics_known(nla))
				return false;
			break;
		default:
			return false;
		}
	}
	return true;
}

/* The gateway of a route of the one family may have an address of the other */
static void line_dst(struct line *l, const struct nlmsghdr *nlh)
{
	const struct rtmsg *rtm = mnl_nlmsg_get_payload(nlh);

	line_add(l, "ip -%d route append", rtm->rtm_family == AF_INET ? 4 : 6);
	if (!rtm->rtm_dst_len) {
		line_add(l, " default");
		return;
	}
	line_ip(l, rtm->rtm_family, " ",
		msg_attr(nlh, sizeof(*rtm), RTA_DST));
	line_add(l, "/%u", rtm->rtm_dst_len);
}

static void line_number(struct line *l, const struct nlmsghdr *nlh,
			unsigned int type, const char *name)
{
	const struct nlattr *nla = msg_attr(nlh, sizeof(struct rtmsg), type);

	if (nla)
		line_add(l, " %s %u", name, attr_number(nla));
}

static void line_metrics(struct line *l, const struct nlattr *metrics)
{
	const struct nlattr *nla;

	if (!metrics)
		return;
	mnl_attr_for_each_nested(nla, metrics)
		line_add(l, " %s %u", metric_names[mnl_attr_get_type(nla)],
			 attr_number(nla));
}

static void print_route(const struct import *im, const struct nlmsghdr *nlh)
{
	static const char *const pref[] = { "medium", "high", "", "low" };
	const struct rtmsg *rtm = mnl_nlmsg_get_payload(nlh);
	const size_t header = sizeof(*rtm);
	const struct nlattr *nla;
	struct line l = {};

	line_dst(&l, nlh);
	line_ip(&l, rtm->rtm_family, " via ",
		msg_attr(nlh, header, RTA_GATEWAY));
	line_name(&l, " dev ", im->uplink->link->name);
	line_add(&l, " proto %u", rtm->rtm_protocol);
	if (rtm->rtm_family == AF_INET)
		line_add(&l, " scope %u", rtm->rtm_scope);
	if (rtm->rtm_tos)
		line_add(&l, " tos %u", rtm->rtm_tos);
	line_ip(&l, rtm->rtm_family, " src ",
		msg_attr(nlh, header, RTA_PREFSRC));
	line_number(&l, nlh, RTA_PRIORITY, "metric");
	line_number(&l, nlh, RTA_TABLE, "table");
	line_metrics(&l, msg_attr(nlh, header, RTA_METRICS));
	nla = msg_attr(nlh, header, RTA_PREF);
	if (attr_number(nla) && attr_number(nla) < ARRAY_SIZE(pref))
		line_add(&l, " pref %s", pref[attr_number(nla)]);
	if (rtm->rtm_flags & RTNH_F_ONLINK)
		line_add(&l, " onlink");
	line_end(&l);
}

/* --- vifs ----------------------------------------------------------------- */

static void print_release(const struct import_port *port)
{
	struct line l = {};

	line_name(&l, "ip link set dev ", port->link->name);
	line_add(&l, " nomaster");
	line_end(&l);
}

static bool word_given(const struct import *im, unsigned int attr)
{
	unsigned int i;

	for (i = 0; i < im->n_words; i++)
		if (im->words[i].attr == attr)
			return true;
	return false;
}

static void print_attach(const struct import *im,
			 const struct import_port *port)
{
	struct line l = {};
	unsigned int i;

	line_name(&l, "vifmap attach ", port->link->name);
	line_name(&l, " pdev ", im->uplink->link->name);
	if (port->isolated && !word_given(im, VIFMAP_A_PORT_ISOLATED))
		line_add(&l, " isolated on");
	if (port->link_local && !word_given(im, VIFMAP_A_PORT_LINK_LOCAL))
		line_add(&l, " link-local 0x%04x", port->link_local);
	for (i = 0; i < im->n_words; i++)
		line_add(&l, " %s %s", im->words[i].name, im->words[i].value);
	line_end(&l);
}

static const char *fdb_mac(const struct nlmsghdr *nlh, char *buf)
{
	return mac_str(mnl_attr_get_payload(msg_attr(nlh, sizeof(struct ndmsg),
						     NDA_LLADDR)), buf);
}

static void print_mac(const struct import_port *port,
		      const struct nlmsghdr *nlh)
{
	char buf[MAC_STRLEN];
	struct line l = {};

	line_add(&l, "vifmap mac add %s", fdb_mac(nlh, buf));
	line_name(&l, " vif ", port->link->name);
	line_end(&l);
}

static void print_vif(const struct import *im, const struct import_port *port)
{
	char buf[MAC_STRLEN];
	size_t i;

	print_release(port);
	print_attach(im, port);
	for (i = 0; i < port->fixed.n; i++)
		if (import_fdb_maps(port->fixed.v[i]))
			print_mac(port, port->fixed.v[i]);
	for (i = 0; i < port->learned.n; i++) {
		if (im->take_learned)
			print_mac(port, port->learned.v[i]);
		else
			pr_text("# learned: vifmap mac add %s vif %s\n",
				fdb_mac(port->learned.v[i], buf),
				port->link->name);
	}
}

/* --- all of it ------------------------------------------------------------ */

static void print_remarks(const struct import *im)
{
	const struct iface *uplink = im->uplink->link;
	const struct iface *bridge = im->bridge;
	char mac[MAC_STRLEN];

	pr_text("# %s: %s leads to the network; %zu vif%s\n", bridge->name,
		uplink->name, im->n_ports - 1, im->n_ports == 2 ? "" : "s");
	if (import_mac_changes(im))
		pr_text("# The host's MAC address will be %s, that of %s\n",
			mac_str(uplink->addr, mac), uplink->name);
	if (any_expires(im))
		pr_text("# Some addresses expire: %s, has to run on %s then\n",
			"what renews them, such as a DHCP client",
			uplink->name);
	pr_text("# Whatever makes %s at boot is still to be changed\n",
		bridge->name);
}

static void print_commands(const struct import *im)
{
	struct line l = {};
	size_t i;

	print_release(im->uplink);
	if (im->ipv6) {
		line_name(&l, "echo 0 >/proc/sys/net/ipv6/conf/",
			  im->uplink->link->name);
		line_add(&l, "/disable_ipv6");
		line_end(&l);
	}
	for (i = 0; i < im->addrs.n; i++)
		print_addr(im, im->addrs.v[i]);
	for (i = 0; i < im->routes.n; i++)
		print_route(im, im->routes.v[i]);
	for (i = 0; i < im->n_ports; i++)
		if (&im->ports[i] != im->uplink)
			print_vif(im, &im->ports[i]);
	line_name(&l, "ip link delete dev ", im->bridge->name);
	line_end(&l);
}

static void print_announces(const struct import *im)
{
	size_t i;

	pr_array_open("announce");
	for (i = 0; import_mac_changes(im) && i < im->addrs.n; i++)
		print_announce(im, im->addrs.v[i]);
	pr_array_close();
}

static void print_macs(const char *key, const struct msg_list *list)
{
	char buf[MAC_STRLEN];
	size_t i;

	pr_array_open(key);
	for (i = 0; i < list->n; i++)
		if (import_fdb_maps(list->v[i]))
			pr_str(NULL, NULL, fdb_mac(list->v[i], buf));
	pr_array_close();
}

static void json_vifs(const struct import *im)
{
	size_t i;

	pr_array_open("vifs");
	for (i = 0; i < im->n_ports; i++) {
		if (&im->ports[i] == im->uplink)
			continue;
		pr_open(NULL);
		pr_str("ifname", NULL, im->ports[i].link->name);
		print_macs("static", &im->ports[i].fixed);
		print_macs("learned", &im->ports[i].learned);
		pr_close();
	}
	pr_array_close();
}

/**
 * import_print - Print the change as commands.
 * @im: The import, read.
 */
void import_print(const struct import *im)
{
	pr_begin();
	pr_open(NULL);
	pr_str("bridge", NULL, im->bridge->name);
	pr_str("uplink", NULL, im->uplink->link->name);
	pr_bool("expires", NULL, NULL, any_expires(im));
	if (opt.json)
		json_vifs(im);
	else
		print_remarks(im);
	pr_array_open("commands");
	print_commands(im);
	pr_array_close();
	print_announces(im);
	pr_close();
	pr_end();
}
