// SPDX-License-Identifier: GPL-2.0
/*
 * vifmap - the CNI plugin: what is set up, and looked at, in the container
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <linux/if_addr.h>

#include "cni.h"

/* Nanoseconds between two looks, and the most of them, ten seconds */
#define POLL_STEP	(20 * 1000 * 1000)
#define CARRIER_TRIES	500
#define DAD_TRIES	500

static size_t list_length(struct json_object *list)
{
	return list ? json_object_array_length(list) : 0;
}

/**
 * container_up - Set the container's interface up.
 * @c: The call.
 * @netns: The container's namespace.
 * @l: Where to put what is known of the interface.
 *
 * Return: 0 or -1.
 */
int container_up(const struct cni *c, int netns, struct link *l)
{
	int ret;

	if (netns_enter(netns))
		return -1;
	ret = link_find(c->ifname, l);
	if (!ret && link_set_up(l->ifindex, true))
		ret = nl_refused("cannot set %s up in the container",
				 c->ifname);
	netns_leave();
	return ret;
}

static int set_sysctl(const struct cni *c, const char *name, char value)
{
	char path[128];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/sys/net/ipv6/conf/%s/%s",
		 c->ifname, name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	n = fd < 0 ? -1 : write(fd, &value, 1);
	if (n != 1)
		cni_fail(CNI_ERR_REFUSED, "cannot write %s: %s", path,
			 strerror(errno));
	if (fd >= 0)
		close(fd);
	return n == 1 ? 0 : -1;
}

/*
 * A container may come with IPv6 switched off, whatever addresses it gets.
 * Those who knew the address of an earlier container are told of this one.
 */
static int allow_ipv6(const struct cni *c)
{
	if (set_sysctl(c, "disable_ipv6", '0'))
		return -1;
	return set_sysctl(c, "ndisc_notify", '1');
}

static int ip_of(struct json_object *entry, const char *key, struct cni_ip *ip)
{
	const char *text = cni_get_str(entry, key);

	if (text && ip_parse_prefix(text, ip))
		return 0;
	return cni_fail(CNI_ERR_DECODE, "%s: \"%s\" is no address/prefix", key,
			text ?: "");
}

static int add_ips(const struct cni *c, __u32 ifindex,
		   struct json_object *list)
{
	struct cni_ip ip;
	size_t i;

	for (i = 0; i < list_length(list); i++) {
		struct json_object *o = json_object_array_get_idx(list, i);

		if (ip_of(o, "address", &ip))
			return -1;
		if (ip.family == AF_INET6 && allow_ipv6(c))
			return -1;
		if (net_add_ip(ifindex, &ip))
			return nl_refused("cannot give %s to %s",
					  cni_get_str(o, "address"),
					  c->ifname);
	}
	return 0;
}

/* The router of a route that names none; one of the same family */
static bool find_gateway(struct json_object *ips, int family,
			 struct cni_ip *gw)
{
	const char *text;
	size_t i;

	for (i = 0; i < list_length(ips); i++) {
		text = cni_get_str(json_object_array_get_idx(ips, i),
				   "gateway");
		if (text && ip_parse(text, gw) && gw->family == family)
			return true;
	}
	return false;
}

static int add_route(__u32 ifindex, struct json_object *ips,
		     struct json_object *route)
{
	const char *via = cni_get_str(route, "gw");
	struct cni_ip dst, gw;
	bool have_gw;
	int ret;

	if (ip_of(route, "dst", &dst))
		return -1;
	have_gw = via ? ip_parse(via, &gw) && gw.family == dst.family :
			find_gateway(ips, dst.family, &gw);
	if (via && !have_gw)
		return cni_fail(CNI_ERR_DECODE,
				"gw: \"%s\" is no router for %s", via,
				cni_get_str(route, "dst"));
	ret = net_add_route(ifindex, &dst, have_gw ? &gw : NULL, route);
	/* Another network of the container may have it already */
	if (ret && ret != -EEXIST)
		return nl_refused("cannot add the route to %s",
				  cni_get_str(route, "dst"));
	return 0;
}

static int add_routes(__u32 ifindex, struct json_object *ipam)
{
	struct json_object *ips = cni_get(ipam, "ips", json_type_array);
	struct json_object *list = cni_get(ipam, "routes", json_type_array);
	size_t i;

	for (i = 0; i < list_length(list); i++)
		if (add_route(ifindex, ips, json_object_array_get_idx(list, i)))
			return -1;
	return 0;
}

/* What is sent before the kernel has noticed the carrier is lost */
static void wait_for_carrier(__u32 ifindex)
{
	const struct timespec step = { .tv_nsec = POLL_STEP };
	unsigned int tries;
	struct link l;

	for (tries = 0; tries < CARRIER_TRIES; tries++) {
		if (link_get(ifindex, &l) || l.flags & IFF_RUNNING)
			return;
		nanosleep(&step, NULL);
	}
}

