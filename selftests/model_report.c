// SPDX-License-Identifier: GPL-2.0
/* model_report.c - the history, and what to say when the test fails */
#define _GNU_SOURCE
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "model_test.h"

#define HISTORY		60

static char history[HISTORY][200];
static unsigned long n_history;
unsigned long refusals;

void remember(const char *format, ...)
{
	char *to = history[n_history++ % HISTORY];
	va_list args;

	va_start(args, format);
	vsnprintf(to, sizeof(history[0]), format, args);
	va_end(args);
}

void fail(void)
{
	unsigned long i = n_history > HISTORY ? n_history - HISTORY : 0;

	printf("# the last operations and frames:\n");
	for (; i < n_history; i++)
		printf("#   %s\n", history[i % HISTORY]);
	fflush(stdout);
	_exit(1);
}

static const char *answer_text(int answer)
{
	return answer ? strerrorname_np(-answer) ? : "?" : "ok";
}

void answered(int got, int want, const char *format, ...)
{
	char what[160];
	va_list args;

	va_start(args, format);
	vsnprintf(what, sizeof(what), format, args);
	va_end(args);
	remember("%lu: %s: %s", operation, what, answer_text(got));
	refusals += !!want;
	if (got == want)
		return;
	printf("# operation %lu: %s: the kernel says %s, the model %s\n",
	       operation, what, answer_text(got), answer_text(want));
	fail();
}

void must(int ret, const char *what)
{
	if (!ret)
		return;
	printf("# operation %lu: %s: %s\n", operation, what,
	       answer_text(ret));
	fail();
}
