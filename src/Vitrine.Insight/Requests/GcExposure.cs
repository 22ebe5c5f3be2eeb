using Vitrine.Go.Probes.Http;

namespace Vitrine.Insight.Requests;

/// <summary>One request that was running, and older than was asked for, when a collection started.</summary>
/// <param name="Request">The request, when it ended during the watch.</param>
/// <param name="InFlight">The request, when it still ran at the end.</param>
/// <param name="Collections">Collections that started while it was older than was asked for.</param>
/// <param name="AgeAtStartNs">Its age when the first of them started, in nanoseconds.</param>
public sealed record GcExposedRequest(HttpRequest? Request, HttpInFlight? InFlight, int Collections, long AgeAtStartNs)
{
    /// <summary>Its route.</summary>
    public HttpRoute Route => Request?.Route ?? InFlight?.Route ?? HttpRoute.Unknown;

    /// <summary>Where its time went.</summary>
    public RequestSplit? Split => Request is not null ? Request.Split : InFlight?.Split;

    /// <summary>How long it took, or has taken so far, in nanoseconds.</summary>
    public long TimeNs => Request?.DurationNs ?? InFlight?.AgeNs ?? 0;

    /// <summary>The share of its time that the collector took for certain: stops of the world and mark assist; null when it was not followed.</summary>
    public double? GcShare => Split is { } split && TimeNs > 0 ? (double)split.GcNs / TimeNs : null;
}

/// <summary>Finds the requests that a collection met, and those of the same routes that none met.</summary>
public static class GcExposure
{
    /// <summary>The answer to "which requests were still running, older than <paramref name="olderThan"/>, when a collection started, and how much of their time did it take".</summary>
    public static GcExposureReport Analyse(HttpReport report, TimeSpan olderThan)
    {
        ArgumentNullException.ThrowIfNull(report);
        var oldNs = olderThan.Ticks * 100;
        // A collection whose beginning was not seen did not start during the watch: it exposes nobody, and it keeps requests out of the control.
        long[] starts = [.. report.Collections.Where(static one => !one.BeganBefore).Select(static one => one.StartedNs).Order()];
        var exposed = new List<GcExposedRequest>();
        var control = new Dictionary<HttpRoute, List<HttpRequest>>();
        foreach (var request in report.Requests)
        {
            if (request.StartedNs is not { } started || request.Outcome == HttpOutcome.Hijacked)
                continue;
            var (met, first) = StartsBetween(starts, started + oldNs, request.EndedNs);
            if (met > 0)
                exposed.Add(new GcExposedRequest(request, null, met, first - started));
            else if (request.DurationNs >= oldNs && !report.Collections.Any(one => Overlaps(one, started, request.EndedNs)))
                Add(control, request);
        }
        foreach (var request in report.InFlight)
        {
            if (request.StartedNs is not { } started || request.Hijacked)
                continue;
            var (met, first) = StartsBetween(starts, started + oldNs, report.EndedNs);
            if (met > 0)
                exposed.Add(new GcExposedRequest(null, request, met, first - started));
        }
        var routes = exposed.GroupBy(static one => one.Route)
            .Select(group => GcRouteComparison.Of(group.Key, [.. group], control.GetValueOrDefault(group.Key) ?? [], olderThan, report))
            .OrderByDescending(static one => one.GcNs).ThenBy(static one => one.Route.ToString(), StringComparer.Ordinal);
        return new GcExposureReport(olderThan, report.Collections, [.. exposed.OrderByDescending(static one => one.Split?.GcNs ?? -1)], [.. routes]);
    }

    static (int Count, long First) StartsBetween(long[] starts, long from, long to)
    {
        var low = LowerBound(starts, from);
        var high = LowerBound(starts, to);
        return high > low ? (high - low, starts[low]) : (0, 0);
    }

    static int LowerBound(long[] sorted, long value)
    {
        var at = Array.BinarySearch(sorted, value);
        return at >= 0 ? at : ~at;
    }

    static bool Overlaps(HttpCollection collection, long from, long to) => collection.StartedNs < to && (collection.EndedNs ?? long.MaxValue) > from;

    static void Add(Dictionary<HttpRoute, List<HttpRequest>> groups, HttpRequest request)
    {
        if (!groups.TryGetValue(request.Route, out var group))
            groups[request.Route] = group = [];
        group.Add(request);
    }
}
