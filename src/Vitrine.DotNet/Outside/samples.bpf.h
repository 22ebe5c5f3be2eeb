// What the sampler shares with user space (CpuSample.cs).
#ifndef VITRINE_OUTSIDE_SAMPLES_H
#define VITRINE_OUTSIDE_SAMPLES_H

#include "vitrine.bpf.h"
#include "threads.bpf.h"

#define PAGE_BYTES 4096
#define MAX_STACK_BYTES 65536 // a multiple of the page, and the largest copy of a stack's top
#define MAX_KERNEL_FRAMES 48

struct config {
	struct pid_namespace process; // the target's own pid namespace and its pid there
	u32 stack_bytes;              // copied at most, a multiple of the page
	u32 with_kernel_stacks;
};

enum own_counter {
	SEEN = FIRST_OWN, // samples of the target
	IN_KERNEL,        // of them, taken while the kernel worked for it
};

struct sample {
	u32 thread;        // in the target's own pid namespace
	u32 kernel_frames; // 0 in user mode
	u32 stack_bytes;
	u32 in_kernel;
	struct registers registers; // in user mode
	u8 name[16];
	u64 kernel[MAX_KERNEL_FRAMES];
	u8 stack[MAX_STACK_BYTES]; // only so much of it is sent
};

#endif
