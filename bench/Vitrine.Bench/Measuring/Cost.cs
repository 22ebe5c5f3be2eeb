namespace Vitrine.Bench.Measuring;

/// <summary>What one run of a whole process cost.</summary>
/// <param name="Elapsed">From before its start to after its end.</param>
/// <param name="PeakBytes">The most memory that was resident at once (ru_maxrss).</param>
readonly record struct Cost(TimeSpan Elapsed, long PeakBytes);
