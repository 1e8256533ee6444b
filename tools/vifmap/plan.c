// SPDX-License-Identifier: GPL-2.0
/*
 * vifmap - what has to change so that the kernel is as a file wants it
 *
 * The file has the last word on the devices and the vifs that it names, and
 * none on others. What can be seen to be impossible is refused here, before
 * anything is changed.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "plan.h"

static struct plan_dev *plan_dev_of(const struct plan *p, __u32 pdev)
{
	size_t i;

	for (i = 0; i < p->conf->n_devs; i++)
		if (p->devs[i].pdev.ifindex == pdev)
			return &p->devs[i];
	return NULL;
}

/**
 * plan_vif_of - Find the vif of the file that an interface is.
 * @p: The plan.
 * @ifindex: Index of the interface.
 *
 * Return: The vif, or NULL.
 */
struct plan_vif *plan_vif_of(const struct plan *p, __u32 ifindex)
{
	size_t i;

	for (i = 0; i < p->conf->n_vifs; i++)
		if (p->vifs[i].link.ifindex == ifindex)
			return &p->vifs[i];
	return NULL;
}

static const struct obj *plan_find(const struct obj_list *list,
				   unsigned int attr, __u32 ifindex)
{
	size_t i;

	for (i = 0; i < list->n; i++)
		if (obj_u32(list->v[i], attr) == ifindex)
			return list->v[i];
	return NULL;
}

static __printf(3, 4) int plan_refuse(const struct plan *p, unsigned int line,
				      const char *fmt, ...)
{
	char text[256];
	va_list ap;
	int ret;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	msg_place(p->conf->file, line);
	ret = msg_refused("%s", text);
	msg_place(NULL, 0);
	return ret;
}

/* An interface that is not there yet is no mistake: 0 with an index of 0 */
static int plan_lookup(const struct plan *p, const char *name,
		       unsigned int line, bool wanted, struct link *l)
{
	int ret = link_lookup(name, l);

	if (ret && ret != -ENODEV)
		return nl_refused("cannot look up %s", name);
	if (!ret)
		return 0;
	memset(l, 0, sizeof(*l));
	msg_place(p->conf->file, line);
	if (wanted)
		msg_note("%s waits: there is no such interface", name);
	msg_place(NULL, 0);
	return 0;
}

/* Whether all is to be looked at, or what has this name or index */
static bool plan_wants(const struct plan *p, const char *name, __u32 ifindex)
{
	if (!p->only)
		return true;
	return (name && !strcmp(p->only, name)) ||
	       (ifindex && ifindex == p->only_ifindex);
}

/* The name that the file gives to the vifmap device has to be its own */
static int plan_check_name(const struct plan *p, const struct plan_dev *pd)
{
	const char *name = pd->conf->name;
	struct link l;
	int ret;

	if (!name)
		return 0;
	if (pd->have && strcmp(name, pd->dev.name))
		return plan_refuse(p, pd->conf->line,
				   "the vifmap device of %s is %s",
				   pd->pdev.name, pd->dev.name);
	if (pd->have)
		return 0;
	ret = link_lookup(name, &l);
	if (ret && ret != -ENODEV)
		return nl_refused("cannot look up %s", name);
	if (!ret)
		return plan_refuse(p, pd->conf->line,
				   "%s is there already, and not on %s",
				   name, pd->pdev.name);
	return 0;
}

