// SPDX-License-Identifier: GPL-2.0
/*
 * vifmap - the CNI plugin: the variables CNI_*, and what is named after them
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "cni.h"

/* Long names are cut off in the alias; the network's must not be */
#define NETWORK_MAX	128

/* The host's end is vm and as much of the hash as a name has room for */
#define VIF_PREFIX	"vm"

static int need(const char *name, const char **value)
{
	*value = getenv(name);
	if (!*value || !**value)
		return cni_fail(CNI_ERR_ENVIRONMENT, "%s is not set", name);
	return 0;
}

/* What the specification takes for a network's or a container's name */
static bool is_identifier(const char *s)
{
	if (!isalnum((unsigned char)*s))
		return false;
	for (; *s; s++)
		if (!isalnum((unsigned char)*s) && !strchr("_.-", *s))
			return false;
	return true;
}

static bool is_ifname(const char *s)
{
	size_t n = strlen(s);

	if (!n || n >= IFNAMSIZ || !strcmp(s, ".") || !strcmp(s, ".."))
		return false;
	for (; *s; s++)
		if (*s == '/' || *s == ':' || isspace((unsigned char)*s))
			return false;
	return true;
}

static __u64 hash_add(__u64 hash, const char *s)
{
	/* FNV-1a, and the zero at the end as one more character */
	do
		hash = (hash ^ (unsigned char)*s) * 0x100000001b3;
	while (*s++);
	return hash;
}

/**
 * cni_alias - Tell what is noted of the host's end of an attachment.
 * @alias: Room for LINK_ALIAS_SIZE bytes.
 * @network: Name of the network.
 * @id: The container; NULL for what all of the network have in front.
 * @ifname: Name of the interface.
 */
void cni_alias(char *alias, const char *network, const char *id,
	       const char *ifname)
{
	snprintf(alias, LINK_ALIAS_SIZE, "cni %s %s%s%s", network, id ?: "",
		 id ? " " : "", id ? ifname : "");
}

/**
 * cni_environment - Read what every command needs.
 * @c: The call.
 *
 * Return: 0 or -1.
 */
int cni_environment(struct cni *c)
{
	return need("CNI_COMMAND", &c->command);
}

/**
 * cni_check_name - See that the network's name is one.
 * @c: The call, with its configuration.
 *
 * Return: 0 or -1.
 */
int cni_check_name(const struct cni *c)
{
	if (is_identifier(c->name) && strlen(c->name) <= NETWORK_MAX)
		return 0;
	return cni_fail(CNI_ERR_CONFIG,
			"name: \"%.200s\" is not the name of a network",
			c->name);
}

static void name_vif(char *vif, const char *id, const char *ifname)
{
	__u64 hash = 0xcbf29ce484222325;

	hash = hash_add(hash_add(hash, id), ifname);
	snprintf(vif, IFNAMSIZ, VIF_PREFIX "%013llx", hash >> 12);
}

static int name_attachment(struct cni *c)
{
	if (!is_identifier(c->id))
		return cni_fail(CNI_ERR_ENVIRONMENT,
				"CNI_CONTAINERID: \"%s\" is no identifier",
				c->id);
	if (!is_ifname(c->ifname))
		return cni_fail(CNI_ERR_ENVIRONMENT,
				"CNI_IFNAME: \"%s\" is not the name of an %s",
				c->ifname, "interface");
	name_vif(c->vif, c->id, c->ifname);
	cni_alias(c->alias, c->name, c->id, c->ifname);
	return 0;
}

/**
 * cni_need_attachment - Read which interface of which container is meant.
 * @c: The call, with its configuration.
 *
 * Return: 0 or -1.
 */
int cni_need_attachment(struct cni *c)
{
	int ret;

	ret = need("CNI_CONTAINERID", &c->id);
	if (!ret)
		ret = need("CNI_IFNAME", &c->ifname);
	return ret ?: name_attachment(c);
}

/**
 * cni_take_attachment - Set the variables to what a vif's attachment had.
 * @c: The call, with its configuration.
 * @l: The vif, whose alias says what that was.
 *
 * What is not in there is not known any more. The vif's name shows whether all
 * of it is, or was too long.
 *
 * Return: 0 or -1.
 */
int cni_take_attachment(const struct cni *c, const struct link *l)
{
	char prefix[LINK_ALIAS_SIZE], text[LINK_ALIAS_SIZE];
	char vif[IFNAMSIZ] = "";
	char *ifname = text;
	const char *id;

	cni_alias(prefix, c->name, NULL, NULL);
	snprintf(text, sizeof(text), "%s", l->alias + strlen(prefix));
	id = strsep(&ifname, " ");
	if (ifname)
		name_vif(vif, id, ifname);
	if (strcmp(vif, l->name))
		return cni_fail(CNI_ERR_REFUSED,
				"%s: the alias does not say whose it was",
				l->name);
	setenv("CNI_CONTAINERID", id, 1);
	setenv("CNI_IFNAME", ifname, 1);
	unsetenv("CNI_NETNS");
	unsetenv("CNI_ARGS");
	return 0;
}

/**
 * cni_need_netns - Read where the container is.
 * @c: The call.
 *
 * Return: 0 or -1.
 */
int cni_need_netns(struct cni *c)
{
	return need("CNI_NETNS", &c->netns);
}

/**
 * cni_args_mac - Look for MAC=... in CNI_ARGS.
 * @mac: Where to put it; left alone when it is not there.
 *
 * Return: 0 or -1.
 */
int cni_args_mac(const char **mac)
{
	char *args = strdup(getenv("CNI_ARGS") ?: "");
	char *word, *rest = args;

	while (args && (word = strsep(&rest, ";"))) {
		if (*word && !strchr(word, '='))
			return cni_fail(CNI_ERR_ENVIRONMENT,
					"CNI_ARGS: \"%s\" has no value", word);
		/* It lives as long as the plugin */
		if (!strncmp(word, "MAC=", 4))
			*mac = word + 4;
	}
	return 0;
}
