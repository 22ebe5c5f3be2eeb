using Vitrine.Instruments;

namespace Vitrine.Export;

/// <summary>One histogram of durations with what it belongs to.</summary>
/// <param name="Attributes">Label names and values, such as <c>function</c>.</param>
/// <param name="Durations">In nanoseconds.</param>
/// <param name="Scale">What counts and the sum are multiplied by: above 1 when only a part of the time was watched, so that they are estimates.</param>
public sealed record HistogramSeries(IReadOnlyList<KeyValuePair<string, string>> Attributes, LogLinearHistogram Durations, double Scale = 1)
{
    /// <summary>A count, scaled to a whole number.</summary>
    internal long Scaled(long count) => (long)Math.Round(count * Scale, MidpointRounding.AwayFromZero);
}
