// SPDX-License-Identifier: GPL-2.0
/*
 * model - apply random operations to vifmap and to a plain model of it, and
 * compare the two after each
 *
 *   model PREFIX SEED OPERATIONS
 *
 * It wants the namespaces PREFIXhost (in which it is started; with eth0), wire
 * (with wire0, the other end of eth0), barrier (with the veth pair b0, b1),
 * away, v0, v1 and v2, and makes everything else.
 *
 * An operation is one request, or one thing that happens to a device. The
 * kernel's answer to it must be the model's. Then some frames are sent from
 * random ends; each must arrive exactly where the model says, once and
 * unaltered. Then all devices, vifs, entries and counters must be the model's.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "chance.h"
#include "model.h"
#include "model_ends.h"
#include "model_kernel.h"
#include "network.h"
#include "patience.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define VETHS		3
#define FRAMES		6		/* after each operation */
#define HISTORY		60
#define PATIENCE_MS	with_patience(20000)
#define OTHER_VLAN	6

/* Namespaces */
enum { N_HOST, N_WIRE, N_AWAY, N_BARRIER, N_GUEST0, N_ALL = N_GUEST0 + VETHS };

static int netns[N_ALL];
static struct model model;
static int eth0, wire0, dev, vlan;		/* ifindexes */
static int vif_ifindex[VIFS], guest_ifindex[VETHS];
static bool restarted[VIFS];			/* set up just now */
static char dev_name[16] = "vifmap0";
static unsigned long operation, frames_sent, refusals, tool_calls;

/* Addresses that collide often; the veths' own are among them. */
static const mac_t pool[] = {
	0x020000000001, 0x020000000011, 0x020000000021, 0x020000000002,
	0x020000000100, 0x020000000101, 0x020000000102,
	0x020000000a01, 0x020000000a02, 0x020000000a03, 0x020000000a04,
	0x020000000a05, 0x020000000a06, 0x020000000a07, 0x020000000a08,
};

#define HOST_MACS	3		/* the first in the pool */
#define BAD_GROUP	0x030000000001ull

static mac_t any_mac(void)
{
	return pool[below(ARRAY_SIZE(pool))];
}

/* An address, and the vif it led to, that operations and frames are about more
 * often than about others: what goes wrong does so one step after the other.
 */
static struct {
	mac_t mac;
	int vif;
} focus;

static void choose_focus(void)
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

/* The address of an entry, of this vif if it has one */
static mac_t mapped_mac(int vif)
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

static mac_t some_mac(int vif)
{
	return chance(50) ? mapped_mac(chance(70) ? vif : NOBODY) : any_mac();
}

/* --- history and failure ------------------------------------------------- */

static char history[HISTORY][200];
static unsigned long n_history;

static void __attribute__((format(printf, 1, 2)))
remember(const char *format, ...)
{
	char *to = history[n_history++ % HISTORY];
	va_list args;

	va_start(args, format);
	vsnprintf(to, sizeof(history[0]), format, args);
	va_end(args);
}

static void __attribute__((noreturn)) fail(void)
{
	unsigned long i = n_history > HISTORY ? n_history - HISTORY : 0;

	printf("# the last operations and frames:\n");
	for (; i < n_history; i++)
		printf("#   %s\n", history[i % HISTORY]);
	fflush(stdout);
	_exit(1);
}

static const char *answer_text(int answer)
{
	return answer ? strerrorname_np(-answer) ? : "?" : "ok";
}

/* What was asked, what the kernel answered, and what the model says */
static void __attribute__((format(printf, 3, 4)))
answered(int got, int want, const char *format, ...)
{
	char what[160];
	va_list args;

	va_start(args, format);
	vsnprintf(what, sizeof(what), format, args);
	va_end(args);
	remember("%lu: %s: %s", operation, what, answer_text(got));
	refusals += !!want;
	if (got == want)
		return;
	printf("# operation %lu: %s: the kernel says %s, the model %s\n",
	       operation, what, answer_text(got), answer_text(want));
	fail();
}

