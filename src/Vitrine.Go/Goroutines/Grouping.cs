namespace Vitrine.Go.Goroutines;

/// <summary>Groups the goroutines of a dump. Linear in their number: an open-addressing table over the rows, no object per goroutine.</summary>
internal static class Grouping
{
    public static IReadOnlyList<StackGroup> ByStack(GoroutineDump dump, GoroutineFilter? filter)
    {
        // 1. Number the groups in the order of their first member.
        int[] groupOf = new int[dump.Count];
        int[] slots = new int[256];
        List<int> first = [];
        List<int> sizes = [];
        List<long> oldest = [];
        for (int index = 0; index < dump.Count; index++)
        {
            groupOf[index] = -1;
            if (filter is not null && !filter.Matches(dump[index]))
                continue;
            ref readonly GoroutineRecord row = ref dump.Row(index);
            int group = Find(dump, row, slots, first);
            if (group < 0)
            {
                group = first.Count;
                first.Add(index);
                sizes.Add(0);
                oldest.Add(0);
                slots = Insert(dump, slots, first);
            }
            groupOf[index] = group;
            sizes[group]++;
            if (row.WaitSince > 0 && (oldest[group] == 0 || row.WaitSince < oldest[group]) && dump.BlockedAtLeast(row) is not null)
                oldest[group] = row.WaitSince;
        }

        // 2. Lay the members of each group side by side in one array.
        int[] starts = new int[first.Count];
        for (int group = 1; group < starts.Length; group++)
            starts[group] = starts[group - 1] + sizes[group - 1];
        int[] members = new int[starts.Length == 0 ? 0 : starts[^1] + sizes[^1]];
        int[] filled = (int[])starts.Clone();
        for (int index = 0; index < groupOf.Length; index++)
        {
            if (groupOf[index] >= 0)
                members[filled[groupOf[index]]++] = index;
        }

        // 3. Biggest first; equal sizes stay in the order of the dump.
        int[] order = new int[first.Count];
        for (int group = 0; group < order.Length; group++)
            order[group] = group;
        Array.Sort(order, (a, b) => sizes[a] != sizes[b] ? sizes[b].CompareTo(sizes[a]) : a.CompareTo(b));

        StackGroup[] groups = new StackGroup[order.Length];
        for (int place = 0; place < order.Length; place++)
        {
            int group = order[place];
            TimeSpan? blocked = oldest[group] == 0 ? null : dump.BlockedAtLeast(new GoroutineRecord { WaitSince = oldest[group] });
            groups[place] = new StackGroup
            {
                Representative = dump[first[group]],
                Count = sizes[group],
                LongestBlockedAtLeast = blocked,
                Members = new ArraySegment<int>(members, starts[group], sizes[group]),
            };
        }
        return groups;
    }

    private static bool Same(in GoroutineRecord a, in GoroutineRecord b) =>
        a.StackId == b.StackId && a.GoPc == b.GoPc && a.State == b.State && a.WaitReason == b.WaitReason && a.StackStatus == b.StackStatus;

    private static uint Hash(in GoroutineRecord row)
    {
        ulong hash = ((ulong)(uint)row.StackId << 32) ^ ((ulong)row.State << 8) ^ row.WaitReason ^ ((ulong)row.StackStatus << 16);
        hash = (hash ^ row.GoPc) * 0x9E3779B97F4A7C15;
        return (uint)(hash >> 32);
    }

    private static int Find(GoroutineDump dump, in GoroutineRecord row, int[] slots, List<int> first)
    {
        int mask = slots.Length - 1;
        for (int slot = (int)Hash(row) & mask; slots[slot] != 0; slot = (slot + 1) & mask)
        {
            int group = slots[slot] - 1;
            if (Same(row, dump.Row(first[group])))
                return group;
        }
        return -1;
    }

    /// <summary>Inserts the last group; returns the table, which may have grown.</summary>
    private static int[] Insert(GoroutineDump dump, int[] slots, List<int> first)
    {
        int from = first.Count - 1;
        if (first.Count * 2 > slots.Length)
        {
            slots = new int[slots.Length * 2];
            from = 0;
        }
        int mask = slots.Length - 1;
        for (int group = from; group < first.Count; group++)
        {
            int slot = (int)Hash(dump.Row(first[group])) & mask;
            while (slots[slot] != 0)
                slot = (slot + 1) & mask;
            slots[slot] = group + 1;
        }
        return slots;
    }
}
