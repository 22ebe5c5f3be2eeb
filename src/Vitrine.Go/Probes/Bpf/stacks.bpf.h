// Stacks of the target, kept in the kernel: each different stack once, under a number.
#ifndef VITRINE_STACKS_H
#define VITRINE_STACKS_H

#include "go.bpf.h"

// The kernel's own limit (kernel.perf_event_max_stack) is 127 unless somebody raised it; a map deeper than that is refused.
#define STACK_DEPTH 127

struct {
	__uint(type, BPF_MAP_TYPE_STACK_TRACE);
	__uint(max_entries, 16384);
	__uint(key_size, sizeof(u32));
	__uint(value_size, STACK_DEPTH * sizeof(u64));
} stacks SEC(".maps");

// EEXIST of asm-generic/errno-base.h: the place of the stack is taken.
#define EEXIST_STACK 17

struct stack_key {
	s32 id;     // in the map; negative when there is no stack
	u32 skipped; // innermost frames that are not in it: 0, or 1 for the probed instruction
	u64 caller; // the return address at a function's entry, 0 elsewhere
};

// Takes the stack of the probed thread at a function's entry, before its frame exists. Walking frame pointers misses the caller there on kernels
// before 6.11, so that it is kept beside the stack: user space puts it in where it is missing.
static __always_inline int take_entry_stack(struct registers *ctx, struct stack_key *key)
{
	key->skipped = 0;
	key->caller = 0;
	key->id = bpf_get_stackid(ctx, &stacks, BPF_F_USER_STACK);
	// The map keeps one stack for each hash: another one with the same hash is refused for good. Without its first frame it has another hash.
	if (key->id == -EEXIST_STACK) {
		key->skipped = 1;
		key->id = bpf_get_stackid(ctx, &stacks, BPF_F_USER_STACK | 1);
	}
	if (key->id < 0) {
		count(LOST_STACK);
		key->id = -1;
		key->skipped = 0;
	}
#if defined(__TARGET_ARCH_arm64)
	key->caller = REG_LR(ctx);
#else
	if (!read_user(&key->caller, REG_SP(ctx)))
		count(LOST_FAULT);
#endif
	return key->id;
}

#endif
