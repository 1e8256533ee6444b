// SPDX-License-Identifier: GPL-2.0
/* model_traffic.c - frames, and where they arrive */
#include <stdio.h>

#include "chance.h"
#include "model_ends.h"
#include "model_kernel.h"
#include "model_test.h"

#define OTHER_VLAN	6

unsigned long frames_sent;

static mac_t new_source(int from)
{
	if (chance(4))
		return chance(50) ? 0 : BAD_GROUP;
	if (from == HOST)
		return chance(80) ? model.pdev_mac : any_mac();
	if (from == WIRE)
		return chance(50) ? 0x020000000002 : some_mac(NOBODY);
	return chance(75) ? mapped_mac(from - VIF0) : any_mac();
}

/* The same as before, often: it is what the source check remembers. */
static mac_t random_source(int from)
{
	static mac_t last[ENDS];

	if (!last[from] || chance(70))
		last[from] = new_source(from);
	return last[from];
}

static mac_t random_destination(int from)
{
	int n = below(100);

	if (n < 35)
		return mapped_mac(NOBODY);
	if (n < 42 && from >= VIF0)
		return mapped_mac(from - VIF0);
	if (n < 58)
		return any_mac();
	if (n < 63)
		return model.pdev_mac;
	if (n < 66 && model.vlan)
		return model.vlan_mac;
	if (n < 78)
		return BROADCAST;
	if (n < 88)
		return 0x333300000a0b;
	return LINK_LOCAL + below(16);
}

static bool can_send(int end)
{
	return end < VIF0 || (model.vifs[end - VIF0].place == HERE &&
			      model.vifs[end - VIF0].other_up);
}

static void random_frame(struct frame *f)
{
	do {
		f->from = below(ENDS);
	} while (!can_send(f->from));
	f->src = random_source(f->from);
	if (chance(25) && can_send(VIF0 + focus.vif)) {
		f->from = VIF0 + focus.vif;
		f->src = focus.mac;
	}
	f->dst = random_destination(f->from);
	f->vlan = 0;
	if (chance(15))
		f->vlan = chance(40) ? HOST_VLAN : OTHER_VLAN;
}

static const char *end_name(int end)
{
	return end == WIRE ? "wire" : end == HOST ? "host" :
	       model.vifs[end - VIF0].name;
}

static void print_set(const char *what, unsigned int set)
{
	int end;

	printf("#   %s:", what);
	for (end = 0; end < ENDS; end++)
		if (set & SET(end))
			printf(" %s", end_name(end));
	printf("%s\n", set ? "" : " nobody");
}

static const char *frame_text(const struct frame *f)
{
	static char text[100];

	snprintf(text, sizeof(text), "frame from %s, %s > %s%s",
		 end_name(f->from), mac_text(f->src), mac_text(f->dst),
		 f->vlan == HOST_VLAN ? ", VLAN 5" : f->vlan ? ", VLAN 6" : "");
	return text;
}

/* Learning is done at once, but the rest of it, and the room for the next
 * address when one is let go, comes a moment later; the event says when.
 */
static void wait_event(mac_t mac, bool there)
{
	if (events_wait(mac, there))
		return;
	printf("# operation %lu: %s is never said to have %s\n", operation,
	       mac_text(mac), there ? "been learned" : "gone");
	fail();
}

/* The address that a frame makes the map let go, or 0; sets @changes if it
 * makes it another at all.
 */
static mac_t lets_go(const struct frame *f, bool *changes)
{
	static struct model after;

	after = model;
	model_frame(&after, f);
	*changes = after.n_entries != model.n_entries;
	return after.n_entries < model.n_entries ? f->src : 0;
}

/* Where a frame changes the map, the ones before must be through, and it itself
 * before the next.
 */
static void send_frame(const struct frame *f, unsigned int *want)
{
	bool changes;
	mac_t gone = lets_go(f, &changes);

	if (changes)
		ends_barrier();
	if (gone)
		wait_event(gone, true);
	*want = model_frame(&model, f);
	remember("  %s", frame_text(f));
	end_send(f);
	if (changes)
		ends_barrier();
	if (gone)
		wait_event(gone, false);
}

static void check_frame(const struct sent *s, unsigned int want)
{
	if (s->got == want && !s->wrong)
		return;
	printf("# operation %lu: %s\n", operation, frame_text(&s->frame));
	print_set("arrived at", s->got);
	print_set("the model says", want);
	if (s->wrong)
		printf("#   %s at %s\n", s->wrong, end_name(s->wrong_at));
	fail();
}

void traffic(int n)
{
	unsigned int want[MAX_BATCH];
	struct sent *sent;
	struct frame f;
	int i;

	for (i = 0; i < n; i++) {
		random_frame(&f);
		send_frame(&f, &want[i]);
	}
	sent = ends_collect(&n);
	for (i = 0; i < n; i++)
		check_frame(&sent[i], want[i]);
	frames_sent += n;
}
