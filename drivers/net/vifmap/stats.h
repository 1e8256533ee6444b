/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _VIFMAP_STATS_H
#define _VIFMAP_STATS_H

#include <linux/percpu.h>
#include <linux/u64_stats_sync.h>
#include <uapi/linux/vifmap.h>

/* A counter is named by its netlink attribute, VIFMAP_A_STATS_*. */
#define VIFMAP_STAT_FIRST	VIFMAP_A_STATS_RX_PACKETS
#define VIFMAP_STAT_MAX		VIFMAP_A_STATS_MAX
#define VIFMAP_STAT_COUNT	(VIFMAP_STAT_MAX - VIFMAP_STAT_FIRST + 1)

/**
 * struct vifmap_pcpu_stats - The counters of one end on one CPU.
 * @counter: Indexed by VIFMAP_A_STATS_*; written on its own CPU with bottom
 *	halves off.
 * @syncp: Lets 32-bit readers see whole values.
 * @queued: Of a vif: when this CPU last had to put a frame on its queue, in
 *	jiffies; 0 when none of those can be waiting any more. See direct.c.
 */
struct vifmap_pcpu_stats {
	u64_stats_t counter[VIFMAP_STAT_MAX + 1];
	struct u64_stats_sync syncp;
	unsigned long queued;
};

/**
 * struct vifmap_stats - The counters of one end, summed up.
 * @counter: Indexed by VIFMAP_A_STATS_*.
 */
struct vifmap_stats {
	u64 counter[VIFMAP_STAT_MAX + 1];
};

/**
 * vifmap_stats_inc_here() - Count one, of counters found already.
 * @stats: This CPU's counters of an end.
 * @counter: VIFMAP_A_STATS_*.
 *
 * Context: Bottom halves off.
 */
static inline void vifmap_stats_inc_here(struct vifmap_pcpu_stats *stats,
					 unsigned int counter)
{
	u64_stats_update_begin(&stats->syncp);
	u64_stats_inc(&stats->counter[counter]);
	u64_stats_update_end(&stats->syncp);
}

/**
 * vifmap_stats_add_frame_here() - Count a frame, of counters found already.
 * @stats: This CPU's counters of an end.
 * @packets: VIFMAP_A_STATS_RX_PACKETS or VIFMAP_A_STATS_TX_PACKETS; the
 *	counter of bytes is the next.
 * @bytes: Length of the frame, Ethernet header included.
 *
 * Context: Bottom halves off.
 */
static inline void
vifmap_stats_add_frame_here(struct vifmap_pcpu_stats *stats,
			    unsigned int packets, unsigned int bytes)
{
	u64_stats_update_begin(&stats->syncp);
	u64_stats_inc(&stats->counter[packets]);
	u64_stats_add(&stats->counter[packets + 1], bytes);
	u64_stats_update_end(&stats->syncp);
}

/**
 * vifmap_stats_inc() - Count one.
 * @pcpu: Counters of an end.
 * @counter: VIFMAP_A_STATS_*.
 *
 * Context: Bottom halves off.
 */
static inline void vifmap_stats_inc(struct vifmap_pcpu_stats __percpu *pcpu,
				    unsigned int counter)
{
	vifmap_stats_inc_here(this_cpu_ptr(pcpu), counter);
}

/**
 * vifmap_stats_add_frame() - Count a frame and its bytes.
 * @pcpu: Counters of an end.
 * @packets: VIFMAP_A_STATS_RX_PACKETS or VIFMAP_A_STATS_TX_PACKETS.
 * @bytes: Length of the frame, Ethernet header included.
 *
 * Context: Bottom halves off.
 */
static inline void
vifmap_stats_add_frame(struct vifmap_pcpu_stats __percpu *pcpu,
		       unsigned int packets, unsigned int bytes)
{
	vifmap_stats_add_frame_here(this_cpu_ptr(pcpu), packets, bytes);
}

struct vifmap_pcpu_stats __percpu *vifmap_stats_alloc(void);
void vifmap_stats_sum(const struct vifmap_pcpu_stats __percpu *pcpu,
		      struct vifmap_stats *sum);
u64 vifmap_stats_drops(const struct vifmap_stats *stats);
const char *vifmap_stats_name(unsigned int counter);
const char *vifmap_stats_reason(unsigned int counter);

#endif /* _VIFMAP_STATS_H */
