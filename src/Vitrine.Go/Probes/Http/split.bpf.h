// The split: what the goroutine of a request does at every moment. Each probe point of the scheduler that concerns a tracked goroutine closes the
// time since the last one into a bucket, so that the buckets add up to the request's duration. Other goroutines cost one failed lookup.
#ifndef VITRINE_HTTP_SPLIT_H
#define VITRINE_HTTP_SPLIT_H

#include "http.bpf.h"

struct world {
	struct world_time total;
	u64 gc_since; // 0: not stopped
	u64 other_since;
	u64 cycle_since;
	u32 reason;
	u32 stopper; // the thread that stops it
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct world);
} worlds SEC(".maps");

// Threads that run a tracked goroutine, by the kernel's own id, as sched_switch tells it.
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16384);
	__type(key, u32);
	__type(value, u64);
} threads SEC(".maps");

static __always_inline u64 running_total(u64 total, u64 since, u64 now)
{
	return since && now > since ? total + (now - since) : total;
}

// The account of the world at a moment; returns the thread that stops it or stopped it last.
static __always_inline u32 world_at(struct world_time *time, u64 now)
{
	u32 zero = 0;
	struct world *world = bpf_map_lookup_elem(&worlds, &zero);
	if (!world)
		return 0;
	time->gc_stop = running_total(world->total.gc_stop, world->gc_since, now);
	time->other_stop = running_total(world->total.other_stop, world->other_since, now);
	time->cycle = running_total(world->total.cycle, world->cycle_since, now);
	return world->stopper;
}

static __always_inline u64 part(u64 from, u64 to, u64 limit)
{
	u64 value = to > from ? to - from : 0;
	return value > limit ? limit : value;
}

static __always_inline void add_wait(struct request *request, u64 time)
{
#pragma unroll
	for (int i = 0; i < WAIT_SLOTS; i++) {
		struct wait *wait = &request->waits[i];
		if (wait->count && wait->reason != request->reason)
			continue;
		wait->reason = request->reason;
		wait->count++;
		wait->time += time;
		return;
	}
	request->waits_untold += time;
}

// Closes the time since the last change into the bucket of the state it was in.
static __always_inline void close_state(struct request *request, u64 now)
{
	struct world_time world = request->at;
	u32 stopper = world_at(&world, now);
	u64 time = now > request->since ? now - request->since : 0;
	u64 gc_stop = part(request->at.gc_stop, world.gc_stop, time);
	u64 other_stop = part(request->at.other_stop, world.other_stop, time - gc_stop);
	u64 cycle = part(request->at.cycle, world.cycle, time);
	u32 state = request->state;
	// Until it is preempted a goroutine runs on, although the world is about to be stopped: the stop takes nothing from it before. Who stops the world
	// runs, and sleeps until the others have stopped: that is the stop, not a system call.
	bool stops = gc_stop + other_stop && request->thread && request->thread == stopper;
	bool stopped = state == STATE_RUNNABLE || (stops && (state == STATE_ON_CPU || state == STATE_IN_KERNEL));

	if (stopped) {
		request->time[GC_STOP] += gc_stop;
		request->time[OTHER_STOP] += other_stop;
		time -= gc_stop + other_stop;
	}
	if (state == STATE_WAITING) {
		request->stopped_waiting += gc_stop;
		if (request->reason == config.assist_wait) {
			request->time[ASSIST] += time;
		} else {
			request->time[WAITING] += time;
			add_wait(request, time);
		}
	} else if (state == STATE_IN_KERNEL && !stopped) {
		request->stopped_waiting += gc_stop;
		request->time[IN_KERNEL] += time;
	} else if (request->flags & ASSISTING) {
		request->time[ASSIST] += time;
	} else if (state == STATE_RUNNABLE || state == STATE_PREEMPTED) {
		request->runnable_in_gc += cycle > time ? time : cycle;
		request->time[state == STATE_RUNNABLE ? RUNNABLE : PREEMPTED] += time;
	} else {
		request->time[ON_CPU] += time;
	}
	request->since = now;
	request->at = world;
}

// On a preemptible kernel the thread can lose its processor in the middle of an account, and switch_threads would close the same time once more. The time
// is read behind account_begins; what the thread loses before account_ends goes to the state around it.
static __always_inline void account_begins(struct request *request)
{
	request->flags |= IN_ACCOUNT;
	asm volatile("" ::: "memory");
}

static __always_inline void account_ends(struct request *request)
{
	asm volatile("" ::: "memory");
	request->flags &= ~IN_ACCOUNT;
}

static __always_inline void change_state(struct request *request, u32 state)
{
	account_begins(request);
	close_state(request, bpf_ktime_get_ns());
	request->state = state;
	account_ends(request);
}

static __always_inline void run_here(struct request *request)
{
	u32 thread = bpf_get_current_pid_tgid();
	if (request->thread == thread)
		return;
	request->thread = thread;
	if (bpf_map_update_elem(&threads, &thread, &request->g, BPF_ANY))
		count(LOST_MAP_FULL);
}

static __always_inline void stop_running(struct request *request)
{
	u32 thread = request->thread;
	if (!thread)
		return;
	// After a system call another goroutine may have taken the thread over.
	u64 *g = bpf_map_lookup_elem(&threads, &thread);
	if (g && *g == request->g)
		bpf_map_delete_elem(&threads, &thread);
	request->thread = 0;
}

