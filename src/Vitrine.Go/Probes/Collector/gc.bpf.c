// What the garbage collector of a Go process does: stops of the world, collections, mark assists.
//
// Collections and stops are rare: each goes to user space whole, through a ring buffer, at its end. Assists may be frequent: they are added up
// here by goroutine and stack, and go to user space one by one only when that is asked for.
//
// Times: Go's nanotime and bpf_ktime_get_ns read the same clock (CLOCK_MONOTONIC), so that the runtime's own timestamps and ours are comparable.
#include "stacks.bpf.h"

// Words of the runtime's own account, read when a collection has ended; the order is GcWord's in user space. Address 0: not known.
#define WORDS 32

struct config {
	u64 words[WORDS];
	u32 stop_result;   // 0: startTheWorldWithSema takes no worldStop; 1: (now, reason, start) from Go 1.22; 2: and when all had stopped, from 1.23
	u32 counts_total;  // the point of world_started is the call that records the stop's duration (second argument)
	u32 single_assists; // every assist is sent, not only summed up
	u32 pad;
};

CONFIG;

// Where a function of the old calling convention (ABI0) that takes nothing leaves its result: at SP, on arm64 behind the saved link register.
#if defined(__TARGET_ARCH_arm64)
#define ASSEMBLY_RESULT 8
#else
#define ASSEMBLY_RESULT 0
#endif

enum kind {
	STOP = 1,   // the world was stopped and runs again
	CYCLE = 2,  // a collection has ended (its sweep goes on)
	SWEPT = 3,  // the sweep of a collection has ended
	ASSIST = 4, // a goroutine has marked for the collector
	PARK = 5,   // a goroutine has waited for others to mark
};

#define NO_TRIGGER 255
#define REASON_SIZE 32
// Not even the text's address could be read: an empty text means something.
#define NO_TEXT 0xffffffffU
// Collections whose assists are kept apart until user space has seen the cycle.
#define CYCLE_SLOTS 64

struct go_string {
	const char *str;
	u64 len;
};

struct go_runtime_m___gc {
	struct go_string preemptoff;
	void *curg;
} GO_TYPE;

struct go_runtime_g___gc {
	struct go_runtime_m___gc *m;
} GO_TYPE;

struct assist_sums {
	u64 cycle; // number since the probes went on, from 1; 0: before the first start that was seen
	u64 marks;
	u64 mark_ns;
	u64 parks;
	u64 park_ns;
};

struct stop_event {
	u32 kind;
	u32 reason;   // stwReason from Go 1.21; not meaningful before
	u64 cycle;
	u64 goid;     // who stopped the world
	u64 asked;    // stopTheWorldWithSema was entered
	u64 began;    // the runtime's own start of the stop, 0: not told
	u64 stopped;  // all had stopped, by the runtime's account, 0: not told
	u64 starting; // startTheWorldWithSema was entered
	u64 started;  // the world runs again
	u64 counted;  // duration as the runtime counts it, 0: not told
	u64 now;      // the end of the stop as the caller counts it, 0: not told
	struct stack_key stack;
	u64 text_address;
	u32 trigger;
	u32 text_length;
	u32 text_read; // 0: the page was not in memory; user space can read it, because these texts are constants
	u32 pad;
	char text[REASON_SIZE];
};

struct account_event {
	u32 kind;
	u32 unread; // words that could not be read
	u64 cycle;
	u64 time;
	u64 goid;
	struct assist_sums assists;
	u64 words[WORDS];
};

struct assist_event {
	u32 kind;
	u32 pad;
	u64 cycle;
	u64 goid;
	u64 start;
	u64 end;
	struct stack_key stack;
};

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 20);
} events SEC(".maps");

// The stop that is under way. There is one at the most: the runtime holds worldsema from before it stops the world until after it runs again.
struct world {
	u64 cycle;
	u64 stopping; // a stop was seen to begin
	struct stop_event stop;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct world);
} world SEC(".maps");

// Why a goroutine asked for a collection. Most who ask find that another was faster; so the oldest may go.
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1024);
	__type(key, u64);
	__type(value, u32);
} triggers SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, CYCLE_SLOTS);
	__type(key, u32);
	__type(value, struct assist_sums);
} cycle_assists SEC(".maps");

