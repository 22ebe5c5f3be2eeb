using Vitrine.Instruments;

namespace Vitrine.Export;

/// <summary>
/// A log-linear histogram as OpenTelemetry's exponential histogram: bucket i holds what is above base^i and at most base^(i+1), base = 2^(2^-scale).
/// Scale 5 has 32 buckets for each power of two, as the source has; the source's are equally wide, these grow. A count goes into the bucket that holds
/// the middle of its source bucket, so no count crosses a power of two, and a value is off by at most 1/64 more than the width of its bucket (2.2 %).
/// </summary>
/// <param name="Offset">Index of the first bucket.</param>
/// <param name="Counts">From there on, without a gap.</param>
/// <param name="ZeroCount">Values of 0, which have no bucket.</param>
public sealed record ExponentialBuckets(int Offset, IReadOnlyList<long> Counts, long ZeroCount)
{
    /// <summary>The scale that is written.</summary>
    public const int Scale = 5;

    const int PerPowerOfTwo = 1 << Scale;

    /// <summary>Converts a histogram.</summary>
    /// <param name="histogram">The source.</param>
    /// <param name="scaled">Applied to each count.</param>
    public static ExponentialBuckets From(LogLinearHistogram histogram, Func<long, long> scaled)
    {
        ArgumentNullException.ThrowIfNull(histogram);
        ArgumentNullException.ThrowIfNull(scaled);
        long zero = 0;
        var counts = new SortedDictionary<int, long>();
        foreach (var (index, count) in histogram.Buckets)
        {
            var middle = LogLinearHistogram.Middle(index);
            if (middle <= 0)
                zero += scaled(count);
            else
                counts[IndexOf(middle)] = counts.GetValueOrDefault(IndexOf(middle)) + scaled(count);
        }
        if (counts.Count == 0)
            return new ExponentialBuckets(0, [], zero);
        var first = counts.Keys.First();
        var dense = new long[counts.Keys.Last() - first + 1];
        foreach (var (index, count) in counts)
            dense[index - first] = count;
        return new ExponentialBuckets(first, dense, zero);
    }

    /// <summary>The bucket of a positive value. An upper bound belongs to its bucket, so an exact power of two is the last of the bucket below.</summary>
    public static int IndexOf(double value) => (int)Math.Ceiling(Math.Log2(value) * PerPowerOfTwo) - 1;

    /// <summary>The bound below a bucket.</summary>
    public static double LowerBound(int index) => Math.Pow(2, (double)index / PerPowerOfTwo);
}
