// SPDX-License-Identifier: GPL-2.0
/*
 * The plain model
 *
 * It is written from the documentation ("Where a frame goes" and "Entries" in
 * vifmap.rst), not from the module's code, and is to be compared with the
 * tables there line by line. It is slow and has no hash, no cache, no lock and
 * no system call: a list of entries, and a frame that meets one rule after the
 * other.
 */
#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "model.h"

/* --- entries ------------------------------------------------------------- */

static struct entry *find(struct model *m, mac_t mac)
{
	int i;

	for (i = 0; i < m->n_entries; i++)
		if (m->entries[i].mac == mac)
			return &m->entries[i];
	return NULL;
}

const struct entry *model_find(const struct model *m, mac_t mac)
{
	return find((struct model *)m, mac);
}

static bool is_hosts(const struct model *m, mac_t mac)
{
	return mac == m->pdev_mac || (m->vlan && mac == m->vlan_mac);
}

static void forget(struct model *m, struct entry *e)
{
	*e = m->entries[--m->n_entries];
}

static void forget_all(struct model *m, int vif)
{
	int i = 0;

	while (i < m->n_entries)
		if (m->entries[i].vif == vif)
			forget(m, &m->entries[i]);
		else
			i++;
}

static bool is_full(const struct model *m)
{
	return m->n_entries >= (int)m->max_macs;
}

static void add(struct model *m, int vif, mac_t mac, bool active, int origin)
{
	m->entries[m->n_entries++] = (struct entry){ mac, vif, active, origin };
}

int model_macs(const struct model *m, int vif)
{
	int i, n = 0;

	for (i = 0; i < m->n_entries; i++)
		n += m->entries[i].vif == vif;
	return n;
}

static uint32_t learned(const struct model *m, int vif)
{
	uint32_t n = 0;
	int i;

	for (i = 0; i < m->n_entries; i++)
		n += m->entries[i].vif == vif &&
		     m->entries[i].origin == VIFMAP_ORIGIN_LEARNED;
	return n;
}

/* --- requests ------------------------------------------------------------ */

int model_create(struct model *m, uint32_t max_macs, uint32_t learn, bool host)
{
	m->exists = true;
	m->up = false;
	m->max_macs = max_macs;
	m->learn = learn;
	m->host = host;
	memset(&m->wire_count, 0, sizeof(m->wire_count));
	memset(&m->host_count, 0, sizeof(m->host_count));
	return 0;
}

void model_delete(struct model *m)
{
	int i;

	for (i = 0; i < VIFS; i++)
		model_detach(m, i);
	m->exists = false;
	m->up = false;
}

int model_dev_set(struct model *m, const uint32_t *max_macs,
		  const uint32_t *learn, const bool *host)
{
	if (!m->exists)
		return -EOPNOTSUPP;
	if (max_macs && *max_macs < (uint32_t)m->n_entries)
		return -EBUSY;
	if (max_macs)
		m->max_macs = *max_macs;
	if (learn)
		m->learn = *learn;
	if (host)
		m->host = *host;
	return 0;
}

/* A veth's peer is mapped by itself, if its address is free and there is room;
 * if not, the vif is attached all the same.
 */
int model_attach(struct model *m, int vif)
{
	struct vif *v = &m->vifs[vif];

	if (v->attached)
		return 0;
	v->attached = true;
	v->options = (struct options){ .spoofcheck = true, .learn = m->learn };
	v->spoofed = 0;
	memset(&v->count, 0, sizeof(v->count));
	if (v->veth && !find(m, v->peer) && !is_hosts(m, v->peer) &&
	    !is_full(m))
		add(m, vif, v->peer, true, VIFMAP_ORIGIN_PEER);
	return 0;
}

void model_detach(struct model *m, int vif)
{
	forget_all(m, vif);
	m->vifs[vif].attached = false;
}

int model_port_set(struct model *m, int vif, const struct options *options)
{
	if (!m->vifs[vif].attached)
		return -EOPNOTSUPP;
	if (options->link_local & 1 << PAUSE)
		return -EINVAL;
	m->vifs[vif].options = *options;
	return 0;
}

int model_mac_new(struct model *m, int vif, mac_t mac, bool active)
{
	struct entry *e = find(m, mac);

	if (!m->vifs[vif].attached)
		return -EOPNOTSUPP;
	if (is_group(mac) || !mac)
		return -EADDRNOTAVAIL;
	if (is_hosts(m, mac))
		return -EEXIST;
	/* What the vif has of itself may become the user's. */
	if (e && (e->vif != vif || e->origin == VIFMAP_ORIGIN_USER))
		return -EEXIST;
	if (!e && is_full(m))
		return -ENOSPC;
	if (e)
		forget(m, e);
	add(m, vif, mac, active, VIFMAP_ORIGIN_USER);
	return 0;
}

