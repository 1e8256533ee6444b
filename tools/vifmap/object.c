// SPDX-License-Identifier: GPL-2.0
/*
 * vifmap - the objects of the generic netlink family, by table
 *
 * One row per attribute says how it is read from the kernel, printed, named
 * in an error message and, for an option, parsed.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "nl.h"

static const char *const up_words[] = { "down", "up", NULL };
static const char *const active_words[] = { "inactive", "active", NULL };
static const char *const delivery_words[] = {
	[VIFMAP_DELIVERY_AUTO] = "auto",
	[VIFMAP_DELIVERY_QUEUE] = "queue",
	NULL
};

static const char *const origin_words[] = {
	[VIFMAP_ORIGIN_USER] = "user",
	[VIFMAP_ORIGIN_PEER] = "peer",
	[VIFMAP_ORIGIN_LEARNED] = "learned",
	[VIFMAP_ORIGIN_HOST] = "host",
	[VIFMAP_ORIGIN_DEVICE] = "device",
	NULL
};

static const char *const alert_words[] = {
	[VIFMAP_ALERT_TYPE_MOVED] = "moved",
	[VIFMAP_ALERT_TYPE_SPOOFED] = "spoofed",
	[VIFMAP_ALERT_TYPE_LIMIT] = "limit",
	[VIFMAP_ALERT_TYPE_PROMISC] = "promisc",
	NULL
};

static const char *const reason_words[] = {
	[VIFMAP_REASON_USER] = "user",
	[VIFMAP_REASON_UNREGISTER] = "unregister",
	[VIFMAP_REASON_NETNS] = "netns",
	[VIFMAP_REASON_PORT] = "port",
	[VIFMAP_REASON_DEVICE] = "device",
	[VIFMAP_REASON_MOVED] = "moved",
	NULL
};

static const struct attr_info dev_attrs[] = {
	[VIFMAP_A_DEV_IFINDEX] = { "ifindex", .type = AT_U32, .quiet = true },
	[VIFMAP_A_DEV_IFNAME] = { "ifname", .type = AT_STRING, .quiet = true },
	[VIFMAP_A_DEV_PDEV_IFINDEX] = {
		"pdev-ifindex", .type = AT_U32, .quiet = true,
	},
	[VIFMAP_A_DEV_PDEV_IFNAME] = {
		"pdev-ifname", "pdev", .type = AT_STRING,
	},
	[VIFMAP_A_DEV_UP] = { "up", .type = AT_STATE, .words = up_words },
	[VIFMAP_A_DEV_MAX_MACS] = {
		"max-macs", .type = AT_U32, .dflt = 1024, .option = true,
	},
	[VIFMAP_A_DEV_MACS] = { "macs", .type = AT_U32 },
	[VIFMAP_A_DEV_PORTS] = { "ports", .type = AT_U32 },
	[VIFMAP_A_DEV_LEARN] = { "learn", .type = AT_U32, .option = true },
	[VIFMAP_A_DEV_FLOOD_RATE] = {
		"flood-rate", .type = AT_U32, .dflt = 1000, .option = true,
	},
	[VIFMAP_A_DEV_HOST] = {
		"host", .type = AT_ONOFF, .dflt = 1, .option = true,
	},
	[VIFMAP_A_DEV_HOST_PORT] = {
		"host-port", .type = AT_ONOFF, .option = true,
	},
	[VIFMAP_A_DEV_EGRESS_HOOK] = { "egress-hook", .type = AT_ONOFF },
	[VIFMAP_A_DEV_PROMISC] = { "promisc", .type = AT_ONOFF },
	[VIFMAP_A_DEV_WIRE_STATS] = { "wire-stats", .type = AT_NEST },
	[VIFMAP_A_DEV_HOST_STATS] = { "host-stats", .type = AT_NEST },
	[VIFMAP_A_DEV_PORT_STATS] = { "port-stats", .type = AT_NEST },
	[VIFMAP_A_DEV_REASON] = {
		"reason", .type = AT_ENUM, .words = reason_words, .quiet = true,
	},
};

static const struct attr_info port_attrs[] = {
	[VIFMAP_A_PORT_IFINDEX] = { "ifindex", .type = AT_U32, .quiet = true },
	[VIFMAP_A_PORT_IFNAME] = { "ifname", .type = AT_STRING, .quiet = true },
	[VIFMAP_A_PORT_DEV_IFINDEX] = {
		"dev-ifindex", .type = AT_U32, .hidden = true,
	},
	[VIFMAP_A_PORT_DEV_IFNAME] = { "dev-ifname", "dev", .type = AT_STRING },
	[VIFMAP_A_PORT_PDEV_IFNAME] = {
		"pdev-ifname", "pdev", .type = AT_STRING,
	},
	[VIFMAP_A_PORT_UP] = { "up", .type = AT_STATE, .words = up_words },
	[VIFMAP_A_PORT_MACS] = { "macs", .type = AT_U32 },
	[VIFMAP_A_PORT_SPOOFCHECK] = {
		"spoofcheck", .type = AT_ONOFF, .dflt = 1, .option = true,
	},
	[VIFMAP_A_PORT_ISOLATED] = {
		"isolated", .type = AT_ONOFF, .option = true,
	},
	[VIFMAP_A_PORT_TRUNK] = { "trunk", .type = AT_ONOFF, .option = true },
	[VIFMAP_A_PORT_LEARN] = { "learn", .type = AT_U32, .option = true },
	[VIFMAP_A_PORT_LINK_LOCAL] = {
		"link-local", .type = AT_MASK, .option = true,
	},
	[VIFMAP_A_PORT_FLOOD_RATE] = {
		"flood-rate", .type = AT_U32, .option = true,
	},
	[VIFMAP_A_PORT_DELIVERY] = {
		"delivery", .type = AT_ENUM, .words = delivery_words,
		.option = true,
	},
	[VIFMAP_A_PORT_SPOOFED_ADDR] = { "spoofed-addr", .type = AT_MAC },
	[VIFMAP_A_PORT_STATS] = { "stats", .type = AT_NEST },
	[VIFMAP_A_PORT_REASON] = {
		"reason", .type = AT_ENUM, .words = reason_words, .quiet = true,
	},
};

static const struct attr_info mac_attrs[] = {
	[VIFMAP_A_MAC_ADDR] = { "addr", .type = AT_MAC, .quiet = true },
	[VIFMAP_A_MAC_DEV_IFINDEX] = {
		"dev-ifindex", .type = AT_U32, .hidden = true,
	},
	[VIFMAP_A_MAC_DEV_IFNAME] = { "dev-ifname", "dev", .type = AT_STRING },
	[VIFMAP_A_MAC_PDEV_IFNAME] = {
		"pdev-ifname", "pdev", .type = AT_STRING,
	},
	[VIFMAP_A_MAC_PORT_IFINDEX] = {
		"port-ifindex", .type = AT_U32, .hidden = true,
	},
	[VIFMAP_A_MAC_PORT_IFNAME] = {
		"port-ifname", "vif", .type = AT_STRING,
	},
	[VIFMAP_A_MAC_ACTIVE] = {
		"active", .type = AT_STATE, .words = active_words,
	},
	[VIFMAP_A_MAC_ORIGIN] = {
		"origin", .type = AT_ENUM, .words = origin_words,
	},
	[VIFMAP_A_MAC_IDLE] = { "idle", .type = AT_U32 },
	[VIFMAP_A_MAC_REASON] = {
		"reason", .type = AT_ENUM, .words = reason_words, .quiet = true,
	},
};

static const struct attr_info alert_attrs[] = {
	[VIFMAP_A_ALERT_TYPE] = {
		"type", .type = AT_ENUM, .words = alert_words,
	},
	[VIFMAP_A_ALERT_DEV_IFINDEX] = {
		"dev-ifindex", .type = AT_U32, .hidden = true,
	},
	[VIFMAP_A_ALERT_DEV_IFNAME] = {
		"dev-ifname", "dev", .type = AT_STRING,
	},
	[VIFMAP_A_ALERT_PDEV_IFNAME] = {
		"pdev-ifname", "pdev", .type = AT_STRING,
	},
	[VIFMAP_A_ALERT_PORT_IFINDEX] = {
		"port-ifindex", .type = AT_U32, .hidden = true,
	},
	[VIFMAP_A_ALERT_PORT_IFNAME] = {
		"port-ifname", "vif", .type = AT_STRING,
	},
	[VIFMAP_A_ALERT_ADDR] = { "addr", .type = AT_MAC },
};

static const char *const stats_names[] = {
	[VIFMAP_A_STATS_RX_PACKETS] = "rx-packets",
	[VIFMAP_A_STATS_RX_BYTES] = "rx-bytes",
	[VIFMAP_A_STATS_TX_PACKETS] = "tx-packets",
	[VIFMAP_A_STATS_TX_BYTES] = "tx-bytes",
	[VIFMAP_A_STATS_TX_DROPPED] = "tx-dropped",
	[VIFMAP_A_STATS_DIRECT] = "direct",
	[VIFMAP_A_STATS_UNKNOWN] = "unknown",
	[VIFMAP_A_STATS_REFLECTED] = "reflected",
	[VIFMAP_A_STATS_COPIES] = "copies",
	[VIFMAP_A_STATS_FLOODED] = "flooded",
	[VIFMAP_A_STATS_DELIVERED] = "delivered",
	[VIFMAP_A_STATS_HOST] = "host",
	[VIFMAP_A_STATS_WIRE] = "wire",
	[VIFMAP_A_STATS_DROP_BAD_SOURCE] = "bad-source",
	[VIFMAP_A_STATS_DROP_SPOOFED] = "spoofed",
	[VIFMAP_A_STATS_DROP_VLAN] = "vlan",
	[VIFMAP_A_STATS_DROP_HAIRPIN] = "hairpin",
	[VIFMAP_A_STATS_DROP_ISOLATED] = "isolated",
	[VIFMAP_A_STATS_DROP_LINK_LOCAL] = "link-local",
	[VIFMAP_A_STATS_DROP_FLOOD_RATE] = "flood-rate",
	[VIFMAP_A_STATS_DROP_HOST_OFF] = "host-off",
	[VIFMAP_A_STATS_DROP_DOWN] = "down",
	[VIFMAP_A_STATS_DROP_VIF_DOWN] = "vif-down",
	[VIFMAP_A_STATS_DROP_PDEV_DOWN] = "pdev-down",
	[VIFMAP_A_STATS_DROP_MTU] = "mtu",
	[VIFMAP_A_STATS_DROP_QUEUE] = "queue",
	[VIFMAP_A_STATS_DROP_MALFORMED] = "malformed",
	[VIFMAP_A_STATS_DROP_LRO] = "lro",
	[VIFMAP_A_STATS_DROP_NO_MEMORY] = "no-memory",
};

static_assert(ARRAY_SIZE(dev_attrs) == VIFMAP_A_DEV_MAX + 1, "dev");
static_assert(ARRAY_SIZE(port_attrs) == VIFMAP_A_PORT_MAX + 1, "port");
static_assert(ARRAY_SIZE(mac_attrs) == VIFMAP_A_MAC_MAX + 1, "mac");
static_assert(ARRAY_SIZE(alert_attrs) == VIFMAP_A_ALERT_MAX + 1, "alert");
static_assert(ARRAY_SIZE(stats_names) == VIFMAP_A_STATS_MAX + 1, "stats");
static_assert(ARRAY_SIZE(dev_attrs) <= OBJ_ATTR_MAX, "OBJ_ATTR_MAX");
static_assert(ARRAY_SIZE(port_attrs) <= OBJ_ATTR_MAX, "OBJ_ATTR_MAX");

const struct attr_set set_dev = { dev_attrs, VIFMAP_A_DEV_MAX };
const struct attr_set set_port = { port_attrs, VIFMAP_A_PORT_MAX };
const struct attr_set set_mac = { mac_attrs, VIFMAP_A_MAC_MAX };
const struct attr_set set_alert = { alert_attrs, VIFMAP_A_ALERT_MAX };

static unsigned int words_count(const struct attr_info *info)
{
	unsigned int n = 0;

	while (info->words[n])
		n++;
	return n;
}

/* An attribute that is not what the family says is treated as absent */
static bool attr_valid(const struct attr_info *info, const struct nlattr *attr)
{
	switch (info->type) {
	case AT_U32:
	case AT_ENUM:
		return !mnl_attr_validate(attr, MNL_TYPE_U32);
	case AT_MASK:
		return !mnl_attr_validate(attr, MNL_TYPE_U16);
	case AT_ONOFF:
	case AT_STATE:
		return !mnl_attr_validate(attr, MNL_TYPE_U8);
	case AT_STRING:
		return !mnl_attr_validate(attr, MNL_TYPE_NUL_STRING);
	case AT_MAC:
		return mnl_attr_get_payload_len(attr) == MAC_LEN;
	case AT_NEST:
		return true;
	default:
		return false;
	}
}

