using System.Globalization;
using Vitrine.Go.Probes.Session;
using Vitrine.Instruments;
using Vitrine.Linux.Kernel;
using Vitrine.Linux.Processes;
using Vitrine.Pprof;

namespace Vitrine.Go.Probes.Cpu;

/// <summary>
/// The instrument <c>cpu</c>: where processor time goes, by stack and pprof labels. A clock of each processor is sampled by a kernel program (cpu.bpf.c), whatever the
/// process does; it runs no code of Vitrine's and gets no signal. Assumption: Go code keeps frame pointers (it does on amd64 and arm64); what that misses is put right
/// by <see cref="CpuStack"/>.
/// </summary>
public sealed class CpuRecorder(CpuOptions? options = null) : IProfileRecorder
{
    readonly CpuOptions _options = options ?? CpuOptions.Default;

    /// <inheritdoc/>
    public string Name => "cpu";

    /// <inheritdoc/>
    public string Description => "processor time by stack, sampled";

    /// <inheritdoc/>
    public Disturbance Disturbance => Disturbance.Probes;

    /// <inheritdoc/>
    public Availability AvailableFor(ITarget target) =>
        target is GoTarget { Process: not null } ? Availability.Unsure("The kernel decides: it needs BPF and perf events.") : Availability.No("Only a live Go process uses processor time.");

    /// <inheritdoc/>
    public Recording Record(ITarget target, TimeSpan duration, CancellationToken stop)
    {
        if (target is not GoTarget { Process: { } process } go)
            throw new InstrumentUnavailableException("Processor time can be recorded of a live Go process only.");
        if (_options.Rate is < 1 or > CpuOptions.MaxRate)
            throw new InvalidOptionException($"{_options.Rate} samples a second cannot be taken.", $"1 to {CpuOptions.MaxRate} can.");

        // 1. Load the program, with the target's types and addresses, and tell it the threads that there are.
        IReadOnlyList<MemoryMap> maps = process.Maps();
        using GoProbeSession session = GoProbeSession.Open(go, new GoProbeProgram
        {
            Object = "cpu",
            Scales = true,
            GoTypes = ["runtime.g", "runtime.m"],
            Configure = bpf => bpf.SetConfig(Config(go, process, maps)),
            Budget = _options.Budget,
            OwnCounters = ["samples of the process", "samples while the kernel worked for it", "samples on threads that are not known", "samples whose labels could not be read"],
            NotLosses = new HashSet<int> { Seen, InKernel, WithoutThread, LabelsUnreadable },
        });
        var samples = new CpuSamples(session.Object, _options);
        AddThreads(session.Object, go);
        session.AttachClocks("sample", _options.Rate);

        // 2. Watch; every second the samples are taken out of the kernel.
        DateTimeOffset startedAt = DateTimeOffset.UtcNow;
        session.Start();
        bool ended = !session.Run(duration, TimeSpan.FromSeconds(1), samples.Drain, stop).GetAwaiter().GetResult();
        samples.Drain();
        ProbeReport report = session.Report();
        var counts = new Counts(session.Object);
        if (ended && samples.Count == 0)
            throw new TargetGoneException($"Process {go.Pid} ended before there was a sample.");

        // 3. The profile, and what is to know about it.
        var builder = new CpuProfile(go, samples, maps, _options.WithKernelStacks ? KernelSymbols.Read() : null);
        long lost = report.Lost.Total + samples.LeftOut;
        Profile profile = builder.Build(1_000_000_000 / _options.Rate, report.Coverage.Scale, startedAt, report.Coverage.Watched,
        [
            $"vitrine cpu: the clock of each processor, {_options.Rate} times a second; stacks by frame pointer, without a signal to the process",
            $"{samples.Count} samples, {lost} lost, {counts.InKernel} of them while the kernel worked for the process",
        ]);
        var consistency = new Consistency { Total = (int)Math.Min(counts.Seen, int.MaxValue), Accepted = (int)Math.Min(samples.Count, int.MaxValue), Torn = (int)Math.Min(builder.WithMissingCaller, int.MaxValue) };
        return new Recording(
            new Look<Profile>(profile, startedAt, report.Coverage.Watched, consistency, Notes(report, counts, samples, builder)),
            samples.Count,
            lost,
            Cost(report.Cost))
        {
            TargetEnded = ended,
        };
    }