/* @vif: NOBODY where the request names the map alone */
int model_mac_del(struct model *m, int vif, mac_t mac)
{
	struct entry *e = find(m, mac);

	if (vif == NOBODY ? !m->exists : !m->vifs[vif].attached)
		return -EOPNOTSUPP;
	if (is_hosts(m, mac))
		return vif == NOBODY ? -EPERM : -ENOENT;
	if (!e || (vif != NOBODY && e->vif != vif))
		return -ENOENT;
	forget(m, e);
	return 0;
}

/* The vif says whose entry it must be. */
int model_mac_set(struct model *m, int vif, mac_t mac, bool active)
{
	struct entry *e = find(m, mac);

	if (!m->vifs[vif].attached)
		return -EOPNOTSUPP;
	if (!e || e->vif != vif)
		return -ENOENT;
	e->active = active;
	return 0;
}

/* The vif says where it is to lead; @active: NULL to leave that as it is */
int model_mac_move(struct model *m, int vif, mac_t mac, const bool *active)
{
	struct entry *e = find(m, mac);

	if (!m->vifs[vif].attached)
		return -EOPNOTSUPP;
	if (is_hosts(m, mac))
		return -EPERM;
	if (!e)
		return -ENOENT;
	if (e->vif != vif)
		e->origin = VIFMAP_ORIGIN_USER;
	e->vif = vif;
	if (active)
		e->active = *active;
	return 0;
}

int model_mac_set_all(struct model *m, int vif, bool active)
{
	int i;

	if (!m->vifs[vif].attached)
		return -EOPNOTSUPP;
	for (i = 0; i < m->n_entries; i++)
		if (m->entries[i].vif == vif)
			m->entries[i].active = active;
	return 0;
}

/* @vif: NOBODY for those of all vifs */
int model_mac_flush(struct model *m, int vif)
{
	if (vif == NOBODY ? !m->exists : !m->vifs[vif].attached)
		return -EOPNOTSUPP;
	if (vif == NOBODY)
		m->n_entries = 0;
	else
		forget_all(m, vif);
	return 0;
}

int model_fdb_add(struct model *m, int vif, mac_t mac, bool replace)
{
	struct entry *e = find(m, mac);
	bool active = true;

	if (!m->vifs[vif].attached)
		return -ENODEV;
	if (e && replace &&
	    (e->vif != vif || e->origin == VIFMAP_ORIGIN_USER))
		return model_mac_move(m, vif, mac, &active);
	return model_mac_new(m, vif, mac, active);
}

int model_pdev_mac(struct model *m, mac_t mac)
{
	if (find(m, mac))
		return -EADDRINUSE;
	m->pdev_mac = mac;
	return 0;
}

int model_vlan_add(struct model *m, mac_t mac)
{
	if (find(m, mac))
		return -EADDRINUSE;
	m->vlan = true;
	m->vlan_mac = mac;
	return 0;
}

/* --- counters ------------------------------------------------------------ */

#define COUNT(end, what)	count(m, end, VIFMAP_A_STATS_ ## what)

static struct counters *counters_of(struct model *m, int end)
{
	switch (end) {
	case WIRE:
		return &m->wire_count;
	case HOST:
		return &m->host_count;
	default:
		return &m->vifs[end - VIF0].count;
	}
}

static void count(struct model *m, int end, int what)
{
	counters_of(m, end)->n[what]++;
	m->total.n[what]++;
}

static unsigned int drop(struct model *m, int from, int reason)
{
	count(m, from, reason);
	return 0;
}

#define DROP(from, reason)	drop(m, from, VIFMAP_A_STATS_DROP_ ## reason)

/* Dropped by the receiver */
#define REFUSE(from, to, reason) \
	(COUNT(to, TX_DROPPED), DROP(from, reason))

/* --- who is where -------------------------------------------------------- */

/* The vif that an address is mapped to, or NOBODY */
static int mapped(const struct model *m, mac_t mac)
{
	const struct entry *e = model_find(m, mac);

	return e && e->active ? e->vif : NOBODY;
}

static bool has_link(const struct vif *v)
{
	return v->place == HERE && v->up && v->other_up;
}

static bool pdev_has_link(const struct model *m)
{
	return m->pdev_up && m->wire_up;
}

/* --- what a receiver refuses --------------------------------------------- */

