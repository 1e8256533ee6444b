// SPDX-License-Identifier: GPL-2.0
/*
 * vifmap - monitor: events as they happen
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <linux/genetlink.h>

#include "nl.h"

/* Room for the events of some thousand vifs that appear at once */
#define MONITOR_RCVBUF	(4 << 20)

static char monitor_buf[32768] __attribute__((aligned(8)));

/**
 * monitor_help - Print how to use monitor.
 * @f: Where to print it.
 */
void monitor_help(FILE *f)
{
	fputs("Usage: vifmap [-json] [-timestamp] monitor\n", f);
}

/* "vifmap0 (eth0)", for the attributes of that name in any set */
static void text_dev(const struct obj *o, unsigned int dev, unsigned int pdev)
{
	pr_text("%s (%s)", obj_str(o, dev), obj_str(o, pdev));
}

/* That somebody asked for it is the usual case */
static void text_reason(const struct obj *o, unsigned int reason)
{
	if (obj_u32(o, reason) != VIFMAP_REASON_USER)
		pr_text(", reason %s", obj_word(o, reason));
}

static void text_dev_event(const struct obj *o, __u8 cmd)
{
	pr_text("dev ");
	text_dev(o, VIFMAP_A_DEV_IFNAME, VIFMAP_A_DEV_PDEV_IFNAME);
	switch (cmd) {
	case VIFMAP_CMD_DEV_ADD_NTF:
		pr_text(" created");
		break;
	case VIFMAP_CMD_DEV_DEL_NTF:
		pr_text(" deleted");
		text_reason(o, VIFMAP_A_DEV_REASON);
		break;
	default:
		pr_text(" changed:");
		obj_print_state(o);
		break;
	}
}

static void text_port_event(const struct obj *o, __u8 cmd)
{
	const char *what = " on ";

	if (cmd == VIFMAP_CMD_PORT_ADD_NTF)
		what = " attached to ";
	if (cmd == VIFMAP_CMD_PORT_DEL_NTF)
		what = " detached from ";
	pr_text("vif %s%s", obj_str(o, VIFMAP_A_PORT_IFNAME), what);
	text_dev(o, VIFMAP_A_PORT_DEV_IFNAME, VIFMAP_A_PORT_PDEV_IFNAME);
	if (cmd == VIFMAP_CMD_PORT_DEL_NTF)
		text_reason(o, VIFMAP_A_PORT_REASON);
	if (cmd == VIFMAP_CMD_PORT_CHANGE_NTF) {
		pr_text(" changed:");
		obj_print_state(o);
	}
}

static void text_mac_details(const struct obj *o)
{
	if (!obj_u32(o, VIFMAP_A_MAC_ACTIVE))
		pr_text(", inactive");
	if (obj_u32(o, VIFMAP_A_MAC_ORIGIN) != VIFMAP_ORIGIN_USER)
		pr_text(", origin %s", obj_word(o, VIFMAP_A_MAC_ORIGIN));
}

static void text_mac_event(const struct obj *o, __u8 cmd)
{
	const char *what = "changed";
	char buf[MAC_STRLEN];

	if (cmd == VIFMAP_CMD_MAC_ADD_NTF)
		what = "added";
	if (cmd == VIFMAP_CMD_MAC_DEL_NTF)
		what = "deleted";
	pr_text("mac %s %s ", obj_mac(o, VIFMAP_A_MAC_ADDR, buf), what);
	if (obj_attr(o, VIFMAP_A_MAC_PORT_IFNAME))
		pr_text("on %s", obj_str(o, VIFMAP_A_MAC_PORT_IFNAME));
	else
		pr_text("for the host");
	pr_text(" (%s)", obj_str(o, VIFMAP_A_MAC_PDEV_IFNAME));
	if (cmd == VIFMAP_CMD_MAC_ADD_NTF)
		text_mac_details(o);
	if (cmd == VIFMAP_CMD_MAC_DEL_NTF)
		text_reason(o, VIFMAP_A_MAC_REASON);
	if (cmd == VIFMAP_CMD_MAC_CHANGE_NTF)
		pr_text(": %s origin %s", obj_word(o, VIFMAP_A_MAC_ACTIVE),
			obj_word(o, VIFMAP_A_MAC_ORIGIN));
}

