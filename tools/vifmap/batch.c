// SPDX-License-Identifier: GPL-2.0
/*
 * vifmap - commands from a file
 */
#include "tool.h"

static int batch_line(struct args *a, void *data)
{
	(void)data;
	msg_command(NULL);
	return main_command(a);
}

/**
 * batch_run - Run the commands of a file, one per line.
 * @name: Name of the file, "-" for the standard input.
 *
 * Return: The exit status.
 */
int batch_run(const char *name)
{
	if (lines_run(name, opt.force, batch_line, NULL))
		return ST_REFUSED;
	return 0;
}