/* What neither the model nor vifmap has a say in */
static void must(int ret, const char *what)
{
	if (!ret)
		return;
	printf("# operation %lu: %s: %s\n", operation, what,
	       answer_text(ret));
	fail();
}

/* --- devices that follow ------------------------------------------------- */

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
static void settle(void)
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

static void set_vif_up(int i, bool up)
{
	must(link_set_up(vif_ifindex[i], up), "vif up or down");
	restarted[i] |= up;
	model.vifs[i].up = up;
}

static void create_vif(int i)
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

static void pdev_is_there(void)
{
	eth0 = link_ifindex("eth0");
	must(link_set_up(eth0, true), "eth0 up");
	model.pdev_up = true;
	end_set_stack(eth0, 0);
}

/* Enough, or just about what there are */
static uint32_t some_max_macs(void)
{
	return chance(60) ? 4 + below(12) : model.n_entries + 1 + below(3);
}

/* --- operations ---------------------------------------------------------- */
/* Each returns false if it makes no sense now. */

static bool op_create(int i)
{
	uint32_t max_macs = some_max_macs(), learn = chance(20) ? below(3) : 0;
	bool host = chance(85);

	(void)i;
	if (model.exists)
		return false;
	answered(link_add_vifmap(dev_name, eth0, max_macs, learn, host),
		 model_create(&model, max_macs, learn, host),
		 "create, max-macs %u, learn %u, host %d", max_macs, learn,
		 host);
	dev = link_ifindex(dev_name);
	must(link_set_up(dev, true), "vifmap device up");
	model.up = true;
	return true;
}

static bool op_delete(int i)
{
	(void)i;
	if (!model.exists)
		return false;
	model_delete(&model);
	answered(link_delete(dev), 0, "delete the vifmap device");
	return true;
}

static bool op_attach(int i)
{
	struct vif *v = &model.vifs[i];

	if (!model.exists || v->place != HERE)
		return false;
	answered(link_set_master(vif_ifindex[i], dev), model_attach(&model, i),
		 "attach %s", v->name);
	return true;
}

static bool op_detach(int i)
{
	struct vif *v = &model.vifs[i];

	if (v->place != HERE)
		return false;
	model_detach(&model, i);
	answered(link_set_master(vif_ifindex[i], 0), 0, "detach %s", v->name);
	return true;
}

static mac_t new_mac(int i)
{
	if (chance(2))
		return 0;
	if (chance(3))
		return BAD_GROUP;
	return chance(85) ? any_mac() : mapped_mac(i);
}

static bool op_mac_new(int i)
{
	bool active = chance(75);
	mac_t mac = new_mac(i);

	if (model.vifs[i].place != HERE)
		return false;
	answered(mac_new(vif_ifindex[i], mac, active),
		 model_mac_new(&model, i, mac, active), "mac add %s %s %s",
		 mac_text(mac), model.vifs[i].name,
		 active ? "active" : "inactive");
	return true;
}

static bool op_mac_del(int i)
{
	bool by_dev = model.exists && chance(40);
	mac_t mac = some_mac(i);

	if (model.vifs[i].place != HERE)
		return false;
	answered(by_dev ? mac_del(dev, 0, mac) :
			  mac_del(0, vif_ifindex[i], mac),
		 model_mac_del(&model, by_dev ? NOBODY : i, mac),
		 "mac del %s %s", mac_text(mac),
		 by_dev ? dev_name : model.vifs[i].name);
	return true;
}

static bool op_mac_set(int i)
{
	mac_t mac = some_mac(i);
	bool active = chance(60);

	if (model.vifs[i].place != HERE)
		return false;
	answered(mac_set(0, vif_ifindex[i], mac, &active),
		 model_mac_set(&model, i, mac, active), "mac set %s %s %s",
		 mac_text(mac), model.vifs[i].name,
		 active ? "active" : "inactive");
	return true;
}

