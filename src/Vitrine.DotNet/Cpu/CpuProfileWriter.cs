using System.Diagnostics;
using System.Globalization;
using Vitrine.DotNet.Labels;
using Vitrine.DotNet.Methods;
using Vitrine.Instruments;
using Vitrine.Linux.Kernel;
using Vitrine.Pprof;

namespace Vitrine.DotNet.Cpu;

/// <summary>Makes the profile of what was counted, and says of it what can be said: which backend, how far from the kernel's clock, what the kernel took, what was lost, what it cost.</summary>
sealed class CpuProfileWriter(CpuFacts facts, CpuStackTable table, WorkNumbers contexts, CpuOptions options, MethodMap methods)
{
    /// <summary>Label of the thread's name, and of its number.</summary>
    public const string ThreadKey = "thread", ThreadIdKey = "thread_id";

    /// <summary>Where the processor time is shown that no sample stands for.</summary>
    public const string Unsampled = "(kernel, or not sampled)";

    readonly ProfileBuilder _builder = new(new SampleType("samples", "count"), new SampleType("cpu", "nanoseconds"));

    TimeSpan Watched => Stopwatch.GetElapsedTime(facts.Begun.Timestamp, facts.Ended.Timestamp);

    TimeSpan Total => facts.Ended.Total - facts.Begun.Total;