/**
 * obj_new - Keep what a message of the family holds.
 * @set: What its attributes mean.
 * @nlh: The message.
 *
 * Return: The object, to be freed with free().
 */
struct obj *obj_new(const struct attr_set *set, const struct nlmsghdr *nlh)
{
	const char *data = mnl_nlmsg_get_payload_offset(nlh, 4);
	size_t len = mnl_nlmsg_get_payload_len(nlh);
	const struct nlattr *attr;
	struct obj *o;

	/* The generic netlink header; more than 64K would not fit @off */
	len = len < 4 || len > UINT16_MAX ? 0 : len - 4;
	o = mem_realloc(NULL, 1, sizeof(*o) + len);
	o->set = set;
	memset(o->off, 0, sizeof(o->off));
	memcpy(o->data, data, len);

	mnl_attr_for_each_payload((void *)o->data, len) {
		__u16 type = mnl_attr_get_type(attr);

		if (type <= set->max && attr_valid(&set->attr[type], attr))
			o->off[type] = (const char *)attr - o->data + 1;
	}
	return o;
}

/**
 * obj_list_add - Put an object at the end of a list.
 * @list: The list.
 * @o: The object; the list owns it from now on.
 */
void obj_list_add(struct obj_list *list, struct obj *o)
{
	if (list->n == list->size) {
		list->size = list->size ? list->size * 2 : 16;
		list->v = mem_realloc(list->v, list->size, sizeof(*list->v));
	}
	list->v[list->n++] = o;
}

