// SPDX-License-Identifier: GPL-2.0
/* model_requests.c - operations that are requests to vifmap */
#include <stdio.h>
#include <stdlib.h>

#include "chance.h"
#include "model_kernel.h"
#include "model_test.h"

unsigned long tool_calls;

/* Enough, or just about what there are */
static uint32_t some_max_macs(void)
{
	return chance(60) ? 4 + below(12) : model.n_entries + 1 + below(3);
}

bool op_create(int i)
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

bool op_delete(int i)
{
	(void)i;
	if (!model.exists)
		return false;
	model_delete(&model);
	answered(link_delete(dev), 0, "delete the vifmap device");
	return true;
}

bool op_attach(int i)
{
	struct vif *v = &model.vifs[i];

	if (!model.exists || v->place != HERE)
		return false;
	answered(link_set_master(vif_ifindex[i], dev), model_attach(&model, i),
		 "attach %s", v->name);
	return true;
}

bool op_detach(int i)
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

bool op_mac_new(int i)
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

bool op_mac_del(int i)
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

bool op_mac_set(int i)
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

bool op_mac_move(int i)
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

bool op_mac_set_all(int i)
{
	bool active = chance(60);

	if (model.vifs[i].place != HERE)
		return false;
	answered(mac_set(0, vif_ifindex[i], 0, &active),
		 model_mac_set_all(&model, i, active), "mac set all of %s %s",
		 model.vifs[i].name, active ? "active" : "inactive");
	return true;
}

bool op_mac_flush(int i)
{
	bool all = model.exists && chance(35);

	if (model.vifs[i].place != HERE)
		return false;
	answered(all ? mac_del(dev, 0, 0) : mac_del(0, vif_ifindex[i], 0),
		 model_mac_flush(&model, all ? NOBODY : i), "mac flush %s",
		 all ? dev_name : model.vifs[i].name);
	return true;
}

bool op_fdb_add(int i)
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

bool op_fdb_del(int i)
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

bool op_port_set(int i)
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

bool op_dev_set(int i)
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
bool op_tool(int i)
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
