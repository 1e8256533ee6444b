/* SPDX-License-Identifier: GPL-2.0 */
/*
 * For programs that read commands, a line each, and answer each with one line:
 * "ok ..." or "error ..."
 */
#ifndef COMMANDS_H
#define COMMANDS_H

void answer(const char *format, ...);
/* The answer is an error with errno, and the last. */
void die(const char *what);
/* Returns the number of words; what goes beyond @most is left out. */
int split(char *line, char **words, int most);

#endif