    const int Seen = 0, InKernel = 1, WithoutThread = 2, LabelsUnreadable = 3;

    /// <summary>What the program counted beside the losses.</summary>
    sealed class Counts(BpfObject bpf)
    {
        const uint FirstOwn = 8;

        public long Seen { get; } = Of(bpf, CpuRecorder.Seen);
        public long InKernel { get; } = Of(bpf, CpuRecorder.InKernel);
        public long WithoutThread { get; } = Of(bpf, CpuRecorder.WithoutThread);
        public long LabelsUnreadable { get; } = Of(bpf, CpuRecorder.LabelsUnreadable);

        static long Of(BpfObject bpf, int own) => (long)bpf.Map("counters").SumPerCpu(FirstOwn + (uint)own);
    }

    CpuConfig Config(GoTarget target, LinuxProcess process, IReadOnlyList<MemoryMap> maps)
    {
        var vdso = maps.FirstOrDefault(static map => map.Path == "[vdso]");
        return new CpuConfig
        {
            Process = PidNamespace.Of(process),
            TextStart = unchecked(target.Binary.Module.Text + target.Bias),
            TextEnd = unchecked(target.Binary.Module.EText + target.Bias),
            VdsoStart = vdso?.Start ?? 0,
            VdsoEnd = vdso?.End ?? 0,
            LabelsAreMaps = target.Binary.Version.AtLeast(1, 24) ? 0u : 1u,
            WithGoroutines = _options.WithGoroutineIds ? 1u : 0u,
            WithKernelStacks = _options.WithKernelStacks ? 1u : 0u,
            WithLabels = _options.WithLabels ? 1u : 0u,
            LateFrames = target.Binary.Version.AtLeast(1, 21) ? 0u : 1u,
        };
    }

    static void AddThreads(BpfObject bpf, GoTarget target)
    {
        BpfMap threads = bpf.Map("threads");
        foreach ((uint thread, ulong machine) in ThreadMap.Read(target))
            threads.Update(thread, machine);
    }

    List<string> Notes(ProbeReport report, Counts counts, CpuSamples samples, CpuProfile profile)
    {
        var notes = new List<string>(report.Notes);
        double seconds = samples.Count * report.Coverage.Scale / _options.Rate;
        notes.Add(string.Create(CultureInfo.InvariantCulture,
            $"{seconds:0.00} s of processor time in {report.Coverage.Watched.TotalSeconds:0.0} s, {Share(counts.InKernel, counts.Seen)} of it in the kernel{(_options.WithKernelStacks ? "" : ", counted for the function that called it (--kernel shows it)")}."));
        foreach ((string reason, long count) in report.Lost.ByReason)
            notes.Add(string.Create(CultureInfo.InvariantCulture, $"lost: {count:N0} {reason}."));
        if (samples.LeftOut > 0)
            notes.Add(string.Create(CultureInfo.InvariantCulture, $"lost: {samples.LeftOut:N0} samples, because there were more than {_options.MaxSamples:N0} different ones."));
        if (profile.WithMissingCaller > 0)
            notes.Add($"In {Share(profile.WithMissingCaller, samples.Count)} of the samples a caller could not be seen; the frame (caller not seen) stands in its place.");
        if (counts.WithoutThread > 0)
            notes.Add($"{Share(counts.WithoutThread, counts.Seen)} of the samples were on threads that the Go runtime does not know, or not yet: no goroutine and no labels.");
        if (counts.LabelsUnreadable > 0)
            notes.Add($"The labels of {Share(counts.LabelsUnreadable, counts.Seen)} of the samples could not be read: they count without labels.");
        return notes;
    }

    static string Share(long part, long whole) => string.Create(CultureInfo.InvariantCulture, $"{(whole == 0 ? 0 : 100.0 * part / whole):0.##} %");

    static string Cost(ProbeCost cost)
    {
        string each = cost.NsPerHit.TryGet(out double ns) ? string.Create(CultureInfo.InvariantCulture, $" of {ns / 1000:0.0} µs") : "";
        string share = cost.TargetShare.TryGet(out double part) ? string.Create(CultureInfo.InvariantCulture, $", {100 * part:0.##} % of one core") : "";
        return string.Create(CultureInfo.InvariantCulture, $"{cost.Hits:N0} {(cost.Hits == 1 ? "tick" : "ticks")}{each}{share}");
    }
}