// Goroutines that assist. A goroutine that does not park after it has marked leaves its entry behind for the next time; the oldest may go.
// Goroutine structs are used again: an entry counts only for the goroutine whose number it has.
struct assisting {
	u64 goid;
	u64 cycle;
	u64 mark_start;
	u64 park_start;
	struct stack_key stack;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 16384);
	__type(key, u64);
	__type(value, struct assisting);
} assisting SEC(".maps");

struct assist_key {
	u64 goid;
	struct stack_key stack;
};

struct assist_value {
	u64 marks;
	u64 mark_ns;
	u64 mark_max_ns;
	u64 parks;
	u64 park_ns;
	u64 park_max_ns;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16384);
	__type(key, struct assist_key);
	__type(value, struct assist_value);
} assists SEC(".maps");

enum own_counter {
	BEGUN_BEFORE = FIRST_OWN,
};

// What ends so soon after the probes are in place may have begun before: that is no loss.
#define SOON 1000000000ULL

static __always_inline void end_without_beginning(void)
{
	count(bpf_ktime_get_ns() - on_since > SOON ? LOST_ORPHAN : BEGUN_BEFORE);
}

static __always_inline struct world *the_world(void)
{
	u32 zero = 0;
	return bpf_map_lookup_elem(&world, &zero);
}

// ---- stops of the world

// runtime.gcStart(trigger gcTrigger{kind, now, n}) is entered by everybody who thinks that it is time; one of them then stops the world.
PROBE(gc_start)
{
	u64 g = REG_G(ctx);
	u32 kind = REG_ARG0(ctx) & 255;
	bpf_map_update_elem(&triggers, &g, &kind, BPF_ANY);
	return 0;
}

// The start of a cycle makes room for its assists: they cannot begin before the world runs again.
static __always_inline void begin_cycle(struct world *state)
{
	struct assist_sums *sums;
	u32 slot;
	state->cycle++;
	slot = state->cycle & (CYCLE_SLOTS - 1);
	sums = bpf_map_lookup_elem(&cycle_assists, &slot);
	if (sums) {
		__builtin_memset(sums, 0, sizeof(*sums));
		sums->cycle = state->cycle;
	}
}

// runtime.stopTheWorldWithSema(reason stwReason), on the system stack of whoever stops the world. What the runtime puts into m.preemptoff before
// it comes here is the reason in words, in every version: empty at the start of a collection, "gcing" at the end of marking.
PROBE(world_stop)
{
	struct world *state = the_world();
	struct go_runtime_g___gc *g = (void *)REG_G(ctx);
	struct go_runtime_m___gc *m = 0;
	struct go_string text = {};
	struct stop_event *stop;
	u64 goroutine = 0, length;
	u32 *trigger;
	if (!state)
		return 0;
	stop = &state->stop;
	__builtin_memset(stop, 0, sizeof(*stop));
	stop->kind = STOP;
	stop->trigger = NO_TRIGGER;
	stop->text_length = NO_TEXT;
	stop->asked = bpf_ktime_get_ns();
	stop->reason = REG_ARG0(ctx) & 255;
	if (!READ_GO(&m, g, m) || !READ_GO(&goroutine, m, curg) || !READ_GO(&text, m, preemptoff)) {
		count(LOST_FAULT);
	} else {
		stop->goid = goid_of(goroutine);
		length = text.len;
		if (length > REASON_SIZE)
			length = REASON_SIZE;
		stop->text_address = (u64)text.str;
		stop->text_length = length;
		stop->text_read = !length || bpf_probe_read_user(stop->text, length, text.str) == 0;
		// An empty text is the start of a collection: nobody else leaves it empty.
		if (!text.len) {
			trigger = bpf_map_lookup_elem(&triggers, &goroutine);
			if (trigger)
				stop->trigger = *trigger;
			begin_cycle(state);
		}
	}
	take_entry_stack(ctx, &stop->stack);
	stop->cycle = state->cycle;
	state->stopping = 1;
	return 0;
}

