// SPDX-License-Identifier: GPL-2.0
/*
 * vifmap: virtual interfaces straight on a physical network device
 *
 * Loading and unloading. What a word means and where a frame goes is in
 * Documentation/networking/vifmap.rst.
 */
#include <linux/module.h>
#include <net/genetlink.h>
#include <net/rtnetlink.h>

#include "netlink-gen.h"
#include "vifmap.h"

VIFMAP_EXTACK_DEFINE;

static int __init vifmap_init(void)
{
	int err;

	err = vifmap_port_init();
	if (err)
		return err;
	err = vifmap_nl_init();
	if (err)
		goto err_port;
	err = rtnl_link_register(&vifmap_link_ops);
	if (err)
		goto err_netlink;
	return 0;

err_netlink:
	vifmap_nl_exit();
err_port:
	vifmap_port_exit();
	return err;
}

static void __exit vifmap_exit(void)
{
	/* Deletes the devices. */
	rtnl_link_unregister(&vifmap_link_ops);
	vifmap_nl_exit();
	vifmap_port_exit();
	/* Ports are freed after an RCU grace period, by code of this module. */
	rcu_barrier();
}

module_init(vifmap_init);
module_exit(vifmap_exit);

MODULE_DESCRIPTION("Virtual interfaces straight on a physical network device");
MODULE_AUTHOR("The vifmap maintainers");
MODULE_LICENSE("GPL");
MODULE_VERSION(VIFMAP_VERSION);
MODULE_ALIAS_RTNL_LINK("vifmap");
MODULE_ALIAS_GENL_FAMILY(VIFMAP_FAMILY_NAME);
