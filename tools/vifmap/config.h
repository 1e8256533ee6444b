/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vifmap - a configuration file, see vifmap.conf(5)
 */
#ifndef VIFMAP_CONFIG_H
#define VIFMAP_CONFIG_H

#include "nl.h"

/* Instead of an address: that of a veth's peer, and none at all */
#define CONF_PEER	"peer"
#define CONF_NONE	"none"

/**
 * struct conf_dev - What a file says of a physical device.
 * @name: The name that its vifmap device shall have, or NULL.
 * @pdev: The name of the physical device.
 * @options: The options of the vifmap device that are named.
 * @line: Where it is first named.
 * @given: There is a line for it, and not only for its vifs.
 * @down: The vifmap device shall be down.
 */
struct conf_dev {
	char *name;
	char *pdev;
	struct obj *options;
	unsigned int line;
	bool given;
	bool down;
};

/**
 * struct conf_vif - What a file says of a vif.
 * @name: Its name.
 * @dev: Where its physical device is in the file's list of them.
 * @options: The options that are named.
 * @line: Where it is.
 * @macs: It says which addresses the vif shall have.
 * @none: It says that there shall be none.
 * @peer: The address of a veth's peer shall be one of them.
 * @peer_inactive: But wait.
 */
struct conf_vif {
	char *name;
	size_t dev;
	struct obj *options;
	unsigned int line;
	bool macs;
	bool none;
	bool peer;
	bool peer_inactive;
};

/**
 * struct conf_mac - An address that a file maps to a vif.
 * @addr: The address.
 * @active: Whether it shall count.
 * @vif: Where the vif is in the file's list of them.
 * @dev: Likewise its physical device.
 * @line: Where it is.
 */
struct conf_mac {
	__u8 addr[MAC_LEN];
	bool active;
	size_t vif;
	size_t dev;
	unsigned int line;
};

/**
 * struct config - What a file says.
 * @file: Its name.
 * @devs: The physical devices, in the order in which they are named.
 * @vifs: The vifs, likewise.
 * @macs: The addresses, by physical device and address.
 * @n_devs: How many @devs there are.
 * @n_vifs: How many @vifs there are.
 * @n_macs: How many @macs there are.
 */
struct config {
	const char *file;
	struct conf_dev *devs;
	struct conf_vif *vifs;
	struct conf_mac *macs;
	size_t n_devs;
	size_t n_vifs;
	size_t n_macs;
};

int config_read(struct config *c, const char *name);
void config_free(struct config *c);
const struct conf_mac *config_mac(const struct config *c, size_t dev,
				  const __u8 *addr);

#endif /* VIFMAP_CONFIG_H */
