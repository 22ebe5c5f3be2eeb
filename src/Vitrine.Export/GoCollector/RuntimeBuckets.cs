namespace Vitrine.Export.GoCollector;

/// <summary>
/// A histogram of runtime/metrics with the few buckets that Go's Prometheus client gives it: bounds that lie a power of two (bytes) or of ten (seconds) apart, and none above one second.
/// The rule: https://github.com/prometheus/client_golang/blob/v1.20.0/prometheus/internal/go_runtime_metrics.go (RuntimeMetricsBucketsForUnit) and prometheus/go_collector_latest.go (batchHistogram).
/// </summary>
public static class RuntimeBuckets
{
    /// <summary>The samples of a histogram.</summary>
    /// <param name="counts">How many fell into each bucket.</param>
    /// <param name="bounds">One more than counts, ascending; a bucket holds what is at least its bound and below the next.</param>
    /// <param name="unit">The unit in runtime/metrics: <c>bytes</c> or <c>seconds</c>.</param>
    /// <param name="sum">The sum where it is known; null = a lower bound of it is computed, each value counted as its bucket's bound.</param>
    public static IReadOnlyList<MetricSample> Samples(IReadOnlyList<ulong> counts, IReadOnlyList<double> bounds, string unit, double? sum)
    {
        ArgumentNullException.ThrowIfNull(counts);
        ArgumentNullException.ThrowIfNull(bounds);
        if (bounds.Count != counts.Count + 1 || counts.Count == 0)
            throw new ArgumentException("There is one bound more than there are buckets.", nameof(bounds));

        // 1. The bounds that stay; −∞ is no bound in Prometheus, where the lowest bucket has none below.
        var kept = Reduced(bounds, unit);
        if (double.IsNegativeInfinity(kept[0]))
            kept.RemoveAt(0);

        // 2. The counts between them.
        var merged = new ulong[kept.Count - 1];
        var at = 0;
        for (var i = 0; i < counts.Count; i++)
        {
            merged[at] += counts[i];
            if (at + 1 < merged.Length && bounds[i + 1] == kept[at + 1])
                at++;
        }

        // 3. Prometheus counts what is at most the bound, Go what is below it: the next smaller number is both.
        var samples = new List<MetricSample>(merged.Length + 2);
        ulong total = 0;
        var lowerBound = 0d;
        for (var i = 0; i < merged.Length; i++)
        {
            total += merged[i];
            lowerBound += merged[i] == 0 ? 0 : kept[i] * merged[i];
            if (!double.IsPositiveInfinity(kept[i + 1]))
                samples.Add(Bucket(PrometheusNumber.Format(double.BitDecrement(kept[i + 1])), total));
        }
        samples.Add(Bucket("+Inf", total));
        samples.Add(new MetricSample(sum ?? lowerBound) { Suffix = "_sum" });
        samples.Add(new MetricSample(total) { Suffix = "_count" });
        return samples;
    }

    static MetricSample Bucket(string bound, ulong count) => new(count) { Suffix = "_bucket", Labels = [new("le", bound)] };

    static List<double> Reduced(IReadOnlyList<double> bounds, string unit)
    {
        if (unit is not ("bytes" or "seconds"))
            return [.. bounds];
        var apart = unit == "bytes" ? 2d : 10d;
        var kept = new List<double>();
        var first = double.IsNegativeInfinity(bounds[0]) ? 1 : 0;
        if (first == 1)
            kept.Add(bounds[0]);
        var last = bounds[first];
        foreach (var bound in bounds.Skip(first + 1))
        {
            if (bound < last * apart)
                continue;
            kept.Add(last);
            last = bound;
        }
        kept.Add(last);
        if (unit == "bytes")
            return kept;
        var above = kept.FindIndex(static bound => bound > 1);
        if (above >= 0)
        {
            kept.RemoveRange(above, kept.Count - above);
            kept.Add(double.PositiveInfinity);
        }
        return kept;
    }
}