    public Recording Write()
    {
        _builder.PeriodType = new("cpu", "nanoseconds");
        _builder.Period = (long)facts.Period.TotalNanoseconds;
        _builder.TimeNanos = (facts.CapturedAt - DateTimeOffset.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick;
        _builder.DurationNanos = (long)Watched.TotalNanoseconds;

        // 1. The samples.
        var frames = new FrameWriter(_builder, methods, NativeCode.TryOf(Environment.ProcessId), facts.SeesKernel ? KernelSymbols.Read() : null);
        var labels = new List<Label>();
        var locations = new List<int>();
        for (var i = 0; i < table.Count; i++)
        {
            var (stack, samples, _) = table[i];
            locations.Clear();
            CpuFrames.Write(frames, table.Frames(stack), stack.End, locations);
            labels.Clear();
            labels.Add(new(ThreadKey, facts.ThreadNames.GetValueOrDefault(stack.ThreadId, "(ended)")));
            if (options.ThreadIds) labels.Add(new(ThreadIdKey, null, stack.ThreadId));
            labels.AddRange(contexts[stack.Context].ToLabels());
            _builder.AddSample([.. locations], [samples, (long)Math.Round(Nanoseconds(i))], [.. labels]);
        }

        // 2. What the process took and no sample stands for, where it is more than chance.
        var claimed = TimeSpan.FromTicks((long)(Enumerable.Range(0, table.Count).Sum(Nanoseconds) / 100));
        var error = TimeSpan.FromTicks((long)(2 * Math.Sqrt(Math.Max(1, table.Samples)) * facts.Period.Ticks));
        var rest = Total - claimed;
        if (rest > error)
            _builder.AddSample([frames.Named(Unsampled)], [0, (long)rest.TotalNanoseconds]);

        // 3. What is to be said.
        List<string> notes = [Backend(), .. Truth(claimed, error, rest), .. facts.Notes];
        if (facts.Lost > 0) notes.Add(Say($"{facts.Lost} samples were taken and lost, {facts.Lost / (double)(facts.Lost + table.Samples):P1} of all."));
        if (contexts.LeftOut > 0) notes.Add(Say($"{contexts.LeftOut} samples are without their labels or their trace: there are too many different ones."));
        notes.Add(Say($"While it recorded Vitrine took {facts.OwnTime.TotalMilliseconds:F0} ms, {facts.OwnTime / Watched:P2} of one processor, and are in the profile as what they are; afterwards {(PerfRecording.ThreadTime() - facts.UnderstandingFrom).TotalMilliseconds:F0} ms for stacks and names."));
        foreach (var note in notes)
            _builder.Comments.Add(note);
        var profile = Merge.Of([_builder.Build()]);
        var look = new Look<Profile>(profile, facts.CapturedAt, Watched, new() { Total = (int)Math.Min(int.MaxValue, table.Samples + facts.Lost), Accepted = (int)Math.Min(int.MaxValue, table.Samples) }, notes);
        return new(look, table.Samples, facts.Lost, Cost());
    }

    double Nanoseconds(int row) => table[row].Nanoseconds * facts.Scales.GetValueOrDefault(table[row].Stack.ThreadId, 1);

    string Backend() => facts.Backend switch
    {
        CpuBackend.PerfProcessors => Say($"Sampled by the kernel's clock of each processor, {facts.RateHz} Hz; what belongs to other processes was dropped."),
        CpuBackend.PerfThreads => Say($"Sampled by the kernel's clock of each thread, {facts.RateHz} samples per second of processor time{(facts.SeesKernel ? "" : ", in user mode only")}."),
        _ => Say($"Sampled by the runtime's own sampler (EventPipe), each thread's samples weighed by the processor time that it really took."),
    };

    IEnumerable<string> Truth(TimeSpan claimed, TimeSpan error, TimeSpan rest)
    {
        var total = Total;
        // Weighed samples add up to clocks, whatever their number: chance moves time between their stacks, not the sum.
        var chance = facts.Backend == CpuBackend.EventPipe ? "" : Say($" Chance alone makes ±{error.TotalSeconds:F3} s (two standard deviations).");
        yield return Say($"The samples stand for {claimed.TotalSeconds:F3} s; the kernel's clock of the process says {total.TotalSeconds:F3} s ({Percent(claimed - total, total)}).{chance}");
        yield return Say($"In the kernel, by its own ticks: {(facts.Ended.Kernel - facts.Begun.Kernel).TotalSeconds:F3} s.{(facts.SeesKernel || facts.Backend == CpuBackend.EventPipe ? "" : " Without privilege no sample is taken there.")}{(rest > error ? $" {Unsampled} is the rest." : "")}");
        if (facts.Backend == CpuBackend.EventPipe) yield break;
        var byThread = new Dictionary<int, double>();
        for (var i = 0; i < table.Count; i++)
        {
            var thread = table[i].Stack.ThreadId;
            byThread[thread] = byThread.GetValueOrDefault(thread) + Nanoseconds(i);
        }
        // Threads that took enough for a difference to mean something: below 100 samples chance is above 10 %.
        var enough = 100 * facts.Period.TotalNanoseconds;
        var (compared, worst, worstThread) = (0, 0.0, 0);
        foreach (var (thread, after) in facts.ClocksAfter)
        {
            var took = after - facts.ClocksBefore.GetValueOrDefault(thread);
            if (took < enough) continue;
            compared++;
            var off = (byThread.GetValueOrDefault(thread) - took) / took;
            if (Math.Abs(off) >= Math.Abs(worst)) (worst, worstThread) = (off, thread);
        }
        if (compared > 0)
            yield return Say($"Of {compared} threads with 100 samples or more, the one farthest from its own clock (/proc/self/task/TID/schedstat) is off by {worst:+0.0%;-0.0%} ({facts.ThreadNames.GetValueOrDefault(worstThread, "?")}).");
    }

    string Cost() => facts.Backend switch
    {
        CpuBackend.PerfProcessors => Say($"nothing at a context switch; {facts.OwnTime / Watched:P2} of one processor for reading samples"),
        CpuBackend.PerfThreads => Say($"a fixed amount at each context switch; {facts.OwnTime / Watched:P2} of one processor for reading samples"),
        _ => Say($"every thread stopped for each sample; {facts.OwnTime / Watched:P2} of one processor for reading samples"),
    };

    static string Percent(TimeSpan part, TimeSpan whole) => whole > TimeSpan.Zero ? Say($"{part / whole:+0.0%;-0.0%}") : "nothing to compare";

    static string Say(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
