// SPDX-License-Identifier: GPL-2.0
/*
 * vifmap - the CNI plugin: the network configuration
 */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cni.h"

/* Far more than any runtime sends */
#define STDIN_MAX	(16 * 1024 * 1024)
#define STDIN_STEP	(64 * 1024)

const char *const cni_versions[CNI_VERSIONS] = {
	[CNI_0_3_1] = "0.3.1",
	[CNI_0_4_0] = "0.4.0",
	[CNI_1_0_0] = "1.0.0",
	[CNI_1_1_0] = "1.1.0",
};

/**
 * cni_version_find - Find a version of the specification.
 * @text: What it is called.
 *
 * Return: An enum cni_version, or -1 when it is not known.
 */
int cni_version_find(const char *text)
{
	int i;

	for (i = 0; i < CNI_VERSIONS; i++)
		if (!strcmp(text, cni_versions[i]))
			return i;
	return -1;
}

/**
 * cni_get - Get what is at a path of keys.
 * @o: An object, or NULL.
 * @path: The keys, a dot between them.
 * @type: What it has to be; json_type_null for anything.
 *
 * Return: What is there, or NULL when there is nothing of the kind.
 */
struct json_object *cni_get(struct json_object *o, const char *path,
			    json_type type)
{
	while (o && *path) {
		size_t n = strcspn(path, ".");
		char key[64];

		snprintf(key, sizeof(key), "%.*s", (int)n, path);
		if (!json_object_is_type(o, json_type_object) ||
		    !json_object_object_get_ex(o, key, &o))
			return NULL;
		path += n + (path[n] == '.');
	}
	if (o && type != json_type_null && !json_object_is_type(o, type))
		return NULL;
	return o;
}

/**
 * cni_get_str - Get the text that is at a path of keys.
 * @o: An object, or NULL.
 * @path: The keys, a dot between them.
 *
 * Return: The text, or NULL when there is none.
 */
const char *cni_get_str(struct json_object *o, const char *path)
{
	struct json_object *s = cni_get(o, path, json_type_string);

	return s ? json_object_get_string(s) : NULL;
}

/* What has a value must have one of this type */
static int want(struct json_object *o, const char *path, json_type type,
		const char *what, struct json_object **value)
{
	*value = cni_get(o, path, json_type_null);
	if (!*value || json_object_is_type(*value, type))
		return 0;
	return cni_fail(CNI_ERR_CONFIG, "%s: %s is not %s", path,
			json_object_to_json_string(*value), what);
}

static int want_str(struct json_object *o, const char *path,
		    const char **text)
{
	struct json_object *value;
	int ret;

	ret = want(o, path, json_type_string, "a string", &value);
	if (!ret && value)
		*text = json_object_get_string(value);
	return ret;
}

static int parse(struct cni *c, const char *text, size_t n)
{
	struct json_tokener *tok = json_tokener_new();
	size_t end = 0;

	if (tok) {
		c->json = json_tokener_parse_ex(tok, text, n);
		end = json_tokener_get_parse_end(tok);
		json_tokener_free(tok);
	}
	while (end < n && strchr(" \t\r\n", text[end]) && text[end])
		end++;
	if (!json_object_is_type(c->json, json_type_object) || end < n)
		return cni_fail(CNI_ERR_DECODE,
				"what came on standard input is not JSON");
	return 0;
}

/**
 * cni_read - Read the network configuration from standard input.
 * @c: The call; its json stays NULL when nothing came.
 *
 * Return: 0 or -1.
 */
int cni_read(struct cni *c)
{
	size_t n = 0, size = 0;
	char *text = NULL;
	ssize_t got;
	int ret = 0;

	do {
		if (size - n < STDIN_STEP / 2)
			text = mem_realloc(text, size += STDIN_STEP, 1);
		got = read(STDIN_FILENO, text + n, size - n);
		if (got > 0)
			n += got;
	} while ((got > 0 && n <= STDIN_MAX) || (got < 0 && errno == EINTR));
	if (got < 0)
		ret = cni_fail(CNI_ERR_IO, "cannot read standard input: %s",
			       strerror(errno));
	else if (got)
		ret = cni_fail(CNI_ERR_IO, "standard input has no end");
	else if (n)
		ret = parse(c, text, n);
	free(text);
	return ret;
}

static int conf_version(struct cni *c)
{
	const char *text = NULL;
	int version;

	if (want_str(c->json, "cniVersion", &text))
		return -1;
	if (!text)
		return cni_fail(CNI_ERR_VERSION, "cniVersion is missing");
	version = cni_version_find(text);
	if (version < 0)
		return cni_fail(CNI_ERR_VERSION,
				"cniVersion: %s is not supported, but %s to %s",
				text, cni_versions[0],
				cni_versions[CNI_VERSIONS - 1]);
	c->version = version;
	return 0;
}

