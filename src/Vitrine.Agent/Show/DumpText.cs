using Vitrine.Go;
using Vitrine.Go.Goroutines;

namespace Vitrine.Agent.Show;

/// <summary>A goroutine dump for people: groups with the biggest first, each with its stack once, or every goroutine by itself.</summary>
sealed class DumpText(TextWriter output, Style style)
{
    /// <summary>Members of a group that are looked at to say how many different channels or locks they wait for.</summary>
    const int MostExamined = 100_000;

    public void Write(GoTarget target, GoroutineDump dump, GoroutineFilter filter, bool all, int limit)
    {
        if (all)
            WriteEach(target, dump, filter, limit);
        else
            WriteGroups(target, dump, filter, limit);
    }

    void WriteGroups(GoTarget target, GoroutineDump dump, GoroutineFilter filter, int limit)
    {
        var groups = dump.GroupByStack(filter);
        var shown = limit == 0 ? groups.Count : Math.Min(limit, groups.Count);
        WriteHeader(target, dump, groups.Sum(group => group.Count), groups.Count);
        for (var i = 0; i < shown; i++)
            WriteGroup(dump, groups[i]);
        if (shown < groups.Count)
            output.WriteLine($"{style.Dim}… {Units.Count(groups.Count - shown, "more group")} with {Units.Count(groups.Skip(shown).Sum(group => group.Count), "goroutine")}: --limit 0 shows all{style.Reset}");
    }

    void WriteEach(GoTarget target, GoroutineDump dump, GoroutineFilter filter, int limit)
    {
        var matching = 0;
        for (var i = 0; i < dump.Count; i++)
            matching += filter.Matches(dump[i]) ? 1 : 0;
        WriteHeader(target, dump, matching, null);
        var left = limit == 0 ? int.MaxValue : limit;
        for (var i = 0; i < dump.Count && left > 0; i++)
        {
            if (!filter.Matches(dump[i]))
                continue;
            WriteGoroutine(dump, dump[i]);
            left--;
        }
        if (left == 0 && matching > limit)
            output.WriteLine($"{style.Dim}… {Units.Count(matching - limit, "more goroutine")}: --limit 0 shows all{style.Reset}");
    }

