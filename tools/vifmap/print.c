// SPDX-License-Identifier: GPL-2.0
/*
 * vifmap - messages, and one way to print text and JSON
 *
 * The pr_*() functions take a key for JSON and a format for text. Elements of
 * the outermost array are written as they are closed, so that a large map is
 * never held as JSON.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "tool.h"

/* Deeper than any of the output */
#define PR_DEPTH	8

static struct {
	const char *file;
	const char *command;
	unsigned int line;
} place;

static void (*msg_sink)(const char *text);

static struct {
	struct json_object *stack[PR_DEPTH];
	unsigned int depth;
	unsigned int count;
	bool list;
} pr;

/**
 * msg_place - Say where messages come from.
 * @file: Name of the batch file, or NULL.
 * @line: The line in it.
 */
void msg_place(const char *file, unsigned int line)
{
	place.file = file;
	place.line = line;
}

/**
 * msg_line - The line that messages come from.
 *
 * Return: What msg_place() was told.
 */
unsigned int msg_line(void)
{
	return place.line;
}

/**
 * msg_command - Say which command's help a usage error points at.
 * @name: Name of the command, or NULL for the help on all of them.
 */
void msg_command(const char *name)
{
	place.command = name;
}

/**
 * msg_collect - Hand failures to somebody rather than print them.
 * @fn: Gets the text of each, without the end of the line.
 */
void msg_collect(void (*fn)(const char *text))
{
	msg_sink = fn;
}

static void msg_print(const char *fmt, va_list ap)
{
	/* What was printed before should be seen before */
	fflush(stdout);
	if (place.file)
		fprintf(stderr, "%s:%u: ", place.file, place.line);
	else
		fputs("vifmap: ", stderr);
	vfprintf(stderr, fmt, ap);
}

static void msg_failure(const char *fmt, va_list ap, const char *end)
{
	char text[1024];

	if (msg_sink) {
		vsnprintf(text, sizeof(text), fmt, ap);
		msg_sink(text);
		return;
	}
	msg_print(fmt, ap);
	fprintf(stderr, "%s\n", end);
}

/**
 * msg_note - Tell something that is no failure.
 * @fmt: As for printf().
 */
