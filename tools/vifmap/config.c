// SPDX-License-Identifier: GPL-2.0
/*
 * vifmap - reading a configuration file
 *
 * Its words are those of the commands that do the same. Whatever is wrong with
 * a file by itself is found here, before the kernel is asked for anything.
 */
#include <stdlib.h>
#include <string.h>

#include "config.h"

static struct conf_dev *config_add_dev(struct config *c, const char *pdev)
{
	struct conf_dev *dev;

	c->devs = mem_realloc(c->devs, c->n_devs + 1, sizeof(*dev));
	dev = &c->devs[c->n_devs++];
	memset(dev, 0, sizeof(*dev));
	dev->pdev = mem_strdup(pdev);
	dev->line = msg_line();
	return dev;
}

/* What is said of a physical device, which may not have been named yet */
static struct conf_dev *config_dev(struct config *c, const char *pdev)
{
	size_t i;

	for (i = 0; i < c->n_devs; i++)
		if (!strcmp(c->devs[i].pdev, pdev))
			return &c->devs[i];
	return config_add_dev(c, pdev);
}

/* The last one is what most lines with addresses are about */
static struct conf_vif *config_vif(const struct config *c, const char *name)
{
	size_t i;

	for (i = c->n_vifs; i > 0; i--)
		if (!strcmp(c->vifs[i - 1].name, name))
			return &c->vifs[i - 1];
	return NULL;
}

static int config_limit(const struct obj *options, unsigned int attr,
			__u32 limit)
{
	if (obj_u32(options, attr) <= limit)
		return 0;
	return msg_usage("%s is %u at the most",
			 options->set->attr[attr].name, limit);
}

/* Keep options that were read into a request */
static int config_options(struct obj **options, const struct nl_req *r,
			  unsigned int learn)
{
	*options = obj_new(r->set, r->nlh);
	return config_limit(*options, learn, VIFMAP_LEARN_LIMIT);
}

static int config_pdev(struct args *a, char **pdev)
{
	if (*pdev)
		return msg_usage("pdev is given twice");
	return args_name(a, "the pdev", pdev);
}

static int config_dev_words(struct args *a, struct nl_req *r, char **pdev,
			    bool *down)
{
	const char *words[OBJ_ATTR_MAX + 3];
	unsigned int n = option_words(&set_dev, words);
	const int w_pdev = n, w_up = n + 1, w_down = n + 2;
	int ret = 0;

	words[w_pdev] = "pdev";
	words[w_up] = "up";
	words[w_down] = "down";
	while (!ret && a->n) {
		int i = word_need(args_next(a), words, n + 3);

		if (i < 0)
			ret = ST_USAGE;
		else if (i == w_pdev)
			ret = config_pdev(a, pdev);
		else if (i == w_up || i == w_down)
			*down = i == w_down;
		else
			ret = option_parse(&set_dev, i, a, r);
	}
	if (!ret && !*pdev)
		ret = msg_usage("pdev is missing");
	return ret;
}

/* No two devices with one name, and no two on one physical device */
static int config_dev_free(const struct config *c, const char *name,
			   const char *pdev)
{
	size_t i;

	for (i = 0; i < c->n_devs; i++) {
		const struct conf_dev *dev = &c->devs[i];

		if (!dev->given)
			continue;
		if (!strcmp(dev->pdev, pdev))
			return msg_usage("%s is on line %u already", pdev,
					 dev->line);
		if (!strcmp(dev->name, name))
			return msg_usage("%s is on line %u already", name,
					 dev->line);
	}
	return 0;
}

/* dev DEV pdev PDEV [up | down] [OPTION VALUE]... */
static int config_line_dev(struct config *c, struct args *a)
{
	struct conf_dev *dev;
	bool down = false;
	char *pdev = NULL;
	struct nl_req r;
	char *name;
	int ret;

	nl_request(&r, VIFMAP_CMD_DEV_SET, &set_dev);
	ret = args_name(a, "the device", &name);
	if (!ret && strlen(name) >= IFNAMSIZ)
		ret = msg_usage("\"%s\" is too long for a name", name);
	if (!ret)
		ret = config_dev_words(a, &r, &pdev, &down);
	if (!ret)
		ret = config_dev_free(c, name, pdev);
	if (ret)
		return ret;
	dev = config_dev(c, pdev);
	dev->name = mem_strdup(name);
	dev->line = msg_line();
	dev->given = true;
	dev->down = down;
	ret = config_options(&dev->options, &r, VIFMAP_A_DEV_LEARN);
	return ret ?: config_limit(dev->options, VIFMAP_A_DEV_MAX_MACS,
				   VIFMAP_MAX_MACS_LIMIT);
}

