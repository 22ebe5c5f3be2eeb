// How long goroutines wait, for what, and who ends the wait. Summed up here; user space reads the sums.
//
//   park     runtime.gopark(unlockf, lock, reason, …)   every wait begins here
//   wake     runtime.ready(gp, …)                       every wait ends here, except those for the network. runtime.goready is inlined from Go 1.21 on.
//   polled   runtime.netpollready(list, pd, mode)       the poller found a descriptor ready: its goroutines are queued without ready
//   queue    runtime.(*semaRoot).queue(root, addr, s)   right before the park of every lock but Cond: what is waited for
//
// Source: https://github.com/golang/go/blob/go1.26.0/src/runtime/proc.go (gopark, ready), netpoll.go (netpollready), sema.go (queue, dequeue).
#include "go.bpf.h"
#include "stacks.bpf.h"

// What a wait reason means. The reasons' numbers differ between Go versions: user space reads the target's own table.
enum class {
	NOT_WATCHED = 0,
	CHANNEL = 1,
	SELECT = 2,
	SEMAPHORE = 3,
	COND = 4,
	NETWORK = 5,
	SLEEP = 6,
};

// Slots of `counters` that belong to this program.
enum own_counter {
	TOO_SHORT = FIRST_OWN,         // waits below the threshold
	BEGAN_BEFORE = FIRST_OWN + 1,  // ends of waits that began before the watch
	OTHER_OBJECTS = FIRST_OWN + 2, // waits counted without their object, because the table of sums was full
};

struct config {
	u64 min_ns;
	u32 channel_lock;   // offsets: of hchan.lock,
	u32 cond_lock;      // of sync.notifyList.lock in sync.Cond,
	u32 sudog_channel;  // of sudog.c,
	u32 poll_read;      // of pollDesc.rg,
	u32 poll_write;     // of pollDesc.wg,
	u32 poll_self;      // of pollDesc.self,
	u32 poll_fd;        // of pollDesc.fd
	u32 charges_queue;  // from Go 1.22 on an unlock is charged with the delay of everybody who waits
	struct {            // run-time addresses of the scavenger's code, which sleeps too and is woken without ready
		u64 start;
		u64 end;
	} scavenger[2];
	u8 classes[256];    // enum class by wait reason
};
CONFIG;

struct go_runtime_m___waits {
	void *curg;
} GO_TYPE;

struct go_runtime_g___waits {
	struct go_runtime_m___waits *m;
	void *param;
	u8 waitreason;
} GO_TYPE;

// A wait that goes on. The key is the address of the runtime's g, which is used again for another goroutine: so the goroutine's number is kept too.
struct wait {
	u64 since;  // 0: queued on a semaphore, not parked yet
	u64 goid;
	u64 object;
	u64 detail; // network: the descriptor, with the direction above it
	struct stack_key stack;
	u64 reason;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536);
	__type(key, u64);
	__type(value, struct wait);
} waiting SEC(".maps");

enum released_by {
	BY_GOROUTINE = 0,
	BY_RUNTIME = 1, // a timer, or the runtime on its own stack
	BY_POLLER = 2,
	BY_UNKNOWN = 3, // what would tell could not be read
};

struct wait_key {
	struct stack_key stack;
	struct stack_key releaser;
	u64 object;
	u64 detail;
	u32 reason;
	u32 released_by;
};

struct wait_sum {
	u64 count;
	u64 total_ns;
	u64 max_ns;
	u64 charged_ns; // what Go's mutex profile charges to the goroutine that unlocks
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16384);
	__type(key, struct wait_key);
	__type(value, struct wait_sum);
} sums SEC(".maps");

// Where sums go when there is no room for their objects: by stacks alone there are far fewer.
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8192);
	__type(key, struct wait_key);
	__type(value, struct wait_sum);
} sums_by_stack SEC(".maps");

