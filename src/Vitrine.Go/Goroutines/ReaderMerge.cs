namespace Vitrine.Go.Goroutines;

/// <summary>Two threads number stacks, labels, select cases and arguments apart; this gives the rows of the second thread the numbers of the first.</summary>
internal static class ReaderMerge
{
    public static void Into(BatchReader first, BatchReader second, GoroutineRecord[] rows, byte[] readerOfBatch)
    {
        int[] stacks = new int[second.Stacks.Count];
        for (int id = 0; id < stacks.Length; id++)
            stacks[id] = first.Stacks.Intern(second.Stacks.Pcs(id), second.Stacks.End(id));
        int[] labels = first.Labels.Merge(second.Labels);
        int cases = first.Cases?.Append(second.Cases!) ?? 0;
        int arguments = first.Arguments?.Append(second.Arguments!) ?? 0;
        first.Channels?.Merge(second.Channels!);

        for (int index = 0; index < rows.Length; index++)
        {
            if (readerOfBatch[index / BatchReader.Capacity] == 0)
                continue;
            ref GoroutineRecord row = ref rows[index];
            if (row.StackId >= 0)
                row.StackId = stacks[row.StackId];
            if (row.LabelSetId >= 0)
                row.LabelSetId = labels[row.LabelSetId];
            if (row.Arguments >= 0)
                row.Arguments += arguments;
            if (row.WaitKind == WaitKind.Select)
                row.WaitAddress += (ulong)cases;
        }
    }
}
