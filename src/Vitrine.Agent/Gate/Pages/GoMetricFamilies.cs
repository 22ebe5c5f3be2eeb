using Vitrine.Export;
using Vitrine.Export.GoCollector;
using Vitrine.Go;
using Vitrine.Go.Memory;
using Vitrine.Instruments;

namespace Vitrine.Agent.Gate.Pages;

/// <summary>A Go process as its own Prometheus client would expose it: the collectors <c>go</c> (all of runtime/metrics included) and <c>build_info</c>.</summary>
static class GoMetricFamilies
{
    /// <summary>The metrics, in the order of their names; what is not known says why.</summary>
    public static IEnumerable<MetricFamily> Of(GoTarget target, RuntimeMetrics read)
    {
        ArgumentNullException.ThrowIfNull(target);
        return Collectors(target, read).Concat(read.Metrics.Select(Of)).OrderBy(static family => family.Name, StringComparer.Ordinal);
    }

    static IEnumerable<MetricFamily> Collectors(GoTarget target, RuntimeMetrics read)
    {
        var stats = read.Stats;
        yield return GoMetricTable.Of("go_info", 1, new KeyValuePair<string, string>("version", target.RuntimeVersion));
        if (target.Binary.BuildInfo is { ModulePath: { } module } build)
            yield return GoMetricTable.Of("go_build_info", 1, new("checksum", ""), new("path", module), new("version", build.ModuleVersion ?? ""));
        yield return Gauge("go_goroutines", stats.NumGoroutine.Select(static v => (double)v));
        yield return Gauge("go_threads", read.Threads.Select(static v => (double)v));
        yield return Pauses(stats);
        // The oldest client divides so, too: nanoseconds are more than a double holds.
        yield return Gauge("go_memstats_last_gc_time_seconds", stats.LastGC.Select(static v => v / 1e9));
        yield return Gauge("go_memstats_alloc_bytes", Number(stats.Alloc));
        yield return Gauge("go_memstats_alloc_bytes_total", Number(stats.TotalAlloc));
        yield return Gauge("go_memstats_sys_bytes", Number(stats.Sys));
        yield return Gauge("go_memstats_mallocs_total", Number(stats.Mallocs));
        yield return Gauge("go_memstats_frees_total", Number(stats.Frees));
        yield return Gauge("go_memstats_heap_alloc_bytes", Number(stats.HeapAlloc));
        yield return Gauge("go_memstats_heap_sys_bytes", Number(stats.HeapSys));
        yield return Gauge("go_memstats_heap_idle_bytes", Number(stats.HeapIdle));
        yield return Gauge("go_memstats_heap_inuse_bytes", Number(stats.HeapInuse));
        yield return Gauge("go_memstats_heap_released_bytes", Number(stats.HeapReleased));
        yield return Gauge("go_memstats_heap_objects", Number(stats.HeapObjects));
        yield return Gauge("go_memstats_stack_inuse_bytes", Number(stats.StackInuse));
        yield return Gauge("go_memstats_stack_sys_bytes", Number(stats.StackSys));
        yield return Gauge("go_memstats_mspan_inuse_bytes", Number(stats.MSpanInuse));
        yield return Gauge("go_memstats_mspan_sys_bytes", Number(stats.MSpanSys));
        yield return Gauge("go_memstats_mcache_inuse_bytes", Number(stats.MCacheInuse));
        yield return Gauge("go_memstats_mcache_sys_bytes", Number(stats.MCacheSys));
        yield return Gauge("go_memstats_buck_hash_sys_bytes", Number(stats.BuckHashSys));
        yield return Gauge("go_memstats_gc_sys_bytes", Number(stats.GCSys));
        yield return Gauge("go_memstats_other_sys_bytes", Number(stats.OtherSys));
        yield return Gauge("go_memstats_next_gc_bytes", Number(stats.NextGC));
    }

    static MetricFamily Of(RuntimeMetric metric)
    {
        var name = RuntimeMetricName.ToPrometheus(metric.Name, metric.IsCumulative, metric.Histogram is not null);
        var help = $"{metric.Description} In runtime/metrics: {metric.Name}.";
        if (metric.Histogram is { } known)
        {
            return known.TryGet(out var histogram)
                ? new(name, MetricType.Histogram, help, RuntimeBuckets.Samples(histogram.Counts, histogram.Bounds, metric.Name[(metric.Name.IndexOf(':', StringComparison.Ordinal) + 1)..], metric.Sum.TryGet(out var sum) ? sum : null))
                : MetricFamily.Unknown(name, known.Reason);
        }
        return metric.Value.TryGet(out var value) ? MetricFamily.Of(name, metric.IsCumulative ? MetricType.Counter : MetricType.Gauge, help, value) : MetricFamily.Unknown(name, metric.Value.Reason);
    }

    /// <summary>
    /// Quantiles of the last 256 pauses, by the rule of <c>debug.ReadGCStats</c> (https://github.com/golang/go/blob/go1.26.0/src/runtime/debug/garbage.go): of n sorted pauses that at n·i/4, and the last for the greatest.
    /// Before the first collection all of them are 0, as the runtime itself says.
    /// </summary>
    static MetricFamily Pauses(MemStats stats)
    {
        const string Name = "go_gc_duration_seconds";
        if (!stats.PauseNs.TryGet(out var ring) || !stats.NumGC.TryGet(out var collections) || !stats.PauseTotalNs.TryGet(out var total))
            return MetricFamily.Unknown(Name, stats.PauseNs.IsKnown ? stats.NumGC.IsKnown ? stats.PauseTotalNs.Reason : stats.NumGC.Reason : stats.PauseNs.Reason);
        // The ring is filled from its start: before it is full, its rest was never written.
        ulong[] sorted = [.. ring.Take((int)Math.Min(collections, (uint)ring.Count)).Order()];
        double At(int quarter) => sorted.Length == 0 ? 0 : sorted[Math.Min(sorted.Length * quarter / 4, sorted.Length - 1)] / 1e9;
        var (type, help) = GoMetricTable.ByName[Name];
        return new(Name, type, help,
        [
            Quantile("0", At(0)), Quantile("0.25", At(1)), Quantile("0.5", At(2)), Quantile("0.75", At(3)), Quantile("1", At(4)),
            new(total / 1e9) { Suffix = "_sum" }, new(collections) { Suffix = "_count" },
        ]);
    }

    static MetricSample Quantile(string share, double value) => new(value) { Labels = [new("quantile", share)] };

    static MetricFamily Gauge(string name, Known<double> value) => value.TryGet(out var number) ? GoMetricTable.Of(name, number) : MetricFamily.Unknown(name, value.Reason);

    static Known<double> Number(Known<ulong> value) => value.Select(static v => (double)v);
}
