namespace Vitrine.Instruments;

/// <summary>How a measurement behaves over time, in OpenTelemetry's words.</summary>
public enum MeasurementKind
{
    /// <summary>A value that goes up and down.</summary>
    Gauge,

    /// <summary>A sum that only grows while the process lives.</summary>
    Counter,

    /// <summary>A sum that goes up and down by additions.</summary>
    UpDownCounter,
}

/// <summary>A number with a name, a unit and attributes, as OpenTelemetry defines them; or unknown, with the reason.</summary>
/// <param name="Name">Dotted lower-case name, such as <c>go.memory.used</c>.</param>
/// <param name="Unit">The unit in UCUM, such as <c>By</c>, <c>s</c>, <c>{goroutine}</c>.</param>
/// <param name="Kind">How it behaves over time.</param>
/// <param name="Value">The number, with how it was obtained.</param>
/// <param name="Attributes">What tells it apart from others of the same name, sorted by key; empty when nothing does.</param>
public sealed record Measurement(string Name, string Unit, MeasurementKind Kind, Known<double> Value, IReadOnlyList<KeyValuePair<string, string>> Attributes);
