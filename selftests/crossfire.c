// SPDX-License-Identifier: GPL-2.0
/*
 * crossfire - numbered frames from many senders at once, while somebody else
 * changes the network, and where each of them arrived
 *
 * Reads commands from standard input, a line each, and answers each with one
 * line: "ok ..." or "error ...".
 *
 *   end NAME NETNS DEVICE link|stack|tap
 *	NAME is a place where frames are sent and received. NETNS is a name
 *	below /run/netns, or - for the one that this program started in.
 *	link:  a station's NIC, other stations' frames included
 *	stack: what the network stack gets to see on that device
 *	tap:   the guest's side of a tap, which is made if there is none
 *   drop NAME
 *	Closes it: a tap loses its carrier, or goes.
 *   type NAME TYPE
 *	Makes the device of a tap that is down one of another hardware type.
 *   flow NAME FROM SRC DST
 *	Frames from the end FROM with these addresses.
 *   start
 *	From now on one frame of each flow is sent in turn, a round, while
 *	commands are waited for; what cannot be sent is lost. The answer comes
 *	after the first round, and forgets all earlier rounds.
 *   round
 *	Sends one more round. "ok N": when the frames of the rounds up to N have
 *	arrived.
 *   stop
 *	The same, and no more are sent.
 *   where FLOW N M
 *	What became of the frames of the rounds after N, up to M: "ok
 *	WHERE:COUNT,..." where WHERE is an end, in the order they were made, or
 *	else lost: at none; several: at more than one end, if the destination
 *	is one station; again: at an end twice; disorder: after a later one.
 *   span FLOW END
 *	"ok N M": the first and the last round whose frame arrived at that end,
 *	0 for none.
 *
 * How it knows that nothing more is coming is said in barrier.h.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/if_tun.h>
#include <linux/types.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "barrier.h"
#include "commands.h"
#include "network.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define ETHERTYPE_TEST	0x88b6		/* for local experiments */
#define MAGIC		0x63726f73
#define MAX_FRAME	2048
#define MAX_ENDS	12
#define MAX_FLOWS	48
#define MAX_ROUNDS	32768
#define HOPS		16
#define PAUSE_MS	4	/* between rounds: others want to run, too */
#define AGAIN		0x4000
#define DISORDER	0x8000
#define MAX_WORDS	8

enum kind { LINK, STACK, TAP };

struct end {
	char name[32];
	enum kind kind;
	int fd;
	__u32 last[MAX_FLOWS];		/* the round that arrived last */
};

struct flow {
	char name[32];
	char from[32];
	__u8 src[ETH_ALEN];
	__u8 dst[ETH_ALEN];
	__u16 where[MAX_ROUNDS];	/* a bit for each end, and the above */
};

static __be16 test_type;
static struct end ends[MAX_ENDS];
static int n_ends;
static struct flow flows[MAX_FLOWS];
static int n_flows;
static __u32 rounds;

static struct end *find_end(const char *name)
{
	int i;

	for (i = 0; i < n_ends; i++)
		if (!strcmp(ends[i].name, name))
			return &ends[i];
	return NULL;
}

static struct flow *find_flow(const char *name)
{
	int i;

	for (i = 0; i < n_flows; i++)
		if (!strcmp(flows[i].name, name))
			return &flows[i];
	return NULL;
}

/* Frames */

struct mark {
	__be32 magic;
	__be32 flow;
	__be32 round;
} __attribute__((packed));

static void send_frame(const struct flow *flow, __u32 round)
{
	__u8 frame[ETH_ZLEN] = { 0 };
	struct mark mark = {
		htonl(MAGIC), htonl(flow - flows), htonl(round)
	};
	struct end *e = find_end(flow->from);

	if (!e)
		return;
	memcpy(frame, flow->dst, ETH_ALEN);
	memcpy(frame + ETH_ALEN, flow->src, ETH_ALEN);
	memcpy(frame + 2 * ETH_ALEN, &test_type, sizeof(test_type));
	memcpy(frame + ETH_HLEN, &mark, sizeof(mark));
	/* The device may have gone or be down: the frame is lost. */
	if (write(e->fd, frame, sizeof(frame)) < 0)
		errno = 0;
}