static int plan_find_dev(struct plan *p, struct plan_dev *pd)
{
	const struct conf_dev *conf = pd->conf;
	const char *name = conf->name;
	int ret;

	ret = plan_lookup(p, conf->pdev, conf->line,
			  plan_wants(p, conf->pdev, 0), &pd->pdev);
	if (ret || !pd->pdev.ifindex)
		return ret;
	if (plan_dev_of(p, pd->pdev.ifindex) != pd)
		return plan_refuse(p, conf->line,
				   "%s is another name of %s, which %s",
				   conf->pdev, pd->pdev.name,
				   "the file names before");
	if (link_is_dev(&pd->pdev))
		return plan_refuse(p, conf->line, "%s is %s", conf->pdev,
				   "a vifmap device, not a physical one");
	pd->have = plan_find(&p->kernel_devs, VIFMAP_A_DEV_PDEV_IFINDEX,
			     pd->pdev.ifindex);
	pd->dev.pdev = pd->pdev.ifindex;
	memcpy(pd->dev.pdev_name, pd->pdev.name, IFNAMSIZ);
	if (pd->have) {
		name = obj_str(pd->have, VIFMAP_A_DEV_IFNAME);
		pd->dev.ifindex = obj_u32(pd->have, VIFMAP_A_DEV_IFINDEX);
	}
	snprintf(pd->dev.name, IFNAMSIZ, "%s", name ?: "");
	pd->wanted = plan_wants(p, conf->pdev, pd->pdev.ifindex) ||
		     plan_wants(p, conf->name, pd->dev.ifindex);
	return plan_check_name(p, pd);
}

static int plan_check_vif(const struct plan *p, const struct plan_vif *pv)
{
	if (plan_vif_of(p, pv->link.ifindex) != pv)
		return plan_refuse(p, pv->conf->line,
				   "%s is another name of %s, which %s",
				   pv->conf->name, pv->link.name,
				   "the file names before");
	if (!pv->link.master || link_is_vif(&pv->link))
		return 0;
	msg_place(p->conf->file, pv->conf->line);
	return link_refuse_master(&pv->link);
}

static int plan_find_vif(struct plan *p, struct plan_vif *pv)
{
	const struct conf_vif *conf = pv->conf;
	struct plan_dev *pd = pv->dev;
	int ret;

	pv->wanted = pd->wanted || plan_wants(p, conf->name, 0);
	ret = plan_lookup(p, conf->name, conf->line,
			  pv->wanted && pd->pdev.ifindex, &pv->link);
	pv->wanted |= plan_wants(p, NULL, pv->link.ifindex);
	pv->wanted &= pv->link.ifindex && pd->pdev.ifindex;
	if (ret || !pv->wanted)
		return ret;
	pv->have = plan_find(&p->kernel_ports, VIFMAP_A_PORT_IFINDEX,
			     pv->link.ifindex);
	pv->attach = !pv->have || !pd->dev.ifindex ||
		     pd->dev.ifindex != obj_u32(pv->have,
						VIFMAP_A_PORT_DEV_IFINDEX);
	pd->needed |= pv->attach;
	return plan_check_vif(p, pv);
}

/* Put all that there is beside all that the file names */
static int plan_find_all(struct plan *p)
{
	const struct config *c = p->conf;
	int ret = 0;
	size_t i;

	p->devs = mem_realloc(NULL, c->n_devs + 1, sizeof(*p->devs));
	p->vifs = mem_realloc(NULL, c->n_vifs + 1, sizeof(*p->vifs));
	memset(p->devs, 0, (c->n_devs + 1) * sizeof(*p->devs));
	memset(p->vifs, 0, (c->n_vifs + 1) * sizeof(*p->vifs));
	for (i = 0; !ret && i < c->n_devs; i++) {
		p->devs[i].conf = &c->devs[i];
		ret = plan_find_dev(p, &p->devs[i]);
	}
	for (i = 0; !ret && i < c->n_vifs; i++) {
		p->vifs[i].conf = &c->vifs[i];
		p->vifs[i].dev = &p->devs[c->vifs[i].dev];
		ret = plan_find_vif(p, &p->vifs[i]);
	}
	msg_place(NULL, 0);
	return ret;
}

/**
 * struct plan_diff - Options that are not as they should be.
 * @set: What they are options of.
 * @given: Those that the file names.
 * @have: Those that there are, or NULL for the defaults.
 * @learn: The attribute whose default is not in the table.
 * @learn_want: The default that the file means.
 * @learn_have: The default that the kernel takes.
 * @to: Request that sets them as they should be.
 * @back: Request that sets them as they are.
 */
