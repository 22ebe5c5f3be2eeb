using System.Buffers;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Vitrine.AspNetCore.Access;
using Vitrine.DotNet.Runtime;
using Vitrine.DotNet.Writing;

namespace Vitrine.AspNetCore.Metrics;

/// <summary><c>/metrics</c>: what the meters reported, then the runtime's figures, as Prometheus' text format 0.0.4 or, for callers that ask for it, OpenMetrics 1.0. Rendered straight into the response's buffer.</summary>
sealed class MetricsHandler(MeterCollector meters, RuntimeReader reader)
{
    const string OpenMetrics = "application/openmetrics-text";

    public async Task Get(HttpContext context, VitrineOptions options)
    {
        if (!options.IsOn("metrics"))
        {
            await PlainText.Error(context, StatusCodes.Status403Forbidden, $"The metrics are switched off in this service ({VitrineOptions.Section}:{nameof(VitrineOptions.Profiles)}:metrics).");
            return;
        }
        var isOpenMetrics = WantsOpenMetrics(context.Request);
        var response = context.Response;
        response.ContentType = isOpenMetrics ? OpenMetrics + "; version=1.0.0; charset=utf-8" : "text/plain; version=0.0.4; charset=utf-8";
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers.CacheControl = "no-store";
        if (HttpMethods.IsHead(context.Request.Method)) return;
        Render(response.BodyWriter, isOpenMetrics);
        await response.BodyWriter.FlushAsync(context.RequestAborted);
    }

    /// <summary>Writes the page. In the steady state, when no series is new and no meter is asked for its values, nothing is allocated.</summary>
    internal void Render(IBufferWriter<byte> destination, bool isOpenMetrics)
    {
        var page = new PageWriter(destination);
        meters.Write(ref page, isOpenMetrics);
        reader.Capture(out var snapshot);
        // Last: OpenMetrics' end mark comes with it.
        RuntimeWriter.Write(snapshot, isOpenMetrics ? RuntimeFormat.OpenMetrics : RuntimeFormat.Prometheus, destination);
    }

    // Prometheus sends both with weights; a browser sends neither.
    static bool WantsOpenMetrics(HttpRequest request)
    {
        if (!MediaTypeHeaderValue.TryParseList(request.Headers.Accept, out var accepted)) return false;
        var open = Quality(accepted, OpenMetrics);
        return open > 0 && open >= Quality(accepted, "text/plain");
    }

    static double Quality(IList<MediaTypeHeaderValue> accepted, string type) =>
        accepted.Where(one => one.MediaType.Equals(type, StringComparison.OrdinalIgnoreCase)).Select(static one => one.Quality ?? 1).DefaultIfEmpty(0).Max();
}
