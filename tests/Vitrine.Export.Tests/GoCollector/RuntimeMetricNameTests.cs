using Vitrine.Export.GoCollector;

namespace Vitrine.Export.Tests.GoCollector;

public sealed class RuntimeMetricNameTests
{
    // Names as Debian's prometheus 2.53 exposes them of itself.
    [Theory]
    [InlineData("/gc/heap/allocs:bytes", true, false, "go_gc_heap_allocs_bytes_total")]
    [InlineData("/gc/heap/allocs-by-size:bytes", true, true, "go_gc_heap_allocs_by_size_bytes")]
    [InlineData("/gc/cycles/total:gc-cycles", true, false, "go_gc_cycles_total_gc_cycles_total")]
    [InlineData("/gc/limiter/last-enabled:gc-cycle", false, false, "go_gc_limiter_last_enabled_gc_cycle")]
    [InlineData("/sched/goroutines:goroutines", false, false, "go_sched_goroutines_goroutines")]
    [InlineData("/sched/latencies:seconds", true, true, "go_sched_latencies_seconds")]
    [InlineData("/cpu/classes/gc/mark/assist:cpu-seconds", true, false, "go_cpu_classes_gc_mark_assist_cpu_seconds_total")]
    public void ToPrometheus_OfAName_IsWhatTheClientExposes(string name, bool isCumulative, bool isHistogram, string expected) =>
        Assert.Equal(expected, RuntimeMetricName.ToPrometheus(name, isCumulative, isHistogram));

    [Theory]
    [InlineData("gc/heap")]
    [InlineData("/gc/heap")]
    public void ToPrometheus_OfSomethingElse_IsRefused(string name) => Assert.Throws<ArgumentException>(() => RuntimeMetricName.ToPrometheus(name, false, false));
}
