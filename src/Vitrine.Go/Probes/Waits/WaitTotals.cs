namespace Vitrine.Go.Probes.Waits;

/// <summary>Makes rows of sums.</summary>
internal static class WaitTotals
{
    /// <summary>Releasers that a row names; the rest is in its figures only.</summary>
    private const int MostReleasers = 8;

    public static IReadOnlyList<WaitRow> Rows(IReadOnlyList<ResolvedWait> waits, NamedStacks stacks, WaitGrouping grouping, Func<byte, string> reasonText, double scale)
    {
        var rows = new List<WaitRow>();
        foreach (var group in waits.GroupBy(wait => KeyOf(wait, stacks, grouping)))
        {
            List<ResolvedWait> members = [.. group];
            ResolvedWait first = members[0];
            WaitObject[] objects = [.. members.Select(wait => wait.Object).OfType<WaitObject>().DistinctBy(one => (one.Address, one.FileDescriptor))];
            bool allKnown = members.TrueForAll(wait => wait.Object is not null);
            var byStack = members.GroupBy(wait => stacks[wait.Stack].Identity).OrderByDescending(same => Sum(same).Total).ThenBy(same => same.Key, StringComparer.Ordinal).ToList();
            (double count, double total) = Sum(members);
            rows.Add(new WaitRow
            {
                Kind = first.Kind,
                Reason = reasonText(first.Reason),
                Object = objects.Length == 1 && allKnown ? objects[0] : null,
                Objects = objects.Length,
                Stacks = byStack.Count,
                Count = Rounded(count * scale),
                Total = Time(total * scale),
                Max = Time(members.Max(wait => (double)wait.Sum.MaxNs)),
                Frames = stacks[byStack[0].First().Stack].Visible,
                ReleasedBy = Releasers(members, stacks, scale),
            });
        }
        return [.. rows.OrderByDescending(row => row.Total).ThenBy(row => row.Kind).ThenBy(row => row.Object?.Address)];
    }

    private static (BlockingKind Kind, ulong Address, int Descriptor, string Stack) KeyOf(in ResolvedWait wait, NamedStacks stacks, WaitGrouping grouping)
    {
        bool byObject = grouping != WaitGrouping.Stack;
        bool byStack = grouping != WaitGrouping.Object || wait.Object is null;
        return (wait.Kind, byObject ? wait.Object?.Address ?? 0 : 0, byObject ? wait.Object?.FileDescriptor ?? -1 : -1, byStack ? stacks[wait.Stack].Identity : "");
    }

    private static IReadOnlyList<WaitReleaser> Releasers(List<ResolvedWait> members, NamedStacks stacks, double scale) =>
        [.. members
            .GroupBy(wait => (wait.ReleasedBy, Identity: wait.ReleasedBy == WaitReleasedBy.Goroutine ? stacks[wait.Releaser].Identity : ""))
            .Select(same =>
            {
                (double count, double total) = Sum(same);
                return new WaitReleaser(same.Key.ReleasedBy, same.Key.ReleasedBy == WaitReleasedBy.Goroutine ? stacks[same.First().Releaser].Visible : [], Rounded(count * scale), Time(total * scale));
            })
            .OrderByDescending(releaser => releaser.Total)
            .Take(MostReleasers)];

    private static (double Count, double Total) Sum(IEnumerable<ResolvedWait> waits)
    {
        double count = 0, total = 0;
        foreach (ResolvedWait wait in waits)
        {
            count += wait.Sum.Count;
            total += wait.Sum.TotalNs;
        }
        return (count, total);
    }

    private static long Rounded(double value) => (long)Math.Round(value);

    private static TimeSpan Time(double nanoseconds) => TimeSpan.FromTicks((long)Math.Min(nanoseconds / 100, long.MaxValue / 2.0));
}
