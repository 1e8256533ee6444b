// SPDX-License-Identifier: GPL-2.0
/*
 * vifmap - changes that are made one after the other, all of them or none
 *
 * Each step knows how to undo itself before the first is taken. When one
 * fails, those before it are undone in reverse order.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "steps.h"

/**
 * steps_add - Add a step to a list.
 * @s: The list.
 * @type: What it does.
 * @line: The line of the file that asks for it, or 0.
 * @dev: The vifmap device it is about.
 * @vif: The vif it is about, or NULL.
 *
 * Return: The step, to be completed before the next one is added.
 */
struct step *steps_add(struct steps *s, enum step_type type, unsigned int line,
		       struct step_dev *dev, const struct link *vif)
{
	struct step *step;

	if (s->n == s->size) {
		s->size = s->size ? s->size * 2 : 16;
		s->v = mem_realloc(s->v, s->size, sizeof(*s->v));
	}
	step = &s->v[s->n];
	memset(step, 0, sizeof(*step));
	step->type = type;
	step->line = line;
	step->seq = s->n++;
	step->dev = dev;
	if (vif) {
		step->vif = vif->ifindex;
		memcpy(step->name, vif->name, sizeof(step->name));
	}
	return step;
}

/**
 * step_undo - Say what undoes a step.
 * @step: The step.
 * @r: A request; those given first are sent first.
 */
void step_undo(struct step *step, const struct nl_req *r)
{
	step->undo = mem_realloc(step->undo, step->n_undo + 1,
				 sizeof(*step->undo));
	step->undo[step->n_undo++] = nl_request_copy(r);
}

static int step_compare(const void *a, const void *b)
{
	const struct step *x = a;
	const struct step *y = b;

	if (x->type != y->type)
		return x->type < y->type ? -1 : 1;
	return x->seq < y->seq ? -1 : 1;
}

/**
 * steps_sort - Put steps into the order in which they are to be taken.
 * @s: The steps.
 */
void steps_sort(struct steps *s)
{
	if (s->n)
		qsort(s->v, s->n, sizeof(*s->v), step_compare);
}

/**
 * steps_free - Forget steps.
 * @s: The steps.
 */
void steps_free(struct steps *s)
{
	while (s->n) {
		struct step *step = &s->v[--s->n];

		while (step->n_undo)
			free(step->undo[--step->n_undo]);
		free(step->undo);
		free(step->req);
	}
	free(s->v);
	memset(s, 0, sizeof(*s));
}

/* What a step is about besides devices */
static struct obj *step_object(const struct step *step)
{
	return step->req ? obj_new(step->req->set, step->req->nlh) : NULL;
}

static const char *step_dev_name(const struct step *step)
{
	return *step->dev->name ? step->dev->name : "a vifmap device";
}

/* A step about an entry, in words */
static void step_what_mac(const struct step *step, char *buf, size_t size)
{
	struct obj *o = step_object(step);
	bool active = obj_u32(o, VIFMAP_A_MAC_ACTIVE);
	char addr[MAC_STRLEN];

	obj_mac(o, VIFMAP_A_MAC_ADDR, addr);
	switch (step->type) {
	case STEP_MOVE:
		snprintf(buf, size, "move %s from %s to %s%s", addr,
			 step->from, step->name, active ? "" : ", inactive");
		break;
	case STEP_DEL:
		snprintf(buf, size, "remove %s from %s", addr, step->name);
		break;
	case STEP_SET:
		snprintf(buf, size, "make %s of %s %s", addr, step->name,
			 active ? "active" : "inactive");
		break;
	default:
		snprintf(buf, size, "add %s to %s%s", addr, step->name,
			 active ? "" : ", inactive");
		break;
	}
	free(o);
}

/* A step in words that follow "cannot", too */
static void step_what(const struct step *step, char *buf, size_t size)
{
	const char *dev = step_dev_name(step);
	const char *name = step->vif ? step->name : dev;

	switch (step->type) {
	case STEP_CREATE:
		snprintf(buf, size, "create %s on %s", dev,
			 step->dev->pdev_name);
		break;
	case STEP_DETACH:
		snprintf(buf, size, "detach %s from %s", name, step->from);
		break;
	case STEP_ATTACH:
		snprintf(buf, size, "attach %s to %s", name, dev);
		break;
	case STEP_FLUSH:
		snprintf(buf, size, "remove the address of %s's peer", name);
		break;
	case STEP_PEER:
		snprintf(buf, size, "make the address of %s's peer inactive",
			 name);
		break;
	case STEP_DEV_SET:
	case STEP_PORT_SET:
	case STEP_SHRINK:
		snprintf(buf, size, "set options of %s", name);
		break;
	case STEP_UP:
	case STEP_DOWN:
		snprintf(buf, size, "set %s %s", name,
			 step->type == STEP_UP ? "up" : "down");
		break;
	default:
		step_what_mac(step, buf, size);
		break;
	}
}

/* The kernel may have chosen the name */
static int step_create(struct step *step)
{
	struct step_dev *dev = step->dev;
	struct obj *o;
	int ret;

	ret = link_create_dev(dev->pdev, *dev->name ? dev->name : NULL);
	if (!ret)
		ret = select_dev_of(dev->pdev, &o);
	if (ret)
		return ret;
	if (!o)
		return -ENODEV;
	dev->ifindex = obj_u32(o, VIFMAP_A_DEV_IFINDEX);
	snprintf(dev->name, sizeof(dev->name), "%s",
		 obj_str(o, VIFMAP_A_DEV_IFNAME));
	free(o);
	return 0;
}

