/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the model's test asks of the kernel by netlink
 *
 * Functions that return int return 0 or -errno, as the kernel answers.
 */
#ifndef MODEL_KERNEL_H
#define MODEL_KERNEL_H

#include "model.h"

/* @netns: file descriptors of the namespaces; the host's is the first, and the
 * one that this program is in.
 */
void kernel_open(const int *netns, int n);

/* In which of them the devices are that the functions below are about */
void links_of(int netns);

/* Devices; @netns is a file descriptor. */
int link_ifindex(const char *name);
int link_set_up(int ifindex, bool up);
int link_set_name(int ifindex, const char *name);
int link_set_mac(int ifindex, mac_t mac);
int link_set_master(int ifindex, int master);
int link_set_netns(int ifindex, int netns);
int link_delete(int ifindex);
int link_add_vifmap(const char *name, int pdev, uint32_t max_macs,
		    uint32_t learn, bool host);
int link_add_vlan(const char *name, int lower, int vid, mac_t mac);
int link_add_veth(const char *name, mac_t mac, const char *peer,
		  mac_t peer_mac, int peer_netns);
/* Whether all that follows from the carrier of one that is up has happened;
 * @carrier_is_own: it does not come from the other end of a pair
 */
bool link_is_settled(int ifindex, bool carrier, bool carrier_is_own);

/* The map; a @vif or @dev of 0 is not named. */
int dev_set(int dev, const uint32_t *max_macs, const uint32_t *learn,
	    const bool *host);
int port_set(int vif, const struct options *options);
int mac_new(int vif, mac_t mac, bool active);
int mac_del(int dev, int vif, mac_t mac);
int mac_set(int dev, int vif, mac_t mac, const bool *active);
int fdb_add(int dev, int vif, mac_t mac, bool replace);
int fdb_del(int dev, int vif, mac_t mac);

/* Read the events so far; wait until they say that an address is in the map, or
 * that it is not. Returns false when they never do.
 */
void events_read(void);
bool events_wait(mac_t mac, bool there);

/*
 * The state of everything, as text: a line for each device, vif, entry and set
 * of counters, in an order of their own.
 */
#define MAX_LINES	128
#define MAX_LINE	640
#define MAX_COUNTERS	16

struct state {
	char line[MAX_LINES][MAX_LINE];
	int n;
	struct {
		char name[32];
		struct counters count;
	} counters[MAX_COUNTERS];
	int n_counters;
};

struct port_state {
	const char *name;
	const char *dev;
	bool up;
	uint32_t macs;
	struct options options;
	mac_t spoofed;
	struct counters count;
};

struct dev_state {
	const char *name;
	const char *pdev;
	bool up;
	bool host;
	uint32_t max_macs;
	uint32_t macs;
	uint32_t ports;
	uint32_t learn;
	struct counters wire;
	struct counters host_count;
};

struct mac_state {
	mac_t mac;
	const char *dev;
	const char *vif;	/* "" for the host's */
	bool active;
	uint32_t origin;
};

void state_add_dev(struct state *s, const struct dev_state *dev);
void state_add_port(struct state *s, const struct port_state *port);
void state_add_mac(struct state *s, const struct mac_state *mac);
void state_sort(struct state *s);
void state_dump(struct state *s);
/* Says where two states differ; returns whether they do not. */
bool state_equal(const struct state *kernel, const struct state *model);
/* Says of which end not every frame and copy is accounted for, once. */
bool state_sums_hold(const struct state *s);

const char *mac_text(mac_t mac);
void mac_to_bytes(mac_t mac, uint8_t *bytes);
mac_t mac_from_bytes(const uint8_t *bytes);
void die(const char *what);

#endif /* MODEL_KERNEL_H */
