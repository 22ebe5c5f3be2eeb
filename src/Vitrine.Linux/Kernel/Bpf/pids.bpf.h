// The numbers that any task has, not only the running one: a task has one in each pid namespace from its own, the innermost, outwards. For the running thread see threads.bpf.h.
#ifndef VITRINE_PIDS_H
#define VITRINE_PIDS_H

#include "kernel.bpf.h"

struct task_ids {
	u32 in_viewers; // in the viewer's pid namespace; 0 = it is not there
	u32 own;        // in its own, innermost namespace, which is how it knows itself; 0 = it has none any more
	u32 same;       // whether the innermost namespace is the viewer's. Equal numbers do not say so: each namespace counts from 1
};

// viewer: inode of the viewer's pid namespace (/proc/self/ns/pid).
static __always_inline struct task_ids ids_of(struct task_struct *task, u64 viewer)
{
	struct task_ids ids = {};
	struct pid *pid = BPF_CORE_READ(task, thread_pid);
	if (!pid)
		return ids;
	u32 level = BPF_CORE_READ(pid, level);
	// Namespaces can be nested 32 deep (MAX_PID_NS_LEVEL).
	for (u32 i = 0; i < 33; i++) {
		struct upid *number = (void *)pid + bpf_core_field_offset(struct pid, numbers) + i * bpf_core_type_size(struct upid);
		if (i > level)
			break;
		u32 nr = BPF_CORE_READ(number, nr);
		if (i == level)
			ids.own = nr;
		if (BPF_CORE_READ(number, ns, ns.inum) == viewer) {
			ids.in_viewers = nr;
			ids.same = i == level;
		}
	}
	return ids;
}

#endif
