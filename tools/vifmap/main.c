// SPDX-License-Identifier: GPL-2.0
/*
 * vifmap - the command: its options and the table of its commands
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "nl.h"

#define NETNS_DIR	"/var/run/netns"
#define MODULE_DIR	"/sys/module/vifmap"

struct options opt;

static void usage(FILE *f)
{
	fputs("Usage: vifmap [OPTIONS] COMMAND [ARGUMENTS]\n"
	      "       vifmap [OPTIONS] -batch FILE\n"
	      "\n"
	      "COMMAND: attach VIF pdev PDEV [mac MAC]... [OPTION VALUE]...\n"
	      "         detach VIF\n"
	      "         show [DEV | VIF] [-w SECONDS]\n"
	      "         dev { show | set } [DEV] [OPTION VALUE]...\n"
	      "         port { show | set } [VIF] [OPTION VALUE]...\n"
	      "         mac { show | add | del | set | flush } [MAC]\n"
	      "             [vif VIF | pdev PDEV] [active | inactive]\n"
	      "         stats [DEV | VIF] [--prometheus]\n"
	      "         monitor\n"
	      "         doctor [DEV | VIF]\n"
	      "         import-bridge BRIDGE [uplink PORT] [learned]\n"
	      "             [OPTION VALUE]... [--apply]\n"
	      "         save [DEV | VIF]\n"
	      "         apply FILE [--prune] [--dry-run] [--only LINK]\n"
	      "         help, also after a command\n"
	      "\n"
	      "OPTIONS: -j, -json       print JSON\n"
	      "         -p, -pretty     with -j: print line breaks and indents\n"
	      "         -d, -details    leave nothing out of show and doctor\n"
	      "         -t, -timestamp  put the time before the events of monitor\n"
	      "         -n, -netns NAME work in that network namespace\n"
	      "         -b, -batch FILE read commands from FILE; -: standard input\n"
	      "         -force          go on after a line of a batch that failed\n"
	      "         -V, -Version    print the versions of tool and module\n"
	      "         -h, -help       print this\n",
	      f);
}

static int cmd_help(struct args *a)
{
	(void)a;
	usage(stdout);
	return 0;
}

static const struct command commands[] = {
	{ "apply", cmd_apply },
	{ "attach", cmd_attach },
	{ "detach", cmd_detach },
	{ "dev", cmd_dev },
	{ "doctor", cmd_doctor },
	{ "help", cmd_help },
	{ "import-bridge", cmd_import },
	{ "mac", cmd_mac },
	{ "monitor", cmd_monitor },
	{ "port", cmd_port },
	{ "save", cmd_save },
	{ "show", cmd_show },
	{ "list", cmd_show },
	{ "ls", cmd_show },
	{ "stats", cmd_stats },
};

/**
 * main_command - Run one command, of the command line or of a batch.
 * @a: Its words, at least one.
 *
 * Return: The exit status.
 */
int main_command(struct args *a)
{
	int ret;

	if (args_help(a))
		ret = cmd_help(a);
	else
		ret = command_run(commands, ARRAY_SIZE(commands), a);
	if (nl_incomplete() && !ret)
		ret = msg_refused("the list kept changing while it was read");
	return pr_flush() ?: ret;
}

/**
 * version_of_tool - Version of this tool.
 *
 * Return: The version.
 */
const char *version_of_tool(void)
{
	return VIFMAP_VERSION;
}

/**
 * version_of_module - Version of the module that is loaded.
 * @buf: Room for it.
 * @size: Size of @buf.
 *
 * Return: @buf, empty for a module without one, or NULL when none is loaded.
 */
const char *version_of_module(char *buf, size_t size)
{
	FILE *f;

	buf[0] = '\0';
	f = fopen(MODULE_DIR "/version", "re");
	if (!f)
		return access(MODULE_DIR, F_OK) ? NULL : buf;
	if (fgets(buf, size, f))
		buf[strcspn(buf, "\n")] = '\0';
	fclose(f);
	return buf;
}

