// Where the processor time of a process goes, without asking the process for anything: a clock of each processor fires some times a second; when it finds the target, the thread's registers and the top
// of its stack are copied. User space unwinds the copies.
#include "samples.bpf.h"
#include <bpf/bpf_tracing.h>

CONFIG;

// One for each processor; user space says how many. A map for each processor would hold 32 KB at most.
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct sample);
} work_in_progress SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4 << 20);
} samples SEC(".maps");

// Copies page by page: a page that is not in memory ends the copy, for a probe cannot wait for it.
static __always_inline u32 copy_stack(struct sample *sample, u64 from)
{
	u64 done = 0;
	for (u32 i = 0; i <= MAX_STACK_BYTES / PAGE_BYTES; i++) {
		u64 part = PAGE_BYTES - (from & (PAGE_BYTES - 1));
		if (done + part > config.stack_bytes)
			part = config.stack_bytes - done;
		// The verifier follows a bound that is checked right where it is used, and the compiler must not compute with the value before.
		barrier_var(done);
		barrier_var(part);
		if (done > MAX_STACK_BYTES - PAGE_BYTES)
			break;
		if (part == 0 || part > PAGE_BYTES)
			break;
		if (bpf_probe_read_user(sample->stack + done, part, (const void *)from))
			break;
		done += part;
		from += part;
	}
	return done;
}

SEC("perf_event")
int sample(struct registers *ctx)
{
	IN_USE();
	u32 thread = target_thread(&config.process);
	u32 cpu = bpf_get_smp_processor_id();
	if (!thread)
		return 0;
	count(SEEN);
	struct sample *sample = bpf_map_lookup_elem(&work_in_progress, &cpu);
	if (!sample) {
		count(LOST_MAP_FULL);
		return 0;
	}
	sample->thread = thread;
	sample->kernel_frames = 0;
	sample->in_kernel = !IN_USER_MODE(ctx);
	if (sample->in_kernel) {
		// The registers in user mode lie where the kernel saved them.
		struct task_struct *task = bpf_get_current_task_btf();
		count(IN_KERNEL);
		if (bpf_probe_read_kernel(&sample->registers, sizeof(sample->registers), (const void *)bpf_task_pt_regs(task))) {
			count(LOST_STACK);
			return 0;
		}
		if (config.with_kernel_stacks) {
			long bytes = bpf_get_stack(ctx, sample->kernel, sizeof(sample->kernel), 0);
			if (bytes > 0)
				sample->kernel_frames = (u32)bytes / sizeof(u64);
		}
	} else {
		__builtin_memcpy(&sample->registers, ctx, sizeof(sample->registers));
	}
	bpf_get_current_comm(sample->name, sizeof(sample->name));
	u64 bytes = copy_stack(sample, REG_SP(&sample->registers));
	sample->stack_bytes = bytes;
	barrier_var(bytes);
	if (bytes > MAX_STACK_BYTES)
		return 0;
	// The reader looks by the clock: waking it for each sample would cost more than the sample.
	if (bpf_ringbuf_output(&samples, sample, __builtin_offsetof(struct sample, stack) + bytes, BPF_RB_NO_WAKEUP))
		count(LOST_RING);
	else
		count(HITS);
	return 0;
}