struct plan_diff {
	const struct attr_set *set;
	const struct obj *given;
	const struct obj *have;
	unsigned int learn;
	__u32 learn_want;
	__u32 learn_have;
	struct nl_req to;
	struct nl_req back;
};

static __u32 plan_default(const struct plan_diff *d, unsigned int attr,
			  __u32 learn)
{
	return attr == d->learn ? learn : d->set->attr[attr].dflt;
}

static bool plan_diff_option(struct plan_diff *d, unsigned int attr)
{
	__u32 want = plan_default(d, attr, d->learn_want);
	__u32 have = plan_default(d, attr, d->learn_have);

	if (!d->set->attr[attr].option)
		return false;
	if (obj_attr(d->given, attr))
		want = obj_u32(d->given, attr);
	if (d->have)
		have = obj_u32(d->have, attr);
	if (want == have)
		return false;
	option_put(d->set, attr, want, &d->to);
	option_put(d->set, attr, have, &d->back);
	return true;
}

static void plan_diff_begin(struct plan_diff *d, __u8 cmd, unsigned int key,
			    __u32 ifindex)
{
	nl_request(&d->to, cmd, d->set);
	nl_request(&d->back, cmd, d->set);
	mnl_attr_put_u32(d->to.nlh, key, ifindex);
	mnl_attr_put_u32(d->back.nlh, key, ifindex);
}

static void plan_diff_end(const struct plan_diff *d, struct step *step)
{
	step->req = nl_request_copy(&d->to);
	step_undo(step, &d->back);
}

/* The options from @first to @last of a vifmap device, in one step */
static void plan_dev_options(struct plan *p, struct plan_dev *pd,
			     enum step_type type, unsigned int first,
			     unsigned int last)
{
	struct plan_diff d = {
		.set = &set_dev, .given = pd->conf->options, .have = pd->have,
	};
	bool any = false;
	unsigned int i;

	plan_diff_begin(&d, VIFMAP_CMD_DEV_SET, VIFMAP_A_DEV_PDEV_IFINDEX,
			pd->dev.pdev);
	for (i = first; i <= last; i++)
		any |= plan_diff_option(&d, i);
	if (any)
		plan_diff_end(&d, steps_add(&p->steps, type, pd->conf->line,
					    &pd->dev, NULL));
}

/* Less room than there was is enough only when the old entries have gone */
static bool plan_shrinks(const struct plan_dev *pd)
{
	const unsigned int attr = VIFMAP_A_DEV_MAX_MACS;
	const struct obj *given = pd->conf->options;
	__u32 want = set_dev.attr[attr].dflt;

	if (obj_attr(given, attr))
		want = obj_u32(given, attr);
	return pd->have && want < obj_u32(pd->have, attr);
}

static void plan_dev_given(struct plan *p, struct plan_dev *pd)
{
	bool shrinks = plan_shrinks(pd);
	bool down = pd->conf->down;
	bool up = pd->have && obj_u32(pd->have, VIFMAP_A_DEV_UP);

	plan_dev_options(p, pd, STEP_DEV_SET, VIFMAP_A_DEV_MAX_MACS + shrinks,
			 set_dev.max);
	if (shrinks)
		plan_dev_options(p, pd, STEP_SHRINK, VIFMAP_A_DEV_MAX_MACS,
				 VIFMAP_A_DEV_MAX_MACS);
	if (up == down)
		steps_add(&p->steps, down ? STEP_DOWN : STEP_UP,
			  pd->conf->line, &pd->dev, NULL);
}

