// What every BPF program of Vitrine shares: types, the current goroutine, loss accounting.
//
// Go structs are declared with the fields that are used, in any order: CO-RE relocates each access against BTF that Vitrine writes from the target's
// own type descriptors. A name after three underscores (go_runtime_g___waits) is a flavour: the same Go type, with other fields.
#ifndef VITRINE_GO_H
#define VITRINE_GO_H

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

typedef __u8 u8;
typedef __s8 s8;
typedef __u16 u16;
typedef __s16 s16;
typedef __u32 u32;
typedef __s32 s32;
typedef __u64 u64;
typedef __s64 s64;

#include "registers.bpf.h"

#define GO_TYPE __attribute__((preserve_access_index))

// const volatile struct config config SEC(".rodata.config"): user space fills it in before the program is loaded.
#define CONFIG const volatile struct config config SEC(".rodata.config")

// The kernel gives stacks and the target's memory only to programs that say they are under the GPL as well.
char LICENSE[] SEC("license") = "Dual BSD/GPL";

// ---- what was lost is counted, one slot per reason; user space shows every slot that is not zero
enum counter {
	HITS = 0,            // events that counted
	LOST_MAP_FULL = 1,   // no room in a map
	LOST_STACK = 2,      // a stack could not be taken or stored
	LOST_RING = 3,       // no room in the ring buffer
	LOST_FAULT = 4,      // the target's page was not in memory
	LOST_ORPHAN = 5,     // an end whose beginning was not seen
	LOST_UNFINISHED = 6, // a beginning whose end will not come (panic, Goexit)
	LOST_NO_G = 7,       // no goroutine was found in the registers
	FIRST_OWN = 8,       // 8 to 14 belong to the program
	RUNS = 15,           // runs of all programs, where the kernel does not count them: see HIT
	COUNTERS = 16,
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, COUNTERS);
	__type(key, u32);
	__type(value, u64);
} counters SEC(".maps");

static __always_inline void count_many(u32 which, u64 many)
{
	u64 *value = bpf_map_lookup_elem(&counters, &which);
	if (value)
		// On preemptible kernels another thread may interrupt this one on the same processor.
		__sync_fetch_and_add(value, many);
}

static __always_inline void count(u32 which)
{
	count_many(which, 1);
}

// ---- programs
// The kernel counts runs and their time only for viewers with CAP_SYS_ADMIN. For others each program counts its runs itself. Where it is not needed
// the verifier sees a constant 0 and leaves the code out.
const volatile u32 count_runs SEC(".rodata.meter");

// Programs are attached and taken away one after the other, which takes its time. User space switches all of them on at once when the last is in
// place, and off before the first goes: what is seen is seen by all of them, and no request is in the books whose waits were not looked at.
// It holds the time (bpf_ktime_get_ns) since when they are on: what ends soon after may have begun before, which is no loss.
volatile u64 on_since SEC(".data.switch");

// Comes first in every program: IN_USE() in those that run on clocks and tracepoints, which also see other processes, HIT() in all others (see PROBE).
#define IN_USE() do { if (!on_since) return 0; } while (0)
#define HIT() do { if (count_runs) count(RUNS); IN_USE(); } while (0)

// A function whose frame is made without a push (Go before 1.21) is probed on the branch of its stack check, which this bit of the attach cookie says.
// A call that has to grow its stack crosses it twice: the first time it starts the function anew, and is none.
#define AT_STACK_CHECK (1ull << 63)

static __always_inline int starts_anew(struct registers *ctx)
{
	return (bpf_get_attach_cookie(ctx) & AT_STACK_CHECK) && STACK_CHECK_FAILS(ctx);
}

// A program at a place of the target's code: PROBE(name) { … return 0; }. What every such program has to do first is done here, so that none forgets it.
#define PROBE(name) \
	static __always_inline int name##_is_hit(struct registers *ctx); \
	SEC("uprobe") int name(struct registers *ctx) \
	{ \
		HIT(); \
		return starts_anew(ctx) ? 0 : name##_is_hit(ctx); \
	} \
	static __always_inline int name##_is_hit(struct registers *ctx)

// ---- goroutines
struct go_runtime_stack {
	u64 lo;
	u64 hi;
} GO_TYPE;

struct go_runtime_g {
	struct go_runtime_stack stack;
	u64 goid;
} GO_TYPE;

// Copies from the target's memory; false when the page is not resident (a probe cannot wait for it).
#define read_user(destination, address) (bpf_probe_read_user((destination), sizeof(*(destination)), (const void *)(address)) == 0)

// A field of a Go struct, relocated: u64 id; if (!READ_GO(&id, g, goid)) …
#define READ_GO(destination, pointer, field) \
	(bpf_core_read_user((destination), sizeof(*(destination)), &(pointer)->field) == 0)

// The number that Go prints for a goroutine. 0 is no goroutine of the program (g0, or a page that is not resident).
static __always_inline u64 goid_of(u64 g)
{
	struct go_runtime_g *pointer = (void *)g;
	u64 id = 0;
	if (!g || !READ_GO(&id, pointer, goid))
		return 0;
	return id;
}

// How deep a stack pointer lies below the start of the goroutine's stack. Stacks move when they grow or shrink; this distance does not change.
static __always_inline u64 stack_depth(u64 g, u64 sp)
{
	struct go_runtime_g *pointer = (void *)g;
	u64 high = 0;
	if (!g || !READ_GO(&high, pointer, stack.hi))
		return 0;
	return high - sp;
}

#endif
