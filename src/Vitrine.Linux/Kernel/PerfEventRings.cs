using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Vitrine.Linux.Native;
using Vitrine.Linux.Processes;

namespace Vitrine.Linux.Kernel;

/// <summary>
/// Samples of where this very process spends processor time, from the kernel's software clock (PERF_COUNT_SW_CPU_CLOCK): no privilege at kernel.perf_event_paranoid ≤ 2, no signal, no stop.
/// </summary>
/// <remarks>
/// There are two ways. <see cref="OpenThreads"/> opens one event for each thread and processor, which threads that they create inherit (inherit and inherit_thread, the latter since Linux 5.13);
/// all events of a processor write into one ring. It costs a fixed amount at each context switch of the process's threads, and threads × processors descriptors.
/// <see cref="OpenProcessors"/> opens one event for each processor, whoever runs there, which costs nothing at a context switch and needs CAP_PERFMON or kernel.perf_event_paranoid ≤ 0;
/// samples of other processes are dropped when the ring is read.
/// Not thread-safe: one thread drains.
/// </remarks>
public sealed class PerfEventRings : IDisposable
{
    const int MaximumThreads = 100_000, Rounds = 8, SmallestRing = 64 * 1024;

    /// <summary>So many samples in a row from other events than the one that counts: the thread's number is another thread's now. Events that sample the same thread take turns, so that none misses that many.</summary>
    const int MostMissed = 32;

    readonly PerfSamplingOptions _options;
    readonly List<(int Cpu, SafeFileHandle Event, PerfRing Ring)> _rings = [];
    readonly List<SafeFileHandle> _events = [];
    readonly HashSet<int> _threads = [];
    readonly Dictionary<(int Thread, int Cpu), (ulong Event, int Missed)> _counting = [];
    readonly int _pid = Environment.ProcessId;
    readonly bool _wholeProcessors;
    bool _openedTwice;
    PerfEventAttributes _attributes;
    long _lost, _throttled, _foreign, _twice;

