using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Vitrine.Linux.Binaries;
using Vitrine.Linux.Native;

namespace Vitrine.Linux.Processes;

/// <summary>
/// A process seen through /proc. What can change is read afresh at each call. Text that the process controls (names, paths, arguments) is returned as it is:
/// show it through <see cref="TerminalText"/>.
/// A call on a process that has ended throws <see cref="TargetGoneException"/>; one that the kernel refuses throws <see cref="AccessDeniedException"/>.
/// </summary>
public sealed class LinuxProcess
{
    const string DeletedSuffix = " (deleted)";

    readonly Limits limits;

    LinuxProcess(ProcessIdentity identity, Limits limits)
    {
        Identity = identity;
        this.limits = limits;
    }

    /// <summary>Pid and start time: what tells it from a later process with the same pid.</summary>
    public ProcessIdentity Identity { get; }

    /// <summary>The pid in the viewer's pid namespace.</summary>
    public int Pid => Identity.Pid;

    /// <summary>comm: at most 15 bytes, untrusted text.</summary>
    public string CommandName => Stat().Name;

    /// <summary>State letter of the main thread: R running, S sleeping, D uninterruptible, T stopped, t stopped by a debugger, Z zombie.</summary>
    public char State => Stat().State;

    /// <summary>The arguments; empty for a kernel thread and a zombie. Untrusted text.</summary>
    public IReadOnlyList<string> CommandLine
    {
        get
        {
            var text = Read("cmdline");
            if (text.Length == 0)
                return [];
            return Encoding.UTF8.GetString(text).TrimEnd('\0').Split('\0');
        }
    }

    /// <summary>A variable of the environment that the process was started with; null when it is not set. Untrusted text.</summary>
    /// <exception cref="AccessDeniedException">The kernel refuses.</exception>
    public string? EnvironmentVariable(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        var wanted = Encoding.UTF8.GetBytes(name + "=");
        ReadOnlySpan<byte> text = Read("environ");
        foreach (var range in text.Split((byte)0))
            if (text[range].StartsWith(wanted))
                return Encoding.UTF8.GetString(text[range][wanted.Length..]);
        return null;
    }

    /// <summary>Path of the executable as the target's mount namespace names it, without " (deleted)"; null when it may not be read or there is none.</summary>
    public string? ExecutablePath => ReadExecutableLink() is { } link ? StripDeleted(link) : null;

    /// <summary>True when the executable's file was removed or replaced since it was started.</summary>
    public bool ExecutableDeleted => ReadExecutableLink()?.EndsWith(DeletedSuffix, StringComparison.Ordinal) == true;

    /// <summary>Time since the process was started.</summary>
    public TimeSpan Uptime
    {
        get
        {
            var uptime = SystemClock.SinceBoot() - SystemClock.FromTicks(Identity.StartTimeTicks);
            return uptime > TimeSpan.Zero ? uptime : TimeSpan.Zero;
        }
    }

    /// <summary>When it was started, by the wall clock of now (exact to about 10 ms; a clock step moves it).</summary>
    public DateTimeOffset StartedAt => DateTimeOffset.UtcNow - Uptime;

    /// <summary>Processor time that it has used, threads that have ended included, to 10 ms.</summary>
    public TimeSpan ProcessorTime => Stat() is var stat ? SystemClock.FromTicks(stat.UserTicks + stat.SystemTicks) : default;

    /// <summary>Resident set in bytes, from /proc/PID/statm; the kernel's counter may lag by some pages for each thread.</summary>
    public long ResidentBytes
    {
        get
        {
            var fields = Encoding.ASCII.GetString(Read("statm")).Split(' ');
            return fields.Length > 1 && long.TryParse(fields[1], NumberStyles.None, CultureInfo.InvariantCulture, out var pages)
                ? pages * Environment.SystemPageSize
                : 0;
        }
    }

    /// <summary>Pid of the tracer (a debugger, strace), 0 = none. A tracer in a pid namespace that the viewer cannot see also reads as 0.</summary>
    public int TracerPid => Status().TracerPid;

    /// <summary>Who traces the process, null when nobody does.</summary>
    public ProcessTracer? Tracer
    {
        get
        {
            if (TracerPid is not (> 0 and var pid))
                return null;
            try
            {
                var tracer = Open(pid, limits);
                return new ProcessTracer(pid, tracer.CommandName, tracer.Uid);
            }
            catch (TargetGoneException)
            {
                return new ProcessTracer(pid, null, null);
            }
        }
    }

    /// <summary>Container id, 64 hex digits as a rule; null outside a container.</summary>
    public string? ContainerId => CgroupPath is { } path ? ContainerIds.FromCgroupPath(path) : null;

