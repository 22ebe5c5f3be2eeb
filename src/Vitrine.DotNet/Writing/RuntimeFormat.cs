namespace Vitrine.DotNet.Writing;

/// <summary>How a snapshot is written. All of them are ASCII.</summary>
public enum RuntimeFormat
{
    /// <summary>
    /// One line <c># Field = value unit</c> for each <see cref="Runtime.RuntimeField"/>, as the statistics at the end of a Go heap profile with <c>debug=1</c>; unknown figures say why.
    /// </summary>
    Text,

    /// <summary>
    /// One object: <c>captured_at</c> (RFC 3339, UTC) and <c>metrics</c>, each with <c>name</c>, <c>unit</c>, <c>kind</c>, <c>attributes</c> and <c>value</c>; an unknown figure has the value
    /// <c>null</c> and its reason in <c>unknown</c>.
    /// </summary>
    Json,

    /// <summary>
    /// Prometheus text format 0.0.4, names by OpenTelemetry's rules (https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/); an unknown figure has no sample
    /// but a comment with its reason.
    /// </summary>
    Prometheus,

    /// <summary>
    /// OpenMetrics 1.0 (https://prometheus.io/docs/specs/om/open_metrics_spec/), the same names and samples; a whole document that ends with <c># EOF</c>. An unknown figure has no sample: the format has no
    /// room for the reason.
    /// </summary>
    OpenMetrics,
}
