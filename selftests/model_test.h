/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the parts of the model's test share; model_main.c says what the test is.
 */
#ifndef MODEL_TEST_H
#define MODEL_TEST_H

#include "model.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define VETHS		3

/* Namespaces */
enum { N_HOST, N_WIRE, N_AWAY, N_GUEST0, N_ALL = N_GUEST0 + VETHS };

/* model_main.c */
extern int netns[N_ALL];
extern struct model model;
extern int eth0, wire0, dev;		/* ifindexes */
extern char dev_name[16];
extern unsigned long operation;

/* model_report.c: the history, and what to say when the test fails */
extern unsigned long refusals;
void __attribute__((format(printf, 1, 2))) remember(const char *format, ...);
/* Ends the test, and says what led to this. */
_Noreturn void fail(void);
/* What was asked, what the kernel answered, and what the model says */
void __attribute__((format(printf, 3, 4)))
answered(int got, int want, const char *format, ...);
/* What neither the model nor vifmap has a say in */
void must(int ret, const char *what);

/* model_pick.c: what operations and frames are about */
#define HOST_MACS	3		/* the first in the pool */
#define BAD_GROUP	0x030000000001ull

/* An address, and the vif it led to, that operations and frames are about more
 * often than about others: what goes wrong does so one step after the other.
 */
struct focus {
	mac_t mac;
	int vif;
};

extern const mac_t pool[];
extern struct focus focus;
void choose_focus(void);
mac_t any_mac(void);
/* The address of an entry, of this vif if it has one */
mac_t mapped_mac(int vif);
mac_t some_mac(int vif);
/* One that is attached, more often than not */
int any_vif(void);

/* model_devices.c: devices come and settle */
extern int vif_ifindex[VIFS], guest_ifindex[VETHS];
void set_vif_up(int i, bool up);
void create_vif(int i);
void pdev_is_there(void);
void settle(void);

/* model_requests.c: operations that are requests to vifmap; model_changes.c:
 * those on devices. Each returns false if it makes no sense now.
 */
extern unsigned long tool_calls;
bool op_create(int i);
bool op_delete(int i);
bool op_attach(int i);
bool op_detach(int i);
bool op_mac_new(int i);
bool op_mac_del(int i);
bool op_mac_set(int i);
bool op_mac_move(int i);
bool op_mac_set_all(int i);
bool op_mac_flush(int i);
bool op_fdb_add(int i);
bool op_fdb_del(int i);
bool op_port_set(int i);
bool op_dev_set(int i);
bool op_tool(int i);

bool op_vif_up(int i);
bool op_guest_up(int i);
bool op_dev_up(int i);
bool op_pdev_up(int i);
bool op_wire_up(int i);
bool op_rename(int i);
bool op_vif_move(int i);
bool op_vif_delete(int i);
bool op_pdev_mac(int i);
bool op_vlan(int i);
bool op_guest_mac(int i);
bool op_pdev_move(int i);

/* model_traffic.c: frames, and where they arrive */
extern unsigned long frames_sent;
void traffic(int n);

/* model_state.c: what the kernel says of it all */
void check_state(void);

#endif /* MODEL_TEST_H */
