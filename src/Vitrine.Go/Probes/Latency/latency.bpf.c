// How long calls of functions take: a begin and an end for each call, a histogram for each function, all in the kernel.
//
// A call is known by its goroutine, by how deep its frame lies on the goroutine's stack, and by its function. That survives what Go does to a call
// under way: another thread goes on with it, its stack is copied elsewhere, it calls itself. What never ends by a return (a panic, Goexit, a jump to
// another function) is found when the goroutine enters or leaves something further up, and counted.
#include "go.bpf.h"
#include "labels.bpf.h"

enum grouping { BY_NOTHING, BY_LABEL, BY_CALLER };

struct config {
	u32 grouping;
	u32 pad;
	struct label_config label;
};
CONFIG;

// Attach cookie: the function's number in the low 16 bits, and what is special about the place.
#define FUNCTION(cookie) ((cookie)&0xffff)
#define KNOWN_CALLERS (1ull << 61)  // only calls from the places in `sites` can be followed to their end
#define AFTER_CALL (1ull << 60)     // an end behind the call instruction, in the caller, instead of on a return
#define BY_THREAD (1ull << 62)      // assembly: the goroutine's register may hold anything, but the thread does not change

// How many calls that will not end are cleared away at one event; more wait for the next, or for user space.
#define CLEAR_AT_ONCE 32

struct place {
	u64 stack; // the goroutine, or the thread
	u64 frame; // depth on the stack << 16 | function
};

struct call {
	u64 began;
	u64 goroutine; // its number, because goroutine structs are used again
	u64 group;
	u64 outer; // frame of the call around it; 0: none
};

struct innermost {
	u64 frame;
	u64 goroutine;
};

struct group_key {
	u64 group;
	u64 function;
};

struct totals {
	u64 count;
	u64 sum;
	u64 max;
	u64 min; // all ones minus the least, so that an empty one is 0
};

struct bucket_key {
	u64 group;
	u32 function;
	u32 bucket;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536);
	__type(key, struct place);
	__type(value, struct call);
} calls SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536);
	__type(key, u64);
	__type(value, struct innermost);
} innermosts SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(max_entries, 4096);
	__type(key, struct group_key);
	__type(value, struct totals);
} totals SEC(".maps");

// Only what occurs is kept: a function's durations fall into some hundred of the 1920 buckets.
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(max_entries, 32768);
	__type(key, struct bucket_key);
	__type(value, u64);
} buckets SEC(".maps");

// Return addresses of the calls that end at a point in their caller.
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__type(key, u64);
	__type(value, u32);
} sites SEC(".maps");

// Who calls what how often: what a first look is for.
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(max_entries, 4096);
	__type(key, struct group_key);
	__type(value, u64);
} callers SEC(".maps");

enum own_counter { GROUPS_FULL = FIRST_OWN, OTHER_CALLERS = FIRST_OWN + 1 };

struct event {
	u64 stack;
	u64 depth;
	u64 goroutine;
};

static __always_inline int locate(struct registers *ctx, u64 cookie, struct event *event)
{
	if (cookie & BY_THREAD) {
		event->stack = bpf_get_current_pid_tgid();
		event->goroutine = 0;
		event->depth = ~REG_SP(ctx) & 0xffffffffffff;
		return 1;
	}
	event->stack = REG_G(ctx);
	event->goroutine = goid_of(event->stack);
	event->depth = stack_depth(event->stack, REG_SP(ctx)) & 0xffffffffffff;
	if (!event->depth) {
		count(LOST_NO_G);
		return 0;
	}
	return 1;
}

// Clears away the calls on top of the goroutine's stack that lie at least as deep as `least`: they will not end. Returns the frame that is on top then.
static __always_inline u64 clear_deeper(struct innermost *top, u64 stack, u64 least)
{
	u64 frame = top->frame;
	for (int i = 0; i < CLEAR_AT_ONCE; i++) {
		if (!frame || (frame >> 16) < least)
			break;
		struct place place = { .stack = stack, .frame = frame };
		struct call *call = bpf_map_lookup_elem(&calls, &place);
		// Its own end may have taken it out already.
		if (!call) {
			frame = 0;
			break;
		}
		frame = call->outer;
		bpf_map_delete_elem(&calls, &place);
		count(LOST_UNFINISHED);
	}
	return frame;
}

// The return address of a call, at the function's entry; 0 when it is not resident.
static __always_inline u64 caller_of(struct registers *ctx)
{
	u64 caller = 0;
#if defined(__TARGET_ARCH_arm64)
	caller = REG_LR(ctx);
#else
	if (!read_user(&caller, REG_SP(ctx)))
		count(LOST_FAULT);
#endif
	return caller;
}

static __always_inline u64 group_of(struct registers *ctx, u64 cookie, struct event *event)
{
	u64 group = 0;
	if (config.grouping == BY_CALLER) {
		group = caller_of(ctx);
	} else if (config.grouping == BY_LABEL && !(cookie & BY_THREAD)) {
		// What is followed by thread has no goroutine to ask.
		group = label_of(event->stack, event->goroutine, &config.label);
	}
	return group;
}