static void text_alert(const struct obj *o, __u8 cmd)
{
	const char *pdev = obj_str(o, VIFMAP_A_ALERT_PDEV_IFNAME);
	const char *vif = obj_str(o, VIFMAP_A_ALERT_PORT_IFNAME);
	char buf[MAC_STRLEN];
	const char *addr;
	(void)cmd;

	addr = obj_mac(o, VIFMAP_A_ALERT_ADDR, buf);
	pr_text("alert: ");
	switch (obj_u32(o, VIFMAP_A_ALERT_TYPE)) {
	case VIFMAP_ALERT_TYPE_MOVED:
		pr_text("%s of %s seen on the wire side of %s", addr, vif,
			pdev);
		break;
	case VIFMAP_ALERT_TYPE_SPOOFED:
		pr_text("%s used %s, which is not its own (%s)", vif, addr,
			pdev);
		break;
	case VIFMAP_ALERT_TYPE_LIMIT:
		pr_text("no room for %s of %s in the map of %s", addr, vif,
			pdev);
		break;
	case VIFMAP_ALERT_TYPE_PROMISC:
		pr_text("%s is promiscuous: it has no unicast filter", pdev);
		break;
	default:
		pr_text("of a kind that this tool does not know:");
		obj_print(o);
		break;
	}
}

/**
 * struct event - What is known of an event.
 * @name: Its name in JSON.
 * @set: What its attributes mean.
 * @text: Prints it as text.
 */
struct event {
	const char *name;
	const struct attr_set *set;
	void (*text)(const struct obj *o, __u8 cmd);
};

#define EVENT(cmd, name, set, text) \
	[VIFMAP_CMD_##cmd##_NTF] = { name, set, text }

static const struct event events[] = {
	EVENT(DEV_ADD, "dev-add", &set_dev, text_dev_event),
	EVENT(DEV_DEL, "dev-del", &set_dev, text_dev_event),
	EVENT(DEV_CHANGE, "dev-change", &set_dev, text_dev_event),
	EVENT(PORT_ADD, "port-add", &set_port, text_port_event),
	EVENT(PORT_DEL, "port-del", &set_port, text_port_event),
	EVENT(PORT_CHANGE, "port-change", &set_port, text_port_event),
	EVENT(MAC_ADD, "mac-add", &set_mac, text_mac_event),
	EVENT(MAC_DEL, "mac-del", &set_mac, text_mac_event),
	EVENT(MAC_CHANGE, "mac-change", &set_mac, text_mac_event),
	EVENT(ALERT, "alert", &set_alert, text_alert),
};

static void monitor_time(void)
{
	struct timespec now;
	char stamp[64];
	struct tm tm;
	size_t len;

	if (!opt.timestamp)
		return;
	clock_gettime(CLOCK_REALTIME, &now);
	localtime_r(&now.tv_sec, &tm);
	len = strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(stamp + len, sizeof(stamp) - len, ".%06ld",
		 now.tv_nsec / 1000);
	pr_str("timestamp", "%s ", stamp);
}

static void monitor_event(const struct nlmsghdr *nlh)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);
	const struct event *event;
	struct obj *o;

	if (nlh->nlmsg_type < NLMSG_MIN_TYPE ||
	    mnl_nlmsg_get_payload_len(nlh) < sizeof(*genl) ||
	    genl->cmd >= ARRAY_SIZE(events) || !events[genl->cmd].name)
		return;
	event = &events[genl->cmd];
	o = obj_new(event->set, nlh);
	pr_open(NULL);
	monitor_time();
	if (opt.json) {
		pr_str("event", NULL, event->name);
		obj_json(o);
	} else {
		event->text(o, genl->cmd);
		pr_text("\n");
	}
	pr_close();
	free(o);
}