    /// <summary>Path in the unified cgroup hierarchy, or the most telling one of version 1; null when there is none.</summary>
    public string? CgroupPath => ContainerIds.CgroupPath(Read("cgroup"));

    /// <summary>The namespaces.</summary>
    public NamespaceIds Namespaces => new(Namespace("pid"), Namespace("mnt"), Namespace("net"), Namespace("user"), Namespace("cgroup"));

    /// <summary>Pid of this process in its own, innermost pid namespace: what it calls itself.</summary>
    public int InnermostPid => Status().NamespacePids is [.., var last] ? last : Pid;

    /// <summary>The capabilities.</summary>
    public CapabilitySet Capabilities => Status().Capabilities;

    /// <summary>0 none, 1 strict, 2 filter; null when the kernel does not say.</summary>
    public int? SeccompMode => Status().SeccompMode;

    /// <summary>True when it cannot gain privileges by exec; null when the kernel does not say.</summary>
    public bool? NoNewPrivileges => Status().NoNewPrivileges;

    /// <summary>Effective user id, in the viewer's user namespace; <see cref="uint.MaxValue"/> when the kernel does not say.</summary>
    public uint Uid => Status().Uids is [_, var effective, ..] ? effective : uint.MaxValue;

    /// <summary>Effective group id, in the viewer's user namespace; <see cref="uint.MaxValue"/> when the kernel does not say.</summary>
    public uint Gid => Status().Gids is [_, var effective, ..] ? effective : uint.MaxValue;

    /// <summary>The process that this is a thread of, when it was opened by the id of a thread; else its own pid.</summary>
    public int ThreadGroup => Status().ThreadGroup ?? Pid;

    /// <summary>What the kernel enforces on the process, from one reading of /proc/PID/status.</summary>
    public ProcessSecurity ReadSecurity() => ProcessSecurity.Of(Status());

    /// <summary>
    /// Whether the process may be dumped and attached to by its own user (prctl(2), PR_GET_DUMPABLE), which the kernel shows nobody directly. It gives the files in /proc/PID to the process's user when it is, and to
    /// root when it is not (proc_pid(5)); of a process that runs as root both look the same.
    /// </summary>
    /// <returns>True, false, or null when it cannot be told; and what it was inferred from, as a sentence.</returns>
    public (bool? IsDumpable, string InferredFrom) ReadDumpable() => Dumpability.Infer(Pid, Status());

    /// <summary>Soft and hard limit of the size of core files in bytes, <see cref="ulong.MaxValue"/> for no limit; null when the kernel does not say.</summary>
    public (ulong Soft, ulong Hard)? ReadCoreLimit() => ResourceLimits.CoreFileSize(Read("limits"));

    /// <summary>The variables that the process was started with, in its order; entries without "=" are left out. Untrusted text, and often secret. At most <paramref name="most"/> bytes are read.</summary>
    /// <exception cref="AccessDeniedException">The kernel refuses.</exception>
    public IReadOnlyList<KeyValuePair<string, string>> ReadEnvironment(int most, out bool cut)
    {
        var text = Read("environ", most);
        cut = text.Length >= most;
        var variables = new List<KeyValuePair<string, string>>();
        foreach (var range in text.AsSpan().Split((byte)0))
        {
            var entry = text.AsSpan()[range];
            var equals = entry.IndexOf((byte)'=');
            if (equals > 0)
                variables.Add(new(Encoding.UTF8.GetString(entry[..equals]), Encoding.UTF8.GetString(entry[(equals + 1)..])));
        }
        return variables;
    }

