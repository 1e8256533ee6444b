/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _VIFMAP_MAP_H
#define _VIFMAP_MAP_H

#include <linux/etherdevice.h>
#include <linux/llist.h>
#include <linux/rculist.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/unaligned.h>

struct vifmap_port;

/**
 * vifmap_peek() - Read what may change meanwhile, and is only compared.
 * @value: The value.
 *
 * Like READ_ONCE(), but the compiler may compare it where it is, which spares
 * an instruction. An old value is as good as a new one.
 */
/* The race is meant: see above. */
#define vifmap_peek(value)	data_race(value)

/**
 * struct vifmap_entry - A MAC address and the end that it leads to.
 * @node: Link in a chain of the table; one for the table in use and one for
 *	the table that is being filled while the map grows.
 * @key: The address as the datapath compares it, 0 while the entry is
 *	inactive, which no frame's address is.
 * @port: The vif; NULL for an address of the host. Never changes: an entry
 *	that is led elsewhere is replaced.
 * @used: When a vif last sent with this source, in jiffies; 0 for never.
 *	Written at most once a second.
 * @addr: The address, always.
 * @list: Link in the list of its owner, &vifmap_port.entries or
 *	&vifmap_dev.host_entries; written under &vifmap_map.lock.
 * @pending: Link in &vifmap_dev.pending.
 * @rcu: Frees the entry after the last reader.
 * @origin: enum vifmap_origin.
 * @reason: enum vifmap_reason, once @gone.
 * @queued: It is in &vifmap_dev.pending; under &vifmap_map.lock.
 * @gone: It is out of the map; under &vifmap_map.lock.
 * @filtered: The pdev's unicast filter holds @addr for this entry; under RTNL.
 * @announced: Its addition has been notified; under RTNL.
 * @stale: While the host's entries are compared with its addresses: it has
 *	not been seen; under RTNL.
 * @changed: While all entries of a vif are switched: this one was the other
 *	way; under RTNL.
 */
struct vifmap_entry {
	struct hlist_node node[2];
	u64 key;
	struct vifmap_port *port;
	unsigned long used;

	u64 addr;
	struct list_head list;
	struct llist_node pending;
	struct rcu_head rcu;
	u8 origin;
	u8 reason;
	bool queued;
	bool gone;
	bool filtered;
	bool announced;
	bool stale;
	bool changed;
};

/**
 * struct vifmap_table - The buckets of a map.
 * @shift: 64 less the number of bits of a bucket's index.
 * @version: Which of &vifmap_entry.node links the chains, 0 or 1.
 * @to_entry: How far it is from there to the entry; negative.
 * @bucket: The chains.
 */
struct vifmap_table {
	u8 shift;
	u8 version;
	long to_entry;
	struct hlist_head bucket[];
};

/**
 * struct vifmap_map - The map of a pdev: from address to entry.
 * @table: The table in use.
 * @multiplier: Odd and random, so that nobody can choose addresses that share
 *	a chain.
 * @generation: Counts the changes; a cached look-up holds as long as it has
 *	not changed.
 * @lock: Taken by whoever changes the map. Most do so under RTNL, but learning
 *	and letting go of learned addresses happen in the datapath.
 * @count: Entries in the table, those of the host and of the device itself not
 *	included.
 * @total: All entries in the table.
 * @max: The most that @count may be.
 */
struct vifmap_map {
	struct vifmap_table __rcu *table;
	u64 multiplier;
	u16 generation;

	spinlock_t lock ____cacheline_aligned_in_smp;
	u32 count;
	u32 total;
	u32 max;
};

/**
 * vifmap_key() - Make the key of an address.
 * @addr: The address; two more bytes behind it must be readable, as they are
 *	behind both addresses of an Ethernet header.
 *
 * Return: the address in the upper 48 bits of a u64, the rest 0.
 */
static inline u64 vifmap_key(const u8 *addr)
{
	u64 value = get_unaligned((const u64 *)addr);

#ifdef __BIG_ENDIAN
	return value & ~(u64)U16_MAX;
#else
	return value << 16;
#endif
}

/**
 * vifmap_key_from_addr() - Make the key of an address of six bytes.
 * @addr: The address.
 *
 * Return: the same as vifmap_key().
 */
static inline u64 vifmap_key_from_addr(const u8 *addr)
{
	u8 padded[sizeof(u64)] __aligned(sizeof(u64)) = {};

	ether_addr_copy(padded, addr);
	return vifmap_key(padded);
}

/**
 * vifmap_key_to_addr() - Make the address of a key.
 * @key: The key.
 * @addr: Where the address goes.
 */
