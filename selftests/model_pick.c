// SPDX-License-Identifier: GPL-2.0
/* model_pick.c - what operations and frames are about */
#include "chance.h"
#include "model_test.h"

/* Addresses that collide often; the veths' own are among them. */
const mac_t pool[] = {
	0x020000000001, 0x020000000011, 0x020000000021, 0x020000000002,
	0x020000000100, 0x020000000101, 0x020000000102,
	0x020000000a01, 0x020000000a02, 0x020000000a03, 0x020000000a04,
	0x020000000a05, 0x020000000a06, 0x020000000a07, 0x020000000a08,
};

struct focus focus;

mac_t any_mac(void)
{
	return pool[below(ARRAY_SIZE(pool))];
}

void choose_focus(void)
{
	const struct entry *e;

	focus.mac = any_mac();
	focus.vif = below(VIFS);
	if (!model.n_entries || chance(10))
		return;
	e = &model.entries[below(model.n_entries)];
	focus.mac = e->mac;
	focus.vif = e->vif;
}

mac_t mapped_mac(int vif)
{
	const struct entry *e;
	int i, from;

	if (vif == NOBODY && chance(40))
		return focus.mac;
	if (!model.n_entries)
		return any_mac();
	from = below(model.n_entries);
	for (i = 0; i < model.n_entries; i++) {
		e = &model.entries[(from + i) % model.n_entries];
		if (vif == NOBODY || e->vif == vif)
			return e->mac;
	}
	return any_mac();
}

mac_t some_mac(int vif)
{
	return chance(50) ? mapped_mac(chance(70) ? vif : NOBODY) : any_mac();
}

int any_vif(void)
{
	int i = below(VIFS);

	return model.vifs[i].attached || chance(40) ? i : below(VIFS);
}
