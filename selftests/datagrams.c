// SPDX-License-Identifier: GPL-2.0
/*
 * datagrams - UDP datagrams there and back, every byte of them checked
 *
 *   datagrams serve PORT                           sends back what comes
 *   datagrams ask ADDR PORT COUNT LEN [SEGMENTS]   says how many came back
 *
 * One after the other, so that none is lost for want of room. With SEGMENTS
 * that many are given to the kernel as one, to be cut as late as possible.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/udp.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "network.h"
#include "patience.h"

#define MAX_LEN		65507
#define PATIENCE	with_patience(30) /* seconds */

static void die(const char *what)
{
	fprintf(stderr, "datagrams: ");
	perror(what);
	exit(1);
}

static void serve(int port)
{
	struct sockaddr_in6 addr = {
		.sin6_family = AF_INET6,
		.sin6_port = htons(port),
	};
	int fd = socket(AF_INET6, SOCK_DGRAM, 0);
	static char buf[MAX_LEN];
	struct sockaddr_in6 from;
	socklen_t len;
	ssize_t n;

	if (bind(fd, (void *)&addr, sizeof(addr)))
		die("bind");
	for (;;) {
		len = sizeof(from);
		n = recvfrom(fd, buf, sizeof(buf), 0, (void *)&from, &len);
		if (n < 0 || sendto(fd, buf, n, 0, (void *)&from, len) != n)
			die("serve");
	}
}

/* Each byte differs from its neighbours, and each datagram from the last. */
static void fill(unsigned char *buf, int len, int number)
{
	int i;

	for (i = 0; i < len; i++)
		buf[i] = i * 7 + i / 256 + number * 31;
}

static int ask(int fd, int count, int len, int segments)
{
	static unsigned char buf[MAX_LEN], back[MAX_LEN];
	int done, i;

	for (done = 0; done < count; done += segments) {
		for (i = 0; i < segments; i++)
			fill(buf + i * len, len, done + i);
		if (send(fd, buf, len * segments, 0) != len * segments)
			die("send");
		for (i = 0; i < segments; i++) {
			if (recv(fd, back, sizeof(back), 0) != len ||
			    memcmp(back, buf + i * len, len)) {
				printf("wrong or missing: %d\n", done + i);
				return 1;
			}
		}
	}
	printf("%d datagrams\n", done);
	return 0;
}

int main(int argc, char **argv)
{
	struct timeval patience = { .tv_sec = PATIENCE };
	int fd, len, segments = 1;

	if (argc == 3 && !strcmp(argv[1], "serve"))
		serve(atoi(argv[2]));
	if (argc < 6 || strcmp(argv[1], "ask")) {
		fprintf(stderr, "usage: see the head of the source\n");
		return 2;
	}
	fd = connect_to(argv[2], argv[3], SOCK_DGRAM);
	if (fd < 0)
		die("connect");
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	len = atoi(argv[5]);
	if (argc > 6) {
		segments = atoi(argv[6]);
		if (setsockopt(fd, IPPROTO_UDP, UDP_SEGMENT, &len, sizeof(len)))
			die("UDP_SEGMENT");
	}
	if (len < 1 || segments < 1 || len > MAX_LEN / segments) {
		fprintf(stderr, "datagrams: too long\n");
		return 2;
	}
	return ask(fd, atoi(argv[4]), len, segments);
}
