// The world: when it is stopped, and for what; when a collection marks. Kept as running totals, so that any interval's part is a difference.
//
// Why this is not the account of gc.bpf.c (GcWatch), although both probe the same functions: a request's time is divided here, in the kernel, at every
// change of its goroutine's state, because one event a request is all that leaves it. What the world did since the last change must be known at that
// moment, also of a stop and a collection that are still under way: hence totals that can be asked at any time, and nothing else. GcWatch hands over each
// stop whole when it is over, with who, where, why and the runtime's own timestamps, and adds assists up by stack. To lay its intervals over requests
// afterwards, every park, wake-up and preemption of every request would have to leave the kernel as an event. To share only the two programs at
// the stops would put the union of both into each: this one would read a goroutine, a text and a stack at every stop to throw them away. What they must agree
// on is tested of each against the runtime's own counts.
#ifndef VITRINE_HTTP_WORLD_H
#define VITRINE_HTTP_WORLD_H

#include "split.bpf.h"

PROBE(stop_the_world)
{
	u32 zero = 0;
	struct world *world = bpf_map_lookup_elem(&worlds, &zero);
	if (!world)
		return 0;
	u32 reason = 0;
	bool collection = true;
	if (config.stop_reason) {
		// Go 1.21, stwReason: 1 is GC mark termination, 2 is GC sweep termination.
		reason = REG_ARG0(ctx) & 0xff;
		collection = reason == 1 || reason == 2;
	} else {
		u64 caller = 0;
#if defined(__TARGET_ARCH_arm64)
		caller = REG_LR(ctx);
#else
		read_user(&caller, REG_SP(ctx));
#endif
		collection = caller < config.other_stop_low || caller >= config.other_stop_high;
	}
	world->reason = reason;
	world->stopper = bpf_get_current_pid_tgid();
	if (collection)
		world->gc_since = bpf_ktime_get_ns();
	else
		world->other_since = bpf_ktime_get_ns();
	return 0;
}

static __always_inline void tell(u32 kind, u32 reason, u64 started, u64 ended, u32 collection)
{
	struct world_event *event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
	if (!event) {
		count(LOST_RING);
		return;
	}
	event->kind = kind;
	event->reason = reason;
	event->started = started;
	event->ended = ended;
	event->collection = collection;
	event->pad = 0;
	bpf_ringbuf_submit(event, 0);
}

PROBE(start_the_world)
{
	u32 zero = 0;
	struct world *world = bpf_map_lookup_elem(&worlds, &zero);
	if (!world)
		return 0;
	u64 now = bpf_ktime_get_ns();
	u64 since = world->gc_since;
	if (since) {
		world->gc_since = 0;
		world->total.gc_stop += now - since;
		tell(EVENT_STOP, world->reason, since, now, 1);
	}
	since = world->other_since;
	if (since) {
		world->other_since = 0;
		world->total.other_stop += now - since;
		tell(EVENT_STOP, world->reason, since, now, 0);
	}
	return 0;
}

// func (c *gcControllerState) startCycle(…): once a cycle, while the world is stopped. The cycle began with that stop.
PROBE(start_cycle)
{
	u32 zero = 0;
	struct world *world = bpf_map_lookup_elem(&worlds, &zero);
	if (!world)
		return 0;
	u64 now = bpf_ktime_get_ns();
	world->cycle_since = now;
	tell(EVENT_GC_START, 0, world->gc_since ? world->gc_since : now, now, 1);
	return 0;
}

// func gcMarkTermination(): marking is over, the world is stopped for the second time.
PROBE(end_cycle)
{
	u32 zero = 0;
	struct world *world = bpf_map_lookup_elem(&worlds, &zero);
	if (!world)
		return 0;
	u64 now = bpf_ktime_get_ns();
	u64 since = world->cycle_since;
	if (since) {
		world->cycle_since = 0;
		world->total.cycle += now - since;
	}
	tell(EVENT_GC_END, 0, since, now, 1);
	return 0;
}

#endif
