// SPDX-License-Identifier: GPL-2.0
/* model_changes.c - operations on devices: up, down, renamed, moved, gone */
#include <string.h>

#include "chance.h"
#include "model_ends.h"
#include "model_kernel.h"
#include "model_test.h"

static int vlan;			/* an ifindex */

/* Things go up more often than down, so that traffic goes on. */
static bool wants_to_be(bool up)
{
	return up ? chance(50) : true;
}

bool op_vif_up(int i)
{
	struct vif *v = &model.vifs[i];

	if (v->place != HERE || !wants_to_be(v->up))
		return false;
	set_vif_up(i, !v->up);
	remember("%lu: %s %s", operation, v->name, v->up ? "up" : "down");
	return true;
}

/* The other end of a veth goes up or down; a tap is opened or closed. */
bool op_guest_up(int i)
{
	struct vif *v = &model.vifs[i];

	if (v->place != HERE || !wants_to_be(v->other_up))
		return false;
	v->other_up = !v->other_up;
	remember("%lu: guest of %s %s", operation, v->name,
		 v->other_up ? "up" : "down");
	if (v->veth) {
		links_of(N_GUEST0 + i);
		must(link_set_up(guest_ifindex[i], v->other_up), "guest");
		links_of(N_HOST);
	} else if (v->other_up) {
		end_open_tap(VIF0 + i, v->name);
	} else {
		end_close(VIF0 + i);
	}
	return true;
}

bool op_dev_up(int i)
{
	(void)i;
	if (!model.exists || !wants_to_be(model.up))
		return false;
	model.up = !model.up;
	answered(link_set_up(dev, model.up), 0, "vifmap device %s",
		 model.up ? "up" : "down");
	return true;
}

bool op_pdev_up(int i)
{
	(void)i;
	if (!wants_to_be(model.pdev_up))
		return false;
	model.pdev_up = !model.pdev_up;
	answered(link_set_up(eth0, model.pdev_up), 0, "eth0 %s",
		 model.pdev_up ? "up" : "down");
	return true;
}

bool op_wire_up(int i)
{
	(void)i;
	if (!wants_to_be(model.wire_up))
		return false;
	model.wire_up = !model.wire_up;
	remember("%lu: the wire %s", operation, model.wire_up ? "up" : "down");
	links_of(N_WIRE);
	must(link_set_up(wire0, model.wire_up), "wire0");
	links_of(N_HOST);
	return true;
}

/* A device that is up cannot be renamed everywhere. */
static void rename_device(void)
{
	dev_name[strlen(dev_name) - 1] ^= 1;
	must(link_set_up(dev, false), "down");
	must(link_set_name(dev, dev_name), "rename");
	must(link_set_up(dev, model.up), "up");
	remember("%lu: rename to %s", operation, dev_name);
}

static void rename_vif(int i)
{
	struct vif *v = &model.vifs[i];
	bool up = v->up;

	v->name[0] = v->name[0] == 'v' ? 'w' : 'v';
	set_vif_up(i, false);
	must(link_set_name(vif_ifindex[i], v->name), "rename");
	set_vif_up(i, up);
	remember("%lu: rename to %s", operation, v->name);
}

bool op_rename(int i)
{
	bool device = chance(15);

	if (device ? !model.exists : model.vifs[i].place != HERE)
		return false;
	if (device)
		rename_device();
	else
		rename_vif(i);
	return true;
}

static bool vif_comes_back(int i)
{
	struct vif *v = &model.vifs[i];

	links_of(N_AWAY);
	must(link_set_netns(vif_ifindex[i], netns[N_HOST]), "back");
	links_of(N_HOST);
	v->place = HERE;
	vif_ifindex[i] = link_ifindex(v->name);
	set_vif_up(i, true);
	remember("%lu: %s comes back", operation, v->name);
	return true;
}

bool op_vif_move(int i)
{
	struct vif *v = &model.vifs[i];

	if (v->place == AWAY)
		return vif_comes_back(i);
	if (v->place != HERE)
		return false;
	model_detach(&model, i);
	v->place = AWAY;
	v->up = false;
	answered(link_set_netns(vif_ifindex[i], netns[N_AWAY]), 0,
		 "%s moves to another namespace", v->name);
	links_of(N_AWAY);
	vif_ifindex[i] = link_ifindex(v->name);
	links_of(N_HOST);
	return true;
}

bool op_vif_delete(int i)
{
	struct vif *v = &model.vifs[i];

	if (v->place == GONE) {
		remember("%lu: vif %d is created", operation, i);
		create_vif(i);
		return true;
	}
	if (v->place != HERE)
		return false;
	model_detach(&model, i);
	answered(link_delete(vif_ifindex[i]), 0, "delete %s", v->name);
	end_close(VIF0 + i);
	v->place = GONE;
	v->up = false;
	return true;
}

static mac_t host_mac(void)
{
	return chance(50) ? pool[below(HOST_MACS)] : some_mac(NOBODY);
}

bool op_pdev_mac(int i)
{
	mac_t mac = host_mac();

	(void)i;
	answered(link_set_mac(eth0, mac), model_pdev_mac(&model, mac),
		 "eth0 gets %s", mac_text(mac));
	return true;
}

bool op_vlan(int i)
{
	mac_t mac = host_mac();
	int want;

	(void)i;
	if (model.vlan) {
		model.vlan = false;
		answered(link_delete(vlan), 0, "delete eth0.5");
		end_set_stack(eth0, 0);
		return true;
	}
	if (!model.pdev_up)
		return false;
	want = model_vlan_add(&model, mac);
	answered(link_add_vlan("eth0.5", eth0, HOST_VLAN, mac), want,
		 "add eth0.5 with %s", mac_text(mac));
	if (want)
		return true;
	vlan = link_ifindex("eth0.5");
	must(link_set_up(vlan, true), "eth0.5 up");
	end_set_stack(eth0, vlan);
	return true;
}

/* A veth's peer changes its address, which is not followed. */
bool op_guest_mac(int i)
{
	struct vif *v = &model.vifs[i];
	mac_t mac = any_mac();

	if (!v->veth || v->place == GONE)
		return false;
	v->peer = mac;
	links_of(N_GUEST0 + i);
	must(link_set_mac(guest_ifindex[i], mac), "guest's address");
	links_of(N_HOST);
	remember("%lu: the guest of %s gets %s", operation, v->name,
		 mac_text(mac));
	return true;
}

/* Takes the vifmap device with it. */
bool op_pdev_move(int i)
{
	(void)i;
	if (model.vlan)
		return false;
	model_delete(&model);
	answered(link_set_netns(eth0, netns[N_AWAY]), 0,
		 "eth0 moves to another namespace and back");
	links_of(N_AWAY);
	must(link_set_netns(link_ifindex("eth0"), netns[N_HOST]), "back");
	links_of(N_HOST);
	pdev_is_there();
	return true;
}
