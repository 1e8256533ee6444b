// SPDX-License-Identifier: GPL-2.0
/* model_state.c - what the kernel says of it all */
#include <stdio.h>

#include "model_kernel.h"
#include "model_test.h"

static int attached(void)
{
	int i, n = 0;

	for (i = 0; i < VIFS; i++)
		n += model.vifs[i].attached;
	return n;
}

static void expect_vif(struct state *s, int i)
{
	const struct vif *v = &model.vifs[i];
	const struct port_state port = {
		.name = v->name,
		.dev = dev_name,
		.up = v->up && v->other_up,
		.macs = model_macs(&model, i),
		.options = v->options,
		.spoofed = v->spoofed,
		.count = v->count,
	};

	if (v->attached)
		state_add_port(s, &port);
}

static void expect_mac(struct state *s, mac_t mac, const char *vif,
		       bool active, int origin)
{
	const struct mac_state state = { mac, dev_name, vif, active, origin };

	state_add_mac(s, &state);
}

static void expected_state(struct state *s)
{
	const struct dev_state d = {
		.name = dev_name,
		.pdev = "eth0",
		.up = model.up,
		.host = model.host,
		.max_macs = model.max_macs,
		.macs = model.n_entries,
		.ports = attached(),
		.learn = model.learn,
		.wire = model.wire_count,
		.host_count = model.host_count,
	};
	int i;

	s->n = 0;
	s->n_counters = 0;
	if (!model.exists)
		return;
	state_add_dev(s, &d);
	for (i = 0; i < VIFS; i++)
		expect_vif(s, i);
	for (i = 0; i < model.n_entries; i++)
		expect_mac(s, model.entries[i].mac,
			   model.vifs[model.entries[i].vif].name,
			   model.entries[i].active, model.entries[i].origin);
	expect_mac(s, model.pdev_mac, "", true, VIFMAP_ORIGIN_HOST);
	if (model.vlan && model.vlan_mac != model.pdev_mac)
		expect_mac(s, model.vlan_mac, "", true, VIFMAP_ORIGIN_HOST);
	state_sort(s);
}

void check_state(void)
{
	static struct state got, want;

	events_read();
	state_dump(&got);
	expected_state(&want);
	if (state_equal(&got, &want) && state_sums_hold(&got))
		return;
	printf("# operation %lu: the state is not the model's\n", operation);
	fail();
}
