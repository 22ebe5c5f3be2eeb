namespace Vitrine.AspNetCore.Metrics;

/// <summary>What a family is to Prometheus.</summary>
enum FamilyKind
{
    /// <summary>Only grows; ends with <c>_total</c>.</summary>
    Counter,

    /// <summary>Goes up and down.</summary>
    Gauge,

    /// <summary>Counts by bucket, with sum and count.</summary>
    Histogram,
}
