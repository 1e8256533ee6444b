// SPDX-License-Identifier: GPL-2.0
/*
 * churn - traffic on one CPU while another maps, unmaps, moves, attaches and
 * detaches
 *
 *   churn PREFIX SEED PHASES BATCHES
 *
 * It wants the namespaces PREFIXhost (in which it is started; with eth0, the
 * veths v0 to v2 and the taps v3 and v4), wire, v0, v1 and v2.
 *
 * v0 and v4 are stable: nobody touches them or their addresses. v1 comes and
 * goes, and with it what leads there; addresses are mapped, moved and unmapped
 * on v1, v2 and v3. One of them is only ever led from v2 to v3 and back. What
 * must be true of a frame whatever happens meanwhile is in judge(). Each phase
 * has a new vifmap device, so that the map grows from nothing each time.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "chance.h"
#include "model.h"
#include "model_ends.h"
#include "model_kernel.h"
#include "network.h"
#include "patience.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define VETHS		3
#define FRAMES		16		/* in a batch */
#define STABLE_VETH	(VIF0 + 0)
#define STABLE_TAP	(VIF0 + 4)
#define CHURNED		3		/* v1 to v3 */
#define MAX_MACS	1024
#define BULK		40
#define PATIENCE_MS	with_patience(20000)

/* Sets of ends */
#define STABLE_VIFS	(SET(STABLE_VETH) | SET(STABLE_TAP))
#define STABLE		(SET(WIRE) | SET(HOST) | STABLE_VIFS)
#define MOVED_VIFS	(SET(VIF0 + 2) | SET(VIF0 + 3))
#define CHURNED_VIFS	(SET(VIF0 + 1) | MOVED_VIFS)

/* Addresses; the kernel maps those of the veths by itself. */
#define MAC_HOST	0x020000000001ull
#define MAC_WIRE	0x020000000002ull
#define MAC_VIF0	0x020000000100ull
#define MAC_UNKNOWN	0x020000000e00ull
#define MAC_CHURNED	0x020000000c00ull	/* ... 8 of them */
#define MAC_MOVED	0x020000000d00ull
#define MAC_BULK	0x020000010000ull
#define MAC_GROUP	0x333300000a0bull

enum { N_HOST, N_WIRE, N_GUEST0, N_ALL = N_GUEST0 + VETHS };

uint64_t random_state;
static int netns[N_ALL], dev, vif_ifindex[VIFS];
static unsigned long frames_sent, churned_hits;

static void use_cpu(int cpu)
{
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(cpu, &cpus);
	if (sched_setaffinity(0, sizeof(cpus), &cpus))
		die("a CPU of its own");
}

static void must(int ret, const char *what)
{
	if (!ret)
		return;
	errno = -ret;
	die(what);
}

/* --- the one who churns -------------------------------------------------- */

static sig_atomic_t stopped;

static void stop(int signal)
{
	__atomic_store_n(&stopped, signal, __ATOMIC_RELAXED);
}

static int add_bulk(void)
{
	mac_t first = MAC_BULK + below(64) * BULK;
	int i, err = 0;

	for (i = 0; i < BULK && (!err || err == -EEXIST); i++)
		err = mac_new(vif_ifindex[1], first + i, chance(90));
	return err;
}

static int set_port(int vif)
{
	const struct options options = {
		.spoofcheck = chance(50),
		.isolated = chance(30),
		.trunk = chance(30),
		.learn = chance(50) ? below(6) : 0,
		.link_local = chance(20) ? 1 << 0xe : 0,
	};

	return port_set(vif, &options);
}

/* What is done to v1 as a whole */
static int churn_v1(void)
{
	bool active = chance(60);
	int v1 = vif_ifindex[1];

	switch (below(6)) {
	case 0:
		return link_set_master(v1, 0);
	case 1:
	case 2:
		return link_set_master(v1, dev);
	case 3:
		return mac_set(0, v1, 0, &active);
	case 4:
		return add_bulk();
	default:
		return chance(20) ? mac_del(0, v1, 0) : 0;
	}
}

