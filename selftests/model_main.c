// SPDX-License-Identifier: GPL-2.0
/*
 * model - apply random operations to vifmap and to a plain model of it, and
 * compare the two after each
 *
 *   model PREFIX SEED OPERATIONS
 *
 * It wants the namespaces PREFIXhost (in which it is started; with eth0), wire
 * (with wire0, the other end of eth0), away, v0, v1 and v2, and makes
 * everything else.
 *
 * An operation is one request, or one thing that happens to a device. The
 * kernel's answer to it must be the model's. Then some frames are sent from
 * random ends; each must arrive exactly where the model says, once and
 * unaltered. Then all devices, vifs, entries and counters must be the model's.
 */
#include <stdio.h>
#include <stdlib.h>

#include "chance.h"
#include "model_ends.h"
#include "model_kernel.h"
#include "model_test.h"
#include "network.h"

#define FRAMES		6		/* after each operation */

uint64_t random_state;
int netns[N_ALL];
struct model model;
int eth0, wire0, dev;
char dev_name[16] = "vifmap0";
unsigned long operation;

/* --- the next operation -------------------------------------------------- */

/* Without it, most of the time something would be down or missing. */
static bool op_repair(int i)
{
	const struct vif *v = &model.vifs[i];

	if (!model.exists)
		return op_create(i);
	if (!model.wire_up)
		return op_wire_up(i);
	if (!model.pdev_up)
		return op_pdev_up(i);
	if (!model.up)
		return op_dev_up(i);
	if (v->place == AWAY)
		return op_vif_move(i);
	if (v->place == GONE)
		return op_vif_delete(i);
	if (!v->up)
		return op_vif_up(i);
	if (!v->other_up)
		return op_guest_up(i);
	return !v->attached && op_attach(i);
}

static const struct {
	bool (*apply)(int vif);
	int weight;
	bool links;		/* devices go up or down */
} operations[] = {
	{ op_create,		20, false },
	{ op_delete,		1, false },
	{ op_attach,		24, false },
	{ op_detach,		5, false },
	{ op_mac_new,		26, false },
	{ op_mac_del,		10, false },
	{ op_mac_set,		12, false },
	{ op_mac_move,		12, false },
	{ op_mac_set_all,	4, false },
	{ op_mac_flush,		4, false },
	{ op_fdb_add,		5, false },
	{ op_fdb_del,		2, false },
	{ op_port_set,		20, false },
	{ op_dev_set,		6, false },
	{ op_vif_up,		6, true },
	{ op_guest_up,		5, true },
	{ op_dev_up,		4, false },
	{ op_pdev_up,		3, true },
	{ op_wire_up,		2, true },
	{ op_rename,		2, true },
	{ op_vif_move,		5, true },
	{ op_vif_delete,	4, true },
	{ op_pdev_mac,		7, false },
	{ op_vlan,		4, false },
	{ op_guest_mac,		3, false },
	{ op_pdev_move,		1, true },
	{ op_repair,		50, true },
	{ op_tool,		2, false },
};

static bool random_operation(void)
{
	int sum = 0, i, n;

	for (i = 0; i < (int)ARRAY_SIZE(operations); i++)
		sum += operations[i].weight;
	n = below(sum);
	for (i = 0; n >= operations[i].weight; i++)
		n -= operations[i].weight;
	if (!operations[i].apply(any_vif()))
		return false;
	if (operations[i].links)
		settle();
	return true;
}

/* --- the whole ----------------------------------------------------------- */

static void open_all_netns(const char *prefix)
{
	static const char *const names[] = {
		"host", "wire", "away", "v0", "v1", "v2",
	};
	int i;

	for (i = 0; i < N_ALL; i++) {
		netns[i] = open_netns(prefix, names[i]);
		if (netns[i] < 0)
			die(names[i]);
	}
}

static void set_up(const char *prefix)
{
	int i;

	open_all_netns(prefix);
	kernel_open(netns, N_ALL);
	ends_open();
	links_of(N_WIRE);
	wire0 = link_ifindex("wire0");
	links_of(N_HOST);
	end_open_link(WIRE, netns[N_WIRE], wire0);
	model.wire_up = true;
	end_open_stack(netns[N_HOST], 0);
	pdev_is_there();
	model.pdev_mac = pool[0];
	for (i = 0; i < VIFS; i++)
		create_vif(i);
	op_create(0);
	for (i = 0; i < VIFS; i++)
		op_attach(i);
}

/* What has been seen often, and what hardly ever */
static void print_totals(void)
{
	static const struct {
		const char *name;
		int what;
	} totals[] = {
		{ "delivered", VIFMAP_A_STATS_DELIVERED },
		{ "host", VIFMAP_A_STATS_HOST },
		{ "wire", VIFMAP_A_STATS_WIRE },
		{ "unknown", VIFMAP_A_STATS_UNKNOWN },
		{ "reflected", VIFMAP_A_STATS_REFLECTED },
		{ "bad-source", VIFMAP_A_STATS_DROP_BAD_SOURCE },
		{ "spoofed", VIFMAP_A_STATS_DROP_SPOOFED },
		{ "vlan", VIFMAP_A_STATS_DROP_VLAN },
		{ "hairpin", VIFMAP_A_STATS_DROP_HAIRPIN },
		{ "isolated", VIFMAP_A_STATS_DROP_ISOLATED },
		{ "link-local", VIFMAP_A_STATS_DROP_LINK_LOCAL },
		{ "host-off", VIFMAP_A_STATS_DROP_HOST_OFF },
		{ "down", VIFMAP_A_STATS_DROP_DOWN },
		{ "vif-down", VIFMAP_A_STATS_DROP_VIF_DOWN },
		{ "pdev-down", VIFMAP_A_STATS_DROP_PDEV_DOWN },
	};
	unsigned int i;

	printf("#");
	for (i = 0; i < ARRAY_SIZE(totals); i++)
		printf(" %s %llu", totals[i].name, (unsigned long long)
		       model.total.n[totals[i].what]);
	printf("\n");
}

int main(int argc, char **argv)
{
	unsigned long operations;

	if (argc != 4) {
		fprintf(stderr, "usage: model PREFIX SEED OPERATIONS\n");
		return 2;
	}
	random_state = strtoull(argv[2], NULL, 0);
	operations = strtoul(argv[3], NULL, 0);
	set_up(argv[1]);
	settle();
	check_state();
	while (operation < operations) {
		operation++;
		if (chance(40))
			choose_focus();
		while (!random_operation())
			;
		traffic(FRAMES);
		check_state();
	}
	printf("# %lu operations (%lu refused, %lu by commands), %lu frames\n",
	       operation, refusals, tool_calls, frames_sent);
	print_totals();
	return 0;
}
