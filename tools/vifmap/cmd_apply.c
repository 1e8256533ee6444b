// SPDX-License-Identifier: GPL-2.0
/*
 * vifmap - apply: make it as a file says
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "plan.h"

#define LOCK_FILE	"/run/vifmap.lock"

/**
 * struct apply_args - What the command was given.
 * @file: Name of the file, or NULL.
 * @only: Name of the interface that alone is to be looked at, or NULL.
 * @prune: Vifs that the file does not name are to be detached.
 * @dry_run: Nothing is to be changed.
 */
struct apply_args {
	char *file;
	char *only;
	bool prune;
	bool dry_run;
};

/**
 * apply_help - Print how to use apply.
 * @f: Where to print it.
 */
void apply_help(FILE *f)
{
	fputs("Usage: vifmap apply FILE [--prune] [--dry-run] [--only LINK]\n"
	      "\n"
	      "FILE: lines like these; -: standard input; see vifmap.conf(5)\n"
	      "\n"
	      "    dev DEV pdev PDEV [up | down] [OPTION VALUE]...\n"
	      "    vif VIF pdev PDEV [mac MAC [active | inactive]]...\n"
	      "        [OPTION VALUE]...\n"
	      "    mac MAC vif VIF [active | inactive]\n"
	      "\n"
	      "MAC: an address; peer: that of a veth's peer; none\n"
	      "--prune      detach vifs of these pdevs that FILE does not name\n"
	      "--dry-run    only print what would be changed\n"
	      "--only LINK  look only at this vif, or at this pdev and its vifs\n",
	      f);
}

static int apply_word(struct apply_args *aa, struct args *a)
{
	enum { PRUNE, DRY_RUN, ONLY };
	static const char *const words[] = {
		[PRUNE] = "prune", [DRY_RUN] = "dry-run", [ONLY] = "only",
	};
	char *word = args_next(a);

	if (word[0] != '-' || !word[1]) {
		if (aa->file)
			return msg_usage("\"%s\" is too much", word);
		aa->file = word;
		return 0;
	}
	switch (word_need(word + 1 + (word[1] == '-'), words,
			  ARRAY_SIZE(words))) {
	case PRUNE:
		aa->prune = true;
		return 0;
	case DRY_RUN:
		aa->dry_run = true;
		return 0;
	case ONLY:
		if (aa->only)
			return msg_usage("--only is given twice");
		return args_name(a, "the interface", &aa->only);
	default:
		return ST_USAGE;
	}
}

static int apply_parse(struct apply_args *aa, struct args *a)
{
	int ret = 0;

	while (!ret && a->n)
		ret = apply_word(aa, a);
	if (!ret && !aa->file)
		ret = msg_usage("the file is missing");
	return ret;
}

/*
 * At boot several of us may be started at once. Whoever cannot open the file
 * is not root of this machine, and has a network namespace of his own.
 */
static int apply_lock(void)
{
	int fd = open(LOCK_FILE, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW,
		      0600);

	if (fd < 0)
		return -1;
	while (flock(fd, LOCK_EX) && errno == EINTR)
		;
	return fd;
}

static int apply_plan(const struct config *c, const struct apply_args *aa)
{
	struct plan p = {
		.conf = c, .only = aa->only, .prune = aa->prune,
	};
	int ret;

	ret = plan_make(&p);
	if (!ret && !aa->dry_run)
		ret = steps_run(&p.steps);
	if (!ret)
		steps_print(&p.steps);
	plan_free(&p);
	return ret;
}

static int apply_run(const struct apply_args *aa)
{
	struct config c;
	int fd, ret;

	ret = config_read(&c, aa->file);
	if (!ret)
		ret = nl_family_need();
	if (!ret) {
		fd = apply_lock();
		ret = apply_plan(&c, aa);
		if (fd >= 0)
			close(fd);
	}
	config_free(&c);
	return ret;
}

/**
 * cmd_apply - Make it as a file says.
 * @a: The words of the command.
 *
 * Return: The exit status.
 */
int cmd_apply(struct args *a)
{
	struct apply_args aa = {};
	int ret;

	msg_command("apply");
	if (args_help(a)) {
		apply_help(stdout);
		return 0;
	}
	ret = apply_parse(&aa, a);
	return ret ?: apply_run(&aa);
}
