using System.Globalization;

namespace Vitrine.AspNetCore.Metrics;

/// <summary>A histogram: counts by bucket, cumulative when they are written, with the count that is their sum, so that both always agree.</summary>
sealed class HistogramSeries : Series
{
    readonly double[] _bounds;
    readonly long[] _counts;
    readonly byte[][] _bucketPrefixes;
    readonly byte[] _sumPrefix, _countPrefix;
    double _sum;

    public HistogramSeries(string name, TagKey key, string labels, double[] bounds) : base(name, key, labels)
    {
        _bounds = bounds;
        _counts = new long[bounds.Length + 1];
        var comma = labels.Length > 0 ? "," : "";
        _bucketPrefixes = [.. bounds.Append(double.PositiveInfinity).Select(bound => Prefix(name + "_bucket", $"{labels}{comma}le=\"{Bound(bound)}\""))];
        _sumPrefix = Prefix(name + "_sum", labels);
        _countPrefix = Prefix(name + "_count", labels);
    }

    public override void Record(double value, bool isAbsolute)
    {
        if (!double.IsFinite(value)) return;   // of no bucket, and the sum would be no number for ever
        // A bound belongs to the bucket below it.
        var bucket = 0;
        while (bucket < _bounds.Length && value > _bounds[bucket])
            bucket++;
        Interlocked.Increment(ref _counts[bucket]);
        Add(ref _sum, value);
    }

    public override void Write(ref PageWriter page)
    {
        long total = 0;
        for (var i = 0; i < _counts.Length; i++)
        {
            total += Volatile.Read(ref _counts[i]);
            page.Write(_bucketPrefixes[i]);
            page.Write(total);
            page.Write("\n"u8);
        }
        page.Write(_sumPrefix);
        page.Write(Volatile.Read(ref _sum));
        page.Write("\n"u8);
        page.Write(_countPrefix);
        page.Write(total);
        page.Write("\n"u8);
    }

    // OpenMetrics wants "1.0" where the text format takes both.
    static string Bound(double bound) => double.IsPositiveInfinity(bound) ? "+Inf" : bound == Math.Floor(bound) && Math.Abs(bound) < 1e15
        ? bound.ToString("F1", CultureInfo.InvariantCulture)
        : bound.ToString("R", CultureInfo.InvariantCulture);
}
