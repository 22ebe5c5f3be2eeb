// What every BPF program of Vitrine shares, whatever it looks at: types, configuration, loss accounting, the switch.
#ifndef VITRINE_H
#define VITRINE_H

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

// Copies from the target's memory; false when the page is not resident (a probe cannot wait for it).
#define read_user(destination, address) (bpf_probe_read_user((destination), sizeof(*(destination)), (const void *)(address)) == 0)

#endif
