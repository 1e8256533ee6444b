// SPDX-License-Identifier: GPL-2.0
/*
 * vifmap - mac: the entries of the map
 */
#include <stdlib.h>
#include <string.h>

#include "nl.h"

/**
 * struct mac_args - What a command on the map was given.
 * @addr: The address.
 * @text: The address as text.
 * @have_addr: There is one.
 * @have_state: active or inactive was given.
 * @active: Which of the two.
 * @vif: Name of the vif, or NULL.
 * @pdev: Name of the device, or NULL.
 * @any: Name of either, given without a word before it, or NULL.
 */
struct mac_args {
	__u8 addr[MAC_LEN];
	char text[MAC_STRLEN];
	bool have_addr;
	bool have_state;
	bool active;
	char *vif;
	char *pdev;
	char *any;
};

/**
 * mac_help - Print how to use mac.
 * @f: Where to print it.
 */
void mac_help(FILE *f)
{
	fputs("Usage: vifmap mac show [MAC] [vif VIF | pdev DEV]\n"
	      "              [active | inactive]\n"
	      "       vifmap mac add MAC vif VIF [active | inactive]\n"
	      "       vifmap mac del MAC [vif VIF | pdev DEV]\n"
	      "       vifmap mac set MAC [vif VIF] [pdev DEV] [active | inactive]\n"
	      "       vifmap mac set vif VIF { active | inactive }\n"
	      "       vifmap mac flush { vif VIF | pdev DEV }\n"
	      "\n"
	      "DEV: a vifmap device, or the physical device under it\n",
	      f);
}

static int mac_parse_addr(struct mac_args *m, const char *word)
{
	if (!parse_mac(word, m->addr))
		return msg_usage("\"%s\" is not a MAC address", word);
	if (m->have_addr)
		return msg_usage("one MAC address at a time");
	m->have_addr = true;
	mac_str(m->addr, m->text);
	return 0;
}

static int mac_parse_name(struct args *a, const char *what, char **name)
{
	if (*name)
		return msg_usage("%s is given twice", what);
	return args_name(a, what, name);
}

static int mac_parse_state(struct mac_args *m, bool active)
{
	if (m->have_state)
		return msg_usage("active or inactive is given twice");
	m->have_state = true;
	m->active = active;
	return 0;
}

/* No name of an interface has a colon in it */
static bool mac_looks_so(const char *word)
{
	__u8 addr[MAC_LEN];

	return strchr(word, ':') || parse_mac(word, addr);
}

static int mac_parse_word(struct mac_args *m, struct args *a, bool bare)
{
	enum { VIF, PDEV, DEV, ACTIVE, INACTIVE, MAC };
	static const char *const words[] = {
		[VIF] = "vif", [PDEV] = "pdev", [DEV] = "dev",
		[ACTIVE] = "active", [INACTIVE] = "inactive", [MAC] = "mac",
	};
	const char *word = args_peek(a);

	if (mac_looks_so(word))
		return mac_parse_addr(m, args_next(a));
	if (bare && !m->any &&
	    word_find(word, words, ARRAY_SIZE(words)) == WORD_NONE)
		return args_name(a, "the name", &m->any);

	args_next(a);
	switch (word_need(word, words, ARRAY_SIZE(words))) {
	case VIF:
		return mac_parse_name(a, "vif", &m->vif);
	case PDEV:
	case DEV:
		return mac_parse_name(a, "pdev", &m->pdev);
	case ACTIVE:
		return mac_parse_state(m, true);
	case INACTIVE:
		return mac_parse_state(m, false);
	case MAC:
		if (!a->n)
			return msg_usage("mac wants an address");
		return mac_parse_addr(m, args_next(a));
	default:
		return ST_USAGE;
	}
}

/* @bare: the name of a device or a vif may stand alone */
static int mac_parse(struct mac_args *m, struct args *a, bool bare)
{
	int ret = 0;

	memset(m, 0, sizeof(*m));
	while (!ret && a->n)
		ret = mac_parse_word(m, a, bare);
	if (!ret && !!m->vif + !!m->any > 1)
		ret = msg_usage("\"%s\" is too much", m->any);
	if (!ret && !!m->pdev + !!m->any > 1)
		ret = msg_usage("\"%s\" is too much", m->any);
	return ret;
}

static void mac_put_addr(struct nl_req *r, const struct mac_args *m)
{
	mnl_attr_put(r->nlh, VIFMAP_A_MAC_ADDR, MAC_LEN, m->addr);
}

/* Find the vif and the device that were named, if they were */
static int mac_target(const struct mac_args *m, struct target *t)
{
	struct link vif;
	int ret = 0;

	memset(t, 0, sizeof(*t));
	if (m->any)
		return select_any(m->any, t);
	if (m->vif) {
		ret = link_find_vif(m->vif, &vif);
		t->vif = vif.ifindex;
		t->dev = vif.master;
	}
	if (!ret && m->pdev)
		ret = select_dev(m->pdev, &t->dev);
	return ret;
}

