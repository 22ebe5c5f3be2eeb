using Vitrine.Go.Binary;
using Vitrine.Go.Goroutines;
using Vitrine.Instruments;
using Vitrine.Linux.Memory;
using Vitrine.Linux.Processes;

namespace Vitrine.Go;

/// <summary>
/// A Go process seen from outside. Attaching stops nothing and writes nothing: it opens the executable, understands it once
/// (<see cref="GoBinary"/>, shared between processes of one build) and ties it to the memory of the process.
/// Not thread-safe, except where a member says so.
/// </summary>
public sealed class GoTarget : ITarget, IDisposable
{
    private readonly GoBinaryLease _lease;
    private readonly IDisposable? _ownedMemory;
    private readonly ExecWatch? _execWatch;
    private GoroutineReader? _goroutines;

    private GoTarget(LinuxProcess? process, GoBinaryLease lease, IMemoryReader memory, IDisposable? ownedMemory, ulong bias, ExecWatch? execWatch)
    {
        Process = process;
        _lease = lease;
        Memory = memory;
        _ownedMemory = ownedMemory;
        Bias = bias;
        _execWatch = execWatch;
    }

    /// <summary>The process; null for a core dump.</summary>
    public LinuxProcess? Process { get; }

    /// <summary>What the executable says about itself; link-time addresses.</summary>
    public GoBinary Binary => _lease.Binary;

    /// <summary>The memory of the process.</summary>
    public IMemoryReader Memory { get; }

    /// <summary>Runtime address minus link-time address; 0 unless the executable is position-independent.</summary>
    public ulong Bias { get; }

    /// <inheritdoc/>
    public int Pid => Process?.Pid ?? 0;

    /// <inheritdoc/>
    public RuntimeKind Runtime => RuntimeKind.Go;

    /// <inheritdoc/>
    public string RuntimeVersion => Binary.Version.Text;

    /// <inheritdoc/>
    public string Name => Process?.CommandName ?? Path.GetFileName(Binary.Elf.Name);

    /// <summary>Looks into a running process.</summary>
    /// <param name="process">The process.</param>
    /// <param name="binaries">Keeps what was learned about executables between targets; null when only one target is looked at.</param>
    /// <exception cref="NotGoException">It is not a Go program.</exception>
    /// <exception cref="GoBinaryException">It is one, but it is damaged or of a version that cannot be read.</exception>
    /// <exception cref="TargetGoneException">It ended.</exception>
    /// <exception cref="AccessDeniedException">The kernel refuses; the exception names the command to type next.</exception>
    public static GoTarget Attach(LinuxProcess process, GoBinaryCache? binaries = null)
    {
        ArgumentNullException.ThrowIfNull(process);

        // 1. The process: its identity (pid and start time) was taken when it was opened; note which program it runs, to notice an execve.
        ExecWatch execWatch = ExecWatch.Start(process);
        LiveMemory? memory = null;
        GoBinaryLease? lease = null;
        try
        {
            // 2. The executable, through /proc/PID/exe: right for deleted files and other mount namespaces too.
            // 3. The binary: functions, types, layouts, module data; from the cache when another process of this build was looked at.
            lease = binaries?.Open(process) ?? GoBinaryLease.Own(GoBinaryCache.Load(process));

            // 4. The memory, read-only.
            memory = LiveMemory.Open(process);

            // 5. The bias between the addresses in the file and those in the process.
            ulong bias = LoadBias.Of(lease.Binary, execWatch.AuxiliaryVector, memory);

            // 6. Layouts and globals are looked up when an instrument first needs them, and checked against the live memory there.
            return new GoTarget(process, lease, memory, memory, bias, execWatch);
        }
        catch
        {
            memory?.Dispose();
            lease?.Dispose();
            throw;
        }
    }

    /// <summary>Looks into a core dump.</summary>
    /// <param name="corePath">The core dump.</param>
    /// <param name="executablePath">The executable that wrote it.</param>
    public static GoTarget FromCore(string corePath, string executablePath)
    {
        ArgumentException.ThrowIfNullOrEmpty(corePath);
        ArgumentException.ThrowIfNullOrEmpty(executablePath);
        GoBinaryLease lease = GoBinaryLease.Own(GoBinary.Open(Vitrine.Linux.Binaries.ElfFile.Open(executablePath)));
        CoreMemory? memory = null;
        try
        {
            memory = CoreMemory.Open(corePath);
            ulong bias = LoadBias.Of(lease.Binary, CoreAuxiliaryVector.Read(corePath), memory);
            return new GoTarget(null, lease, memory, memory, bias, null);
        }
        catch
        {
            memory?.Dispose();
            lease.Dispose();
            throw;
        }
    }

    /// <summary>Looks into any address space: a recording, or bytes in a test. The caller keeps what it passes in.</summary>
    public static GoTarget FromMemory(GoBinary binary, IMemoryReader memory, ulong bias) =>
        new(null, GoBinaryLease.Borrow(binary), memory, null, bias, null);

    /// <summary>Reads all goroutines, while the process keeps running.</summary>
    /// <exception cref="TargetGoneException">The process ended, or runs another program, since it was attached.</exception>
    public GoroutineDump ReadGoroutines(GoroutineDumpOptions? options = null, CancellationToken cancellation = default)
    {
        _goroutines ??= new GoroutineReader(this);
        GoroutineDump dump = _goroutines.Read(options ?? GoroutineDumpOptions.Default, cancellation);
        ThrowIfGone();
        return dump;
    }

    /// <summary>Throws when what was read may belong to another program: the process ended, its pid was reused, or it called execve.</summary>
    public void ThrowIfGone() => _execWatch?.ThrowIfGone();

    /// <inheritdoc/>
    public void Dispose()
    {
        _goroutines?.Dispose();
        _ownedMemory?.Dispose();
        _lease.Dispose();
    }
}
