// The fields of the kernel's structures that Vitrine reads, relocated against the running kernel's own BTF.
#ifndef VITRINE_KERNEL_H
#define VITRINE_KERNEL_H

#include "vitrine.bpf.h"

#define KERNEL_TYPE __attribute__((preserve_access_index))

struct ns_common {
	unsigned int inum;
} KERNEL_TYPE;

struct pid_namespace___kernel {
	struct ns_common ns;
} KERNEL_TYPE;

struct upid {
	int nr;
	struct pid_namespace___kernel *ns;
} KERNEL_TYPE;

struct pid {
	unsigned int level;
	struct upid numbers[1];
} KERNEL_TYPE;

struct sched_entity {
	u64 exec_start;
	u64 sum_exec_runtime;
} KERNEL_TYPE;

struct task_struct {
	int pid;
	int tgid;
	int on_cpu;
	unsigned long nvcsw;
	unsigned long nivcsw;
	unsigned int __state;
	unsigned int flags;
	struct pid *thread_pid;
	struct sched_entity se;
	char comm[16];
} KERNEL_TYPE;

struct seq_file;

struct bpf_iter_meta {
	struct seq_file *seq;
	u64 session_id;
	u64 seq_num;
} KERNEL_TYPE;

struct bpf_iter__task {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
} KERNEL_TYPE;

#define PF_EXITING 0x4 // include/linux/sched.h

#endif
