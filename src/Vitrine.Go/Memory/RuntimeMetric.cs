using Vitrine.Instruments;

namespace Vitrine.Go.Memory;

/// <summary>One of the metrics that a Go program can ask its runtime for, read from outside.</summary>
/// <param name="Name">Its name and unit in runtime/metrics: <c>/gc/heap/allocs:bytes</c>.</param>
/// <param name="IsCumulative">Whether it only grows.</param>
/// <param name="Description">What it is, in one sentence.</param>
/// <param name="Value">The number; unknown with the reason. Unknown too where the metric is a histogram.</param>
public sealed record RuntimeMetric(string Name, bool IsCumulative, string Description, Known<double> Value)
{
    /// <summary>The histogram, where the metric is one; unknown with the reason. Null where it is a number.</summary>
    public Known<RuntimeHistogram>? Histogram { get; init; }

    /// <summary>For a histogram whose sum the runtime keeps elsewhere: the sum.</summary>
    public Known<double> Sum { get; init; }
}
