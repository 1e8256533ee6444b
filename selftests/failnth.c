// SPDX-License-Identifier: GPL-2.0
/*
 * failnth.so - let the kernel fail to allocate memory for a command's requests
 *
 *   FAILNTH=N FAILNTH_LEFT=FILE LD_PRELOAD=failnth.so COMMAND...
 *	While the command sends to and receives from netlink sockets, the N-th
 *	allocation that the kernel's fault injection counts fails. FILE gets
 *	what is left of N at the end: 0 when one has failed, else the command
 *	took no more than N - FILE of them.
 *
 * Nothing else that the command does is disturbed.
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

static int fail_fd = -1;
static unsigned int left;

static void die(const char *what)
{
	fprintf(stderr, "failnth: %s: %s\n", what, strerror(errno));
	_exit(127);
}

static void set_fail_nth(unsigned int n)
{
	if (dprintf(fail_fd, "%u", n) < 0)
		die("write");
}

static unsigned int get_fail_nth(void)
{
	char text[16] = "";

	if (pread(fail_fd, text, sizeof(text) - 1, 0) < 0)
		die("read");
	return strtoul(text, NULL, 10);
}

static int is_netlink(int fd)
{
	int domain = AF_UNSPEC;
	socklen_t len = sizeof(domain);

	getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &len);
	return domain == AF_NETLINK;
}

/* Returns whether end() has something to do. */
static int begin(int fd)
{
	if (!left || !is_netlink(fd))
		return 0;
	set_fail_nth(left);
	return 1;
}

static void end(int begun)
{
	int error = errno;

	if (!begun)
		return;
	left = get_fail_nth();
	set_fail_nth(0);
	errno = error;
}

static void *next(const char *name)
{
	void *function = dlsym(RTLD_NEXT, name);

	if (!function)
		die(name);
	return function;
}

/* What ip, bridge and the tool call, around the C library's. */

ssize_t send(int fd, const void *buf, size_t len, int flags)
{
	typeof(send) *libc = next("send");
	int begun = begin(fd);
	ssize_t ret = libc(fd, buf, len, flags);

	end(begun);
	return ret;
}

ssize_t sendto(int fd, const void *buf, size_t len, int flags,
	       const struct sockaddr *addr, socklen_t addr_len)
{
	typeof(sendto) *libc = next("sendto");
	int begun = begin(fd);
	ssize_t ret = libc(fd, buf, len, flags, addr, addr_len);

	end(begun);
	return ret;
}

ssize_t sendmsg(int fd, const struct msghdr *msg, int flags)
{
	typeof(sendmsg) *libc = next("sendmsg");
	int begun = begin(fd);
	ssize_t ret = libc(fd, msg, flags);

	end(begun);
	return ret;
}

ssize_t recvmsg(int fd, struct msghdr *msg, int flags)
{
	typeof(recvmsg) *libc = next("recvmsg");
	int begun = begin(fd);
	ssize_t ret = libc(fd, msg, flags);

	end(begun);
	return ret;
}

static void __attribute__((constructor)) start(void)
{
	const char *n = getenv("FAILNTH");

	left = n ? strtoul(n, NULL, 10) : 0;
	fail_fd = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	if (fail_fd < 0)
		die("fail-nth");
}

static void __attribute__((destructor)) finish(void)
{
	const char *name = getenv("FAILNTH_LEFT");
	FILE *file = name ? fopen(name, "w") : NULL;

	if (!file || fprintf(file, "%u\n", left) < 0 || fclose(file))
		die("FAILNTH_LEFT");
}
