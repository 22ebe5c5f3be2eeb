namespace Vitrine.Linux.Memory;

/// <summary>
/// Sorts (address, index) pairs by address without allocating. Radix sort but for the smallest plans: addresses of one target differ in some 32 bits,
/// so that three or four passes do; a comparison sort of a million keys takes five times as long.
/// </summary>
internal static class RangeSorter
{
    const int DigitBits = 11, Buckets = 1 << DigitBits, SmallCount = 48;

    /// <summary>Sorts both spans in step. The scratch spans have the same length; the result may be in them.</summary>
    /// <returns>True when the result is in the scratch spans.</returns>
    public static bool Sort(Span<ulong> keys, Span<int> indexes, Span<ulong> scratchKeys, Span<int> scratchIndexes)
    {
        if (IsSorted(keys))
            return false;
        if (keys.Length <= SmallCount)
        {
            InsertionSort(keys, indexes);
            return false;
        }

        ulong differing = 0;
        foreach (var key in keys)
            differing |= key ^ keys[0];

        Span<int> counts = stackalloc int[Buckets];
        var inScratch = false;
        for (var shift = 0; shift < 64; shift += DigitBits)
        {
            if ((differing >> shift & (Buckets - 1)) == 0)
                continue;
            counts.Clear();
            foreach (var key in keys)
                counts[(int)(key >> shift) & (Buckets - 1)]++;
            var sum = 0;
            foreach (ref var count in counts)
                (count, sum) = (sum, sum + count);
            for (var i = 0; i < keys.Length; i++)
            {
                ref var place = ref counts[(int)(keys[i] >> shift) & (Buckets - 1)];
                scratchKeys[place] = keys[i];
                scratchIndexes[place++] = indexes[i];
            }
            var (k, x) = (keys.Length, indexes.Length);
            var oldKeys = keys;
            var oldIndexes = indexes;
            keys = scratchKeys[..k];
            indexes = scratchIndexes[..x];
            scratchKeys = oldKeys;
            scratchIndexes = oldIndexes;
            inScratch = !inScratch;
        }
        return inScratch;
    }

    /// <summary>The framework's sort of two spans would be compiled at start-up, in a run that is over before that pays.</summary>
    static void InsertionSort(Span<ulong> keys, Span<int> indexes)
    {
        for (var i = 1; i < keys.Length; i++)
        {
            var (key, index) = (keys[i], indexes[i]);
            var place = i;
            for (; place > 0 && keys[place - 1] > key; place--)
                (keys[place], indexes[place]) = (keys[place - 1], indexes[place - 1]);
            (keys[place], indexes[place]) = (key, index);
        }
    }

    static bool IsSorted(ReadOnlySpan<ulong> keys)
    {
        for (var i = 1; i < keys.Length; i++)
        {
            if (keys[i - 1] > keys[i])
                return false;
        }
        return true;
    }
}
