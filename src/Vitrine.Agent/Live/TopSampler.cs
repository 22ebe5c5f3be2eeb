using Vitrine.Agent.Show;
using Vitrine.Go;
using Vitrine.Go.Goroutines;
using Vitrine.Go.Memory;
using Vitrine.Go.Scheduler;
using Vitrine.Insight.Leaks;

namespace Vitrine.Agent.Live;

/// <summary>Looks again and again, and says what changed since the last look and since the first.</summary>
sealed class TopSampler(GoTarget target)
{
    static readonly GoroutineDumpOptions Options = new() { WithWaits = false, WithLabels = false };

    Dictionary<GroupKey, int> _last = [];
    Dictionary<GroupKey, int>? _first;

    public TopSample Look(CancellationToken cancellation)
    {
        var dump = target.ReadGoroutines(Options, cancellation);
        var observation = DumpObservation.Of(dump, TimeSpan.Zero);
        var counts = observation.Groups.ToDictionary(group => group.Key, group => group.Value.Count);
        _first ??= counts;
        var stacks = Stacks(dump);
        // Groups that are gone stay visible for one look, with the change that made them go.
        var groups = counts.Keys.Union(_last.Keys).Select(key => new TopGroup(
            key,
            counts.GetValueOrDefault(key),
            counts.GetValueOrDefault(key) - _last.GetValueOrDefault(key, ReferenceEquals(_first, counts) ? counts.GetValueOrDefault(key) : 0),
            counts.GetValueOrDefault(key) - _first.GetValueOrDefault(key),
            observation.Groups.TryGetValue(key, out var members) ? members.Max(member => member.BlockedAtLeast) : null,
            stacks.GetValueOrDefault(key, []))).ToList();
        _last = counts;
        var memory = MemStatsReader.Read(target).Result;
        var scheduler = SchedulerReader.Read(target).Result;
        return new TopSample(
            dump.CapturedAt,
            dump.Duration,
            dump.Count,
            dump.Consistency.Torn,
            States(observation),
            memory.HeapAlloc.TryGet(out var heap) ? Units.Bytes(heap) : "?",
            memory.NextGC.TryGet(out var next) ? Units.Bytes(next) : "?",
            scheduler.GoMaxProcs.TryGet(out var processors) && scheduler.IdleProcs.TryGet(out var idle) && scheduler.Runnable.TryGet(out var runnable)
                ? $"{processors - idle} of {processors} P busy, {runnable} runnable" : "?",
            groups);
    }

    static Dictionary<string, int> States(LeakObservation observation)
    {
        var states = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (key, members) in observation.Groups)
            states[key.State] = states.GetValueOrDefault(key.State) + members.Count;
        return states;
    }

    static Dictionary<GroupKey, IReadOnlyList<string>> Stacks(GoroutineDump dump)
    {
        var stacks = new Dictionary<GroupKey, IReadOnlyList<string>>();
        foreach (var group in dump.GroupByStack())
        {
            var key = DumpObservation.KeyOf(group.Representative);
            if (!stacks.ContainsKey(key))
                stacks.Add(key, [.. group.Representative.VisibleFrames.Select(frame => $"{frame.Function}  {frame.File}:{frame.Line}")]);
        }
        return stacks;
    }
}
