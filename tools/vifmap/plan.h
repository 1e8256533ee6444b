/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vifmap - what has to change so that the kernel is as a file wants it
 */
#ifndef VIFMAP_PLAN_H
#define VIFMAP_PLAN_H

#include "config.h"
#include "steps.h"

/**
 * struct plan_dev - A physical device that the file names.
 * @conf: What the file says of it.
 * @pdev: What there is; its index is 0 where there is no such interface.
 * @have: Its vifmap device as it is, or NULL.
 * @dev: The vifmap device as it is or will be.
 * @wanted: The vifmap device is to be made as the file says.
 * @needed: A vif is to be attached to it.
 */
struct plan_dev {
	const struct conf_dev *conf;
	struct link pdev;
	const struct obj *have;
	struct step_dev dev;
	bool wanted;
	bool needed;
};

/**
 * struct plan_vif - A vif that the file names.
 * @conf: What the file says of it.
 * @dev: The physical device that it is to be on.
 * @link: What there is; its index is 0 where there is no such interface.
 * @have: Its port as it is, or NULL.
 * @wanted: It is to be made as the file says, and can be.
 * @attach: It is to be attached.
 */
struct plan_vif {
	const struct conf_vif *conf;
	struct plan_dev *dev;
	struct link link;
	const struct obj *have;
	bool wanted;
	bool attach;
};

/**
 * struct plan - A file, the kernel, and the way from one to the other.
 * @conf: What the file says.
 * @only: Name of the interface that alone is to be looked at, or NULL.
 * @only_ifindex: Its index, or 0.
 * @prune: Vifs that the file does not name are to be detached.
 * @devs: The physical devices, as in the file.
 * @vifs: The vifs, as in the file.
 * @kernel_devs: All vifmap devices there are.
 * @kernel_ports: All ports.
 * @kernel_macs: All entries, by vifmap device and address.
 * @steps: The way.
 */
struct plan {
	const struct config *conf;
	const char *only;
	__u32 only_ifindex;
	bool prune;
	struct plan_dev *devs;
	struct plan_vif *vifs;
	struct obj_list kernel_devs;
	struct obj_list kernel_ports;
	struct obj_list kernel_macs;
	struct steps steps;
};

int plan_make(struct plan *p);
void plan_free(struct plan *p);

/* plan_mac.c */
int plan_macs(struct plan *p);
void plan_undo_macs(const struct plan *p, const struct obj *port,
		    struct step *step);

/* plan.c, for plan_mac.c */
struct plan_vif *plan_vif_of(const struct plan *p, __u32 ifindex);

#endif /* VIFMAP_PLAN_H */
