/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _VIFMAP_NETLINK_H
#define _VIFMAP_NETLINK_H

struct genl_info;
struct sk_buff;
struct vifmap_alert;
struct vifmap_dev;
struct vifmap_entry;
struct vifmap_port;

/**
 * struct vifmap_nl_object - What a message is about.
 * @vd: The device.
 * @port: The port, where it is about one.
 * @entry: The entry, where it is about one.
 * @alert: The alert, where it is one.
 */
struct vifmap_nl_object {
	const struct vifmap_dev *vd;
	const struct vifmap_port *port;
	const struct vifmap_entry *entry;
	const struct vifmap_alert *alert;
};

/* Puts the attributes of an object into a message. */
typedef int vifmap_nl_fill_t(struct sk_buff *msg,
			     const struct vifmap_nl_object *object);

/* netlink-msg.c */
extern unsigned int vifmap_nl_sequence;
int vifmap_nl_put_dev_stats(struct sk_buff *msg,
			    const struct vifmap_nl_object *object);
int vifmap_nl_put_port_stats(struct sk_buff *msg,
			     const struct vifmap_nl_object *object);
int vifmap_nl_put_mac(struct sk_buff *msg,
		      const struct vifmap_nl_object *object);
int vifmap_nl_end(struct sk_buff *msg, void *hdr, int err);
int vifmap_nl_reply(struct genl_info *info, vifmap_nl_fill_t *fill,
		    const struct vifmap_nl_object *object);

#endif /* _VIFMAP_NETLINK_H */
