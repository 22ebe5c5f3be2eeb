using System.Diagnostics;
using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Vitrine.DotNet.Methods;
using Vitrine.DotNet.Unwinding;
using Vitrine.Instruments;
using Vitrine.Linux.Kernel;
using Vitrine.Linux.Memory;
using Vitrine.Linux.Processes;
using Vitrine.Linux.Unwinding;
using Vitrine.Pprof;

namespace Vitrine.DotNet.Outside;

/// <summary>
/// The instrument <c>cpu</c> for another .NET process: where its processor time goes, managed, native and in the kernel. A clock of each processor is sampled by a kernel program (cpu.bpf.c), whatever
/// the process does: it runs no code of Vitrine's, gets no signal and is never suspended. Stacks are copied there and unwound here. For the names its runtime is asked to list its methods and to tell of
/// new ones, unless <see cref="OutsideCpuOptions.WithMethods"/> says otherwise.
/// </summary>
public sealed class OutsideCpuRecorder(OutsideCpuOptions? options = null) : IProfileRecorder
{
    const uint Hits = 0, LostRoom = 1, LostRegisters = 2, LostRing = 3, Seen = 8, InKernel = 9;

    readonly OutsideCpuOptions _options = options ?? OutsideCpuOptions.Default;

    [StructLayout(LayoutKind.Sequential)]
    readonly record struct Config(PidNamespace Process, uint StackBytes, uint WithKernelStacks);

    /// <inheritdoc/>
    public string Name => "cpu";

    /// <inheritdoc/>
    public string Description => "processor time by stack, sampled";

    /// <inheritdoc/>
    public Disturbance Disturbance => Disturbance.Probes;

    /// <inheritdoc/>
    public Availability AvailableFor(ITarget target) =>
        target is DotNetTarget ? Availability.Unsure("the kernel decides: it needs BPF and perf events") : Availability.No("it looks at other processes, from outside");

    /// <inheritdoc/>
    public Recording Record(ITarget target, TimeSpan duration, CancellationToken stop)
    {
        if (target is not DotNetTarget dotnet)
            throw new InstrumentUnavailableException("Processor time is recorded from outside of another .NET process only.");
        if (_options.Rate is < 1 or > OutsideCpuOptions.MaximumRate)
            throw new InstrumentUnavailableException($"{_options.Rate} samples a second cannot be taken.", $"1 to {OutsideCpuOptions.MaximumRate} can.");
        if (_options.StackBytes is < 4096 or > OutsideCpuOptions.LargestStack || _options.StackBytes % 4096 != 0)
            throw new InstrumentUnavailableException($"{_options.StackBytes} bytes of a stack cannot be copied.", $"A multiple of 4096 up to {OutsideCpuOptions.LargestStack} can.");
        try
        {
            return Record(dotnet, duration, stop);
        }
        catch (KernelRefusalException e)
        {
            throw new InstrumentUnavailableException(e.Message, e.Advice);
        }
    }

