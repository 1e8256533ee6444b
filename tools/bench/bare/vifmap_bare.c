// SPDX-License-Identifier: GPL-2.0
/*
 * The limit that vifmap is measured against: rx_handlers that neither look
 * anything up nor check anything
 *
 * For tools/bench/ only. Write to debugfs' vifmap_bare:
 *
 *   IN HOW OUT...	What IN receives goes to OUT. What is for a group goes
 *			on to the host, and a copy of it to each OUT.
 *   IN renew OUT	A copy is sent from OUT, as a frame that nobody else
 *			holds and no protocol wants; renew-ip leaves the
 *			protocol as it is.
 *   IN none		Nothing any more
 *
 * HOW is "direct" (OUT's peer receives the frame), "queue" (dev_queue_xmit())
 * or "xmit" (dev_direct_xmit()). All are names in the writer's namespace.
 */
#include <linux/debugfs.h>
#include <linux/etherdevice.h>
#include <linux/if_ether.h>
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/nsproxy.h>
#include <linux/rtnetlink.h>
#include <net/dst.h>

#define BARE_OUTS	64

struct bare_port {
	struct list_head list;
	struct net_device *in;
	netdevice_tracker in_tracker;
	int count;
	struct net_device *out[BARE_OUTS];
	netdevice_tracker out_tracker[BARE_OUTS];
};

static LIST_HEAD(bare_ports);
static struct dentry *bare_file;

static struct net_device *bare_peer(const struct net_device *dev)
{
	return dev->netdev_ops->ndo_get_peer_dev((struct net_device *)dev);
}

/* What a frame needs to be received by another device. */
static void bare_move(struct sk_buff *skb, struct net_device *peer)
{
	skb_scrub_packet(skb, true);
	skb->dev = peer;
	skb->pkt_type = ether_addr_equal_64bits(eth_hdr(skb)->h_dest,
						peer->dev_addr) ?
			PACKET_HOST : PACKET_OTHERHOST;
}

static void bare_prepare(struct sk_buff *skb, struct net_device *dev)
{
	skb_push(skb, ETH_HLEN);
	skb->dev = dev;
	skb_dst_drop(skb);
	skb_clear_tstamp(skb);
}

static void bare_queue(struct sk_buff *skb, struct net_device *dev)
{
	bare_prepare(skb, dev);
	dev_queue_xmit(skb);
}

static void bare_xmit(struct sk_buff *skb, struct net_device *dev)
{
	bare_prepare(skb, dev);
	dev_direct_xmit(skb, 0);
}

static void bare_receive(struct sk_buff *skb, struct net_device *dev)
{
	bare_move(skb, bare_peer(dev));
	netif_receive_skb(skb);
}

static rx_handler_result_t
bare_flood(struct sk_buff *skb,
	   void (*send)(struct sk_buff *skb, struct net_device *dev))
{
	struct bare_port *port = rcu_dereference(skb->dev->rx_handler_data);
	struct sk_buff *copy;
	int i;

	for (i = 0; i < port->count; i++) {
		copy = skb_clone(skb, GFP_ATOMIC);
		if (copy)
			send(copy, port->out[i]);
	}
	return RX_HANDLER_PASS;
}

static bool bare_is_group(const struct sk_buff *skb)
{
	return is_multicast_ether_addr(eth_hdr(skb)->h_dest);
}

static rx_handler_result_t bare_rx_direct(struct sk_buff **pskb)
{
	struct sk_buff *skb = *pskb;
	struct bare_port *port;

	if (bare_is_group(skb))
		return bare_flood(skb, bare_receive);
	port = rcu_dereference(skb->dev->rx_handler_data);
	bare_move(skb, bare_peer(port->out[0]));
	return RX_HANDLER_ANOTHER;
}

static rx_handler_result_t bare_rx_queue(struct sk_buff **pskb)
{
	struct sk_buff *skb = *pskb;
	struct bare_port *port;

	if (bare_is_group(skb))
		return bare_flood(skb, bare_queue);
	port = rcu_dereference(skb->dev->rx_handler_data);
	bare_queue(skb, port->out[0]);
	return RX_HANDLER_CONSUMED;
}

static rx_handler_result_t bare_rx_xmit(struct sk_buff **pskb)
{
	struct sk_buff *skb = *pskb;
	struct bare_port *port;

	if (bare_is_group(skb))
		return bare_flood(skb, bare_xmit);
	port = rcu_dereference(skb->dev->rx_handler_data);
	bare_xmit(skb, port->out[0]);
	return RX_HANDLER_CONSUMED;
}

/* pktgen keeps a reference to each frame. Nobody does so to those of a NIC, and
 * to a copy.
 */
static void bare_renew(struct sk_buff *skb, __be16 protocol)
{
	struct bare_port *port = rcu_dereference(skb->dev->rx_handler_data);
	struct sk_buff *copy;

	copy = skb_copy(skb, GFP_ATOMIC);
	consume_skb(skb);
	if (!copy)
		return;
	copy->skb_iif = 0;
	eth_hdr(copy)->h_proto = protocol;
	copy->protocol = protocol;
	bare_queue(copy, port->out[0]);
}

static rx_handler_result_t bare_rx_renew(struct sk_buff **pskb)
{
	bare_renew(*pskb, htons(ETH_P_802_EX1));
	return RX_HANDLER_CONSUMED;
}

