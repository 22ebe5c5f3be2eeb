using System.Buffers;
using System.Diagnostics;
using Vitrine.Agent.Gate.Services;
using Vitrine.Doors.Looks;
using Vitrine.Export;
using Vitrine.Go.Memory;
using Vitrine.Instruments;
using Vitrine.Linux.Processes;

namespace Vitrine.Agent.Gate.Pages;

/// <summary>
/// <c>/metrics</c> of a Go service, under the names of Go's own Prometheus collectors, so that dashboards and alerts made for those fit. All of it is read from outside: the service need not have the client, nor a port for it.
/// What cannot be known from outside is a comment with the reason. The service's own metrics, beyond Go's, are not here: those it serves itself.
/// </summary>
sealed class MetricsPage(GateService service) : IShownPage
{
    /// <summary>Figures and the program's version: there is nothing to take out, and a label that changed would change the series.</summary>
    public bool IsRedacted => false;

    /// <summary>Prometheus's text format, whatever is asked for: the format of OpenMetrics asks for units that Go's names do not have.</summary>
    public string MediaType(string accept) => PrometheusTextWriter.MediaType;

    /// <summary>Reads and writes the metrics.</summary>
    /// <exception cref="InstrumentUnavailableException">There is no process; the message has the reason.</exception>
    public string Write(IBufferWriter<byte> output, string accept, CancellationToken end)
    {
        using var target = service.Open();
        if (target.Process is not { } process)
            throw new InstrumentUnavailableException(target.WhyNotOutside);
        var began = Stopwatch.GetTimestamp();
        List<MetricFamily> families = [];
        // A process that is not Go, or that the gate may not look into, still has what the kernel tells everybody.
        if (target.Go is { } go)
            families.AddRange(GoMetricFamilies.Of(go, Read(go)));
        else
            families.Add(MetricFamily.Unknown("go_info", target.WhyNotOutside));
        families.AddRange(ProcessMetricFamilies.Of(ProcessFigures.Of(process)));
        families.Add(MetricFamily.Of("vitrine_gate_metrics_duration_seconds", MetricType.Gauge, "How long reading these metrics from outside took; the process ran on.", Stopwatch.GetElapsedTime(began).TotalSeconds));
        PrometheusTextWriter.Write(output, families);
        return AnswerSource.Outside.Word();
    }

    static RuntimeMetrics Read(Vitrine.Go.GoTarget go)
    {
        try
        {
            return RuntimeMetricsReader.Read(go).Result;
        }
        catch (Exception e) when (Choice.CannotLook(e))
        {
            throw new InstrumentUnavailableException(Choice.Sentence(e));
        }
    }
}
