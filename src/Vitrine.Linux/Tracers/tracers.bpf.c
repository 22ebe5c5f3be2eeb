// Who attaches a debugger to whom, at the moment it happens: what follows the system call ptrace(2), for the three requests that make a tracer and the one that ends it; and the start of programs that bear
// a debugger's name. Neither is a place that services pass: ptrace is called by debuggers only, and a program is started seldom.
// The place behind ptrace is the tracepoint of the call's end. While it is attached the kernel takes the longer way through every system call of every process (some 40 ns more of each). A program behind the
// function itself (fexit) would cost nobody else anything; but only some kernels take one, by architecture, configuration and hardening, and what a watch sees should not depend on which of two ways it got.
#include "pids.bpf.h"
#include <bpf/bpf_tracing.h>

#define MAX_NAMES 32

struct config {
	u64 namespace; // inode of the viewer's pid namespace: pids are given as the viewer sees them
	u64 names[MAX_NAMES][2]; // command names of debuggers, filled up with zeros
};

CONFIG;

enum kind {
	ATTACHED = 1,
	DETACHED = 2,
	STARTED = 3,
};

enum request { // include/uapi/linux/ptrace.h
	TRACEME = 0,
	ATTACH = 16,
	DETACH = 17,
	SEIZE = 0x4206,
};

struct tracer_record {
	u32 kind;
	u32 request;
	u32 tracer;  // process, in the viewer's namespace; 0 = it is not there
	u32 target;  // thread, in the tracer's own innermost namespace; of TRACEME in the viewer's
	u32 in_viewers_namespace; // whether the tracer's innermost namespace is the viewer's, so that target means the same there
	u32 uid;     // of the tracer, as the kernel numbers users
	u64 at;      // bpf_ktime_get_ns
	u8 name[16]; // the tracer's, or the started program's
};

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 256 << 10);
} events SEC(".maps");

// What only this program reads of a task.
struct task_struct___family {
	struct task_struct *real_parent;
	struct task_struct *group_leader;
} KERNEL_TYPE;

static __always_inline struct task_struct *process_of(struct task_struct *task)
{
	struct task_struct___family *family = (void *)task;
	return BPF_CORE_READ(family, group_leader);
}

static __always_inline int tell(u32 kind, u32 request, struct task_struct *tracer, u32 target, const void *name_of)
{
	struct task_ids ids = ids_of(tracer, config.namespace);
	struct tracer_record *record = bpf_ringbuf_reserve(&events, sizeof(*record), 0);
	if (!record) {
		count(LOST_RING);
		return 0;
	}
	record->kind = kind;
	record->request = request;
	record->tracer = ids.in_viewers;
	record->in_viewers_namespace = ids.same;
	record->target = target;
	record->uid = (u32)bpf_get_current_uid_gid();
	record->at = bpf_ktime_get_ns();
	struct task_struct *named = (struct task_struct *)name_of;
	BPF_CORE_READ_INTO(&record->name, named, comm);
	bpf_ringbuf_submit(record, 0);
	count(HITS);
	return 0;
}

#if defined(__TARGET_ARCH_x86)
struct pt_regs___kernel {
	unsigned long di, si;
} KERNEL_TYPE;
#define FIRST(registers) BPF_CORE_READ(registers, di)
#define SECOND(registers) BPF_CORE_READ(registers, si)
#else
// The result takes the place of the first argument, which is kept beside.
struct pt_regs___kernel {
	u64 regs[31];
	u64 orig_x0;
} KERNEL_TYPE;
#define FIRST(registers) BPF_CORE_READ(registers, orig_x0)
#define SECOND(registers) BPF_CORE_READ(registers, regs[1])
#endif

// The context is eight bytes common to all, the number of the call, and its result (events/syscalls/sys_exit_ptrace/format).
SEC("tracepoint")
int ptrace_ended(long *ctx)
{
	if (ctx[2] != 0)
		return 0;
	struct task_struct *current = bpf_get_current_task_btf();
	struct task_struct___family *family = (void *)current;
	struct pt_regs___kernel *registers = (void *)bpf_task_pt_regs(current);
	u32 request = (u32)FIRST(registers);
	switch (request) {
	case ATTACH:
	case SEIZE:
		return tell(ATTACHED, request, process_of(current), (u32)SECOND(registers), process_of(current));
	case DETACH:
		return tell(DETACHED, request, process_of(current), (u32)SECOND(registers), process_of(current));
	case TRACEME: {
		struct task_struct *parent = BPF_CORE_READ(family, real_parent);
		return tell(ATTACHED, request, process_of(parent), ids_of(current, config.namespace).in_viewers, process_of(parent));
	}
	}
	return 0;
}

SEC("tp_btf/sched_process_exec")
int program_started(unsigned long long *ctx)
{
	struct task_struct *task = (void *)ctx[0];
	u64 name[2] = {};
	BPF_CORE_READ_INTO(&name, task, comm);
	for (u32 i = 0; i < MAX_NAMES; i++) {
		if (!config.names[i][0])
			break;
		if (config.names[i][0] == name[0] && config.names[i][1] == name[1])
			return tell(STARTED, 0, task, 0, task);
	}
	return 0;
}