// Go charges contention by the times of the first and the last waiter of a lock. Only goroutines that were seen to begin waiting are in here.
struct line {
	u64 length;
	u64 waiters; // as sudog.waiters of the first one: Go does not count the last one down
	u64 first;
	u64 last;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 16384);
	__type(key, u64);
	__type(value, struct line);
} lines SEC(".maps");

#define OBJECT_NOT_KEPT ~0ull

// While user space lists what still waits, the ends of waits are noted: a goroutine in the dump that is in no map of waits may have waited since before the
// look, or for a moment between two readings of the map.
enum noting {
	NOT_NOTED = 0,
	NOTED = 1,
	NOT_ALL_NOTED = 2, // there was no room for an end
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, u64);
} noting SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536);
	__type(key, u64);
	__type(value, u64);
} ended SEC(".maps");

// Comes before the wait is taken out of its map: one that is not there any more is in this one.
static __always_inline void note_end(u64 g)
{
	u32 only = 0;
	u64 *state = bpf_map_lookup_elem(&noting, &only);
	if (!state || *state == NOT_NOTED)
		return;
	u64 at = bpf_ktime_get_ns();
	if (bpf_map_update_elem(&ended, &g, &at, BPF_ANY))
		*state = NOT_ALL_NOTED;
}

// queue runs under the lock of the semaphore's root: no two arrivals at one lock at a time. The one that leaves is made ready after that lock was given
// back, so that leave can run beside arrive: an arrival may then be missing in the line, or have its time overwritten, and the charge is an estimate.
// Locks of BPF programs are not for tracing programs on all kernels from 5.15 on; counts and times of waits do not depend on the line.
static __always_inline void arrive(u64 address, u64 now, int in_front)
{
	struct line *line = bpf_map_lookup_elem(&lines, &address);
	if (!line || line->length == 0) {
		struct line fresh = { .length = 1, .first = now, .last = now };
		bpf_map_update_elem(&lines, &address, &fresh, BPF_ANY);
		return;
	}
	__sync_fetch_and_add(&line->length, 1);
	__sync_fetch_and_add(&line->waiters, 1);
	// One that goes in front takes the time of the one that was first.
	if (!in_front)
		line->last = now;
}

// What the runtime charges for one unlock (semrelease1 and dequeue).
static __always_inline u64 leave(u64 address, u64 since, u64 now)
{
	struct line *line = bpf_map_lookup_elem(&lines, &address);
	if (!line || line->length == 0)
		return now - since;
	u64 waiters = line->waiters;
	u64 first = now - line->first;
	// With two in line the runtime overwrites the last one's time before it reads it: the two are one step apart in dequeue.
	u64 last = line->length > 2 ? now - line->last : line->length == 2 ? 0 : first;
	u64 charge = first;
	if (config.charges_queue)
		charge += (first + last) / 2 * waiters;
	if (line->length <= 1) {
		bpf_map_delete_elem(&lines, &address);
		return charge;
	}
	__sync_fetch_and_add(&line->length, -1);
	if (waiters > 1)
		__sync_fetch_and_add(&line->waiters, -1);
	line->first = now;
	line->last = now;
	return charge;
}

PROBE(queue)
{
	u64 g = REG_G(ctx);
	u64 address = REG_ARG1(ctx);
	struct wait wait = { .goid = goid_of(g), .object = address };
	if (!wait.goid) {
		count(LOST_NO_G);
		return 0;
	}
	arrive(address, bpf_ktime_get_ns(), REG_ARG3(ctx) & 0xff);
	if (bpf_map_update_elem(&waiting, &g, &wait, BPF_ANY))
		count(LOST_MAP_FULL);
	return 0;
}

// gopark gets the address of pollDesc.rg or .wg; pollDesc.self tells which.
static __always_inline void describe_poll(u64 half, struct wait *wait)
{
	u64 description = half - config.poll_read;
	u64 self = 0;
	u64 direction = 'r';
	if (!read_user(&self, description + config.poll_self) || self != description) {
		description = half - config.poll_write;
		direction = 'w';
		if (!read_user(&self, description + config.poll_self) || self != description)
			return;
	}
	u64 descriptor = 0;
	if (!read_user(&descriptor, description + config.poll_fd))
		return;
	wait->object = description;
	wait->detail = direction << 32 | (u32)descriptor;
}

