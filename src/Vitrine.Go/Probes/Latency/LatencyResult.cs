using Vitrine.Instruments;

namespace Vitrine.Go.Probes.Latency;

/// <summary>What a look at function latencies has found so far.</summary>
/// <param name="Functions">One row for each function, and for each label value or caller of it; the one with the longest total time first.</param>
/// <param name="Report">What it cost, lost and saw.</param>
/// <param name="UnderWay">Calls that have begun and not ended yet.</param>
/// <param name="Cut">Calls under way when a window of the budget closed: they are in no histogram, and long calls are cut more often than short ones.</param>
public sealed record LatencyResult(IReadOnlyList<FunctionLatency> Functions, ProbeReport Report, long UnderWay, long Cut)
{
    /// <summary>What counts, sums and rates are multiplied by: 1 unless the budget forced windows.</summary>
    public double Scale => Report.Coverage.Scale;

    /// <summary>Calls per second of a row, while the probes were in place.</summary>
    public double RateOf(FunctionLatency row)
    {
        ArgumentNullException.ThrowIfNull(row);
        return Report.Coverage.Open > TimeSpan.Zero ? row.Durations.Count / Report.Coverage.Open.TotalSeconds : 0;
    }
}
