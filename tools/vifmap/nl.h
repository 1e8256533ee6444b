/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vifmap - netlink: the family vifmap and the links of rtnetlink
 */
#ifndef VIFMAP_NL_H
#define VIFMAP_NL_H

#include <net/if.h>

#include "object.h"

/* Room for any request of the tool */
#define NL_REQ_SIZE	1024

/* An alternative name of an interface, with its terminating zero */
#define LINK_NAME_SIZE	128

/* An interface's alias, with its terminating zero */
#define LINK_ALIAS_SIZE	256

/**
 * struct nl_req - A request.
 * @bus: The protocol: NETLINK_GENERIC or NETLINK_ROUTE.
 * @set: What its attributes are called; NULL where it is not for the family.
 * @nlh: The message, in @buf.
 * @buf: Room for it.
 */
struct nl_req {
	int bus;
	const struct attr_set *set;
	struct nlmsghdr *nlh;
	char buf[NL_REQ_SIZE] __attribute__((aligned(4)));
};

/**
 * struct link - What rtnetlink says of an interface.
 * @ifindex: Its index.
 * @flags: IFF_*.
 * @master: Index of its master, or 0.
 * @mtu: Its MTU.
 * @mac: Its address, zero where it has none of this size.
 * @alias: What somebody has noted of it; may be empty.
 * @name: Its name; the one to print, whatever name the user gave.
 * @kind: Of the interface itself, such as "veth"; may be empty.
 * @slave_kind: Of its master; may be empty.
 */
struct link {
	__u32 ifindex;
	__u32 flags;
	__u32 master;
	__u32 mtu;
	__u8 mac[MAC_LEN];
	char alias[LINK_ALIAS_SIZE];
	char name[IFNAMSIZ];
	char kind[32];
	char slave_kind[32];
};

typedef void (*nl_reply_fn)(const struct nlmsghdr *nlh, void *data);
typedef void (*link_fn)(const struct link *l, void *data);

/* nl.c */
int nl_family_need(void);
__u32 nl_events_group(void);
void nl_request(struct nl_req *r, __u8 cmd, const struct attr_set *set);
void *nl_request_rtnl(struct nl_req *r, __u16 type, __u16 flags, size_t size);
void nl_request_link(struct nl_req *r, __u16 type, __u16 flags,
		     __u32 ifindex, __u32 if_flags);
void nl_request_hooks(struct nl_req *r, __u32 hook, const char *dev);
struct nl_req *nl_request_copy(const struct nl_req *r);
bool nl_request_has(const struct nl_req *r, unsigned int attr);
int nl_ioctl(unsigned long request, struct ifreq *ifr);
int nl_talk(struct nl_req *r, nl_reply_fn fn, void *data);
int nl_get(struct nl_req *r, struct obj **o);
bool nl_is_absent(int err);
int nl_dump(struct nl_req *r, struct obj_list *list);
__printf(1, 2) int nl_refused(const char *fmt, ...);
bool nl_incomplete(void);
void nl_close(void);

/* rtnl.c */
int link_lookup(const char *name, struct link *l);
int link_find(const char *name, struct link *l);
int link_find_vif(const char *name, struct link *l);
int link_index(const char *name, __u32 *ifindex);
int link_get(__u32 ifindex, struct link *l);
int link_each(link_fn fn, void *data);
int link_refuse_master(const struct link *l);
bool link_is_vif(const struct link *l);
bool link_is_dev(const struct link *l);
int link_create_dev(__u32 pdev, const char *name);
int link_delete(__u32 ifindex);
int link_set_up(__u32 ifindex, bool up);
int link_set_master(__u32 ifindex, __u32 master);

/* select.c */

/**
 * struct target - What a name that the user gave stands for.
 * @dev: Index of the vifmap device, or 0 for all of them.
 * @vif: Index of the vif, or 0 when the name was a device's.
 */
struct target {
	__u32 dev;
	__u32 vif;
};

int select_dev(const char *name, __u32 *ifindex);
int select_any(const char *name, struct target *t);
int select_args(struct args *a, struct target *t);
int select_devs(const struct target *t, struct obj_list *list);
int select_ports(const struct target *t, struct obj_list *list);
int select_macs(const struct target *t, struct obj_list *list);
const __u8 *select_mac_addr(const struct obj *entry);
int select_mac_compare(__u32 dev, const __u8 *addr, const struct obj *entry);
void select_sort_macs(struct obj_list *list);
int select_dev_of(__u32 pdev, struct obj **dev);
bool select_dev_in_use(__u32 ifindex);

#endif /* VIFMAP_NL_H */