static void arrived(struct end *e, const __u8 *frame, int len)
{
	unsigned int bit = 1 << (e - ends);
	struct mark mark;
	__u32 flow, round;
	__u16 *where;

	if (len < ETH_ZLEN ||
	    memcmp(frame + 2 * ETH_ALEN, &test_type, sizeof(test_type)))
		return;
	memcpy(&mark, frame + ETH_HLEN, sizeof(mark));
	flow = ntohl(mark.flow);
	round = ntohl(mark.round);
	if (mark.magic != htonl(MAGIC) || flow >= (__u32)n_flows ||
	    round >= MAX_ROUNDS)
		return;
	where = &flows[flow].where[round];
	if (*where & bit)
		*where |= AGAIN;
	*where |= bit;
	if (round < e->last[flow])
		*where |= DISORDER;
	e->last[flow] = round;
}

/* Returns 0 when there is nothing to receive. */
static int receive(struct end *e)
{
	static __u8 frame[MAX_FRAME];
	struct sockaddr_ll from = { 0 };
	socklen_t from_len = sizeof(from);
	int len;

	if (e->kind == TAP)
		len = read(e->fd, frame, sizeof(frame));
	else
		len = recvfrom(e->fd, frame, sizeof(frame), MSG_DONTWAIT,
			       (void *)&from, &from_len);
	if (len <= 0)
		return 0;
	if (from.sll_pkttype != PACKET_OUTGOING &&
	    (e->kind != STACK || from.sll_pkttype != PACKET_OTHERHOST))
		arrived(e, frame, len);
	return 1;
}

static void drain(void)
{
	int i;

	for (i = 0; i < n_ends; i++)
		while (receive(&ends[i]))
			;
}

/* Wait until everything under way has arrived where it goes. */
static void wait_for_all(void)
{
	if (pass_barrier(HOPS, drain))
		die("barrier");
}

/* Commands */

static void cmd_end(char **words)
{
	struct end *e = find_end(words[1]);

	/* It takes the place of one that was dropped, and its bit. */
	if (!e && n_ends < MAX_ENDS)
		e = &ends[n_ends];
	if (!e || (e->name[0] && e->fd >= 0)) {
		answer("error no such end is possible");
		return;
	}
	e->kind = !strcmp(words[4], "tap") ? TAP :
		  !strcmp(words[4], "link") ? LINK : STACK;
	e->fd = -1;
	/* A socket for one type comes after VLAN devices and rx_handlers. */
	if (!strcmp(words[2], "-") || !enter_netns(words[2]))
		e->fd = e->kind == TAP ? open_tap(words[3], false) :
			open_packet(ETHERTYPE_TEST, if_nametoindex(words[3]));
	if (e->fd < 0) {
		answer("error end %s: %s", words[1], strerror(errno));
	} else {
		snprintf(e->name, sizeof(e->name), "%s", words[1]);
		if (e == &ends[n_ends])
			n_ends++;
		answer("ok");
	}
	if (enter_own_netns())
		die("setns");
}

static void cmd_drop(char **words)
{
	struct end *e = find_end(words[1]);

	if (!e || e->fd < 0) {
		answer("error no such end");
		return;
	}
	close(e->fd);
	e->fd = -1;
	answer("ok");
}

static void cmd_type(char **words)
{
	struct end *e = find_end(words[1]);

	if (!e || e->kind != TAP)
		answer("error no such tap");
	else if (ioctl(e->fd, TUNSETLINK, strtoul(words[2], NULL, 10)))
		answer("error type: %s", strerror(errno));
	else
		answer("ok");
}

static void cmd_flow(char **words)
{
	struct flow *flow = &flows[n_flows];

	if (n_flows == MAX_FLOWS || find_flow(words[1]) ||
	    !find_end(words[2]) || !parse_addr(words[3], flow->src) ||
	    !parse_addr(words[4], flow->dst)) {
		answer("error no such flow is possible");
		return;
	}
	snprintf(flow->name, sizeof(flow->name), "%s", words[1]);
	snprintf(flow->from, sizeof(flow->from), "%s", words[2]);
	n_flows++;
	answer("ok");
}