static bool op_mac_move(int i)
{
	bool active = chance(70), as_it_is = chance(50);
	mac_t mac = chance(80) ? mapped_mac(NOBODY) : any_mac();

	if (!model.exists || model.vifs[i].place != HERE)
		return false;
	answered(mac_set(dev, vif_ifindex[i], mac, as_it_is ? NULL : &active),
		 model_mac_move(&model, i, mac, as_it_is ? NULL : &active),
		 "mac move %s to %s, %s", mac_text(mac), model.vifs[i].name,
		 as_it_is ? "as it is" : active ? "active" : "inactive");
	return true;
}

static bool op_mac_set_all(int i)
{
	bool active = chance(60);

	if (model.vifs[i].place != HERE)
		return false;
	answered(mac_set(0, vif_ifindex[i], 0, &active),
		 model_mac_set_all(&model, i, active), "mac set all of %s %s",
		 model.vifs[i].name, active ? "active" : "inactive");
	return true;
}

static bool op_mac_flush(int i)
{
	bool all = model.exists && chance(35);

	if (model.vifs[i].place != HERE)
		return false;
	answered(all ? mac_del(dev, 0, 0) : mac_del(0, vif_ifindex[i], 0),
		 model_mac_flush(&model, all ? NOBODY : i), "mac flush %s",
		 all ? dev_name : model.vifs[i].name);
	return true;
}

static bool op_fdb_add(int i)
{
	bool replace = chance(50);
	mac_t mac = some_mac(i);

	if (!model.exists || model.vifs[i].place != HERE)
		return false;
	answered(fdb_add(dev, vif_ifindex[i], mac, replace),
		 model_fdb_add(&model, i, mac, replace), "fdb %s %s %s",
		 replace ? "replace" : "add", mac_text(mac),
		 model.vifs[i].name);
	return true;
}

static bool op_fdb_del(int i)
{
	bool via = model.vifs[i].attached && chance(50);
	mac_t mac = some_mac(i);

	if (!model.exists)
		return false;
	answered(fdb_del(dev, via ? vif_ifindex[i] : 0, mac),
		 model_mac_del(&model, via ? i : NOBODY, mac), "fdb del %s %s",
		 mac_text(mac), via ? model.vifs[i].name : "");
	return true;
}

static bool op_port_set(int i)
{
	struct options o = {
		.spoofcheck = chance(65),
		.isolated = chance(50),
		.trunk = chance(50),
		.learn = chance(55) ? 1 + below(3) : 0,
	};

	if (model.vifs[i].place != HERE)
		return false;
	if (chance(50))
		o.link_local = random64() & 0xffff & ~(1 << PAUSE);
	if (chance(5))
		o.link_local |= 1 << PAUSE;
	answered(port_set(vif_ifindex[i], &o), model_port_set(&model, i, &o),
		 "port set %s spoofcheck %d isolated %d trunk %d learn %u link-local %#x",
		 model.vifs[i].name, o.spoofcheck, o.isolated, o.trunk,
		 o.learn, o.link_local);
	return true;
}

static bool op_dev_set(int i)
{
	uint32_t max_macs = some_max_macs(), learn = chance(30) ? below(3) : 0;
	bool change_max = chance(60), change_learn = chance(40);
	bool host = chance(60), change_host = chance(50);

	(void)i;
	if (!model.exists)
		return false;
	answered(dev_set(dev, change_max ? &max_macs : NULL,
			 change_learn ? &learn : NULL,
			 change_host ? &host : NULL),
		 model_dev_set(&model, change_max ? &max_macs : NULL,
			       change_learn ? &learn : NULL,
			       change_host ? &host : NULL),
		 "dev set max-macs %d learn %d host %d",
		 change_max ? (int)max_macs : -1,
		 change_learn ? (int)learn : -1, change_host ? host : -1);
	return true;
}

/* Things go up more often than down, so that traffic goes on. */
static bool wants_to_be(bool up)
{
	return up ? chance(50) : true;
}

