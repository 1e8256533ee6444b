// SPDX-License-Identifier: GPL-2.0
/*
 * vifmap - words as users type them
 */
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
