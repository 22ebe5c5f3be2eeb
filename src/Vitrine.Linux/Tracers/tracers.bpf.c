// Who attaches a debugger to whom, at the moment it happens: what follows the system call ptrace(2), for the three requests that make a tracer and the one that ends it; and the start of programs that bear
// a debugger's name. Neither is a place that services pass: ptrace is called by debuggers only, and a program is started seldom.
// There are two ways behind ptrace, and user space loads the first that the kernel takes: behind the function itself, which costs nobody else anything; or at the tracepoint of the call's end, which makes the kernel
// take the longer way through every system call of every process while it is attached.
#include "kernel.bpf.h"
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

// The pid that a task has in the viewer's namespace, and whether that is its innermost one.
static __always_inline u32 id_in_viewers_namespace(struct task_struct *task, u32 *is_innermost)
{
	struct pid *pid = BPF_CORE_READ(task, thread_pid);
	if (!pid)
		return 0;
	u32 level = BPF_CORE_READ(pid, level), found = 0;
	// Namespaces can be nested 32 deep (MAX_PID_NS_LEVEL).
	for (u32 i = 0; i < 33; i++) {
		struct upid *number = (void *)pid + bpf_core_field_offset(struct pid, numbers) + i * bpf_core_type_size(struct upid);
		if (i > level)
			break;
		if (BPF_CORE_READ(number, ns, ns.inum) == config.namespace) {
			found = BPF_CORE_READ(number, nr);
			*is_innermost = i == level;
		}
	}
	return found;
}

static __always_inline struct task_struct *process_of(struct task_struct *task)
{
	struct task_struct___family *family = (void *)task;
	return BPF_CORE_READ(family, group_leader);
}

static __always_inline int tell(u32 kind, u32 request, struct task_struct *tracer, u32 target, const void *name_of)
{
	struct tracer_record *record = bpf_ringbuf_reserve(&events, sizeof(*record), 0);
	if (!record) {
		count(LOST_RING);
		return 0;
	}
	record->kind = kind;
	record->request = request;
	record->in_viewers_namespace = 0;
	record->tracer = id_in_viewers_namespace(tracer, &record->in_viewers_namespace);
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
#define SYS_PTRACE "fexit/__x64_sys_ptrace"
struct pt_regs___kernel {
	unsigned long di, si;
} KERNEL_TYPE;
#define FIRST(registers) BPF_CORE_READ(registers, di)
#define SECOND(registers) BPF_CORE_READ(registers, si)
#else
// The result takes the place of the first argument, which is kept beside.
#define SYS_PTRACE "fexit/__arm64_sys_ptrace"
struct pt_regs___kernel {
	u64 regs[31];
	u64 orig_x0;
} KERNEL_TYPE;
#define FIRST(registers) BPF_CORE_READ(registers, orig_x0)
#define SECOND(registers) BPF_CORE_READ(registers, regs[1])
#endif

static __always_inline int traced(struct pt_regs___kernel *registers, long result)
{
	u32 request = (u32)FIRST(registers);
	if (result != 0)
		return 0;
	struct task_struct *current = bpf_get_current_task_btf();
	struct task_struct___family *family = (void *)current;
	u32 innermost = 0;
	switch (request) {
	case ATTACH:
	case SEIZE:
		return tell(ATTACHED, request, process_of(current), (u32)SECOND(registers), process_of(current));
	case DETACH:
		return tell(DETACHED, request, process_of(current), (u32)SECOND(registers), process_of(current));
	case TRACEME: {
		struct task_struct *parent = BPF_CORE_READ(family, real_parent);
		return tell(ATTACHED, request, process_of(parent), id_in_viewers_namespace(current, &innermost), process_of(parent));
	}
	}
	return 0;
}

// The context is the arguments of the function, here one, and then its result.
SEC(SYS_PTRACE)
int ptrace_done(unsigned long long *ctx)
{
	return traced((void *)ctx[0], (long)ctx[1]);
}

// The context is eight bytes common to all, the number of the call, and its result (events/syscalls/sys_exit_ptrace/format).
SEC("tracepoint")
int ptrace_ended(long *ctx)
{
	return traced((void *)bpf_task_pt_regs(bpf_get_current_task_btf()), ctx[2]);
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
