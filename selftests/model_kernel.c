// SPDX-License-Identifier: GPL-2.0
/*
 * Requests to the kernel, and its state as text
 */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <linux/if.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <linux/vifmap_link.h>
#include <sys/socket.h>

#include "model_kernel.h"
#include "patience.h"

#define PATIENCE_MS	with_patience(20000)
#define MAX_NETNS	16
#define MAX_ANNOUNCED	64
#define EVENTS_RCVBUF	(16 << 16)

static struct mnl_socket *rtnls[MAX_NETNS], *rtnl, *genl, *events;
static int family, group;
static uint32_t seq;
static char buf[65536];

void die(const char *what)
{
	printf("Bail out! %s: %s\n", what, strerror(errno));
	exit(1);
}

/* --- addresses ----------------------------------------------------------- */

void mac_to_bytes(mac_t mac, uint8_t *bytes)
{
	int i;

	for (i = 0; i < 6; i++)
		bytes[i] = mac >> (40 - 8 * i);
}

mac_t mac_from_bytes(const uint8_t *bytes)
{
	mac_t mac = 0;
	int i;

	for (i = 0; i < 6; i++)
		mac = mac << 8 | bytes[i];
	return mac;
}

const char *mac_text(mac_t mac)
{
	static char text[8][18];
	static int turn;
	uint8_t b[6];

	turn = (turn + 1) % 8;
	mac_to_bytes(mac, b);
	snprintf(text[turn], sizeof(text[turn]),
		 "%02x:%02x:%02x:%02x:%02x:%02x", b[0], b[1], b[2], b[3], b[4],
		 b[5]);
	return text[turn];
}

/* --- messages ------------------------------------------------------------ */

static struct nlmsghdr *start(int type, int flags)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | flags;
	nlh->nlmsg_seq = ++seq;
	return nlh;
}

static struct nlmsghdr *start_genl(int cmd, int flags)
{
	struct nlmsghdr *nlh = start(family, flags);
	struct genlmsghdr *g;

	g = mnl_nlmsg_put_extra_header(nlh, sizeof(*g));
	g->cmd = cmd;
	g->version = VIFMAP_FAMILY_VERSION;
	return nlh;
}

static struct nlmsghdr *start_link(int type, int flags, int ifindex)
{
	struct nlmsghdr *nlh = start(type, flags | NLM_F_ACK);
	struct ifinfomsg *ifi;

	ifi = mnl_nlmsg_put_extra_header(nlh, sizeof(*ifi));
	ifi->ifi_index = ifindex;
	return nlh;
}

static void put_mac(struct nlmsghdr *nlh, int type, mac_t mac)
{
	uint8_t bytes[6];

	mac_to_bytes(mac, bytes);
	mnl_attr_put(nlh, type, sizeof(bytes), bytes);
}

/* Sends what is in buf, and hands all answers to @cb. */
static int talk(struct mnl_socket *nl, struct nlmsghdr *nlh, mnl_cb_t cb,
		void *data)
{
	unsigned int portid = mnl_socket_get_portid(nl);
	static char reply[65536];
	int ret;

	if (mnl_socket_sendto(nl, nlh, nlh->nlmsg_len) < 0)
		die("netlink: send");
	do {
		ret = mnl_socket_recvfrom(nl, reply, sizeof(reply));
		if (ret < 0)
			die("netlink: receive");
		ret = mnl_cb_run(reply, ret, seq, portid, cb, data);
	} while (ret > MNL_CB_STOP);
	return ret < 0 ? -errno : 0;
}

static int ask(struct mnl_socket *nl, struct nlmsghdr *nlh)
{
	nlh->nlmsg_flags |= NLM_F_ACK;
	return talk(nl, nlh, NULL, NULL);
}

/* --- devices ------------------------------------------------------------- */

struct link {
	int ifindex;
	unsigned int flags;
	uint8_t operstate;
};

static int link_cb(const struct nlmsghdr *nlh, void *data)
{
	const struct ifinfomsg *ifi = mnl_nlmsg_get_payload(nlh);
	struct link *link = data;
	struct nlattr *attr;

	link->ifindex = ifi->ifi_index;
	link->flags = ifi->ifi_flags;
	mnl_attr_for_each(attr, nlh, sizeof(*ifi))
		if (mnl_attr_get_type(attr) == IFLA_OPERSTATE)
			link->operstate = mnl_attr_get_u8(attr);
	return MNL_CB_OK;
}

