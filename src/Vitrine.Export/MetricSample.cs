namespace Vitrine.Export;

/// <summary>One line of a metric.</summary>
/// <param name="Value">Its value.</param>
public sealed record MetricSample(double Value)
{
    /// <summary>What is added to the metric's name: <c>_bucket</c>, <c>_sum</c>, <c>_count</c>; empty for a plain value.</summary>
    public string Suffix { get; init; } = "";

    /// <summary>Names and values of the labels, in the order in which they are written.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Labels { get; init; } = [];
}