// The goroutine parks again, and nothing was seen to end its wait before. When the descriptor became ready between the check and the park, gopark comes
// back at once without a wake-up (netpollblockcommit): that was no wait.
static __always_inline void missed(struct wait *before)
{
	u8 reason = before->reason;
	if (config.classes[reason] != NETWORK)
		count(LOST_UNFINISHED);
}

static __always_inline int is_scavenger(u64 caller)
{
	return (caller > config.scavenger[0].start && caller <= config.scavenger[0].end) || (caller > config.scavenger[1].start && caller <= config.scavenger[1].end);
}

PROBE(park)
{
	u64 g = REG_G(ctx);
	u64 lock = REG_ARG1(ctx);
	u8 reason = REG_ARG2(ctx);
	u8 class = config.classes[reason];
	struct wait *before = bpf_map_lookup_elem(&waiting, &g);
	if (before && before->since != 0) {
		note_end(g);
		missed(before);
	}
	if (class == NOT_WATCHED) {
		if (before)
			bpf_map_delete_elem(&waiting, &g);
		return 0;
	}
	struct wait wait = { .since = bpf_ktime_get_ns(), .goid = goid_of(g), .reason = reason };
	if (!wait.goid) {
		count(LOST_NO_G);
		return 0;
	}
	switch (class) {
	case CHANNEL:
		wait.object = lock ? lock - config.channel_lock : 0;
		break;
	case COND:
		wait.object = lock - config.cond_lock;
		break;
	case SEMAPHORE:
		if (before && before->since == 0 && before->goid == wait.goid)
			wait.object = before->object;
		break;
	case NETWORK:
		describe_poll(lock, &wait);
		break;
	}
	take_entry_stack(ctx, &wait.stack);
	if (class == SLEEP && is_scavenger(wait.stack.caller))
		return 0;
	if (bpf_map_update_elem(&waiting, &g, &wait, BPF_ANY))
		count(LOST_MAP_FULL);
	return 0;
}

// Each failed try is another processor's longer or shorter wait for the same row in the same nanoseconds.
#define MAX_TRIES 8

static __always_inline void add(struct wait_sum *sum, u64 took, u64 charged)
{
	__sync_fetch_and_add(&sum->count, 1);
	__sync_fetch_and_add(&sum->total_ns, took);
	__sync_fetch_and_add(&sum->charged_ns, charged);
#if defined(__TARGET_ARCH_arm64)
	// Before Linux 5.18 its compiler of BPF programs knows no compare-and-swap: of two waits that end at the same instant the shorter one can win.
	if (took > sum->max_ns)
		sum->max_ns = took;
#else
	u64 so_far = sum->max_ns;
	for (int i = 0; i < MAX_TRIES && took > so_far; i++) {
		u64 found = __sync_val_compare_and_swap(&sum->max_ns, so_far, took);
		if (found == so_far)
			break;
		so_far = found;
	}
#endif
}

static __always_inline struct wait_sum *sum_of(void *map, struct wait_key *key)
{
	struct wait_sum *sum = bpf_map_lookup_elem(map, key);
	if (sum)
		return sum;
	struct wait_sum empty = {};
	bpf_map_update_elem(map, key, &empty, BPF_NOEXIST);
	return bpf_map_lookup_elem(map, key);
}

// The table of sums is bounded. When it is full, what is waited for is left out, and then the wait.
static __always_inline void account(struct wait_key *key, u64 took, u64 charged)
{
	struct wait_sum *sum = sum_of(&sums, key);
	if (!sum) {
		key->object = OBJECT_NOT_KEPT;
		key->detail = 0;
		sum = sum_of(&sums_by_stack, key);
		count(sum ? OTHER_OBJECTS : LOST_MAP_FULL);
		if (!sum)
			return;
	}
	count(HITS);
	add(sum, took, charged);
}

