using System.Buffers;
using Microsoft.Net.Http.Headers;
using Vitrine.Doors.Looks;
using Vitrine.DotNet.Runtime;
using Vitrine.DotNet.Writing;

namespace Vitrine.AspNetCore.Metrics;

/// <summary>The metrics: what the meters reported, then the runtime's figures, as Prometheus' text format 0.0.4 or, for callers that ask for it, OpenMetrics 1.0.</summary>
sealed class MetricsPage(MeterCollector meters, RuntimeReader reader) : IShownPage
{
    const string OpenMetrics = "application/openmetrics-text";

    // A scraper always asks in the same words: they are read once.
    Asked _last = new("", false);

    sealed record Asked(string Accept, bool IsOpenMetrics);

    public bool IsRedacted => false;

    public string MediaType(string accept) => WantsOpenMetrics(accept) ? OpenMetrics + "; version=1.0.0; charset=utf-8" : "text/plain; version=0.0.4; charset=utf-8";

    /// <summary>Writes the page. In the steady state, when no series is new and no meter is asked for its values, nothing is allocated.</summary>
    public string Write(IBufferWriter<byte> output, string accept, CancellationToken end)
    {
        var isOpenMetrics = WantsOpenMetrics(accept);
        var page = new PageWriter(output);
        meters.Write(ref page, isOpenMetrics);
        reader.Capture(out var snapshot);
        // Last: OpenMetrics' end mark comes with it.
        RuntimeWriter.Write(snapshot, isOpenMetrics ? RuntimeFormat.OpenMetrics : RuntimeFormat.Prometheus, output);
        return "";
    }

    bool WantsOpenMetrics(string accept)
    {
        var last = Volatile.Read(ref _last);
        if (last.Accept != accept) Volatile.Write(ref _last, last = new(accept, PrefersOpenMetrics(accept)));
        return last.IsOpenMetrics;
    }

    // Prometheus sends both with weights; a browser sends neither.
    static bool PrefersOpenMetrics(string accept)
    {
        if (!MediaTypeHeaderValue.TryParseList([accept], out var accepted)) return false;
        var open = Quality(accepted, OpenMetrics);
        return open > 0 && open >= Quality(accepted, "text/plain");
    }

    static double Quality(IList<MediaTypeHeaderValue> accepted, string type) =>
        accepted.Where(one => one.MediaType.Equals(type, StringComparison.OrdinalIgnoreCase)).Select(static one => one.Quality ?? 1).DefaultIfEmpty(0).Max();
}
