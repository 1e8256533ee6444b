// SPDX-License-Identifier: GPL-2.0
/*
 * vifmap - doctor: what is wrong with a set-up, and what to do
 *
 * It looks and changes nothing. Each finding is a line: whose, what, and what
 * to do about it.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <linux/if_link.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_hook.h>
#include <linux/rtnetlink.h>

#include "ifaces.h"

/* What br_netfilter asks rules of IPv4, IPv6 and ARP for */
#define BRIDGE_FILTER	"/proc/sys/net/bridge/bridge-nf-call-"

/* The bit of link-local for LLDP */
#define LINK_LOCAL_LLDP	0x4000

/* Modes of a bond in which it rewrites source addresses */
#define BOND_TLB	5
#define BOND_ALB	6

/**
 * struct doctor - What is looked at.
 * @all: All interfaces.
 * @devs: The vifmap devices.
 * @ports: The vifs.
 * @found: How many findings there have been.
 */
struct doctor {
	struct ifaces all;
	struct obj_list devs;
	struct obj_list ports;
	unsigned int found;
};

/**
 * doctor_help - Print how to use doctor.
 * @f: Where to print it.
 */
void doctor_help(FILE *f)
{
	fputs("Usage: vifmap doctor [DEV | VIF]\n"
	      "\n"
	      "DEV: a vifmap device, or one that is or could be a physical device\n"
	      "Status 0: nothing found, 1: something\n",
	      f);
}

