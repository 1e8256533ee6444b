// SPDX-License-Identifier: GPL-2.0
/*
 * vifmap - the CNI plugin: the container's network namespace
 *
 * The plugin is in it for as long as it sets up what is in there. The tool's
 * sockets belong to one namespace, and are closed on the way in and out.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <linux/nsfs.h>

#include "cni.h"

#define NETNS_OWN	"/proc/self/ns/net"

static int netns_host = -1;

static bool netns_is_own(int fd)
{
	struct stat own, other;

	return !fstat(netns_host, &own) && !fstat(fd, &other) &&
	       own.st_dev == other.st_dev && own.st_ino == other.st_ino;
}

/**
 * netns_open - Open the container's namespace.
 * @c: The call.
 *
 * Return: A file descriptor, or -1.
 */
int netns_open(const struct cni *c)
{
	const char *wrong = NULL;
	int fd;

	netns_host = open(NETNS_OWN, O_RDONLY | O_CLOEXEC);
	if (netns_host < 0)
		return cni_fail(CNI_ERR_IO, "cannot open %s: %s", NETNS_OWN,
				strerror(errno));
	fd = open(c->netns, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return cni_fail(CNI_ERR_CONTAINER,
				"cannot open the namespace %s: %s", c->netns,
				strerror(errno));
	if (ioctl(fd, NS_GET_NSTYPE) != CLONE_NEWNET)
		wrong = "no network namespace";
	else if (netns_is_own(fd) && !getenv("CNI_NETNS_OVERRIDE"))
		wrong = "the host's own namespace";
	if (!wrong)
		return fd;
	close(fd);
	return cni_fail(CNI_ERR_ENVIRONMENT, "CNI_NETNS: %s is %s", c->netns,
			wrong);
}

/**
 * netns_enter - Go into a namespace.
 * @fd: The namespace.
 *
 * Return: 0 or -1.
 */
int netns_enter(int fd)
{
	nl_close();
	if (setns(fd, CLONE_NEWNET))
		return cni_fail(CNI_ERR_ENVIRONMENT,
				"CNI_NETNS: cannot enter the namespace: %s",
				strerror(errno));
	return 0;
}

/**
 * netns_leave - Go back to the host's namespace.
 *
 * Nothing may go on in the wrong one.
 */
void netns_leave(void)
{
	nl_close();
	if (setns(netns_host, CLONE_NEWNET))
		abort();
}
