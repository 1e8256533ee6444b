// SPDX-License-Identifier: GPL-2.0
/*
 * vifmap - the CNI plugin: results, in the words of each version
 */
#include <string.h>

#include "cni.h"

static void add_str(struct json_object *o, const char *key, const char *text)
{
	json_object_object_add(o, key, json_object_new_string(text));
}

/* The list of that name, made when it is not there */
static struct json_object *list_of(struct json_object *o, const char *key)
{
	struct json_object *list = cni_get(o, key, json_type_array);

	if (!list) {
		list = json_object_new_array();
		json_object_object_add(o, key, list);
	}
	return list;
}

/**
 * result_find - Find the container's interface in the result of ADD.
 * @c: The call, with such a result.
 *
 * Return: Its index, or -1.
 */
int result_find(const struct cni *c)
{
	struct json_object *list;
	size_t i;

	list = cni_get(c->prev, "interfaces", json_type_array);
	for (i = 0; list && i < json_object_array_length(list); i++) {
		struct json_object *o = json_object_array_get_idx(list, i);
		const char *sandbox = cni_get_str(o, "sandbox");
		const char *name = cni_get_str(o, "name");

		if (name && !strcmp(name, c->ifname) && sandbox && *sandbox)
			return i;
	}
	return -1;
}

/**
 * result_mac - Tell the address of the container's interface by the result.
 * @c: The call, with such a result.
 *
 * Return: The address, or NULL.
 */
const char *result_mac(const struct cni *c)
{
	struct json_object *list;
	int i = result_find(c);

	list = cni_get(c->prev, "interfaces", json_type_array);
	return i < 0 ? NULL : cni_get_str(json_object_array_get_idx(list, i),
					  "mac");
}

/**
 * result_convert - Put a result in the words of another version.
 * @result: The result.
 * @version: The version.
 *
 * What a version does not know of is ignored by those who speak it; what it
 * needs is added.
 */
void result_convert(struct json_object *result, enum cni_version version)
{
	struct json_object *list = cni_get(result, "ips", json_type_array);
	size_t i;

	add_str(result, "cniVersion", cni_versions[version]);
	for (i = 0; list && i < json_object_array_length(list); i++) {
		struct json_object *o = json_object_array_get_idx(list, i);
		const char *address = cni_get_str(o, "address");

		json_object_object_del(o, "version");
		if (version < CNI_1_0_0 && address)
			add_str(o, "version", strchr(address, ':') ? "6" : "4");
	}
}

static struct json_object *interface_of(const struct cni *c,
					const struct link *l)
{
	struct json_object *o = json_object_new_object();
	char buf[MAC_STRLEN];

	add_str(o, "name", l->name);
	add_str(o, "mac", mac_str(l->mac, buf));
	if (c->version >= CNI_1_1_0)
		json_object_object_add(o, "mtu", json_object_new_int(l->mtu));
	return o;
}

/* Returns the index of the container's end */
static int add_interfaces(const struct cni *c, struct json_object *result,
			  const struct link *host, const struct link *inside)
{
	struct json_object *list = list_of(result, "interfaces");
	struct json_object *o = interface_of(c, inside);

	add_str(o, "sandbox", c->netns);
	json_object_array_add(list, interface_of(c, host));
	json_object_array_add(list, o);
	return json_object_array_length(list) - 1;
}

static void add_ips(struct json_object *result, struct json_object *ips,
		    int interface)
{
	struct json_object *list;
	size_t i;

	if (!ips || !json_object_array_length(ips))
		return;
	list = list_of(result, "ips");
	for (i = 0; i < json_object_array_length(ips); i++) {
		struct json_object *o = NULL;

		if (json_object_deep_copy(json_object_array_get_idx(ips, i),
					  &o, NULL))
			continue;
		json_object_object_add(o, "interface",
				       json_object_new_int(interface));
		json_object_array_add(list, o);
	}
}

static void add_routes(struct json_object *result, struct json_object *routes)
{
	struct json_object *list, *o;
	size_t i;

	if (!routes || !json_object_array_length(routes))
		return;
	list = list_of(result, "routes");
	for (i = 0; i < json_object_array_length(routes); i++) {
		o = json_object_array_get_idx(routes, i);
		json_object_array_add(list, json_object_get(o));
	}
}

/* What the configuration says of names goes before what IPAM says */
static void add_dns(const struct cni *c, struct json_object *result,
		    struct json_object *ipam)
{
	struct json_object *dns;

	dns = cni_get(c->json, "dns", json_type_object);
	if (!dns || !json_object_object_length(dns))
		dns = cni_get(ipam, "dns", json_type_object);
	if (dns && json_object_object_length(dns))
		json_object_object_add(result, "dns", json_object_get(dns));
}

/**
 * result_make - Make the result of ADD.
 * @c: The call; what an earlier plugin of a list has said stays in front.
 * @host: The host's end.
 * @inside: The container's end.
 * @ipam: What the IPAM plugin has said, or NULL.
 *
 * Return: The result; the caller lets go of it.
 */
struct json_object *result_make(const struct cni *c, const struct link *host,
				const struct link *inside,
				struct json_object *ipam)
{
	struct json_object *result = NULL;
	int interface;

	if (!c->prev || json_object_deep_copy(c->prev, &result, NULL))
		result = json_object_new_object();
	add_str(result, "cniVersion", cni_versions[c->version]);
	interface = add_interfaces(c, result, host, inside);
	add_ips(result, cni_get(ipam, "ips", json_type_array), interface);
	add_routes(result, cni_get(ipam, "routes", json_type_array));
	add_dns(c, result, ipam);
	result_convert(result, c->version);
	return result;
}

/**
 * cni_print - Print what the runtime is to read.
 * @o: It.
 *
 * Return: 0 or -1.
 */
int cni_print(struct json_object *o)
{
	int flags = JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE;

	puts(json_object_to_json_string_ext(o, flags));
	if (fflush(stdout) || ferror(stdout))
		return cni_fail(CNI_ERR_IO, "cannot write the result");
	return 0;
}
