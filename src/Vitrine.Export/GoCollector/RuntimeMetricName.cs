namespace Vitrine.Export.GoCollector;

/// <summary>
/// The names that Go's Prometheus client gives to the metrics of runtime/metrics: <c>/gc/heap/allocs:bytes</c> is <c>go_gc_heap_allocs_bytes_total</c>.
/// The rule: https://github.com/prometheus/client_golang/blob/v1.20.0/prometheus/internal/go_runtime_metrics.go (RuntimeMetricsToProm).
/// </summary>
public static class RuntimeMetricName
{
    /// <summary>The name in Prometheus.</summary>
    /// <param name="name">The name and unit in runtime/metrics.</param>
    /// <param name="isCumulative">Whether it only grows.</param>
    /// <param name="isHistogram">Whether it is a histogram: those have no ending for growing.</param>
    /// <exception cref="ArgumentException">It is no name of runtime/metrics.</exception>
    public static string ToPrometheus(string name, bool isCumulative, bool isHistogram)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        var colon = name.IndexOf(':', StringComparison.Ordinal);
        if (name[0] != '/' || colon < 0)
            throw new ArgumentException($"'{name}' is not a name of runtime/metrics: such are /gc/heap/allocs:bytes.", nameof(name));
        var key = name[1..colon].Replace('/', '_').Replace('-', '_');
        return $"go_{key}_{Unit(name[(colon + 1)..])}{(isCumulative && !isHistogram ? "_total" : "")}";
    }

    /// <summary>The unit as it is part of the name.</summary>
    static string Unit(string unit) => unit.Replace('-', '_').Replace('*', '_').Replace("/", "_per_", StringComparison.Ordinal);
}