    /// <summary>Owner and mode of what is at a path of the process's own root; null when it is not there or may not be looked at.</summary>
    public FileStatus? TryFileStatus(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!path.StartsWith('/'))
            return null;
        return FileStatus.TryOfIn($"/proc/{Pid}/root", path) ?? (Namespace("mnt") is { } mount && mount == OwnMountNamespace() ? FileStatus.TryOf(path) : null);
    }

    /// <summary>Opens a process by pid.</summary>
    /// <exception cref="TargetGoneException">There is no such process.</exception>
    public static LinuxProcess Open(int pid, Limits? limits = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(pid);
        return ProcStat.TryRead($"/proc/{pid}/stat", out var stat)
            ? new LinuxProcess(new ProcessIdentity(pid, stat.StartTimeTicks), limits ?? Limits.Default)
            : throw new TargetGoneException($"There is no process {pid}{(Libc.GetEffectiveUid() == 0 ? "" : ", or it is hidden from you (/proc mounted with hidepid)")}. `vitrine ps` lists those that can be looked at.");
    }

    /// <summary>Opens a process that was seen before.</summary>
    /// <exception cref="TargetGoneException">It has ended, also when its pid belongs to another process by now.</exception>
    public static LinuxProcess Open(ProcessIdentity identity, Limits? limits = null)
    {
        var process = Open(identity.Pid, limits);
        return process.Identity == identity ? process : throw new TargetGoneException($"Process {identity.Pid} has ended; its pid belongs to another process now.");
    }

    /// <summary>True while this very process exists and is not a zombie.</summary>
    public bool IsAlive() =>
        ProcStat.TryRead($"/proc/{Pid}/stat", out var stat) && stat.StartTimeTicks == Identity.StartTimeTicks && stat.State is not ('Z' or 'X');

    /// <summary>
    /// Opens the executable read-only, deleted or in another mount namespace included: /proc/PID/exe leads to the file itself, not to a path.
    /// </summary>
    /// <exception cref="TargetGoneException">The process ended.</exception>
    /// <exception cref="AccessDeniedException">The kernel refuses.</exception>
    /// <exception cref="BadBinaryException">It has no executable (a kernel thread).</exception>
    public SafeFileHandle OpenExecutable()
    {
        var file = Files.TryOpenForReading($"/proc/{Pid}/exe", out var errno);
        if (file is null && ExecutablePath is { Length: > 1 } path)
        {
            // Some file systems (network mounts that lost their server's permission) refuse the link and allow the path.
            file = Files.TryOpenRegularIn($"/proc/{Pid}/root", path, out _);
        }
        ThrowIfGone(file);
        return file ?? throw (errno switch
        {
            Libc.EACCES or Libc.EPERM => AccessAdvice.Denied(this, "open the executable"),
            Libc.ENOENT => new BadBinaryException($"Process {Pid} has no executable: it is a kernel thread."),
            _ => new BadBinaryException($"The executable of process {Pid} cannot be opened ({Files.Describe(errno)})."),
        });
    }

    /// <summary>Opens a file read-only by the path that the process itself would use, in another mount namespace or root folder too. Regular files only: nothing waits, and no device is opened.</summary>
    /// <returns>The file, or null when it is not there, is something else, or the kernel refuses.</returns>
    public SafeFileHandle? TryOpenFile(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!path.StartsWith('/'))
            return null;
        if (Files.TryOpenRegularIn($"/proc/{Pid}/root", path, out var errno) is { } file)
            return file;
        // Without the privilege to follow the link, or without a way to follow links within it, the path means the same file as long as the process has not changed its root.
        return (errno is Libc.EACCES or Libc.EPERM || errno is Libc.ELOOP && Libc.ReadLink($"/proc/{Pid}/root") == "/") && Namespace("mnt") is { } mount && mount == OwnMountNamespace() ? Files.TryOpenRegular(path, out _) : null;
    }

    /// <summary>
    /// Where a socket is that the process names by a path of its own, in another mount namespace or root folder too: a descriptor that can be neither read nor written. Connecting to <c>/proc/self/fd/N</c> of it reaches that
    /// socket and no other, whatever links the process has put on the way.
    /// </summary>
    /// <returns>The place, or null when there is no socket or the kernel refuses.</returns>
    public SafeFileHandle? TryLocateSocket(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return path.StartsWith('/') ? Files.TryLocateSocketIn($"/proc/{Pid}/root", path, out _) : null;
    }

    /// <summary>Opens the executable as an ELF file.</summary>
    /// <inheritdoc cref="OpenExecutable" path="/exception"/>
    public ElfFile OpenElf() => ElfFile.Open(OpenExecutable(), ExecutablePath ?? $"/proc/{Pid}/exe", limits);

    /// <summary>The mappings, ascending, at most <see cref="Limits.MaxMaps"/>. Not one snapshot: the process may map and unmap while the kernel lists them.</summary>
    public IReadOnlyList<MemoryMap> Maps()
    {
        // A line has about 100 bytes, paths can have 4096.
        var limit = (int)Math.Min(limits.MaxMaps * 256L, int.MaxValue / 2);
        var text = ProcFile.TryRead($"/proc/{Pid}/maps", limit, out var errno);
        ThrowIfGone(null);
        return text is null ? throw Failure(errno, "read the memory map") : MapsParser.Parse(text, limits);
    }

    /// <summary>The threads, ascending, at most <see cref="Limits.MaxThreads"/>.</summary>
    public IReadOnlyList<ThreadInfo> Threads()
    {
        var ids = new List<int>();
        Files.TryListNumbers($"/proc/{Pid}/task", limits.MaxThreads, ids, out _);
        var threads = new List<ThreadInfo>(ids.Count);
        foreach (var id in ids)
        {
            // One that ended since it was listed is left out.
            if (ProcStat.TryRead($"/proc/{Pid}/task/{id}/stat", out var stat))
                threads.Add(new ThreadInfo(id, stat.Name, stat.State, SystemClock.FromTicks(stat.UserTicks), SystemClock.FromTicks(stat.SystemTicks), stat.Processor));
        }
        ThrowIfGone(null);
        threads.Sort((a, b) => a.ThreadId.CompareTo(b.ThreadId));
        return threads;
    }

    /// <summary>The id of a thread in the process's own, innermost pid namespace: what it calls itself. Null when it has ended or the kernel does not say (before 4.1).</summary>
    public int? InnermostThreadId(int threadId) => ProcStatus.TryRead($"/proc/{Pid}/task/{threadId}/status")?.NamespacePids is [.., var last] ? last : null;

    /// <summary>The system call that a thread waits in, by /proc/PID/task/TID/syscall (proc_pid_syscall(5)).</summary>
    /// <returns>The number, null when it is in none or the kernel does not say; and whether it was running.</returns>
    public (long? Number, bool IsRunning) ReadSystemCall(int threadId)
    {
        var text = ProcFile.TryRead($"/proc/{Pid}/task/{threadId}/syscall", 256, out _);
        if (text is null)
            return (null, false);
        var first = Encoding.ASCII.GetString(text).Split(' ', '\n')[0];
        return long.TryParse(first, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= 0 ? (number, false) : (null, first == "running");
    }

    /// <summary>The open file descriptors, ascending, at most <see cref="Limits.MaxFileDescriptors"/>.</summary>
    /// <exception cref="AccessDeniedException">The kernel refuses.</exception>
    public IReadOnlyList<int> FileDescriptors()
    {
        var numbers = new List<int>();
        if (!Files.TryListNumbers($"/proc/{Pid}/fd", limits.MaxFileDescriptors, numbers, out var errno))
        {
            ThrowIfGone(null);
            throw Failure(errno, "list the file descriptors");
        }
        numbers.Sort();
        return numbers;
    }

    /// <summary>What a file descriptor leads to ("socket:[123]", "pipe:[4]", "anon_inode:[eventpoll]", a path); null when it is not open. Untrusted text.</summary>
    public string? ReadFileDescriptor(int fileDescriptor) => Libc.ReadLink($"/proc/{Pid}/fd/{fileDescriptor}");

    /// <summary>Memory shares from /proc/PID/smaps_rollup; null when the kernel refuses or has no such file (before 4.14). Costs the target's page tables a walk.</summary>
    public MemoryUsage? ReadMemoryUsage()
    {
        var text = ProcFile.TryRead($"/proc/{Pid}/smaps_rollup", limits.MaxProcFileBytes, out _);
        return text is { Length: > 0 } ? MemoryUsage.Parse(text) : null;
    }

    /// <summary>Throws when the process has ended or its pid belongs to another one.</summary>
    internal void ThrowIfGone(IDisposable? release)
    {
        if (IsAlive())
            return;
        release?.Dispose();
        throw new TargetGoneException($"Process {Pid} has ended.");
    }

    static string StripDeleted(string path) => path.EndsWith(DeletedSuffix, StringComparison.Ordinal) ? path[..^DeletedSuffix.Length] : path;

    ProcStat Stat() =>
        ProcStat.TryRead($"/proc/{Pid}/stat", out var stat) && stat.StartTimeTicks == Identity.StartTimeTicks
            ? stat
            : throw new TargetGoneException($"Process {Pid} has ended.");

    ProcStatus Status() => ProcStatus.Parse(Read("status"));

    byte[] Read(string name) => Read(name, limits.MaxProcFileBytes);

    byte[] Read(string name, int most)
    {
        var text = ProcFile.TryRead($"/proc/{Pid}/{name}", Math.Min(most, limits.MaxProcFileBytes), out var errno);
        if (text is not null)
            return text;
        _ = Stat();
        throw Failure(errno, $"read {name}");
    }

    Exception Failure(int errno, string what) => errno switch
    {
        Libc.EACCES or Libc.EPERM => AccessAdvice.Denied(this, what),
        Libc.ENOENT or Libc.ESRCH => new TargetGoneException($"Process {Pid} has ended."),
        _ => new IOException($"Cannot {what} of process {Pid}: {Files.Describe(errno)}."),
    };

    string? ReadExecutableLink()
    {
        _ = Stat();
        return Libc.ReadLink($"/proc/{Pid}/exe");
    }

    static ulong? OwnMountNamespace() => Namespace("self", "mnt");

    ulong? Namespace(string name) => Namespace(Pid.ToString(CultureInfo.InvariantCulture), name);

    static ulong? Namespace(string process, string name)
    {
        // "net:[4026531840]"
        var link = Libc.ReadLink($"/proc/{process}/ns/{name}");
        return link is not null && link.EndsWith(']')
            && ulong.TryParse(link.AsSpan(link.IndexOf('[', StringComparison.Ordinal) + 1)[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var inode)
            ? inode
            : null;
    }
}
