namespace Vitrine.AspNetCore;

/// <summary>What is in <c>/metrics</c>, beside the runtime's own figures.</summary>
public sealed class MetricsOptions
{
    /// <summary>
    /// Where the page is; empty = nowhere, null = <c>/metrics</c>, or <c>metrics</c> below <see cref="VitrineOptions.Prefix"/> where that is another than Go's. Read once, when <c>MapVitrine</c> is called. An endpoint that the
    /// service has at the same path itself goes first.
    /// </summary>
    public string? Path { get; set; }

    /// <summary>Meters to show: names, or beginnings that end with <c>*</c>. At first the web server's: requests by method, route and status, how many are running.</summary>
    public IList<string> Meters { get; } = [ServerMeter, OwnMeter];

    /// <summary>Series that one metric may have; what is beyond goes into one series with the label <c>otel_metric_overflow="true"</c>.</summary>
    public int MaximumSeries { get; set; } = 2000;

    /// <summary>Whether each series says which meter it comes from (<c>otel_scope_name</c>), as OpenTelemetry's exporters do.</summary>
    public bool IncludeScope { get; set; } = true;

    internal const string ServerMeter = "Microsoft.AspNetCore.Hosting";

    internal const string OwnMeter = "Vitrine.AspNetCore";
}