/* The word that may follow an address */
static bool config_active(struct args *a)
{
	const char *word = args_peek(a) ?: "";
	bool inactive = !strcmp(word, "inactive");

	if (inactive || !strcmp(word, "active"))
		args_next(a);
	return !inactive;
}

static int config_add_mac(struct config *c, const struct conf_vif *vif,
			  const char *text, bool active)
{
	static const __u8 zero[MAC_LEN];
	struct conf_mac *mac;

	c->macs = mem_realloc(c->macs, c->n_macs + 1, sizeof(*mac));
	mac = &c->macs[c->n_macs];
	if (!parse_mac(text, mac->addr))
		return msg_usage("\"%s\" is not a MAC address", text);
	if (mac->addr[0] & 1)
		return msg_usage("%s is a multicast address", text);
	if (!memcmp(mac->addr, zero, MAC_LEN))
		return msg_usage("the zero address cannot be mapped");
	c->n_macs++;
	mac->active = active;
	mac->vif = vif - c->vifs;
	mac->dev = vif->dev;
	mac->line = msg_line();
	return 0;
}

/* An address, or one of the words that stand for one */
static int config_put_mac(struct config *c, struct conf_vif *vif,
			  const char *text, bool active)
{
	bool none = !strcmp(text, CONF_NONE);

	if (vif->macs && (vif->none || none))
		return msg_usage("mac " CONF_NONE " and another mac");
	vif->macs = true;
	vif->none = none;
	if (none)
		return 0;
	if (strcmp(text, CONF_PEER))
		return config_add_mac(c, vif, text, active);
	if (vif->peer)
		return msg_usage("mac " CONF_PEER " is given twice");
	vif->peer = true;
	vif->peer_inactive = !active;
	return 0;
}

static int config_vif_mac(struct config *c, struct conf_vif *vif,
			  struct args *a)
{
	char *text;
	int ret;

	ret = args_value(a, "mac", &text);
	return ret ?: config_put_mac(c, vif, text, config_active(a));
}

static int config_vif_words(struct config *c, struct conf_vif *vif,
			    struct args *a, struct nl_req *r, char **pdev)
{
	const char *words[OBJ_ATTR_MAX + 2];
	unsigned int n = option_words(&set_port, words);
	const int w_pdev = n, w_mac = n + 1;
	int ret = 0;

	words[w_pdev] = "pdev";
	words[w_mac] = "mac";
	while (!ret && a->n) {
		int i = word_need(args_next(a), words, n + 2);

		if (i < 0)
			ret = ST_USAGE;
		else if (i == w_pdev)
			ret = config_pdev(a, pdev);
		else if (i == w_mac)
			ret = config_vif_mac(c, vif, a);
		else
			ret = option_parse(&set_port, i, a, r);
	}
	if (!ret && !*pdev)
		ret = msg_usage("pdev is missing");
	if (!ret && !strcmp(*pdev, vif->name))
		ret = msg_usage("%s cannot be attached to itself", *pdev);
	return ret;
}

static struct conf_vif *config_add_vif(struct config *c, const char *name)
{
	struct conf_vif *vif;

	c->vifs = mem_realloc(c->vifs, c->n_vifs + 1, sizeof(*vif));
	vif = &c->vifs[c->n_vifs++];
	memset(vif, 0, sizeof(*vif));
	vif->name = mem_strdup(name);
	vif->line = msg_line();
	return vif;
}

/* vif VIF pdev PDEV [mac MAC [active | inactive]]... [OPTION VALUE]... */
static int config_line_vif(struct config *c, struct args *a)
{
	size_t first = c->n_macs;
	struct conf_vif *vif;
	char *pdev = NULL;
	struct nl_req r;
	char *name;
	int ret;

	nl_request(&r, VIFMAP_CMD_PORT_SET, &set_port);
	ret = args_name(a, "the vif", &name);
	if (ret)
		return ret;
	vif = config_vif(c, name);
	if (vif)
		return msg_usage("%s is on line %u already", name, vif->line);
	vif = config_add_vif(c, name);
	ret = config_vif_words(c, vif, a, &r, &pdev);
	if (ret)
		return ret;
	/* The addresses may have come before the pdev */
	vif->dev = config_dev(c, pdev) - c->devs;
	for (; first < c->n_macs; first++)
		c->macs[first].dev = vif->dev;
	return config_options(&vif->options, &r, VIFMAP_A_PORT_LEARN);
}

