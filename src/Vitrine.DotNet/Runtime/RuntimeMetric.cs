using Vitrine.Instruments;

namespace Vitrine.DotNet.Runtime;

/// <summary>How one field of a snapshot is exported.</summary>
/// <param name="Field">The field.</param>
/// <param name="Name">Dotted lower-case name; fields that differ in one attribute share it.</param>
/// <param name="Unit">The unit in UCUM, such as <c>By</c>, <c>s</c>, <c>{thread}</c>.</param>
/// <param name="Kind">How it behaves over time.</param>
/// <param name="Source">The runtime's member, or the kernel's file, that the figure comes from.</param>
/// <param name="Description">What it is, in one sentence.</param>
public sealed record RuntimeMetric(RuntimeField Field, string Name, string Unit, MeasurementKind Kind, string Source, string Description)
{
    /// <summary>The field times ten to this power is in <see cref="Unit"/>: −9 for nanoseconds that are exported as seconds.</summary>
    public int Exponent { get; init; }

    /// <summary>What tells it apart from others of the same name; null when nothing has to.</summary>
    public KeyValuePair<string, string>? Attribute { get; init; }

    /// <summary>Whether it is about memory and its collector, and so part of <c>memstats</c>; <c>runtime</c> has all of them.</summary>
    public bool IsMemory { get; init; }

    /// <summary>The figure in <see cref="Unit"/>. The division is exact to a double's 53 bits; writers print the exact decimal instead.</summary>
    public double InUnit(long value) => Exponent == 0 ? value : value / Math.Pow(10, -Exponent);
}
