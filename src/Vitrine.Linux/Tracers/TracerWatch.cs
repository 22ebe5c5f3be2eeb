using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Vitrine.Linux.Kernel;
using Vitrine.Linux.Processes;

namespace Vitrine.Linux.Tracers;

/// <summary>
/// Sees every debugger of the machine attach and detach, and programs with a debugger's name start, through the kernel (tracers.bpf.c). Nothing is attached to any process: the two programs sit at the end of
/// the system call ptrace and at the start of programs, and go with this object or with the end of this process. While the first is there every system call of every process takes the kernel's longer way. Children that a traced process makes are traced by the same debugger without another call, and are not told.
/// Not thread-safe.
/// </summary>
public sealed class TracerWatch : IDisposable
{
    /// <summary>Names that can be watched for.</summary>
    public const int MostNames = 32;

    const int NameBytes = 16, RecordBytes = 48;

    // enum counter of vitrine.bpf.h.
    const uint LostRing = 3;

    [StructLayout(LayoutKind.Sequential)]
    struct Config
    {
        public ulong Namespace;
        public Names Names;
    }

    [InlineArray(MostNames * NameBytes)]
    struct Names
    {
        byte _first;
    }

    readonly BpfObject _object;
    readonly List<ProbeLink> _links = [];
    readonly Action<TracerEvent> _seen;
    BpfRingBuffer? _ring;

    TracerWatch(BpfObject loaded, Action<TracerEvent> seen) => (_object, _seen) = (loaded, seen);

    /// <summary>Begins to watch.</summary>
    /// <param name="debuggers">Command names whose start is told; longer ones are cut at 15 bytes, as the kernel cuts them.</param>
    /// <param name="seen">Takes what is seen, in <see cref="Poll"/>, on its thread.</param>
    /// <exception cref="KernelRefusalException">A privilege is missing, or the kernel cannot do it.</exception>
    public static TracerWatch Start(IReadOnlyList<string> debuggers, Action<TracerEvent> seen)
    {
        ArgumentNullException.ThrowIfNull(debuggers);
        ArgumentNullException.ThrowIfNull(seen);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(debuggers.Count, MostNames);
        var config = new Config { Namespace = LinuxProcess.Open(Environment.ProcessId).Namespaces.Pid ?? 0 };
        for (var i = 0; i < debuggers.Count; i++)
        {
            var name = Encoding.UTF8.GetBytes(debuggers[i]);
            name.AsSpan(0, Math.Min(name.Length, NameBytes - 1)).CopyTo(((Span<byte>)config.Names).Slice(i * NameBytes, NameBytes));
        }
        var watch = new TracerWatch(BpfObject.Open(BpfResources.Read(typeof(TracerWatch).Assembly, "Vitrine.Linux.Tracers", "tracers"), "tracers"), seen);
        try
        {
            watch._object.SetConfig(config);
            watch._object.Load();
            watch._ring = BpfRingBuffer.Open(watch._object.Map("events"), watch.Take);
            watch._links.Add(watch._object.Program("ptrace_ended").AttachTracepoint("syscalls", "sys_exit_ptrace"));
            watch._links.Add(watch._object.Program("program_started").AttachToOwnTracepoint());
            return watch;
        }
        catch
        {
            watch.Dispose();
            throw;
        }
    }

    /// <summary>Events that were lost because nobody polled for them in time.</summary>
    public long Lost => (long)_object.Map("counters").SumPerCpu(LostRing);

    /// <summary>Waits for events and hands them out.</summary>
    public void Poll(TimeSpan timeout) => _ring!.Poll(timeout);

    void Take(ReadOnlySpan<byte> record)
    {
        if (record.Length < RecordBytes)
            return;
        var kind = (TracerEventKind)Word(record, 0);
        var target = (int)Word(record, 12);
        var request = Word(record, 4);
        const uint traceMe = 0;
        _seen(new TracerEvent
        {
            Kind = kind,
            Request = kind == TracerEventKind.Attached ? RequestName(request) : null,
            TracerPid = (int)Word(record, 8),
            TargetThread = kind != TracerEventKind.Started && target > 0 && (request == traceMe || Word(record, 16) != 0) ? target : null,
            Uid = Word(record, 20),
            MonotonicNs = BinaryPrimitives.ReadInt64LittleEndian(record[24..]),
            TracerName = Name(record.Slice(32, NameBytes)),
        });
    }

    static uint Word(ReadOnlySpan<byte> record, int at) => BinaryPrimitives.ReadUInt32LittleEndian(record[at..]);

    static string Name(ReadOnlySpan<byte> bytes)
    {
        var end = bytes.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? bytes : bytes[..end]);
    }

    static string? RequestName(uint request) => request switch
    {
        0 => "PTRACE_TRACEME",
        16 => "PTRACE_ATTACH",
        0x4206 => "PTRACE_SEIZE",
        _ => null,
    };

    /// <inheritdoc/>
    public void Dispose()
    {
        ProbeLink.DisposeAll(_links);
        _links.Clear();
        _ring?.Dispose();
        _object.Dispose();
    }
}