/* mac MAC vif VIF [active | inactive] */
static int config_line_mac(struct config *c, struct args *a)
{
	static const char *const words[] = { "vif" };
	struct conf_vif *vif;
	char *name;
	char *text;
	bool active;
	int ret;

	ret = args_value(a, "mac", &text);
	if (!ret && !a->n)
		ret = msg_usage("vif is missing");
	if (!ret && word_need(args_next(a), words, ARRAY_SIZE(words)) < 0)
		ret = ST_USAGE;
	if (!ret)
		ret = args_name(a, "the vif", &name);
	if (ret)
		return ret;
	active = config_active(a);
	ret = args_end(a);
	if (ret)
		return ret;
	vif = config_vif(c, name);
	if (!vif)
		return msg_usage("no line before this one is for the vif %s",
				 name);
	return config_put_mac(c, vif, text, active);
}

static int config_line(struct args *a, void *data)
{
	enum { DEV, VIF, MAC };
	static const char *const words[] = {
		[DEV] = "dev", [VIF] = "vif", [MAC] = "mac",
	};
	struct config *c = data;

	switch (word_need(args_next(a), words, ARRAY_SIZE(words))) {
	case DEV:
		return config_line_dev(c, a);
	case VIF:
		return config_line_vif(c, a);
	case MAC:
		return config_line_mac(c, a);
	default:
		return ST_USAGE;
	}
}

static int config_mac_compare(const void *a, const void *b)
{
	const struct conf_mac *x = a;
	const struct conf_mac *y = b;

	if (x->dev != y->dev)
		return x->dev < y->dev ? -1 : 1;
	return memcmp(x->addr, y->addr, MAC_LEN);
}

/* An address is in a map once */
static int config_sort_macs(struct config *c)
{
	char buf[MAC_STRLEN];
	size_t i;
	int ret;

	if (!c->n_macs)
		return 0;
	qsort(c->macs, c->n_macs, sizeof(*c->macs), config_mac_compare);
	for (i = 1; i < c->n_macs; i++) {
		const struct conf_mac *x = &c->macs[i - 1];
		const struct conf_mac *y = &c->macs[i];

		if (config_mac_compare(x, y))
			continue;
		if (x->line > y->line) {
			x = y;
			y = &c->macs[i - 1];
		}
		msg_place(c->file, y->line);
		ret = msg_usage("%s is on line %u already, for %s",
				mac_str(x->addr, buf), x->line,
				c->vifs[x->vif].name);
		msg_place(NULL, 0);
		return ret;
	}
	return 0;
}

/**
 * config_mac - Look an address up.
 * @c: What the file says.
 * @dev: The physical device, by its place in the file's list.
 * @addr: The address.
 *
 * Return: What the file says of it, or NULL.
 */
const struct conf_mac *config_mac(const struct config *c, size_t dev,
				  const __u8 *addr)
{
	struct conf_mac key = { .dev = dev };

	if (!c->n_macs)
		return NULL;
	memcpy(key.addr, addr, MAC_LEN);
	return bsearch(&key, c->macs, c->n_macs, sizeof(key),
		       config_mac_compare);
}

/**
 * config_read - Read a configuration file.
 * @c: Where to put what it says; config_free() in any case.
 * @name: Its name, "-" for the standard input.
 *
 * Return: 0 or an exit status.
 */
int config_read(struct config *c, const char *name)
{
	int ret;

	memset(c, 0, sizeof(*c));
	c->file = name;
	ret = lines_run(name, false, config_line, c);
	return ret ?: config_sort_macs(c);
}

/**
 * config_free - Forget what a file says.
 * @c: What it says.
 */
void config_free(struct config *c)
{
	size_t i;

	for (i = 0; i < c->n_devs; i++) {
		free(c->devs[i].name);
		free(c->devs[i].pdev);
		free(c->devs[i].options);
	}
	for (i = 0; i < c->n_vifs; i++) {
		free(c->vifs[i].name);
		free(c->vifs[i].options);
	}
	free(c->devs);
	free(c->vifs);
	free(c->macs);
	memset(c, 0, sizeof(*c));
}