static int link_get(int ifindex, const char *name, struct link *link)
{
	struct nlmsghdr *nlh = start_link(RTM_GETLINK, 0, ifindex);

	if (name)
		mnl_attr_put_strz(nlh, IFLA_IFNAME, name);
	memset(link, 0, sizeof(*link));
	return talk(rtnl, nlh, link_cb, link);
}

int link_ifindex(const char *name)
{
	struct link link;

	return link_get(0, name, &link) ? 0 : link.ifindex;
}

/* Linkwatch, which switches a queue on and off some time after the carrier,
 * sets the operational state first. A device whose carrier has never changed
 * has none, and its queue is on.
 */
bool link_is_settled(int ifindex, bool carrier, bool carrier_is_own)
{
	struct link link;
	bool up;

	if (link_get(ifindex, NULL, &link))
		return false;
	up = link.operstate == IF_OPER_UP ||
	     (link.operstate == IF_OPER_UNKNOWN && carrier_is_own);
	return !!(link.flags & IFF_LOWER_UP) == carrier && up == carrier;
}

int link_set_up(int ifindex, bool up)
{
	struct nlmsghdr *nlh = start_link(RTM_NEWLINK, 0, ifindex);
	struct ifinfomsg *ifi = mnl_nlmsg_get_payload(nlh);

	ifi->ifi_change = IFF_UP;
	ifi->ifi_flags = up ? IFF_UP : 0;
	return ask(rtnl, nlh);
}

int link_set_name(int ifindex, const char *name)
{
	struct nlmsghdr *nlh = start_link(RTM_NEWLINK, 0, ifindex);

	mnl_attr_put_strz(nlh, IFLA_IFNAME, name);
	return ask(rtnl, nlh);
}

int link_set_mac(int ifindex, mac_t mac)
{
	struct nlmsghdr *nlh = start_link(RTM_NEWLINK, 0, ifindex);

	put_mac(nlh, IFLA_ADDRESS, mac);
	return ask(rtnl, nlh);
}

static int link_set_u32(int ifindex, int type, uint32_t value)
{
	struct nlmsghdr *nlh = start_link(RTM_NEWLINK, 0, ifindex);

	mnl_attr_put_u32(nlh, type, value);
	return ask(rtnl, nlh);
}

int link_set_master(int ifindex, int master)
{
	return link_set_u32(ifindex, IFLA_MASTER, master);
}

int link_set_netns(int ifindex, int netns)
{
	return link_set_u32(ifindex, IFLA_NET_NS_FD, netns);
}

int link_delete(int ifindex)
{
	return ask(rtnl, start_link(RTM_DELLINK, 0, ifindex));
}

static struct nlmsghdr *start_link_add(const char *name)
{
	struct nlmsghdr *nlh;

	nlh = start_link(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, 0);
	mnl_attr_put_strz(nlh, IFLA_IFNAME, name);
	return nlh;
}

int link_add_vifmap(const char *name, int pdev, uint32_t max_macs,
		    uint32_t learn, bool host)
{
	struct nlmsghdr *nlh = start_link_add(name);
	struct nlattr *info, *data;

	mnl_attr_put_u32(nlh, IFLA_LINK, pdev);
	info = mnl_attr_nest_start(nlh, IFLA_LINKINFO);
	mnl_attr_put_strz(nlh, IFLA_INFO_KIND, "vifmap");
	data = mnl_attr_nest_start(nlh, IFLA_INFO_DATA);
	mnl_attr_put_u32(nlh, IFLA_VIFMAP_MAX_MACS, max_macs);
	mnl_attr_put_u32(nlh, IFLA_VIFMAP_LEARN, learn);
	mnl_attr_put_u8(nlh, IFLA_VIFMAP_HOST, host);
	/* The clock is not part of the model. */
	mnl_attr_put_u32(nlh, IFLA_VIFMAP_FLOOD_RATE, 0);
	mnl_attr_nest_end(nlh, data);
	mnl_attr_nest_end(nlh, info);
	return ask(rtnl, nlh);
}

