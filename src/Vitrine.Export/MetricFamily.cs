namespace Vitrine.Export;

/// <summary>A metric with all its samples.</summary>
/// <param name="Name">Its name, with the endings that its type and unit ask for.</param>
/// <param name="Type">Its type.</param>
/// <param name="Help">One sentence.</param>
/// <param name="Samples">Its samples, in the order in which they are written.</param>
public sealed record MetricFamily(string Name, MetricType Type, string Help, IReadOnlyList<MetricSample> Samples)
{
    /// <summary>Why there is no value; empty when there is. A metric without a value is written as a comment: never as 0, and never left out in silence.</summary>
    public string WhyUnknown { get; init; } = "";

    /// <summary>A metric with one value.</summary>
    public static MetricFamily Of(string name, MetricType type, string help, double value) => new(name, type, help, [new MetricSample(value)]);

    /// <summary>A metric whose value is not known.</summary>
    public static MetricFamily Unknown(string name, string reason) => new(name, MetricType.Gauge, "", []) { WhyUnknown = reason };
}