static int show_version(void)
{
	const char *version;
	char buf[64];

	version = version_of_module(buf, sizeof(buf));
	if (!version)
		version = "not loaded";
	else if (!*version)
		version = "of unknown version";
	printf("vifmap %s, module %s\n", VIFMAP_VERSION, version);
	return pr_flush();
}

static int enter_netns(const char *name)
{
	char path[4096];
	int fd, ret;

	ret = snprintf(path, sizeof(path), "%s%s",
		       strchr(name, '/') ? "" : NETNS_DIR "/", name);
	if (ret >= (int)sizeof(path))
		return msg_usage("the name of the namespace is too long");
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return msg_refused("cannot open network namespace \"%s\": %s",
				   name, strerror(errno));
	ret = setns(fd, CLONE_NEWNET);
	if (ret)
		ret = msg_refused("cannot enter network namespace \"%s\": %s",
				  name, strerror(errno));
	close(fd);
	return ret;
}

/* What an option does that is not a matter of one bit */
enum { OPT_JSON, OPT_PRETTY, OPT_DETAILS, OPT_TIMESTAMP, OPT_TS, OPT_NETNS,
	OPT_BATCH, OPT_FORCE, OPT_VERSION, OPT_HELP };

static const char *const option_names[] = {
	[OPT_JSON] = "json", [OPT_PRETTY] = "pretty",
	[OPT_DETAILS] = "details", [OPT_TIMESTAMP] = "timestamp",
	[OPT_TS] = "ts", [OPT_NETNS] = "netns", [OPT_BATCH] = "batch",
	[OPT_FORCE] = "force", [OPT_VERSION] = "Version", [OPT_HELP] = "help",
};

static int parse_option(int option, struct args *a, bool *done)
{
	char *value = NULL;
	int ret = 0;

	switch (option) {
	case OPT_JSON:
		opt.json = true;
		break;
	case OPT_PRETTY:
		opt.pretty = true;
		break;
	case OPT_DETAILS:
		opt.details = true;
		break;
	case OPT_TIMESTAMP:
	case OPT_TS:
		opt.timestamp = true;
		break;
	case OPT_NETNS:
		ret = args_value(a, "-netns", &value);
		opt.netns = value;
		break;
	case OPT_BATCH:
		ret = args_value(a, "-batch", &value);
		opt.batch = value;
		break;
	case OPT_FORCE:
		opt.force = true;
		break;
	case OPT_VERSION:
		*done = true;
		return show_version();
	case OPT_HELP:
		*done = true;
		usage(stdout);
		return pr_flush();
	}
	return ret;
}

/* The options before the command; @done when nothing is left to do */
static int parse_options(struct args *a, bool *done)
{
	int ret = 0;

	while (!ret && !*done && a->n && a->v[0][0] == '-') {
		const char *word = args_next(a);
		const char *name = word + 1 + (word[1] == '-');
		int option;

		/* -t is short for both names of one option */
		if (!strcmp(name, "t"))
			name = "timestamp";
		option = word_find(name, option_names,
				   ARRAY_SIZE(option_names));
		if (option < 0)
			ret = msg_usage("unknown option \"%s\"", word);
		else
			ret = parse_option(option, a, done);
	}
	return ret;
}

/*
 * With a standard stream closed, a socket would take its number, and output
 * would go there. Reading only, the stand-in fails when it is written to.
 */
static void keep_streams(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDONLY);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

static int run(struct args *a)
{
	int ret;

	if (opt.batch && a->n)
		return msg_usage("a batch and a command do not go together");
	if (!opt.batch && !a->n) {
		usage(stderr);
		return ST_USAGE;
	}
	ret = opt.netns ? enter_netns(opt.netns) : 0;
	if (ret)
		return ret;
	return opt.batch ? batch_run(opt.batch) : main_command(a);
}

int main(int argc, char **argv)
{
	struct args a = { .v = argv + 1, .n = argc - 1 };
	bool done = false;
	int ret;

	keep_streams();
	signal(SIGPIPE, SIG_IGN);
	if (argc < 1)
		a.n = 0;
	ret = parse_options(&a, &done);
	if (!ret && !done)
		ret = run(&a);
	nl_close();
	return ret;
}