int link_add_vlan(const char *name, int lower, int vid, mac_t mac)
{
	struct nlmsghdr *nlh = start_link_add(name);
	struct nlattr *info, *data;

	mnl_attr_put_u32(nlh, IFLA_LINK, lower);
	put_mac(nlh, IFLA_ADDRESS, mac);
	info = mnl_attr_nest_start(nlh, IFLA_LINKINFO);
	mnl_attr_put_strz(nlh, IFLA_INFO_KIND, "vlan");
	data = mnl_attr_nest_start(nlh, IFLA_INFO_DATA);
	mnl_attr_put_u16(nlh, IFLA_VLAN_ID, vid);
	mnl_attr_nest_end(nlh, data);
	mnl_attr_nest_end(nlh, info);
	return ask(rtnl, nlh);
}

int link_add_veth(const char *name, mac_t mac, const char *peer,
		  mac_t peer_mac, int peer_netns)
{
	struct nlmsghdr *nlh = start_link_add(name);
	struct nlattr *info, *data, *nest;

	put_mac(nlh, IFLA_ADDRESS, mac);
	info = mnl_attr_nest_start(nlh, IFLA_LINKINFO);
	mnl_attr_put_strz(nlh, IFLA_INFO_KIND, "veth");
	data = mnl_attr_nest_start(nlh, IFLA_INFO_DATA);
	nest = mnl_attr_nest_start(nlh, VETH_INFO_PEER);
	mnl_nlmsg_put_extra_header(nlh, sizeof(struct ifinfomsg));
	mnl_attr_put_strz(nlh, IFLA_IFNAME, peer);
	put_mac(nlh, IFLA_ADDRESS, peer_mac);
	mnl_attr_put_u32(nlh, IFLA_NET_NS_FD, peer_netns);
	mnl_attr_nest_end(nlh, nest);
	mnl_attr_nest_end(nlh, data);
	mnl_attr_nest_end(nlh, info);
	return ask(rtnl, nlh);
}

/* --- the map ------------------------------------------------------------- */

static void put_u8_if(struct nlmsghdr *nlh, int type, const bool *value)
{
	if (value)
		mnl_attr_put_u8(nlh, type, *value);
}

static void put_u32_if(struct nlmsghdr *nlh, int type, const uint32_t *value)
{
	if (value)
		mnl_attr_put_u32(nlh, type, *value);
}

int dev_set(int dev, const uint32_t *max_macs, const uint32_t *learn,
	    const bool *host)
{
	struct nlmsghdr *nlh = start_genl(VIFMAP_CMD_DEV_SET, 0);

	mnl_attr_put_u32(nlh, VIFMAP_A_DEV_IFINDEX, dev);
	put_u32_if(nlh, VIFMAP_A_DEV_MAX_MACS, max_macs);
	put_u32_if(nlh, VIFMAP_A_DEV_LEARN, learn);
	put_u8_if(nlh, VIFMAP_A_DEV_HOST, host);
	return ask(genl, nlh);
}

int port_set(int vif, const struct options *options)
{
	struct nlmsghdr *nlh = start_genl(VIFMAP_CMD_PORT_SET, 0);

	mnl_attr_put_u32(nlh, VIFMAP_A_PORT_IFINDEX, vif);
	mnl_attr_put_u8(nlh, VIFMAP_A_PORT_SPOOFCHECK, options->spoofcheck);
	mnl_attr_put_u8(nlh, VIFMAP_A_PORT_ISOLATED, options->isolated);
	mnl_attr_put_u8(nlh, VIFMAP_A_PORT_TRUNK, options->trunk);
	mnl_attr_put_u32(nlh, VIFMAP_A_PORT_LEARN, options->learn);
	mnl_attr_put_u16(nlh, VIFMAP_A_PORT_LINK_LOCAL, options->link_local);
	return ask(genl, nlh);
}

static struct nlmsghdr *start_mac(int cmd, int dev, int vif, const mac_t *mac)
{
	struct nlmsghdr *nlh = start_genl(cmd, 0);

	if (dev)
		mnl_attr_put_u32(nlh, VIFMAP_A_MAC_DEV_IFINDEX, dev);
	if (vif)
		mnl_attr_put_u32(nlh, VIFMAP_A_MAC_PORT_IFINDEX, vif);
	if (mac)
		put_mac(nlh, VIFMAP_A_MAC_ADDR, *mac);
	return nlh;
}

