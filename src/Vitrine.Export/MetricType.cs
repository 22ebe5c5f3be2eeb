namespace Vitrine.Export;

/// <summary>The type of a metric, in Prometheus's words.</summary>
public enum MetricType
{
    /// <summary>Goes up and down.</summary>
    Gauge,

    /// <summary>Only grows.</summary>
    Counter,

    /// <summary>Counts by bounds.</summary>
    Histogram,

    /// <summary>Values by quantile.</summary>
    Summary,
}