static __always_inline void begin_split(struct request *request)
{
	if (!config.split)
		return;
	request->since = request->started;
	request->state = STATE_ON_CPU;
	world_at(&request->at, request->started);
	run_here(request);
}

// Returns when it ended.
static __always_inline u64 end_split(struct request *request)
{
	if (!config.split)
		return bpf_ktime_get_ns();
	account_begins(request);
	u64 now = bpf_ktime_get_ns();
	close_state(request, now);
	stop_running(request);
	account_ends(request);
	return now;
}

static __always_inline struct request *request_of(u64 g)
{
	return bpf_map_lookup_elem(&requests, &g);
}

// func gopark(unlockf, lock, reason, …), on the goroutine itself.
PROBE(park)
{
	struct request *request = request_of(REG_G(ctx));
	if (!request)
		return 0;
	change_state(request, STATE_WAITING);
	request->reason = REG_ARG2(ctx) & 0xff;
	stop_running(request);
	return 0;
}

// func goschedImpl(gp, …), preemptPark(gp), goyield_m(gp), exitsyscall0(gp), exitsyscallNoP(gp): gp gives its processor up and could go on at once.
PROBE(yield)
{
	struct request *request = request_of(REG_ARG0(ctx));
	if (!request)
		return 0;
	change_state(request, STATE_RUNNABLE);
	stop_running(request);
	return 0;
}

static __always_inline void wake(u64 g)
{
	struct request *request = request_of(g);
	if (request && request->state == STATE_WAITING)
		change_state(request, STATE_RUNNABLE);
}

// func ready(gp, …): somebody woke it.
PROBE(wake_up)
{
	wake(REG_ARG0(ctx));
	return 0;
}

// func netpollready(toRun, pd, mode): the network woke whoever waits for this descriptor. 0, 1 and 2 in rg and wg are no goroutines.
PROBE(network_ready)
{
	struct go_runtime_pollDesc *pd = (void *)REG_ARG1(ctx);
	u64 mode = REG_ARG2(ctx) & 0xffffffff;
	u64 g = 0;
	if (mode != 'w' && READ_GO(&g, pd, rg) && g > 2)
		wake(g);
	if (mode != 'r' && READ_GO(&g, pd, wg) && g > 2)
		wake(g);
	return 0;
}

// func execute(gp, …): it runs, on this thread.
PROBE(run)
{
	struct request *request = request_of(REG_ARG0(ctx));
	if (!request)
		return 0;
	if (request->state != STATE_ON_CPU)
		change_state(request, STATE_ON_CPU);
	stop_running(request);
	run_here(request);
	return 0;
}

// sched_switch: the kernel takes the processor from a thread or gives it one.
struct sched_switch {
	u64 common;
	char previous_name[16];
	s32 previous;
	s32 previous_priority;
	s64 previous_state;
	char next_name[16];
	s32 next;
	s32 next_priority;
};

SEC("tracepoint/sched/sched_switch")
int switch_threads(struct sched_switch *ctx)
{
	IN_USE();
	u32 thread = ctx->previous;
	u64 *g = bpf_map_lookup_elem(&threads, &thread);
	if (g) {
		struct request *request = request_of(*g);
		// A preempted thread could run on: state 0, or 0x100 since it is told apart.
		if (request && request->thread == thread && request->state == STATE_ON_CPU && !(request->flags & IN_ACCOUNT))
			change_state(request, (ctx->previous_state & 0xff) ? STATE_IN_KERNEL : STATE_PREEMPTED);
	}
	thread = ctx->next;
	g = bpf_map_lookup_elem(&threads, &thread);
	if (g) {
		struct request *request = request_of(*g);
		if (request && request->thread == thread && (request->state == STATE_IN_KERNEL || request->state == STATE_PREEMPTED) && !(request->flags & IN_ACCOUNT))
			change_state(request, STATE_ON_CPU);
	}
	return 0;
}

static __always_inline void set_assisting(struct request *request, bool assisting)
{
	account_begins(request);
	close_state(request, bpf_ktime_get_ns());
	request->flags = assisting ? request->flags | ASSISTING : request->flags & ~ASSISTING;
	account_ends(request);
}

// func gcAssistAlloc1(gp, …), on the system stack: gp marks instead of going on.
PROBE(assist_begins)
{
	struct request *request = request_of(REG_ARG0(ctx));
	if (request)
		set_assisting(request, true);
	return 0;
}

// Behind the call in gcAssistAlloc, on the goroutine itself.
PROBE(assist_ends)
{
	struct request *request = request_of(REG_G(ctx));
	if (request && request->flags & ASSISTING)
		set_assisting(request, false);
	return 0;
}

// At gcAssistAlloc1's return, still on the system stack, where the call could not be found.
PROBE(assist_returns)
{
	struct go_runtime_g___http *g0 = (void *)REG_G(ctx);
	struct go_runtime_m___http *m = 0;
	void *g = 0;
	if (!READ_GO(&m, g0, m) || !m || !READ_GO(&g, m, curg))
		return 0;
	struct request *request = request_of((u64)g);
	if (request && request->flags & ASSISTING)
		set_assisting(request, false);
	return 0;
}

#endif
