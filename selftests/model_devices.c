// SPDX-License-Identifier: GPL-2.0
/* model_devices.c - devices come and settle */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "model_ends.h"
#include "model_kernel.h"
#include "model_test.h"
#include "patience.h"

#define PATIENCE_MS	with_patience(20000)

int vif_ifindex[VIFS], guest_ifindex[VETHS];
static bool restarted[VIFS];			/* set up just now */

static bool settled(int n, int ifindex, bool carrier)
{
	bool ret;

	links_of(n);
	ret = link_is_settled(ifindex, carrier, false);
	links_of(N_HOST);
	return ret;
}

static bool pair_is_settled(int n, int ifindex, bool up, int n2, int ifindex2,
			    bool up2)
{
	return (!up || settled(n, ifindex, up2)) &&
	       (!up2 || settled(n2, ifindex2, up));
}

/* The kernel is in no hurry to notice that a tap was closed, and need not be
 * waited for as long as the device stays up.
 */
static bool tap_is_settled(int i)
{
	const struct vif *v = &model.vifs[i];

	if (v->place != HERE || !v->up || (!v->other_up && !restarted[i]))
		return true;
	return link_is_settled(vif_ifindex[i], v->other_up, true);
}

static bool all_settled(void)
{
	int i;

	if (!pair_is_settled(N_HOST, eth0, model.pdev_up, N_WIRE, wire0,
			     model.wire_up))
		return false;
	for (i = 0; i < VIFS; i++) {
		const struct vif *v = &model.vifs[i];

		if (!v->veth && !tap_is_settled(i))
			return false;
		if (v->veth && v->place != GONE &&
		    !pair_is_settled(N_HOST, vif_ifindex[i], v->up,
				     N_GUEST0 + i, guest_ifindex[i],
				     v->other_up))
			return false;
	}
	return true;
}

/* The kernel switches a queue on some time after the carrier. */
void settle(void)
{
	long long deadline = now_ms() + PATIENCE_MS;
	const struct timespec pause = { .tv_nsec = 1000000 };

	while (!all_settled()) {
		if (now_ms() > deadline)
			must(-ETIMEDOUT, "the devices' state");
		nanosleep(&pause, NULL);
	}
	memset(restarted, 0, sizeof(restarted));
}

void set_vif_up(int i, bool up)
{
	must(link_set_up(vif_ifindex[i], up), "vif up or down");
	restarted[i] |= up;
	model.vifs[i].up = up;
}

void create_vif(int i)
{
	struct vif *v = &model.vifs[i];

	snprintf(v->name, sizeof(v->name), "v%d", i);
	v->veth = i < VETHS;
	v->place = HERE;
	v->other_up = true;
	if (v->veth) {
		v->peer = 0x020000000100 + i;
		must(link_add_veth(v->name, 0x020000000200 + i, "eth0",
				   v->peer, netns[N_GUEST0 + i]), "veth");
		links_of(N_GUEST0 + i);
		guest_ifindex[i] = link_ifindex("eth0");
		must(link_set_up(guest_ifindex[i], true), "veth's peer");
		links_of(N_HOST);
		end_open_link(VIF0 + i, netns[N_GUEST0 + i], guest_ifindex[i]);
	} else {
		end_open_tap(VIF0 + i, v->name);
	}
	vif_ifindex[i] = link_ifindex(v->name);
	set_vif_up(i, true);
}

void pdev_is_there(void)
{
	eth0 = link_ifindex("eth0");
	must(link_set_up(eth0, true), "eth0 up");
	model.pdev_up = true;
	end_set_stack(eth0, 0);
}
