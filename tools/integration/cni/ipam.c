// SPDX-License-Identifier: GPL-2.0
/*
 * vifmap - the CNI plugin: the IPAM plugin, to which addresses are left
 *
 * It gets the variables that this plugin got, and the same configuration. One
 * that does not know the version asked for yet (those of distributions are
 * often older than runtimes) is spoken to in the newest that both know.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cni.h"

/* Far more than a result */
#define OUTPUT_MAX	(1024 * 1024)

static bool is_program(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISREG(st.st_mode) && !access(path, X_OK);
}

static int ipam_find(const struct cni *c, char *path, size_t size)
{
	const char *dirs = getenv("CNI_PATH") ?: "";
	const char *dir = dirs;

	if (!*dirs)
		return cni_fail(CNI_ERR_ENVIRONMENT, "CNI_PATH is not set");
	for (; *dir; dir += strspn(dir, ":")) {
		int n = strcspn(dir, ":");

		if (snprintf(path, size, "%.*s/%s", n, dir, c->ipam) <
		    (int)size && is_program(path))
			return 0;
		dir += n;
	}
	return cni_fail(CNI_ERR_CONFIG,
			"ipam.type: there is no plugin %s in CNI_PATH %s",
			c->ipam, dirs);
}

/* A file in memory: however long it is, nobody waits for anybody */
static int file_of(struct json_object *json)
{
	const char *text = json_object_to_json_string(json);
	size_t left = strlen(text);
	int fd = memfd_create("cni", MFD_CLOEXEC);

	while (fd >= 0 && left) {
		ssize_t n = write(fd, text, left);

		if (n < 0 && errno != EINTR) {
			close(fd);
			return -1;
		}
		text += n < 0 ? 0 : n;
		left -= n < 0 ? 0 : n;
	}
	if (fd >= 0)
		lseek(fd, 0, SEEK_SET);
	return fd;
}

static void child(const char *path, const char *command, int in, int out)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	if (dup2(in, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0 ||
	    setenv("CNI_COMMAND", command, 1))
		_exit(127);
	execl(path, path, (char *)NULL);
	fprintf(stderr, "%s: %s\n", path, strerror(errno));
	_exit(127);
}

/* All that it says; NULL when that is more than it should be */
static char *read_all(int fd)
{
	char *text = NULL;
	size_t n = 0;
	ssize_t got;

	do {
		text = mem_realloc(text, n + 4096 + 1, 1);
		got = read(fd, text + n, 4096);
		if (got > 0)
			n += got;
	} while ((got > 0 && n < OUTPUT_MAX) || (got < 0 && errno == EINTR));
	text[n] = '\0';
	if (!got)
		return text;
	free(text);
	return NULL;
}

static int wait_for(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	return status;
}

/* What became of it, from its status and its output */
static int ipam_judge(const char *name, int status, const char *text,
		      struct json_object **result)
{
	struct json_object *o = text ? json_tokener_parse(text) : NULL;

	if (!json_object_is_type(o, json_type_object)) {
		json_object_put(o);
		o = NULL;
	}
	if (WIFEXITED(status) && !WEXITSTATUS(status)) {
		*result = o;
		return 0;
	}
	if (o)
		cni_fail_as(o, name);
	else if (WIFSIGNALED(status))
		cni_fail(CNI_ERR_IO, "%s: ended by signal %d", name,
			 WTERMSIG(status));
	else
		cni_fail(CNI_ERR_DECODE, "%s: failed with status %d and no %s",
			 name, WEXITSTATUS(status), "error in JSON");
	json_object_put(o);
	return -1;
}

static int ipam_exec(const struct cni *c, const char *path,
		     const char *command, struct json_object *json,
		     struct json_object **result)
{
	int in, out[2], status;
	char *text;
	pid_t pid;
	int ret;

	*result = NULL;
	in = file_of(json);
	if (in < 0 || pipe2(out, O_CLOEXEC))
		return cni_fail(CNI_ERR_IO, "cannot call %s: %s", c->ipam,
				strerror(errno));
	pid = fork();
	if (!pid)
		child(path, command, in, out[1]);
	close(in);
	close(out[1]);
	if (pid < 0) {
		close(out[0]);
		return cni_fail(CNI_ERR_IO, "cannot call %s: %s", c->ipam,
				strerror(errno));
	}
	text = read_all(out[0]);
	close(out[0]);
	status = wait_for(pid);
	ret = ipam_judge(c->ipam, status, text, result);
	free(text);
	return ret;
}

/* The newest version that both know and that is not newer than the runtime's */
static int ipam_version(const struct cni *c, const char *path)
{
	struct json_object *answer, *list;
	int version = -1;
	size_t i;

	if (ipam_exec(c, path, "VERSION", c->json, &answer))
		return -1;
	list = cni_get(answer, "supportedVersions", json_type_array);
	for (i = 0; list && i < json_object_array_length(list); i++) {
		struct json_object *o = json_object_array_get_idx(list, i);
		int v = cni_version_find(json_object_get_string(o) ?: "");

		if (v > version && v <= (int)c->version)
			version = v;
	}
	json_object_put(answer);
	if (version < 0)
		cni_fail(CNI_ERR_VERSION, "%s: no version up to %s in common",
			 c->ipam, cni_versions[c->version]);
	return version;
}

/* The configuration in the words of a version; the caller lets go of it */
static struct json_object *conf_in(const struct cni *c,
				   enum cni_version version)
{
	struct json_object *json = NULL;
	struct json_object *prev;

	if (version == c->version)
		return json_object_get(c->json);
	if (json_object_deep_copy(c->json, &json, NULL))
		return NULL;
	json_object_object_add(json, "cniVersion",
			       json_object_new_string(cni_versions[version]));
	prev = cni_get(json, "prevResult", json_type_object);
	if (prev)
		result_convert(prev, version);
	return json;
}

/* The first version that has the command */
static enum cni_version command_since(const char *command)
{
	if (!strcmp(command, "GC") || !strcmp(command, "STATUS"))
		return CNI_1_1_0;
	return strcmp(command, "CHECK") ? CNI_0_3_1 : CNI_0_4_0;
}

/**
 * ipam_run - Leave a command to the IPAM plugin, if there is one.
 * @c: The call.
 * @command: What it is to do.
 * @result: Where to put what it says, NULL if nothing; the caller frees it.
 *
 * A command that is too new for the plugin is not for it.
 *
 * Return: 0 or -1.
 */
int ipam_run(const struct cni *c, const char *command,
	     struct json_object **result)
{
	struct json_object *json;
	char path[4096];
	int version, ret;

	*result = NULL;
	if (!c->ipam)
		return 0;
	if (ipam_find(c, path, sizeof(path)))
		return -1;
	version = ipam_version(c, path);
	if (version < 0)
		return -1;
	if (version < (int)command_since(command))
		return 0;
	json = conf_in(c, version);
	ret = ipam_exec(c, path, command, json, result);
	json_object_put(json);
	return ret;
}
