using Vitrine.Pprof.Storage;

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

        /// <summary>Some caller in the report always had it inlined; see <see cref="MarkInlined"/>.</summary>
        public bool IsInlined { get; set; }

        /// <summary>Some caller in the report called it.</summary>
        public bool IsCalled { get; set; }
    }

    readonly Profile _profile;
    readonly int _valueIndex;
    readonly SequenceStore<int> _frames;
    readonly Row[] _byFrame;

    FunctionValues(Profile profile, int valueIndex, SequenceStore<int> frames, Row[] byFrame, long total)
    {
        (_profile, _valueIndex, _frames, _byFrame, Total) = (profile, valueIndex, frames, byFrame, total);
        Rows = [.. byFrame.Where(row => row.Flat != 0 || row.Cum != 0)];
    }

    /// <summary>The functions with a value.</summary>
    public IReadOnlyList<Row> Rows { get; }

    /// <summary>The sum of the samples' absolute values, which percentages refer to, as in pprof.</summary>
    public long Total { get; }

    public static FunctionValues Of(Profile profile, int valueIndex)
    {
        var table = new FrameTable(FrameGranularity.Function);
        var frames = table.OfLocations(profile);
        var rows = table.Frames.Select(frame => new Row { Name = frame.Name }).ToArray();
        var seenIn = new int[rows.Length];
        Array.Fill(seenIn, -1);
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
            for (var i = locations.Length - 1; i >= 0; i--)
            {
                var ofLocation = frames[locations[i]];
                foreach (var frame in ofLocation)
                {
                    if (seenIn[frame] != number)
                    {
                        seenIn[frame] = number;
                        rows[frame].Cum = Sum(rows[frame].Cum, value);
                    }
                    leaf = frame;
                }
            }
            if (leaf >= 0)
                rows[leaf].Flat = Sum(rows[leaf].Flat, value);
            number++;
        }
        return new FunctionValues(profile, valueIndex, frames, rows, total);
    }

    /// <summary>
    /// Finds which functions of a report were inlined, as pprof does: a call goes from one function of the report to the next one in the stack, whatever lies between; it counts as
    /// inlined when it always was; calls with less than <paramref name="least"/> of the value do not count.
    /// </summary>
    public void MarkInlined(IReadOnlyCollection<Row> report, long least)
    {
        var shown = new HashSet<Row>(report);
        var calls = new Dictionary<(int Caller, int Callee), (long Weight, bool Inlined)>();
        var seen = new HashSet<(int, int)>();
        foreach (var sample in _profile.Samples)
        {
            var value = sample.Values[_valueIndex];
            if (value == 0)
                continue;
            seen.Clear();
            var caller = -1;
            var locations = sample.LocationIndexes;
            for (var i = locations.Length - 1; i >= 0; i--)
            {
                var ofLocation = _frames[locations[i]];
                for (var k = 0; k < ofLocation.Length; k++)
                {
                    var frame = ofLocation[k];
                    if (!shown.Contains(_byFrame[frame]))
                        continue;
                    if (caller >= 0 && caller != frame && seen.Add((caller, frame)))
                    {
                        // Frames are outermost first: only the first one of a location was called, the others were inlined into it.
                        var (weight, inlined) = calls.GetValueOrDefault((caller, frame), (0, true));
                        calls[(caller, frame)] = (Sum(weight, value), inlined && k > 0);
                    }
                    caller = frame;
                }
            }
        }
        foreach (var ((_, callee), (weight, inlined)) in calls)
        {
            if (Math.Abs((double)weight) < least)
                continue;
            _byFrame[callee].IsInlined |= inlined;
            _byFrame[callee].IsCalled |= !inlined;
        }
    }

    /// <summary>The sum, or the largest (smallest) number where it would wrap around.</summary>
    static long Sum(long a, long b)
    {
        var sum = unchecked(a + b);
        return ((a ^ sum) & (b ^ sum)) < 0 ? (a < 0 ? long.MinValue : long.MaxValue) : sum;
    }
}
