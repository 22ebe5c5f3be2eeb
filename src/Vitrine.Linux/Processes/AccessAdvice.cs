using Vitrine.Linux.Native;

namespace Vitrine.Linux.Processes;

/// <summary>Says why the kernel refused a look into a process, and the next command to type.</summary>
internal static class AccessAdvice
{
    const string StillWorks = "Without it Vitrine can say that the process is there, and nothing of what is in it.";

    // A list of processes asks once for each of them; what the viewer may do is read from six files. Credentials belong to threads, hence the field per thread.
    [ThreadStatic]
    static (long ReadAt, ViewerPrivileges Viewer)? known;

    public static AccessDeniedException Denied(LinuxProcess process, string what)
    {
        var viewer = Viewer();
        var status = ProcStatus.TryRead($"/proc/{process.Pid}/status");
        var target = status?.Uids is [_, var effective, ..] ? effective : (uint?)null;
        var (reason, advice) = Explain(viewer, target, status?.Capabilities);
        return new AccessDeniedException($"Not allowed to {what} of process {process.Pid}: {reason}.", $"{advice} {StillWorks}");
    }

    static ViewerPrivileges Viewer()
    {
        const long milliseconds = 1000;
        var now = Environment.TickCount64;
        if (known is { } last && now - last.ReadAt < milliseconds && last.Viewer.EffectiveUid == Libc.GetEffectiveUid())
            return last.Viewer;
        var viewer = ViewerPrivileges.Read();
        known = (now, viewer);
        return viewer;
    }

    /// <summary>The rules of ptrace_may_access, in the kernel's order. Pure, so that each row can be tested without the machine that has it.</summary>
    public static (string Reason, string Advice) Explain(ViewerPrivileges viewer, uint? targetUid, CapabilitySet? targetCapabilities)
    {
        if (viewer.YamaScope == 3)
            return ("kernel.yama.ptrace_scope is 3, nobody may look into another process",
                "That setting can only be changed by a reboot: set kernel.yama.ptrace_scope=2 in /etc/sysctl.d and reboot.");

        if (viewer.CanTraceOthers)
        {
            if (viewer.InUserNamespace)
                return ("this is a user namespace, and its root has no power over processes outside of it",
                    "Run it on the host as root: sudo vitrine … (the pid is another one there).");
            return viewer.SeccompMode is > 0
                ? ("a seccomp filter of this container or service refuses it although CAP_SYS_PTRACE is there",
                    "Start the viewer with --security-opt seccomp=unconfined (Docker, Podman) or securityContext.seccompProfile.type: Unconfined (Kubernetes).")
                : ("a security module (AppArmor, SELinux) refuses it although CAP_SYS_PTRACE is there",
                    "See `sudo dmesg | grep -iE 'apparmor|avc'`; in a container start the viewer with --security-opt apparmor=unconfined.");
        }

        // Within the bounding set, becoming root is enough; outside of it only whoever starts the container can help.
        if (viewer.InContainer && (viewer.Capabilities.Bounding >> CapabilitySet.SysPtrace & 1) == 0)
        {
            return (
                "this container was not given CAP_SYS_PTRACE",
                "Start the viewer's container with --cap-add=SYS_PTRACE --pid=host (Docker, Podman); in Kubernetes: kubectl debug --profile=sysadmin --target=CONTAINER …, or securityContext.capabilities.add: [SYS_PTRACE] and shareProcessNamespace.");
        }

        if (viewer.EffectiveUid == 0)
            return ("root, but without CAP_SYS_PTRACE",
                "Run it with the capability: for a systemd service AmbientCapabilities=CAP_SYS_PTRACE, for a shell `capsh --print` shows what was dropped.");
        if (targetUid is { } uid && uid != viewer.EffectiveUid)
            return ($"it belongs to user {uid}, you are user {viewer.EffectiveUid}",
                "Run it as root: sudo vitrine … (or give it CAP_SYS_PTRACE: sudo setcap cap_sys_ptrace+ep $(which vitrine)).");
        if (viewer.YamaScope is 1 or 2)
        {
            return (
                $"kernel.yama.ptrace_scope is {viewer.YamaScope}, which forbids it even to the same user",
                "Run it as root: sudo vitrine … (or allow it to the same user: sudo sysctl kernel.yama.ptrace_scope=0).");
        }
        return targetCapabilities is { Permitted: not 0 }
            ? ("it has capabilities that you do not have", "Run it as root: sudo vitrine …")
            : ("it is not dumpable (set-uid, prctl(PR_SET_DUMPABLE) or an unreadable binary)", "Run it as root: sudo vitrine …");
    }
}