    Recording Record(DotNetTarget target, TimeSpan duration, CancellationToken stop)
    {
        // 1. Load the program.
        var cpus = PerfEvents.OnlineCpus();
        using var bpf = BpfObject.Open(BpfResources.Read(typeof(OutsideCpuRecorder).Assembly, "Vitrine.DotNet.Outside", "cpu"), "cpu");
        bpf.SetConfig(new Config(PidNamespace.Of(target.Process), (uint)_options.StackBytes, _options.WithKernelStacks ? 1u : 0));
        bpf.SetMaxEntries("work_in_progress", (uint)cpus.Max() + 1);
        bpf.SetMaxEntries("samples", RingBytes(cpus.Count));
        bpf.Load();

        // 2. Learn the methods, and follow the JIT from there.
        var begun = Stopwatch.GetTimestamp();
        using var methods = _options.WithMethods ? LiveMethods.Follow(target.Port) : LiveMethods.NotAskedFor;
        var methodsDuration = Stopwatch.GetElapsedTime(begun);
        using var memory = LiveMemory.Open(target.Process);
        var code = ProcessCode.Of(target.Process, new CodeMemory(memory));
        var managed = new ManagedCode(code, methods.Map.Count > 0 ? methods.Map.TryFindCode : null);
        var stacks = new CpuStacks(new StackUnwinder(code, managed), managed, methods, _options);
        using var ring = BpfRingBuffer.Open(bpf.Map("samples"), stacks.Add);
        var native = NativeCode.Of(target.Process);

        // 3. Watch.
        var links = new List<ProbeLink>();
        var events = new List<SafeFileHandle>();
        DateTimeOffset startedAt;
        TimeSpan watched;
        TimeSpan? accountedBefore, accountedAfter;
        var ended = false;
        try
        {
            foreach (var cpu in cpus)
            {
                events.Add(PerfEvents.OpenCpuClock(cpu, _options.Rate));
                links.Add(bpf.Program("sample").AttachPerfEvent(events[^1]));
            }
            startedAt = DateTimeOffset.UtcNow;
            accountedBefore = Accounted(target.Process);
            begun = Stopwatch.GetTimestamp();
            bpf.Switch(on: true);
            ended = Watch(target.Process, ring, stacks, duration, stop);
            bpf.Switch(on: false);
            watched = Stopwatch.GetElapsedTime(begun);
            accountedAfter = Accounted(target.Process);
        }
        finally
        {
            ProbeLink.DisposeAll(links);
            foreach (var one in events)
                one.Dispose();
        }
        var runs = bpf.HasStatistics ? bpf.Program("sample").Runs() : default;
        ring.Consume();
        methods.Stop();
        stacks.Unwind(all: true);
        if (ended && stacks.Count == 0)
            throw new TargetGoneException($"Process {target.Pid} ended before there was a sample.");

        // 4. The profile, and what is to know about it.
        var counters = bpf.Map("counters");
        long seen = (long)counters.SumPerCpu(Seen), inKernel = (long)counters.SumPerCpu(InKernel);
        long lostRing = (long)counters.SumPerCpu(LostRing), lostOther = (long)(counters.SumPerCpu(LostRoom) + counters.SumPerCpu(LostRegisters));
        var lost = lostRing + lostOther + stacks.LeftOut;
        var notes = Notes(stacks, methods, seen, inKernel, lostRing, lostOther, watched, accountedAfter - accountedBefore, methodsDuration, ended);
        var profile = Build(stacks, methods.Map, native, startedAt, watched, notes);
        var truncated = stacks.Ends.Values.Sum();
        var consistency = new Consistency { Total = (int)Math.Min(seen, int.MaxValue), Accepted = (int)Math.Min(stacks.Count, int.MaxValue), Torn = (int)Math.Min(truncated, int.MaxValue) };
        return new(new(profile, startedAt, watched, consistency, notes), stacks.Count, lost, Cost(bpf, runs, watched, methods, methodsDuration)) { TargetEnded = ended };
    }

