// SPDX-License-Identifier: GPL-2.0
/*
 * vifmap - commands from a file
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tool.h"

/* More words than a command can make use of */
#define BATCH_WORDS	4096

/* Take one word out of a line, in place: quotes go, and what ends it */
static char *batch_word(char **line)
{
	char *from = *line;
	char *word = from;
	char *to = from;
	char quote = 0;

	for (; *from && (quote || !isspace((unsigned char)*from)); from++) {
		if (*from == quote)
			quote = 0;
		else if (!quote && (*from == '"' || *from == '\''))
			quote = *from;
		else
			*to++ = *from;
	}
	if (quote)
		return NULL;
	*line = *from ? from + 1 : from;
	*to = '\0';
	return word;
}

/* Split a line into words: their number, or -1 after a message */
static int batch_split(char *line, char **words)
{
	int n = 0;

	for (;;) {
		while (isspace((unsigned char)*line))
			line++;
		if (!*line || *line == '#')
			return n;
		if (n == BATCH_WORDS) {
			msg_refused("too many words");
			return -1;
		}
		words[n] = batch_word(&line);
		if (!words[n++]) {
			msg_refused("a quote has no end");
			return -1;
		}
	}
}

static int batch_line(char *line, size_t len)
{
	static char *words[BATCH_WORDS];
	struct args a = { .v = words };

	msg_command(NULL);
	if (strlen(line) != len)
		return msg_refused("not a line of text");
	a.n = batch_split(line, words);
	if (a.n < 0)
		return ST_REFUSED;
	return a.n ? main_command(&a) : 0;
}

static int batch_read(FILE *f, const char *name)
{
	unsigned int count = 0;
	char *line = NULL;
	size_t size = 0;
	int ret = 0;
	ssize_t len;

	while (!ret || opt.force) {
		errno = 0;
		len = getline(&line, &size, f);
		if (len < 0)
			break;
		msg_place(name, ++count);
		if (batch_line(line, len))
			ret = ST_REFUSED;
	}
	msg_place(NULL, 0);
	if (ferror(f))
		ret = msg_refused("cannot read %s: %s", name,
				  strerror(errno));
	free(line);
	return ret;
}

/**
 * batch_run - Run the commands of a file, one per line.
 * @name: Name of the file, "-" for the standard input.
 *
 * Return: The exit status.
 */
int batch_run(const char *name)
{
	FILE *f = stdin;
	int ret;

	if (strcmp(name, "-"))
		f = fopen(name, "re");
	if (!f)
		return msg_refused("cannot open %s: %s", name,
				   strerror(errno));
	ret = batch_read(f, name);
	if (f != stdin)
		fclose(f);
	return ret;
}