/**
 * obj_list_free - Empty a list.
 * @list: The list.
 */
void obj_list_free(struct obj_list *list)
{
	while (list->n)
		free(list->v[--list->n]);
	free(list->v);
	memset(list, 0, sizeof(*list));
}

/**
 * obj_attr - Find an attribute of an object.
 * @o: The object.
 * @attr: Number of the attribute.
 *
 * Return: The attribute, or NULL when it is absent.
 */
const struct nlattr *obj_attr(const struct obj *o, unsigned int attr)
{
	if (!o->off[attr])
		return NULL;
	return (const struct nlattr *)(o->data + o->off[attr] - 1);
}

/**
 * obj_u32 - Read a number of an object, whatever its size.
 * @o: The object.
 * @attr: Number of the attribute.
 *
 * Return: The number, 0 when it is absent.
 */
__u32 obj_u32(const struct obj *o, unsigned int attr)
{
	const struct nlattr *nla = obj_attr(o, attr);

	if (!nla)
		return 0;
	switch (mnl_attr_get_payload_len(nla)) {
	case 1:
		return mnl_attr_get_u8(nla);
	case 2:
		return mnl_attr_get_u16(nla);
	default:
		return mnl_attr_get_u32(nla);
	}
}

/**
 * obj_str - Read a name of an object.
 * @o: The object.
 * @attr: Number of the attribute.
 *
 * Return: The name, "?" when it is absent.
 */