/* The kernel does not say which of the two it was. */
static void monitor_lost(void)
{
	msg_note("events were lost: not read in time, or no memory for them");
	if (!opt.json)
		return;
	pr_open(NULL);
	monitor_time();
	pr_str("event", NULL, "lost");
	pr_close();
}

static int monitor_receive(struct mnl_socket *sock)
{
	ssize_t n = mnl_socket_recvfrom(sock, monitor_buf, sizeof(monitor_buf));
	const struct nlmsghdr *nlh = (const struct nlmsghdr *)monitor_buf;
	int len = n;

	if (n < 0 && errno == ENOBUFS)
		monitor_lost();
	else if (n < 0 && errno != EINTR && errno != EAGAIN)
		return msg_refused("cannot read events: %s", strerror(errno));
	for (; n > 0 && mnl_nlmsg_ok(nlh, len); nlh = mnl_nlmsg_next(nlh, &len))
		monitor_event(nlh);
	return pr_flush();
}

static int monitor_loop(struct mnl_socket *sock, int sig)
{
	struct pollfd fds[] = {
		{ .fd = mnl_socket_get_fd(sock), .events = POLLIN },
		{ .fd = sig, .events = POLLIN },
		/* No events: only to learn that the reader has gone */
		{ .fd = STDOUT_FILENO },
	};
	int ret = 0;

	while (!ret) {
		if (poll(fds, ARRAY_SIZE(fds), -1) < 0) {
			if (errno == EINTR)
				continue;
			return msg_refused("cannot wait for events: %s",
					   strerror(errno));
		}
		/* Print what came before the signal */
		if (fds[0].revents)
			ret = monitor_receive(sock);
		else if (fds[1].revents)
			return 0;
		else if (fds[2].revents & (POLLERR | POLLNVAL))
			return ST_REFUSED;
	}
	return ret;
}

static struct mnl_socket *monitor_open(void)
{
	struct mnl_socket *sock = mnl_socket_open2(NETLINK_GENERIC,
						   SOCK_CLOEXEC);
	int group = nl_events_group();
	int size = MONITOR_RCVBUF;
	int fd;

	if (!sock)
		return NULL;
	fd = mnl_socket_get_fd(sock);
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)))
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	if (mnl_socket_bind(sock, 0, MNL_SOCKET_AUTOPID) < 0 ||
	    mnl_socket_setsockopt(sock, NETLINK_ADD_MEMBERSHIP, &group,
				  sizeof(group)) < 0) {
		mnl_socket_close(sock);
		return NULL;
	}
	return sock;
}

static int monitor_run(void)
{
	struct mnl_socket *sock;
	sigset_t mask;
	int ret, sig;

	sigemptyset(&mask);
	sigaddset(&mask, SIGINT);
	sigaddset(&mask, SIGTERM);
	sigprocmask(SIG_BLOCK, &mask, NULL);
	sig = signalfd(-1, &mask, SFD_CLOEXEC);
	sock = monitor_open();
	if (sig < 0 || !sock)
		ret = msg_refused("cannot listen to events: %s",
				  strerror(errno));
	else
		ret = monitor_loop(sock, sig);
	if (sock)
		mnl_socket_close(sock);
	if (sig >= 0)
		close(sig);
	return ret;
}

/**
 * cmd_monitor - Print events until a signal comes.
 * @a: The words of the command.
 *
 * Return: The exit status.
 */
int cmd_monitor(struct args *a)
{
	int ret;

	msg_command("monitor");
	if (args_help(a)) {
		monitor_help(stdout);
		return 0;
	}
	ret = args_end(a);
	if (!ret && opt.batch)
		ret = msg_usage("monitor does not go into a batch");
	if (!ret)
		ret = nl_family_need();
	return ret ?: monitor_run();
}
