// Which thread a program runs on, also when Vitrine or the target lives in a pid namespace, where the kernel's own numbers mean nothing.
#ifndef VITRINE_THREADS_H
#define VITRINE_THREADS_H

#include "vitrine.bpf.h"

// Part of the config of a program that asks: the target's own pid namespace (device and inode of /proc/PID/ns/pid) and its pid there. The kernel answers only for
// the namespace that the running thread itself lives in, so that the viewer's would not do for a target in a container.
struct pid_namespace {
	u64 device;
	u64 inode;
	u32 target;
	u32 pad;
};

// The thread id in that namespace, which is how the target itself knows the thread, when the current thread belongs to the target, else 0.
static __always_inline u32 target_thread(const volatile struct pid_namespace *own)
{
	struct bpf_pidns_info ids = {};
	if (bpf_get_ns_current_pid_tgid(own->device, own->inode, &ids, sizeof(ids)))
		return 0;
	return ids.tgid == own->target ? ids.pid : 0;
}

#endif
