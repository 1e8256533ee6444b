// SPDX-License-Identifier: GPL-2.0
/*
 * vifmap - numbers, switches and addresses as users type them
 *
 * Without anything else of the tool, for the plugin of iproute2 has them, too.
 */
#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "value.h"

/**
 * parse_mac - Read a MAC address.
 * @s: Six bytes in hexadecimal with colons or dashes between them.
 * @mac: Where to put it.
 *
 * Return: Whether it was one.
 */
bool parse_mac(const char *s, __u8 *mac)
{
	unsigned int i;

	for (i = 0; i < MAC_LEN; i++) {
		char *end;

		if (!isxdigit((unsigned char)s[0]))
			return false;
		mac[i] = strtoul(s, &end, 16);
		if (end - s > 2)
			return false;
		if (i == MAC_LEN - 1)
			return !*end;
		if (*end != ':' && *end != '-')
			return false;
		s = end + 1;
	}
	return false;
}

/**
 * parse_u32 - Read a number.
 * @s: Decimal, or hexadecimal after 0x.
 * @val: Where to put it.
 *
 * Return: Whether it was one.
 */
bool parse_u32(const char *s, __u32 *val)
{
	int base = 10;
	__u64 v;
	char *end;

	if (s[0] == '0' && (s[1] == 'x' || s[1] == 'X')) {
		base = 16;
		s += 2;
	}
	/* strtoull() takes blanks, signs and another 0x before the digits */
	if (!isxdigit((unsigned char)s[0]) || s[1] == 'x' || s[1] == 'X')
		return false;
	v = strtoull(s, &end, base);
	if (end == s || *end || v > UINT32_MAX)
		return false;
	*val = v;
	return true;
}

/**
 * parse_onoff - Read a switch.
 * @s: on or off.
 * @val: Where to put it.
 *
 * Return: Whether it was one.
 */
bool parse_onoff(const char *s, bool *val)
{
	*val = !strcmp(s, "on");
	return *val || !strcmp(s, "off");
}

/* The last digit of the address that a protocol uses, 01:80:c2:00:00:0X */
static bool parse_protocol(const char *s, size_t len, __u16 *mask)
{
	static const struct {
		const char *name;
		unsigned int bit;
	} protocols[] = {
		{ "stp", 0x0 },
		{ "lacp", 0x2 },
		{ "pae", 0x3 },
		{ "lldp", 0xe },
		{ "ptp", 0xe },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(protocols); i++) {
		if (strlen(protocols[i].name) != len ||
		    strncmp(s, protocols[i].name, len))
			continue;
		*mask |= 1 << protocols[i].bit;
		return true;
	}
	return false;
}

/**
 * parse_link_local - Read a mask of link-local addresses.
 * @s: A number, "none", or names of protocols with commas between them.
 * @mask: Where to put it.
 *
 * Return: Whether it was one.
 */
bool parse_link_local(const char *s, __u16 *mask)
{
	__u32 val;

	*mask = 0;
	if (parse_u32(s, &val)) {
		*mask = val;
		return val <= UINT16_MAX;
	}
	if (!strcmp(s, "none"))
		return true;
	for (;;) {
		size_t len = strcspn(s, ",");

		if (!parse_protocol(s, len, mask))
			return false;
		if (!s[len])
			return true;
		s += len + 1;
	}
}
