/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vifmap - the CNI plugin: what its files share
 *
 * Functions that can fail return 0 or -1 after cni_fail(), but for those of the
 * tool, whose messages end up with cni_fail(), too.
 */
#ifndef VIFMAP_CNI_H
#define VIFMAP_CNI_H

#include <json-c/json.h>

#include "nl.h"

/* Versions of the specification, in the order of cni_versions */
enum cni_version {
	CNI_0_3_1,
	CNI_0_4_0,
	CNI_1_0_0,
	CNI_1_1_0,
	CNI_VERSIONS,
};

extern const char *const cni_versions[CNI_VERSIONS];

/* Error codes of the specification; from 100 on they are the plugin's */
enum cni_error {
	CNI_ERR_VERSION = 1,
	CNI_ERR_CONTAINER = 3,
	CNI_ERR_ENVIRONMENT = 4,
	CNI_ERR_IO = 5,
	CNI_ERR_DECODE = 6,
	CNI_ERR_CONFIG = 7,
	CNI_ERR_UNAVAILABLE = 50,
	CNI_ERR_REFUSED = 100,
	CNI_ERR_CHECK = 101,
};

/* What a veth can have */
#define CNI_MTU_MIN	68
#define CNI_MTU_MAX	65535

/* The most words of a vifmap attach that a configuration asks for */
#define CNI_WORDS	20

/**
 * struct cni_ip - An IP address with the length of its prefix.
 * @family: AF_INET or AF_INET6.
 * @len: Bytes of @addr.
 * @prefix: Bits of the prefix.
 * @addr: The address.
 */
struct cni_ip {
	int family;
	unsigned int len;
	unsigned int prefix;
	__u8 addr[16];
};

/**
 * struct cni - One call of the plugin.
 * @command: CNI_COMMAND.
 * @id: CNI_CONTAINERID.
 * @netns: CNI_NETNS, or NULL.
 * @ifname: CNI_IFNAME.
 * @json: The network configuration as it came.
 * @version: The version of the specification that it is for.
 * @name: Name of the network.
 * @pdev: Name of the physical device.
 * @ipam: Type of the IPAM plugin, or NULL.
 * @prev: The result to go on from, or NULL.
 * @mtu: MTU of the container's interface, or 0 for that of the pdev.
 * @mac: Address of the container's interface, if @has_mac.
 * @has_mac: It is to have a certain one.
 * @words: Options as vifmap attach and port have them: name, value, ...
 * @n_words: How many words there are.
 * @vif: Name of the host's end, which container and interface determine.
 * @alias: What is noted of that end, to know it again as ours.
 */
struct cni {
	const char *command;
	const char *id;
	const char *netns;
	const char *ifname;
	struct json_object *json;
	enum cni_version version;
	const char *name;
	const char *pdev;
	const char *ipam;
	struct json_object *prev;
	__u32 mtu;
	__u8 mac[MAC_LEN];
	bool has_mac;
	char *words[CNI_WORDS];
	unsigned int n_words;
	char vif[IFNAMSIZ];
	char alias[LINK_ALIAS_SIZE];
};

/* error.c */
__printf(2, 3) int cni_fail(int code, const char *fmt, ...);
int cni_fail_as(struct json_object *error, const char *whose);
void cni_fail_code(int code);
void cni_collect(const char *text);
void cni_print_error(const char *version);

/* conf.c */
int cni_read(struct cni *c);
int cni_conf(struct cni *c);
int cni_version_find(const char *text);
struct json_object *cni_get(struct json_object *o, const char *path,
			    json_type type);
const char *cni_get_str(struct json_object *o, const char *path);

/* environment.c */
int cni_environment(struct cni *c);
int cni_check_name(const struct cni *c);
int cni_need_attachment(struct cni *c);
int cni_take_attachment(const struct cni *c, const struct link *l);
int cni_need_netns(struct cni *c);
int cni_args_mac(const char **mac);
void cni_alias(char *alias, const char *network, const char *id,
	       const char *ifname);

/* netns.c */
int netns_open(const struct cni *c);
int netns_enter(int fd);
void netns_leave(void);

/* net.c */
bool ip_parse(const char *text, struct cni_ip *ip);
bool ip_parse_prefix(const char *text, struct cni_ip *ip);
bool ip_is(const struct cni_ip *a, const struct cni_ip *b);
int net_add_veth(const struct cni *c, __u32 mtu, int netns);
int net_note_vif(const struct cni *c, __u32 ifindex);
int net_add_ip(__u32 ifindex, const struct cni_ip *ip);
int net_add_route(__u32 ifindex, const struct cni_ip *dst,
		  const struct cni_ip *gw, struct json_object *more);
void net_announce(const struct link *l, const struct cni_ip *ip);
int net_has_ip(__u32 ifindex, const struct cni_ip *ip, bool *has,
	       unsigned int *flags);
int net_has_route(const struct cni_ip *dst, bool *has);

/* container.c */
int container_up(const struct cni *c, int netns, struct link *l);
int container_configure(const struct cni *c, int netns, const struct link *l,
			struct json_object *ipam);
int container_check(const struct cni *c, int netns);

/* ipam.c */
int ipam_run(const struct cni *c, const char *command,
	     struct json_object **result);

/* result.c */
int result_find(const struct cni *c);
const char *result_mac(const struct cni *c);
struct json_object *result_make(const struct cni *c, const struct link *host,
				const struct link *inside,
				struct json_object *ipam);
void result_convert(struct json_object *result, enum cni_version version);
int cni_print(struct json_object *o);

/* cmd_*.c */
int cni_add(struct cni *c);
int cni_del(struct cni *c);
int cni_gc(struct cni *c);
int cni_check(struct cni *c);
int cni_status(struct cni *c);

#endif /* VIFMAP_CNI_H */
