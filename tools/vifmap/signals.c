// SPDX-License-Identifier: GPL-2.0
/*
 * vifmap - signals that wait until a change is complete, or undone
 */
#include "tool.h"

/**
 * signals_hold - Let signals that would end the tool wait.
 * @old: For signals_release().
 */
void signals_hold(sigset_t *old)
{
	sigset_t block;

	sigemptyset(&block);
	sigaddset(&block, SIGHUP);
	sigaddset(&block, SIGINT);
	sigaddset(&block, SIGTERM);
	sigprocmask(SIG_BLOCK, &block, old);
}

/**
 * signals_release - Let them come again.
 * @old: What signals_hold() has put there.
 */
void signals_release(const sigset_t *old)
{
	sigprocmask(SIG_SETMASK, old, NULL);
}
