/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _COMPAT_NET_GENETLINK_H
#define _COMPAT_NET_GENETLINK_H

#include <linux/version.h>
#include_next <net/genetlink.h>

/* Linux 6.1 has one table of operations with one policy for the request and
 * the dump of a command, where later kernels, and what is generated from the
 * spec, have one operation for each. Here the split operations are registered
 * as plain ones that parse the attributes themselves.
 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)

#include <linux/slab.h>

struct genl_split_ops {
	const struct nla_policy *policy;
	unsigned int maxattr;
	u8 cmd;
	u8 internal_flags;
	u8 flags;
	u8 validate;
	int (*pre_doit)(const struct genl_split_ops *ops, struct sk_buff *skb,
			struct genl_info *info);
	int (*doit)(struct sk_buff *skb, struct genl_info *info);
	void (*post_doit)(const struct genl_split_ops *ops, struct sk_buff *skb,
			  struct genl_info *info);
	int (*dumpit)(struct sk_buff *skb, struct netlink_callback *cb);
};

/* The most operations that a family may have here. */
#define COMPAT_GENL_OPS_MAX	16

/* The real family, under a name that the macro below does not change. */
struct compat_genl_real_family {
	struct genl_family genl;
};

struct compat_genl_family {
	const char *name;
	unsigned int version;
	bool netnsok;
	bool parallel_ops;
	struct module *module;
	const struct genl_split_ops *split_ops;
	u8 n_split_ops;
	const struct genl_multicast_group *mcgrps;
	u8 n_mcgrps;

	/* Made by genl_register_family() from the above. */
	struct genl_ops ops[COMPAT_GENL_OPS_MAX];
	struct compat_genl_real_family real;
};

/* The one family of the module, for the operations to find their own. */
extern struct compat_genl_family vifmap_nl_family;

static inline const struct genl_split_ops *compat_genl_find(u8 cmd, u8 flag)
{
	const struct compat_genl_family *family = &vifmap_nl_family;
	int i;

	for (i = 0; i < family->n_split_ops; i++) {
		if (family->split_ops[i].cmd == cmd &&
		    family->split_ops[i].flags & flag)
			return &family->split_ops[i];
	}
	return NULL;
}

static inline int compat_genl_parse(const struct genl_split_ops *ops,
				    const struct nlmsghdr *nlh,
				    struct nlattr **attrs,
				    struct netlink_ext_ack *extack)
{
	return __nlmsg_parse(nlh, GENL_HDRLEN, attrs, ops->maxattr,
			     ops->policy, NL_VALIDATE_STRICT, extack);
}

static inline int compat_genl_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct genl_split_ops *ops;
	struct nlattr **attrs;
	int err;

	ops = compat_genl_find(info->genlhdr->cmd, GENL_CMD_CAP_DO);
	attrs = kcalloc(ops->maxattr + 1, sizeof(*attrs), GFP_KERNEL);
	if (!attrs)
		return -ENOMEM;

	err = compat_genl_parse(ops, info->nlhdr, attrs, info->extack);
	if (err)
		goto out;
	info->attrs = attrs;
	err = ops->pre_doit(ops, skb, info);
	if (err)
		goto out;
	err = ops->doit(skb, info);
	ops->post_doit(ops, skb, info);
out:
	info->attrs = NULL;
	kfree(attrs);
	return err;
}

struct compat_genl_dump {
	struct nlattr **attrs;
};

static inline const struct compat_genl_dump *
genl_info_dump(struct netlink_callback *cb)
{
	return (const struct compat_genl_dump *)&cb->args[5];
}

static inline int compat_genl_start(struct netlink_callback *cb)
{
	const struct genlmsghdr *hdr = nlmsg_data(cb->nlh);
	const struct genl_split_ops *ops;
	struct nlattr **attrs;
	int err;

	ops = compat_genl_find(hdr->cmd, GENL_CMD_CAP_DUMP);
	attrs = kcalloc(ops->maxattr + 1, sizeof(*attrs), GFP_KERNEL);
	if (!attrs)
		return -ENOMEM;

	err = compat_genl_parse(ops, cb->nlh, attrs, cb->extack);
	if (err) {
		kfree(attrs);
		return err;
	}
	cb->args[5] = (long)attrs;
	return 0;
}

static inline int compat_genl_dumpit(struct sk_buff *skb,
				     struct netlink_callback *cb)
{
	const struct genlmsghdr *hdr = nlmsg_data(cb->nlh);

	return compat_genl_find(hdr->cmd, GENL_CMD_CAP_DUMP)->dumpit(skb, cb);
}

static inline int compat_genl_done(struct netlink_callback *cb)
{
	kfree((void *)cb->args[5]);
	return 0;
}

static inline struct genl_ops *
compat_genl_ops_of(struct compat_genl_family *family, u8 cmd)
{
	struct genl_ops *ops = family->ops;

	while (ops->cmd && ops->cmd != cmd)
		ops++;
	return ops;
}

static inline int compat_genl_register(struct compat_genl_family *family)
{
	struct genl_family *real = &family->real.genl;
	int i;

	for (i = 0; i < family->n_split_ops; i++) {
		const struct genl_split_ops *split = &family->split_ops[i];
		struct genl_ops *ops = compat_genl_ops_of(family, split->cmd);

		ops->cmd = split->cmd;
		/* From this one on the core would refuse all attributes of an
		 * operation that shows it no policy.
		 */
		real->resv_start_op = max_t(unsigned int, real->resv_start_op,
					    split->cmd + 1);
		/* The core finds out itself what an operation can do. */
		ops->flags = split->flags &
			     ~(GENL_CMD_CAP_DO | GENL_CMD_CAP_DUMP);
		if (split->dumpit) {
			ops->start = compat_genl_start;
			ops->dumpit = compat_genl_dumpit;
			ops->done = compat_genl_done;
		} else {
			ops->doit = compat_genl_doit;
		}
	}

	strscpy(real->name, family->name, sizeof(real->name));
	real->version = family->version;
	real->netnsok = family->netnsok;
	real->parallel_ops = family->parallel_ops;
	real->module = family->module;
	real->ops = family->ops;
	real->n_ops = compat_genl_ops_of(family, 0) - family->ops;
	real->mcgrps = family->mcgrps;
	real->n_mcgrps = family->n_mcgrps;
	return genl_register_family(real);
}

#define genl_family compat_genl_family
#define genl_register_family(family) compat_genl_register(family)
#define genl_unregister_family(family) \
	genl_unregister_family(&(family)->real.genl)
#define genl_has_listeners(family, net, group) \
	genl_has_listeners(&(family)->real.genl, net, group)
#define genl_set_err(family, net, portid, group, code) \
	genl_set_err(&(family)->real.genl, net, portid, group, code)
#define genlmsg_multicast_netns(family, net, skb, portid, group, flags)	\
	genlmsg_multicast_netns(&(family)->real.genl, net, skb,	\
				portid, group, flags)
#define genlmsg_put(skb, portid, seq, family, flags, cmd) \
	genlmsg_put(skb, portid, seq, &(family)->real.genl, flags, cmd)
#define genlmsg_put_reply(skb, info, family, flags, cmd) \
	genlmsg_put_reply(skb, info, &(family)->real.genl, flags, cmd)

#endif

#endif
