namespace Vitrine.Export.GoCollector;

/// <summary>
/// The metrics that Go's Prometheus client exposes of every program since long before runtime/metrics: names and types of its collectors. The values come from whoever looks at the program.
/// Source: https://github.com/prometheus/client_golang/blob/v1.20.0/prometheus/go_collector.go, process_collector.go, build_info_collector.go.
/// </summary>
public static class GoMetricTable
{
    /// <summary>Each by its name.</summary>
    public static IReadOnlyDictionary<string, (MetricType Type, string Help)> ByName { get; } = new Dictionary<string, (MetricType, string)>(StringComparer.Ordinal)
    {
        ["go_goroutines"] = (MetricType.Gauge, "Goroutines that exist."),
        ["go_threads"] = (MetricType.Gauge, "Threads of the operating system that the runtime has created."),
        ["go_info"] = (MetricType.Gauge, "The Go version that the program was built with."),
        ["go_build_info"] = (MetricType.Gauge, "The main module that the program was built from."),
        ["go_gc_duration_seconds"] = (MetricType.Summary, "How long the world stood still in the last 256 collections; the sum and the count are of all."),
        ["go_memstats_last_gc_time_seconds"] = (MetricType.Gauge, "When the last collection ended, in seconds since 1970."),
        ["go_memstats_alloc_bytes"] = (MetricType.Gauge, "Heap that objects take now."),
        ["go_memstats_alloc_bytes_total"] = (MetricType.Counter, "Heap that was ever allocated."),
        ["go_memstats_sys_bytes"] = (MetricType.Gauge, "Address space that the runtime has obtained."),
        ["go_memstats_mallocs_total"] = (MetricType.Counter, "Objects that were ever allocated."),
        ["go_memstats_frees_total"] = (MetricType.Counter, "Objects that were freed."),
        ["go_memstats_heap_alloc_bytes"] = (MetricType.Gauge, "Heap that objects take now, the same as go_memstats_alloc_bytes."),
        ["go_memstats_heap_sys_bytes"] = (MetricType.Gauge, "Heap that was obtained from the system."),
        ["go_memstats_heap_idle_bytes"] = (MetricType.Gauge, "Heap that waits to be used."),
        ["go_memstats_heap_inuse_bytes"] = (MetricType.Gauge, "Heap in spans that hold objects."),
        ["go_memstats_heap_released_bytes"] = (MetricType.Gauge, "Heap that was given back to the system."),
        ["go_memstats_heap_objects"] = (MetricType.Gauge, "Objects that are allocated now."),
        ["go_memstats_stack_inuse_bytes"] = (MetricType.Gauge, "Memory of goroutines' stacks."),
        ["go_memstats_stack_sys_bytes"] = (MetricType.Gauge, "Memory of stacks that was obtained from the system."),
        ["go_memstats_mspan_inuse_bytes"] = (MetricType.Gauge, "Memory of mspan structures."),
        ["go_memstats_mspan_sys_bytes"] = (MetricType.Gauge, "Memory of mspan structures that was obtained from the system."),
        ["go_memstats_mcache_inuse_bytes"] = (MetricType.Gauge, "Memory of mcache structures."),
        ["go_memstats_mcache_sys_bytes"] = (MetricType.Gauge, "Memory of mcache structures that was obtained from the system."),
        ["go_memstats_buck_hash_sys_bytes"] = (MetricType.Gauge, "Memory of profiling buckets."),
        ["go_memstats_gc_sys_bytes"] = (MetricType.Gauge, "Memory of the collector's own structures."),
        ["go_memstats_other_sys_bytes"] = (MetricType.Gauge, "Memory of the runtime for everything else."),
        ["go_memstats_next_gc_bytes"] = (MetricType.Gauge, "Heap at which the next collection is to end."),
        ["process_cpu_seconds_total"] = (MetricType.Counter, "Processor time, user and system."),
        ["process_open_fds"] = (MetricType.Gauge, "Open file descriptors."),
        ["process_max_fds"] = (MetricType.Gauge, "File descriptors that may be open."),
        ["process_virtual_memory_bytes"] = (MetricType.Gauge, "Address space in use."),
        ["process_virtual_memory_max_bytes"] = (MetricType.Gauge, "Address space that may be used."),
        ["process_resident_memory_bytes"] = (MetricType.Gauge, "Memory that is resident."),
        ["process_start_time_seconds"] = (MetricType.Gauge, "When the process was started, in seconds since 1970."),
        ["process_network_receive_bytes_total"] = (MetricType.Counter, "Bytes that arrived in the process's network namespace, other processes' among them."),
        ["process_network_transmit_bytes_total"] = (MetricType.Counter, "Bytes that left the process's network namespace, other processes' among them."),
    };

    /// <summary>A metric of the table with one value.</summary>
    public static MetricFamily Of(string name, double value, params IReadOnlyList<KeyValuePair<string, string>> labels) =>
        new(name, ByName[name].Type, ByName[name].Help, [new MetricSample(value) { Labels = labels }]);
}