const char *obj_str(const struct obj *o, unsigned int attr)
{
	const struct nlattr *nla = obj_attr(o, attr);

	return nla ? mnl_attr_get_str(nla) : "?";
}

/**
 * obj_word - Read a value that has a name.
 * @o: The object.
 * @attr: Number of the attribute.
 *
 * Return: The name, "unknown" for a value newer than this tool.
 */
const char *obj_word(const struct obj *o, unsigned int attr)
{
	const struct attr_info *info = &o->set->attr[attr];
	__u32 val = obj_u32(o, attr);

	return val < words_count(info) ? info->words[val] : "unknown";
}

/**
 * obj_mac - Read a MAC address of an object.
 * @o: The object.
 * @attr: Number of the attribute.
 * @buf: Room for MAC_STRLEN bytes.
 *
 * Return: The address as text, "?" when it is absent.
 */
const char *obj_mac(const struct obj *o, unsigned int attr, char *buf)
{
	const struct nlattr *nla = obj_attr(o, attr);

	return nla ? mac_str(mnl_attr_get_payload(nla), buf) : "?";
}

static void obj_print_text(const struct obj *o, unsigned int attr)
{
	const struct attr_info *info = &o->set->attr[attr];
	const char *key = info->key ?: info->name;
	__u32 val = obj_u32(o, attr);
	char buf[MAC_STRLEN];

	switch (info->type) {
	case AT_U32:
		pr_text(" %s %u", key, val);
		break;
	case AT_MASK:
		pr_text(" %s 0x%04x", key, val);
		break;
	case AT_ONOFF:
		pr_text(" %s %s", key, val ? "on" : "off");
		break;
	case AT_STATE:
		pr_text(" %s", obj_word(o, attr));
		break;
	case AT_ENUM:
		pr_text(" %s %s", key, obj_word(o, attr));
		break;
	case AT_STRING:
		pr_text(" %s %s", key, obj_str(o, attr));
		break;
	case AT_MAC:
		pr_text(" %s %s", key, obj_mac(o, attr, buf));
		break;
	default:
		break;
	}
}

