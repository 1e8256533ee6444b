/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vifmap - import-bridge: what its files share
 */
#ifndef VIFMAP_IMPORT_H
#define VIFMAP_IMPORT_H

#include "ifaces.h"

/**
 * struct import_port - A port of the bridge.
 * @link: The interface.
 * @number: Its number in the bridge.
 * @isolated: It exchanges no frames with other isolated ports.
 * @link_local: Link-local addresses that the bridge forwards for it.
 * @fixed: Entries for it in the bridge's database that somebody has added.
 * @learned: Those that the bridge has learned.
 * @released: It has left the bridge.
 */
struct import_port {
	const struct iface *link;
	__u32 number;
	bool isolated;
	__u16 link_local;
	struct msg_list fixed;
	struct msg_list learned;
	bool released;
};

/**
 * struct import_word - An option that the user gave for all vifs.
 * @attr: Number of its attribute.
 * @name: Its name.
 * @value: Its value.
 */
struct import_word {
	unsigned int attr;
	const char *name;
	const char *value;
};

/**
 * struct import - A bridge on its way to a vifmap device.
 * @bridge_name: What the user called the bridge.
 * @uplink_name: What the user called the port to the network, or NULL.
 * @words: Options for all vifs.
 * @n_words: How many there are.
 * @options: The same as a request.
 * @take_learned: Addresses that the bridge has learned are mapped, too.
 * @apply: Do it.
 * @all: All interfaces.
 * @bridge: The bridge.
 * @uplink: The port to the network.
 * @ports: All ports, in the order of their numbers.
 * @n_ports: How many there are.
 * @addrs: Addresses of the bridge that the uplink is to have.
 * @routes: Routes through the bridge, those without a gateway first.
 * @ipv6: IPv6 has to be switched on at the uplink.
 */
struct import {
	char *bridge_name;
	char *uplink_name;
	struct import_word words[OBJ_ATTR_MAX];
	unsigned int n_words;
	struct nl_req options;
	bool take_learned;
	bool apply;
	struct ifaces all;
	const struct iface *bridge;
	struct import_port *uplink;
	struct import_port *ports;
	size_t n_ports;
	struct msg_list addrs;
	struct msg_list routes;
	bool ipv6;
};

/* import_read.c */
int import_read(struct import *im);
bool import_fdb_maps(const struct nlmsghdr *nlh);
__u32 import_addr_flags(const struct nlmsghdr *nlh);
bool import_label(const struct import *im, const struct nlattr *nla,
		  char *label);
bool import_mac_changes(const struct import *im);
void import_free(struct import *im);

/* import_print.c */
void import_print(const struct import *im);
bool import_route_known(const struct nlmsghdr *nlh);

/* import_apply.c */
int import_apply(struct import *im);
bool import_ipv6_is_off(const struct import *im);

#endif /* VIFMAP_IMPORT_H */