/* Look for an address in one map; that it is not there is no error */
static int mac_lookup(const struct mac_args *m, __u32 dev,
		      struct obj_list *found)
{
	struct nl_req r;
	struct obj *o;
	int ret;

	nl_request(&r, VIFMAP_CMD_MAC_GET, &set_mac);
	mac_put_addr(&r, m);
	mnl_attr_put_u32(r.nlh, VIFMAP_A_MAC_DEV_IFINDEX, dev);
	ret = nl_get(&r, &o);
	if (!ret)
		obj_list_add(found, o);
	/* The device may have gone since it was listed */
	return nl_is_absent(ret) ? 0 : ret;
}

/* Look for an address in the map that was named, or in all of them */
static int mac_search(const struct mac_args *m, const struct target *t,
		      struct obj_list *found)
{
	struct obj_list devs;
	int ret = 0;
	size_t i;

	memset(found, 0, sizeof(*found));
	if (t->dev)
		return mac_lookup(m, t->dev, found) ? nl_refused(NULL) : 0;
	ret = select_devs(t, &devs);
	if (ret)
		return ret;
	for (i = 0; !ret && i < devs.n; i++)
		ret = mac_lookup(m, obj_u32(devs.v[i], VIFMAP_A_DEV_IFINDEX),
				 found);
	obj_list_free(&devs);
	if (ret)
		obj_list_free(found);
	return ret ? nl_refused(NULL) : 0;
}

static int mac_several(const struct mac_args *m, const struct obj_list *found)
{
	char names[128] = "";
	size_t len = 0;
	size_t i;

	for (i = 0; i < found->n && len < sizeof(names); i++)
		len += snprintf(names + len, sizeof(names) - len, "%s%s",
				i ? ", " : "",
				obj_str(found->v[i], VIFMAP_A_MAC_PDEV_IFNAME));
	return msg_refused("%s is in the maps of %s; say which with pdev",
			   m->text, names);
}

/* Find the one map that an address is in */
static int mac_find_dev(const struct mac_args *m, struct target *t)
{
	struct obj_list found;
	int ret;

	ret = mac_search(m, t, &found);
	if (ret)
		return ret;
	if (!found.n)
		ret = msg_refused("%s is in no map", m->text);
	else if (found.n > 1)
		ret = mac_several(m, &found);
	else
		t->dev = obj_u32(found.v[0], VIFMAP_A_MAC_DEV_IFINDEX);
	obj_list_free(&found);
	return ret;
}

static int mac_send(struct nl_req *r)
{
	return nl_talk(r, NULL, NULL) ? nl_refused(NULL) : 0;
}

static int mac_add(struct args *a)
{
	struct mac_args m;
	struct nl_req r;
	__u32 vif = 0;
	int ret;

	ret = mac_parse(&m, a, false);
	if (!ret && !m.have_addr)
		ret = msg_usage("the MAC address is missing");
	if (!ret && m.pdev)
		ret = msg_usage("an entry leads to a vif: pdev is too much");
	if (!ret && !m.vif)
		ret = msg_usage("vif is missing");
	if (!ret)
		ret = nl_family_need();
	if (!ret)
		ret = link_index(m.vif, &vif);
	if (ret)
		return ret;
	nl_request(&r, VIFMAP_CMD_MAC_NEW, &set_mac);
	mac_put_addr(&r, &m);
	mnl_attr_put_u32(r.nlh, VIFMAP_A_MAC_PORT_IFINDEX, vif);
	if (m.have_state)
		mnl_attr_put_u8(r.nlh, VIFMAP_A_MAC_ACTIVE, m.active);
	return mac_send(&r);
}

static int mac_del(struct args *a)
{
	struct mac_args m;
	struct target t;
	struct nl_req r;
	int ret;

	ret = mac_parse(&m, a, false);
	if (!ret && !m.have_addr)
		ret = msg_usage("the MAC address is missing");
	if (!ret && m.have_state)
		ret = msg_usage("active or inactive is too much");
	if (!ret)
		ret = nl_family_need();
	if (!ret)
		ret = mac_target(&m, &t);
	if (!ret && !t.dev)
		ret = mac_find_dev(&m, &t);
	if (ret)
		return ret;
	nl_request(&r, VIFMAP_CMD_MAC_DEL, &set_mac);
	mac_put_addr(&r, &m);
	mnl_attr_put_u32(r.nlh, VIFMAP_A_MAC_DEV_IFINDEX, t.dev);
	if (t.vif)
		mnl_attr_put_u32(r.nlh, VIFMAP_A_MAC_PORT_IFINDEX, t.vif);
	return mac_send(&r);
}

