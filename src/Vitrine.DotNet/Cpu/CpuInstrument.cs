using System.Diagnostics;
using System.Globalization;
using Vitrine.Instruments;
using Vitrine.Linux.Kernel;

namespace Vitrine.DotNet.Cpu;

/// <summary>
/// <c>cpu</c>: where this process spends its processor time, on all of its threads, managed and native. One recording at a time in a process, as in Go: a second one is refused.
/// </summary>
/// <remarks>
/// The profile says which backend made it (<see cref="CpuBackend"/>), how far its sum is from the kernel's own clock of the process, how much of it the kernel took, and what was lost.
/// Vitrine's own threads are in it under their names: the sum of the profile is the process's.
/// </remarks>
public sealed class CpuInstrument : IRatedRecorder
{
    static int s_recording;
    static volatile bool s_isSampling;

    /// <summary>Whether samples count now: between the beginning and the end that the profile states.</summary>
    internal static bool IsSampling
    {
        get => s_isSampling;
        set => s_isSampling = value;
    }

    readonly CpuOptions _options;

    /// <param name="options">How it is taken; null for 99 samples per second of processor time from the best backend.</param>
    public CpuInstrument(CpuOptions? options = null) => _options = options ?? new();

    /// <inheritdoc/>
    public string Name => "cpu";

    /// <inheritdoc/>
    public string Description => "processor time by stack, of all threads, managed and native";

    /// <inheritdoc/>
    public Disturbance Disturbance => Disturbance.Probes;

    /// <inheritdoc/>
    public Availability AvailableFor(ITarget target) => SelfTarget.AvailabilityOf(target);

    /// <summary>Those that are in step with nothing that runs ten times a second.</summary>
    public IReadOnlyList<int> Rates { get; } = [19, 49, 99, 199];

    /// <inheritdoc/>
    public Recording Record(ITarget target, TimeSpan duration, int rate, CancellationToken stop)
    {
        if (!Rates.Contains(rate)) throw new ArgumentOutOfRangeException(nameof(rate), rate, $"The rates are {string.Join(", ", Rates)}.");
        return new CpuInstrument(_options with { RateHz = rate }).Record(target, duration, stop);
    }

    /// <summary>Records; values are <c>samples</c> and <c>cpu</c> in nanoseconds.</summary>
    /// <exception cref="InstrumentUnavailableException">The target is another process, a recording is under way already, or no backend works here.</exception>
    public Recording Record(ITarget target, TimeSpan duration, CancellationToken stop)
    {
        SelfTarget.Require(target, Name);
        ArgumentOutOfRangeException.ThrowIfLessThan(duration, TimeSpan.Zero);
        if (Interlocked.Exchange(ref s_recording, 1) != 0)
            throw new InstrumentUnavailableException("A CPU profile of this process is being recorded already; there can be one at a time.", "Wait for its end, or cancel it.");
        try
        {
            var (rings, why) = Open();
            if (rings is null) return new SamplerRecording(_options, why).Run(duration, stop);
            using (rings)
            {
                using var recording = new PerfRecording(_options, rings, why);
                return recording.Run(duration, stop);
            }
        }
        finally
        {
            IsSampling = false;
            Volatile.Write(ref s_recording, 0);
        }
    }

    /// <summary>Opens the best backend, or the one that was asked for; the reasons why better ones are not used.</summary>
    (PerfEventRings? Rings, List<string> Why) Open()
    {
        List<string> why = [];
        if (_options.Backend == CpuBackend.EventPipe) return (null, ["It was asked for."]);
        if (!OperatingSystem.IsLinux())
        {
            if (_options.Backend != CpuBackend.Auto) throw new InstrumentUnavailableException("perf events are Linux's; this is another system.", "Use CpuBackend.Auto.");
            return (null, ["perf events are Linux's; this is another system."]);
        }
        var options = new PerfSamplingOptions { FrequencyHz = _options.RateHz, StackBytes = PerfRecording.CanJoin ? _options.StackBytes : 0 };
        foreach (var backend in (CpuBackend[])[CpuBackend.PerfProcessors, CpuBackend.PerfThreads])
        {
            if (_options.Backend != CpuBackend.Auto && _options.Backend != backend) continue;
            try
            {
                return (backend == CpuBackend.PerfProcessors ? PerfEventRings.OpenProcessors(options) : PerfEventRings.OpenThreads(options), why);
            }
            catch (KernelRefusalException e)
            {
                if (_options.Backend == backend) throw new InstrumentUnavailableException(e.Message, e.Advice);
                why.Add(string.Create(CultureInfo.InvariantCulture, $"{e.Message} {e.Advice}").Trim());
            }
        }
        return (null, why);
    }
}
