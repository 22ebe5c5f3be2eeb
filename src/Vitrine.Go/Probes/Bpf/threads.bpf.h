// Which thread a program runs on, also when Vitrine looks from inside a pid namespace, where the kernel's own numbers mean nothing.
#ifndef VITRINE_THREADS_H
#define VITRINE_THREADS_H

#include "go.bpf.h"

// Part of the config of a program that asks: the pid namespace of the viewer (device and inode of /proc/self/ns/pid), and the target's pid in it.
struct pid_namespace {
	u64 device;
	u64 inode;
	u32 target;
	u32 pad;
};

// The thread id in the viewer's namespace when the current thread belongs to the target, else 0.
static __always_inline u32 target_thread(const volatile struct pid_namespace *viewer)
{
	struct bpf_pidns_info ids = {};
	if (bpf_get_ns_current_pid_tgid(viewer->device, viewer->inode, &ids, sizeof(ids)))
		return 0;
	return ids.tgid == viewer->target ? ids.pid : 0;
}

#endif
