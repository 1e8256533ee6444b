// SPDX-License-Identifier: GPL-2.0
/*
 * vifmap - the CNI plugin: what went wrong
 *
 * What fails first is the error; what fails while it is undone comes with it as
 * details.
 */
#include <stdarg.h>
#include <string.h>

#include "cni.h"

static struct {
	int code;
	int refused;
	char text[1024];
	char details[2048];
} why = { .refused = CNI_ERR_REFUSED };

static void add_details(const char *text)
{
	size_t n = strlen(why.details);

	snprintf(why.details + n, sizeof(why.details) - n, "%s%s",
		 n ? "; " : "", text);
}

/**
 * cni_fail - Take down what went wrong.
 * @code: An error code, see enum cni_error.
 * @fmt: As for printf().
 *
 * Return: -1
 */
int cni_fail(int code, const char *fmt, ...)
{
	char text[sizeof(why.text)];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (why.code) {
		add_details(text);
		return -1;
	}
	why.code = code;
	memcpy(why.text, text, sizeof(why.text));
	return -1;
}

/**
 * cni_fail_as - Take down what went wrong in a plugin that this one called.
 * @error: What it printed.
 * @whose: Name of the plugin.
 *
 * Return: -1
 */
int cni_fail_as(struct json_object *error, const char *whose)
{
	struct json_object *code = cni_get(error, "code", json_type_int);
	const char *details = cni_get_str(error, "details");
	const char *text = cni_get_str(error, "msg");
	bool first = !why.code;

	cni_fail(code ? json_object_get_int(code) : CNI_ERR_REFUSED, "%s: %s",
		 whose, text ?: "it failed without a message");
	if (first && details && *details)
		add_details(details);
	return -1;
}

/**
 * cni_fail_code - Say what the failures of the tool's functions mean here.
 * @code: The error code for them.
 */
void cni_fail_code(int code)
{
	why.refused = code;
}

/**
 * cni_collect - Take down a failure of one of the tool's functions.
 * @text: Its text.
 */
void cni_collect(const char *text)
{
	cni_fail(why.refused, "%s", text);
}

/**
 * cni_print_error - Print what went wrong.
 * @version: The version of the specification to say it in.
 */
void cni_print_error(const char *version)
{
	struct json_object *o = json_object_new_object();

	if (!why.code)
		cni_fail(CNI_ERR_REFUSED, "it failed without a message");
	json_object_object_add(o, "cniVersion",
			       json_object_new_string(version));
	json_object_object_add(o, "code", json_object_new_int(why.code));
	json_object_object_add(o, "msg", json_object_new_string(why.text));
	if (*why.details)
		json_object_object_add(o, "details",
				       json_object_new_string(why.details));
	cni_print(o);
	json_object_put(o);
}
