using System.Text.Json;

namespace Vitrine.Bench.Probes;

/// <summary>What the load generator saw (samples/go/yardstick).</summary>
/// <param name="Requests">Requests that were answered.</param>
/// <param name="Took">From the first to the last answer.</param>
/// <param name="Mean">Mean time of a request.</param>
/// <param name="P50">Median.</param>
/// <param name="P99">99th percentile.</param>
readonly record struct LoadResult(long Requests, TimeSpan Took, TimeSpan Mean, TimeSpan P50, TimeSpan P99)
{
    public double PerSecond => Requests / Took.TotalSeconds;

    public static LoadResult Parse(string json)
    {
        var root = JsonDocument.Parse(json).RootElement;
        TimeSpan Time(string name) => TimeSpan.FromMicroseconds(root.GetProperty(name).GetInt64() / 1000.0);
        return new LoadResult(root.GetProperty("requests").GetInt64(), Time("tookNs"), Time("meanNs"), Time("p50Ns"), Time("p99Ns"));
    }
}
