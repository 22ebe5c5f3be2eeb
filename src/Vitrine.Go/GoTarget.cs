using Vitrine.Go.Binary;
using Vitrine.Go.Globals;
using Vitrine.Go.Goroutines;
using Vitrine.Instruments;
using Vitrine.Linux.Binaries;
using Vitrine.Linux.Memory;
using Vitrine.Linux.Processes;

namespace Vitrine.Go;

/// <summary>
/// A Go process seen from outside. Attaching stops nothing and writes nothing: it opens the executable, understands it once
/// (<see cref="GoBinary"/>, shared between processes of one build) and ties it to the memory of the process.
/// Every read of that memory notices when the process ended, called execve or lost its pid to another process
/// (<see cref="TargetGoneException"/>). Not thread-safe.
/// </summary>
public sealed class GoTarget : ITarget, IDisposable
{
    private readonly GoBinaryLease _lease;
    private readonly IDisposable? _ownedMemory;
    /// <summary>What reading goroutines needs.</summary>
    private static readonly string[] s_goroutineGlobals = ["runtime.allglen", "runtime.allgptr", "runtime.allgs", "runtime.waitReasonStrings"];

    private RuntimeGlobals? _globals;
    private RuntimeGlobals? _goroutineGlobals;
    private GoroutineReader? _goroutines;

    private GoTarget(LinuxProcess? process, GoBinaryLease lease, IMemoryReader memory, IDisposable? ownedMemory, ulong bias)
    {
        Process = process;
        _lease = lease;
        Memory = memory;
        _ownedMemory = ownedMemory;
        Bias = bias;
        Name = process?.CommandName ?? Path.GetFileName(Binary.Elf.Name);
        ExecutablePath = process?.ExecutablePath;
    }

    /// <summary>The process; null for a core dump.</summary>
    public LinuxProcess? Process { get; }

    /// <summary>What the executable says about itself; link-time addresses.</summary>
    public GoBinary Binary => _lease.Binary;

    /// <summary>The memory of the process.</summary>
    public IMemoryReader Memory { get; }

    /// <summary>Runtime address minus link-time address; 0 unless the executable is position-independent.</summary>
    public ulong Bias { get; }

    /// <summary>The runtime's global variables (link-time addresses), checked against the live memory when first asked for.</summary>
    public RuntimeGlobals Globals => _globals ??= RuntimeGlobals.Find(Binary).Confirm(Memory, Bias);

    /// <inheritdoc/>
    public int Pid => Process?.Pid ?? 0;

    /// <inheritdoc/>
    public RuntimeKind Runtime => RuntimeKind.Go;

    /// <inheritdoc/>
    public string RuntimeVersion => Binary.Version.Text;

    /// <summary>The name of its command when it was attached: a look that outlives the process still knows it.</summary>
    public string Name { get; }

    /// <summary>Path of the executable when it was attached, as the process sees it; null for a core dump, and when the kernel does not tell.</summary>
    public string? ExecutablePath { get; }

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
        GoBinaryLease? lease = null;
        LiveMemory? memory = null;
        try
        {
            // 1. The process was identified (pid and start time) when it was opened.
            // 2. Its executable, through /proc/PID/exe: right for deleted files and other mount namespaces too.
            // 3. The binary: functions, types, layouts, module data; from the cache when another process of this build was looked at.
            lease = binaries?.Open(process) ?? GoBinaryLease.Own(GoBinaryCache.Load(process));

            // 4. The memory, read-only; from here on an exit or an execve is noticed.
            memory = LiveMemory.Open(process);

            // 5. The bias between addresses in the file and addresses in the process; checks that the process runs this very file.
            ulong bias = LoadBias.Of(lease.Binary, ProcessAuxiliaryVector.Read(process), memory);

            // 6. Layouts and globals are found when an instrument first needs them, and checked against the live memory there.
            return new GoTarget(process, lease, memory, memory, bias);
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
        GoBinaryLease lease = GoBinaryLease.Own(GoBinary.Open(ElfFile.Open(executablePath)));
        CoreMemory? memory = null;
        try
        {
            memory = CoreMemory.Open(corePath);
            ulong bias = LoadBias.Of(lease.Binary, CoreAuxiliaryVector.Read(corePath), memory);
            return new GoTarget(null, lease, memory, memory, bias);
        }
        catch
        {
            memory?.Dispose();
            lease.Dispose();
            throw;
        }
    }

    /// <summary>Looks into any address space: a recording, or bytes in a test. The caller keeps what it passes in.</summary>
    /// <param name="binary">The executable.</param>
    /// <param name="memory">The address space.</param>
    /// <param name="bias">Runtime address minus link-time address.</param>
    public static GoTarget FromMemory(GoBinary binary, IMemoryReader memory, ulong bias) =>
        new(null, GoBinaryLease.Borrow(binary), memory, null, bias);

    /// <summary>Reads all goroutines, while the process keeps running.</summary>
    /// <exception cref="GoBinaryException">The list of goroutines was not found or cannot be read.</exception>
    /// <exception cref="TargetGoneException">The process ended, or runs another program, since it was attached.</exception>
    /// <exception cref="TimeoutException">It took longer than <see cref="GoroutineDumpOptions.TimeLimit"/>.</exception>
    public GoroutineDump ReadGoroutines(GoroutineDumpOptions? options = null, CancellationToken cancellation = default)
    {
        _goroutines ??= new GoroutineReader(this);
        return _goroutines.Read(options ?? GoroutineDumpOptions.Default, cancellation);
    }

    /// <summary>Throws <see cref="TargetGoneException"/> when the process ended or runs another program; every read of its memory checks the same.</summary>
    public void ThrowIfGone() => Memory.TryReadUInt8(unchecked(Binary.Module.PcHeader + Bias), out _);

    /// <summary>Whether the process ended or runs another program: <see cref="ThrowIfGone"/> as an answer.</summary>
    public bool IsGone
    {
        get
        {
            try
            {
                ThrowIfGone();
                return false;
            }
            catch (TargetGoneException)
            {
                return true;
            }
        }
    }

    /// <summary>The address of a global variable in the process.</summary>
    internal bool TryGlobal(string name, out ulong address, out string reason)
    {
        // A dump alone does not wait for the search of all globals; what the short search does not find, the whole one may.
        _goroutineGlobals ??= RuntimeGlobals.FindFew(Binary, s_goroutineGlobals).ConfirmGoroutines(Memory, Bias);
        Known<ulong> known = _goroutineGlobals.Address(name);
        if (!known.IsKnown)
            known = Globals.Address(name);
        reason = known.Reason;
        if (!known.TryGet(out address))
            return false;
        address = unchecked(address + Bias);
        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _ownedMemory?.Dispose();
        _lease.Dispose();
    }
}