static int churn_entry(int vif)
{
	mac_t mac = MAC_CHURNED + below(8);
	bool active = chance(60);

	switch (below(6)) {
	case 0:
	case 1:
		return mac_new(vif, mac, active);
	case 2:
		return mac_del(dev, 0, mac);
	case 3:
		return mac_set(0, vif, mac, &active);
	case 4:
		return fdb_add(dev, vif, mac, true);
	default:
		return mac_set(dev, vif, mac, chance(50) ? NULL : &active);
	}
}

static int move(void)
{
	int vif = vif_ifindex[2 + below(2)];

	return chance(50) ? mac_set(dev, vif, MAC_MOVED, NULL) :
	       fdb_add(dev, vif, MAC_MOVED, true);
}

static int churn_once(void)
{
	int vif = vif_ifindex[1 + below(CHURNED)];
	uint32_t learn = below(4);

	switch (below(8)) {
	case 0:
	case 1:
		return churn_v1();
	case 2:
	case 3:
		return move();
	case 4:
		return set_port(vif);
	case 5:
		return dev_set(dev, NULL, &learn, NULL);
	default:
		return churn_entry(vif);
	}
}

/* Refusals are part of it: others were quicker, or the vif is not attached. */
static bool is_refusal(int ret)
{
	return ret == -EEXIST || ret == -ENOENT || ret == -EOPNOTSUPP ||
	       ret == -ENODEV || ret == -ENOSPC;
}

/* Until it is told to stop; leaves the churned vifs detached. */
static void churn(uint64_t seed)
{
	unsigned long done = 0, refused = 0;
	int i, ret;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	use_cpu(0);
	random_state = seed;
	kernel_open(netns, N_ALL);
	while (!__atomic_load_n(&stopped, __ATOMIC_RELAXED)) {
		ret = churn_once();
		if (ret && !is_refusal(ret))
			must(ret, "churning");
		done++;
		refused += !!ret;
	}
	for (i = 1; i <= CHURNED; i++)
		must(link_set_master(vif_ifindex[i], 0), "detach");
	printf("# %lu changes meanwhile, %lu of them refused\n", done,
	       refused);
	fflush(stdout);
	_exit(0);
}

/* --- traffic ------------------------------------------------------------- */

static bool is_churned_vif(int end)
{
	return SET(end) & CHURNED_VIFS;
}

static mac_t own_mac(int end)
{
	return end == WIRE ? MAC_WIRE : end == HOST ? MAC_HOST :
	       MAC_VIF0 + (end - VIF0);
}

static void random_frame(struct frame *f)
{
	static const mac_t others[] = {
		MAC_HOST, MAC_VIF0, MAC_VIF0 + 4, MAC_MOVED, MAC_UNKNOWN,
		BROADCAST, MAC_GROUP,
	};

	f->from = below(ENDS);
	f->src = own_mac(f->from);
	if (is_churned_vif(f->from) && chance(70))
		f->src = MAC_CHURNED + below(8);
	f->dst = chance(30) ? MAC_CHURNED + below(8) :
		 others[below(ARRAY_SIZE(others))];
	f->vlan = 0;
}

/* At one end of these, and at no other */
static bool just_one_of(unsigned int got, unsigned int ends)
{
	return !(got & ~ends) && __builtin_popcount(got) == 1;
}

static bool none_or_one_of(unsigned int got, unsigned int ends)
{
	return !got || just_one_of(got, ends);
}

static int stable_end_of(mac_t mac)
{
	return mac == MAC_HOST ? HOST : mac == MAC_VIF0 ? STABLE_VETH :
	       mac == MAC_VIF0 + 4 ? STABLE_TAP : NOBODY;
}

