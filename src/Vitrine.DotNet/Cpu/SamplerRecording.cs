using System.Diagnostics;
using System.Diagnostics.Tracing;
using System.Globalization;
using Vitrine.DotNet.Diagnostics;
using Vitrine.DotNet.Labels;
using Vitrine.DotNet.Methods;
using Vitrine.Instruments;
using Vitrine.Linux.Processes;

namespace Vitrine.DotNet.Cpu;

/// <summary>One recording by the runtime's own sampler: stacks from there, processor time from the system, thread by thread and ten times a second.</summary>
sealed class SamplerRecording(CpuOptions options, List<string> notes)
{
    static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100), Settled = TimeSpan.FromSeconds(2);

    const int MaximumFrames = 8 << 20, RunBytes = 48;

    readonly List<(long At, Dictionary<int, long> Clocks)> _clocks = [];
    readonly Dictionary<int, string> _names = [];

    public Recording Run(TimeSpan duration, CancellationToken stop)
    {
        // 1. A session of events: samples, and methods as they are compiled; all others at its end.
        using var history = options.Labels ? WorkHistory.Start() : null;
        var contexts = new WorkNumbers(PerfRecording.MaximumContexts);
        var builder = new MethodMapBuilder(SelfTarget.Instance.Port);
        var runs = new SamplerRuns(builder, history, contexts, (int)Math.Min(int.MaxValue / 2, options.MaximumBytes / RunBytes));
        using var recording = EventRecording.Start(SelfTarget.Instance.Port, new()
        {
            Providers = [new(EventProviders.Sampler, 0, EventLevel.Informational), MethodMapBuilder.Live],
            Rundown = true,
            RundownKeywords = MethodMapBuilder.RundownKeywords(),
            Live = runs,
        });

        // 2. The threads' clocks, while it runs.
        var captured = DateTimeOffset.UtcNow;
        var begun = ProcessClock.Now();
        CpuInstrument.IsSampling = true;
        var cutOff = Watch(recording, begun, duration, stop);
        CpuInstrument.IsSampling = false;
        var ownTime = OwnTime(recording.ReaderThreadIds);
        var understandingFrom = PerfRecording.ThreadTime();
        var ended = ProcessClock.Now();
        var end = recording.Stop();
        if (end.Problem.Length > 0) notes.Add($"The recording is not whole: {end.Problem}.");

        // 3. Each thread's time to its samples.
        var table = new CpuStackTable(MaximumFrames);
        var unseen = Weigh(runs, table);
        notes.Insert(0, Say($"The sampler stops the process for each sample, some hundred times a second: 10 % of the throughput of two busy threads, 35 % with 200 more that wait (measured on .NET 10.0.12). It cannot be set slower for one recording."));
        notes.Add(Say($"Native code is told from waiting by the processor time alone. {unseen / 1e9:F3} s were taken by threads that the sampler does not see."));
        if (cutOff.Length > 0) notes.Add(cutOff);
        var facts = new CpuFacts
        {
            Backend = CpuBackend.EventPipe,
            CapturedAt = captured,
            Begun = begun,
            Ended = ended,
            Period = TimeSpan.FromTicks((long)(Stopwatch.GetElapsedTime(begun.Timestamp, ended.Timestamp).Ticks / Math.Max(1.0, Ticks(runs)))),
            RateHz = 0,
            ClocksBefore = _clocks[0].Clocks,
            ClocksAfter = _clocks[^1].Clocks,
            ThreadNames = _names,
            SeesKernel = true,
            Lost = end.DroppedEvents + runs.LeftOut + table.Dropped,
            OwnTime = ownTime,
            UnderstandingFrom = understandingFrom,
            Notes = notes,
        };
        return new CpuProfileWriter(facts, table, contexts, options, builder.Build()).Write();
    }

    /// <summary>How often the sampler looked: the most samples of any thread.</summary>
    double Ticks(SamplerRuns runs) => _names.Keys.Select(thread => { var sum = 0L; foreach (var run in runs.Of(thread)) sum += run.Count; return sum; }).DefaultIfEmpty(0).Max();

    string Watch(EventRecording recording, ProcessClock begun, TimeSpan duration, CancellationToken stop)
    {
        Read();
        while (Stopwatch.GetElapsedTime(begun.Timestamp) is var elapsed && elapsed < duration && !stop.IsCancellationRequested && !recording.HasEnded)
        {
            var left = duration - elapsed;
            stop.WaitHandle.WaitOne(left < Interval ? left : Interval);
            Read();
            if (elapsed > Settled && OwnTime(recording.ReaderThreadIds) / elapsed is var share && share > options.MaximumShare)
                return Say($"Cut off after {elapsed.TotalSeconds:F1} s of {duration.TotalSeconds:F1} s: recording took {share:P1} of one processor, more than its budget of {options.MaximumShare:P1}.");
        }
        return "";
    }

    void Read()
    {
        var clocks = ThreadTimes();
        _clocks.Add((Stopwatch.GetTimestamp(), clocks));
        foreach (var thread in clocks.Keys)
            if (!_names.ContainsKey(thread))
                _names[thread] = OperatingSystem.IsLinux() ? ThreadClocks.NameOf(thread) ?? "?" : "thread";
    }

    /// <summary>Processor time of each thread in nanoseconds, by the number that its events have.</summary>
    static Dictionary<int, long> ThreadTimes()
    {
        if (OperatingSystem.IsLinux()) return ThreadClocks.Read();
        var times = new Dictionary<int, long>();
        if (!OperatingSystem.IsWindows() && !OperatingSystem.IsMacOS()) return times;
        using var process = Process.GetCurrentProcess();
        foreach (ProcessThread thread in process.Threads)
        {
            try
            {
                times[thread.Id] = thread.TotalProcessorTime.Ticks * TimeSpan.NanosecondsPerTick;
            }
            catch (Exception e) when (e is InvalidOperationException or System.ComponentModel.Win32Exception)
            {
                // It has ended.
            }
        }
        return times;
    }

    /// <returns>Nanoseconds of threads without samples.</returns>
    double Weigh(SamplerRuns runs, CpuStackTable table)
    {
        var parts = new List<SamplerWeights.Part>();
        var frames = new ulong[StackJoiner.MaximumFrames];
        var ticksToNs = 1e9 / Stopwatch.Frequency;
        double unseen = 0;
        foreach (var thread in _names.Keys)
        {
            var own = runs.Of(thread);
            var first = 0;
            var weights = new (double Samples, double Nanoseconds)[own.Length];
            double without = 0;
            for (var i = 1; i < _clocks.Count; i++)
            {
                // A thread that is new has taken all of its time since.
                if (!_clocks[i].Clocks.TryGetValue(thread, out var after)) continue;
                var before = _clocks[i - 1].Clocks.GetValueOrDefault(thread, i == 1 ? after : 0);
                if (after <= before) continue;
                without += SamplerWeights.Divide(own, ref first, _clocks[i - 1].At, _clocks[i].At, (after - before) / ticksToNs, parts) * ticksToNs;
                foreach (var part in parts)
                    weights[part.Run] = (weights[part.Run].Samples + part.Samples, weights[part.Run].Nanoseconds + part.Nanoseconds * ticksToNs);
            }
            for (var i = 0; i < own.Length; i++)
            {
                if (weights[i].Nanoseconds < 1) continue;
                var stack = runs.Stacks[own[i].Stack];
                var count = Math.Min(stack.Length, frames.Length);
                for (var frame = 0; frame < count; frame++)
                    frames[frame] = frame == 0 ? stack[0] : stack[frame] - 1;
                table.Add(frames.AsSpan(0, count), 0, count < stack.Length ? StackEnd.TooDeep : StackEnd.Bottom, thread, own[i].Context, weights[i].Nanoseconds, Math.Max(1, (int)Math.Round(weights[i].Samples)));
            }
            if (without >= 1) table.Add([], 0, StackEnd.NotSeen, thread, 0, without, 0);
            unseen += without;
        }
        return unseen;
    }

    static TimeSpan OwnTime(IReadOnlyList<int> threads)
    {
        long sum = 0;
        if (OperatingSystem.IsLinux())
            foreach (var thread in threads)
                if (ThreadClocks.TryRead(thread, out var nanoseconds))
                    sum += nanoseconds;
        return TimeSpan.FromTicks(sum / 100);
    }

    static string Say(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