    void WriteHeader(GoTarget target, GoroutineDump dump, long shown, int? groups)
    {
        var consistency = dump.Consistency;
        var filtered = shown == dump.Count ? "" : $" of {Units.Count((long)dump.Count)}";
        var inGroups = groups is { } count ? $" in {Units.Count(count, "group")}" : "";
        output.WriteLine($"{Heading.Of(style, target)}: "
            + $"{style.Bold}{(filtered.Length == 0 ? Units.Count(shown, "goroutine") : $"{Units.Count(shown)}{filtered} goroutines")}{style.Reset}{inGroups}, read in {Units.Duration(dump.Duration)} while it ran");
        output.WriteLine($"{style.Dim}{Units.Count((long)consistency.Accepted)} read whole, {Units.Count((long)consistency.Running)} running, "
            + $"{Units.Count((long)consistency.Retried)} read again, {style.Reset}{(consistency.Torn > 0 ? style.Yellow : style.Dim)}{Units.Count((long)consistency.Torn)} torn{style.Reset}{style.Dim}; "
            + $"taken over {Units.Duration(consistency.Skew)}{(consistency.SystemHidden > 0 ? $"; {consistency.SystemHidden} of the runtime's own not shown (--system)" : "")}{style.Reset}");
        foreach (var note in dump.Notes)
            output.WriteLine($"{style.Dim}note: {Terminal.Safe(note)}{style.Reset}");
        output.WriteLine();
    }

    void WriteGroup(GoroutineDump dump, StackGroup group)
    {
        var one = group.Representative;
        output.Write($"{style.Bold}{style.Cyan}{Units.Count((long)group.Count)}{style.Reset} {style.Bold}[{Terminal.Safe(StateOf(one))}]{style.Reset}");
        if (group.LongestBlockedAtLeast is { } blocked)
            output.Write($" for at least {style.Yellow}{Units.Duration(blocked)}{style.Reset}");
        output.WriteLine(group.Count == 1 ? $" {style.Dim}goroutine {one.Id}{Where(one)}{style.Reset}" : $" {style.Dim}goroutines {Ids(dump, group)}{style.Reset}");
        if (Resources(dump, group) is { } waiting)
            output.WriteLine($"    waits for {waiting}");
        WriteLabels(one, group.Count);
        WriteStack(one);
        output.WriteLine();
    }

    void WriteGoroutine(GoroutineDump dump, Goroutine goroutine)
    {
        output.Write($"{style.Bold}goroutine {goroutine.Id}{style.Reset} {style.Bold}[{Terminal.Safe(StateOf(goroutine))}]{style.Reset}");
        if (goroutine.BlockedAtLeast is { } blocked)
            output.Write($" for at least {style.Yellow}{Units.Duration(blocked)}{style.Reset}");
        output.WriteLine($"{style.Dim}{Where(goroutine)}{(goroutine.LockedToThread ? ", locked to its thread" : "")}{(goroutine.WasRetried ? ", read again" : "")}{style.Reset}");
        if (goroutine.WaitingOn is { } waiting)
            output.WriteLine($"    waits for {WaitText.Of(waiting)}");
        WriteLabels(goroutine, 1);
        WriteStack(goroutine);
        output.WriteLine();
    }

    void WriteLabels(Goroutine goroutine, int members)
    {
        var labels = goroutine.Labels;
        if (labels.Count > 0)
            output.WriteLine($"    labels{(members > 1 ? " of the first" : "")}: {string.Join(", ", labels.Select(label => $"{Terminal.Safe(label.Key)}={Terminal.Safe(label.Value)}"))}");
    }

    void WriteStack(Goroutine goroutine)
    {
        var frames = goroutine.VisibleFrames;
        var width = 0;
        foreach (var frame in frames)
            width = Math.Max(width, Math.Min(frame.Function.Length, 60));
        foreach (var frame in frames)
            output.WriteLine($"    {Terminal.Safe(frame.Function).PadRight(width)}  {style.Dim}{Terminal.Safe(SourcePath.Short(frame.Function, frame.File))}:{frame.Line}{(frame.Inlined ? " (inlined)" : "")}{style.Reset}");
        switch (goroutine.StackStatus)
        {
            case StackStatus.Running:
                output.WriteLine($"    {style.Dim}its stack cannot be known from outside while it runs{style.Reset}");
                break;
            case StackStatus.Torn:
                output.WriteLine($"    {style.Yellow}torn: it changed at every attempt to read it{style.Reset}");
                break;
            case StackStatus.Incomplete:
                output.WriteLine($"    {style.Yellow}… the stack goes on, but could not be followed{style.Reset}");
                break;
        }
        if (goroutine.CreatedBy is { } creator)
            output.WriteLine($"    {style.Dim}created by{style.Reset} {Terminal.Safe(creator.Function)}  {style.Dim}{Terminal.Safe(SourcePath.Short(creator.Function, creator.File))}:{creator.Line}{(goroutine.ParentId is { } parent ? $" in goroutine {parent}" : "")}{style.Reset}");
    }

    static string StateOf(Goroutine goroutine) => goroutine.WaitReason ?? goroutine.StateText;

    static string Where(Goroutine goroutine) => goroutine.ThreadId is { } thread ? $" on thread {thread}" : "";

    static string Ids(GoroutineDump dump, StackGroup group)
    {
        var first = string.Join(", ", group.Members.Take(3).Select(member => dump[member].Id));
        return group.Count > 3 ? $"{first}, …" : first;
    }

    static string? Resources(GoroutineDump dump, StackGroup group)
    {
        if (group.Representative.WaitingOn is not { } waiting)
            return null;
        if (group.Count == 1 || waiting is WaitingOn.Sleep or WaitingOn.Runtime or WaitingOn.Forever or WaitingOn.Unknown)
            return WaitText.Of(waiting);
        var different = new HashSet<ulong>();
        foreach (var member in group.Members.Take(MostExamined))
            different.Add(dump[member].WaitingOn?.ResourceAddress ?? 0);
        return different.Count == 1 ? $"{WaitText.Of(waiting)}, all of them" : $"{Units.Count(different.Count)} different ones; the first: {WaitText.Of(waiting)}";
    }
}