/* @check names the kind of finding for programs; @remedy is the rest of @fmt */
__printf(5, 6)
static void finding(struct doctor *d, const char *subject, const char *check,
		    const char *problem, const char *fmt, ...)
{
	char remedy[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(remedy, sizeof(remedy), fmt, ap);
	va_end(ap);
	d->found++;
	pr_open(NULL);
	pr_str("subject", "%s: ", subject);
	pr_str("check", NULL, check);
	pr_str("problem", "%s: ", problem);
	pr_str("remedy", "%s\n", remedy);
	pr_close();
}

/* --- the module and the host ---------------------------------------------- */

static void check_module(struct doctor *d)
{
	char problem[192], buf[64];
	const char *version;

	version = version_of_module(buf, sizeof(buf));
	if (!version) {
		finding(d, "module", "module", "it is not loaded", "%s",
			"modprobe vifmap");
		return;
	}
	if (!*version || !strcmp(version, version_of_tool()))
		return;
	snprintf(problem, sizeof(problem),
		 "it is version %s, this tool is version %s", version,
		 version_of_tool());
	finding(d, "module", "version", problem, "%s",
		"install both of one version, then load the module anew");
}

/* Whether rules of iptables and the like see frames that a bridge forwards */
static bool bridge_filter_is_on(void)
{
	static const char *const files[] = {
		BRIDGE_FILTER "iptables",
		BRIDGE_FILTER "ip6tables",
		BRIDGE_FILTER "arptables",
	};
	bool on = false;
	unsigned int i;
	FILE *f;

	for (i = 0; i < ARRAY_SIZE(files) && !on; i++) {
		f = fopen(files[i], "re");
		if (!f)
			continue;
		on = fgetc(f) == '1';
		fclose(f);
	}
	return on;
}

/* Rules that somebody has for a bridge see no frame of vifs */
static void check_bridge_filter(struct doctor *d)
{
	if (d->devs.n && bridge_filter_is_on())
		finding(d, "br_netfilter", "br-netfilter",
			"rules of iptables for bridges see no frame of vifs",
			"put such rules on the vifs, %s, %s",
			"in the family netdev of nftables",
			"and unload br_netfilter");
}

/* What protects guests today will not do so when their bridge has gone */
static void check_port_filter(struct doctor *d, const struct iface *i)
{
	if (bridge_filter_is_on())
		finding(d, i->name, "br-netfilter",
			"once it is a pdev, rules by br_netfilter, ebtables and nft family bridge do not see guests' frames any more",
			"put those that protect guests on the vifs, %s",
			"in the family netdev of nftables");
}

/* --- what can be, or is, a physical device -------------------------------- */

static void check_bond(struct doctor *d, const struct iface *i)
{
	__u32 mode;

	if (strcmp(i->kind, "bond"))
		return;
	mode = attr_number(iface_data(i, IFLA_INFO_DATA, IFLA_BOND_MODE));
	if (mode == BOND_TLB || mode == BOND_ALB)
		finding(d, i->name, "bond-mode",
			"this mode of a bond rewrites source addresses",
			"choose another, such as 802.3ad or active-backup");
}

static void check_lro(struct doctor *d, const struct iface *i)
{
	/* A bond says so whatever its NICs do */
	if (strcmp(i->kind, "bond") && iface_feature(i, "rx-lro"))
		finding(d, i->name, "lro",
			"it merges frames, which cannot be forwarded then",
			"ethtool -K %s lro off", i->name);
}

/* What somebody has asked for with ip; a capture does not show there */
static void check_promisc(struct doctor *d, const struct iface *i)
{
	if (i->flags & IFF_PROMISC)
		finding(d, i->name, "promisc-on",
			"somebody has made it promiscuous, which vifmap does not need",
			"ip link set %s promisc off", i->name);
}

/* --- NICs: the pdev, or what it is on ------------------------------------- */

/* Not for what is found: who drives it, with -d */
static void print_driver(const struct iface *i)
{
	struct iface_driver about;

	iface_driver(i, &about);
	pr_open(NULL);
	pr_str("subject", "%s: ", i->name);
	pr_str("check", NULL, "driver");
	pr_str("driver", "driver %s", about.name[0] ? about.name : "unknown");
	pr_str("firmware", about.firmware[0] ? ", firmware %s" : NULL,
	       about.firmware);
	pr_text("\n");
	pr_close();
}

static void check_vf(struct doctor *d, const struct iface *i)
{
	char problem[128], number[16] = "N";
	struct vf vf;

	if (!vf_find(i, &vf) || vf_may_serve(&d->all, &vf))
		return;
	if (vf.number >= 0)
		snprintf(number, sizeof(number), "%d", vf.number);
	snprintf(problem, sizeof(problem),
		 "it is VF %s of %s, whose switch may refuse guests' addresses",
		 number, vf.pf[0] ? vf.pf : "another NIC");
	finding(d, i->name, "vf", problem,
		"ip link set %s vf %s spoofchk off trust on",
		vf.pf[0] ? vf.pf : "PF", number);
}

/* i40e has the one flag, ice the other */
static void check_lldp(struct doctor *d, const struct iface *i)
{
	const char *flag = NULL;

	if (!iface_private_flag(i, "disable-fw-lldp"))
		flag = "disable-fw-lldp on";
	else if (iface_private_flag(i, "fw-lldp-agent") == 1)
		flag = "fw-lldp-agent off";
	if (flag)
		finding(d, i->name, "firmware-lldp",
			"its firmware keeps LLDP frames, which a vif wants",
			"ethtool --set-priv-flags %s %s", i->name, flag);
}

static void check_nic(struct doctor *d, const struct iface *i, bool lldp)
{
	if (opt.details)
		print_driver(i);
	check_vf(d, i);
	if (lldp)
		check_lldp(d, i);
}

/* A VLAN device is on one NIC, a bond on several */
static void check_nics(struct doctor *d, const struct iface *i, bool lldp)
{
	const struct iface *lower = NULL;
	size_t n;

	if (!strcmp(i->kind, "vlan"))
		lower = ifaces_find(&d->all, i->lower);
	if (lower) {
		check_nics(d, lower, lldp);
	} else if (!strcmp(i->kind, "bond")) {
		for (n = 0; n < d->all.n; n++)
			if (d->all.v[n].master == i->ifindex)
				check_nic(d, &d->all.v[n], lldp);
	} else {
		check_nic(d, i, lldp);
	}
}

static void check_link(struct doctor *d, const struct iface *i)
{
	if (!(i->flags & IFF_UP))
		finding(d, i->name, "pdev-down", "it is down",
			"ip link set %s up", i->name);
	else if (!(i->flags & IFF_RUNNING))
		finding(d, i->name, "pdev-carrier", "it has no carrier",
			"%s", "see to its cable, or to the other end");
}

/* Frames that the NIC had no room for; others are not lost, or nobody's */
static void check_losses(struct doctor *d, const struct iface *i)
{
	const struct nlattr *nla = iface_attr(i, IFLA_STATS64);
	struct rtnl_link_stats64 stats = {};
	char problem[64];
	size_t len;
	__u64 lost;

	if (!nla)
		return;
	len = mnl_attr_get_payload_len(nla);
	memcpy(&stats, mnl_attr_get_payload(nla),
	       len < sizeof(stats) ? len : sizeof(stats));
	lost = stats.rx_missed_errors + stats.rx_fifo_errors;
	if (!lost)
		return;
	snprintf(problem, sizeof(problem), "it has lost %llu frames", lost);
	finding(d, i->name, "nic-drops", problem,
		"give it more buffers: ethtool -g %s, ethtool -G %s rx N",
		i->name, i->name);
}

static bool hsr_is_on(const struct iface *hsr, __u32 ifindex)
{
	unsigned int n;

	for (n = IFLA_HSR_SLAVE1; n <= IFLA_HSR_SLAVE2; n++)
		if (attr_number(iface_data(hsr, IFLA_INFO_DATA, n)) == ifindex)
			return true;
	return false;
}

/* Whether @i takes the frames of @lower although it is no master */
static bool takes_frames_of(const struct iface *i, const struct iface *lower)
{
	static const char *const kinds[] = {
		"macvlan", "macvtap", "ipvlan", "ipvtap", "macsec", "rmnet",
		"virt_wifi",
	};
	unsigned int n;

	if (!strcmp(i->kind, "hsr"))
		return hsr_is_on(i, lower->ifindex);
	for (n = 0; n < ARRAY_SIZE(kinds); n++)
		if (!strcmp(i->kind, kinds[n]))
			return i->lower == lower->ifindex;
	return false;
}

static const struct iface *find_owner(const struct doctor *d,
				      const struct iface *i)
{
	const struct iface *master = ifaces_find(&d->all, i->master);
	size_t n;

	/* A VRF is about routes, and leaves frames where they are */
	if (master && strcmp(master->kind, "vrf"))
		return master;
	for (n = 0; n < d->all.n; n++)
		if (takes_frames_of(&d->all.v[n], i))
			return &d->all.v[n];
	return NULL;
}

static void check_owner(struct doctor *d, const struct iface *i)
{
	const struct iface *owner = find_owner(d, i);
	char problem[64];

	if (!owner)
		return;
	snprintf(problem, sizeof(problem), "%s takes its frames", owner->name);
	if (!strcmp(owner->kind, "bridge")) {
		finding(d, i->name, "in-use", problem,
			"vifmap import-bridge %s prints how to change that",
			owner->name);
		check_port_filter(d, i);
	} else if (!strcmp(owner->kind, "bond")) {
		finding(d, i->name, "in-use", problem, "use %s as the pdev",
			owner->name);
	} else {
		finding(d, i->name, "in-use", problem,
			"%s has to let go of it first", owner->name);
	}
}

/* A hook that is not vifmap's own */
static void hook_reply(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *module = msg_attr(nlh, sizeof(struct nfgenmsg),
					       NFNLA_HOOK_MODULE_NAME);
	unsigned int *count = data;

	if (!module || strcmp(mnl_attr_get_str(module), "vifmap"))
		(*count)++;
}

/* Not every kernel can tell */
static void check_rules(struct doctor *d, const struct iface *i)
{
	unsigned int count = 0;
	struct nl_req r;

	nl_request_hooks(&r, NF_NETDEV_EGRESS, i->name);
	if (nl_talk(&r, hook_reply, &count) || !count)
		return;
	finding(d, i->name, "egress-rules",
		"rules at its egress see what vifs send to the wire",
		"if that is not meant, see nft list ruleset netdev; %s",
		"the rules of vifs are better at their ingress");
}

static void check_pdev(struct doctor *d, const struct iface *i)
{
	check_bond(d, i);
	check_lro(d, i);
	check_link(d, i);
	check_losses(d, i);
	check_promisc(d, i);
}

static void check_candidate(struct doctor *d, const struct iface *i)
{
	check_owner(d, i);
	check_pdev(d, i);
	check_nics(d, i, false);
}

static bool is_candidate(const struct iface *i)
{
	struct iface_driver about;
	struct vf vf;

	if (!i->has_addr || i->flags & IFF_LOOPBACK)
		return false;
	if (!strcmp(i->kind, "bond"))
		return true;
	/* Xen's vifs have no kind either; most virtual functions are guests' */
	iface_driver(i, &about);
	return !i->kind[0] && strcmp(about.name, "vif") && !vf_find(i, &vf);
}

static void check_candidates(struct doctor *d)
{
	size_t i;

	for (i = 0; i < d->all.n; i++)
		if (is_candidate(&d->all.v[i]))
			check_candidate(d, &d->all.v[i]);
}

/* --- vifs ----------------------------------------------------------------- */

static void check_vif_state(struct doctor *d, const struct obj *port,
			    const struct iface *i)
{
	const char *name = obj_str(port, VIFMAP_A_PORT_IFNAME);

	if (i && !(i->flags & IFF_UP))
		finding(d, name, "vif-down", "it is down",
			"ip link set %s up", name);
	else if (!obj_u32(port, VIFMAP_A_PORT_UP))
		finding(d, name, "vif-carrier", "it has no carrier", "%s",
			"start its guest, or set the other end up");
}

static void check_vif_macs(struct doctor *d, const struct obj *port)
{
	const char *name = obj_str(port, VIFMAP_A_PORT_IFNAME);
	char problem[96], buf[MAC_STRLEN];
	const char *mac;

	if (!obj_u32(port, VIFMAP_A_PORT_MACS) &&
	    !obj_u32(port, VIFMAP_A_PORT_LEARN))
		finding(d, name, "no-address", "no address leads to it",
			"vifmap mac add MAC vif %s", name);
	if (!obj_attr(port, VIFMAP_A_PORT_SPOOFED_ADDR))
		return;
	mac = obj_mac(port, VIFMAP_A_PORT_SPOOFED_ADDR, buf);
	snprintf(problem, sizeof(problem),
		 "it has sent from %s, which was not its own", mac);
	finding(d, name, "refused-source", problem,
		"if its guest may do so: vifmap mac add %s vif %s", mac, name);
}

static void check_vif_tags(struct doctor *d, const struct obj *port)
{
	const char *name = obj_str(port, VIFMAP_A_PORT_IFNAME);
	struct stats s;

	if (!obj_u32(port, VIFMAP_A_PORT_TRUNK) &&
	    obj_stats(port, VIFMAP_A_PORT_STATS, &s) &&
	    s.val[VIFMAP_A_STATS_DROP_VLAN])
		finding(d, name, "tagged", "tagged frames of it were dropped",
			"if its guest may use VLANs: vifmap port set %s trunk on",
			name);
}

static void check_vif_mtu(struct doctor *d, const struct obj *port,
			  const struct iface *i, const struct iface *pdev)
{
	const char *name = obj_str(port, VIFMAP_A_PORT_IFNAME);
	char problem[96];

	if (!i || !pdev || i->mtu == pdev->mtu)
		return;
	snprintf(problem, sizeof(problem),
		 "its MTU is %u, that of %s is %u: larger frames are dropped",
		 i->mtu, pdev->name, pdev->mtu);
	finding(d, name, "mtu", problem, "ip link set %s mtu %u, %s", name,
		pdev->mtu, "and the same in its guest");
}

static void check_vif(struct doctor *d, const struct obj *port,
		      const struct iface *pdev)
{
	const struct iface *i;

	i = ifaces_find(&d->all, obj_u32(port, VIFMAP_A_PORT_IFINDEX));
	check_vif_state(d, port, i);
	check_vif_macs(d, port);
	check_vif_tags(d, port);
	check_vif_mtu(d, port, i, pdev);
}

/* --- vifmap devices ------------------------------------------------------- */

static bool is_on(const struct obj *port, const struct obj *dev)
{
	return obj_u32(port, VIFMAP_A_PORT_DEV_IFINDEX) ==
	       obj_u32(dev, VIFMAP_A_DEV_IFINDEX);
}

/* The first vif of a device that has trunk on, or NULL */
static const char *find_trunk(const struct doctor *d, const struct obj *dev)
{
	size_t i;

	for (i = 0; i < d->ports.n; i++)
		if (is_on(d->ports.v[i], dev) &&
		    obj_u32(d->ports.v[i], VIFMAP_A_PORT_TRUNK))
			return obj_str(d->ports.v[i], VIFMAP_A_PORT_IFNAME);
	return NULL;
}

static void check_vlans(struct doctor *d, const struct obj *dev,
			const struct iface *pdev)
{
	const char *trunk = find_trunk(d, dev);
	char problem[128];
	size_t n;

	if (!trunk || !pdev)
		return;
	if (iface_feature(pdev, "rx-vlan-filter"))
		finding(d, pdev->name, "vlan-filter",
			"it drops VLANs that no vif has sent in yet",
			"if a guest only listens: ethtool -K %s rx-vlan-filter off",
			pdev->name);
	for (n = 0; n < d->all.n; n++) {
		const struct iface *vlan = &d->all.v[n];

		if (vlan->lower != pdev->ifindex || strcmp(vlan->kind, "vlan"))
			continue;
		snprintf(problem, sizeof(problem),
			 "it takes the frames of its VLAN, which %s does not get then",
			 trunk);
		finding(d, vlan->name, "vlan-device", problem,
			"let guests use other VLANs, or: ip link del %s",
			vlan->name);
	}
}

static void check_dev_itself(struct doctor *d, const struct obj *dev)
{
	const char *pdev = obj_str(dev, VIFMAP_A_DEV_PDEV_IFNAME);
	const char *name = obj_str(dev, VIFMAP_A_DEV_IFNAME);

	if (!obj_u32(dev, VIFMAP_A_DEV_UP))
		finding(d, name, "dev-down", "it is down, and vifs are cut off",
			"ip link set %s up", name);
	if (obj_u32(dev, VIFMAP_A_DEV_MACS) >=
	    obj_u32(dev, VIFMAP_A_DEV_MAX_MACS))
		finding(d, name, "map-full", "its map is full",
			"vifmap dev set %s max-macs N", name);
	if (!obj_u32(dev, VIFMAP_A_DEV_EGRESS_HOOK))
		finding(d, name, "egress-hook",
			"what the host sends does not reach vifs: the kernel has no egress hook",
			"vifmap dev set %s host-port on, and the host's address there",
			name);
	if (obj_u32(dev, VIFMAP_A_DEV_PROMISC))
		finding(d, pdev, "promisc",
			"it is promiscuous, for its driver has no unicast filter",
			"%s",
			"it works; on a busy network use one with a filter");
}

/* Whether a vif of a device exchanges LLDP frames with the wire */
static bool wants_lldp(const struct doctor *d, const struct obj *dev)
{
	size_t i;

	for (i = 0; i < d->ports.n; i++)
		if (is_on(d->ports.v[i], dev) &&
		    obj_u32(d->ports.v[i], VIFMAP_A_PORT_LINK_LOCAL) &
		    LINK_LOCAL_LLDP)
			return true;
	return false;
}

static void check_dev(struct doctor *d, const struct obj *dev)
{
	const struct iface *pdev;
	size_t i;

	pdev = ifaces_find(&d->all, obj_u32(dev, VIFMAP_A_DEV_PDEV_IFINDEX));
	check_dev_itself(d, dev);
	if (pdev) {
		check_pdev(d, pdev);
		check_nics(d, pdev, wants_lldp(d, dev));
		check_rules(d, pdev);
	}
	check_vlans(d, dev, pdev);
	for (i = 0; i < d->ports.n; i++)
		if (is_on(d->ports.v[i], dev))
			check_vif(d, d->ports.v[i], pdev);
}

/* --- what to look at ------------------------------------------------------ */

static int doctor_read(struct doctor *d, const struct target *t)
{
	int ret = select_devs(t, &d->devs);

	return ret ?: select_ports(t, &d->ports);
}

static void doctor_all(struct doctor *d)
{
	size_t i;

	check_bridge_filter(d);
	for (i = 0; i < d->devs.n; i++)
		check_dev(d, d->devs.v[i]);
	if (!d->devs.n)
		check_candidates(d);
}

/* A vif, a device, or what could be the physical device of one */
static int doctor_named(struct doctor *d, const char *name, bool loaded)
{
	struct target t = {};
	struct obj *dev = NULL;
	struct link l;
	__u32 pdev;
	int ret;

	ret = link_find(name, &l);
	if (ret)
		return ret;
	if (loaded && !link_is_vif(&l) && !link_is_dev(&l)) {
		ret = select_dev_of(l.ifindex, &dev);
		free(dev);
		if (ret)
			return nl_refused("cannot look %s up", l.name);
	}
	if (!loaded || (!dev && !link_is_vif(&l) && !link_is_dev(&l))) {
		const struct iface *i = ifaces_find(&d->all, l.ifindex);

		if (i)
			check_candidate(d, i);
		return 0;
	}
	ret = select_any(name, &t);
	if (!ret)
		ret = doctor_read(d, &t);
	if (ret)
		return ret;
	if (!t.vif) {
		doctor_all(d);
		return 0;
	}
	pdev = obj_u32(d->devs.v[0], VIFMAP_A_DEV_PDEV_IFINDEX);
	check_vif(d, d->ports.v[0], ifaces_find(&d->all, pdev));
	return 0;
}

static int doctor_run(struct doctor *d, const char *name)
{
	const struct target everything = {};
	bool loaded = false;
	char buf[64];
	int ret;

	ret = ifaces_read(&d->all);
	if (!ret && version_of_module(buf, sizeof(buf))) {
		loaded = true;
		ret = nl_family_need();
	}
	if (ret)
		return ret;
	pr_begin();
	check_module(d);
	if (name) {
		ret = doctor_named(d, name, loaded);
	} else {
		if (loaded)
			ret = doctor_read(d, &everything);
		if (!ret)
			doctor_all(d);
	}
	if (!ret && !d->found)
		pr_text("Nothing found that is wrong\n");
	pr_end();
	return ret;
}

/**
 * cmd_doctor - Look for what is wrong.
 * @a: The words of the command.
 *
 * Return: The exit status; also for findings.
 */
int cmd_doctor(struct args *a)
{
	struct doctor d = {};
	char *name;
	int ret;

	msg_command("doctor");
	if (args_help(a)) {
		doctor_help(stdout);
		return 0;
	}
	ret = args_target(a, &name);
	if (!ret)
		ret = doctor_run(&d, name);
	ifaces_free(&d.all);
	obj_list_free(&d.devs);
	obj_list_free(&d.ports);
	return ret ?: d.found ? ST_REFUSED : 0;
}