    /// <summary>Takes the samples out until the time is over. True when the process ended before.</summary>
    static bool Watch(LinuxProcess process, BpfRingBuffer ring, CpuStacks stacks, TimeSpan duration, CancellationToken stop)
    {
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed < duration && !stop.IsCancellationRequested)
        {
            var left = duration - clock.Elapsed;
            stop.WaitHandle.WaitOne(left < TimeSpan.FromMilliseconds(100) ? left : TimeSpan.FromMilliseconds(100));
            ring.Consume();
            stacks.Unwind(all: false);
            if (!process.IsAlive())
                return true;
        }
        return false;
    }

    // A second of samples, as a power of two: they are taken out ten times a second.
    uint RingBytes(int cpus) =>
        BitOperations.RoundUpToPowerOf2((uint)Math.Clamp(cpus * (long)_options.Rate * (_options.StackBytes + 1024), 1 << 20, 512 << 20));

    static TimeSpan? Accounted(LinuxProcess process)
    {
        try
        {
            return process.ProcessorTime;
        }
        catch (TargetGoneException)
        {
            return null;
        }
    }

    Profile Build(CpuStacks stacks, MethodMap methods, NativeCode native, DateTimeOffset startedAt, TimeSpan watched, List<string> notes)
    {
        var period = 1_000_000_000 / _options.Rate;
        var builder = new ProfileBuilder(new SampleType("samples", "count"), new SampleType("cpu", "nanoseconds"))
        {
            PeriodType = new SampleType("cpu", "nanoseconds"),
            Period = period,
            TimeNanos = (startedAt - DateTimeOffset.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick,
            DurationNanos = watched.Ticks * TimeSpan.NanosecondsPerTick,
        };
        builder.Comments.Add($"vitrine cpu, from outside: the clock of each processor, {_options.Rate} times a second; stacks copied by the kernel and unwound by the code's own rules");
        foreach (var note in notes)
            builder.Comments.Add(note);
        var writer = new FrameWriter(builder, methods, native, KernelSymbols.Read());
        foreach (var (place, count) in stacks.Places.OrderByDescending(static one => one.Value))
        {
            var locations = new int[place.Frames.Length];
            for (var i = 0; i < locations.Length; i++)
            {
                var frame = place.Frames[i];
                locations[i] = frame < 4096
                    ? writer.Named($"(truncated: {new UnwindEnd((UnwindEndKind)(frame - CpuStacks.Truncated), 0).Reason})")
                    : writer.Location(frame, isReturnAddress: false);
            }
            ReadOnlySpan<Label> labels = _options.WithThreadIds
                ? [new("thread", place.Name), new("thread_id", null, place.Thread, "id")]
                : [new("thread", place.Name)];
            builder.AddSample(locations, [count, count * period], labels);
        }
        return builder.Build();
    }

    List<string> Notes(
        CpuStacks stacks, LiveMethods methods, long seen, long inKernel, long lostRing, long lostOther, TimeSpan watched, TimeSpan? accounted, TimeSpan methodsDuration, bool ended)
    {
        var notes = new List<string>();
        var sampled = seen / (double)_options.Rate;
        notes.Add(string.Create(CultureInfo.InvariantCulture, $"{sampled:0.00} s of processor time in {watched.TotalSeconds:0.0} s, {Share(inKernel, seen)} of it in the kernel{(_options.WithKernelStacks ? "" : ", counted for the function that called it")}."));
        if (accounted is { TotalMilliseconds: > 100 } truth)
            notes.Add(string.Create(CultureInfo.InvariantCulture, $"The kernel's own account of the process is {truth.TotalSeconds:0.00} s: the samples differ by {Math.Round(100 * (sampled / truth.TotalSeconds - 1), 1):+0.0;-0.0;0.0} %."));
        if (lostRing > 0)
            notes.Add($"lost: {lostRing} samples, because they were not taken out in time.");
        if (lostOther > 0)
            notes.Add($"lost: {lostOther} samples, whose registers could not be read.");
        if (stacks.LeftOut > 0)
            notes.Add($"lost: {stacks.LeftOut} samples, because there was no room for them or they were damaged.");
        foreach (var (kind, count) in stacks.Ends.OrderByDescending(static one => one.Value))
            notes.Add($"In {Share(count, stacks.Count)} of the samples outer frames are missing: {new UnwindEnd(kind, 0).Reason}.");
        notes.Add(methods.Problem.Length > 0
            ? $"Methods have no names: {methods.Problem}"
            : string.Create(CultureInfo.InvariantCulture, $"The runtime listed its methods before ({methodsDuration.TotalMilliseconds:0} ms, nothing stopped), and told of those that it compiled meanwhile."));
        if (methods.Gaps.Length > 0)
            notes.Add($"Some methods may have no names: {methods.Gaps}.");
        if (ended)
            notes.Add("The process ended during the recording: what was seen until then is kept.");
        return notes;
    }

    static string Share(long part, long whole) => string.Create(CultureInfo.InvariantCulture, $"{(whole == 0 ? 0 : 100.0 * part / whole):0.##} %");

    static string Cost(BpfObject bpf, ProgramRuns runs, TimeSpan watched, LiveMethods methods, TimeSpan methodsDuration) => (bpf.HasStatistics && runs.Count > 0
        ? string.Create(CultureInfo.InvariantCulture,
            $"{runs.Count} ticks of {runs.Nanoseconds / 1000.0 / runs.Count:0.0} µs in the kernel, {100 * runs.Nanoseconds / 1e9 / watched.TotalSeconds:0.###} % of one core")
        : "a tick of some microseconds in the kernel for each sample (how much exactly is only told to CAP_SYS_ADMIN)")
        + "; the process is not suspended"
        + (methods.Problem.Length > 0
            ? " and runs nothing for it"
            : string.Create(CultureInfo.InvariantCulture,
                $"; its runtime listed all of its methods once ({methodsDuration.TotalMilliseconds:0} ms, on a thread of its own) and wrote an event for each that it compiled or loaded in the {watched.TotalSeconds:0.0} s"));
}
