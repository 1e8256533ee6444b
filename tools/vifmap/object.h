/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vifmap - the objects of the generic netlink family, by table
 */
#ifndef VIFMAP_OBJECT_H
#define VIFMAP_OBJECT_H

#include <libmnl/libmnl.h>

#include "tool.h"

/* The most attributes a set other than that of the counters has */
#define OBJ_ATTR_MAX	20

/**
 * enum attr_type - How an attribute is read, printed and parsed.
 * @AT_NONE: Not known.
 * @AT_U32: A number.
 * @AT_MASK: A u16, printed in hexadecimal.
 * @AT_ONOFF: A u8, on or off.
 * @AT_STATE: A u8, printed as one of two words without its name.
 * @AT_ENUM: A u32 that stands for a word.
 * @AT_STRING: A name.
 * @AT_MAC: A MAC address.
 * @AT_NEST: Counters.
 */
enum attr_type {
	AT_NONE,
	AT_U32,
	AT_MASK,
	AT_ONOFF,
	AT_STATE,
	AT_ENUM,
	AT_STRING,
	AT_MAC,
	AT_NEST,
};

/**
 * struct attr_info - What the tool knows of an attribute.
 * @name: Its name in the family's specification, and as an option.
 * @key: Its name in the output, when that is another.
 * @words: What its values are called, up to a NULL.
 * @dflt: The value that an option has when nobody has changed it.
 * @type: How to treat it.
 * @option: The user can set it.
 * @quiet: Not for text, where something else says the same.
 * @hidden: Not for JSON either.
 */
struct attr_info {
	const char *name;
	const char *key;
	const char *const *words;
	__u32 dflt;
	enum attr_type type;
	bool option;
	bool quiet;
	bool hidden;
};

/**
 * struct attr_set - The attributes of one kind of object.
 * @attr: Indexed by attribute number.
 * @max: The highest of them.
 */
struct attr_set {
	const struct attr_info *attr;
	unsigned int max;
};

extern const struct attr_set set_dev;
extern const struct attr_set set_port;
extern const struct attr_set set_mac;
extern const struct attr_set set_alert;

/**
 * struct obj - A device, a port, an entry of the map or an alert.
 * @set: What its attributes mean.
 * @off: Where in @data each of them is, plus 1; 0 when it is absent.
 * @data: The attributes as they came.
 */
struct obj {
	const struct attr_set *set;
	__u16 off[OBJ_ATTR_MAX];
	char data[] __attribute__((aligned(4)));
};

/**
 * struct obj_list - What a dump returned.
 * @v: The objects.
 * @n: How many there are.
 * @size: How many @v has room for.
 */
struct obj_list {
	struct obj **v;
	size_t n;
	size_t size;
};

/**
 * struct stats - The counters of one end.
 * @val: Indexed by attribute number.
 */
struct stats {
	__u64 val[VIFMAP_A_STATS_MAX + 1];
};

struct nl_req;

struct obj *obj_new(const struct attr_set *set, const struct nlmsghdr *nlh);
void obj_list_add(struct obj_list *list, struct obj *o);
void obj_list_free(struct obj_list *list);
const struct nlattr *obj_attr(const struct obj *o, unsigned int attr);
__u32 obj_u32(const struct obj *o, unsigned int attr);
const char *obj_str(const struct obj *o, unsigned int attr);
const char *obj_word(const struct obj *o, unsigned int attr);
const char *obj_mac(const struct obj *o, unsigned int attr, char *buf);
void obj_print(const struct obj *o);
void obj_print_state(const struct obj *o);
void obj_print_attr(const struct obj *o, unsigned int attr);
void obj_json(const struct obj *o);
bool obj_print_changed(const struct obj *o, const char *indent);

bool obj_stats(const struct obj *o, unsigned int attr, struct stats *s);
const char *stats_name(unsigned int attr);
bool stats_is_drop(unsigned int attr);
__u64 stats_drops(const struct stats *s);
void stats_json(const struct stats *s);

unsigned int option_words(const struct attr_set *set, const char **names);
void option_put(const struct attr_set *set, unsigned int attr, __u32 val,
		struct nl_req *r);
int option_parse(const struct attr_set *set, unsigned int attr,
		 struct args *a, struct nl_req *r);
int option_parse_all(const struct attr_set *set, struct args *a,
		     struct nl_req *r);

/* prometheus.c */
void prometheus_print(const struct obj_list *devs,
		      const struct obj_list *ports);

#endif /* VIFMAP_OBJECT_H */
