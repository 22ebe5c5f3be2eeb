// Every thread of the target with its registers in user mode: one pass over the kernel's list of tasks, with nothing stopped. A thread that waits in the kernel
// has its registers where the kernel saved them when it entered; of a thread that runs they are as old as its last entry, and are marked so.
#include "pids.bpf.h"
#include "task.bpf.h"

CONFIG;

SEC("iter/task")
int threads(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;
	struct thread_record record = {};
	if (!task)
		return 0;
	struct task_ids ids = ids_of(task, config.namespace);
	record.thread = ids.in_viewers;
	record.own_thread = ids.own;
	record.state = task->__state;
	if (task->on_cpu)
		record.flags |= ON_PROCESSOR;
	if (task->flags & PF_EXITING)
		record.flags |= EXITING;
	record.switches = task->nvcsw + task->nivcsw;
	record.run_ns = task->se.sum_exec_runtime;
	record.last_ran = task->se.exec_start;
	record.now = bpf_ktime_get_ns();
	struct task_struct *viewer = bpf_get_current_task_btf();
	record.viewer_ran = viewer->se.exec_start;
	BPF_CORE_READ_INTO(&record.name, task, comm);
	if (bpf_probe_read_kernel(&record.registers, sizeof(record.registers), (const void *)bpf_task_pt_regs(task)))
		record.flags |= NO_REGISTERS;
	bpf_seq_write(ctx->meta->seq, &record, sizeof(record));
	return 0;
}
