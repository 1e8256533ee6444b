// SPDX-License-Identifier: GPL-2.0
/*
 * frames - send Ethernet frames from some ends of a test network, and say
 * exactly which of them arrived at which ends
 *
 * Reads commands from standard input, a line each, and answers each with one
 * line: "ok ..." or "error ...".
 *
 *   end NAME NETNS DEVICE link|stack|tap [vnet_hdr] [vlan=ID]
 *	NAME is a place where frames are sent and received. NETNS is a name
 *	below /run/netns, or - for the one that this program started in.
 *	link:  a station's NIC, everything that arrives there
 *	stack: what the network stack gets to see on that device, after VLAN
 *	       devices and rx_handlers have taken theirs, other stations'
 *	       frames not counted
 *	tap:   the guest's side of a tap (vnet_hdr: with that header), where
 *	       shorter frames are padded to 60 bytes
 *	vlan:  the device is a VLAN device: a frame has the tag at every end
 *	       but this
 *   drop NAME
 *	Closes it; a tap loses its carrier.
 *   mac NAME ADDR
 *	Names an address. An end is named with its device's own at first.
 *   send NAME DST [src=S] [count=N] [vlan=ID] [outer=ID] [type=HEX] [len=L]
 *	DST and S are addresses or their names; S is the end's own unless
 *	given. outer is an 802.1ad tag before vlan. L counts everything but the
 *	FCS, 60 at least unless it is given.
 *   expect [NAME[:N]]...
 *	Whether the frames sent since the last expect or count have arrived at
 *	each end named (all of them, or N), once each, in order, unaltered, and
 *	none of them at any other end.
 *   count
 *	How many of them arrived at each end: "ok NAME=N ...".
 *
 * How it knows that nothing more is coming is said in barrier.h. Some rounds of
 * that are more hops than there are.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "frames.h"

#define HOPS		12	/* more than there are on any way */

struct end ends[MAX_ENDS];
int n_ends;

static struct end *find_end(const char *name)
{
	int i;

	for (i = 0; i < n_ends; i++)
		if (!strcmp(ends[i].name, name))
			return &ends[i];
	return NULL;
}

static void cmd_end(char **words, int n)
{
	static const char *const kinds[] = { "link", "stack", "tap" };
	struct end *e = &ends[n_ends];
	unsigned int i;

	if (n < 5 || n_ends == MAX_ENDS || find_end(words[1])) {
		answer("error no such end is possible");
		return;
	}
	memset(e, 0, sizeof(*e));
	snprintf(e->name, sizeof(e->name), "%s", words[1]);
	for (i = 0; i < ARRAY_SIZE(kinds); i++)
		if (!strcmp(words[4], kinds[i]))
			break;
	if (i == ARRAY_SIZE(kinds)) {
		answer("error no kind %s", words[4]);
		return;
	}
	e->kind = i;
	e->vlan = -1;
	for (i = 5; i < (unsigned int)n; i++) {
		if (!strcmp(words[i], "vnet_hdr"))
			e->vnet_hdr = VNET_HDR_LEN;
		else if (!strncmp(words[i], "vlan=", 5))
			e->vlan = atoi(words[i] + 5);
	}
	if (open_end(e, words[2], words[3])) {
		answer("error end %s: %s", words[1], strerror(errno));
		return;
	}
	if (!find_mac(e->name))
		name_mac(e->name, e->addr);
	n_ends++;
	answer("ok");
}

static void cmd_drop(char **words, int n)
{
	struct end *e = n > 1 ? find_end(words[1]) : NULL;

	if (!e) {
		answer("error no such end");
		return;
	}
	close_end(e);
	*e = ends[--n_ends];
	answer("ok");
}

static void cmd_mac(char **words, int n)
{
	__u8 addr[ETH_ALEN];

	if (n == 3 && get_addr(words[2], addr) && name_mac(words[1], addr))
		answer("ok");
	else
		answer("error mac NAME ADDR");
}

static int parse_option(struct batch *b, const char *word)
{
	const char *value = strchr(word, '=');

	if (!value++)
		return 0;
	if (!strncmp(word, "src=", 4))
		return get_addr(value, b->src);
	if (!strncmp(word, "count=", 6))
		b->count = atoi(value);
	else if (!strncmp(word, "vlan=", 5))
		b->vlan = atoi(value);
	else if (!strncmp(word, "outer=", 6))
		b->outer = atoi(value);
	else if (!strncmp(word, "type=", 5))
		b->type = strtol(value, NULL, 16);
	else if (!strncmp(word, "len=", 4))
		b->len = atoi(value);
	else
		return 0;
	return 1;
}

