// What the thread iterator shares with user space (ThreadState.cs).
#ifndef VITRINE_OUTSIDE_TASK_H
#define VITRINE_OUTSIDE_TASK_H

#include "kernel.bpf.h"

struct config {
	u64 namespace; // inode of the viewer's pid namespace: thread ids are given as the viewer sees them
};

enum thread_flags {
	ON_PROCESSOR = 1, // it is running now: its registers are in the processor
	EXITING = 2,
	NO_REGISTERS = 4, // they could not be read
};

struct thread_record {
	u32 thread;      // id in the viewer's namespace
	u32 own_thread;  // id in the thread's own, innermost namespace: how its runtime knows it
	u32 state;       // TASK_* of include/linux/sched.h, 0 = runnable
	u32 flags;
	u64 switches;    // how often it left a processor
	u64 run_ns;      // processor time
	u64 last_ran;    // scheduler's clock when it last ran
	u64 now;         // bpf_ktime_get_ns
	u64 viewer_ran;  // last_ran of the thread that reads this, which is running: the scheduler's clock of about now
	struct registers registers; // in user mode, as they were when it last entered the kernel
	u8 name[16];
};

#endif
