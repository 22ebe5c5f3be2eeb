using System.Globalization;
using Vitrine.Agent.Show;
using Vitrine.DotNet.Outside;

namespace Vitrine.Agent.DotNet;

/// <summary>The threads of a .NET process for people: groups of equal stacks, biggest first, or every thread by itself.</summary>
sealed class ThreadDumpText(TextWriter output, Style style)
{
    public void Write(DotNetTarget target, ThreadDump dump, ThreadFilter filter, bool all, int limit)
    {
        var threads = dump.Threads.Where(filter.Matches).ToList();
        var groups = all
            ? threads.ConvertAll(static thread => new List<OutsideThread> { thread })
            : [.. threads.GroupBy(KeyOf).Select(static group => group.ToList()).OrderByDescending(static group => group.Count).ThenBy(static group => group[0].ThreadId)];
        WriteHeader(target, dump, threads.Count, all ? null : groups.Count);
        var shown = limit == 0 ? groups.Count : Math.Min(limit, groups.Count);
        foreach (var group in groups.Take(shown))
            WriteGroup(group);
        if (shown < groups.Count)
            output.WriteLine($"{style.Dim}… {Units.Count(groups.Count - shown, "more group")} with {Units.Count(groups.Skip(shown).Sum(static group => group.Count), "thread")}: --limit 0 shows all{style.Reset}");
    }

    // Threads in the same methods at the same lines belong together; where exactly in the runtime they wait does not matter.
    static string KeyOf(OutsideThread thread) => $"{thread.Activity}|{thread.WaitsIn}|{thread.NoStackReason}|{string.Join('|', thread.Frames.Select(static frame => $"{frame.Name}:{frame.Line}"))}";

    void WriteHeader(DotNetTarget target, ThreadDump dump, int shown, int? groups)
    {
        var consistency = dump.Consistency;
        var filtered = shown == dump.Threads.Count ? Units.Count(shown, "thread") : $"{Units.Count(shown)} of {Units.Count(dump.Threads.Count)} threads";
        output.WriteLine($"{style.Bold}{Terminal.Safe(target.Name)}{style.Reset} (pid {target.Pid}, {Terminal.Safe(target.RuntimeVersion)}): {style.Bold}{filtered}{style.Reset}"
            + $"{(groups is { } count ? $" in {Units.Count(count, "group")}" : "")}, read in {Units.Duration(dump.Duration)} while it ran");
        output.WriteLine($"{style.Dim}{Units.Count(consistency.Accepted)} caught still, {Units.Count(consistency.Running)} running, {Units.Count(consistency.Retried)} read again, {style.Reset}"
            + $"{(consistency.Torn > 0 ? style.Yellow : style.Dim)}{Units.Count(consistency.Torn)} torn{style.Reset}"
            + $"{style.Dim}{(dump.MethodsDuration > TimeSpan.Zero ? $"; before that the runtime listed its methods in {Units.Duration(dump.MethodsDuration)}" : "")}{style.Reset}");
        foreach (var note in dump.Notes)
            output.WriteLine($"{style.Dim}note: {Terminal.Safe(note)}{style.Reset}");
        output.WriteLine();
    }

    void WriteGroup(List<OutsideThread> group)
    {
        var one = group[0];
        output.Write($"{style.Bold}{style.Cyan}{Units.Count(group.Count)}{style.Reset} {style.Bold}[{Terminal.Safe(one.WaitsIn.Length > 0 ? one.WaitsIn : one.Activity.ToString().ToLowerInvariant())}]{style.Reset}");
        var longest = group.Where(static thread => thread.NotRunFor.IsKnown).Select(static thread => thread.NotRunFor.Value).DefaultIfEmpty().Max();
        if (longest > TimeSpan.Zero)
            output.Write($" not run for {(group.Count > 1 ? "up to " : "")}{style.Yellow}{Units.Duration(longest)}{style.Reset}");
        output.WriteLine($" {style.Dim}{(group.Count == 1 ? "thread" : "threads")} {Members(group)}{style.Reset}");
        if (one.NoStackReason.Length > 0)
        {
            output.WriteLine($"    {style.Dim}no stack: {Terminal.Safe(one.NoStackReason)}{style.Reset}");
        }
        else
        {
            WriteFrames(one.Frames);
            if (!one.End.IsBottom)
                output.WriteLine($"    {style.Yellow}… callers are missing: {one.End.Reason}{style.Reset}");
        }
        output.WriteLine();
    }

    void WriteFrames(IReadOnlyList<OutsideFrame> frames)
    {
        for (var i = 0; i < frames.Count;)
        {
            var frame = frames[i];
            if (frame.Kind == OutsideFrameKind.Managed)
            {
                output.WriteLine(frame.Line > 0
                    ? $"    {Terminal.Safe(frame.Name)}  {style.Dim}{Terminal.Safe(Path.GetFileName(frame.File))}:{frame.Line}{style.Reset}"
                    : $"    {Terminal.Safe(frame.Name)}  {style.Dim}[{Terminal.Safe(frame.Module)}]{style.Reset}");
                i++;
                continue;
            }
            // Frames of one library without names say no more than that it is there.
            var end = i + 1;
            while (end < frames.Count && frames[end].Kind == frame.Kind && frames[end].Module == frame.Module && IsNameless(frame) && IsNameless(frames[end]))
                end++;
            var name = end - i > 1 ? string.Create(CultureInfo.InvariantCulture, $"[{Terminal.Safe(frame.Module)}] {end - i} frames") : Terminal.Safe(frame.Name);
            output.WriteLine($"    {style.Dim}{name}{(end - i == 1 && !IsNameless(frame) && frame.Module.Length > 0 ? $"  [{Terminal.Safe(frame.Module)}]" : "")}{style.Reset}");
            i = end;
        }
    }

    static bool IsNameless(OutsideFrame frame) => frame.Module.Length > 0 && frame.Name.StartsWith($"{frame.Module}+0x", StringComparison.Ordinal);

    static string Members(List<OutsideThread> group)
    {
        var first = string.Join(", ", group.Take(3).Select(static thread => $"{thread.ThreadId} {Terminal.Safe(thread.Name)}"));
        return group.Count > 3 ? $"{first}, …" : first;
    }
}