static int parse_batch(struct batch *b, struct end *e, char **words, int n)
{
	int i;

	*b = (struct batch){
		.outer = -1, .vlan = e->vlan, .type = ETHERTYPE_TEST,
		.count = 1, .first = next_id,
	};
	memcpy(b->src, find_mac(e->name), ETH_ALEN);
	if (!get_addr(words[2], b->dst))
		return 0;
	for (i = 3; i < n; i++)
		if (!parse_option(b, words[i]))
			return 0;
	if (!b->len)
		b->len = ETH_ZLEN + 4 * ((b->vlan >= 0) + (b->outer >= 0));
	return b->len >= ETH_HLEN && b->len <= MAX_FRAME;
}

/* What the kernel itself drops on the way out is sent, and did not arrive. */
static void cmd_send(char **words, int n)
{
	static __u8 frame[MAX_FRAME + 64];
	struct end *e = n > 2 ? find_end(words[1]) : NULL;
	const struct batch *b = NULL;
	struct batch parsed;
	__u32 i;
	int len;

	if (e && parse_batch(&parsed, e, words, n))
		b = add_batch(&parsed);
	if (!b) {
		answer("error send: what?");
		return;
	}
	for (i = 0; i < b->count; i++) {
		len = build(b, b->first + i, e, frame);
		/* Ids stay unique, whatever becomes of the frame. */
		next_id = b->first + i + 1;
		if (send_frame(e, frame, len) < 0 && errno != ENOBUFS) {
			answer("error send %s: %s", words[1], strerror(errno));
			return;
		}
		if (i % 32 == 31)
			drain();
	}
	answer("ok %u", b->count);
}

/* Wanted of each end, -1 for a word that makes no sense */
static int parse_wants(char **words, int n, __u32 *want)
{
	struct end *e;
	char *colon;
	int i;

	memset(want, 0, MAX_ENDS * sizeof(*want));
	for (i = 1; i < n; i++) {
		colon = strchr(words[i], ':');
		if (colon)
			*colon++ = 0;
		e = find_end(words[i]);
		if (!e)
			return -1;
		want[e - ends] = colon ? (__u32)atoi(colon) :
					 next_id - first_id;
	}
	return 0;
}

static void wait_for_all(void)
{
	if (pass_barrier(HOPS, drain))
		die("barrier");
}

static void wait_readable(int ms)
{
	struct pollfd pfds[MAX_ENDS];
	int i;

	for (i = 0; i < n_ends; i++)
		pfds[i] = (struct pollfd){ ends[i].rx, POLLIN, 0 };
	poll(pfds, n_ends, ms);
}

static void start_afresh(void)
{
	struct end *e;

	for (e = ends; e < ends + n_ends; e++) {
		e->got = 0;
		e->next = 0;
		e->wrong[0] = 0;
	}
	forget_batches();
}

static int short_of(const __u32 *want)
{
	int i;

	for (i = 0; i < n_ends; i++)
		if (ends[i].got < want[i])
			return 1;
	return 0;
}

static void cmd_expect(char **words, int n)
{
	long long deadline = now_ms() + PATIENCE_MS;
	char text[4096] = "";
	__u32 want[MAX_ENDS];
	int at = 0, i;

	if (parse_wants(words, n, want)) {
		answer("error expect: no such end");
		return;
	}
	wait_for_all();
	while (short_of(want) && now_ms() < deadline) {
		wait_readable(PATIENCE_MS / 10);
		wait_for_all();
	}
	for (i = 0; i < n_ends; i++) {
		check_overflow(&ends[i]);
		if (ends[i].got != want[i])
			at += snprintf(text + at, sizeof(text) - at,
				       " %s got %u instead of %u;",
				       ends[i].name, ends[i].got, want[i]);
		if (ends[i].wrong[0])
			at += snprintf(text + at, sizeof(text) - at,
				       " %s got %s;", ends[i].name,
				       ends[i].wrong);
	}
	start_afresh();
	answer(at ? "error%s" : "ok%s", text);
}

static void cmd_count(void)
{
	int i;

	wait_for_all();
	printf("ok");
	for (i = 0; i < n_ends; i++) {
		printf(" %s=%u", ends[i].name, ends[i].got);
		check_overflow(&ends[i]);
		if (ends[i].wrong[0])
			printf(" (%s got %s)", ends[i].name, ends[i].wrong);
	}
	start_afresh();
	answer(" ");
}

static void command(char *line)
{
	char *words[64];
	int n = split(line, words, ARRAY_SIZE(words));

	if (!n)
		answer("error an empty line");
	else if (!strcmp(words[0], "end"))
		cmd_end(words, n);
	else if (!strcmp(words[0], "drop"))
		cmd_drop(words, n);
	else if (!strcmp(words[0], "mac"))
		cmd_mac(words, n);
	else if (!strcmp(words[0], "send"))
		cmd_send(words, n);
	else if (!strcmp(words[0], "expect"))
		cmd_expect(words, n);
	else if (!strcmp(words[0], "count"))
		cmd_count();
	else
		answer("error what is %s", words[0]);
}

int main(void)
{
	char line[4096];

	if (open_barrier())
		die("barrier");
	while (fgets(line, sizeof(line), stdin))
		command(line);
	return 0;
}