static void plan_dev(struct plan *p, struct plan_dev *pd)
{
	bool given = pd->conf->given && (pd->wanted || !pd->have);

	if (!pd->pdev.ifindex || (!pd->needed && !(given && pd->wanted)))
		return;
	if (!pd->have)
		steps_add(&p->steps, STEP_CREATE, pd->conf->line, &pd->dev,
			  NULL);
	if (given)
		plan_dev_given(p, pd);
	else if (!pd->conf->given &&
		 !(pd->have && obj_u32(pd->have, VIFMAP_A_DEV_UP)))
		steps_add(&p->steps, STEP_UP, pd->conf->line, &pd->dev, NULL);
}

/* Attached again, a vif is as new: it gets back all that it had */
static void plan_detach(struct plan *p, struct plan_dev *pd,
			const struct obj *port, const struct link *vif,
			unsigned int line)
{
	struct step *step = steps_add(&p->steps, STEP_DETACH, line, &pd->dev,
				      vif);
	struct nl_req r;
	unsigned int i;

	step->master = obj_u32(port, VIFMAP_A_PORT_DEV_IFINDEX);
	snprintf(step->from, sizeof(step->from), "%s",
		 obj_str(port, VIFMAP_A_PORT_DEV_IFNAME));
	nl_request(&r, VIFMAP_CMD_PORT_SET, &set_port);
	mnl_attr_put_u32(r.nlh, VIFMAP_A_PORT_IFINDEX, vif->ifindex);
	for (i = 0; i <= set_port.max; i++)
		if (set_port.attr[i].option && obj_attr(port, i))
			option_put(&set_port, i, obj_u32(port, i), &r);
	step_undo(step, &r);
	plan_undo_macs(p, port, step);
}

/* The address that a veth gets from its peer, unless others are named */
static void plan_new_addr(struct plan *p, struct plan_vif *pv)
{
	const struct conf_vif *conf = pv->conf;
	bool flush = conf->macs && !conf->peer;
	struct step *step;
	struct nl_req r;

	if (!flush && !conf->peer_inactive)
		return;
	nl_request(&r, flush ? VIFMAP_CMD_MAC_DEL : VIFMAP_CMD_MAC_SET,
		   &set_mac);
	mnl_attr_put_u32(r.nlh, VIFMAP_A_MAC_PORT_IFINDEX, pv->link.ifindex);
	if (!flush)
		mnl_attr_put_u8(r.nlh, VIFMAP_A_MAC_ACTIVE, false);
	step = steps_add(&p->steps, flush ? STEP_FLUSH : STEP_PEER,
			 conf->line, &pv->dev->dev, &pv->link);
	step->req = nl_request_copy(&r);
}

static void plan_attach(struct plan *p, struct plan_vif *pv)
{
	unsigned int line = pv->conf->line;
	struct step_dev *dev = &pv->dev->dev;

	if (pv->have)
		plan_detach(p, pv->dev, pv->have, &pv->link, line);
	steps_add(&p->steps, STEP_ATTACH, line, dev, &pv->link);
	if (!strcmp(pv->link.kind, "veth"))
		plan_new_addr(p, pv);
	if (!(pv->link.flags & IFF_UP))
		steps_add(&p->steps, STEP_UP, line, dev, &pv->link);
}

/* The learn option that vifs of a device have when nobody says anything */
static __u32 plan_learn(const struct plan_dev *pd, bool as_in_file)
{
	if (as_in_file && pd->conf->given)
		return obj_u32(pd->conf->options, VIFMAP_A_DEV_LEARN);
	return pd->have ? obj_u32(pd->have, VIFMAP_A_DEV_LEARN) : 0;
}