static inline void vifmap_key_to_addr(u64 key, u8 *addr)
{
#ifndef __BIG_ENDIAN
	key >>= 16;
#endif
	memcpy(addr, &key, ETH_ALEN);
}

/**
 * vifmap_key_is_station() - Whether a key is the address of one station.
 * @key: The key.
 *
 * Return: what is_valid_ether_addr() says of the address.
 */
static inline bool vifmap_key_is_station(u64 key)
{
#ifdef __BIG_ENDIAN
	return key && !(key & BIT_ULL(56));
#else
	return key && !(key & BIT_ULL(16));
#endif
}

/**
 * vifmap_now() - A note of when something was.
 *
 * Return: jiffies, but never 0, which is never.
 */
static inline unsigned long vifmap_now(void)
{
	unsigned long now = jiffies;

	return now ? : -1UL;
}

/**
 * vifmap_entry_use() - Note that a vif has sent with an address.
 * @entry: The entry.
 *
 * Once a second at the most, however often it is the source.
 *
 * Context: RCU read lock held.
 */
static inline void vifmap_entry_use(struct vifmap_entry *entry)
{
	unsigned long used = READ_ONCE(entry->used);

	if (!used || time_after_eq(jiffies, used + HZ))
		WRITE_ONCE(entry->used, vifmap_now());
}

/**
 * vifmap_map_bucket() - Which bucket of a table a key belongs to.
 * @map: The map.
 * @table: Its table.
 * @key: The key.
 *
 * Return: the index of the bucket.
 */
static inline unsigned long vifmap_map_bucket(const struct vifmap_map *map,
					      const struct vifmap_table *table,
					      u64 key)
{
	return key * map->multiplier >> table->shift;
}

/**
 * vifmap_map_chain() - The first link of the chain a key belongs to.
 * @map: The map.
 * @table: Its table.
 * @key: The key.
 *
 * Context: RCU read side, or whatever keeps the map from changing.
 * Return: the link, or NULL.
 */
static inline struct hlist_node *
vifmap_map_chain(const struct vifmap_map *map, const struct vifmap_table *table,
		 u64 key)
{
	unsigned long bucket = vifmap_map_bucket(map, table, key);

	return rcu_dereference_raw(hlist_first_rcu(&table->bucket[bucket]));
}

/**
 * vifmap_map_generation() - Which generation a look-up may be cached for.
 * @map: The map.
 *
 * Context: Any; before the look-up.
 * Return: the generation.
 */
static inline u16 vifmap_map_generation(const struct vifmap_map *map)
{
	/* Pairs with vifmap_map_changed(). */
	return smp_load_acquire(&map->generation);
}

/**
 * vifmap_map_lookup_rcu() - Find the active entry of an address.
 * @map: The map.
 * @key: The address.
 *
 * Context: RCU read lock held, of either kind.
 * Return: the entry, valid for as long as the read side lasts, or NULL.
 */
static inline struct vifmap_entry *
vifmap_map_lookup_rcu(const struct vifmap_map *map, u64 key)
{
	const struct vifmap_table *table;
	struct vifmap_entry *entry;
	struct hlist_node *node;

	table = rcu_dereference_check(map->table, rcu_read_lock_bh_held());
	node = vifmap_map_chain(map, table, key);
	while (node) {
		entry = (void *)node + table->to_entry;
		if (likely(vifmap_peek(entry->key) == key))
			return entry;
		node = rcu_dereference_raw(hlist_next_rcu(node));
	}
	return NULL;
}

void vifmap_map_changed(struct vifmap_map *map);
int vifmap_map_init(struct vifmap_map *map, u32 max);
void vifmap_map_destroy(struct vifmap_map *map);
struct vifmap_entry *vifmap_map_find(const struct vifmap_map *map, u64 addr);
struct vifmap_entry *vifmap_entry_alloc(u64 addr, struct vifmap_port *port,
					u8 origin);
void vifmap_map_reserve_rtnl(struct vifmap_map *map, u32 more);
int vifmap_map_insert(struct vifmap_map *map, struct vifmap_entry *entry,
		      bool active, struct list_head *list);
void vifmap_map_remove(struct vifmap_map *map, struct vifmap_entry *entry);
void vifmap_map_replace(struct vifmap_map *map, struct vifmap_entry *old,
			struct vifmap_entry *new, bool active,
			struct list_head *list);
void vifmap_map_set_active(struct vifmap_map *map, struct vifmap_entry *entry,
			   bool active);

#endif /* _VIFMAP_MAP_H */
