// SPDX-License-Identifier: GPL-2.0
/*
 * vifmap - the CNI plugin: attaches containers to vifmap devices
 *
 * A container's interface is one end of a veth; the other end stays with the
 * host and is attached as "vifmap attach" does, by the same code.
 */
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "cni.h"

/* What the tool's files want to know of the words before a command */
struct options opt;

/**
 * struct cni_command - A command.
 * @name: CNI_COMMAND.
 * @since: The first version of the specification that has it.
 * @run: What does it.
 * @attachment: It is about one interface of one container.
 * @netns: It wants the container's namespace.
 */
struct cni_command {
	const char *name;
	enum cni_version since;
	int (*run)(struct cni *c);
	bool attachment;
	bool netns;
};

static const struct cni_command commands[] = {
	{ "ADD", CNI_0_3_1, cni_add, true, true },
	{ "DEL", CNI_0_3_1, cni_del, true, false },
	{ "CHECK", CNI_0_4_0, cni_check, true, true },
	{ "GC", CNI_1_1_0, cni_gc, false, false },
	{ "STATUS", CNI_1_1_0, cni_status, false, false },
};

/* The version to answer in: that of the configuration, if we speak it */
static const char *answer_version(const struct cni *c)
{
	const char *text = cni_get_str(c->json, "cniVersion");

	if (text && cni_version_find(text) >= 0)
		return text;
	return cni_versions[CNI_VERSIONS - 1];
}

static int print_versions(const struct cni *c)
{
	struct json_object *list = json_object_new_array();
	struct json_object *o = json_object_new_object();
	unsigned int i;
	int ret;

	for (i = 0; i < CNI_VERSIONS; i++)
		json_object_array_add(list,
				      json_object_new_string(cni_versions[i]));
	json_object_object_add(o, "cniVersion",
			       json_object_new_string(answer_version(c)));
	json_object_object_add(o, "supportedVersions", list);
	ret = cni_print(o);
	json_object_put(o);
	return ret;
}

static const struct cni_command *find_command(const char *name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(commands); i++)
		if (!strcmp(name, commands[i].name))
			return &commands[i];
	return NULL;
}

static int run_command(struct cni *c, const struct cni_command *command)
{
	int ret = cni_conf(c);

	if (!ret && c->version < command->since)
		ret = cni_fail(CNI_ERR_VERSION,
			       "cniVersion: %s came with %s, not with %s",
			       command->name, cni_versions[command->since],
			       cni_versions[c->version]);
	if (!ret)
		ret = cni_check_name(c);
	if (!ret && command->attachment)
		ret = cni_need_attachment(c);
	if (!ret && command->netns)
		ret = cni_need_netns(c);
	return ret ?: command->run(c);
}

static int run(struct cni *c)
{
	const struct cni_command *command;
	int ret;

	ret = cni_environment(c);
	if (!ret)
		ret = cni_read(c);
	if (ret)
		return ret;
	if (!strcmp(c->command, "VERSION"))
		return print_versions(c);
	command = find_command(c->command);
	if (!command)
		return cni_fail(CNI_ERR_ENVIRONMENT,
				"CNI_COMMAND: \"%s\" is unknown", c->command);
	return run_command(c, command);
}

/* A socket must not become somebody's standard output */
static void keep_streams(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDONLY);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

int main(void)
{
	struct cni c = {};
	int ret;

	keep_streams();
	signal(SIGPIPE, SIG_IGN);
	/* Runtimes may ignore the ends of their children */
	signal(SIGCHLD, SIG_DFL);
	msg_collect(cni_collect);
	ret = run(&c);
	if (ret)
		cni_print_error(answer_version(&c));
	nl_close();
	return ret ? 1 : 0;
}