static bool op_vif_up(int i)
{
	struct vif *v = &model.vifs[i];

	if (v->place != HERE || !wants_to_be(v->up))
		return false;
	set_vif_up(i, !v->up);
	remember("%lu: %s %s", operation, v->name, v->up ? "up" : "down");
	return true;
}

/* The other end of a veth goes up or down; a tap is opened or closed. */
static bool op_guest_up(int i)
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

static bool op_dev_up(int i)
{
	(void)i;
	if (!model.exists || !wants_to_be(model.up))
		return false;
	model.up = !model.up;
	answered(link_set_up(dev, model.up), 0, "vifmap device %s",
		 model.up ? "up" : "down");
	return true;
}

static bool op_pdev_up(int i)
{
	(void)i;
	if (!wants_to_be(model.pdev_up))
		return false;
	model.pdev_up = !model.pdev_up;
	answered(link_set_up(eth0, model.pdev_up), 0, "eth0 %s",
		 model.pdev_up ? "up" : "down");
	return true;
}

static bool op_wire_up(int i)
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

static bool op_rename(int i)
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

static bool op_vif_move(int i)
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

static bool op_vif_delete(int i)
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

static bool op_pdev_mac(int i)
{
	mac_t mac = host_mac();

	(void)i;
	answered(link_set_mac(eth0, mac), model_pdev_mac(&model, mac),
		 "eth0 gets %s", mac_text(mac));
	return true;
}

static bool op_vlan(int i)
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
static bool op_guest_mac(int i)
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
static bool op_pdev_move(int i)
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

static bool succeeds(const char *command)
{
	char line[160];
	int status;

	snprintf(line, sizeof(line), "%s 2>/dev/null", command);
	status = system(line);
	if (status < 0)
		die("system");
	tool_calls++;
	return !status;
}