int mac_new(int vif, mac_t mac, bool active)
{
	struct nlmsghdr *nlh = start_mac(VIFMAP_CMD_MAC_NEW, 0, vif, &mac);

	put_u8_if(nlh, VIFMAP_A_MAC_ACTIVE, &active);
	return ask(genl, nlh);
}

/* @mac: 0 for all */
int mac_del(int dev, int vif, mac_t mac)
{
	return ask(genl, start_mac(VIFMAP_CMD_MAC_DEL, dev, vif,
				   mac ? &mac : NULL));
}

/* @mac: 0 for all */
int mac_set(int dev, int vif, mac_t mac, const bool *active)
{
	struct nlmsghdr *nlh = start_mac(VIFMAP_CMD_MAC_SET, dev, vif,
					 mac ? &mac : NULL);

	put_u8_if(nlh, VIFMAP_A_MAC_ACTIVE, active);
	return ask(genl, nlh);
}

static int fdb(int type, int flags, int dev, int vif, mac_t mac)
{
	struct nlmsghdr *nlh = start(type, flags);
	struct ndmsg *ndm;

	ndm = mnl_nlmsg_put_extra_header(nlh, sizeof(*ndm));
	ndm->ndm_family = AF_BRIDGE;
	ndm->ndm_flags = NTF_SELF;
	ndm->ndm_ifindex = dev;
	ndm->ndm_state = NUD_NOARP;
	put_mac(nlh, NDA_LLADDR, mac);
	if (vif)
		mnl_attr_put_u32(nlh, NDA_IFINDEX, vif);
	return ask(rtnl, nlh);
}

int fdb_add(int dev, int vif, mac_t mac, bool replace)
{
	return fdb(RTM_NEWNEIGH, NLM_F_CREATE |
		   (replace ? NLM_F_REPLACE : NLM_F_EXCL), dev, vif, mac);
}

int fdb_del(int dev, int vif, mac_t mac)
{
	return fdb(RTM_DELNEIGH, 0, dev, vif, mac);
}

/* --- events -------------------------------------------------------------- */

/* The addresses that listeners know to be in the map */
static mac_t announced[MAX_ANNOUNCED];
static int n_announced;

static int find_announced(mac_t mac)
{
	int i;

	for (i = 0; i < n_announced; i++)
		if (announced[i] == mac)
			return i;
	return -1;
}

static void announce(mac_t mac, bool there)
{
	int i = find_announced(mac);

	if (!there && i >= 0)
		announced[i] = announced[--n_announced];
	if (there && i < 0 && n_announced < MAX_ANNOUNCED)
		announced[n_announced++] = mac;
}

static int event_cb(const struct nlmsghdr *nlh, void *data)
{
	const struct genlmsghdr *g = mnl_nlmsg_get_payload(nlh);
	struct nlattr *attr;

	(void)data;
	if (g->cmd != VIFMAP_CMD_MAC_ADD_NTF &&
	    g->cmd != VIFMAP_CMD_MAC_CHANGE_NTF &&
	    g->cmd != VIFMAP_CMD_MAC_DEL_NTF)
		return MNL_CB_OK;
	mnl_attr_for_each(attr, nlh, sizeof(*g))
		if (mnl_attr_get_type(attr) == VIFMAP_A_MAC_ADDR)
			announce(mac_from_bytes(mnl_attr_get_payload(attr)),
				 g->cmd != VIFMAP_CMD_MAC_DEL_NTF);
	return MNL_CB_OK;
}

static bool next_event(int timeout)
{
	struct pollfd pfd = {
		.fd = mnl_socket_get_fd(events), .events = POLLIN,
	};
	int ret;

	if (poll(&pfd, 1, timeout) != 1)
		return false;
	ret = mnl_socket_recvfrom(events, buf, sizeof(buf));
	if (ret < 0)
		die("events");
	mnl_cb_run(buf, ret, 0, 0, event_cb, NULL);
	return true;
}

void events_read(void)
{
	while (next_event(0))
		;
}

bool events_wait(mac_t mac, bool there)
{
	events_read();
	while ((find_announced(mac) >= 0) != there)
		if (!next_event(PATIENCE_MS))
			return false;
	return true;
}

/* --- the state ----------------------------------------------------------- */