static int mac_set_check(const struct mac_args *m)
{
	if (!m->have_addr && !m->vif)
		return msg_usage("the MAC address or vif is missing");
	if (!m->have_addr && m->pdev)
		return msg_usage("the MAC address is missing");
	if (!m->have_state && (!m->have_addr || !m->vif))
		return msg_usage("nothing to set");
	return 0;
}

static int mac_set(struct args *a)
{
	struct mac_args m;
	struct target t;
	struct nl_req r;
	int ret;

	ret = mac_parse(&m, a, false);
	if (!ret)
		ret = mac_set_check(&m);
	if (!ret)
		ret = nl_family_need();
	if (!ret)
		ret = mac_target(&m, &t);
	if (!ret && !t.dev)
		ret = mac_find_dev(&m, &t);
	if (ret)
		return ret;
	nl_request(&r, VIFMAP_CMD_MAC_SET, &set_mac);
	if (m.have_addr) {
		mac_put_addr(&r, &m);
		mnl_attr_put_u32(r.nlh, VIFMAP_A_MAC_DEV_IFINDEX, t.dev);
	}
	if (t.vif)
		mnl_attr_put_u32(r.nlh, VIFMAP_A_MAC_PORT_IFINDEX, t.vif);
	if (m.have_state)
		mnl_attr_put_u8(r.nlh, VIFMAP_A_MAC_ACTIVE, m.active);
	return mac_send(&r);
}

static bool mac_wanted(const struct mac_args *m, const struct target *t,
		       const struct obj *o)
{
	if (t->vif && obj_u32(o, VIFMAP_A_MAC_PORT_IFINDEX) != t->vif)
		return false;
	return !m->have_state ||
	       m->active == !!obj_u32(o, VIFMAP_A_MAC_ACTIVE);
}

static void mac_print(const struct obj *o)
{
	char buf[MAC_STRLEN];

	pr_open(NULL);
	pr_text("%s", obj_mac(o, VIFMAP_A_MAC_ADDR, buf));
	obj_print(o);
	pr_text("\n");
	pr_close();
}

static int mac_print_list(const struct mac_args *m, const struct target *t,
			  const struct obj_list *macs)
{
	size_t n = 0;
	size_t i;

	for (i = 0; i < macs->n; i++)
		n += mac_wanted(m, t, macs->v[i]);
	/* Who asks for one address wants to know that it is not there */
	if (m->have_addr && !n)
		return msg_refused("%s is %s", m->text, t->dev ?
				   "not mapped there" : "in no map");
	pr_begin();
	for (i = 0; i < macs->n; i++)
		if (mac_wanted(m, t, macs->v[i]))
			mac_print(macs->v[i]);
	pr_end();
	return 0;
}

static int mac_show(struct args *a)
{
	struct obj_list macs;
	struct mac_args m;
	struct target t;
	int ret;

	ret = mac_parse(&m, a, true);
	if (!ret)
		ret = nl_family_need();
	if (!ret)
		ret = mac_target(&m, &t);
	if (!ret)
		ret = m.have_addr ? mac_search(&m, &t, &macs) :
				    select_macs(&t, &macs);
	if (ret)
		return ret;
	ret = mac_print_list(&m, &t, &macs);
	obj_list_free(&macs);
	return ret;
}

static int mac_flush(struct args *a)
{
	struct mac_args m;
	struct target t;
	struct nl_req r;
	int ret;

	ret = mac_parse(&m, a, false);
	if (!ret && (m.have_addr || m.have_state))
		ret = msg_usage("flush takes a vif or a pdev and nothing else");
	if (!ret && !m.vif == !m.pdev)
		ret = msg_usage("flush wants a vif or a pdev");
	if (!ret)
		ret = nl_family_need();
	if (!ret)
		ret = mac_target(&m, &t);
	if (ret)
		return ret;
	nl_request(&r, VIFMAP_CMD_MAC_DEL, &set_mac);
	if (t.vif)
		mnl_attr_put_u32(r.nlh, VIFMAP_A_MAC_PORT_IFINDEX, t.vif);
	else
		mnl_attr_put_u32(r.nlh, VIFMAP_A_MAC_DEV_IFINDEX, t.dev);
	return mac_send(&r);
}

/**
 * cmd_mac - Show or change the map.
 * @a: The words of the command.
 *
 * Return: The exit status.
 */
int cmd_mac(struct args *a)
{
	static const struct command table[] = {
		{ "show", mac_show },
		{ "list", mac_show },
		{ "ls", mac_show },
		{ "add", mac_add },
		{ "del", mac_del },
		{ "delete", mac_del },
		{ "set", mac_set },
		{ "flush", mac_flush },
	};

	msg_command("mac");
	return object_run(table, ARRAY_SIZE(table), mac_help, a);
}
