// SPDX-License-Identifier: GPL-2.0
/*
 * hold_rtnl - have the kernel hold RTNL
 *
 *   hold_rtnl
 *
 * Prints "held" when it does, and holds it until this program is killed, or the
 * one that started it ends. Meanwhile nobody can change a device, in whatever
 * namespace.
 *
 * The kernel holds RTNL while it answers SIOCETHTOOL. Where the answer goes to
 * there is no memory yet, and userfaultfd has the kernel wait until somebody
 * puts some there.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <linux/userfaultfd.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

static void die(const char *what)
{
	fprintf(stderr, "hold_rtnl: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* Has the kernel wait when it comes to this page. */
static int watch(char *page, long size)
{
	struct uffdio_register range = {
		.range = { .start = (unsigned long)page, .len = size },
		.mode = UFFDIO_REGISTER_MODE_MISSING,
	};
	struct uffdio_api api = { .api = UFFD_API };
	int fd = syscall(SYS_userfaultfd, O_CLOEXEC);

	if (fd < 0 || ioctl(fd, UFFDIO_API, &api) ||
	    ioctl(fd, UFFDIO_REGISTER, &range))
		die("userfaultfd");
	return fd;
}

static void *say_when_held(void *fd)
{
	struct uffd_msg msg;

	if (read(*(int *)fd, &msg, sizeof(msg)) != sizeof(msg))
		die("userfaultfd");
	puts("held");
	fflush(stdout);
	return NULL;
}

/* Every device has features, and their names are the same for all. They come
 * after what is asked for.
 */
static void ask_for_strings(char *page)
{
	struct ethtool_gstrings *strings = (void *)(page - sizeof(*strings));
	struct ifreq request = { .ifr_name = "lo" };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	strings->cmd = ETHTOOL_GSTRINGS;
	strings->string_set = ETH_SS_FEATURES;
	request.ifr_data = (void *)strings;
	if (fd < 0 || ioctl(fd, SIOCETHTOOL, &request))
		die("SIOCETHTOOL");
}

int main(void)
{
	long size = sysconf(_SC_PAGESIZE);
	pthread_t thread;
	char *pages;
	int fd;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	pages = mmap(NULL, 2 * size, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (pages == MAP_FAILED)
		die("mmap");
	fd = watch(pages + size, size);
	errno = pthread_create(&thread, NULL, say_when_held, &fd);
	if (errno)
		die("pthread_create");
	ask_for_strings(pages + size);
	fprintf(stderr, "hold_rtnl: the kernel did not wait\n");
	return 1;
}