static void start_afresh(void)
{
	int i;

	wait_for_all();
	for (i = 0; i < n_flows; i++)
		memset(flows[i].where, 0, sizeof(flows[i].where));
	for (i = 0; i < n_ends; i++)
		memset(ends[i].last, 0, sizeof(ends[i].last));
	rounds = 0;
}

static void send_round(void)
{
	int i;

	if (rounds + 1 == MAX_ROUNDS)
		die("too many rounds");
	rounds++;
	for (i = 0; i < n_flows; i++)
		send_frame(&flows[i], rounds);
	drain();
}

static int line_waits(void)
{
	struct pollfd pfd = { .fd = 0, .events = POLLIN };

	return poll(&pfd, 1, PAUSE_MS) != 0;
}

static void report(const char *what, __u32 count, const char **separator)
{
	if (!count)
		return;
	printf("%s%s:%u", *separator, what, count);
	*separator = ",";
}

static void cmd_where(char **words)
{
	struct flow *flow = find_flow(words[1]);
	__u32 count[MAX_ENDS] = { 0 }, from = atoi(words[2]);
	__u32 lost = 0, several = 0, again = 0, disorder = 0;
	__u32 to = atoi(words[3]), round;
	const char *separator = "";
	__u16 where;
	int i;

	if (!flow || from > to || to > rounds) {
		answer("error where: what?");
		return;
	}
	for (round = from + 1; round <= to; round++) {
		where = flow->where[round];
		again += !!(where & AGAIN);
		disorder += !!(where & DISORDER);
		where &= ~(AGAIN | DISORDER);
		lost += !where;
		several += !!(where & (where - 1));
		for (i = 0; i < n_ends; i++)
			count[i] += !!(where & (1 << i));
	}
	printf("ok ");
	for (i = 0; i < n_ends; i++)
		report(ends[i].name, count[i], &separator);
	report("lost", lost, &separator);
	report("several", flow->dst[0] & 1 ? 0 : several, &separator);
	report("again", again, &separator);
	report("disorder", disorder, &separator);
	answer("");
}

static void cmd_span(char **words)
{
	struct flow *flow = find_flow(words[1]);
	struct end *e = find_end(words[2]);
	__u32 first = 0, last = 0, round;

	if (!flow || !e) {
		answer("error span: what?");
		return;
	}
	for (round = 1; round <= rounds; round++) {
		if (!(flow->where[round] & 1 << (e - ends)))
			continue;
		last = round;
		if (!first)
			first = round;
	}
	answer("ok %u %u", first, last);
}

static const struct {
	const char *name;
	int words;
	void (*run)(char **words);
} commands[] = {
	{ "end", 5, cmd_end },
	{ "drop", 2, cmd_drop },
	{ "type", 3, cmd_type },
	{ "flow", 5, cmd_flow },
	{ "where", 4, cmd_where },
	{ "span", 3, cmd_span },
};

/* Returns whether frames are sent from now on. */
static int command(char *line, int running)
{
	char *words[MAX_WORDS] = { 0 };
	int n = split(line, words, MAX_WORDS);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(commands); i++)
		if (n == commands[i].words &&
		    !strcmp(words[0], commands[i].name)) {
			commands[i].run(words);
			return running;
		}
	if (n == 1 && !strcmp(words[0], "start")) {
		start_afresh();
		send_round();
		answer("ok");
		return 1;
	}
	if (n == 1 && (!strcmp(words[0], "round") ||
		       !strcmp(words[0], "stop"))) {
		/* Commands that come fast leave no pause to send one in. */
		if (running)
			send_round();
		wait_for_all();
		answer("ok %u", rounds);
		return running && words[0][0] == 'r';
	}
	answer("error what?");
	return running;
}

int main(void)
{
	int running = 0;
	char line[4096];

	test_type = htons(ETHERTYPE_TEST);
	if (open_barrier())
		die("barrier");
	setvbuf(stdin, NULL, _IONBF, 0);
	for (;;) {
		while (running && !line_waits())
			send_round();
		if (!fgets(line, sizeof(line), stdin))
			break;
		running = command(line, running);
	}
	return 0;
}
