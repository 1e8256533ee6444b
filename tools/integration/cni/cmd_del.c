// SPDX-License-Identifier: GPL-2.0
/*
 * vifmap - the CNI plugin: DEL and GC
 *
 * The host's end is deleted by its name, and the other end with it, so the
 * container's namespace need not be there any more. Whether it is ours is seen
 * by its alias.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cni.h"

static int delete_vif(const struct link *l)
{
	int ret = link_delete(l->ifindex);

	/* The container may go with its namespace at the same time */
	if (ret && ret != -ENODEV)
		return nl_refused("cannot delete %s", l->name);
	return 0;
}

static int del_vif(const struct cni *c)
{
	__u32 ifindex = if_nametoindex(c->vif);
	struct link l;
	int ret;

	if (!ifindex)
		return 0;
	ret = link_get(ifindex, &l);
	if (ret == -ENODEV)
		return 0;
	if (ret)
		return nl_refused("cannot look up %s", c->vif);
	if (strcmp(l.alias, c->alias))
		return 0;
	return delete_vif(&l);
}

/**
 * cni_del - Detach a container.
 * @c: The call.
 *
 * What a failing IPAM plugin leaves behind is no reason to leave the interface.
 *
 * Return: 0 or not.
 */
int cni_del(struct cni *c)
{
	struct json_object *none;
	int ipam, vif;

	/* A DHCP server is told through the interface */
	ipam = ipam_run(c, "DEL", &none);
	json_object_put(none);
	vif = del_vif(c);
	return ipam ?: vif;
}

struct gc {
	const struct cni *c;
	struct json_object *valid;
	char prefix[LINK_ALIAS_SIZE];
	struct link *v;
	size_t n;
};

static bool gc_is_valid(const struct gc *gc, const char *alias)
{
	char valid[LINK_ALIAS_SIZE];
	size_t i;

	for (i = 0; i < json_object_array_length(gc->valid); i++) {
		struct json_object *o = json_object_array_get_idx(gc->valid, i);

		cni_alias(valid, gc->c->name,
			  cni_get_str(o, "containerID") ?: "",
			  cni_get_str(o, "ifname") ?: "");
		if (!strcmp(alias, valid))
			return true;
	}
	return false;
}

static void gc_collect(const struct link *l, void *data)
{
	struct gc *gc = data;

	if (strcmp(l->kind, "veth") ||
	    strncmp(l->alias, gc->prefix, strlen(gc->prefix)) ||
	    gc_is_valid(gc, l->alias))
		return;
	gc->v = mem_realloc(gc->v, gc->n + 1, sizeof(*gc->v));
	gc->v[gc->n++] = *l;
}

static int gc_find(struct gc *gc)
{
	cni_alias(gc->prefix, gc->c->name, NULL, NULL);
	if (link_each(gc_collect, gc))
		return nl_refused("cannot list the interfaces");
	return 0;
}

/* As the DEL that did not come would have */
static int gc_release(const struct gc *gc, const struct link *l)
{
	struct json_object *none;
	int ret;

	if (!gc->c->ipam)
		return 0;
	ret = cni_take_attachment(gc->c, l);
	if (!ret) {
		ret = ipam_run(gc->c, "DEL", &none);
		json_object_put(none);
	}
	if (ret)
		cni_fail(CNI_ERR_REFUSED, "the addresses of \"%s\" may be left",
			 l->alias);
	return ret;
}

static int gc_remove(const struct gc *gc)
{
	int ret = 0;
	size_t i;

	for (i = 0; i < gc->n; i++) {
		if (gc_release(gc, &gc->v[i]))
			ret = -1;
		if (delete_vif(&gc->v[i]))
			ret = -1;
	}
	return ret;
}

/**
 * cni_gc - Remove what is left of containers that are not there any more.
 * @c: The call.
 *
 * The IPAM plugin may be too old for GC, or do nothing on it, as host-local of
 * the newer ones, so each attachment's addresses are released as well. What one
 * failure leaves behind is no reason to leave the rest.
 *
 * Return: 0 or not.
 */
int cni_gc(struct cni *c)
{
	static const char key[] = "cni.dev/valid-attachments";
	struct gc gc = { .c = c };
	struct json_object *none;
	int ipam, find, vifs;

	json_object_object_get_ex(c->json, key, &gc.valid);
	if (!json_object_is_type(gc.valid, json_type_array))
		return cni_fail(CNI_ERR_CONFIG, "%s is missing, or no list",
				key);
	ipam = ipam_run(c, "GC", &none);
	json_object_put(none);
	find = gc_find(&gc);
	/* What follows are DELs, which have no such list */
	json_object_object_del(c->json, key);
	vifs = gc_remove(&gc);
	free(gc.v);
	return ipam ?: find ?: vifs;
}
