// SPDX-License-Identifier: GPL-2.0
/*
 * vhostio - a guest behind a tap that vhost-net serves, which does nothing but
 * receive, or send
 *
 *   vhostio read TAP
 *   vhostio write TAP FRAMES DESTINATION SOURCE
 *
 * Arguments and output are tapio's. What an emulator does once, and the driver
 * in a guest for each frame, is done here: two virtqueues, in memory that the
 * kernel's worker has been told of. The frames are moved by the worker.
 *
 * Only for processors that are little-endian, as the virtqueues are.
 *
 * That each run takes the same, on one processor:
 *
 * - The reader and the worker go before all others (SCHED_FIFO), and neither
 *   before the other: one goes on when the other has nothing left to do. The
 *   writer does not: it would keep ksoftirqd, once that has been woken, from
 *   delivering what it sends, and frames dropped are cheaper.
 * - Frames are sent many at a time, as a guest does that is busy: whether the
 *   worker runs as soon as it is kicked, or once the writer waits, is up to the
 *   scheduler, and neither is free.
 * - Being told what has been used is asked for once in many frames (the event
 *   index), and half the ring is still full then: the worker never runs out of
 *   buffers, so that it has no reason to ask for a kick.
 */
#define _GNU_SOURCE
#define PROGRAM "vhostio"
#include <glob.h>
#include <limits.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <unistd.h>

#include <linux/vhost.h>
#include <linux/virtio_net.h>
#include <linux/virtio_ring.h>
#include <sys/eventfd.h>

#include "tap.h"

#define RING_SIZE	256
#define BATCH		64	/* as many as the worker moves at once */
#define BUFFER_LEN	2048
#define HEADER_LEN	((int)sizeof(struct virtio_net_hdr_mrg_rxbuf))
#define FEATURES	((1ULL << VIRTIO_F_VERSION_1) | \
			 (1ULL << VIRTIO_NET_F_MRG_RXBUF) | \
			 (1ULL << VIRTIO_RING_F_EVENT_IDX))

/* As vhost-net numbers them */
enum { RX, TX };

/* avail and used are how far this side has come, of the ring's indices. */
struct queue {
	struct vring ring;
	uint16_t avail;
	uint16_t used;
	int kick;
	int call;
};

/* All that the worker may touch. Its addresses are those of this process. */
static struct {
	unsigned char rings[2][4 * 4096];
	unsigned char buffers[RING_SIZE][BUFFER_LEN];
	unsigned char sent[HEADER_LEN + FRAME_LEN];
} memory __attribute__((aligned(4096)));

static struct queue queues[2];

static void control(int vhost, unsigned long request, const char *name,
		    const void *argument)
{
	if (ioctl(vhost, request, argument))
		die(name);
}

