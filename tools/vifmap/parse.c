// SPDX-License-Identifier: GPL-2.0
/*
 * vifmap - words, numbers and addresses as users type them
 */
#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tool.h"

/* An interface's name may be an alternative one */
#define NAME_MAX_LEN	127

/**
 * args_peek - Look at the next word.
 * @a: The words.
 *
 * Return: The word, or NULL when there is none.
 */
const char *args_peek(const struct args *a)
{
	return a->n ? a->v[0] : NULL;
}

/**
 * args_next - Take the next word.
 * @a: The words.
 *
 * Return: The word, or NULL when there is none.
 */
char *args_next(struct args *a)
{
	if (!a->n)
		return NULL;
	a->n--;
	return *a->v++;
}

/**
 * args_value - Take the word that must follow another.
 * @a: The words.
 * @what: The word before.
 * @value: Where to put it.
 *
 * Return: 0 or an exit status.
 */
int args_value(struct args *a, const char *what, char **value)
{
	*value = args_next(a);
	if (!*value)
		return msg_usage("%s wants a value", what);
	return 0;
}

/**
 * args_name - Take the name of an interface.
 * @a: The words.
 * @what: What it is the name of.
 * @name: Where to put it.
 *
 * Return: 0 or an exit status.
 */
int args_name(struct args *a, const char *what, char **name)
{
	*name = args_next(a);
	if (!*name)
		return msg_usage("%s is missing", what);
	if (!**name || strlen(*name) > NAME_MAX_LEN)
		return msg_usage("\"%s\" is not the name of an interface",
				 *name);
	return 0;
}

/**
 * args_end - See that no word is left.
 * @a: The words.
 *
 * Return: 0 or an exit status.
 */
int args_end(const struct args *a)
{
	if (!a->n)
		return 0;
	return msg_usage("\"%s\" is too much", a->v[0]);
}

static bool is_help(const char *word)
{
	static const char *const words[] = { "help", "-h", "-help", "--help" };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(words); i++)
		if (!strcmp(word, words[i]))
			return true;
	return false;
}

/**
 * args_help - See whether the next word asks for help.
 * @a: The words.
 *
 * Return: Whether it does.
 */
bool args_help(const struct args *a)
{
	return a->n && is_help(a->v[0]);
}

/**
 * args_skip - Skip a word that may stand before the name of an interface.
 * @a: The words.
 * @names: What the word can be.
 * @n: How many @names there are.
 *
 * Only the full word will do: an abbreviation could be a name.
 */
void args_skip(struct args *a, const char *const *names, unsigned int n)
{
	unsigned int i;

	for (i = 0; a->n && i < n; i++) {
		if (!strcmp(a->v[0], names[i])) {
			args_next(a);
			return;
		}
	}
}

/**
 * args_target - Take the name of what to show, if there is one, and the end.
 * @a: The words.
 * @name: Where to put the name; NULL when there is none.
 *
 * Return: 0 or an exit status.
 */
int args_target(struct args *a, char **name)
{
	static const char *const words[] = { "dev", "pdev", "vif" };
	int ret;

	*name = NULL;
	if (!a->n)
		return 0;
	args_skip(a, words, ARRAY_SIZE(words));
	ret = args_name(a, "the name", name);
	return ret ?: args_end(a);
}

/**
 * word_find - Find the name that a word, perhaps abbreviated, stands for.
 * @word: The word.
 * @names: The names; some may be NULL.
 * @n: How many there are.
 *
 * Return: The index of the name, WORD_NONE or WORD_AMBIGUOUS.
 */
int word_find(const char *word, const char *const *names, unsigned int n)
{
	size_t len = strlen(word);
	int found = WORD_NONE;
	unsigned int i;

	for (i = 0; len && i < n; i++) {
		if (!names[i] || strncmp(word, names[i], len))
			continue;
		if (!names[i][len])
			return i;
		found = found == WORD_NONE ? (int)i : WORD_AMBIGUOUS;
	}
	return found;
}

/**
 * word_need - word_find() that complains.
 * @word: The word.
 * @names: The names; some may be NULL.
 * @n: How many there are.
 *
 * Return: The index of the name, or -1 after a message.
 */
int word_need(const char *word, const char *const *names, unsigned int n)
{
	int i = word_find(word, names, n);

	if (i == WORD_NONE)
		msg_usage("unknown word \"%s\"", word);
	else if (i == WORD_AMBIGUOUS)
		msg_usage("\"%s\" can mean more than one thing", word);
	return i < 0 ? -1 : i;
}

/* Two names of one command do not make an abbreviation ambiguous */
static int command_find(const struct command *table, unsigned int n,
			const char *word)
{
	size_t len = strlen(word);
	int found = WORD_NONE;
	unsigned int i;

	for (i = 0; len && i < n; i++) {
		if (strncmp(word, table[i].name, len))
			continue;
		if (!table[i].name[len])
			return i;
		if (found == WORD_NONE)
			found = i;
		else if (found >= 0 && table[found].run != table[i].run)
			found = WORD_AMBIGUOUS;
	}
	return found;
}

/**
 * command_run - Run the command that the next word names.
 * @table: The commands.
 * @n: How many there are.
 * @a: The words.
 *
 * Return: The exit status.
 */
int command_run(const struct command *table, unsigned int n, struct args *a)
{
	const char *word = args_next(a) ?: "";
	int i = command_find(table, n, word);

	if (i == WORD_NONE)
		return msg_usage("unknown command \"%s\"", word);
	if (i == WORD_AMBIGUOUS)
		return msg_usage("\"%s\" can mean more than one command", word);
	return table[i].run(a);
}

/**
 * object_run - Run a command of an object such as dev, port or mac.
 * @table: The commands, of which the first is meant where none is named.
 * @n: How many there are.
 * @help: Prints how to use them.
 * @a: The words.
 *
 * Return: The exit status.
 */
int object_run(const struct command *table, unsigned int n,
	       void (*help)(FILE *f), struct args *a)
{
	if (args_help(a) || (a->n > 1 && is_help(a->v[1]))) {
		help(stdout);
		return 0;
	}
	return a->n ? command_run(table, n, a) : table[0].run(a);
}

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