static rx_handler_result_t bare_rx_renew_ip(struct sk_buff **pskb)
{
	bare_renew(*pskb, (*pskb)->protocol);
	return RX_HANDLER_CONSUMED;
}

static rx_handler_func_t *bare_handler(const char *how)
{
	if (!strcmp(how, "direct"))
		return bare_rx_direct;
	if (!strcmp(how, "queue"))
		return bare_rx_queue;
	if (!strcmp(how, "xmit"))
		return bare_rx_xmit;
	if (!strcmp(how, "renew"))
		return bare_rx_renew;
	if (!strcmp(how, "renew-ip"))
		return bare_rx_renew_ip;
	return NULL;
}

/* After the grace period no handler runs that knows the devices. */
static void bare_remove(struct bare_port *port)
{
	int i;

	netdev_rx_handler_unregister(port->in);
	synchronize_net();
	netdev_put(port->in, &port->in_tracker);
	for (i = 0; i < port->count; i++)
		netdev_put(port->out[i], &port->out_tracker[i]);
	list_del(&port->list);
	kfree(port);
}

/* Whatever has to do with the device, as IN or also as OUT; all for NULL */
static void bare_forget(const struct net_device *dev, bool as_out)
{
	struct bare_port *port, *next;
	bool hit;
	int i;

	ASSERT_RTNL();
	list_for_each_entry_safe(port, next, &bare_ports, list) {
		hit = !dev || port->in == dev;
		for (i = 0; as_out && i < port->count; i++)
			hit |= port->out[i] == dev;
		if (hit)
			bare_remove(port);
	}
}

static int bare_add_out(struct bare_port *port, const char *name,
			rx_handler_func_t *handler)
{
	struct net_device *dev;

	if (port->count == BARE_OUTS)
		return -E2BIG;
	dev = __dev_get_by_name(current->nsproxy->net_ns, name);
	if (!dev)
		return -ENODEV;
	if (handler == bare_rx_direct &&
	    (!dev->netdev_ops->ndo_get_peer_dev || !bare_peer(dev)))
		return -EOPNOTSUPP;
	netdev_hold(dev, &port->out_tracker[port->count], GFP_KERNEL);
	port->out[port->count++] = dev;
	return 0;
}

static int bare_add(struct net_device *in, rx_handler_func_t *handler,
		    char *words)
{
	struct bare_port *port;
	char *name;
	int err;

	port = kzalloc(sizeof(*port), GFP_KERNEL);
	if (!port)
		return -ENOMEM;
	do {
		name = strsep(&words, "\n ");
		err = name && *name ? bare_add_out(port, name, handler) : 0;
	} while (words && !err);

	if (!err && !port->count)
		err = -EINVAL;
	if (!err)
		err = netdev_rx_handler_register(in, handler, port);
	if (err)
		goto err_put;
	port->in = in;
	netdev_hold(in, &port->in_tracker, GFP_KERNEL);
	list_add(&port->list, &bare_ports);
	return 0;

err_put:
	while (port->count--)
		netdev_put(port->out[port->count],
			   &port->out_tracker[port->count]);
	kfree(port);
	return err;
}

static int bare_command(char *words)
{
	struct net_device *in;
	char *name, *how;
	int err = 0;

	name = strsep(&words, "\n ");
	how = strsep(&words, "\n ");
	if (!how)
		return -EINVAL;

	rtnl_lock();
	in = __dev_get_by_name(current->nsproxy->net_ns, name);
	if (!in) {
		err = -ENODEV;
	} else {
		bare_forget(in, false);
		if (bare_handler(how))
			err = bare_add(in, bare_handler(how), words);
		else if (strcmp(how, "none"))
			err = -EINVAL;
	}
	rtnl_unlock();
	return err;
}

static ssize_t bare_write(struct file *file, const char __user *user,
			  size_t len, loff_t *pos)
{
	char *words;
	int err;

	words = memdup_user_nul(user, len);
	if (IS_ERR(words))
		return PTR_ERR(words);
	err = bare_command(words);
	kfree(words);
	return err ?: len;
}

static const struct file_operations bare_fops = {
	.owner	= THIS_MODULE,
	.write	= bare_write,
};

static int bare_event(struct notifier_block *nb, unsigned long event,
		      void *ptr)
{
	if (event == NETDEV_UNREGISTER)
		bare_forget(netdev_notifier_info_to_dev(ptr), true);
	return NOTIFY_DONE;
}

static struct notifier_block bare_notifier = {
	.notifier_call	= bare_event,
};

static int __init bare_init(void)
{
	int err;

	err = register_netdevice_notifier(&bare_notifier);
	if (err)
		return err;
	bare_file = debugfs_create_file("vifmap_bare", 0200, NULL, NULL,
					&bare_fops);
	return 0;
}

static void __exit bare_exit(void)
{
	debugfs_remove(bare_file);
	unregister_netdevice_notifier(&bare_notifier);
	rtnl_lock();
	bare_forget(NULL, false);
	rtnl_unlock();
}

module_init(bare_init);
module_exit(bare_exit);

MODULE_DESCRIPTION("Bare rx_handlers to measure vifmap against");
MODULE_LICENSE("GPL");