static char *state_line(struct state *s)
{
	if (s->n == MAX_LINES)
		die("too many lines of state");
	return s->line[s->n++];
}

static int counters_text(char *to, int room, const struct counters *count)
{
	int at = 0, i;

	for (i = VIFMAP_A_STATS_RX_PACKETS; i <= VIFMAP_A_STATS_MAX; i++) {
		if (i == VIFMAP_A_STATS_RX_BYTES ||
		    i == VIFMAP_A_STATS_TX_BYTES ||
		    i == VIFMAP_A_STATS_DIRECT || !count->n[i])
			continue;
		at += snprintf(to + at, room - at, " %d:%llu", i,
			       (unsigned long long)count->n[i]);
	}
	return at;
}

static void add_counters(struct state *s, const char *name, const char *end,
			 const struct counters *count)
{
	char *to = state_line(s);
	int at = snprintf(to, MAX_LINE, "counters of %s%s:", name, end);

	counters_text(to + at, MAX_LINE - at, count);
	if (s->n_counters == MAX_COUNTERS)
		die("too many counters");
	snprintf(s->counters[s->n_counters].name,
		 sizeof(s->counters[0].name), "%s%s", name, end);
	s->counters[s->n_counters++].count = *count;
}

void state_add_dev(struct state *s, const struct dev_state *dev)
{
	snprintf(state_line(s), MAX_LINE,
		 "device %s pdev %s up %d host %d max-macs %u macs %u ports %u learn %u",
		 dev->name, dev->pdev, dev->up, dev->host, dev->max_macs,
		 dev->macs, dev->ports, dev->learn);
	add_counters(s, dev->name, ".wire", &dev->wire);
	add_counters(s, dev->name, ".host", &dev->host_count);
}

void state_add_port(struct state *s, const struct port_state *port)
{
	const struct options *o = &port->options;

	snprintf(state_line(s), MAX_LINE,
		 "vif %s dev %s up %d macs %u spoofcheck %d isolated %d trunk %d learn %u link-local %#x spoofed %s",
		 port->name, port->dev, port->up, port->macs, o->spoofcheck,
		 o->isolated, o->trunk, o->learn, o->link_local,
		 mac_text(port->spoofed));
	add_counters(s, port->name, "", &port->count);
}

void state_add_mac(struct state *s, const struct mac_state *mac)
{
	static const char *const origins[] = {
		[VIFMAP_ORIGIN_USER] = "user",
		[VIFMAP_ORIGIN_PEER] = "peer",
		[VIFMAP_ORIGIN_LEARNED] = "learned",
		[VIFMAP_ORIGIN_HOST] = "host",
		[VIFMAP_ORIGIN_DEVICE] = "device",
	};

	snprintf(state_line(s), MAX_LINE, "mac %s dev %s vif %s %s origin %s",
		 mac_text(mac->mac), mac->dev, mac->vif,
		 mac->active ? "active" : "inactive", origins[mac->origin]);
}

static int compare_lines(const void *a, const void *b)
{
	return strcmp(a, b);
}

void state_sort(struct state *s)
{
	qsort(s->line, s->n, MAX_LINE, compare_lines);
}

bool state_equal(const struct state *kernel, const struct state *model)
{
	int i = 0, j = 0, cmp;
	bool equal = true;

	while (i < kernel->n || j < model->n) {
		cmp = i == kernel->n ? 1 : j == model->n ? -1 :
		      strcmp(kernel->line[i], model->line[j]);
		if (cmp < 0)
			printf("#   kernel: %s\n", kernel->line[i]);
		if (cmp > 0)
			printf("#   model:  %s\n", model->line[j]);
		equal &= !cmp;
		i += cmp <= 0;
		j += cmp >= 0;
	}
	return equal;
}

static int64_t unaccounted(const struct counters *count)
{
	int64_t sum = count->n[VIFMAP_A_STATS_RX_PACKETS] +
		      count->n[VIFMAP_A_STATS_COPIES];
	int i;

	for (i = VIFMAP_A_STATS_FLOODED; i <= VIFMAP_A_STATS_MAX; i++)
		sum -= count->n[i];
	return sum;
}

