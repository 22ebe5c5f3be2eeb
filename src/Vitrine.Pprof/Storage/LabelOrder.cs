namespace Vitrine.Pprof.Storage;

/// <summary>
/// The canonical order of labels: texts before numbers, each by key. That is the order in which pprof writes them
/// (https://github.com/google/pprof/blob/main/profile/encode.go, preEncode). Values of one key keep the order they came in: it can mean something.
/// </summary>
internal static class LabelOrder
{
    public static void Sort(Span<LabelEntry> labels, StringStore strings)
    {
        if (labels.Length > 32)
        {
            SortLong(labels, strings);
            return;
        }
        // Insertion sort: label sets are short, mostly sorted already, and the order must be stable.
        for (var i = 1; i < labels.Length; i++)
        {
            var moving = labels[i];
            var at = i;
            for (; at > 0 && Compare(labels[at - 1], moving, strings) > 0; at--)
                labels[at] = labels[at - 1];
            labels[at] = moving;
        }
    }

    /// <summary>The library's own sort is not stable, so the position takes part; n log n also for a set that was made to be slow.</summary>
    static void SortLong(Span<LabelEntry> labels, StringStore strings)
    {
        var entries = labels.ToArray();
        var order = new int[entries.Length];
        for (var i = 0; i < order.Length; i++)
            order[i] = i;
        Array.Sort(order, (x, y) => Compare(entries[x], entries[y], strings) is var c and not 0 ? c : x.CompareTo(y));
        for (var i = 0; i < order.Length; i++)
            labels[i] = entries[order[i]];
    }

    public static int Compare(in LabelEntry left, in LabelEntry right, StringStore strings)
    {
        if ((left.Text == 0) != (right.Text == 0))
            return left.Text == 0 ? 1 : -1;
        return left.Key == right.Key ? 0 : strings.Bytes(left.Key).SequenceCompareTo(strings.Bytes(right.Key));
    }
}