// runtime.startTheWorldWithSema(now int64, w worldStop{reason, startedStopping, finishedStopping, …}) from Go 1.22: the runtime's own timestamps.
PROBE(world_start)
{
	struct world *state = the_world();
	if (!state)
		return 0;
	if (!state->stopping)
		return 0;
	state->stop.starting = bpf_ktime_get_ns();
	if (config.stop_result >= 1) {
		state->stop.now = REG_ARG0(ctx);
		state->stop.began = REG_ARG2(ctx);
	}
	if (config.stop_result >= 2)
		state->stop.stopped = REG_ARG3(ctx);
	return 0;
}

// Inside startTheWorldWithSema, behind the wake-ups: at the call that records the duration (second argument), or before 1.22 at the call of wakep.
PROBE(world_started)
{
	struct world *state = the_world();
	struct stop_event *stop;
	if (!state)
		return 0;
	if (!state->stopping) {
		end_without_beginning();
		return 0;
	}
	stop = &state->stop;
	stop->started = bpf_ktime_get_ns();
	if (config.counts_total)
		stop->counted = REG_ARG1(ctx);
	state->stopping = 0;
	if (bpf_ringbuf_output(&events, stop, sizeof(*stop), 0))
		count(LOST_RING);
	return 0;
}

// ---- the collector's own account

static __always_inline int send_account(struct registers *ctx, u32 kind)
{
	struct world *state = the_world();
	struct account_event *event;
	struct assist_sums *sums;
	u32 slot;
	if (!state)
		return 0;
	event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
	if (!event) {
		count(LOST_RING);
		return 0;
	}
	event->kind = kind;
	event->unread = 0;
	event->cycle = state->cycle;
	event->time = bpf_ktime_get_ns();
	event->goid = 0;
	__builtin_memset(&event->assists, 0, sizeof(event->assists));
	slot = state->cycle & (CYCLE_SLOTS - 1);
	sums = bpf_map_lookup_elem(&cycle_assists, &slot);
	if (sums)
		event->assists = *sums;
#pragma unroll
	for (int i = 0; i < WORDS; i++) {
		event->words[i] = 0;
		if (config.words[i] && !read_user(&event->words[i], config.words[i]))
			event->unread |= 1U << i;
	}
	bpf_ringbuf_submit(event, 0);
	return 0;
}

// runtime.freeStackSpans is called once in a cycle, right after the world was started again at the end of marking: the collection's figures are
// all there, and no other collection can begin before its caller goes on. Reading them here makes no pause longer.
PROBE(cycle_end)
{
	return send_account(ctx, CYCLE);
}

// The call of gopark in runtime.bgsweep: the background sweeper has found that all is swept, and goes to sleep.
PROBE(sweep_end)
{
	return send_account(ctx, SWEPT);
}

// ---- mark assists

static __always_inline void send_assist(u32 kind, struct assisting *state, u64 start, u64 end)
{
	struct assist_event *event;
	if (!config.single_assists)
		return;
	event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
	if (!event) {
		count(LOST_RING);
		return;
	}
	event->kind = kind;
	event->pad = 0;
	event->cycle = state->cycle;
	event->goid = state->goid;
	event->start = start;
	event->end = end;
	event->stack = state->stack;
	bpf_ringbuf_submit(event, 0);
}

static __always_inline struct assist_value *assist_of(struct assisting *state)
{
	struct assist_key key = { .goid = state->goid, .stack = state->stack };
	struct assist_value *value = bpf_map_lookup_elem(&assists, &key), fresh = {};
	if (value)
		return value;
	if (bpf_map_update_elem(&assists, &key, &fresh, BPF_NOEXIST))
		count(LOST_MAP_FULL);
	return bpf_map_lookup_elem(&assists, &key);
}

static __always_inline struct assist_sums *sums_of(u64 cycle)
{
	u32 slot = cycle & (CYCLE_SLOTS - 1);
	return bpf_map_lookup_elem(&cycle_assists, &slot);
}

// The runtime measures an assist by two calls of nanotime in gcAssistAlloc1, on the system stack; the probes are behind them. The result, which
// assembly returns in memory, is still there: the runtime's own timestamps. A torn or strange one is replaced by ours.
static __always_inline u64 told_time(struct registers *ctx)
{
	u64 now = bpf_ktime_get_ns(), told = 0;
	if (read_user(&told, REG_SP(ctx) + ASSEMBLY_RESULT) && told <= now && now - told < 1000000000)
		return told;
	return now;
}