static void obj_print_json(const struct obj *o, unsigned int attr)
{
	const struct attr_info *info = &o->set->attr[attr];
	const char *key = info->key ?: info->name;
	char buf[MAC_STRLEN];

	switch (info->type) {
	case AT_U32:
	case AT_MASK:
		pr_uint(key, NULL, obj_u32(o, attr));
		break;
	case AT_ONOFF:
	case AT_STATE:
		pr_bool(key, NULL, NULL, obj_u32(o, attr));
		break;
	case AT_ENUM:
		pr_str(key, NULL, obj_word(o, attr));
		break;
	case AT_STRING:
		pr_str(key, NULL, obj_str(o, attr));
		break;
	case AT_MAC:
		pr_str(key, NULL, obj_mac(o, attr, buf));
		break;
	default:
		break;
	}
}

/**
 * obj_json - Print the attributes of an object, for JSON only.
 * @o: The object.
 */
void obj_json(const struct obj *o)
{
	if (opt.json)
		obj_print(o);
}

/**
 * obj_print - Print the attributes of an object, counters excepted.
 * @o: The object.
 */
void obj_print(const struct obj *o)
{
	unsigned int attr;

	for (attr = 1; attr <= o->set->max; attr++) {
		const struct attr_info *info = &o->set->attr[attr];

		if (!obj_attr(o, attr) || info->hidden)
			continue;
		if (opt.json)
			obj_print_json(o, attr);
		else if (!info->quiet)
			obj_print_text(o, attr);
	}
}

/**
 * obj_print_state - Print what can change of an object, as text.
 * @o: The object.
 *
 * That leaves out the names of the devices it belongs to.
 */
void obj_print_state(const struct obj *o)
{
	unsigned int attr;

	for (attr = 1; attr <= o->set->max; attr++) {
		const struct attr_info *info = &o->set->attr[attr];

		if (obj_attr(o, attr) && !info->hidden && !info->quiet &&
		    info->type != AT_STRING)
			obj_print_text(o, attr);
	}
}

/**
 * obj_print_changed - Print a line of options that somebody has changed.
 * @o: The object.
 * @indent: What the line begins with; the options follow a blank.
 *
 * With details all options are printed.
 *
 * Return: Whether there was a line.
 */
bool obj_print_changed(const struct obj *o, const char *indent)
{
	bool any = false;
	unsigned int attr;

	for (attr = 1; attr <= o->set->max; attr++) {
		const struct attr_info *info = &o->set->attr[attr];

		if (!info->option || !obj_attr(o, attr))
			continue;
		if (!opt.details && obj_u32(o, attr) == info->dflt)
			continue;
		if (!any)
			pr_text("%s", indent);
		any = true;
		obj_print_text(o, attr);
	}
	if (any)
		pr_text("\n");
	return any;
}

/**
 * obj_stats - Read counters of an object.
 * @o: The object.
 * @attr: Number of the attribute.
 * @s: Where to put them.
 *
 * Return: Whether the object has them.
 */
bool obj_stats(const struct obj *o, unsigned int attr, struct stats *s)
{
	const struct nlattr *nest = obj_attr(o, attr);
	const struct nlattr *nla;

	memset(s, 0, sizeof(*s));
	if (!nest)
		return false;
	mnl_attr_for_each_nested(nla, nest) {
		__u16 type = mnl_attr_get_type(nla);

		if (type <= VIFMAP_A_STATS_MAX &&
		    !mnl_attr_validate(nla, MNL_TYPE_U64))
			s->val[type] = mnl_attr_get_u64(nla);
	}
	return true;
}

/**
 * stats_name - Name of a counter.
 * @attr: Number of its attribute.
 *
 * Return: The name, that of a drop without "drop-", or NULL for no counter.
 */
const char *stats_name(unsigned int attr)
{
	return stats_names[attr];
}