static unsigned int to_vif(struct model *m, const struct frame *f, int vif)
{
	const struct vif *v = &m->vifs[vif];
	int to = VIF0 + vif;

	if (f->vlan && !v->options.trunk)
		return REFUSE(f->from, to, VLAN);
	if (!has_link(v))
		return REFUSE(f->from, to, VIF_DOWN);
	COUNT(f->from, DELIVERED);
	COUNT(to, TX_PACKETS);
	return SET(to);
}

static unsigned int to_wire(struct model *m, const struct frame *f)
{
	if (!pdev_has_link(m))
		return REFUSE(f->from, WIRE, PDEV_DOWN);
	COUNT(f->from, WIRE);
	COUNT(WIRE, TX_PACKETS);
	return SET(WIRE);
}

/* What the host's programs get of a frame on the pdev that vifmap passes, or
 * never sees: a tagged one only by the VLAN device.
 */
static unsigned int host_hears(const struct model *m, const struct frame *f)
{
	if (!f->vlan || (f->vlan == HOST_VLAN && m->vlan))
		return SET(HOST);
	return 0;
}

static unsigned int to_host(struct model *m, const struct frame *f)
{
	if (!m->host)
		return REFUSE(f->from, HOST, HOST_OFF);
	if (!m->pdev_up)
		return REFUSE(f->from, HOST, PDEV_DOWN);
	COUNT(f->from, HOST);
	COUNT(HOST, TX_PACKETS);
	return host_hears(m, f);
}

/* --- floods -------------------------------------------------------------- */

static bool both_isolated(const struct model *m, int from, int vif)
{
	return from >= VIF0 && m->vifs[from - VIF0].options.isolated &&
	       m->vifs[vif].options.isolated;
}

static bool may_have(const struct vif *v, mac_t link_local)
{
	return v->options.link_local >> (link_local & 0xf) & 1;
}

/* One copy for each vif but the sender. Those that have no link, or that
 * isolation or their mask excludes, are no receivers.
 */
static unsigned int copy_to_vifs(struct model *m, const struct frame *f)
{
	unsigned int receivers = 0;
	int vif;

	for (vif = 0; vif < VIFS; vif++) {
		const struct vif *v = &m->vifs[vif];

		if (!v->attached || !has_link(v) || f->from == VIF0 + vif ||
		    both_isolated(m, f->from, vif))
			continue;
		if (is_link_local(f->dst) && !may_have(v, f->dst))
			continue;
		COUNT(f->from, COPIES);
		receivers |= to_vif(m, f, vif);
	}
	return receivers;
}

/* --- from the wire ------------------------------------------------------- */

static void unlearn(struct model *m, mac_t mac)
{
	struct entry *e = find(m, mac);

	if (e->origin == VIFMAP_ORIGIN_LEARNED)
		forget(m, e);
}

static unsigned int copies_from_wire(struct model *m, const struct frame *f)
{
	/* mapped source, be it the host's or a vif's: no vif */
	if (mapped(m, f->src) != NOBODY) {
		COUNT(WIRE, REFLECTED);
		unlearn(m, f->src);
		return 0;
	}
	if (is_hosts(m, f->src)) {
		COUNT(WIRE, REFLECTED);
		return 0;
	}
	/* PAUSE: no vif */
	if (f->dst == LINK_LOCAL + PAUSE)
		return 0;
	/* what is to be copied counts as a copy */
	COUNT(WIRE, COPIES);
	if (is_group(f->src) || !f->src)
		return DROP(WIRE, BAD_SOURCE);
	COUNT(WIRE, FLOODED);
	return copy_to_vifs(m, f);
}

static unsigned int pass_to_host(struct model *m)
{
	COUNT(WIRE, HOST);
	COUNT(HOST, TX_PACKETS);
	return 0;
}

static unsigned int from_wire(struct model *m, const struct frame *f)
{
	int to;

	/* what the stack does with a frame that it is given */
	bool own = f->dst == m->pdev_mac || is_group(f->dst);
	unsigned int stack = own ? host_hears(m, f) : 0;

	if (!pdev_has_link(m))
		return 0;
	/* The VLAN device's frames never come to vifmap. */
	if (f->vlan == HOST_VLAN && m->vlan)
		return own || f->dst == m->vlan_mac ? SET(HOST) : 0;
	/* the pdev's own address; vifmap device down: the host, uncounted */
	if (!m->exists || f->dst == m->pdev_mac || !m->up)
		return stack;

	COUNT(WIRE, RX_PACKETS);
	/* broadcast, multicast */
	if (is_group(f->dst)) {
		stack |= copies_from_wire(m, f);
		pass_to_host(m);
		return stack;
	}
	/* a mapped address */
	to = mapped(m, f->dst);
	if (to != NOBODY) {
		if (is_group(f->src) || !f->src)
			return DROP(WIRE, BAD_SOURCE);
		return to_vif(m, f, to);
	}
	/* any other unicast: passed to the stack; never to a vif */
	if (!is_hosts(m, f->dst))
		COUNT(WIRE, UNKNOWN);
	pass_to_host(m);
	return stack;
}

