// SPDX-License-Identifier: GPL-2.0
/*
 * tapio - a guest behind a tap that does nothing but read, or write
 *
 *   tapio read TAP
 *   tapio write TAP FRAMES DESTINATION SOURCE
 *
 * TAP is a tap's name or, for a macvtap, the path of its character device. The
 * reader says "ready" and reads until it is killed. The writer writes so many
 * frames of 60 bytes each time it reads a line, and says how many nanoseconds
 * all of them took.
 */
#define _GNU_SOURCE
#define PROGRAM "tapio"
#include <unistd.h>

#include "tap.h"

static void read_frames(int fd)
{
	unsigned char frame[2048];

	puts("ready");
	fflush(stdout);
	while (read(fd, frame, sizeof(frame)) > 0)
		;
	die("read");
}

static void write_frames(int fd, const void *frame, long frames)
{
	long long begin = now();
	long i;

	for (i = 0; i < frames; i++)
		if (write(fd, frame, FRAME_LEN) != FRAME_LEN)
			die("write");
	printf("%lld\n", now() - begin);
	fflush(stdout);
}

static void write_on_demand(int fd, long frames, const char *to,
			    const char *from)
{
	unsigned char frame[FRAME_LEN] = { 0 };
	char line[16];

	set_header(frame, to, from);
	while (fgets(line, sizeof(line), stdin))
		write_frames(fd, frame, frames);
}

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "read"))
		read_frames(open_tap(argv[2], 0));
	if (argc == 6 && !strcmp(argv[1], "write") && atol(argv[3]) > 0) {
		write_on_demand(open_tap(argv[2], 0), atol(argv[3]), argv[4],
				argv[5]);
		return 0;
	}
	fprintf(stderr, "usage: see the head of the source\n");
	return 2;
}