/* Whether a frame may have arrived where it did, whatever happened meanwhile */
static bool judge(const struct frame *f, unsigned int got)
{
	unsigned int others = STABLE & ~SET(f->from);
	int to = stable_end_of(f->dst);

	/* Nobody hears himself. */
	if (got & SET(f->from))
		return false;
	/* All stable ends hear a broadcast, or, of a churned vif, none. */
	if (is_group(f->dst) && is_churned_vif(f->from))
		return !got || (got & STABLE) == STABLE;
	if (is_group(f->dst))
		return (got & STABLE) == others;
	/* The host's stack sends to its own address by the wire. */
	if (f->from == HOST && to == HOST)
		return got == SET(WIRE);
	/* A stable vif for itself: dropped */
	if (to == f->from)
		return !got;
	/* A stable address is always there; a churned sender may be refused. */
	if (to != NOBODY && is_churned_vif(f->from))
		return none_or_one_of(got, SET(to));
	if (to != NOBODY)
		return got == SET(to);
	/* No vif has it: the wire, where it did not come from there. */
	if (f->dst == MAC_UNKNOWN && is_churned_vif(f->from))
		return none_or_one_of(got, SET(WIRE));
	if (f->dst == MAC_UNKNOWN)
		return got == (f->from == WIRE ? 0 : SET(WIRE));
	/* The address that is only moved: the old place or the new one */
	if (f->dst == MAC_MOVED && is_churned_vif(f->from))
		return none_or_one_of(got, MOVED_VIFS);
	if (f->dst == MAC_MOVED)
		return just_one_of(got, MOVED_VIFS);
	/* A churned address: the old place or the new one, or the wire */
	if (f->from == WIRE)
		return none_or_one_of(got, CHURNED_VIFS);
	if (is_churned_vif(f->from))
		return none_or_one_of(got, CHURNED_VIFS | SET(WIRE));
	return just_one_of(got, CHURNED_VIFS | SET(WIRE));
}

static bool check(const struct sent *s)
{
	const struct frame *f = &s->frame;
	int end;

	frames_sent++;
	churned_hits += !!(s->got & CHURNED_VIFS) && !is_group(f->dst);
	if (judge(f, s->got) && !s->wrong)
		return true;
	printf("# from end %d, %s > %s, arrived at ends", f->from,
	       mac_text(f->src), mac_text(f->dst));
	for (end = 0; end < ENDS; end++)
		if (s->got & SET(end))
			printf(" %d", end);
	printf("%s%s (0 wire, 1 host, 2 v0, ...)\n", s->wrong ? ": " : "",
	       s->wrong ?: "");
	return false;
}

/* Returns how many frames went where they must not have gone. */
static int traffic(int batches)
{
	struct sent *sent;
	struct frame f;
	int i, n, bad = 0;

	while (batches-- && bad < 10) {
		for (i = 0; i < FRAMES; i++) {
			random_frame(&f);
			end_send(&f);
		}
		sent = ends_collect(&n);
		for (i = 0; i < n; i++)
			bad += !check(&sent[i]);
	}
	return bad;
}

/* --- phases -------------------------------------------------------------- */

static void start_phase(void)
{
	int i;

	must(link_add_vifmap("vifmap0", link_ifindex("eth0"), MAX_MACS, 0,
			     true), "vifmap0");
	dev = link_ifindex("vifmap0");
	must(link_set_up(dev, true), "vifmap0 up");
	for (i = 0; i < VIFS; i++)
		must(link_set_master(vif_ifindex[i], dev), "attach");
	must(mac_new(vif_ifindex[4], MAC_VIF0 + 4, true), "map");
	must(mac_new(vif_ifindex[2], MAC_MOVED, true), "map");
}

static void expect_vif(struct state *s, const char *name)
{
	const struct port_state port = {
		.name = name, .dev = "vifmap0", .up = true, .macs = 1,
		.options.spoofcheck = true,
	};

	state_add_port(s, &port);
}

static void leave_out(struct state *s, const char *lines)
{
	int i, n = 0;

	for (i = 0; i < s->n; i++)
		if (strncmp(s->line[i], lines, strlen(lines)))
			memmove(s->line[n++], s->line[i], MAX_LINE);
	s->n = n;
}

