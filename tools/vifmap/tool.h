/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vifmap - what the files of the tool share
 */
#ifndef VIFMAP_TOOL_H
#define VIFMAP_TOOL_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include <linux/types.h>
#include <linux/vifmap.h>

#include "value.h"

#define __printf(fmt, args) \
	__attribute__((__format__(__printf__, fmt, args)))

#define MAC_STRLEN	18

/* Exit statuses: what the system refused, and what was not understood */
#define ST_REFUSED	1
#define ST_USAGE	2

/**
 * struct options - What the words before the command asked for.
 * @json: Print JSON.
 * @pretty: Print JSON for people.
 * @details: Leave nothing out.
 * @timestamp: Put the time before each event.
 * @force: Go on after a line of a batch that failed.
 * @netns: Name or path of the network namespace to work in, or NULL.
 * @batch: File to read commands from, or NULL.
 */
struct options {
	bool json;
	bool pretty;
	bool details;
	bool timestamp;
	bool force;
	const char *netns;
	const char *batch;
};

extern struct options opt;

/**
 * struct args - The words of a command that are still to be read.
 * @v: The next word.
 * @n: How many there are.
 */
struct args {
	char **v;
	int n;
};

/**
 * struct command - A row of a table of commands.
 * @name: What the user types.
 * @run: What does it.
 */
struct command {
	const char *name;
	int (*run)(struct args *a);
};

/* main.c */
int main_command(struct args *a);
const char *version_of_tool(void);
const char *version_of_module(char *buf, size_t size);

/* batch.c */
int batch_run(const char *name);

/* lines.c */
typedef int (*lines_fn)(struct args *a, void *data);

int lines_run(const char *name, bool go_on, lines_fn fn, void *data);

/* signals.c */
void signals_hold(sigset_t *old);
void signals_release(const sigset_t *old);

/* cmd_*.c: each returns an exit status */
int cmd_apply(struct args *a);
int cmd_attach(struct args *a);
int cmd_detach(struct args *a);
int cmd_dev(struct args *a);
int cmd_doctor(struct args *a);
int cmd_import(struct args *a);
int cmd_mac(struct args *a);
int cmd_monitor(struct args *a);
int cmd_port(struct args *a);
int cmd_save(struct args *a);
int cmd_show(struct args *a);
int cmd_stats(struct args *a);

void apply_help(FILE *f);
void attach_help(FILE *f);
void detach_help(FILE *f);
void dev_help(FILE *f);
void doctor_help(FILE *f);
void import_help(FILE *f);
void mac_help(FILE *f);
void monitor_help(FILE *f);
void port_help(FILE *f);
void port_help_options(FILE *f);
void save_help(FILE *f);
void show_help(FILE *f);
void stats_help(FILE *f);

/* parse.c */
#define WORD_NONE	-1
#define WORD_AMBIGUOUS	-2

const char *args_peek(const struct args *a);
char *args_next(struct args *a);
int args_value(struct args *a, const char *what, char **value);
int args_name(struct args *a, const char *what, char **name);
int args_end(const struct args *a);
bool args_help(const struct args *a);
void args_skip(struct args *a, const char *const *names, unsigned int n);
int args_target(struct args *a, char **name);
int word_find(const char *word, const char *const *names, unsigned int n);
int word_need(const char *word, const char *const *names, unsigned int n);
int command_run(const struct command *table, unsigned int n, struct args *a);
int object_run(const struct command *table, unsigned int n,
	       void (*help)(FILE *f), struct args *a);

/* print.c */
void msg_place(const char *file, unsigned int line);
unsigned int msg_line(void);
void msg_command(const char *name);
void msg_collect(void (*fn)(const char *text));
__printf(1, 2) void msg_note(const char *fmt, ...);
__printf(1, 2) int msg_refused(const char *fmt, ...);
__printf(1, 2) int msg_usage(const char *fmt, ...);
void *mem_realloc(void *p, size_t n, size_t size);
char *mem_strdup(const char *s);

void pr_begin(void);
void pr_end(void);
void pr_open(const char *key);
void pr_close(void);
void pr_array_open(const char *key);
void pr_array_close(void);
void pr_uint(const char *key, const char *fmt, __u64 val);
void pr_bool(const char *key, const char *fmt, const char *text, bool val);
void pr_str(const char *key, const char *fmt, const char *val);
__printf(1, 2) void pr_text(const char *fmt, ...);
int pr_flush(void);
const char *mac_str(const __u8 *mac, char *buf);

#endif /* VIFMAP_TOOL_H */
