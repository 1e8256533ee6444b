// SPDX-License-Identifier: GPL-2.0
/*
 * busy - how long the processors have worked
 *
 *   busy                    prints nanoseconds since the start, and those in
 *                           which processors were busy, all together
 *   busy DEV BYTES LENGTH   waits until the device has received so many bytes
 *                           more, then for LENGTH milliseconds; prints how
 *                           many percent of one processor were busy in that
 *                           time, how many bytes arrived a second, and how
 *                           many nanoseconds of a processor each took
 *
 * /proc/stat counts in hundredths of a second, which is too coarse for a run of
 * half a second; the kernel's list of timers has nanoseconds. Where it has
 * none, /proc/stat has to do.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define PATIENCE	30000 /* milliseconds */

struct sample {
	int64_t now;
	int64_t busy;
	int64_t bytes;
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

/* Not all kernels account for idle time there. */
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
	return *idle;
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

static int64_t received(const char *dev)
{
	FILE *file = fopen("/proc/net/dev", "r");
	long long bytes = -1;
	char line[512], *name;

	while (file && fgets(line, sizeof(line), file)) {
		name = line + strspn(line, " ");
		if (!strncmp(name, dev, strlen(dev)) &&
		    sscanf(name + strlen(dev), ": %lld", &bytes) == 1)
			break;
	}
	if (file)
		fclose(file);
	if (bytes < 0)
		die(dev);
	return bytes;
}

static struct sample sample(const char *dev)
{
	struct sample s = { .now = clock_now() };
	int64_t idle;
	int cpus;

	if (!idle_of_timers(&idle, &cpus))
		idle_of_stat(&idle, &cpus);
	s.busy = s.now * cpus - idle;
	s.bytes = dev ? received(dev) : 0;
	return s;
}

static void wait_ms(int ms)
{
	struct timespec ts = { ms / 1000, ms % 1000 * 1000000l };

	while (nanosleep(&ts, &ts) && errno == EINTR)
		;
}

static void wait_for_bytes(const char *dev, int64_t bytes)
{
	int64_t begin = received(dev);
	int i;

	for (i = 0; received(dev) < begin + bytes; i++) {
		if (i == PATIENCE)
			die("nothing arrives");
		wait_ms(1);
	}
}

int main(int argc, char **argv)
{
	struct sample before, after;
	double length, used, bytes;

	before = sample(NULL);
	if (argc == 1) {
		printf("%lld %lld\n", (long long)before.now,
		       (long long)before.busy);
		return 0;
	}
	if (argc != 4) {
		fprintf(stderr, "usage: see the head of the source\n");
		return 2;
	}
	wait_for_bytes(argv[1], atoll(argv[2]));
	before = sample(argv[1]);
	wait_ms(atoi(argv[3]));
	after = sample(argv[1]);
	length = after.now - before.now;
	used = after.busy - before.busy;
	bytes = after.bytes - before.bytes;
	printf("%.3f %.0f %.4f\n", 100 * used / length, bytes * 1e9 / length,
	       bytes ? used / bytes : -1);
	return 0;
}
