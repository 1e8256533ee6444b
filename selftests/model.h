/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A plain model of a pdev with a map: what each request is answered, what the
 * state is after it, and who receives a frame
 */
#ifndef MODEL_H
#define MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include <linux/vifmap.h>

#define VIFS		5
#define MAX_ENTRIES	64
#define NOBODY		(-1)

/* The ends, and sets of them */
enum { WIRE, HOST, VIF0, ENDS = VIF0 + VIFS };

#define SET(end)	(1u << (end))

/* A MAC address, as a number; 0 for none */
typedef uint64_t mac_t;

/* Where a vif's device is */
enum place { HERE, AWAY, GONE };

struct options {
	bool spoofcheck;
	bool isolated;
	bool trunk;
	uint32_t learn;
	uint16_t link_local;
};

/* By VIFMAP_A_STATS_*; bytes are not counted, and the model does not know which
 * way frames went.
 */
struct counters {
	uint64_t n[VIFMAP_A_STATS_MAX + 1];
};

struct vif {
	char name[16];
	bool veth;		/* else a tap */
	enum place place;
	bool up;
	bool other_up;		/* the guest's end: veth's peer, open tap */
	mac_t peer;		/* the address of a veth's peer */
	/* while it is attached */
	bool attached;
	struct options options;
	mac_t spoofed;		/* the last source that was refused */
	struct counters count;
};

struct entry {
	mac_t mac;
	int vif;
	bool active;
	int origin;		/* VIFMAP_ORIGIN_* */
};

struct model {
	/* what vifmap knows nothing of */
	bool wire_up;
	/* the pdev, and a VLAN device on it */
	bool pdev_up;
	mac_t pdev_mac;
	bool vlan;
	mac_t vlan_mac;
	/* the vifmap device */
	bool exists;
	bool up;
	bool host;
	uint32_t max_macs;
	uint32_t learn;
	struct counters wire_count;
	struct counters host_count;

	struct vif vifs[VIFS];
	struct entry entries[MAX_ENTRIES];
	int n_entries;

	/* what has become of all frames and copies, for whoever is curious */
	struct counters total;
};

/* The VLAN of the VLAN device */
#define HOST_VLAN	5

struct frame {
	int from;
	mac_t dst;
	mac_t src;
	int vlan;		/* 0: no tag */
};

#define BROADCAST	0xffffffffffffull
#define LINK_LOCAL	0x0180c2000000ull	/* ... to 0f */
#define PAUSE		1

static inline bool is_group(mac_t mac)
{
	return mac >> 40 & 1;
}

static inline bool is_link_local(mac_t mac)
{
	return (mac & ~0xfull) == LINK_LOCAL;
}

/* Requests; each returns what the kernel is to answer: 0 or -errno. */
int model_create(struct model *m, uint32_t max_macs, uint32_t learn, bool host);
void model_delete(struct model *m);
int model_dev_set(struct model *m, const uint32_t *max_macs,
		  const uint32_t *learn, const bool *host);
int model_attach(struct model *m, int vif);
void model_detach(struct model *m, int vif);
int model_port_set(struct model *m, int vif, const struct options *options);
int model_mac_new(struct model *m, int vif, mac_t mac, bool active);
int model_mac_del(struct model *m, int vif, mac_t mac);
int model_mac_set(struct model *m, int vif, mac_t mac, bool active);
int model_mac_move(struct model *m, int vif, mac_t mac, const bool *active);
int model_mac_set_all(struct model *m, int vif, bool active);
int model_mac_flush(struct model *m, int vif);
int model_fdb_add(struct model *m, int vif, mac_t mac, bool replace);
int model_pdev_mac(struct model *m, mac_t mac);
int model_vlan_add(struct model *m, mac_t mac);

const struct entry *model_find(const struct model *m, mac_t mac);
int model_macs(const struct model *m, int vif);

/* Returns the set of ends that receive the frame, once each. */
unsigned int model_frame(struct model *m, const struct frame *f);

#endif /* MODEL_H */
