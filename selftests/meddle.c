// SPDX-License-Identifier: GPL-2.0
/*
 * meddle DEVICE sniff|xdp|xdp-generic [again] - do something to a device that
 * frames there meet, until this program is killed
 *
 *   sniff		a packet socket for everything on the device
 *   xdp		a program in the driver that passes everything
 *   xdp-generic	the same in the core
 *   again		do it and undo it, over and over; either lasts until
 *			every CPU has passed the point where it matters
 *
 * Says "ready" when it is done, or has been done and undone once.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/if_link.h>
#include <linux/if_packet.h>
#include <linux/membarrier.h>
#include <net/if.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

static void die(const char *what)
{
	fprintf(stderr, "meddle: %s: %s\n", what, strerror(errno));
	exit(1);
}

static int sniff(unsigned int ifindex)
{
	struct sockaddr_ll address = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = ifindex,
	};
	int fd;

	/* It sees nothing before it is bound to the one device. */
	fd = socket(AF_PACKET, SOCK_RAW, 0);
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)))
		die("packet socket");
	return fd;
}

static int bpf(int command, union bpf_attr *attr)
{
	return syscall(__NR_bpf, command, attr, sizeof(*attr));
}

static int xdp_program(void)
{
	static const struct bpf_insn pass[] = {
		{
			.code = BPF_ALU64 | BPF_MOV | BPF_K,
			.dst_reg = BPF_REG_0,
			.imm = XDP_PASS,
		},
		{ .code = BPF_JMP | BPF_EXIT },
	};
	union bpf_attr attr;
	int fd;

	memset(&attr, 0, sizeof(attr));
	attr.prog_type = BPF_PROG_TYPE_XDP;
	attr.insns = (unsigned long)pass;
	attr.insn_cnt = ARRAY_SIZE(pass);
	attr.license = (unsigned long)"GPL";
	fd = bpf(BPF_PROG_LOAD, &attr);
	if (fd < 0)
		die("XDP program");
	return fd;
}

static int xdp(unsigned int ifindex, unsigned int mode)
{
	int program = xdp_program();
	union bpf_attr attr;
	int fd;

	memset(&attr, 0, sizeof(attr));
	attr.link_create.prog_fd = program;
	attr.link_create.target_ifindex = ifindex;
	attr.link_create.attach_type = BPF_XDP;
	attr.link_create.flags = mode;
	fd = bpf(BPF_LINK_CREATE, &attr);
	if (fd < 0)
		die("XDP link");
	close(program);
	return fd;
}

static int begin(const char *what, unsigned int ifindex)
{
	if (!strcmp(what, "sniff"))
		return sniff(ifindex);
	if (!strcmp(what, "xdp"))
		return xdp(ifindex, XDP_FLAGS_DRV_MODE);
	if (!strcmp(what, "xdp-generic"))
		return xdp(ifindex, XDP_FLAGS_SKB_MODE);
	errno = EINVAL;
	die(what);
	return -1;
}

/* To undo it takes such a time by itself. */
static void do_and_undo(const char *what, unsigned int ifindex)
{
	int fd = begin(what, ifindex);

	if (syscall(__NR_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0))
		die("membarrier");
	close(fd);
}

static void say_ready(void)
{
	puts("ready");
	fflush(stdout);
}

int main(int argc, char **argv)
{
	unsigned int ifindex;

	if (argc < 3 || argc > 4 || (argc == 4 && strcmp(argv[3], "again"))) {
		fputs("usage: meddle DEVICE sniff|xdp|xdp-generic [again]\n",
		      stderr);
		return 2;
	}
	ifindex = if_nametoindex(argv[1]);
	if (!ifindex)
		die(argv[1]);

	if (argc == 4) {
		do_and_undo(argv[2], ifindex);
		say_ready();
		for (;;)
			do_and_undo(argv[2], ifindex);
	}
	begin(argv[2], ifindex);
	say_ready();
	for (;;)
		pause();
}