bool state_sums_hold(const struct state *s)
{
	bool hold = true;
	int64_t n;
	int i;

	for (i = 0; i < s->n_counters; i++) {
		n = unaccounted(&s->counters[i].count);
		if (!n)
			continue;
		printf("#   %lld frames of %s are not accounted for\n",
		       (long long)n, s->counters[i].name);
		hold = false;
	}
	return hold;
}

static int parse_counter(const struct nlattr *attr, void *data)
{
	struct counters *count = data;
	int type = mnl_attr_get_type(attr);

	if (type >= VIFMAP_A_STATS_RX_PACKETS && type <= VIFMAP_A_STATS_MAX)
		count->n[type] = mnl_attr_get_u64(attr);
	return MNL_CB_OK;
}

static int parse_dev(const struct nlattr *attr, void *data)
{
	struct dev_state *dev = data;

	switch (mnl_attr_get_type(attr)) {
	case VIFMAP_A_DEV_IFNAME:
		dev->name = mnl_attr_get_str(attr);
		break;
	case VIFMAP_A_DEV_PDEV_IFNAME:
		dev->pdev = mnl_attr_get_str(attr);
		break;
	case VIFMAP_A_DEV_UP:
		dev->up = mnl_attr_get_u8(attr);
		break;
	case VIFMAP_A_DEV_HOST:
		dev->host = mnl_attr_get_u8(attr);
		break;
	case VIFMAP_A_DEV_MAX_MACS:
		dev->max_macs = mnl_attr_get_u32(attr);
		break;
	case VIFMAP_A_DEV_MACS:
		dev->macs = mnl_attr_get_u32(attr);
		break;
	case VIFMAP_A_DEV_PORTS:
		dev->ports = mnl_attr_get_u32(attr);
		break;
	case VIFMAP_A_DEV_LEARN:
		dev->learn = mnl_attr_get_u32(attr);
		break;
	case VIFMAP_A_DEV_WIRE_STATS:
		mnl_attr_parse_nested(attr, parse_counter, &dev->wire);
		break;
	case VIFMAP_A_DEV_HOST_STATS:
		mnl_attr_parse_nested(attr, parse_counter, &dev->host_count);
		break;
	}
	return MNL_CB_OK;
}

static int parse_port(const struct nlattr *attr, void *data)
{
	struct port_state *port = data;

	switch (mnl_attr_get_type(attr)) {
	case VIFMAP_A_PORT_IFNAME:
		port->name = mnl_attr_get_str(attr);
		break;
	case VIFMAP_A_PORT_DEV_IFNAME:
		port->dev = mnl_attr_get_str(attr);
		break;
	case VIFMAP_A_PORT_UP:
		port->up = mnl_attr_get_u8(attr);
		break;
	case VIFMAP_A_PORT_MACS:
		port->macs = mnl_attr_get_u32(attr);
		break;
	case VIFMAP_A_PORT_SPOOFCHECK:
		port->options.spoofcheck = mnl_attr_get_u8(attr);
		break;
	case VIFMAP_A_PORT_ISOLATED:
		port->options.isolated = mnl_attr_get_u8(attr);
		break;
	case VIFMAP_A_PORT_TRUNK:
		port->options.trunk = mnl_attr_get_u8(attr);
		break;
	case VIFMAP_A_PORT_LEARN:
		port->options.learn = mnl_attr_get_u32(attr);
		break;
	case VIFMAP_A_PORT_LINK_LOCAL:
		port->options.link_local = mnl_attr_get_u16(attr);
		break;
	case VIFMAP_A_PORT_SPOOFED_ADDR:
		port->spoofed = mac_from_bytes(mnl_attr_get_payload(attr));
		break;
	case VIFMAP_A_PORT_STATS:
		mnl_attr_parse_nested(attr, parse_counter, &port->count);
		break;
	}
	return MNL_CB_OK;
}

static int parse_mac(const struct nlattr *attr, void *data)
{
	struct mac_state *mac = data;

	switch (mnl_attr_get_type(attr)) {
	case VIFMAP_A_MAC_ADDR:
		mac->mac = mac_from_bytes(mnl_attr_get_payload(attr));
		break;
	case VIFMAP_A_MAC_DEV_IFNAME:
		mac->dev = mnl_attr_get_str(attr);
		break;
	case VIFMAP_A_MAC_PORT_IFNAME:
		mac->vif = mnl_attr_get_str(attr);
		break;
	case VIFMAP_A_MAC_ACTIVE:
		mac->active = mnl_attr_get_u8(attr);
		break;
	case VIFMAP_A_MAC_ORIGIN:
		mac->origin = mnl_attr_get_u32(attr);
		break;
	}
	return MNL_CB_OK;
}

