// SPDX-License-Identifier: GPL-2.0
/*
 * stream - a TCP transfer whose every byte is checked
 *
 *   stream recv PORT              waits for one connection
 *   stream send ADDR PORT BYTES   ADDR may be IPv6, with %DEVICE
 *   stream send ADDR PORT 0       until SIGTERM
 *
 * Both print how many bytes it was. With one more argument the sender says how
 * many segments it sent again, too.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "network.h"

#define CHUNK	65536
#define PERIOD	251	/* a prime, so that a shift never goes unseen */

static sig_atomic_t stopped;

static void stop(int signal)
{
	__atomic_store_n(&stopped, signal, __ATOMIC_RELAXED);
}

static void die(const char *what)
{
	fprintf(stderr, "stream: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* The byte at @at of every stream; no part of it looks like another soon */
static unsigned char byte_at(unsigned long long at)
{
	return at % PERIOD + (at / PERIOD) * 13 + (at >> 20);
}

static void receive(int fd)
{
	static unsigned char buf[CHUNK];
	unsigned long long at = 0;
	ssize_t i, n;

	while ((n = read(fd, buf, sizeof(buf))) > 0) {
		for (i = 0; i < n; i++, at++) {
			if (buf[i] == byte_at(at))
				continue;
			printf("byte %llu is wrong\n", at);
			exit(1);
		}
	}
	if (n < 0)
		die("read");
	printf("%llu bytes\n", at);
}

static int listen_on(int port)
{
	struct sockaddr_in6 addr = {
		.sin6_family = AF_INET6,
		.sin6_port = htons(port),
	};
	int fd = socket(AF_INET6, SOCK_STREAM, 0);
	int one = 1, zero = 0;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &zero, sizeof(zero));
	if (bind(fd, (void *)&addr, sizeof(addr)) || listen(fd, 1))
		die("listen");
	return fd;
}

static unsigned int retransmits(int fd)
{
	struct tcp_info info = { 0 };
	socklen_t len = sizeof(info);

	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len))
		die("TCP_INFO");
	return info.tcpi_total_retrans;
}

static void transmit(int fd, unsigned long long total, int with_retransmits)
{
	static unsigned char buf[CHUNK];
	unsigned long long at = 0;
	size_t i, len;
	ssize_t n;
	char c;

	if (fd < 0)
		die("connect");
	while (!__atomic_load_n(&stopped, __ATOMIC_RELAXED) &&
	       (!total || at < total)) {
		len = sizeof(buf);
		if (total && total - at < len)
			len = total - at;
		for (i = 0; i < len; i++)
			buf[i] = byte_at(at + i);
		n = write(fd, buf, len);
		if (n < 0 && errno != EINTR)
			die("write");
		if (n > 0)
			at += n;
	}
	/* The other end closes once it has everything. */
	shutdown(fd, SHUT_WR);
	while (read(fd, &c, 1) < 0 && errno == EINTR)
		;
	if (with_retransmits)
		printf("%llu bytes, %u\n", at, retransmits(fd));
	else
		printf("%llu bytes\n", at);
}

int main(int argc, char **argv)
{
	struct sigaction action = { .sa_handler = stop };

	sigaction(SIGTERM, &action, NULL);
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc == 3 && !strcmp(argv[1], "recv"))
		receive(accept(listen_on(atoi(argv[2])), NULL, NULL));
	else if (argc >= 5 && !strcmp(argv[1], "send"))
		transmit(connect_to(argv[2], argv[3], SOCK_STREAM),
			 atoll(argv[4]), argc > 5);
	else
		fprintf(stderr, "usage: see the head of the source\n");
	return argc < 3;
}
