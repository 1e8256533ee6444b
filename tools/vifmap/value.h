/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vifmap - numbers, switches and addresses as users type them
 */
#ifndef VIFMAP_VALUE_H
#define VIFMAP_VALUE_H

#include <stdbool.h>

#include <linux/types.h>

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

#define MAC_LEN		6

bool parse_mac(const char *s, __u8 *mac);
bool parse_u32(const char *s, __u32 *val);
bool parse_onoff(const char *s, bool *val);
bool parse_link_local(const char *s, __u16 *mask);

#endif /* VIFMAP_VALUE_H */
