// SPDX-License-Identifier: GPL-2.0
/*
 * busy - how long the processors have worked
 *
 *   busy              prints nanoseconds since the start, and nanoseconds in
 *                     which processors were busy, all of them together
 *   busy WAIT LENGTH  waits for WAIT milliseconds, and prints how many percent
 *                     of one processor were busy in the next LENGTH
 *
 * /proc/stat counts in hundredths of a second, which is too coarse for a run of
 * half a second; the kernel's list of timers has nanoseconds. Where it has none,
 * /proc/stat has to do.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct sample {
	int64_t now;
	int64_t busy;
};

static void die(const char *what)
{
	fprintf(stderr, "busy: %s: %s\n", what, strerror(errno));
	exit(1);
}

static int64_t clock_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ll + ts.tv_nsec;
}

static bool idle_of_timers(int64_t *idle, int *cpus)
{
	FILE *file = fopen("/proc/timer_list", "r");
	char line[256];
	long long ns;

	*idle = *cpus = 0;
	while (file && fgets(line, sizeof(line), file)) {
		if (sscanf(line, " .idle_sleeptime : %lld nsecs", &ns) != 1)
			continue;
		*idle += ns;
		++*cpus;
	}
	if (file)
		fclose(file);
	return *cpus;
}

static void idle_of_stat(int64_t *idle, int *cpus)
{
	FILE *file = fopen("/proc/stat", "r");
	long long ticks, wait;
	char line[1024];

	if (!file)
		die("/proc/stat");
	*idle = *cpus = 0;
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "cpu%*d %*d %*d %*d %lld %lld", &ticks,
			   &wait) != 2)
			continue;
		*idle += (ticks + wait) * 1000000000ll / sysconf(_SC_CLK_TCK);
		++*cpus;
	}
	fclose(file);
}

static struct sample sample(void)
{
	struct sample s = { .now = clock_now() };
	int64_t idle;
	int cpus;

	if (!idle_of_timers(&idle, &cpus))
		idle_of_stat(&idle, &cpus);
	s.busy = s.now * cpus - idle;
	return s;
}

static void wait_ms(int ms)
{
	struct timespec ts = { ms / 1000, ms % 1000 * 1000000l };

	while (nanosleep(&ts, &ts) && errno == EINTR)
		;
}

int main(int argc, char **argv)
{
	struct sample before, after;

	before = sample();
	if (argc == 1) {
		printf("%lld %lld\n", (long long)before.now,
		       (long long)before.busy);
		return 0;
	}
	if (argc != 3) {
		fprintf(stderr, "usage: see the head of the source\n");
		return 2;
	}
	wait_ms(atoi(argv[1]));
	before = sample();
	wait_ms(atoi(argv[2]));
	after = sample();
	printf("%.3f\n", 100. * (after.busy - before.busy) /
	       (after.now - before.now));
	return 0;
}
