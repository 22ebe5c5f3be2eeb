using System.Runtime.InteropServices;
using System.Text;
using Vitrine.Instruments;
using Vitrine.Linux.Kernel;

namespace Vitrine.Go.Probes.Latency;

/// <summary>Reads the histograms out of the kernel's maps and names what they belong to. Not thread-safe.</summary>
sealed class LatencyReader(GoTarget target, BpfObject maps, LatencyGrouping by, IReadOnlyList<string> functions)
{
    /// <summary>LABEL_UNKNOWN of labels.bpf.h: the labels could not be read.</summary>
    const ulong UnknownLabel = 1;

    readonly Dictionary<ulong, string?> groups = [];

    public List<FunctionLatency> Read()
    {
        var buckets = new Dictionary<GroupKey, List<KeyValuePair<int, long>>>();
        foreach (var (key, sums) in maps.Map("buckets").ReadAllSums<BucketKey>())
        {
            var group = new GroupKey(key.Group, key.Function);
            if (!buckets.TryGetValue(group, out var list))
                buckets[group] = list = [];
            list.Add(new((int)Math.Min(key.Bucket, int.MaxValue), (long)sums[0]));
        }

        // Callers are return addresses: several of them are one function.
        var rows = new Dictionary<(string Function, string? Group), LogLinearHistogram>();
        foreach (var (key, counts) in buckets)
        {
            if (key.Function >= (ulong)functions.Count || !TryTotals(key, out var sum, out var min, out var max))
                continue;
            var row = (functions[(int)key.Function], NameOf(key.Group));
            var histogram = LogLinearHistogram.Of(counts, sum, min, max);
            rows[row] = rows.TryGetValue(row, out var known) ? known.Plus(histogram) : histogram;
        }
        return [.. rows
            .Select(row => new FunctionLatency(row.Key.Function, row.Key.Group, row.Value))
            .OrderByDescending(row => row.Durations.Sum).ThenBy(row => row.Function, StringComparer.Ordinal).ThenBy(row => row.Group, StringComparer.Ordinal)];
    }

    bool TryTotals(GroupKey key, out double sum, out long min, out long max)
    {
        (sum, min, max) = (0, long.MaxValue, 0);
        var map = maps.Map("totals");
        var bytes = new byte[map.LookupSize];
        if (!map.TryLookup(key, bytes))
            return false;
        foreach (var one in MemoryMarshal.Cast<byte, GroupTotals>(bytes))
        {
            if (one.Count == 0)
                continue;
            sum += one.Sum;
            max = Math.Max(max, (long)one.Max);
            min = Math.Min(min, (long)~one.InvertedMin);
        }
        return min != long.MaxValue;
    }

    string? NameOf(ulong group)
    {
        if (by == LatencyGrouping.None)
            return null;
        if (groups.TryGetValue(group, out var known))
            return known;
        var name = by == LatencyGrouping.Caller ? CallerOf(group) : LabelOf(group);
        groups[group] = name;
        return name;
    }

    string CallerOf(ulong returnAddress)
    {
        // The call is the instruction before the return address. A frame that was inlined there is the one that calls.
        var frames = new List<Binary.SourceFrame>();
        target.Binary.Functions.Expand(unchecked(returnAddress - target.Bias), isCallSite: true, frames);
        return frames.Count > 0 ? frames[0].Function : $"(not Go code at 0x{returnAddress:x})";
    }

    string? LabelOf(ulong number)
    {
        if (number <= UnknownLabel)
            return number == UnknownLabel ? "(labels could not be read)" : null;
        if (!maps.Map("label_values").TryLookup(number, out LabelValue value))
            return "(labels could not be read)";
        ReadOnlySpan<byte> text = value.Text;
        return Encoding.UTF8.GetString(text[..(int)Math.Min(value.Length, LabelValueText.Length)]);
    }
}
