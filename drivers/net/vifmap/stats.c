// SPDX-License-Identifier: GPL-2.0
/*
 * Per-CPU counters, and their names
 */
#include <linux/netdevice.h>

#include "stats.h"

/* Names as ethtool -S shows them; the same as in the netlink spec. */
static const char * const vifmap_stats_names[] = {
	[VIFMAP_A_STATS_RX_PACKETS]		= "rx-packets",
	[VIFMAP_A_STATS_RX_BYTES]		= "rx-bytes",
	[VIFMAP_A_STATS_TX_PACKETS]		= "tx-packets",
	[VIFMAP_A_STATS_TX_BYTES]		= "tx-bytes",
	[VIFMAP_A_STATS_TX_DROPPED]		= "tx-dropped",
	[VIFMAP_A_STATS_DIRECT]			= "direct",
	[VIFMAP_A_STATS_UNKNOWN]		= "unknown",
	[VIFMAP_A_STATS_REFLECTED]		= "reflected",
	[VIFMAP_A_STATS_COPIES]			= "copies",
	[VIFMAP_A_STATS_FLOODED]		= "flooded",
	[VIFMAP_A_STATS_DELIVERED]		= "delivered",
	[VIFMAP_A_STATS_HOST]			= "host",
	[VIFMAP_A_STATS_WIRE]			= "wire",
	[VIFMAP_A_STATS_DROP_BAD_SOURCE]	= "drop-bad-source",
	[VIFMAP_A_STATS_DROP_SPOOFED]		= "drop-spoofed",
	[VIFMAP_A_STATS_DROP_VLAN]		= "drop-vlan",
	[VIFMAP_A_STATS_DROP_HAIRPIN]		= "drop-hairpin",
	[VIFMAP_A_STATS_DROP_ISOLATED]		= "drop-isolated",
	[VIFMAP_A_STATS_DROP_LINK_LOCAL]	= "drop-link-local",
	[VIFMAP_A_STATS_DROP_FLOOD_RATE]	= "drop-flood-rate",
	[VIFMAP_A_STATS_DROP_HOST_OFF]		= "drop-host-off",
	[VIFMAP_A_STATS_DROP_DOWN]		= "drop-down",
	[VIFMAP_A_STATS_DROP_VIF_DOWN]		= "drop-vif-down",
	[VIFMAP_A_STATS_DROP_PDEV_DOWN]		= "drop-pdev-down",
	[VIFMAP_A_STATS_DROP_MTU]		= "drop-mtu",
	[VIFMAP_A_STATS_DROP_QUEUE]		= "drop-queue",
	[VIFMAP_A_STATS_DROP_MALFORMED]		= "drop-malformed",
	[VIFMAP_A_STATS_DROP_LRO]		= "drop-lro",
	[VIFMAP_A_STATS_DROP_NO_MEMORY]		= "drop-no-memory",
};

static_assert(ARRAY_SIZE(vifmap_stats_names) == VIFMAP_STAT_MAX + 1);

/**
 * vifmap_stats_alloc() - Make the counters of an end, all zero.
 *
 * Context: Process, may sleep.
 * Return: the counters, to be freed with free_percpu(), or NULL.
 */
struct vifmap_pcpu_stats __percpu *vifmap_stats_alloc(void)
{
	return netdev_alloc_pcpu_stats(struct vifmap_pcpu_stats);
}

/**
 * vifmap_stats_sum() - Sum up the counters of all CPUs.
 * @pcpu: Counters of an end.
 * @sum: Where the sums go.
 */
void vifmap_stats_sum(const struct vifmap_pcpu_stats __percpu *pcpu,
		      struct vifmap_stats *sum)
{
	u64 counter[VIFMAP_STAT_MAX + 1];
	unsigned int start;
	int cpu, i;

	memset(sum, 0, sizeof(*sum));
	for_each_possible_cpu(cpu) {
		const struct vifmap_pcpu_stats *stats = per_cpu_ptr(pcpu, cpu);

		do {
			start = u64_stats_fetch_begin(&stats->syncp);
			for (i = VIFMAP_STAT_FIRST; i <= VIFMAP_STAT_MAX; i++)
				counter[i] = u64_stats_read(&stats->counter[i]);
		} while (u64_stats_fetch_retry(&stats->syncp, start));

		for (i = VIFMAP_STAT_FIRST; i <= VIFMAP_STAT_MAX; i++)
			sum->counter[i] += counter[i];
	}
}

/**
 * vifmap_stats_drops() - How many frames and copies were dropped.
 * @stats: Counters of an end, summed up.
 *
 * Return: the sum of the counters of all reasons.
 */
u64 vifmap_stats_drops(const struct vifmap_stats *stats)
{
	u64 drops = 0;
	int i;

	for (i = VIFMAP_A_STATS_DROP_BAD_SOURCE; i <= VIFMAP_STAT_MAX; i++)
		drops += stats->counter[i];
	return drops;
}

/**
 * vifmap_stats_name() - The name of a counter.
 * @counter: VIFMAP_A_STATS_*.
 *
 * Return: its name in the netlink spec.
 */
const char *vifmap_stats_name(unsigned int counter)
{
	return vifmap_stats_names[counter];
}

/**
 * vifmap_stats_reason() - The name of a reason to drop a frame.
 * @counter: VIFMAP_A_STATS_DROP_*.
 *
 * Return: its name as the tool shows it.
 */
const char *vifmap_stats_reason(unsigned int counter)
{
	return vifmap_stats_names[counter] + strlen("drop-");
}