void msg_note(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	msg_print(fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
}

/**
 * msg_refused - Tell what the kernel or the system refused.
 * @fmt: As for printf().
 *
 * Return: The exit status for that.
 */
int msg_refused(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	msg_failure(fmt, ap, "");
	va_end(ap);
	return ST_REFUSED;
}

/**
 * msg_usage - Tell what was not understood, and where to read about it.
 * @fmt: As for printf().
 *
 * Return: The exit status for that.
 */
int msg_usage(const char *fmt, ...)
{
	char end[64];
	va_list ap;

	snprintf(end, sizeof(end), "; see \"vifmap %s%shelp\"",
		 place.command ?: "", place.command ? " " : "");
	va_start(ap, fmt);
	msg_failure(fmt, ap, end);
	va_end(ap);
	return ST_USAGE;
}

static void *mem_check(void *p)
{
	if (p)
		return p;
	msg_refused("out of memory");
	exit(ST_REFUSED);
}

/**
 * mem_realloc - realloc() of an array that does not fail.
 * @p: The old array, or NULL.
 * @n: How many elements it shall have.
 * @size: The size of one; @n times @size is not zero.
 *
 * Return: The array. Where there is no memory the tool ends.
 */
void *mem_realloc(void *p, size_t n, size_t size)
{
	return mem_check(reallocarray(p, n, size));
}

/**
 * mem_strdup - strdup() that does not fail.
 * @s: The string.
 *
 * Return: The copy. Where there is no memory the tool ends.
 */
char *mem_strdup(const char *s)
{
	return mem_check(strdup(s));
}

static void pr_add(const char *key, struct json_object *val)
{
	struct json_object *top = pr.stack[pr.depth - 1];
	int ret;

	mem_check(val);
	if (key)
		ret = json_object_object_add(top, key, val);
	else
		ret = json_object_array_add(top, val);
	if (ret)
		mem_check(NULL);
}

static void pr_push(struct json_object *val)
{
	pr.stack[pr.depth++] = mem_check(val);
}

/* An element of the outermost array, or a line where there is none */
static void pr_element(struct json_object *val)
{
	int flags = JSON_C_TO_STRING_NOSLASHESCAPE;
	const char *s;

	if (opt.pretty)
		flags |= JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED;
	s = mem_check((void *)json_object_to_json_string_ext(val, flags));

	if (pr.list && pr.count++)
		fputs(opt.pretty ? ", " : ",", stdout);
	fputs(s, stdout);
	if (!pr.list)
		putchar('\n');
}

/**
 * pr_begin - Begin the output of a command, which is a list.
 */
void pr_begin(void)
{
	pr.list = true;
	pr.count = 0;
	if (opt.json)
		fputs(opt.pretty ? "[ " : "[", stdout);
}

/**
 * pr_end - End the output of a command.
 */
void pr_end(void)
{
	pr.list = false;
	if (opt.json)
		fputs(opt.pretty ? " ]\n" : "]\n", stdout);
}

/**
 * pr_open - Begin an object.
 * @key: Its name, or NULL in a list.
 */
void pr_open(const char *key)
{
	struct json_object *val;

	if (!opt.json)
		return;
	val = json_object_new_object();
	if (pr.depth)
		pr_add(key, val);
	pr_push(val);
}

/**
 * pr_close - End an object.
 */
void pr_close(void)
{
	if (!opt.json || --pr.depth)
		return;
	pr_element(pr.stack[0]);
	json_object_put(pr.stack[0]);
}

/**
 * pr_array_open - Begin a list inside an object.
 * @key: Its name.
 */
void pr_array_open(const char *key)
{
	struct json_object *val;

	if (!opt.json)
		return;
	val = json_object_new_array();
	pr_add(key, val);
	pr_push(val);
}

/**
 * pr_array_close - End a list inside an object.
 */
void pr_array_close(void)
{
	if (opt.json)
		pr.depth--;
}

/**
 * pr_uint - Print a number.
 * @key: Its name in JSON.
 * @fmt: Format for text with one PRIu64, or NULL for none.
 * @val: The number.
 */
void pr_uint(const char *key, const char *fmt, __u64 val)
{
	if (opt.json)
		pr_add(key, json_object_new_uint64(val));
	else if (fmt)
		printf(fmt, val);
}

/**
 * pr_bool - Print a yes or no.
 * @key: Its name in JSON.
 * @fmt: Format for text with one %s, or NULL for none.
 * @text: The word for it in text.
 * @val: The value.
 */
void pr_bool(const char *key, const char *fmt, const char *text, bool val)
{
	if (opt.json)
		pr_add(key, json_object_new_boolean(val));
	else if (fmt)
		printf(fmt, text);
}

/**
 * pr_str - Print a string.
 * @key: Its name in JSON, or NULL in a list.
 * @fmt: Format for text with one %s, or NULL for none.
 * @val: The string.
 */
void pr_str(const char *key, const char *fmt, const char *val)
{
	if (opt.json)
		pr_add(key, json_object_new_string(val));
	else if (fmt)
		printf(fmt, val);
}

/**
 * pr_text - Print what only text has.
 * @fmt: As for printf().
 */
void pr_text(const char *fmt, ...)
{
	va_list ap;

	if (opt.json)
		return;
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
}

/**
 * pr_flush - See that the output has got out.
 *
 * Return: An exit status. A reader that has had enough is no news.
 */
int pr_flush(void)
{
	int err;

	errno = 0;
	if (!fflush(stdout) && !ferror(stdout))
		return 0;
	err = errno;
	clearerr(stdout);
	if (err == EPIPE)
		return ST_REFUSED;
	return msg_refused("cannot write the output: %s",
			   strerror(err ?: EIO));
}

/**
 * mac_str - Format a MAC address.
 * @mac: The address.
 * @buf: Room for MAC_STRLEN bytes.
 *
 * Return: @buf.
 */
const char *mac_str(const __u8 *mac, char *buf)
{
	snprintf(buf, MAC_STRLEN, "%02x:%02x:%02x:%02x:%02x:%02x",
		 mac[0], mac[1], mac[2], mac[3], mac[4], mac[5]);
	return buf;
}