static void plan_vif_options(struct plan *p, struct plan_vif *pv)
{
	const struct plan_dev *pd = pv->dev;
	struct plan_diff d = {
		.set = &set_port, .given = pv->conf->options,
		.have = pv->attach ? NULL : pv->have,
		.learn = VIFMAP_A_PORT_LEARN,
		.learn_want = plan_learn(pd, true),
		.learn_have = plan_learn(pd, pd->wanted || !pd->have),
	};
	bool any = false;
	unsigned int i;

	plan_diff_begin(&d, VIFMAP_CMD_PORT_SET, VIFMAP_A_PORT_IFINDEX,
			pv->link.ifindex);
	for (i = 0; i <= set_port.max; i++)
		any |= plan_diff_option(&d, i);
	if (any)
		plan_diff_end(&d, steps_add(&p->steps, STEP_PORT_SET,
					    pv->conf->line, &pv->dev->dev,
					    &pv->link));
}

/* Vifs of the devices of the file that the file does not name */
static int plan_prune(struct plan *p)
{
	size_t i;

	for (i = 0; i < p->kernel_ports.n; i++) {
		const struct obj *port = p->kernel_ports.v[i];
		__u32 vif = obj_u32(port, VIFMAP_A_PORT_IFINDEX);
		const struct obj *have;
		struct plan_dev *pd;
		struct link l;
		int ret;

		have = plan_find(&p->kernel_devs, VIFMAP_A_DEV_IFINDEX,
				 obj_u32(port, VIFMAP_A_PORT_DEV_IFINDEX));
		pd = have ? plan_dev_of(p, obj_u32(have,
					VIFMAP_A_DEV_PDEV_IFINDEX)) : NULL;
		if (!pd || !pd->wanted || plan_vif_of(p, vif))
			continue;
		ret = link_get(vif, &l);
		if (ret == -ENODEV)
			continue;
		if (ret)
			return nl_refused("cannot look up %s",
					  obj_str(port, VIFMAP_A_PORT_IFNAME));
		plan_detach(p, pd, port, &l, 0);
	}
	return 0;
}

static int plan_kernel(struct plan *p)
{
	const struct target all = {};
	int ret;

	ret = select_devs(&all, &p->kernel_devs);
	if (!ret)
		ret = select_ports(&all, &p->kernel_ports);
	if (!ret)
		ret = select_macs(&all, &p->kernel_macs);
	if (!ret && nl_incomplete())
		ret = msg_refused("things kept changing while they were read");
	if (!ret)
		select_sort_macs(&p->kernel_macs);
	return ret;
}

/* Where it has another name in the file, the interface itself is meant */
static int plan_only(struct plan *p)
{
	struct link l;
	int ret;

	if (!p->only)
		return 0;
	ret = link_lookup(p->only, &l);
	if (ret && ret != -ENODEV)
		return nl_refused("cannot look up %s", p->only);
	p->only_ifindex = ret ? 0 : l.ifindex;
	return 0;
}

/**
 * plan_make - Find out what has to change.
 * @p: The plan, with what the file says and what is to be looked at;
 *	plan_free() in any case.
 *
 * Return: 0 or an exit status.
 */
int plan_make(struct plan *p)
{
	size_t i;
	int ret;

	p->steps.file = p->conf->file;
	ret = plan_kernel(p);
	if (!ret)
		ret = plan_only(p);
	if (!ret)
		ret = plan_find_all(p);
	if (!ret && p->prune)
		ret = plan_prune(p);
	for (i = 0; !ret && i < p->conf->n_devs; i++)
		plan_dev(p, &p->devs[i]);
	for (i = 0; !ret && i < p->conf->n_vifs; i++) {
		if (!p->vifs[i].wanted)
			continue;
		if (p->vifs[i].attach)
			plan_attach(p, &p->vifs[i]);
		plan_vif_options(p, &p->vifs[i]);
	}
	if (!ret)
		ret = plan_macs(p);
	steps_sort(&p->steps);
	return ret;
}

/**
 * plan_free - Forget a plan.
 * @p: The plan.
 */
void plan_free(struct plan *p)
{
	steps_free(&p->steps);
	obj_list_free(&p->kernel_devs);
	obj_list_free(&p->kernel_ports);
	obj_list_free(&p->kernel_macs);
	free(p->devs);
	free(p->vifs);
}
