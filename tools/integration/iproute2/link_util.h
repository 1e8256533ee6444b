/* SPDX-License-Identifier: GPL-2.0 */
/*
 * link_vifmap - what a plugin has to know of ip(8)
 *
 * That has not changed from iproute2 5.0 to 7.1.
 */
#ifndef LINK_UTIL_H
#define LINK_UTIL_H

#include <stdbool.h>
#include <stdio.h>

#define IMPORT	__attribute__((weak, visibility("default")))

struct nlmsghdr;
struct rtattr;

/**
 * struct link_util - What ip wants to know of a kind of links.
 * @next: For ip.
 * @id: The kind.
 * @maxattr: The highest attribute that @print_opt can do with.
 * @parse_opt: Puts options into a request; -1 after a message.
 * @print_opt: Prints attributes.
 * @print_xstats: Prints statistics; not used.
 * @print_help: Prints what options there are.
 * @parse_ifla_xstats: Reads options of statistics; not used.
 * @print_ifla_xstats: Prints statistics; not used.
 */
struct link_util {
	struct link_util *next;
	const char *id;
	int maxattr;
	int (*parse_opt)(struct link_util *lu, int argc, char **argv,
			 struct nlmsghdr *nlh);
	void (*print_opt)(struct link_util *lu, FILE *f, struct rtattr *tb[]);
	void (*print_xstats)(struct link_util *lu, FILE *f,
			     struct rtattr *xstats);
	void (*print_help)(struct link_util *lu, int argc, char **argv,
			   FILE *f);
	int (*parse_ifla_xstats)(struct link_util *lu, int argc, char **argv);
	int (*print_ifla_xstats)(struct nlmsghdr *nlh, void *arg);
};

/*
 * How ip writes JSON. Where one of these should be missing some day, what is
 * vifmap's is missing in JSON, and all the rest works.
 */
struct json_writer;
IMPORT bool is_json_context(void);
IMPORT struct json_writer *get_json_writer(void);
IMPORT void jsonw_bool_field(struct json_writer *w, const char *key, bool val);
IMPORT void jsonw_uint_field(struct json_writer *w, const char *key,
			     unsigned int val);
IMPORT void jsonw_string_field(struct json_writer *w, const char *key,
			       const char *val);

#endif /* LINK_UTIL_H */
