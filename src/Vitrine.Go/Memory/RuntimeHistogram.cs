namespace Vitrine.Go.Memory;

/// <summary>A histogram as runtime/metrics has it (<c>metrics.Float64Histogram</c>).</summary>
/// <param name="Counts">How many fell into each bucket.</param>
/// <param name="Bounds">One more than there are buckets, ascending: a bucket holds what is at least its bound and below the next. The first may be −∞, the last +∞.</param>
public sealed record RuntimeHistogram(IReadOnlyList<ulong> Counts, IReadOnlyList<double> Bounds);
