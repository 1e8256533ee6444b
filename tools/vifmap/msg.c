// SPDX-License-Identifier: GPL-2.0
/*
 * vifmap - messages of the kernel that are kept, and what is in them
 */
#include <stdlib.h>
#include <string.h>

#include "ifaces.h"

/**
 * msg_list_add - Keep a copy of a message.
 * @list: Where to.
 * @nlh: The message.
 */
void msg_list_add(struct msg_list *list, const struct nlmsghdr *nlh)
{
	struct nlmsghdr *copy = mem_realloc(NULL, 1, nlh->nlmsg_len);

	memcpy(copy, nlh, nlh->nlmsg_len);
	list->v = mem_realloc(list->v, list->n + 1, sizeof(*list->v));
	list->v[list->n++] = copy;
}

/**
 * msg_list_free - Empty a list.
 * @list: The list.
 */
void msg_list_free(struct msg_list *list)
{
	while (list->n)
		free(list->v[--list->n]);
	free(list->v);
	memset(list, 0, sizeof(*list));
}

/**
 * msg_attr - Find an attribute of a message.
 * @nlh: The message.
 * @header: Size of the header before its attributes.
 * @type: Number of the attribute.
 *
 * Return: The attribute, or NULL when it is absent.
 */
const struct nlattr *msg_attr(const struct nlmsghdr *nlh, size_t header,
			      unsigned int type)
{
	const struct nlattr *nla;

	mnl_attr_for_each(nla, nlh, header)
		if (mnl_attr_get_type(nla) == type)
			return nla;
	return NULL;
}

/**
 * nest_attr - Find an attribute inside another.
 * @nest: The outer attribute, or NULL.
 * @type: Number of the inner one.
 *
 * Return: The attribute, or NULL when it is absent.
 */
const struct nlattr *nest_attr(const struct nlattr *nest, unsigned int type)
{
	const struct nlattr *nla;

	if (!nest)
		return NULL;
	mnl_attr_for_each_nested(nla, nest)
		if (mnl_attr_get_type(nla) == type)
			return nla;
	return NULL;
}

/**
 * attr_number - Read a number, whatever its size.
 * @nla: The attribute, or NULL.
 *
 * Return: The number, 0 when it is absent.
 */
__u32 attr_number(const struct nlattr *nla)
{
	if (!nla)
		return 0;
	switch (mnl_attr_get_payload_len(nla)) {
	case sizeof(__u8):
		return mnl_attr_get_u8(nla);
	case sizeof(__u16):
		return mnl_attr_get_u16(nla);
	case sizeof(__u32):
		return mnl_attr_get_u32(nla);
	default:
		return 0;
	}
}
