// SPDX-License-Identifier: GPL-2.0
/*
 * vifmap - what has to change of the map so that it is as a file wants it
 *
 * An entry that leads elsewhere is moved, never removed and added, so that no
 * frame for its address is lost.
 */
#include <stdlib.h>
#include <string.h>

#include "plan.h"

static const struct obj *plan_entry(const struct plan *p, __u32 dev,
				    const __u8 *addr)
{
	size_t low = 0, high = p->kernel_macs.n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct obj *entry = p->kernel_macs.v[middle];
		int order = select_mac_compare(dev, addr, entry);

		if (!order)
			return entry;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

static void plan_request(struct nl_req *r, __u8 cmd, const __u8 *addr,
			 __u32 vif)
{
	nl_request(r, cmd, &set_mac);
	mnl_attr_put(r->nlh, VIFMAP_A_MAC_ADDR, MAC_LEN, addr);
	mnl_attr_put_u32(r->nlh, VIFMAP_A_MAC_PORT_IFINDEX, vif);
}

/* Add an entry, or make one that is there active or inactive */
static void plan_request_active(struct nl_req *r, __u8 cmd, const __u8 *addr,
				__u32 vif, bool active)
{
	plan_request(r, cmd, addr, vif);
	mnl_attr_put_u8(r->nlh, VIFMAP_A_MAC_ACTIVE, active);
}

/* Lead an entry to another vif of the same map */
static void plan_request_move(struct nl_req *r, __u32 dev, const __u8 *addr,
			      __u32 vif, bool active)
{
	plan_request_active(r, VIFMAP_CMD_MAC_SET, addr, vif, active);
	mnl_attr_put_u32(r->nlh, VIFMAP_A_MAC_DEV_IFINDEX, dev);
}

static bool plan_is_active(const struct obj *entry)
{
	return obj_u32(entry, VIFMAP_A_MAC_ACTIVE);
}

static __u32 plan_owner(const struct obj *entry)
{
	return obj_u32(entry, VIFMAP_A_MAC_PORT_IFINDEX);
}

static __u32 plan_origin(const struct obj *entry)
{
	return obj_u32(entry, VIFMAP_A_MAC_ORIGIN);
}

static struct step *plan_step(struct plan *p, enum step_type type,
			      unsigned int line, struct plan_vif *pv,
			      const struct nl_req *r)
{
	struct step *step = steps_add(&p->steps, type, line, &pv->dev->dev,
				      &pv->link);

	step->req = nl_request_copy(r);
	return step;
}

/* An entry that came by itself becomes the user's by being added, for good */
static void plan_add(struct plan *p, const struct conf_mac *mac,
		     struct plan_vif *pv, const struct obj *entry)
{
	__u32 vif = pv->link.ifindex;
	struct step *step;
	struct nl_req r;

	plan_request_active(&r, VIFMAP_CMD_MAC_NEW, mac->addr, vif,
			    mac->active);
	step = plan_step(p, entry ? STEP_TAKE : STEP_ADD, mac->line, pv, &r);
	if (entry)
		plan_request_active(&r, VIFMAP_CMD_MAC_SET, mac->addr, vif,
				    plan_is_active(entry));
	else
		plan_request(&r, VIFMAP_CMD_MAC_DEL, mac->addr, vif);
	step_undo(step, &r);
	step->inexact = entry;
}

static void plan_set_active(struct plan *p, unsigned int line,
			    struct plan_vif *pv, const struct obj *entry,
			    bool active)
{
	const __u8 *addr = select_mac_addr(entry);
	__u32 vif = pv->link.ifindex;
	struct step *step;
	struct nl_req r;

	if (plan_is_active(entry) == active)
		return;
	plan_request_active(&r, VIFMAP_CMD_MAC_SET, addr, vif, active);
	step = plan_step(p, STEP_SET, line, pv, &r);
	plan_request_active(&r, VIFMAP_CMD_MAC_SET, addr, vif, !active);
	step_undo(step, &r);
}

static void plan_del(struct plan *p, struct plan_vif *pv,
		     const struct obj *entry)
{
	const __u8 *addr = select_mac_addr(entry);
	__u32 vif = pv->link.ifindex;
	struct step *step;
	struct nl_req r;

	plan_request(&r, VIFMAP_CMD_MAC_DEL, addr, vif);
	step = plan_step(p, STEP_DEL, pv->conf->line, pv, &r);
	plan_request_active(&r, VIFMAP_CMD_MAC_NEW, addr, vif,
			    plan_is_active(entry));
	step_undo(step, &r);
	step->inexact = plan_origin(entry) != VIFMAP_ORIGIN_USER;
}

static void plan_move(struct plan *p, const struct conf_mac *mac,
		      struct plan_vif *pv, const struct obj *entry)
{
	__u32 dev = pv->dev->dev.ifindex;
	struct step *step;
	struct nl_req r;

	plan_request_move(&r, dev, mac->addr, pv->link.ifindex, mac->active);
	step = plan_step(p, STEP_MOVE, mac->line, pv, &r);
	snprintf(step->from, sizeof(step->from), "%s",
		 obj_str(entry, VIFMAP_A_MAC_PORT_IFNAME));
	plan_request_move(&r, dev, mac->addr, plan_owner(entry),
			  plan_is_active(entry));
	step_undo(step, &r);
	step->inexact = plan_origin(entry) != VIFMAP_ORIGIN_USER;
}

static int plan_refuse_taken(const struct plan *p, const struct conf_mac *mac,
			     const struct obj *entry)
{
	char buf[MAC_STRLEN];
	int ret;

	mac_str(mac->addr, buf);
	msg_place(p->conf->file, mac->line);
	if (plan_origin(entry) == VIFMAP_ORIGIN_HOST ||
	    plan_origin(entry) == VIFMAP_ORIGIN_DEVICE)
		ret = msg_refused("%s is an address of the host", buf);
	else
		ret = msg_refused("%s leads to %s, which %s", buf,
				  obj_str(entry, VIFMAP_A_MAC_PORT_IFNAME),
				  "the file does not name");
	msg_place(NULL, 0);
	return ret;
}

/* Whether an entry goes by itself, because its vif is detached */
static bool plan_goes(const struct plan *p, const struct plan_dev *pd,
		      const struct obj *entry)
{
	const struct plan_vif *pv = plan_vif_of(p, plan_owner(entry));

	return pv ? pv->attach : p->prune && pd->wanted;
}

/* What has to happen to an address that the file maps to a vif */
static int plan_wanted_mac(struct plan *p, const struct conf_mac *mac,
			   struct plan_vif *pv)
{
	const struct obj *entry;
	__u32 owner;

	entry = plan_entry(p, pv->dev->dev.ifindex, mac->addr);
	owner = entry ? plan_owner(entry) : 0;
	if (!entry || (owner && plan_goes(p, pv->dev, entry)))
		plan_add(p, mac, pv, NULL);
	else if (!owner || !plan_vif_of(p, owner))
		return plan_refuse_taken(p, mac, entry);
	else if (owner != pv->link.ifindex)
		plan_move(p, mac, pv, entry);
	else if (plan_origin(entry) != VIFMAP_ORIGIN_USER)
		plan_add(p, mac, pv, entry);
	else
		plan_set_active(p, mac->line, pv, entry, mac->active);
	return 0;
}

/* An entry of a vif that the file has something else to say about */
static void plan_unwanted_mac(struct plan *p, struct plan_vif *pv,
			      const struct obj *entry)
{
	const struct conf_vif *conf = pv->conf;

	switch (plan_origin(entry)) {
	case VIFMAP_ORIGIN_LEARNED:
		break;
	case VIFMAP_ORIGIN_PEER:
		if (conf->peer || !conf->macs)
			plan_set_active(p, conf->line, pv, entry,
					!conf->peer_inactive);
		else
			plan_del(p, pv, entry);
		break;
	default:
		plan_del(p, pv, entry);
		break;
	}
}

/* What has to happen to an entry that there is */
static void plan_present_mac(struct plan *p, const struct obj *entry)
{
	struct plan_vif *pv = plan_vif_of(p, plan_owner(entry));
	const struct conf_mac *mac;

	if (!plan_owner(entry) || !pv || !pv->wanted || pv->attach)
		return;
	mac = config_mac(p->conf, pv->conf->dev, select_mac_addr(entry));
	/* Its own, or it is moved where it belongs */
	if (mac && p->vifs[mac->vif].wanted)
		return;
	plan_unwanted_mac(p, pv, entry);
}

/**
 * plan_macs - Find out what has to change of the maps.
 * @p: The plan, with the steps that detach vifs.
 *
 * Return: 0 or an exit status.
 */
int plan_macs(struct plan *p)
{
	int ret = 0;
	size_t i;

	for (i = 0; !ret && i < p->conf->n_macs; i++) {
		const struct conf_mac *mac = &p->conf->macs[i];

		if (p->vifs[mac->vif].wanted)
			ret = plan_wanted_mac(p, mac, &p->vifs[mac->vif]);
	}
	for (i = 0; !ret && i < p->kernel_macs.n; i++)
		plan_present_mac(p, p->kernel_macs.v[i]);
	return ret;
}

/**
 * plan_undo_macs - Say what gives a vif its entries again.
 * @p: The plan.
 * @port: The port that it had.
 * @step: The step that detaches it, which makes them go.
 *
 * What was learned is learned again.
 */
void plan_undo_macs(const struct plan *p, const struct obj *port,
		    struct step *step)
{
	struct nl_req r;
	size_t i;

	nl_request(&r, VIFMAP_CMD_MAC_DEL, &set_mac);
	mnl_attr_put_u32(r.nlh, VIFMAP_A_MAC_PORT_IFINDEX, step->vif);
	step_undo(step, &r);
	for (i = 0; i < p->kernel_macs.n; i++) {
		const struct obj *entry = p->kernel_macs.v[i];

		if (plan_owner(entry) != obj_u32(port, VIFMAP_A_PORT_IFINDEX) ||
		    plan_origin(entry) == VIFMAP_ORIGIN_LEARNED)
			continue;
		plan_request_active(&r, VIFMAP_CMD_MAC_NEW,
				    select_mac_addr(entry), step->vif,
				    plan_is_active(entry));
		step_undo(step, &r);
		step->inexact |= plan_origin(entry) != VIFMAP_ORIGIN_USER;
	}
}
