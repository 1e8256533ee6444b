/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vifmap - all interfaces of the namespace, as rtnetlink describes them
 */
#ifndef VIFMAP_IFACES_H
#define VIFMAP_IFACES_H

#include "nl.h"

/**
 * struct msg_list - Copies of messages.
 * @v: The messages.
 * @n: How many there are.
 */
struct msg_list {
	struct nlmsghdr **v;
	size_t n;
};

/**
 * struct iface - An interface.
 * @msg: All that was said of it.
 * @ifindex: Its index.
 * @flags: IFF_*.
 * @master: Index of its master, or 0.
 * @lower: Index of what it is on, in this namespace, or 0.
 * @mtu: Its MTU.
 * @promiscuity: How many want it to be promiscuous.
 * @has_addr: It has a MAC address.
 * @addr: The address.
 * @name: Its name.
 * @kind: Of the interface itself, such as "veth"; may be empty.
 * @slave_kind: Of its master; may be empty.
 */
struct iface {
	const struct nlmsghdr *msg;
	__u32 ifindex;
	__u32 flags;
	__u32 master;
	__u32 lower;
	__u32 mtu;
	__u32 promiscuity;
	bool has_addr;
	__u8 addr[MAC_LEN];
	char name[IFNAMSIZ];
	char kind[32];
	char slave_kind[32];
};

/**
 * struct ifaces - All of them.
 * @msgs: What @v was made of.
 * @v: The interfaces, in the order of their indices.
 * @n: How many there are.
 */
struct ifaces {
	struct msg_list msgs;
	struct iface *v;
	size_t n;
};

/**
 * struct iface_driver - Who drives an interface.
 * @name: The driver.
 * @firmware: Version of the device's firmware; empty where there is none.
 * @bus: The device's address on its bus.
 */
struct iface_driver {
	char name[32];
	char firmware[32];
	char bus[32];
};

/**
 * struct vf - A virtual function of a NIC (SR-IOV).
 * @pf: The physical function, whose driver decides what @number may do; empty
 *	where it is not to be seen.
 * @number: Its number, or -1.
 */
struct vf {
	char pf[IFNAMSIZ];
	int number;
};

/* msg.c: messages that are kept */
void msg_list_add(struct msg_list *list, const struct nlmsghdr *nlh);
void msg_list_free(struct msg_list *list);
const struct nlattr *msg_attr(const struct nlmsghdr *nlh, size_t header,
			      unsigned int type);
const struct nlattr *nest_attr(const struct nlattr *nest, unsigned int type);
__u32 attr_number(const struct nlattr *nla);

/* ifaces.c */
int ifaces_read(struct ifaces *all);
void ifaces_free(struct ifaces *all);
const struct iface *ifaces_find(const struct ifaces *all, __u32 ifindex);
const struct nlattr *iface_data(const struct iface *i, unsigned int what,
				unsigned int type);
const struct nlattr *iface_attr(const struct iface *i, unsigned int type);

/* announce.c */
const struct nlattr *announce_addr(const struct nlmsghdr *nlh);
int announce(const struct iface *i, const struct msg_list *addrs);

/* ethtool.c */
bool iface_feature(const struct iface *i, const char *name);
int iface_private_flag(const struct iface *i, const char *name);
void iface_driver(const struct iface *i, struct iface_driver *about);

/* sriov.c */
bool vf_find(const struct iface *i, struct vf *vf);
bool vf_may_serve(const struct ifaces *all, const struct vf *vf);

#endif /* VIFMAP_IFACES_H */