static int step_do(struct step *step)
{
	switch (step->type) {
	case STEP_CREATE:
		return step_create(step);
	case STEP_DETACH:
		return link_set_master(step->vif, 0);
	case STEP_ATTACH:
		return link_set_master(step->vif, step->dev->ifindex);
	case STEP_UP:
	case STEP_DOWN:
		return link_set_up(step->vif ?: step->dev->ifindex,
				   step->type == STEP_UP);
	default:
		return nl_talk(step->req, NULL, NULL);
	}
}

static int step_send_undo(const struct step *step)
{
	int ret = 0;
	size_t i;

	for (i = 0; !ret && i < step->n_undo; i++)
		ret = nl_talk(step->undo[i], NULL, NULL);
	return ret;
}

static int step_take_back(struct step *step)
{
	switch (step->type) {
	case STEP_CREATE:
		/* Somebody else may have attached something meanwhile */
		if (select_dev_in_use(step->dev->ifindex))
			return 0;
		return link_delete(step->dev->ifindex);
	case STEP_DETACH:
		return link_set_master(step->vif, step->master) ?:
		       step_send_undo(step);
	case STEP_ATTACH:
		return link_set_master(step->vif, 0);
	case STEP_UP:
	case STEP_DOWN:
		return link_set_up(step->vif ?: step->dev->ifindex,
				   step->type != STEP_UP);
	default:
		return step_send_undo(step);
	}
}

/* What has gone meanwhile needs nothing to be undone */
static void steps_take_back(struct steps *s, size_t n)
{
	char what[128];

	while (n) {
		struct step *step = &s->v[--n];
		int ret = step_take_back(step);

		msg_place(s->file, step->line);
		step_what(step, what, sizeof(what));
		if (ret && !nl_is_absent(ret))
			nl_refused("cannot undo \"%s\"", what);
		else if (!ret && step->inexact)
			msg_note("undone but for the origin, which is %s: %s",
				 "user now", what);
	}
}

static int steps_take(struct steps *s)
{
	char what[128];
	int ret = 0;
	size_t i;

	for (i = 0; !ret && i < s->n; i++) {
		msg_place(s->file, s->v[i].line);
		if (!step_do(&s->v[i]))
			continue;
		step_what(&s->v[i], what, sizeof(what));
		ret = nl_refused("cannot %s", what);
		steps_take_back(s, i);
	}
	msg_place(NULL, 0);
	return ret;
}

/**
 * steps_run - Take all steps, or none.
 * @s: The steps, sorted.
 *
 * A signal waits until they are taken or undone.
 *
 * Return: 0 or an exit status.
 */
int steps_run(struct steps *s)
{
	sigset_t old;
	int ret;

	signals_hold(&old);
	ret = steps_take(s);
	signals_release(&old);
	return ret;
}

static void step_json(const struct step *step)
{
	static const char *const actions[] = {
		[STEP_CREATE] = "create", [STEP_DEV_SET] = "dev-set",
		[STEP_DETACH] = "detach", [STEP_ATTACH] = "attach",
		[STEP_PEER] = "mac-set",
		[STEP_PORT_SET] = "port-set", [STEP_MOVE] = "mac-move",
		[STEP_DEL] = "mac-del", [STEP_ADD] = "mac-add",
		[STEP_SET] = "mac-set", [STEP_TAKE] = "mac-add",
		[STEP_SHRINK] = "dev-set", [STEP_UP] = "up",
		[STEP_DOWN] = "down",
	};

	pr_str("action", NULL, actions[step->type]);
	pr_str("dev", NULL, step->dev->name);
	pr_str("pdev", NULL, step->dev->pdev_name);
	if (step->vif)
		pr_str("vif", NULL, step->name);
	if (*step->from)
		pr_str("from", NULL, step->from);
}

/* The options that a step sets; in JSON, an entry, too */
static void step_print_attrs(const struct step *step)
{
	struct obj *o = step_object(step);
	unsigned int attr;

	for (attr = 1; o && attr <= o->set->max; attr++) {
		const struct attr_info *info = &o->set->attr[attr];
		bool entry = info->type == AT_MAC || info->type == AT_STATE;

		if (obj_attr(o, attr) &&
		    (info->option || (entry && opt.json)))
			obj_print_attr(o, attr);
	}
	free(o);
}

static void step_print(const struct step *step)
{
	char what[128];

	pr_open(NULL);
	if (opt.json) {
		step_json(step);
	} else {
		step_what(step, what, sizeof(what));
		pr_text("%s%s", what, step->req &&
			step->req->set != &set_mac ? ":" : "");
	}
	step_print_attrs(step);
	pr_text("\n");
	pr_close();
}

/**
 * steps_print - Print steps, for those who want to know what was changed.
 * @s: The steps.
 *
 * That an address is removed which has come by an attach is no change.
 */
void steps_print(const struct steps *s)
{
	size_t i;

	pr_begin();
	for (i = 0; i < s->n; i++)
		if (s->v[i].type != STEP_FLUSH)
			step_print(&s->v[i]);
	if (!s->n)
		pr_text("nothing to change\n");
	pr_end();
}