/* Nothing is left but what is stable, and every frame is accounted for. */
static bool check_end(void)
{
	static const struct mac_state macs[] = {
		{ MAC_HOST, "vifmap0", "", true, VIFMAP_ORIGIN_HOST },
		{ MAC_VIF0, "vifmap0", "v0", true, VIFMAP_ORIGIN_PEER },
		{ MAC_VIF0 + 4, "vifmap0", "v4", true, VIFMAP_ORIGIN_USER },
	};
	static struct state got, want;
	unsigned int i;

	want.n = 0;
	want.n_counters = 0;
	expect_vif(&want, "v0");
	expect_vif(&want, "v4");
	for (i = 0; i < ARRAY_SIZE(macs); i++)
		state_add_mac(&want, &macs[i]);
	leave_out(&want, "counters ");
	state_sort(&want);

	state_dump(&got);
	leave_out(&got, "counters ");
	leave_out(&got, "device ");
	return state_equal(&got, &want) & state_sums_hold(&got);
}

static bool phase(uint64_t seed, int batches)
{
	int status, bad;
	pid_t child;

	start_phase();
	fflush(stdout);
	signal(SIGTERM, stop);
	child = fork();
	if (child < 0)
		die("fork");
	if (!child)
		churn(seed);
	signal(SIGTERM, SIG_DFL);
	bad = traffic(batches);
	kill(child, SIGTERM);
	if (waitpid(child, &status, 0) != child)
		die("waiting for the churner");
	if (status) {
		printf("# the churner failed\n");
		return false;
	}
	if (bad || !check_end())
		return false;
	must(link_delete(dev), "delete vifmap0");
	return true;
}

static void open_all_netns(const char *prefix)
{
	static const char *const names[] = {
		"host", "wire", "v0", "v1", "v2",
	};
	int i;

	for (i = 0; i < N_ALL; i++) {
		netns[i] = open_netns(prefix, names[i]);
		if (netns[i] < 0)
			die(names[i]);
	}
}

static void open_link(int end, int n, const char *name)
{
	links_of(n);
	end_open_link(end, netns[n], link_ifindex(name));
	links_of(N_HOST);
}

/* Until then the kernel drops what is sent there. */
static void wait_until_settled(int ifindex)
{
	long long deadline = now_ms() + PATIENCE_MS;
	const struct timespec pause = { .tv_nsec = 1000000 };

	while (!link_is_settled(ifindex, true, false)) {
		if (now_ms() > deadline)
			must(-ETIMEDOUT, "the devices' state");
		nanosleep(&pause, NULL);
	}
}

static void set_up(const char *prefix)
{
	char name[] = "v0";
	int i;

	open_all_netns(prefix);
	kernel_open(netns, N_ALL);
	use_cpu(1);
	ends_open();
	open_link(WIRE, N_WIRE, "wire0");
	end_open_stack(netns[N_HOST], link_ifindex("eth0"));
	for (i = 0; i < VIFS; i++) {
		name[1] = '0' + i;
		vif_ifindex[i] = link_ifindex(name);
		if (i < VETHS)
			open_link(VIF0 + i, N_GUEST0 + i, "eth0");
		else
			end_open_tap(VIF0 + i, name);
		wait_until_settled(vif_ifindex[i]);
	}
	wait_until_settled(link_ifindex("eth0"));
}

int main(int argc, char **argv)
{
	int phases, batches, i;
	uint64_t seed;

	if (argc != 5) {
		fprintf(stderr, "usage: churn PREFIX SEED PHASES BATCHES\n");
		return 2;
	}
	seed = strtoull(argv[2], NULL, 0);
	phases = atoi(argv[3]);
	batches = atoi(argv[4]);
	set_up(argv[1]);
	random_state = seed;
	for (i = 0; i < phases; i++)
		if (!phase(seed + i + 1, batches))
			return 1;
	printf("# %lu frames, %lu of them for a churned address here\n",
	       frames_sent, churned_hits);
	return 0;
}
