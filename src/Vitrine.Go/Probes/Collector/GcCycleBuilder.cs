using Vitrine.Instruments;

namespace Vitrine.Go.Probes.Collector;

/// <summary>Makes one collection of its stops and the runtime's account of it.</summary>
static class GcCycleBuilder
{
    const string SweepGoesOn = "the sweep goes on, or the next collection came first";

    public static GcCycle Build(in AccountRecord record, GcAccount account, OpenCycle? open, CycleBaseline before, GcHistoryContext context)
    {
        var last = open is { MarkTerminations.Count: > 0 } ? open.MarkTerminations[^1] : null;
        var (sweepTermination, markTermination, both) = Pauses(account, open);
        var started = open?.First.StartedNs ?? (account.Nanoseconds(GcWord.SweepTermination).TryGet(out var told) && told > 0 ? told : (long)record.Time);
        var noAssists = context.NoAssists
            ?? (record.Cycle == 0 ? "the collection was under way when the probes went on" : "the count was overwritten before it was read");
        return new GcCycle
        {
            Number = account[GcWord.NumGC].Select(static value => (long)value),
            Sequence = record.Cycle,
            Trigger = open?.First.Trigger is { } trigger and not GcTrigger.Unknown ? trigger : account[GcWord.UserForced].TryGet(out var forced) && forced != 0 ? GcTrigger.RuntimeGC : GcTrigger.Unknown,
            StartedBy = open?.First.Goroutine ?? 0,
            Partial = Partial(record, open),
            StartedNs = started,
            StartedAt = context.Clock(started),
            EndedNs = last?.EndedNs ?? (account.Nanoseconds(GcWord.End).TryGet(out var end) && end > 0 ? end : (long)record.Time),
            SweepTerminationPauseNs = sweepTermination,
            ConcurrentMarkNs = account.Between(GcWord.Mark, GcWord.MarkTermination) is { IsKnown: true } marking ? marking
                : last is not null ? Known<long>.Of(Math.Max(0, last.StartedNs - open!.First.EndedNs), Provenance.Read("probes")) : account.Between(GcWord.Mark, GcWord.MarkTermination),
            MarkTerminationPauseNs = markTermination,
            PauseNs = both,
            SweepNs = Known<long>.Unknown(SweepGoesOn),
            MeasuredAssistNs = Known<long>.Unknown(noAssists),
            Assists = Known<long>.Unknown(noAssists),
            AssistWaitNs = Known<long>.Unknown(noAssists),
            RuntimeAssistNs = account.Nanoseconds(GcWord.AssistTime),
            BackgroundMarkNs = account.Sum(GcWord.DedicatedTime, GcWord.FractionalTime),
            IdleMarkNs = account.Nanoseconds(GcWord.IdleTime),
            HeapBeforeBytes = account[GcWord.Heap0],
            HeapAtMarkEndBytes = account[GcWord.Heap1],
            HeapAfterBytes = account[GcWord.Heap2],
            GoalBytes = account[GcWord.LastHeapGoal],
            NextGoalBytes = account[GcWord.NextHeapGoal],
            CpuShare = Share(account, before),
            CpuShareSinceStart = account[GcWord.CpuFraction].Select(static value => BitConverter.UInt64BitsToDouble(value)),
            SweptBytes = Known<ulong>.Unknown(SweepGoesOn),
            ScavengedBytes = Scavenged(account, before),
            Processors = account.Processors.Select(static count => count.All),
        };
    }

    static (Known<long> SweepTermination, Known<long> MarkTermination, Known<long> Both) Pauses(GcAccount account, OpenCycle? open)
    {
        // Stops that were seen carry what the runtime counts. Of one that was not, the account has the sum of both.
        var both = account.Nanoseconds(GcWord.PauseNs);
        Known<long>? first = open is null ? null : Of(open.First.DurationNs);
        Known<long>? last = open is { MarkTerminations.Count: > 0 } ? Of(open.MarkTerminations.Sum(static stop => stop.DurationNs)) : null;
        if (!both.IsKnown && first is { } one && last is { } other)
            both = Of(one.Value + other.Value);
        first ??= last is { } seen ? both.Select(sum => Math.Max(0, sum - seen.Value)) : account.Between(GcWord.SweepTermination, GcWord.Mark);
        last ??= first.Value.TryGet(out var begun) ? both.Select(sum => Math.Max(0, sum - begun)) : account.Between(GcWord.MarkTermination, GcWord.End);
        return (first.Value, last.Value, both);

        static Known<long> Of(long nanoseconds) => Known<long>.Of(nanoseconds, Provenance.Read("the runtime's own count at the stop"));
    }

    static string? Partial(in AccountRecord record, OpenCycle? open) =>
        open is { MarkTerminations.Count: > 0 } ? null
        : record.Cycle == 0 ? "under way when the probes went on: trigger and assists before that are missing"
        : open is null ? "its beginning was lost" : "its last stop was lost";

    /// <summary>As gctrace adds it up: both stops on all processors, assists, and background workers without those on idle processors.</summary>
    static Known<double> Share(GcAccount account, CycleBaseline before)
    {
        var marking = account.Sum(GcWord.AssistTime, GcWord.DedicatedTime, GcWord.FractionalTime);
        var (first, last) = (account.Between(GcWord.SweepTermination, GcWord.Mark), account.Between(GcWord.MarkTermination, GcWord.End));
        if (!marking.IsKnown || !first.IsKnown || !last.IsKnown || !account.Processors.TryGet(out var processors) || !before.EndNs.IsKnown)
            return Known<double>.Unknown(!marking.IsKnown ? marking.Reason : !first.IsKnown ? first.Reason : !last.IsKnown ? last.Reason : !before.EndNs.IsKnown ? before.EndNs.Reason : account.Processors.Reason);
        var elapsed = account.Nanoseconds(GcWord.End).Value - before.EndNs.Value;
        if (elapsed <= 0 || processors.All <= 0)
            return Known<double>.Unknown("the runtime's timestamps contradict each other: they were read while it wrote them");
        var used = (double)marking.Value + (double)processors.Stopped * (first.Value + last.Value);
        return Known<double>.Of(Math.Clamp(used / ((double)processors.All * elapsed), 0, 1), Provenance.Computed("the collection's processor time over that of all processors since the one before"));
    }

    static Known<ulong> Scavenged(GcAccount account, CycleBaseline before)
    {
        var now = CycleBaseline.Of(account).Released;
        if (!now.IsKnown || !before.Released.IsKnown)
            return Known<ulong>.Unknown(now.IsKnown ? before.Released.Reason : now.Reason);
        // GODEBUG=scavtrace takes what it has printed out of the counter.
        return now.Value >= before.Released.Value
            ? Known<ulong>.Of(now.Value - before.Released.Value, now.Provenance)
            : Known<ulong>.Unknown("the runtime set its counter back (GODEBUG=scavtrace)");
    }
}
