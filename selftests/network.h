/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What programs need that send and receive: namespaces, sockets, taps, and what
 * is in a frame and beside it
 *
 * Functions that return int return a negative number when they fail, and set
 * errno.
 */
#ifndef NETWORK_H
#define NETWORK_H

#include <stdbool.h>

#include <linux/if_packet.h>
#include <linux/types.h>
#include <sys/socket.h>

#define TAG_LEN	4

/* A namespace, by its name below /run/netns, which may come in two parts */
int open_netns(const char *prefix, const char *name);
int enter_netns(const char *name);
/* The one that the program starts in, to come back to */
int open_own_netns(void);
int enter_own_netns(void);

/* A packet socket that gets frames of one type, or of all (ETH_P_ALL), or none
 * (0), from one device or all (0), with room for many; with PACKET_AUXDATA
 */
int open_packet(int protocol, int ifindex);

/* The guest's side of a tap, which is made if there is none */
int open_tap(const char *device, bool vnet_hdr);

/* A socket of this type; the address may be IPv6, with %DEVICE */
int connect_to(const char *host, const char *port, int type);

/* Returns whether the text is a MAC address. */
bool parse_addr(const char *text, __u8 *addr);

/* Numbers as they are in frames; to put one returns what comes after it. */
__u8 *put16(__u8 *to, int value);
__u8 *put32(__u8 *to, __u32 value);
__u32 get32(const __u8 *from);

/* What a packet socket says of a frame; returns whether it does. */
bool find_auxdata(struct msghdr *msg, struct tpacket_auxdata *aux);
/* Puts the tag that the kernel keeps beside a frame back in its place. There
 * must be room for it; returns the new length.
 */
int retag(__u8 *frame, int len, struct msghdr *msg);

#endif