static __always_inline int begin(struct registers *ctx)
{
	u64 cookie = bpf_get_attach_cookie(ctx);
	struct event event;
	if (!locate(ctx, cookie, &event))
		return 0;

	if (cookie & KNOWN_CALLERS) {
		u64 caller = caller_of(ctx);
		if (!bpf_map_lookup_elem(&sites, &caller)) {
			count(OTHER_CALLERS);
			return 0;
		}
	}

	struct place place = { .stack = event.stack, .frame = event.depth << 16 | FUNCTION(cookie) };
	struct call call = { .goroutine = event.goroutine };
	struct innermost *top = bpf_map_lookup_elem(&innermosts, &event.stack);
	if (top) {
		// Goroutine structs are used again: what an earlier goroutine left unfinished goes altogether.
		int is_same = top->goroutine == event.goroutine;
		u64 outer = clear_deeper(top, event.stack, is_same ? event.depth : 0);
		call.outer = is_same ? outer : 0;
	}
	call.group = group_of(ctx, cookie, &event);
	count(HITS);
	call.began = bpf_ktime_get_ns();
	if (bpf_map_update_elem(&calls, &place, &call, BPF_ANY)) {
		count(LOST_MAP_FULL);
		return 0;
	}
	if (top) {
		top->frame = place.frame;
		top->goroutine = event.goroutine;
		return 0;
	}
	struct innermost first = { .frame = place.frame, .goroutine = event.goroutine };
	if (bpf_map_update_elem(&innermosts, &event.stack, &first, BPF_ANY))
		count(LOST_MAP_FULL);
	return 0;
}

// Log-linear: 32 buckets of equal width for each power of two; below 64 each number has its own.
static __always_inline u32 bucket_of(u64 value)
{
	u32 power = 0;
	u64 rest = value;
	if (value < 32)
		return value;
	if (rest >> 32) { power += 32; rest >>= 32; }
	if (rest >> 16) { power += 16; rest >>= 16; }
	if (rest >> 8) { power += 8; rest >>= 8; }
	if (rest >> 4) { power += 4; rest >>= 4; }
	if (rest >> 2) { power += 2; rest >>= 2; }
	if (rest >> 1) power += 1;
	return (power - 4) * 32 + ((value >> (power - 5)) & 31);
}

static __always_inline void record(u64 group, u64 function, u64 duration)
{
	struct bucket_key key = { .group = group, .function = function, .bucket = bucket_of(duration) };
	struct group_key sums = { .group = group, .function = function };
	u64 *bucket = bpf_map_lookup_elem(&buckets, &key);
	if (!bucket) {
		u64 none = 0;
		bpf_map_update_elem(&buckets, &key, &none, BPF_NOEXIST);
		bucket = bpf_map_lookup_elem(&buckets, &key);
	}
	struct totals *total = bpf_map_lookup_elem(&totals, &sums);
	if (!total) {
		struct totals none = {};
		bpf_map_update_elem(&totals, &sums, &none, BPF_NOEXIST);
		total = bpf_map_lookup_elem(&totals, &sums);
	}
	if (!bucket || !total) {
		count(GROUPS_FULL);
		return;
	}
	// On preemptible kernels another thread may interrupt this one on the same processor.
	__sync_fetch_and_add(bucket, 1);
	__sync_fetch_and_add(&total->count, 1);
	__sync_fetch_and_add(&total->sum, duration);
	if (duration > total->max)
		total->max = duration;
	if (~duration > total->min)
		total->min = ~duration;
}

static __always_inline int end(struct registers *ctx)
{
	u64 now = bpf_ktime_get_ns();
	u64 cookie = bpf_get_attach_cookie(ctx);
	struct event event;
	if (!locate(ctx, cookie, &event))
		return 0;
	// The return has taken the return address off the stack.
	if (cookie & AFTER_CALL)
		event.depth += RETURN_ADDRESS_BYTES;

	struct place place = { .stack = event.stack, .frame = event.depth << 16 | FUNCTION(cookie) };
	struct innermost *top = bpf_map_lookup_elem(&innermosts, &event.stack);
	if (top && top->goroutine == event.goroutine)
		top->frame = clear_deeper(top, event.stack, event.depth + 1); // no call that is cleared away stays in the chain
	struct call *call = bpf_map_lookup_elem(&calls, &place);
	if (!call || call->goroutine != event.goroutine) {
		count(LOST_ORPHAN);
		return 0;
	}
	record(call->group, FUNCTION(cookie), now - call->began);
	u64 outer = call->outer;
	bpf_map_delete_elem(&calls, &place);
	if (outer && top)
		top->frame = outer;
	else
		bpf_map_delete_elem(&innermosts, &event.stack);
	return 0;
}

PROBE(call_seen)
{
	struct group_key key = { .function = FUNCTION(bpf_get_attach_cookie(ctx)) };
	u64 none = 0, *seen;
	key.group = caller_of(ctx);
	seen = bpf_map_lookup_elem(&callers, &key);
	if (!seen) {
		bpf_map_update_elem(&callers, &key, &none, BPF_NOEXIST);
		seen = bpf_map_lookup_elem(&callers, &key);
	}
	if (seen)
		*seen += 1;
	else
		count(LOST_MAP_FULL);
	return 0;
}

// The same twice, so that the cost of emulated and of single-stepped places is told apart.
PROBE(call_begins)
{
	return begin(ctx);
}

PROBE(call_begins_stepped)
{
	return begin(ctx);
}

PROBE(call_ends)
{
	return end(ctx);
}

PROBE(call_ends_stepped)
{
	return end(ctx);
}
