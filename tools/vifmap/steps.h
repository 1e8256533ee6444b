/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vifmap - changes that are made one after the other, all of them or none
 */
#ifndef VIFMAP_STEPS_H
#define VIFMAP_STEPS_H

#include "nl.h"

/**
 * enum step_type - What a step does, in the order in which steps are taken.
 * @STEP_CREATE: Create a vifmap device.
 * @STEP_DEV_SET: Set options of a vifmap device.
 * @STEP_DETACH: Detach a vif.
 * @STEP_ATTACH: Attach a vif.
 * @STEP_FLUSH: Remove the address that a vif has got by being attached.
 * @STEP_PEER: Make that address inactive.
 * @STEP_PORT_SET: Set options of a vif.
 * @STEP_MOVE: Lead an entry to another vif.
 * @STEP_DEL: Remove an entry.
 * @STEP_ADD: Add an entry.
 * @STEP_SET: Make an entry active or inactive.
 * @STEP_TAKE: Make an entry that came by itself one of the user's.
 * @STEP_SHRINK: Set an option of a vifmap device to less than it may have held.
 * @STEP_UP: Set an interface up.
 * @STEP_DOWN: Set an interface down.
 *
 * A map has room for new entries once the old ones have gone; a vif is up only
 * when all is in place. What cannot be undone exactly comes late.
 */
enum step_type {
	STEP_CREATE,
	STEP_DEV_SET,
	STEP_DETACH,
	STEP_ATTACH,
	STEP_FLUSH,
	STEP_PEER,
	STEP_PORT_SET,
	STEP_MOVE,
	STEP_DEL,
	STEP_ADD,
	STEP_SET,
	STEP_TAKE,
	STEP_SHRINK,
	STEP_UP,
	STEP_DOWN,
};

/**
 * struct step_dev - A vifmap device, which a step may have to create.
 * @pdev: Index of its physical device.
 * @ifindex: Its index, or 0 as long as it is not there.
 * @pdev_name: Name of the physical device.
 * @name: Its name, empty as long as that is not known.
 */
struct step_dev {
	__u32 pdev;
	__u32 ifindex;
	char pdev_name[IFNAMSIZ];
	char name[IFNAMSIZ];
};

/**
 * struct step - A change.
 * @type: What it does.
 * @line: The line of the file that asks for it, or 0.
 * @seq: Its place among those of the same type.
 * @dev: The vifmap device it is about, or that its vif belongs to.
 * @vif: Index of the vif, or 0 where it is about the device.
 * @master: The vifmap device that a vif is detached from.
 * @name: Name of the vif.
 * @from: Name of where a vif or an entry was before.
 * @req: The request to send, for those that are requests of the family.
 * @undo: Requests that undo it.
 * @n_undo: How many there are.
 * @inexact: Undone, it leaves an entry that came by itself as the user's.
 */
struct step {
	enum step_type type;
	unsigned int line;
	size_t seq;
	struct step_dev *dev;
	__u32 vif;
	__u32 master;
	char name[IFNAMSIZ];
	char from[IFNAMSIZ];
	struct nl_req *req;
	struct nl_req **undo;
	size_t n_undo;
	bool inexact;
};

/**
 * struct steps - A list of changes.
 * @file: The file that asks for them.
 * @v: The changes.
 * @n: How many there are.
 * @size: How many @v has room for.
 */
struct steps {
	const char *file;
	struct step *v;
	size_t n;
	size_t size;
};

struct step *steps_add(struct steps *s, enum step_type type, unsigned int line,
		       struct step_dev *dev, const struct link *vif);
void step_undo(struct step *step, const struct nl_req *r);
void steps_sort(struct steps *s);
int steps_run(struct steps *s);
void steps_print(const struct steps *s);
void steps_free(struct steps *s);

#endif /* VIFMAP_STEPS_H */
