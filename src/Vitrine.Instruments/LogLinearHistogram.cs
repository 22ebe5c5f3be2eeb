using System.Numerics;

namespace Vitrine.Instruments;

/// <summary>
/// How often which value occurred: 32 buckets of equal width for each power of two, so that any value is known to within
/// <see cref="RelativeError"/>; below 64 each whole number has a bucket of its own. Exact count, sum, least and greatest. Immutable.
/// </summary>
public sealed class LogLinearHistogram
{
    /// <summary>Buckets for each power of two.</summary>
    public const int BucketsPerPowerOfTwo = 32;

    /// <summary>Buckets that a 64-bit number can fall into.</summary>
    public const int BucketCount = 60 * BucketsPerPowerOfTwo;

    /// <summary>Largest distance of a value from the middle of its bucket, as a share of the value: 1/64.</summary>
    public const double RelativeError = 0.5 / BucketsPerPowerOfTwo;

    /// <summary>Nothing occurred.</summary>
    public static LogLinearHistogram Empty { get; } = new([], 0, 0, 0);

    readonly KeyValuePair<int, long>[] _buckets;

    LogLinearHistogram(KeyValuePair<int, long>[] buckets, double sum, long min, long max)
    {
        _buckets = buckets;
        Sum = sum;
        Min = min;
        Max = max;
        foreach (var (_, count) in buckets)
            Count += count;
    }

    /// <summary>How many values.</summary>
    public long Count { get; }

    /// <summary>Their sum.</summary>
    public double Sum { get; }

    /// <summary>The least value; 0 when there is none.</summary>
    public long Min { get; }

    /// <summary>The greatest value; 0 when there is none.</summary>
    public long Max { get; }

    /// <summary>Sum by count; 0 when there is none.</summary>
    public double Mean => Count > 0 ? Sum / Count : 0;

    /// <summary>The buckets that are not empty, by index ascending.</summary>
    public IReadOnlyList<KeyValuePair<int, long>> Buckets => _buckets;

    /// <summary>Makes a histogram of counts by bucket; what is not positive is left out.</summary>
    /// <param name="buckets">Index (see <see cref="IndexOf"/>) and count; an index may occur more than once.</param>
    /// <param name="sum">Sum of the values.</param>
    /// <param name="min">Least value.</param>
    /// <param name="max">Greatest value.</param>
    public static LogLinearHistogram Of(IEnumerable<KeyValuePair<int, long>> buckets, double sum, long min, long max)
    {
        ArgumentNullException.ThrowIfNull(buckets);
        var counts = new SortedDictionary<int, long>();
        foreach (var (index, count) in buckets)
        {
            if (count > 0 && index is >= 0 and < BucketCount)
                counts[index] = counts.GetValueOrDefault(index) + count;
        }
        return counts.Count == 0 ? Empty : new LogLinearHistogram([.. counts], sum, min, max);
    }

    /// <summary>Makes a histogram of values.</summary>
    public static LogLinearHistogram OfValues(IEnumerable<long> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        long min = long.MaxValue, max = 0;
        double sum = 0;
        var buckets = new Dictionary<int, long>();
        foreach (var value in values)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            var index = IndexOf((ulong)value);
            buckets[index] = buckets.GetValueOrDefault(index) + 1;
            sum += value;
            min = Math.Min(min, value);
            max = Math.Max(max, value);
        }
        return Of(buckets, sum, min, max);
    }

    /// <summary>The bucket of a value.</summary>
    public static int IndexOf(ulong value)
    {
        if (value < BucketsPerPowerOfTwo)
            return (int)value;
        var power = BitOperations.Log2(value);
        return (power - 4) * BucketsPerPowerOfTwo + (int)(value >> (power - 5) & (BucketsPerPowerOfTwo - 1));
    }

    /// <summary>The least value of a bucket.</summary>
    public static double LowerBound(int index) => index < BucketsPerPowerOfTwo
        ? index
        : Math.ScaleB(BucketsPerPowerOfTwo + index % BucketsPerPowerOfTwo, index / BucketsPerPowerOfTwo - 1);

    /// <summary>The least value above a bucket.</summary>
    public static double UpperBound(int index) => LowerBound(index) + Math.ScaleB(1, Math.Max(0, index / BucketsPerPowerOfTwo - 1));

    /// <summary>
    /// The value below which a share of all values lies, to within <see cref="RelativeError"/>: the middle of the bucket that holds the value of that
    /// rank; never outside least and greatest.
    /// </summary>
    /// <param name="share">From 0 to 1; 0.99 is P99.</param>
    /// <returns>Unknown when there is no value.</returns>
    public Known<double> Quantile(double share)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(share);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(share, 1);
        if (Count == 0)
            return Known<double>.Unknown("nothing occurred");
        var rank = Math.Clamp((long)Math.Ceiling(share * Count), 1, Count);
        long seen = 0;
        foreach (var (index, count) in _buckets)
        {
            seen += count;
            if (seen >= rank)
                return Known<double>.Of(Math.Clamp(Middle(index), Min, Max), s_provenance);
        }
        return Known<double>.Of(Max, s_provenance);
    }

    /// <summary>How many values are at most <paramref name="bound"/>; exact where the bound is one of a bucket, as powers of two are.</summary>
    public long CountBelow(double bound)
    {
        long below = 0;
        foreach (var (index, count) in _buckets)
        {
            if (UpperBound(index) > bound)
                break;
            below += count;
        }
        return below;
    }

    /// <summary>Both together.</summary>
    public LogLinearHistogram Plus(LogLinearHistogram other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (Count == 0 || other.Count == 0)
            return Count == 0 ? other : this;
        return Of(_buckets.Concat(other._buckets), Sum + other.Sum, Math.Min(Min, other.Min), Math.Max(Max, other.Max));
    }

    /// <summary>The middle of a bucket: of the whole numbers that fall into it.</summary>
    public static double Middle(int index) => (LowerBound(index) + UpperBound(index) - 1) / 2;

    static readonly Provenance s_provenance = Provenance.Estimated("the middle of the histogram's bucket");
}