// On the system stack: the goroutine that it works for.
static __always_inline u64 user_goroutine(u64 system)
{
	struct go_runtime_g___gc *g = (void *)system;
	struct go_runtime_m___gc *m = 0;
	u64 goroutine = 0;
	if (!READ_GO(&m, g, m) || !READ_GO(&goroutine, m, curg)) {
		count(LOST_FAULT);
		return 0;
	}
	return goroutine;
}

PROBE(assist_begin)
{
	u64 g = user_goroutine(REG_G(ctx));
	struct assisting fresh = {};
	struct world *state = the_world();
	if (!g)
		return 0;
	fresh.goid = goid_of(g);
	fresh.stack.id = -1;
	fresh.cycle = state ? state->cycle : 0;
	fresh.mark_start = told_time(ctx);
	bpf_map_update_elem(&assisting, &g, &fresh, BPF_ANY);
	return 0;
}

PROBE(assist_end)
{
	u64 now = told_time(ctx);
	u64 g = user_goroutine(REG_G(ctx)), spent;
	struct assisting *state;
	struct assist_value *value;
	struct assist_sums *sums;
	if (!g)
		return 0;
	state = bpf_map_lookup_elem(&assisting, &g);
	if (!state || state->goid != goid_of(g) || !state->mark_start || now < state->mark_start) {
		end_without_beginning();
		return 0;
	}
	spent = now - state->mark_start;
	// The frame pointers lead from the system stack to the goroutine's own.
	state->stack.id = bpf_get_stackid(ctx, &stacks, BPF_F_USER_STACK);
	// As in take_entry_stack; the innermost frames are the collector's, always the same, and user space leaves them out.
	if (state->stack.id == -EEXIST_STACK)
		state->stack.id = bpf_get_stackid(ctx, &stacks, BPF_F_USER_STACK | 1);
	if (state->stack.id == -EEXIST_STACK)
		state->stack.id = bpf_get_stackid(ctx, &stacks, BPF_F_USER_STACK | 2);
	if (state->stack.id < 0) {
		state->stack.id = -1;
		count(LOST_STACK);
	}
	value = assist_of(state);
	if (value) {
		value->marks++;
		value->mark_ns += spent;
		if (spent > value->mark_max_ns)
			value->mark_max_ns = spent;
	}
	sums = sums_of(state->cycle);
	if (sums) {
		__sync_fetch_and_add(&sums->marks, 1);
		__sync_fetch_and_add(&sums->mark_ns, spent);
	}
	send_assist(ASSIST, state, state->mark_start, now);
	state->mark_start = 0;
	return 0;
}

// runtime.gcParkAssist(): the debt is not paid, there is nothing to mark: wait until the background workers have earned enough, or the cycle ends.
PROBE(park_begin)
{
	u64 g = REG_G(ctx);
	struct assisting *state = bpf_map_lookup_elem(&assisting, &g);
	if (!state || state->goid != goid_of(g)) {
		end_without_beginning();
		return 0;
	}
	state->park_start = bpf_ktime_get_ns();
	return 0;
}

// Inside runtime.gcAssistAlloc, after gcParkAssist has returned.
PROBE(park_end)
{
	u64 now = bpf_ktime_get_ns();
	u64 g = REG_G(ctx), spent;
	struct assisting *state = bpf_map_lookup_elem(&assisting, &g);
	struct assist_value *value;
	struct assist_sums *sums;
	if (!state || state->goid != goid_of(g) || !state->park_start) {
		end_without_beginning();
		return 0;
	}
	spent = now - state->park_start;
	value = assist_of(state);
	if (value) {
		value->parks++;
		value->park_ns += spent;
		if (spent > value->park_max_ns)
			value->park_max_ns = spent;
	}
	sums = sums_of(state->cycle);
	if (sums) {
		__sync_fetch_and_add(&sums->parks, 1);
		__sync_fetch_and_add(&sums->park_ns, spent);
	}
	send_assist(PARK, state, state->park_start, now);
	state->park_start = 0;
	return 0;
}