/* The same as a user would type it; it costs a process. */
static bool op_tool(int i)
{
	struct vif *v = &model.vifs[i];
	mac_t mac = any_mac();
	char command[128];
	int want = 0;

	if (!model.exists || v->place != HERE)
		return false;
	switch (below(4)) {
	case 0:
		want = model_mac_new(&model, i, mac, true);
		snprintf(command, sizeof(command), "vifmap mac add %s vif %s",
			 mac_text(mac), v->name);
		break;
	case 1:
		want = model_mac_del(&model, i, mac);
		snprintf(command, sizeof(command), "vifmap mac del %s vif %s",
			 mac_text(mac), v->name);
		break;
	case 2:
		want = model_attach(&model, i);
		snprintf(command, sizeof(command), "ip link set %s master %s",
			 v->name, dev_name);
		break;
	default:
		model_detach(&model, i);
		snprintf(command, sizeof(command), "ip link set %s nomaster",
			 v->name);
	}
	answered(!succeeds(command), !!want, "%s", command);
	return true;
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

/* One that is attached, more often than not */
static int any_vif(void)
{
	int i = below(VIFS);

	return model.vifs[i].attached || chance(40) ? i : below(VIFS);
}

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

/* --- frames -------------------------------------------------------------- */

static mac_t new_source(int from)
{
	if (chance(4))
		return chance(50) ? 0 : BAD_GROUP;
	if (from == HOST)
		return chance(80) ? model.pdev_mac : any_mac();
	if (from == WIRE)
		return chance(50) ? 0x020000000002 : some_mac(NOBODY);
	return chance(75) ? mapped_mac(from - VIF0) : any_mac();
}

/* The same as before, often: it is what the source check remembers. */
static mac_t random_source(int from)
{
	static mac_t last[ENDS];

	if (!last[from] || chance(70))
		last[from] = new_source(from);
	return last[from];
}

static mac_t random_destination(int from)
{
	int n = below(100);

	if (n < 35)
		return mapped_mac(NOBODY);
	if (n < 42 && from >= VIF0)
		return mapped_mac(from - VIF0);
	if (n < 58)
		return any_mac();
	if (n < 63)
		return model.pdev_mac;
	if (n < 66 && model.vlan)
		return model.vlan_mac;
	if (n < 78)
		return BROADCAST;
	if (n < 88)
		return 0x333300000a0b;
	return LINK_LOCAL + below(16);
}

static bool can_send(int end)
{
	return end < VIF0 || (model.vifs[end - VIF0].place == HERE &&
			      model.vifs[end - VIF0].other_up);
}

static void random_frame(struct frame *f)
{
	do {
		f->from = below(ENDS);
	} while (!can_send(f->from));
	f->src = random_source(f->from);
	if (chance(25) && can_send(VIF0 + focus.vif)) {
		f->from = VIF0 + focus.vif;
		f->src = focus.mac;
	}
	f->dst = random_destination(f->from);
	f->vlan = 0;
	if (chance(15))
		f->vlan = chance(40) ? HOST_VLAN : OTHER_VLAN;
}

static const char *end_name(int end)
{
	return end == WIRE ? "wire" : end == HOST ? "host" :
	       model.vifs[end - VIF0].name;
}

static void print_set(const char *what, unsigned int set)
{
	int end;

	printf("#   %s:", what);
	for (end = 0; end < ENDS; end++)
		if (set & SET(end))
			printf(" %s", end_name(end));
	printf("%s\n", set ? "" : " nobody");
}

static const char *frame_text(const struct frame *f)
{
	static char text[100];

	snprintf(text, sizeof(text), "frame from %s, %s > %s%s",
		 end_name(f->from), mac_text(f->src), mac_text(f->dst),
		 f->vlan == HOST_VLAN ? ", VLAN 5" : f->vlan ? ", VLAN 6" : "");
	return text;
}

/* Learning is done at once, but the rest of it, and the room for the next
 * address when one is let go, comes a moment later; the event says when.
 */
static void wait_event(mac_t mac, bool there)
{
	if (events_wait(mac, there))
		return;
	printf("# operation %lu: %s is never said to have %s\n", operation,
	       mac_text(mac), there ? "been learned" : "gone");
	fail();
}

/* The address that a frame makes the map let go, or 0; sets @changes if it
 * makes it another at all.
 */
static mac_t lets_go(const struct frame *f, bool *changes)
{
	static struct model after;

	after = model;
	model_frame(&after, f);
	*changes = after.n_entries != model.n_entries;
	return after.n_entries < model.n_entries ? f->src : 0;
}

/* Where a frame changes the map, the ones before must be through, and it itself
 * before the next.
 */
static void send_frame(const struct frame *f, unsigned int *want)
{
	bool changes;
	mac_t gone = lets_go(f, &changes);

	if (changes)
		ends_barrier();
	if (gone)
		wait_event(gone, true);
	*want = model_frame(&model, f);
	remember("  %s", frame_text(f));
	end_send(f);
	if (changes)
		ends_barrier();
	if (gone)
		wait_event(gone, false);
}

static void check_frame(const struct sent *s, unsigned int want)
{
	if (s->got == want && !s->wrong)
		return;
	printf("# operation %lu: %s\n", operation, frame_text(&s->frame));
	print_set("arrived at", s->got);
	print_set("the model says", want);
	if (s->wrong)
		printf("#   %s at %s\n", s->wrong, end_name(s->wrong_at));
	fail();
}

static void traffic(int n)
{
	unsigned int want[MAX_BATCH];
	struct sent *sent;
	struct frame f;
	int i;

	for (i = 0; i < n; i++) {
		random_frame(&f);
		send_frame(&f, &want[i]);
	}
	sent = ends_collect(&n);
	for (i = 0; i < n; i++)
		check_frame(&sent[i], want[i]);
	frames_sent += n;
}

/* --- the state ----------------------------------------------------------- */

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

static void check_state(void)
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

/* --- the whole ----------------------------------------------------------- */

static void open_all_netns(const char *prefix)
{
	static const char *const names[] = {
		"host", "wire", "away", "barrier", "v0", "v1", "v2",
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
	ends_open(netns[N_HOST], netns[N_BARRIER]);
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