static int dev_cb(const struct nlmsghdr *nlh, void *data)
{
	struct dev_state dev = { .name = "", .pdev = "" };

	mnl_attr_parse(nlh, GENL_HDRLEN, parse_dev, &dev);
	state_add_dev(data, &dev);
	return MNL_CB_OK;
}

static int port_cb(const struct nlmsghdr *nlh, void *data)
{
	struct port_state port = { .name = "", .dev = "" };

	mnl_attr_parse(nlh, GENL_HDRLEN, parse_port, &port);
	state_add_port(data, &port);
	return MNL_CB_OK;
}

static int mac_cb(const struct nlmsghdr *nlh, void *data)
{
	struct mac_state mac = { .dev = "", .vif = "" };

	mnl_attr_parse(nlh, GENL_HDRLEN, parse_mac, &mac);
	state_add_mac(data, &mac);
	return MNL_CB_OK;
}

static void dump(int cmd, mnl_cb_t cb, struct state *s)
{
	if (talk(genl, start_genl(cmd, NLM_F_DUMP), cb, s))
		die("netlink: state");
}

void state_dump(struct state *s)
{
	s->n = 0;
	s->n_counters = 0;
	dump(VIFMAP_CMD_DEV_GET, dev_cb, s);
	dump(VIFMAP_CMD_PORT_GET, port_cb, s);
	dump(VIFMAP_CMD_MAC_GET, mac_cb, s);
	state_sort(s);
}

/* --- opening ------------------------------------------------------------- */

static int group_cb(const struct nlattr *attr, void *data)
{
	struct nlattr *inner;

	(void)data;
	mnl_attr_for_each_nested(inner, attr)
		if (mnl_attr_get_type(inner) == CTRL_ATTR_MCAST_GRP_ID)
			group = mnl_attr_get_u32(inner);
	return MNL_CB_OK;
}

static int family_cb(const struct nlmsghdr *nlh, void *data)
{
	struct nlattr *attr;

	(void)data;
	mnl_attr_for_each(attr, nlh, GENL_HDRLEN) {
		if (mnl_attr_get_type(attr) == CTRL_ATTR_FAMILY_ID)
			family = mnl_attr_get_u16(attr);
		if (mnl_attr_get_type(attr) == CTRL_ATTR_MCAST_GROUPS)
			mnl_attr_parse_nested(attr, group_cb, NULL);
	}
	return MNL_CB_OK;
}

static struct mnl_socket *open_bus(int bus)
{
	struct mnl_socket *nl = mnl_socket_open2(bus, SOCK_CLOEXEC);

	if (!nl || mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID) < 0)
		die("netlink socket");
	return nl;
}

void links_of(int netns)
{
	rtnl = rtnls[netns];
}

void kernel_open(const int *netns, int n)
{
	int i, room = EVENTS_RCVBUF;
	struct nlmsghdr *nlh;
	struct genlmsghdr *g;

	for (i = n - 1; i >= 0; i--) {
		if (setns(netns[i], CLONE_NEWNET))
			die("setns");
		rtnls[i] = open_bus(NETLINK_ROUTE);
	}
	links_of(0);
	genl = open_bus(NETLINK_GENERIC);
	events = open_bus(NETLINK_GENERIC);
	nlh = start(GENL_ID_CTRL, NLM_F_ACK);
	g = mnl_nlmsg_put_extra_header(nlh, sizeof(*g));
	g->cmd = CTRL_CMD_GETFAMILY;
	g->version = 1;
	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, VIFMAP_FAMILY_NAME);
	if (talk(genl, nlh, family_cb, NULL))
		die("no family vifmap");
	if (setsockopt(mnl_socket_get_fd(events), SOL_SOCKET, SO_RCVBUFFORCE,
		       &room, sizeof(room)) < 0 ||
	    mnl_socket_setsockopt(events, NETLINK_ADD_MEMBERSHIP, &group,
				  sizeof(group)) < 0)
		die("events");
}
