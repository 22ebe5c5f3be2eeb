namespace Vitrine.Pprof.Views;

/// <summary>Flat and cumulative values per function, with their signs (a difference has negative ones). A recursive function counts once per stack.</summary>
internal sealed class FunctionValues
{
    /// <summary>One function.</summary>
    public sealed class Row
    {
        public required string Name { get; init; }
        public long Flat { get; set; }
        public long Cum { get; set; }

        /// <summary>Some caller had it inlined.</summary>
        public bool IsInlined { get; set; }

        /// <summary>Some caller called it.</summary>
        public bool IsCalled { get; set; }
    }

    public required IReadOnlyList<Row> Rows { get; init; }

    /// <summary>The sum of the samples' absolute values, which percentages refer to, as in pprof.</summary>
    public required long Total { get; init; }

    public static FunctionValues Of(Profile profile, int valueIndex)
    {
        var table = new FrameTable(FrameGranularity.Function);
        var frames = table.OfLocations(profile);
        var rows = table.Frames.Select(frame => new Row { Name = frame.Name }).ToArray();
        var seenIn = new int[rows.Length];
        Array.Fill(seenIn, -1);
        var used = new bool[rows.Length];
        var total = 0L;
        var number = 0;
        foreach (var sample in profile.Samples)
        {
            var value = sample.Values[valueIndex];
            total = Sum(total, value == long.MinValue ? long.MaxValue : Math.Abs(value));
            if (value == 0)
                continue;
            var locations = sample.LocationIndexes;
            var leaf = -1;
            var caller = -1;
            for (var i = locations.Length - 1; i >= 0; i--)
            {
                var ofLocation = frames[locations[i]];
                for (var k = 0; k < ofLocation.Length; k++)
                {
                    var frame = ofLocation[k];
                    var row = rows[frame];
                    used[frame] = true;
                    if (seenIn[frame] != number)
                    {
                        seenIn[frame] = number;
                        row.Cum = Sum(row.Cum, value);
                    }
                    if (caller >= 0 && caller != frame)
                    {
                        // Frames are outermost first: only the first one of a location was called, the others were inlined into it.
                        row.IsInlined |= k > 0;
                        row.IsCalled |= k == 0;
                    }
                    leaf = caller = frame;
                }
            }
            if (leaf >= 0)
                rows[leaf].Flat = Sum(rows[leaf].Flat, value);
            number++;
        }
        return new FunctionValues { Rows = [.. rows.Where((_, i) => used[i])], Total = total };
    }

    /// <summary>The sum, or the largest (smallest) number where it would wrap around.</summary>
    static long Sum(long a, long b)
    {
        var sum = unchecked(a + b);
        return ((a ^ sum) & (b ^ sum)) < 0 ? (a < 0 ? long.MinValue : long.MaxValue) : sum;
    }
}
