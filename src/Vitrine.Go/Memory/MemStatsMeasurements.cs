using Vitrine.Instruments;

namespace Vitrine.Go.Memory;

/// <summary>Gives the memory statistics the form of measurements, named as the Go collectors of Prometheus do (<c>go_memstats_*</c>), dotted.</summary>
static class MemStatsMeasurements
{
    /// <summary>All single numbers of the statistics; the rings of pauses and the size classes are left to <see cref="MemStats"/> itself.</summary>
    public static IReadOnlyList<Measurement> Of(MemStats stats) =>
    [
        Gauge("go.memstats.alloc", "By", stats.Alloc),
        Counter("go.memstats.alloc.total", "By", stats.TotalAlloc),
        Gauge("go.memstats.sys", "By", stats.Sys),
        Counter("go.memstats.mallocs", "{object}", stats.Mallocs),
        Counter("go.memstats.frees", "{object}", stats.Frees),
        Gauge("go.memstats.heap.alloc", "By", stats.HeapAlloc),
        Gauge("go.memstats.heap.sys", "By", stats.HeapSys),
        Gauge("go.memstats.heap.idle", "By", stats.HeapIdle),
        Gauge("go.memstats.heap.inuse", "By", stats.HeapInuse),
        Gauge("go.memstats.heap.released", "By", stats.HeapReleased),
        Gauge("go.memstats.heap.objects", "{object}", stats.HeapObjects),
        Gauge("go.memstats.stack.inuse", "By", stats.StackInuse),
        Gauge("go.memstats.stack.sys", "By", stats.StackSys),
        Gauge("go.memstats.mspan.inuse", "By", stats.MSpanInuse),
        Gauge("go.memstats.mspan.sys", "By", stats.MSpanSys),
        Gauge("go.memstats.mcache.inuse", "By", stats.MCacheInuse),
        Gauge("go.memstats.mcache.sys", "By", stats.MCacheSys),
        Gauge("go.memstats.buck_hash.sys", "By", stats.BuckHashSys),
        Gauge("go.memstats.gc.sys", "By", stats.GCSys),
        Gauge("go.memstats.other.sys", "By", stats.OtherSys),
        Gauge("go.memstats.next_gc", "By", stats.NextGC),
        new Measurement("go.memstats.last_gc", "s", MeasurementKind.Gauge, stats.LastGC.Select(v => v / 1e9), []),
        new Measurement("go.memstats.pause.total", "s", MeasurementKind.Counter, stats.PauseTotalNs.Select(v => v / 1e9), []),
        new Measurement("go.memstats.gc.count", "{collection}", MeasurementKind.Counter, stats.NumGC.Select(v => (double)v), []),
        new Measurement("go.memstats.gc.forced", "{collection}", MeasurementKind.Counter, stats.NumForcedGC.Select(v => (double)v), []),
        new Measurement("go.memstats.gc.cpu_fraction", "1", MeasurementKind.Gauge, stats.GCCPUFraction, []),
        new Measurement("go.goroutine.count", "{goroutine}", MeasurementKind.Gauge, stats.NumGoroutine.Select(v => (double)v), []),
        new Measurement("go.processor.limit", "{thread}", MeasurementKind.Gauge, stats.GOMAXPROCS.Select(v => (double)v), []),
    ];

    static Measurement Gauge(string name, string unit, Known<ulong> value) =>
        new(name, unit, MeasurementKind.Gauge, value.Select(v => (double)v), []);

    static Measurement Counter(string name, string unit, Known<ulong> value) =>
        new(name, unit, MeasurementKind.Counter, value.Select(v => (double)v), []);
}
