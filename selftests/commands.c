// SPDX-License-Identifier: GPL-2.0
/* commands.c - commands that are read and answered a line each */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"

void answer(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
	fflush(stdout);
}

void die(const char *what)
{
	answer("error %s: %s", what, strerror(errno));
	exit(1);
}

int split(char *line, char **words, int most)
{
	int n = 0;

	for (line = strtok(line, " \t\n"); line; line = strtok(NULL, " \t\n"))
		if (n < most)
			words[n++] = line;
	return n;
}