    unsafe PerfEventRings(PerfSamplingOptions options, bool wholeProcessors)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.FrequencyHz);
        ArgumentOutOfRangeException.ThrowIfNegative(options.StackBytes);
        (_options, _wholeProcessors) = (options, wholeProcessors);
        var withStacks = options.StackBytes > 0;
        _attributes = new()
        {
            Type = PerfEventAttributes.TypeSoftware,
            Size = (uint)sizeof(PerfEventAttributes),
            Config = PerfEventAttributes.ConfigCpuClock,
            SampleFrequency = (ulong)options.FrequencyHz,
            SampleType = PerfEventAttributes.SampleTid | PerfEventAttributes.SampleTime | PerfEventAttributes.SampleId | PerfEventAttributes.SampleCpu
                | PerfEventAttributes.SampleCallchain | (withStacks ? PerfEventAttributes.SampleRegistersUser | PerfEventAttributes.SampleStackUser : 0),
            Flags = PerfEventAttributes.Frequency | PerfEventAttributes.UseClock | PerfEventAttributes.ExcludeHypervisor | PerfEventAttributes.ExcludeIdle
                | PerfEventAttributes.Comm
                | (wholeProcessors ? 0 : PerfEventAttributes.Inherit | PerfEventAttributes.InheritThread)
                | (options.Kernel ? 0 : PerfEventAttributes.ExcludeKernel | PerfEventAttributes.ExcludeCallchainKernel),
            SampleRegistersUserMask = withStacks ? Registers : 0,
            SampleStackUserBytes = (uint)(options.StackBytes & ~7),
            Clock = PerfEventAttributes.ClockMonotonic,
        };
    }

    /// <summary>The user registers of each sample, by the kernel's numbers (PERF_REG_X86_*: ax bx cx dx si di bp sp ip, r8 to r15; PERF_REG_ARM64_*: x0 to x30, sp, pc).</summary>
    public static ulong Registers { get; } = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 0x1_FFFF_FFFFUL : 0xFF_01FFUL;

    /// <summary>Whether each event belongs to a processor rather than to a thread.</summary>
    public bool IsPerProcessor => _wholeProcessors;

    /// <summary>Whether samples in the kernel are taken too.</summary>
    public bool SeesKernel => (_attributes.Flags & PerfEventAttributes.ExcludeKernel) == 0;

    /// <summary>Whether events stay within the process's threads. Before Linux 5.13 child processes inherit them as well: their samples are dropped.</summary>
    public bool InheritsThreadsOnly => _wholeProcessors || (_attributes.Flags & PerfEventAttributes.InheritThread) != 0;

    /// <summary>The registers in the samples: <see cref="Registers"/>, or 0 when none were asked for.</summary>
    public ulong SampledRegisters => _attributes.SampleRegistersUserMask;

    /// <summary>File descriptors that are open.</summary>
    public int DescriptorCount => _events.Count;

    /// <summary>Threads that have an event of their own; those that they create later inherit theirs.</summary>
    public int ThreadCount => _threads.Count;

    /// <summary>Threads that were left out because there were not enough descriptors; those with the least processor time until then.</summary>
    public int ThreadsLeftOut { get; private set; }

    /// <summary>Bytes of one ring's data.</summary>
    public int RingBytes { get; private set; }

    /// <summary>Processors with a ring.</summary>
    public int RingCount => _rings.Count;

    /// <summary>Samples that the kernel could not write because a ring was full.</summary>
    public long Lost => Volatile.Read(ref _lost);

    /// <summary>How often the kernel stopped an event for a moment because it fired too often.</summary>
    public long Throttled => Volatile.Read(ref _throttled);

    /// <summary>Samples of other processes, dropped.</summary>
    public long Foreign => Volatile.Read(ref _foreign);

    /// <summary>Samples that came more than once, from a thread with more than one event on a processor (inherited ones and its own); all but one event's were dropped.</summary>
    public long Duplicates => Volatile.Read(ref _twice);

    /// <summary>Records that made no sense.</summary>
    public long Malformed => _rings.Sum(static one => one.Ring.Malformed);

    /// <summary>Samples the threads of this process, those that are born later included.</summary>
    /// <exception cref="KernelRefusalException">The kernel does not allow it; the message says what forbids it.</exception>
    public static PerfEventRings OpenThreads(PerfSamplingOptions options) => Open(options, wholeProcessors: false);

    /// <summary>Samples the processors and keeps what belongs to this process: cheaper for the process, and privileged.</summary>
    /// <exception cref="KernelRefusalException">The kernel does not allow it; the message says what forbids it.</exception>
    public static PerfEventRings OpenProcessors(PerfSamplingOptions options) => Open(options, wholeProcessors: true);

    static PerfEventRings Open(PerfSamplingOptions options, bool wholeProcessors)
    {
        ArgumentNullException.ThrowIfNull(options);
        for (var ring = Math.Min(options.RingBytes, LockableRing()); ; ring /= 2)
        {
            var rings = new PerfEventRings(options with { RingBytes = ring }, wholeProcessors);
            try
            {
                if (wholeProcessors)
                    foreach (var cpu in PerfEvents.OnlineCpus())
                        rings.Add(-1, cpu);
                else
                    rings.AddThreads();
                return rings;
            }
            catch (RingRefusedException e)
            {
                rings.Dispose();
                if (ring <= SmallestRing) throw new KernelRefusalException(e.Message, "Allow more locked memory: ulimit -l, or sysctl kernel.perf_event_mlock_kb.");
            }
            catch
            {
                rings.Dispose();
                throw;
            }
        }
    }

    /// <summary>The largest ring that each processor can have within the limits of locked memory, if nobody else of this user takes any.</summary>
    static unsafe int LockableRing()
    {
        const int kilobyte = 1024;
        var cpus = PerfEvents.OnlineCpus().Count;
        var granted = ProcFile.TryRead("/proc/sys/kernel/perf_event_mlock_kb", 64, out _) is { } text
            && long.TryParse(System.Text.Encoding.ASCII.GetString(text).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var kilobytes) ? Math.Min(kilobytes, int.MaxValue) * kilobyte : 516 * kilobyte;
        var limits = stackalloc ulong[2];
        var locked = PerfCalls.GetLimit(PerfCalls.LockedMemoryLimit, limits) == 0 ? (long)Math.Min(limits[0], int.MaxValue) : 0;
        var each = Math.Clamp(granted + locked / cpus - Environment.SystemPageSize, SmallestRing, 1 << 30);
        return (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)each / 2 + 1);
    }

    /// <summary>Hands out what all rings hold. Allocates nothing.</summary>
    /// <returns>How many samples there were.</returns>
    public int Drain<TSink>(TSink sink) where TSink : class, IPerfSampleSink
    {
        var filter = new Filter<TSink>(this, sink);
        foreach (var (_, _, ring) in CollectionsMarshal.AsSpan(_rings))
            ring.Drain(ref filter);
        return filter.Samples;
    }

    void AddThreads()
    {
        // Threads come and go while this looks. One that is born to a thread with events inherits them; one that is born before its creator has them is found by looking again, until there is none.
        // In between lies one that has inherited and is opened again: its samples, and those of all threads that it creates from then on, come twice, with different event ids; Drain counts one of them.
        var list = new List<int>();
        List<int>? cpus = null;
        for (var round = 0; round < Rounds; round++)
        {
            list.Clear();
            if (!Files.TryListNumbers("/proc/self/task", MaximumThreads, list, out var errno))
                throw new KernelRefusalException($"The threads of this process cannot be listed: {Files.Describe(errno)}.", "Mount /proc.");
            var added = list.Where(thread => !_threads.Contains(thread)).ToList();
            if (added.Count == 0) return;
            cpus ??= Processors(list);
            var room = Room() / cpus.Count;
            if (added.Count > room)
            {
                // Those that have worked most are most likely to work on.
                var clocks = ThreadClocks.Read();
                added = [.. added.OrderByDescending(thread => clocks.TryGetValue(thread, out var ns) ? ns : 0).Take(Math.Max(room, round == 0 ? 1 : 0))];
                ThreadsLeftOut = list.Count - _threads.Count - added.Count;
            }
            foreach (var thread in added)
            {
                _threads.Add(thread);
                foreach (var cpu in cpus)
                {
                    if (!Add(thread, cpu)) break; // it has ended
                    _openedTwice |= round > 0;
                }
            }
            if (_openedTwice) _counting.EnsureCapacity(2 * list.Count * cpus.Count);
            if (ThreadsLeftOut > 0) return;
        }
    }

    /// <summary>Descriptors that may be taken: the service keeps at least as many as it gives.</summary>
    unsafe int Room()
    {
        if (_options.MaximumDescriptors > 0) return _options.MaximumDescriptors - _events.Count;
        var limits = stackalloc ulong[2];
        var limit = PerfCalls.GetLimit(PerfCalls.DescriptorLimit, limits) == 0 ? (int)Math.Min(limits[0], 1 << 20) : 1024;
        var open = new List<int>();
        Files.TryListNumbers("/proc/self/fd", limit, open, out _);
        return (limit - open.Count - _events.Count) / 2;
    }

    /// <summary>The processors that any of the threads may run on: in a container there are far fewer of them than in the machine.</summary>
    static unsafe List<int> Processors(List<int> threads)
    {
        const int bytes = 1024; // 8192 processors
        var all = new byte[bytes];
        var mask = stackalloc byte[bytes];
        foreach (var thread in threads)
        {
            new Span<byte>(mask, bytes).Clear();
            if (PerfCalls.GetAffinity(thread, bytes, mask) != 0) continue;
            for (var i = 0; i < bytes; i++) all[i] |= mask[i];
        }
        var online = PerfEvents.OnlineCpus();
        var allowed = online.Where(cpu => cpu / 8 < bytes && (all[cpu / 8] >> (cpu % 8) & 1) != 0).ToList();
        return allowed.Count > 0 ? allowed : [.. online];
    }

    /// <summary>Opens one event and leads it into its processor's ring.</summary>
    /// <returns>False when the thread has ended.</returns>
    bool Add(int thread, int cpu)
    {
        var handle = OpenEvent(thread, cpu);
        if (handle is null) return false;
        foreach (var (of, first, _) in CollectionsMarshal.AsSpan(_rings))
        {
            if (of != cpu) continue;
            if (PerfCalls.Control(handle, PerfCalls.SetOutput, first.DangerousGetHandle()) == 0)
            {
                _events.Add(handle);
                return true;
            }
            var error = Marshal.GetLastPInvokeError();
            handle.Dispose();
            throw Refused("lead an event into another's ring", error);
        }
        _events.Add(handle);
        if (PerfRing.TryMap(handle, Math.Max(1, _options.RingBytes / Environment.SystemPageSize), out var errno) is not { } ring)
        {
            // EPERM: more memory than may be locked.
            if (errno == Libc.EPERM) throw new RingRefusedException(Refused("map a ring for samples", errno));
            throw Refused("map a ring for samples", errno);
        }
        RingBytes = ring.DataSize;
        _rings.Add((cpu, handle, ring));
        return true;
    }

    sealed class RingRefusedException(Exception inner) : Exception(inner.Message, inner);

    unsafe SafeFileHandle? OpenEvent(int thread, int cpu)
    {
        while (true)
        {
            nint descriptor;
            fixed (PerfEventAttributes* attributes = &_attributes)
                descriptor = PerfCalls.Open(SystemCallNumbers.PerfEventOpen, attributes, thread, cpu, -1, PerfCalls.CloseOnExec);
            if (descriptor >= 0) return new(descriptor, ownsHandle: true);
            var errno = Marshal.GetLastPInvokeError();
            // Before anything is open: leave out what this kernel does not know or does not allow.
            var first = _events.Count == 0;
            if (errno == Libc.ESRCH && !_wholeProcessors) return null;
            if (first && errno is Libc.EACCES or Libc.EPERM && SeesKernel && !_wholeProcessors)
                _attributes.Flags |= PerfEventAttributes.ExcludeKernel | PerfEventAttributes.ExcludeCallchainKernel;
            else if (first && errno == Libc.EINVAL && (_attributes.Flags & PerfEventAttributes.InheritThread) != 0)
                _attributes.Flags &= ~PerfEventAttributes.InheritThread;
            else
                throw Refused(_wholeProcessors ? "sample whole processors" : "sample the threads of this process", errno);
        }
    }

    /// <summary>
    /// Whether a sample is of the event that counts for its thread on its processor: the first that was seen there. Each event of a thread is there for all of the thread's life, on one processor; a sample of an
    /// inherited one has the id of the event that it was inherited from, so that the ids of one thread on one processor are different.
    /// </summary>
    bool Counts(in PerfSample sample)
    {
        ref var counting = ref CollectionsMarshal.GetValueRefOrAddDefault(_counting, (sample.ThreadId, sample.Cpu), out var known);
        if (!known || counting.Event == sample.EventId || ++counting.Missed > MostMissed)
        {
            counting = (sample.EventId, 0);
            return true;
        }
        _twice++;
        return false;
    }

    /// <summary>A thread has ended: its number may become another's.</summary>
    void Forget(int thread)
    {
        foreach (var (cpu, _, _) in CollectionsMarshal.AsSpan(_rings)) _counting.Remove((thread, cpu));
    }

    static KernelRefusalException Refused(string what, int errno)
    {
        var paranoid = ProcFile.TryRead("/proc/sys/kernel/perf_event_paranoid", 64, out _) is { } text ? System.Text.Encoding.ASCII.GetString(text).Trim() : "unknown";
        var reason = string.Create(CultureInfo.InvariantCulture, $"{Files.Describe(errno)} (errno {errno})");
        var seccomp = ViewerPrivileges.Read().SeccompMode is > 0;
        return errno switch
        {
            Libc.EACCES or Libc.EPERM when seccomp => new(
                $"The kernel does not {what}: {reason}; a seccomp filter is in force, and kernel.perf_event_paranoid is {paranoid}.",
                "In a container: --cap-add=PERFMON or a seccomp profile that allows perf_event_open (Docker, Podman), securityContext.capabilities.add: [PERFMON] (Kubernetes)."),
            Libc.EACCES or Libc.EPERM => new(
                $"The kernel does not {what}: {reason}; kernel.perf_event_paranoid is {paranoid}.",
                "Allow it with: sysctl -w kernel.perf_event_paranoid=2 (its own threads), or give the process CAP_PERFMON."),
            Libc.ENOSYS => new($"The kernel does not {what}: it has no perf events, or a seccomp filter says so.", "Allow perf_event_open in the seccomp profile."),
            Libc.EINVAL => new(
                $"The kernel does not {what}: {reason}; it may be too old, or the rate is above kernel.perf_event_max_sample_rate.", "Look at: sysctl kernel.perf_event_max_sample_rate"),
            _ => new($"The kernel does not {what}: {reason}.", ""),
        };
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var (_, _, ring) in _rings) ring.Dispose();
        foreach (var handle in _events) handle.Dispose();
        _rings.Clear();
        _events.Clear();
    }

    /// <summary>Counts what is no sample, and lets only samples of this process through, each once.</summary>
    struct Filter<TSink>(PerfEventRings rings, TSink sink) : IPerfRecordSink where TSink : class, IPerfSampleSink
    {
        public int Samples { get; private set; }

        public void OnRecord(PerfRecordType type, ReadOnlySpan<byte> record)
        {
            switch (type)
            {
                case PerfRecordType.Sample when PerfSample.TryRead(record, rings.SampledRegisters, out var sample):
                    if (sample.ProcessId != rings._pid) rings._foreign++;
                    else if (!rings._openedTwice || rings.Counts(sample))
                    {
                        Samples++;
                        sink.OnSample(sample);
                    }
                    break;
                case PerfRecordType.Exit when rings._openedTwice && record.Length >= 20 && BinaryPrimitives.ReadInt32LittleEndian(record[8..]) == rings._pid:
                    rings.Forget(BinaryPrimitives.ReadInt32LittleEndian(record[16..]));
                    break;
                case PerfRecordType.Lost when record.Length >= 24:
                    rings._lost += BinaryPrimitives.ReadInt64LittleEndian(record[16..]);
                    break;
                case PerfRecordType.LostSamples when record.Length >= 16:
                    rings._lost += BinaryPrimitives.ReadInt64LittleEndian(record[8..]);
                    break;
                case PerfRecordType.Throttle:
                    rings._throttled++;
                    break;
                case PerfRecordType.Comm when record.Length > 16 && BinaryPrimitives.ReadInt32LittleEndian(record[8..]) == rings._pid:
                    var name = record[16..];
                    var end = name.IndexOf((byte)0);
                    sink.OnThreadName(BinaryPrimitives.ReadInt32LittleEndian(record[12..]), end < 0 ? name : name[..end]);
                    break;
            }
        }
    }
}
