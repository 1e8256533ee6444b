// SPDX-License-Identifier: GPL-2.0
/*
 * vifmap - lines of words from a file
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tool.h"

/* More words than a command can make use of */
#define LINE_WORDS	4096

/* Take one word out of a line, in place: quotes go, and what ends it */
static char *line_word(char **line)
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
static int line_split(char *line, char **words)
{
	int n = 0;

	for (;;) {
		while (isspace((unsigned char)*line))
			line++;
		if (!*line || *line == '#')
			return n;
		if (n == LINE_WORDS) {
			msg_refused("too many words");
			return -1;
		}
		words[n] = line_word(&line);
		if (!words[n++]) {
			msg_refused("a quote has no end");
			return -1;
		}
	}
}

static int line_read(char *line, size_t len, lines_fn fn, void *data)
{
	static char *words[LINE_WORDS];
	struct args a = { .v = words };

	if (strlen(line) != len)
		return msg_refused("not a line of text");
	a.n = line_split(line, words);
	if (a.n < 0)
		return ST_REFUSED;
	return a.n ? fn(&a, data) : 0;
}

static int lines_read(FILE *f, const char *name, bool go_on, lines_fn fn,
		      void *data)
{
	unsigned int count = 0;
	char *line = NULL;
	size_t size = 0;
	int ret = 0;
	ssize_t len;

	while (!ret || go_on) {
		errno = 0;
		len = getline(&line, &size, f);
		if (len < 0)
			break;
		msg_place(name, ++count);
		ret = line_read(line, len, fn, data) ?: ret;
	}
	msg_place(NULL, 0);
	if (ferror(f))
		ret = msg_refused("cannot read %s: %s", name,
				  strerror(errno));
	free(line);
	return ret;
}

/**
 * lines_run - Do something with each line of a file that is not empty.
 * @name: Name of the file, "-" for the standard input.
 * @go_on: Go on after a line that failed.
 * @fn: What to do; the words are there until it returns.
 * @data: For @fn.
 *
 * Return: 0, or the status of the last line that failed.
 */
int lines_run(const char *name, bool go_on, lines_fn fn, void *data)
{
	FILE *f = stdin;
	int ret;

	if (strcmp(name, "-"))
		f = fopen(name, "re");
	if (!f)
		return msg_refused("cannot open %s: %s", name,
				   strerror(errno));
	ret = lines_read(f, name, go_on, fn, data);
	if (f != stdin)
		fclose(f);
	return ret;
}
