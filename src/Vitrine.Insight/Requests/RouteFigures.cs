using Vitrine.Go.Probes.Http;
using Vitrine.Insight.Statistics;

namespace Vitrine.Insight.Requests;

/// <summary>The requests of one route in figures. Durations are of requests whose beginning and end were seen, in nanoseconds.</summary>
public sealed record RouteFigures
{
    /// <summary>The route.</summary>
    public required HttpRoute Route { get; init; }

    /// <summary>Requests that ended.</summary>
    public required int Count { get; init; }

    /// <summary>Requests a second while the probes were in place.</summary>
    public required double PerSecond { get; init; }

    /// <summary>How many sent which status, by status; 0 stands for none.</summary>
    public required IReadOnlyDictionary<int, int> Statuses { get; init; }

    /// <summary>Handlers left by a panic.</summary>
    public required int Aborted { get; init; }

    /// <summary>Handlers that took the connection over.</summary>
    public required int Hijacked { get; init; }

    /// <summary>Requests with a duration.</summary>
    public required int Timed { get; init; }

    /// <summary>Median; null without any.</summary>
    public required long? P50Ns { get; init; }

    /// <summary>90th percentile.</summary>
    public required long? P90Ns { get; init; }

    /// <summary>99th percentile.</summary>
    public required long? P99Ns { get; init; }

    /// <summary>The longest.</summary>
    public required long? MaxNs { get; init; }

    /// <summary>The routes of a report, busiest first.</summary>
    public static IReadOnlyList<RouteFigures> Of(HttpReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        var seconds = report.Probes.Coverage.Open.TotalSeconds;
        return [.. report.Requests.GroupBy(static one => one.Route)
            .Select(group => Of(group.Key, [.. group], seconds))
            .OrderByDescending(static one => one.Count).ThenBy(static one => one.Route.ToString(), StringComparer.Ordinal)];
    }

    static RouteFigures Of(HttpRoute route, IReadOnlyList<HttpRequest> requests, double seconds)
    {
        // A connection that was taken over lives as long as it likes: that is no duration of a request.
        long[] durations = [.. requests.Where(static one => one.Outcome != HttpOutcome.Hijacked).Select(static one => one.DurationNs).OfType<long>().Order()];
        return new RouteFigures
        {
            Route = route,
            Count = requests.Count,
            PerSecond = seconds > 0 ? requests.Count / seconds : 0,
            Statuses = requests.GroupBy(static one => one.Status ?? 0).OrderBy(static group => group.Key).ToDictionary(static group => group.Key, static group => group.Count()),
            Aborted = requests.Count(static one => one.Outcome == HttpOutcome.Aborted),
            Hijacked = requests.Count(static one => one.Outcome == HttpOutcome.Hijacked),
            Timed = durations.Length,
            P50Ns = At(durations, 0.5),
            P90Ns = At(durations, 0.9),
            P99Ns = At(durations, 0.99),
            MaxNs = At(durations, 1),
        };
    }

    static long? At(long[] sorted, double share) => sorted.Length == 0 ? null : Quantile.Of(sorted, share);
}
