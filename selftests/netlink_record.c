// SPDX-License-Identifier: GPL-2.0
/*
 * netlink_record.so - keep the netlink messages that programs send
 *
 *   NETLINK_RECORD=FILE LD_PRELOAD=netlink_record.so COMMAND...
 *	Adds what the command sends to FILE, as netlink_record.h has it.
 *
 * Nothing of what the command does is disturbed.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/socket.h>
#include <sys/uio.h>

#include "netlink_record.h"

#define MAX_PARTS	16

static int file = -1;

static void die(const char *what)
{
	fprintf(stderr, "netlink_record: %s: %s\n", what, strerror(errno));
	_exit(127);
}

static int option(int fd, int name)
{
	int value = -1;
	socklen_t len = sizeof(value);

	getsockopt(fd, SOL_SOCKET, name, &value, &len);
	return value;
}

static void record(int fd, const struct iovec *iov, size_t n)
{
	struct iovec parts[MAX_PARTS + 1];
	struct record_head head = {};
	int error = errno;
	size_t i;

	if (option(fd, SO_DOMAIN) != AF_NETLINK)
		return;
	if (n > MAX_PARTS) {
		errno = E2BIG;
		die("sendmsg");
	}
	head.protocol = option(fd, SO_PROTOCOL);
	parts[0] = (struct iovec){ &head, sizeof(head) };
	for (i = 0; i < n; i++) {
		head.len += iov[i].iov_len;
		parts[i + 1] = iov[i];
	}
	if (writev(file, parts, n + 1) != (ssize_t)(sizeof(head) + head.len))
		die("write");
	errno = error;
}

static void *next(const char *name)
{
	void *function = dlsym(RTLD_NEXT, name);

	if (!function)
		die(name);
	return function;
}

/* What ip, bridge and the tool call, around the C library's */

ssize_t send(int fd, const void *buf, size_t len, int flags)
{
	typeof(send) *libc = next("send");

	record(fd, &(struct iovec){ (void *)buf, len }, 1);
	return libc(fd, buf, len, flags);
}

ssize_t sendto(int fd, const void *buf, size_t len, int flags,
	       const struct sockaddr *addr, socklen_t addr_len)
{
	typeof(sendto) *libc = next("sendto");

	record(fd, &(struct iovec){ (void *)buf, len }, 1);
	return libc(fd, buf, len, flags, addr, addr_len);
}

ssize_t sendmsg(int fd, const struct msghdr *msg, int flags)
{
	typeof(sendmsg) *libc = next("sendmsg");

	record(fd, msg->msg_iov, msg->msg_iovlen);
	return libc(fd, msg, flags);
}

static void __attribute__((constructor)) start(void)
{
	const char *name = getenv("NETLINK_RECORD");

	file = open(name ? name : "", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC,
		    0600);
	if (file < 0)
		die("NETLINK_RECORD");
}
