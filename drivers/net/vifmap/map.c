// SPDX-License-Identifier: GPL-2.0
/*
 * The map: a hash from MAC address to entry
 *
 * Readers hold the RCU read lock and nothing else. Whoever changes the map
 * holds &vifmap_map.lock; all but learning hold RTNL besides. The table
 * doubles under RTNL only, in advance of what is to be inserted, so that an
 * insertion never allocates.
 *
 * Here is neither a frame nor a netlink message.
 */
#include <linux/random.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>

#include <uapi/linux/vifmap.h>

#include "map.h"

/* Buckets of an empty map: a kilobyte less a cache line. */
#define VIFMAP_MAP_MIN_BITS	6

/* A chain is half an entry long on average, so that a look-up costs the same
 * whatever the number of entries.
 */
#define VIFMAP_MAP_BUCKETS_PER_ENTRY	2

static struct vifmap_table *vifmap_table_alloc(unsigned int bits, u8 version)
{
	struct vifmap_table *table;

	table = kvzalloc(struct_size(table, bucket, 1UL << bits),
			 GFP_KERNEL_ACCOUNT);
	if (!table)
		return NULL;

	table->shift = 64 - bits;
	table->version = version;
	table->to_entry = -offsetof(struct vifmap_entry, node[version]);
	return table;
}

static struct vifmap_table *vifmap_map_table(const struct vifmap_map *map)
{
	return rcu_dereference_check(map->table,
				     lockdep_is_held(&map->lock) ||
				     lockdep_rtnl_is_held());
}

static unsigned long vifmap_table_buckets(const struct vifmap_table *table)
{
	return 1UL << (64 - table->shift);
}

static void vifmap_table_link(const struct vifmap_map *map,
			      struct vifmap_table *table,
			      struct vifmap_entry *entry)
{
	unsigned long bucket = vifmap_map_bucket(map, table, entry->addr);

	hlist_add_head_rcu(&entry->node[table->version],
			   &table->bucket[bucket]);
}

/**
 * vifmap_map_changed() - End what was cached of look-ups.
 * @map: The map.
 *
 * Called after a change; pairs with vifmap_map_generation(), which is called
 * before a look-up: whoever sees the new generation sees the change, too.
 *
 * Context: &vifmap_map.lock held.
 */
void vifmap_map_changed(struct vifmap_map *map)
{
	lockdep_assert_held(&map->lock);
	/* Pairs with vifmap_map_generation(). */
	smp_store_release(&map->generation, map->generation + 1);
}

/**
 * vifmap_map_init() - Make an empty map.
 * @map: The map.
 * @max: The most entries it may hold, those of the host and of the device
 *	itself not counted.
 *
 * Context: Process, may sleep.
 * Return: 0, or -ENOMEM.
 */
int vifmap_map_init(struct vifmap_map *map, u32 max)
{
	struct vifmap_table *table;

	table = vifmap_table_alloc(VIFMAP_MAP_MIN_BITS, 0);
	if (!table)
		return -ENOMEM;

	RCU_INIT_POINTER(map->table, table);
	map->multiplier = get_random_u64() | 1;
	map->max = max;
	spin_lock_init(&map->lock);
	return 0;
}

/**
 * vifmap_map_destroy() - Free an empty map that nobody reads any more.
 * @map: The map.
 */
void vifmap_map_destroy(struct vifmap_map *map)
{
	WARN_ON_ONCE(map->total);
	kvfree(rcu_dereference_protected(map->table, 1));
}

/**
 * vifmap_map_find() - Find an entry, active or not.
 * @map: The map.
 * @addr: The address, as a key.
 *
 * Context: RTNL, &vifmap_map.lock or the RCU read lock held.
 * Return: the entry or NULL; it stays as long as the caller's lock is held,
 *	except that without &vifmap_map.lock it may be removed, under RTNL by
 *	the datapath if it was learned, and lives on for an RCU grace period.
 */
struct vifmap_entry *vifmap_map_find(const struct vifmap_map *map, u64 addr)
{
	const struct vifmap_table *table = vifmap_map_table(map);
	unsigned int version = table->version;
	struct vifmap_entry *entry;
	struct hlist_node *node;

	node = vifmap_map_chain(map, table, addr);
	while (node) {
		entry = container_of(node, struct vifmap_entry, node[version]);
		if (entry->addr == addr)
			return entry;
		node = rcu_dereference_raw(hlist_next_rcu(node));
	}
	return NULL;
}

/**
 * vifmap_entry_alloc() - Make an entry that is in no map yet.
 * @addr: The address, as a key.
 * @port: The vif that it leads to; NULL for the host.
 * @origin: enum vifmap_origin.
 *
 * The memory is charged to the control group of the caller.
 *
 * Context: Process, may sleep.
 * Return: the entry, owned by the caller until it is inserted, or NULL.
 */
struct vifmap_entry *vifmap_entry_alloc(u64 addr, struct vifmap_port *port,
					u8 origin)
{
	struct vifmap_entry *entry;

	entry = kzalloc(sizeof(*entry), GFP_KERNEL_ACCOUNT);
	if (!entry)
		return NULL;

	entry->addr = addr;
	entry->port = port;
	entry->origin = origin;
	INIT_LIST_HEAD(&entry->list);
	return entry;
}

