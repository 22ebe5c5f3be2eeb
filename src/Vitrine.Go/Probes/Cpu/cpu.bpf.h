// What the CPU sampler shares with user space (CpuLayouts.cs), and the Go types that it reads.
#ifndef VITRINE_CPU_H
#define VITRINE_CPU_H

#include <stdbool.h>
#include "go.bpf.h"
#include "threads.bpf.h"

#define MAX_DEPTH 127      // frames of a stack
#define SCAN_WORDS 128     // words above the stack pointer searched for a frame when the frame pointer is of no use
#define MAX_LABELS 8       // pprof labels kept of a goroutine; a power of two
#define LABEL_KEY 32       // bytes kept of a label's key
#define LABEL_VALUE 96     // bytes kept of its value

enum own_counter {
	SEEN = FIRST_OWN,           // samples of the target
	IN_KERNEL,                  // of them, taken while the kernel worked for it
	WITHOUT_THREAD,             // of them, on threads whose M is not known: no goroutine, no switched stacks
	LABELS_UNREADABLE,          // of them, with labels that could not be read
};

enum sample_flags {
	ON_SYSTEM_STACK = 1,  // the thread worked on its g0 stack
	ON_SIGNAL_STACK = 2,  // … or on the stack of signal handlers
	FROM_SCHED = 4,       // the goroutine's part of the stack begins at its saved frame pointer
	KERNEL = 8,           // the kernel worked for the thread
	FOREIGN = 16,         // the instruction is not Go code
	VDSO = 32,            // … but the kernel's code in user space, called by the runtime
	LABELS_LOST = 64,     // it had labels that could not be read
	NO_GOROUTINE = 128,   // no goroutine was running, or none is known
};

struct config {
	struct pid_namespace process;  // the target's own pid namespace and its pid there: the runtime knows threads by the same numbers
	u64 text_start, text_end;      // Go code
	u64 vdso_start, vdso_end;
	u32 labels_are_maps;           // before Go 1.24
	u32 with_goroutines;
	u32 with_kernel_stacks;
	u32 with_labels;
	u32 late_frames;               // before Go 1.21 the frame pointer is set after the stack pointer has moved, not before
	u32 pad;
};

// One place of execution. Samples with the same place are one entry with a count.
struct place {
	u64 ip;
	u64 stack;        // hash of the chain of return addresses in `chains`; 0 when there is none
	u64 kernel;       // hash of the kernel's chain, 0 without
	u64 labels;       // hash of the label set in `label_sets`, 0 without
	u64 goid;         // 0 unless asked for
	u64 top[2];       // the words at SP and SP+8 where they are Go code addresses, else 0: the caller that the frame pointer does not lead to
	u64 switch_pc;    // the goroutine's saved program counter while the thread works on its system stack
	u64 switch_word;  // the word at its saved stack pointer
	s32 frame_delta;  // frame pointer minus stack pointer, -1 when they are far apart
	s16 scanned;      // words above SP at which a frame was found without the frame pointer; -1 when none was; -1 - n when the chain is that of the
	                  // frame pointer and top[1] is a return address n words above SP, of a frame that is being set up or taken down
	u8 crossed;       // frames of the chain that are on the system stack
	u8 flags;
};

struct chain {
	u64 depth;
	u64 pcs[MAX_DEPTH];
};

struct label {
	u16 key_length, value_length;  // as the goroutine has it: longer than the room means cut
	u32 pad;
	char key[LABEL_KEY];
	char value[LABEL_VALUE];
};

struct label_set {
	u64 count;  // labels the goroutine has: more than MAX_LABELS means that some are missing
	struct label labels[MAX_LABELS];
};

// https://github.com/golang/go/blob/go1.26.0/src/runtime/runtime2.go (type gobuf, g, m)
struct go_runtime_gobuf {
	u64 sp;
	u64 pc;
	u64 bp;
} GO_TYPE;

struct go_runtime_g___cpu {
	struct go_runtime_stack stack;
	void *m;
	struct go_runtime_gobuf sched;
	u64 goid;
	void *labels;
} GO_TYPE;

struct go_runtime_m {
	void *g0;
	void *gsignal;
	void *curg;
	u64 procid;
	u64 vdsoSP;
	u64 vdsoPC;
} GO_TYPE;

#endif
