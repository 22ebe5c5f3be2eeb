using Microsoft.Win32.SafeHandles;

namespace Vitrine.Linux.Processes;

/// <summary>A process seen through /proc. Everything that can change is read afresh at each call.</summary>
public sealed class LinuxProcess
{
    /// <summary>Opens a process by pid.</summary>
    public static LinuxProcess Open(int pid) => throw new NotImplementedException();

    /// <summary>Pid and start time.</summary>
    public ProcessIdentity Identity { get; }

    /// <summary>The pid in the viewer's namespace.</summary>
    public int Pid => Identity.Pid;

    /// <summary>True while this very process exists and is not a zombie.</summary>
    public bool IsAlive() => throw new NotImplementedException();

    /// <summary>comm: at most 15 bytes, untrusted text.</summary>
    public string CommandName => throw new NotImplementedException();

    /// <summary>The arguments; empty for a kernel thread.</summary>
    public IReadOnlyList<string> CommandLine => throw new NotImplementedException();

    /// <summary>Path of the executable in the target's mount namespace; null when it may not be read.</summary>
    public string? ExecutablePath => throw new NotImplementedException();

    /// <summary>True when the executable's file was removed or replaced.</summary>
    public bool ExecutableDeleted => throw new NotImplementedException();

    /// <summary>Opens the executable read-only, deleted or in another mount namespace included.</summary>
    public SafeFileHandle OpenExecutable() => throw new NotImplementedException();

    /// <summary>The mappings, ascending.</summary>
    public IReadOnlyList<MemoryMap> Maps() => throw new NotImplementedException();

    /// <summary>The threads.</summary>
    public IReadOnlyList<ThreadInfo> Threads() => throw new NotImplementedException();

    /// <summary>Time since the start.</summary>
    public TimeSpan Uptime => throw new NotImplementedException();

    /// <summary>When it started.</summary>
    public DateTimeOffset StartedAt => throw new NotImplementedException();

    /// <summary>Resident set, in bytes.</summary>
    public long ResidentBytes => throw new NotImplementedException();

    /// <summary>Pid of the tracer (debugger), 0 = none.</summary>
    public int TracerPid => throw new NotImplementedException();

    /// <summary>Container id, 64 hex digits as a rule; null outside a container.</summary>
    public string? ContainerId => throw new NotImplementedException();

    /// <summary>Path in the cgroup hierarchy.</summary>
    public string? CgroupPath => throw new NotImplementedException();

    /// <summary>The namespaces.</summary>
    public NamespaceIds Namespaces => throw new NotImplementedException();

    /// <summary>The capabilities.</summary>
    public CapabilitySet Capabilities => throw new NotImplementedException();

    /// <summary>0 none, 1 strict, 2 filter; null when the kernel does not say.</summary>
    public int? SeccompMode => throw new NotImplementedException();

    /// <summary>Effective user id, in the viewer's user namespace.</summary>
    public uint Uid => throw new NotImplementedException();
}
