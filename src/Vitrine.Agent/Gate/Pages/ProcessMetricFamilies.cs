using Vitrine.Export;
using Vitrine.Export.GoCollector;
using Vitrine.Linux.Processes;

namespace Vitrine.Agent.Gate.Pages;

/// <summary>A process as its own Prometheus client would expose it: the collector <c>process</c>.</summary>
static class ProcessMetricFamilies
{
    /// <summary>The metrics; what the kernel does not tell says so.</summary>
    public static IEnumerable<MetricFamily> Of(ProcessFigures figures) =>
    [
        One("process_cpu_seconds_total", figures.ProcessorSeconds),
        One("process_max_fds", figures.MaxOpenFiles),
        One("process_network_receive_bytes_total", figures.ReceivedBytes),
        One("process_network_transmit_bytes_total", figures.SentBytes),
        One("process_open_fds", figures.OpenFiles),
        One("process_resident_memory_bytes", figures.ResidentBytes),
        One("process_start_time_seconds", figures.StartedAtSeconds),
        One("process_virtual_memory_bytes", figures.VirtualBytes),
        One("process_virtual_memory_max_bytes", figures.MaxVirtualBytes),
    ];

    static MetricFamily One(string name, double? value) => value is { } number ? GoMetricTable.Of(name, number) : MetricFamily.Unknown(name, "the kernel does not tell");
}
