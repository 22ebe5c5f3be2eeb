using System.Text.Json;

namespace Vitrine.TestTargets;

/// <summary>What the runtime of <c>samples/go/collector</c> says about its collections.</summary>
/// <param name="NumGC">Collections that ended.</param>
/// <param name="Pauses">MemStats.PauseNs, oldest first; the last 256.</param>
/// <param name="Metrics">runtime/metrics with a single value.</param>
/// <param name="Histograms">runtime/metrics with a histogram.</param>
public sealed record CollectorAccount(
    long NumGC, IReadOnlyList<long> Pauses, IReadOnlyDictionary<string, double> Metrics, IReadOnlyDictionary<string, CollectorHistogram> Histograms)
{
    public static CollectorAccount Read(JsonElement json) => new(
        json.GetProperty(nameof(NumGC)).GetInt64(),
        [.. json.GetProperty("PauseNs").EnumerateArray().Select(one => one.GetInt64()).Reverse()],
        json.GetProperty(nameof(Metrics)).EnumerateObject().ToDictionary(one => one.Name, one => one.Value.GetDouble(), StringComparer.Ordinal),
        json.GetProperty(nameof(Histograms)).EnumerateObject().ToDictionary(one => one.Name, one => CollectorHistogram.Read(one.Value), StringComparer.Ordinal));
}

/// <summary>A histogram of runtime/metrics: <paramref name="Bounds"/> has one more than <paramref name="Counts"/>.</summary>
public sealed record CollectorHistogram(IReadOnlyList<long> Counts, IReadOnlyList<double> Bounds)
{
    public static CollectorHistogram Read(JsonElement json)
    {
        var bounds = json.GetProperty("Buckets").EnumerateArray().ToList();
        return new(
            [.. json.GetProperty(nameof(Counts)).EnumerateArray().Select(one => one.GetInt64())],
            [.. bounds.Select((one, i) => one.ValueKind == JsonValueKind.Number ? one.GetDouble() : i == 0 ? double.NegativeInfinity : double.PositiveInfinity)]);
    }

    /// <summary>How many were added since <paramref name="before"/>, by bucket.</summary>
    public IReadOnlyList<long> Since(CollectorHistogram before) => [.. Counts.Select((count, i) => count - before.Counts[i])];

    /// <summary>How these values fall into the buckets.</summary>
    public IReadOnlyList<long> Sort(IEnumerable<double> values)
    {
        var counts = new long[Counts.Count];
        foreach (var value in values)
        {
            var bucket = 0;
            while (bucket < counts.Length - 1 && value >= Bounds[bucket + 1]) bucket++;
            counts[bucket]++;
        }
        return counts;
    }
}
