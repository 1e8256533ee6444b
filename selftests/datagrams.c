// SPDX-License-Identifier: GPL-2.0
/*
 * datagrams - UDP datagrams there and back, every byte of them checked
 *
 *   datagrams serve PORT                           sends back what comes, once
 *                                                  it has said "ready"
 *   datagrams times PORT                           says "timed" of each that
 *                                                  comes if the kernel knows
 *                                                  when, or else "untimed"
 *   datagrams ask ADDR PORT COUNT LEN [SEGMENTS [REPLIERS]]
 *                                                  says how many came back
 *   datagrams ask -                                the same for each line of
 *                                                  standard input
 *   datagrams send ADDR PORT COUNT LEN [SEGMENTS]  waits for no answer
 *
 * One after the other, so that none is lost for want of room. With SEGMENTS
 * that many are given to the kernel as one, to be cut as late as possible, the
 * last of them half as long. With REPLIERS ADDR is a group, and so many answer;
 * each sends back all of them, once and in order.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <linux/errqueue.h>
#include <linux/net_tstamp.h>
#include <linux/udp.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "network.h"
#include "patience.h"

#define MAX_LEN		65507
#define MAX_REPLIERS	8
#define MAX_WORDS	8
#define PATIENCE	with_patience(30) /* seconds */

static void die(const char *what)
{
	fprintf(stderr, "datagrams: ");
	perror(what);
	exit(1);
}

static int listen_at(int port)
{
	struct sockaddr_in6 addr = {
		.sin6_family = AF_INET6,
		.sin6_port = htons(port),
	};
	int fd = socket(AF_INET6, SOCK_DGRAM, 0);
	int one = 1;

	/* Also for groups that others have joined */
	if (setsockopt(fd, IPPROTO_IP, IP_MULTICAST_ALL, &one, sizeof(one)) ||
	    bind(fd, (void *)&addr, sizeof(addr)))
		die("bind");
	return fd;
}

/* A line that whoever waits for it is to see at once */
static void say(const char *line)
{
	puts(line);
	fflush(stdout);
}

static void serve(int port)
{
	int fd = listen_at(port);
	static char buf[MAX_LEN];
	struct sockaddr_in6 from;
	socklen_t len;
	ssize_t n;

	say("ready");
	for (;;) {
		len = sizeof(from);
		n = recvfrom(fd, buf, sizeof(buf), 0, (void *)&from, &len);
		if (n < 0 || sendto(fd, buf, n, 0, (void *)&from, len) != n)
			die("serve");
	}
}

static bool is_timed(struct msghdr *msg)
{
	struct scm_timestamping *times;
	struct cmsghdr *cmsg;

	for (cmsg = CMSG_FIRSTHDR(msg); cmsg; cmsg = CMSG_NXTHDR(msg, cmsg)) {
		times = (void *)CMSG_DATA(cmsg);
		if (cmsg->cmsg_level == SOL_SOCKET &&
		    cmsg->cmsg_type == SCM_TIMESTAMPING)
			return times->ts[0].tv_sec != 0;
	}
	return false;
}

static void times(int port)
{
	int flags = SOF_TIMESTAMPING_SOFTWARE | SOF_TIMESTAMPING_RX_SOFTWARE;
	int fd = listen_at(port);
	struct msghdr msg = { 0 };
	char control[256];

	if (setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPING, &flags, sizeof(flags)))
		die("SO_TIMESTAMPING");
	say("ready");
	for (;;) {
		msg.msg_control = control;
		msg.msg_controllen = sizeof(control);
		if (recvmsg(fd, &msg, 0) < 0)
			die("times");
		say(is_timed(&msg) ? "timed" : "untimed");
	}
}

/* What to send where */
struct request {
	const char *host;
	const char *port;
	int count;
	int len;
	int segments;
	int repliers;
};

/* One who answers, and the number of the datagram that it has to send next */
struct replier {
	struct sockaddr_storage from;
	int next;
};

/* Only who is not connected hears those who answer for a group. */
static int open_for_group(const struct request *req, struct sockaddr_in *group)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	int zero = 0;

	group->sin_family = AF_INET;
	group->sin_port = htons(atoi(req->port));
	if (inet_pton(AF_INET, req->host, &group->sin_addr) != 1 ||
	    setsockopt(fd, IPPROTO_IP, IP_MULTICAST_LOOP, &zero, sizeof(zero)))
		die(req->host);
	return fd;
}

static int open_socket(const struct request *req, struct sockaddr_in *group)
{
	struct timeval patience = { .tv_sec = PATIENCE };
	int fd;

	if (req->repliers > 1)
		fd = open_for_group(req, group);
	else
		fd = connect_to(req->host, req->port, SOCK_DGRAM);
	if (fd < 0)
		die("connect");
	if (req->segments > 1 &&
	    setsockopt(fd, IPPROTO_UDP, UDP_SEGMENT, &req->len,
		       sizeof(req->len)))
		die("UDP_SEGMENT");
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	return fd;
}

/* Each byte differs from its neighbours, and each datagram from the last. */
static void fill(unsigned char *buf, int len, int number)
{
	int i;

	for (i = 0; i < len; i++)
		buf[i] = i * 7 + i / 256 + number * 31;
}