/* --- from a vif ---------------------------------------------------------- */

/* A frame that the vif may send makes an address its own, if it may learn. */
static bool learns(struct model *m, int vif, mac_t mac)
{
	if (find(m, mac) || is_full(m) ||
	    learned(m, vif) >= m->vifs[vif].options.learn)
		return false;
	add(m, vif, mac, true, VIFMAP_ORIGIN_LEARNED);
	return true;
}

static bool is_spoofed(struct model *m, int vif, mac_t src)
{
	int owner = mapped(m, src);

	/* the host's or another vif's, whatever spoofcheck says */
	if (is_hosts(m, src) || (owner != NOBODY && owner != vif))
		return true;
	/* its own */
	if (owner == vif)
		return false;
	return !learns(m, vif, src) && m->vifs[vif].options.spoofcheck;
}

static unsigned int group_from_vif(struct model *m, const struct frame *f)
{
	const struct vif *v = &m->vifs[f->from - VIF0];
	unsigned int receivers;

	/* 01:80:c2:00:00:0X */
	if (is_link_local(f->dst)) {
		if (may_have(v, f->dst))
			return to_wire(m, f);
		return DROP(f->from, LINK_LOCAL);
	}
	/* one copy each to the other vifs, the host, the wire */
	COUNT(f->from, FLOODED);
	receivers = copy_to_vifs(m, f);
	COUNT(f->from, COPIES);
	receivers |= to_wire(m, f);
	if (m->host) {
		COUNT(f->from, COPIES);
		receivers |= to_host(m, f);
	}
	return receivers;
}

static unsigned int from_vif(struct model *m, const struct frame *f)
{
	int vif = f->from - VIF0, to;
	struct vif *v = &m->vifs[vif];

	if (!has_link(v) || !v->attached)
		return 0;

	COUNT(f->from, RX_PACKETS);
	if (!m->up)
		return DROP(f->from, DOWN);
	/* source multicast or zero */
	if (is_group(f->src) || !f->src)
		return DROP(f->from, BAD_SOURCE);
	/* source not its own */
	if (is_spoofed(m, vif, f->src)) {
		v->spoofed = f->src;
		return DROP(f->from, SPOOFED);
	}
	/* tagged, trunk off */
	if (f->vlan && !v->options.trunk)
		return DROP(f->from, VLAN);
	/* broadcast, multicast */
	if (is_group(f->dst))
		return group_from_vif(m, f);
	/* to the host's address */
	if (is_hosts(m, f->dst))
		return to_host(m, f);
	/* to a mapped address */
	to = mapped(m, f->dst);
	if (to == vif)
		return DROP(f->from, HAIRPIN);
	if (to != NOBODY && both_isolated(m, f->from, to))
		return DROP(f->from, ISOLATED);
	if (to != NOBODY)
		return to_vif(m, f, to);
	/* any other unicast: the wire */
	return to_wire(m, f);
}

/* --- from the host, leaving through the pdev ----------------------------- */

static unsigned int from_host(struct model *m, const struct frame *f)
{
	unsigned int wire = pdev_has_link(m) ? SET(WIRE) : 0;
	int to;

	if (!m->pdev_up)
		return 0;
	if (!m->exists || !m->up)
		return wire;

	/* broadcast, multicast: the wire, and copies to vifs unless host off */
	if (is_group(f->dst)) {
		if (!m->host)
			return wire;
		COUNT(HOST, RX_PACKETS);
		COUNT(HOST, FLOODED);
		wire |= copy_to_vifs(m, f);
		COUNT(HOST, COPIES);
		COUNT(HOST, WIRE);
		COUNT(WIRE, TX_PACKETS);
		return wire;
	}
	/* a mapped address: its vif, never the wire */
	to = mapped(m, f->dst);
	if (to != NOBODY) {
		COUNT(HOST, RX_PACKETS);
		if (!m->host)
			return DROP(HOST, HOST_OFF);
		return to_vif(m, f, to);
	}
	/* everything else leaves as it would without vifmap */
	return wire;
}

unsigned int model_frame(struct model *m, const struct frame *f)
{
	switch (f->from) {
	case WIRE:
		return from_wire(m, f);
	case HOST:
		return from_host(m, f);
	default:
		return from_vif(m, f);
	}
}