static int conf_ipam(struct cni *c)
{
	struct json_object *ipam;
	int ret;

	ret = want(c->json, "ipam", json_type_object, "an object", &ipam);
	if (ret || !ipam || !json_object_object_length(ipam))
		return ret;
	ret = want_str(ipam, "type", &c->ipam);
	if (!ret && !c->ipam)
		ret = cni_fail(CNI_ERR_CONFIG, "ipam.type is missing");
	if (!ret && (!*c->ipam || strchr(c->ipam, '/')))
		ret = cni_fail(CNI_ERR_CONFIG,
			       "ipam.type: \"%s\" is not the name of a plugin",
			       c->ipam);
	return ret;
}

/* In this order, what comes last wins */
static int conf_mac(struct cni *c)
{
	static const __u8 zero[MAC_LEN];
	const char *text = NULL;
	int ret;

	ret = want_str(c->json, "mac", &text);
	if (!ret)
		ret = cni_args_mac(&text);
	if (!ret)
		ret = want_str(c->json, "args.cni.mac", &text);
	if (!ret)
		ret = want_str(c->json, "runtimeConfig.mac", &text);
	if (ret || !text || !*text)
		return ret;
	if (!parse_mac(text, c->mac) || c->mac[0] & 1 ||
	    !memcmp(c->mac, zero, MAC_LEN))
		return cni_fail(CNI_ERR_CONFIG,
				"mac: \"%s\" is not the MAC address of a host",
				text);
	c->has_mac = true;
	return 0;
}

static int conf_mtu(struct cni *c)
{
	struct json_object *value;
	int64_t mtu;

	if (want(c->json, "mtu", json_type_int, "a number", &value))
		return -1;
	mtu = value ? json_object_get_int64(value) : 0;
	if (mtu && (mtu < CNI_MTU_MIN || mtu > CNI_MTU_MAX))
		return cni_fail(CNI_ERR_CONFIG, "mtu: %lld is not an MTU",
				(long long)mtu);
	c->mtu = mtu;
	return 0;
}

static void add_words(struct cni *c, const char *name, const char *value)
{
	c->words[c->n_words++] = strdup(name);
	c->words[c->n_words++] = strdup(value);
}

/* The options of the port, which the tool reads as if they had been typed */
static int conf_options(struct cni *c)
{
	static const struct {
		const char *key;
		const char *option;
		json_type type;
		const char *what;
	} options[] = {
		{ "spoofcheck", "spoofcheck", json_type_boolean,
		  "true or false" },
		{ "isolated", "isolated", json_type_boolean, "true or false" },
		{ "trunk", "trunk", json_type_boolean, "true or false" },
		{ "learn", "learn", json_type_int, "a number" },
		{ "floodRate", "flood-rate", json_type_int, "a number" },
		{ "linkLocal", "link-local", json_type_string, "a string" },
		{ "delivery", "delivery", json_type_string, "a string" },
	};
	struct json_object *value;
	unsigned int i;

	static_assert(2 * ARRAY_SIZE(options) <= CNI_WORDS, "CNI_WORDS");
	for (i = 0; i < ARRAY_SIZE(options); i++) {
		if (want(c->json, options[i].key, options[i].type,
			 options[i].what, &value))
			return -1;
		if (!value)
			continue;
		if (options[i].type == json_type_boolean)
			add_words(c, options[i].option,
				  json_object_get_boolean(value) ? "on" :
								   "off");
		else
			add_words(c, options[i].option,
				  json_object_get_string(value));
	}
	return 0;
}

static int conf_common(struct cni *c)
{
	int ret;

	if (!c->json)
		return cni_fail(CNI_ERR_DECODE,
				"no configuration on standard input");
	ret = conf_version(c);
	if (!ret)
		ret = want_str(c->json, "name", &c->name);
	if (!ret && !c->name)
		ret = cni_fail(CNI_ERR_CONFIG, "name is missing");
	if (!ret)
		ret = conf_ipam(c);
	return ret ?: want(c->json, "prevResult", json_type_object,
			   "an object", &c->prev);
}

/**
 * cni_conf - Understand the network configuration.
 * @c: The call.
 *
 * What is taken away may be so by a configuration that makes no sense any more.
 *
 * Return: 0 or -1.
 */
int cni_conf(struct cni *c)
{
	int ret = conf_common(c);

	if (ret || !strcmp(c->command, "DEL") || !strcmp(c->command, "GC"))
		return ret;
	ret = want_str(c->json, "pdev", &c->pdev);
	if (!ret && (!c->pdev || !*c->pdev ||
		     strlen(c->pdev) >= LINK_NAME_SIZE))
		ret = cni_fail(CNI_ERR_CONFIG,
			       "pdev is missing, or not the name of an %s",
			       "interface");
	if (!ret)
		ret = conf_mac(c);
	if (!ret)
		ret = conf_mtu(c);
	return ret ?: conf_options(c);
}
