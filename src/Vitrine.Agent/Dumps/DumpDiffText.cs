using Vitrine.Agent.Show;

namespace Vitrine.Agent.Dumps;

/// <summary>Two dumps of one process side by side: which groups grew, shrank, came and went, the biggest change first.</summary>
sealed class DumpDiffText(TextWriter output, Style style)
{
    readonly record struct Change(DumpGroupKey Key, int Before, int After, int Stayed);

    public void Write(SavedDump before, SavedDump after, int limit)
    {
        var changes = before.Groups.Keys.Union(after.Groups.Keys).Select(key => Compare(key, before, after)).ToList();
        var moved = changes.Where(change => change.Before != change.After)
            .OrderByDescending(change => Math.Abs(change.After - change.Before)).ThenBy(change => change.Key.ToString(), StringComparer.Ordinal).ToList();
        var total = changes.Sum(change => (long)change.After) - changes.Sum(change => (long)change.Before);
        output.WriteLine($"{style.Bold}{Units.Count(changes.Sum(change => (long)change.Before))} → {Units.Count(changes.Sum(change => (long)change.After))} goroutines ({Signed(total)}){style.Reset} "
            + $"in {Units.Duration(after.CapturedAt - before.CapturedAt)}: {Terminal.Safe(before.Name)} → {Terminal.Safe(after.Name)}");
        output.WriteLine($"{style.Dim}{Units.Count(changes.Count - moved.Count, "group kept its size", "groups kept their size")}; a goroutine counts as stayed when its id is in the same group in both dumps{style.Reset}");
        output.WriteLine();
        foreach (var change in limit == 0 ? moved : moved.Take(limit))
            WriteChange(change);
        if (limit > 0 && moved.Count > limit)
            output.WriteLine($"{style.Dim}… {Units.Count(moved.Count - limit, "more group")} changed: --limit 0 shows all{style.Reset}");
    }

    static Change Compare(DumpGroupKey key, SavedDump before, SavedDump after)
    {
        var earlier = before.Groups.GetValueOrDefault(key);
        var later = after.Groups.GetValueOrDefault(key);
        var stayed = earlier is null || later is null ? 0 : earlier.Count(later.Contains);
        return new Change(key, earlier?.Count ?? 0, later?.Count ?? 0, stayed);
    }

    void WriteChange(Change change)
    {
        var difference = change.After - change.Before;
        var colour = difference > 0 ? style.Red : style.Green;
        output.WriteLine($"{colour}{style.Bold}{Signed(difference)}{style.Reset} {style.Bold}[{Terminal.Safe(change.Key.State)}]{style.Reset} "
            + $"{Units.Count((long)change.Before)} → {Units.Count((long)change.After)} {style.Dim}({Units.Count((long)change.Stayed)} stayed, {Units.Count((long)(change.Before - change.Stayed))} left, {Units.Count((long)(change.After - change.Stayed))} came){style.Reset}");
        foreach (var frame in change.Key.Stack.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            WriteSite("", frame);
        if (change.Key.CreatedBy.Length > 0)
            WriteSite("created by ", change.Key.CreatedBy);
        output.WriteLine();
    }

    void WriteSite(string prefix, string site)
    {
        var tab = site.IndexOf('\t', StringComparison.Ordinal);
        output.WriteLine($"    {style.Dim}{prefix}{style.Reset}{Terminal.Safe(site[..tab])}  {style.Dim}{Terminal.Safe(site[(tab + 1)..])}{style.Reset}");
    }

    static string Signed(long number) => number > 0 ? $"+{Units.Count(number)}" : Units.Count(number);
}