/* Until then the container cannot use its address, and may never */
static int wait_for_dad(__u32 ifindex, struct json_object *entry)
{
	const struct timespec step = { .tv_nsec = POLL_STEP };
	unsigned int flags, tries;
	struct cni_ip ip;
	bool has;

	if (ip_of(entry, "address", &ip))
		return -1;
	for (tries = 0; tries < DAD_TRIES; tries++) {
		if (net_has_ip(ifindex, &ip, &has, &flags))
			return nl_refused("cannot look up addresses");
		if (!has || flags & IFA_F_DADFAILED)
			return cni_fail(CNI_ERR_REFUSED,
					"%s is another's address already",
					cni_get_str(entry, "address"));
		if (!(flags & IFA_F_TENTATIVE))
			return 0;
		nanosleep(&step, NULL);
	}
	return cni_fail(CNI_ERR_REFUSED, "%s does not become usable",
			cni_get_str(entry, "address"));
}

/* The kernel says nothing of IPv4 addresses; who does not hear it will ask */
static void announce(const struct link *l, struct json_object *entry)
{
	const char *text = cni_get_str(entry, "address");
	struct cni_ip ip;

	if (text && ip_parse_prefix(text, &ip) && ip.family == AF_INET)
		net_announce(l, &ip);
}

static int wait_for_ips(const struct link *l, struct json_object *list)
{
	size_t i;

	if (!list_length(list))
		return 0;
	wait_for_carrier(l->ifindex);
	for (i = 0; i < list_length(list); i++)
		announce(l, json_object_array_get_idx(list, i));
	for (i = 0; i < list_length(list); i++)
		if (wait_for_dad(l->ifindex,
				 json_object_array_get_idx(list, i)))
			return -1;
	return 0;
}

/**
 * container_configure - Give the container's interface addresses and routes.
 * @c: The call.
 * @netns: The container's namespace.
 * @l: The interface.
 * @ipam: What the IPAM plugin has to say, or NULL.
 *
 * Return: 0 or -1.
 */
int container_configure(const struct cni *c, int netns, const struct link *l,
			struct json_object *ipam)
{
	struct json_object *ips = cni_get(ipam, "ips", json_type_array);
	int ret;

	if (netns_enter(netns))
		return -1;
	ret = add_ips(c, l->ifindex, ips);
	if (!ret)
		ret = add_routes(l->ifindex, ipam);
	if (!ret)
		ret = wait_for_ips(l, ips);
	netns_leave();
	return ret;
}

static int check_ips(const struct cni *c, __u32 ifindex)
{
	struct json_object *list = cni_get(c->prev, "ips", json_type_array);
	struct json_object *of;
	unsigned int flags;
	struct cni_ip ip;
	bool has;
	size_t i;

	for (i = 0; i < list_length(list); i++) {
		struct json_object *o = json_object_array_get_idx(list, i);

		of = cni_get(o, "interface", json_type_int);
		if (of && json_object_get_int(of) != result_find(c))
			continue;
		if (ip_of(o, "address", &ip))
			return -1;
		if (net_has_ip(ifindex, &ip, &has, &flags))
			return nl_refused("cannot look up addresses");
		if (!has)
			return cni_fail(CNI_ERR_CHECK,
					"%s in the container lacks %s",
					c->ifname, cni_get_str(o, "address"));
	}
	return 0;
}

static int check_routes(const struct cni *c)
{
	struct json_object *list = cni_get(c->prev, "routes", json_type_array);
	struct cni_ip dst;
	bool has;
	size_t i;

	for (i = 0; i < list_length(list); i++) {
		struct json_object *o = json_object_array_get_idx(list, i);

		if (ip_of(o, "dst", &dst))
			return -1;
		if (net_has_route(&dst, &has))
			return nl_refused("cannot look up routes");
		if (!has)
			return cni_fail(CNI_ERR_CHECK,
					"the container lacks the route to %s",
					cni_get_str(o, "dst"));
	}
	return 0;
}

static int check_link(const struct cni *c, const struct link *l)
{
	const char *mac = result_mac(c);
	char buf[MAC_STRLEN];

	if (!(l->flags & IFF_UP))
		return cni_fail(CNI_ERR_CHECK, "%s in the container is down",
				c->ifname);
	if (!mac || strcasecmp(mac, mac_str(l->mac, buf)))
		return cni_fail(CNI_ERR_CHECK,
				"%s in the container has the address %s, %s %s",
				c->ifname, mac_str(l->mac, buf), "not",
				mac ?: "what ADD has said");
	return 0;
}

/**
 * container_check - See that the container still has what the result says.
 * @c: The call.
 * @netns: The container's namespace.
 *
 * Return: 0 or -1.
 */
int container_check(const struct cni *c, int netns)
{
	struct link l;
	int ret;

	if (netns_enter(netns))
		return -1;
	ret = link_find(c->ifname, &l);
	if (!ret)
		ret = check_link(c, &l);
	if (!ret)
		ret = check_ips(c, l.ifindex);
	if (!ret)
		ret = check_routes(c);
	netns_leave();
	return ret;
}