/**
 * stats_is_drop - See whether a counter counts dropped frames.
 * @attr: Number of its attribute.
 *
 * Return: Whether it does.
 */
bool stats_is_drop(unsigned int attr)
{
	return attr >= VIFMAP_A_STATS_DROP_BAD_SOURCE;
}

/**
 * stats_drops - Sum up the dropped frames.
 * @s: The counters.
 *
 * Return: The sum.
 */
__u64 stats_drops(const struct stats *s)
{
	__u64 sum = 0;
	unsigned int i;

	for (i = 0; i <= VIFMAP_A_STATS_MAX; i++)
		if (stats_is_drop(i))
			sum += s->val[i];
	return sum;
}

/**
 * stats_json - Print counters as members of the present JSON object.
 * @s: The counters.
 */
void stats_json(const struct stats *s)
{
	unsigned int i;

	for (i = 0; i <= VIFMAP_A_STATS_MAX; i++)
		if (stats_name(i) && !stats_is_drop(i))
			pr_uint(stats_name(i), NULL, s->val[i]);
	pr_open("dropped");
	for (i = 0; i <= VIFMAP_A_STATS_MAX; i++)
		if (stats_is_drop(i))
			pr_uint(stats_name(i), NULL, s->val[i]);
	pr_close();
}

/**
 * option_words - List the options among the attributes of a set.
 * @set: The set.
 * @names: Room for OBJ_ATTR_MAX names; those of other attributes are NULL.
 *
 * Return: How many names there are, NULLs included.
 */
unsigned int option_words(const struct attr_set *set, const char **names)
{
	unsigned int i;

	for (i = 0; i <= set->max; i++)
		names[i] = set->attr[i].option ? set->attr[i].name : NULL;
	return set->max + 1;
}

static bool option_put(const struct attr_info *info, unsigned int attr,
		       const char *value, struct nlmsghdr *nlh)
{
	__u16 mask;
	__u32 val;
	bool on;
	int i;

	switch (info->type) {
	case AT_U32:
		if (!parse_u32(value, &val))
			return false;
		mnl_attr_put_u32(nlh, attr, val);
		return true;
	case AT_MASK:
		if (!parse_link_local(value, &mask))
			return false;
		mnl_attr_put_u16(nlh, attr, mask);
		return true;
	case AT_ONOFF:
		if (!parse_onoff(value, &on))
			return false;
		mnl_attr_put_u8(nlh, attr, on);
		return true;
	case AT_ENUM:
		i = word_find(value, info->words, words_count(info));
		if (i < 0)
			return false;
		mnl_attr_put_u32(nlh, attr, i);
		return true;
	default:
		return false;
	}
}

static const char *option_wants(const struct attr_info *info)
{
	switch (info->type) {
	case AT_U32:
		return "a number";
	case AT_MASK:
		return "a mask of 16 bits, or names such as stp,lldp";
	case AT_ONOFF:
		return "on or off";
	default:
		return "auto or queue";
	}
}

/**
 * option_parse - Read the value of an option into a request.
 * @set: The set it belongs to.
 * @attr: Number of its attribute.
 * @a: The words, of which the value is the next.
 * @r: The request.
 *
 * Return: 0 or an exit status.
 */
int option_parse(const struct attr_set *set, unsigned int attr,
		 struct args *a, struct nl_req *r)
{
	const struct attr_info *info = &set->attr[attr];
	char *value;
	int ret;

	ret = args_value(a, info->name, &value);
	if (ret)
		return ret;
	if (nl_request_has(r, attr))
		return msg_usage("%s is given twice", info->name);
	if (!option_put(info, attr, value, r->nlh))
		return msg_usage("%s wants %s, not \"%s\"", info->name,
				 option_wants(info), value);
	return 0;
}

/**
 * option_parse_all - Read the options that a command ends with, one at least.
 * @set: The set they belong to.
 * @a: The words.
 * @r: The request.
 *
 * Return: 0 or an exit status.
 */
int option_parse_all(const struct attr_set *set, struct args *a,
		     struct nl_req *r)
{
	const char *words[OBJ_ATTR_MAX];
	unsigned int n = option_words(set, words);
	int attr, ret = 0;

	while (!ret && a->n) {
		attr = word_need(args_next(a), words, n);
		ret = attr < 0 ? ST_USAGE : option_parse(set, attr, a, r);
	}
	if (!ret && !nl_request_has(r, 0))
		ret = msg_usage("nothing to set");
	return ret;
}
