using Vitrine.Go.Goroutines;

namespace Vitrine.Insight.Leaks;

/// <summary>Reduces a goroutine dump to what leak detection needs.</summary>
public static class DumpObservation
{
    /// <summary>
    /// Groups the goroutines of a dump by creation site, blocked line and state. Goroutines whose reading stayed torn are counted and left out;
    /// running and runnable ones count, because work that piles up grows too.
    /// </summary>
    /// <param name="dump">The dump, taken with waits.</param>
    /// <param name="at">When it was taken, since the first of the series.</param>
    public static LeakObservation Of(GoroutineDump dump, TimeSpan at)
    {
        ArgumentNullException.ThrowIfNull(dump);
        var groups = new Dictionary<GroupKey, List<GoroutineSighting>>();
        foreach (var stack in dump.GroupByStack())
        {
            var one = stack.Representative;
            if (one.StackStatus == StackStatus.Torn)
                continue;
            var key = KeyOf(one);
            if (!groups.TryGetValue(key, out var members))
                groups.Add(key, members = []);
            foreach (var index in stack.Members)
            {
                var member = dump[index];
                members.Add(new GoroutineSighting(member.Id, member.WaitingOn?.ResourceAddress ?? 0, member.BlockedAtLeast));
            }
        }
        return new LeakObservation(at, groups.ToDictionary(group => group.Key, group => (IReadOnlyList<GoroutineSighting>)group.Value), dump.Count, dump.Consistency.Torn);
    }

    /// <summary>The group that a goroutine belongs to.</summary>
    public static GroupKey KeyOf(Goroutine goroutine) => new(
        goroutine.CreatedBy is { } creator ? new CodeSite(creator.Function, creator.File, creator.Line) : null,
        BlockedLine(goroutine),
        goroutine.WaitReason ?? goroutine.StateText);

    /// <summary>
    /// The innermost frame that is not of the libraries that do the blocking: the line a person would look at. When all frames are theirs
    /// (a server of the standard library at rest), the innermost one.
    /// </summary>
    static CodeSite BlockedLine(Goroutine goroutine)
    {
        var frames = goroutine.VisibleFrames;
        foreach (var frame in frames)
        {
            if (!Blocks(frame.Function))
                return new CodeSite(frame.Function, frame.File, frame.Line);
        }
        return frames.Count > 0
            ? new CodeSite(frames[0].Function, frames[0].File, frames[0].Line)
            : new CodeSite(goroutine.EntryFunction ?? "unknown", "", 0);
    }

    static bool Blocks(string function) =>
        function.StartsWith("runtime.", StringComparison.Ordinal)
        || function.StartsWith("sync.", StringComparison.Ordinal)
        || function.StartsWith("internal/", StringComparison.Ordinal)
        || function.StartsWith("syscall.", StringComparison.Ordinal)
        || function.StartsWith("time.", StringComparison.Ordinal)
        || function.StartsWith("os.", StringComparison.Ordinal)
        || function.StartsWith("io.", StringComparison.Ordinal)
        || function.StartsWith("bufio.", StringComparison.Ordinal)
        || function.StartsWith("net.", StringComparison.Ordinal);
}