// The channel of the case that fired: the runtime leaves its sudog in g.param before it wakes the goroutine.
static __always_inline u64 fired_channel(u64 g)
{
	struct go_runtime_g___waits *pointer = (void *)g;
	u64 sudog = 0, channel = 0;
	if (!READ_GO(&sudog, pointer, param) || (sudog && !read_user(&channel, sudog + config.sudog_channel))) {
		count(LOST_FAULT);
		return 0;
	}
	return channel;
}

// True when the wait counts; key holds everything but the releaser.
static __always_inline int finish(u64 g, struct wait_key *key, u64 *took, u64 *charged)
{
	note_end(g);
	struct wait *wait = bpf_map_lookup_elem(&waiting, &g);
	if (!wait) {
		u8 reason = 0;
		struct go_runtime_g___waits *pointer = (void *)g;
		if (!READ_GO(&reason, pointer, waitreason))
			count(LOST_FAULT);
		else if (config.classes[reason] != NOT_WATCHED)
			count(BEGAN_BEFORE);
		return 0;
	}
	u64 now = bpf_ktime_get_ns();
	u64 since = wait->since;
	if (since == 0 || wait->goid != goid_of(g)) {
		// Queued, and not seen to park: the probes come and go one after the other. Or the goroutine is another one.
		if (!bpf_map_delete_elem(&waiting, &g))
			count(since == 0 ? BEGAN_BEFORE : LOST_UNFINISHED);
		return 0;
	}
	*took = now - since;
	*charged = 0;
	u8 reason = wait->reason;
	u8 class = config.classes[reason];
	key->stack = wait->stack;
	key->object = wait->object;
	key->detail = wait->detail;
	key->reason = reason;
	// The poller and a deadline can end the same wait at once, on two threads: it belongs to the one that takes it out.
	if (bpf_map_delete_elem(&waiting, &g))
		return 0;
	if (class == SEMAPHORE && key->object)
		*charged = leave(key->object, since, now);
	if (*took < config.min_ns) {
		count(TOO_SHORT);
		return 0;
	}
	if (class == SELECT)
		key->object = fired_channel(g);
	return 1;
}

PROBE(wake)
{
	struct wait_key key = {};
	u64 took = 0, charged = 0;
	if (!finish(REG_ARG0(ctx), &key, &took, &charged))
		return 0;

	// ready runs on the system stack of the thread; the goroutine that called it is m.curg. A timer runs without one.
	struct go_runtime_g___waits *g0 = (void *)REG_G(ctx);
	struct go_runtime_m___waits *m = 0;
	u64 current = 0;
	if (!g0 || !READ_GO(&m, g0, m) || !m || !READ_GO(&current, m, curg)) {
		count(LOST_FAULT);
		key.releaser.id = -1;
		key.released_by = BY_UNKNOWN;
	} else if (current) {
		// Its frame pointers lead from the system stack back to the goroutine's own.
		take_entry_stack(ctx, &key.releaser);
		key.released_by = BY_GOROUTINE;
	} else {
		key.releaser.id = -1;
		key.released_by = BY_RUNTIME;
	}
	account(&key, took, charged);
	return 0;
}

static __always_inline void poll_half(u64 address)
{
	struct wait_key key = { .releaser.id = -1, .released_by = BY_POLLER };
	u64 g = 0, took = 0, charged = 0;
	// 0: nobody waits, 1: ready, 2: about to wait
	if (!read_user(&g, address)) {
		count(LOST_FAULT);
		return;
	}
	if (g <= 2)
		return;
	if (finish(g, &key, &took, &charged))
		account(&key, took, charged);
}

PROBE(polled)
{
	u64 description = REG_ARG1(ctx);
	u32 mode = REG_ARG2(ctx);
	if (mode == 'r' || mode == 'r' + 'w')
		poll_half(description + config.poll_read);
	if (mode == 'w' || mode == 'r' + 'w')
		poll_half(description + config.poll_write);
	return 0;
}