static int length_of(const struct request *req, int segment)
{
	if (req->segments > 1 && segment == req->segments - 1)
		return (req->len + 1) / 2;
	return req->len;
}

static void send_some(int fd, const struct request *req,
		      const struct sockaddr_in *group, unsigned char *buf,
		      int number)
{
	const void *to = req->repliers > 1 ? group : NULL;
	int i, len = 0;

	for (i = 0; i < req->segments; i++) {
		fill(buf + len, length_of(req, i), number + i);
		len += length_of(req, i);
	}
	if (sendto(fd, buf, len, 0, to, to ? sizeof(*group) : 0) != len)
		die("send");
}

/* Returns NULL for one too many. */
static struct replier *find_replier(struct replier *repliers,
				    const struct request *req,
				    const struct sockaddr_storage *from,
				    socklen_t len)
{
	int i;

	for (i = 0; i < req->repliers; i++) {
		if (!repliers[i].from.ss_family)
			memcpy(&repliers[i].from, from, len);
		if (!memcmp(&repliers[i].from, from, len))
			return &repliers[i];
	}
	return NULL;
}

/* One answer to what was sent from datagram number @number on */
static int receive_one(int fd, const struct request *req,
		       struct replier *repliers, const unsigned char *sent,
		       int number)
{
	static unsigned char back[MAX_LEN];
	struct sockaddr_storage from = { 0 };
	socklen_t from_len = sizeof(from);
	struct replier *replier;
	int segment;
	ssize_t n;

	n = recvfrom(fd, back, sizeof(back), 0, (void *)&from, &from_len);
	if (n < 0) {
		printf("missing: %d\n", number);
		return 1;
	}
	replier = find_replier(repliers, req, &from, from_len);
	if (!replier) {
		printf("too many answer: %d\n", number);
		return 1;
	}
	segment = replier->next++ - number;
	if (segment >= req->segments || n != length_of(req, segment) ||
	    memcmp(back, sent + segment * req->len, n)) {
		printf("wrong: %d\n", number + segment);
		return 1;
	}
	return 0;
}

static int ask(const struct request *req)
{
	struct replier repliers[MAX_REPLIERS] = { 0 };
	static unsigned char buf[MAX_LEN];
	struct sockaddr_in group = { 0 };
	int fd = open_socket(req, &group);
	int done, i;

	for (done = 0; done < req->count; done += req->segments) {
		send_some(fd, req, &group, buf, done);
		for (i = 0; i < req->segments * req->repliers; i++)
			if (receive_one(fd, req, repliers, buf, done))
				return 1;
	}
	if (recv(fd, buf, sizeof(buf), MSG_DONTWAIT) >= 0 || errno != EAGAIN) {
		printf("one too many\n");
		return 1;
	}
	close(fd);
	printf("%d datagrams\n", done);
	return 0;
}

static int send_all(const struct request *req)
{
	static unsigned char buf[MAX_LEN];
	struct sockaddr_in group = { 0 };
	int fd = open_socket(req, &group);
	int done;

	for (done = 0; done < req->count; done += req->segments)
		send_some(fd, req, &group, buf, done);
	close(fd);
	return 0;
}

/* Returns 0 if these words, n of them, make no sense. */
static int parse(struct request *req, char **words, int n)
{
	if (n < 4)
		return 0;
	req->host = words[0];
	req->port = words[1];
	req->count = atoi(words[2]);
	req->len = atoi(words[3]);
	req->segments = n > 4 ? atoi(words[4]) : 1;
	req->repliers = n > 5 ? atoi(words[5]) : 1;
	return req->count >= 0 && req->len > 0 && req->segments > 0 &&
	       req->len <= MAX_LEN / req->segments && req->repliers > 0 &&
	       req->repliers <= MAX_REPLIERS;
}

static int misused(void)
{
	fprintf(stderr, "usage: see the head of the source\n");
	return 2;
}

/* The first that goes wrong is the last. */
static int ask_each(void)
{
	char line[256], *words[MAX_WORDS], *rest = NULL;
	struct request req;
	int n, status;

	while (fgets(line, sizeof(line), stdin)) {
		for (n = 0; n < MAX_WORDS; n++) {
			words[n] = strtok_r(n ? NULL : line, "\n ", &rest);
			if (!words[n])
				break;
		}
		if (!parse(&req, words, n))
			return misused();
		printf("%s: ", words[0]);
		status = ask(&req);
		if (status)
			return status;
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct request req;

	if (argc == 3 && !strcmp(argv[1], "serve"))
		serve(atoi(argv[2]));
	if (argc == 3 && !strcmp(argv[1], "times"))
		times(atoi(argv[2]));
	if (argc == 3 && !strcmp(argv[1], "ask") && !strcmp(argv[2], "-"))
		return ask_each();
	if (argc < 3 || !parse(&req, argv + 2, argc - 2))
		return misused();
	if (!strcmp(argv[1], "ask"))
		return ask(&req);
	if (!strcmp(argv[1], "send"))
		return send_all(&req);
	return misused();
}