static void vifmap_map_move_entries(struct vifmap_map *map,
				    struct vifmap_table *from,
				    struct vifmap_table *to)
{
	struct vifmap_entry *entry;
	struct hlist_node *node;
	unsigned long i;

	for (i = 0; i < vifmap_table_buckets(from); i++) {
		hlist_for_each(node, &from->bucket[i]) {
			entry = container_of(node, struct vifmap_entry,
					     node[from->version]);
			vifmap_table_link(map, to, entry);
		}
	}
}

/**
 * vifmap_map_reserve_rtnl() - Make room in the table.
 * @map: The map.
 * @more: How many entries are going to be inserted.
 *
 * Without memory the table stays as it is: chains get longer, and nothing
 * fails.
 *
 * Context: RTNL held, may sleep.
 */
void vifmap_map_reserve_rtnl(struct vifmap_map *map, u32 more)
{
	u64 wanted = (u64)VIFMAP_MAP_BUCKETS_PER_ENTRY * (map->total + more);
	struct vifmap_table *old, *new;

	ASSERT_RTNL();

	old = vifmap_map_table(map);
	if (wanted <= vifmap_table_buckets(old))
		return;

	new = vifmap_table_alloc(order_base_2(wanted), !old->version);
	if (!new)
		return;

	spin_lock_bh(&map->lock);
	vifmap_map_move_entries(map, old, new);
	rcu_assign_pointer(map->table, new);
	spin_unlock_bh(&map->lock);

	/* The links of the old table are used again when the map grows next. */
	synchronize_net();
	kvfree(old);
}

/* The host has what it has, at the pdev or at the device itself. */
static bool vifmap_map_counts(const struct vifmap_entry *entry)
{
	return entry->origin != VIFMAP_ORIGIN_HOST &&
	       entry->origin != VIFMAP_ORIGIN_DEVICE;
}

/**
 * vifmap_map_insert() - Put an entry into the map.
 * @map: The map.
 * @entry: The entry; the map owns it afterwards.
 * @active: Whether frames see it.
 * @list: List of the owner.
 *
 * Context: &vifmap_map.lock held.
 * Return: 0, -EEXIST when the address is mapped already, active or not, or
 *	-ENOSPC when the map is full. On error the caller keeps the entry.
 */
int vifmap_map_insert(struct vifmap_map *map, struct vifmap_entry *entry,
		      bool active, struct list_head *list)
{
	lockdep_assert_held(&map->lock);

	if (vifmap_map_find(map, entry->addr))
		return -EEXIST;

	if (vifmap_map_counts(entry)) {
		if (map->count >= READ_ONCE(map->max))
			return -ENOSPC;
		WRITE_ONCE(map->count, map->count + 1);
	}
	map->total++;

	WRITE_ONCE(entry->key, active ? entry->addr : 0);
	list_add_tail_rcu(&entry->list, list);
	vifmap_table_link(map, vifmap_map_table(map), entry);
	vifmap_map_changed(map);
	return 0;
}

/**
 * vifmap_map_remove() - Take an entry out of the map.
 * @map: The map.
 * @entry: The entry; the caller owns it afterwards, and frees it after an RCU
 *	grace period.
 *
 * Context: &vifmap_map.lock held.
 */
void vifmap_map_remove(struct vifmap_map *map, struct vifmap_entry *entry)
{
	const struct vifmap_table *table = vifmap_map_table(map);

	lockdep_assert_held(&map->lock);

	hlist_del_rcu(&entry->node[table->version]);
	list_del_rcu(&entry->list);
	if (vifmap_map_counts(entry))
		WRITE_ONCE(map->count, map->count - 1);
	map->total--;
	vifmap_map_changed(map);
}

/**
 * vifmap_map_replace() - Put an entry in the place of another.
 * @map: The map.
 * @old: The entry in the map; the caller owns it afterwards, and frees it
 *	after an RCU grace period.
 * @new: The entry for the same address that takes its place; the map owns it
 *	afterwards.
 * @active: Whether frames see @new.
 * @list: List of the owner of @new.
 *
 * A frame finds the one or the other, never both or neither.
 *
 * Context: &vifmap_map.lock held.
 */
void vifmap_map_replace(struct vifmap_map *map, struct vifmap_entry *old,
			struct vifmap_entry *new, bool active,
			struct list_head *list)
{
	const struct vifmap_table *table = vifmap_map_table(map);

	lockdep_assert_held(&map->lock);

	WRITE_ONCE(new->key, active ? new->addr : 0);
	list_add_tail_rcu(&new->list, list);
	list_del_rcu(&old->list);
	hlist_replace_rcu(&old->node[table->version],
			  &new->node[table->version]);
	vifmap_map_changed(map);
}

/**
 * vifmap_map_set_active() - Make an entry count as mapped, or not.
 * @map: The map.
 * @entry: An entry of it.
 * @active: Whether frames are to see it.
 *
 * Context: &vifmap_map.lock held.
 */
void vifmap_map_set_active(struct vifmap_map *map, struct vifmap_entry *entry,
			   bool active)
{
	lockdep_assert_held(&map->lock);

	WRITE_ONCE(entry->key, active ? entry->addr : 0);
	vifmap_map_changed(map);
}