#define CONTROL(vhost, request, argument) \
	control(vhost, request, #request, argument)

/* --- before others --- */

static void go_first(pid_t pid)
{
	const struct sched_param param = { .sched_priority = 1 };

	if (sched_setscheduler(pid, SCHED_FIFO, &param))
		die("sched_setscheduler");
}

static bool file_says(const char *path, const char *text)
{
	char line[32] = "";
	FILE *file;

	file = fopen(path, "r");
	if (!file)
		return false;
	if (!fgets(line, sizeof(line), file))
		line[0] = 0;
	fclose(file);
	return !strcmp(line, text);
}

/*
 * The worker is a thread of this process since 6.4, and the kernel's before. It
 * has its name of whoever became the owner.
 */
static void worker_goes_first(void)
{
	char name[32];
	glob_t found;
	size_t i;
	int pid;

	snprintf(name, sizeof(name), "vhost-%d\n", getpid());
	if (glob("/proc/[0-9]*/task/[0-9]*/comm", 0, NULL, &found))
		die("/proc");
	for (i = 0; i < found.gl_pathc; i++)
		if (file_says(found.gl_pathv[i], name))
			break;
	if (i == found.gl_pathc) {
		errno = ESRCH;
		die("the worker");
	}
	if (sscanf(found.gl_pathv[i], "/proc/%*d/task/%d", &pid) != 1)
		die(found.gl_pathv[i]);
	go_first(pid);
	globfree(&found);
}

/* --- setting up --- */

static void tell_memory(int vhost)
{
	struct vhost_memory *table;

	table = calloc(1, sizeof(*table) + sizeof(table->regions[0]));
	if (!table)
		die("memory");
	table->nregions = 1;
	table->regions[0].guest_phys_addr = (uintptr_t)&memory;
	table->regions[0].userspace_addr = (uintptr_t)&memory;
	table->regions[0].memory_size = sizeof(memory);
	CONTROL(vhost, VHOST_SET_MEM_TABLE, table);
	free(table);
}

static int make_event(void)
{
	int fd = eventfd(0, 0);

	if (fd < 0)
		die("eventfd");
	return fd;
}

static void tell_queue(int vhost, unsigned int index)
{
	struct queue *queue = &queues[index];
	struct vhost_vring_state size = { .index = index, .num = RING_SIZE };
	struct vhost_vring_state base = { .index = index };
	struct vhost_vring_addr addr = { .index = index };
	struct vhost_vring_file kick = { .index = index, .fd = make_event() };
	struct vhost_vring_file call = { .index = index, .fd = make_event() };

	queue->kick = kick.fd;
	queue->call = call.fd;
	vring_init(&queue->ring, RING_SIZE, memory.rings[index], 4096);
	addr.desc_user_addr = (uintptr_t)queue->ring.desc;
	addr.avail_user_addr = (uintptr_t)queue->ring.avail;
	addr.used_user_addr = (uintptr_t)queue->ring.used;
	CONTROL(vhost, VHOST_SET_VRING_NUM, &size);
	CONTROL(vhost, VHOST_SET_VRING_BASE, &base);
	CONTROL(vhost, VHOST_SET_VRING_ADDR, &addr);
	CONTROL(vhost, VHOST_SET_VRING_KICK, &kick);
	CONTROL(vhost, VHOST_SET_VRING_CALL, &call);
}

/* The tap makes and takes the header before each frame, as with QEMU. */
static int open_backend(const char *name)
{
	int header_len = HEADER_LEN;
	int tap;

	tap = open_tap(name, IFF_VNET_HDR);
	if (ioctl(tap, TUNSETVNETHDRSZ, &header_len))
		die("TUNSETVNETHDRSZ");
	return tap;
}

static void set_up(const char *tap, bool first)
{
	struct vhost_vring_file backend = { .fd = open_backend(tap) };
	const uint64_t features = FEATURES;
	int vhost;

	vhost = open("/dev/vhost-net", O_RDWR);
	if (vhost < 0)
		die("/dev/vhost-net");
	CONTROL(vhost, VHOST_SET_OWNER, NULL);
	if (first) {
		go_first(0);
		worker_goes_first();
	}
	CONTROL(vhost, VHOST_SET_FEATURES, &features);
	tell_memory(vhost);
	for (backend.index = RX; backend.index <= TX; backend.index++) {
		tell_queue(vhost, backend.index);
		CONTROL(vhost, VHOST_NET_SET_BACKEND, &backend);
	}
}

/* --- for each frame --- */

static void offer(struct queue *queue, uint16_t descriptor)
{
	queue->ring.avail->ring[queue->avail++ % RING_SIZE] = descriptor;
}

/* Shows the worker what has been offered, and kicks it if it asked for that. */
static void publish(struct queue *queue)
{
	uint16_t old = queue->ring.avail->idx;
	const uint64_t one = 1;
	uint16_t event;

	__atomic_store_n(&queue->ring.avail->idx, queue->avail,
			 __ATOMIC_RELEASE);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	event = __atomic_load_n(&vring_avail_event(&queue->ring),
				__ATOMIC_RELAXED);
	if (vring_need_event(event, queue->avail, old) &&
	    write(queue->kick, &one, sizeof(one)) != sizeof(one))
		die("kick");
}

static uint16_t used_index(const struct queue *queue)
{
	return __atomic_load_n(&queue->ring.used->idx, __ATOMIC_ACQUIRE);
}

/* Until the worker has used so many more; being called once is enough. */
static void wait_used(struct queue *queue, uint16_t more)
{
	uint16_t event = queue->used + more - 1;
	uint64_t calls;

	__atomic_store_n(&vring_used_event(&queue->ring), event,
			 __ATOMIC_RELAXED);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	while ((uint16_t)(used_index(queue) - queue->used) < more)
		if (read(queue->call, &calls, sizeof(calls)) != sizeof(calls))
			die("call");
}

/* --- to receive --- */

static void fill(struct queue *queue)
{
	int i;

	for (i = 0; i < RING_SIZE; i++) {
		queue->ring.desc[i].addr = (uintptr_t)memory.buffers[i];
		queue->ring.desc[i].len = BUFFER_LEN;
		queue->ring.desc[i].flags = VRING_DESC_F_WRITE;
		offer(queue, i);
	}
	publish(queue);
}

/* What is used is offered again. */
static void recycle(struct queue *queue)
{
	const struct vring_used_elem *element;
	uint16_t end = used_index(queue);

	while (queue->used != end) {
		element = &queue->ring.used->ring[queue->used++ % RING_SIZE];
		if (element->len < HEADER_LEN + sizeof(struct ether_header)) {
			errno = EPROTO;
			die("a frame");
		}
		offer(queue, element->id);
	}
	publish(queue);
}

static void read_frames(const char *tap)
{
	struct queue *queue = &queues[RX];

	set_up(tap, true);
	fill(queue);
	puts("ready");
	fflush(stdout);
	for (;;) {
		wait_used(queue, RING_SIZE / 2);
		recycle(queue);
	}
}

/* --- to send --- */

/* All descriptors are of the same frame, which nobody changes. */
static void write_frames(struct queue *queue, long frames)
{
	long long begin = now();
	int batch, i;

	for (; frames > 0; frames -= batch) {
		batch = frames < BATCH ? frames : BATCH;
		for (i = 0; i < batch; i++)
			offer(queue, queue->avail % RING_SIZE);
		publish(queue);
		wait_used(queue, batch);
		queue->used += batch;
	}
	printf("%lld\n", now() - begin);
	fflush(stdout);
}

static void write_on_demand(const char *tap, long frames, const char *to,
			    const char *from)
{
	struct queue *queue = &queues[TX];
	char line[16];
	int i;

	set_header(memory.sent + HEADER_LEN, to, from);
	set_up(tap, false);
	for (i = 0; i < RING_SIZE; i++) {
		queue->ring.desc[i].addr = (uintptr_t)memory.sent;
		queue->ring.desc[i].len = sizeof(memory.sent);
	}
	while (fgets(line, sizeof(line), stdin))
		write_frames(queue, frames);
}

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "read"))
		read_frames(argv[2]);
	if (argc == 6 && !strcmp(argv[1], "write") && atol(argv[3]) > 0) {
		write_on_demand(argv[2], atol(argv[3]), argv[4], argv[5]);
		return 0;
	}
	fprintf(stderr, "usage: see the head of the source\n");
	return 2;
}
