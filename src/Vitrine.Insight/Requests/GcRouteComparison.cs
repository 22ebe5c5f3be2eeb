using Vitrine.Go.Probes.Http;
using Vitrine.Insight.Findings;
using Vitrine.Insight.Statistics;

namespace Vitrine.Insight.Requests;

/// <summary>
/// The requests of one route that were old when a collection started, beside the control that makes it honest: requests of the same route that reached
/// the same age and met no collection.
/// </summary>
/// <remarks>
/// A request that takes long for any reason meets more collections than a short one, so that the first group is longer even if collections cost nothing.
/// Two things answer that: only requests that reached the age are compared, and the comparison is made three times: as it is, without the time that the
/// collector is known to have taken, and without the time that they had no processor while it marked. A difference that goes away is the collector's, for
/// certain or in all likelihood; one that stays has another cause.
/// </remarks>
public sealed record GcRouteComparison
{
    /// <summary>The route.</summary>
    public required HttpRoute Route { get; init; }

    /// <summary>Requests that were old enough when a collection started, those that still run included.</summary>
    public required int Exposed { get; init; }

    /// <summary>Of them, those that ended: only they have a duration to compare.</summary>
    public required int ExposedEnded { get; init; }

    /// <summary>What the collector took from all of them together, in nanoseconds.</summary>
    public required long GcNs { get; init; }

    /// <summary>The median share of their time that it took; null when none was followed.</summary>
    public required double? MedianGcShare { get; init; }

    /// <summary>The median time that they could have run while collections marked, and had no processor, in nanoseconds; null when none was followed.</summary>
    public required double? MedianRunnableDuringGcNs { get; init; }

    /// <summary>Requests that reached the age and met no collection.</summary>
    public required int Control { get; init; }

    /// <summary>Median duration of those that ended, in nanoseconds; null without any.</summary>
    public required double? ExposedMedianNs { get; init; }

    /// <summary>Median duration of the control, in nanoseconds; null without any.</summary>
    public required double? ControlMedianNs { get; init; }

    /// <summary>How much longer they took than the control, in nanoseconds; null when there is not enough data.</summary>
    public required ShiftEstimate? Difference { get; init; }

    /// <summary>The same without the time that the collector took for certain: stops of the world and mark assist.</summary>
    public required ShiftEstimate? DifferenceWithoutGc { get; init; }

    /// <summary>The same without that and without the time that they waited for a processor while collections marked, which the collector's workers may have had.</summary>
    public required ShiftEstimate? DifferenceWithoutMarking { get; init; }

    /// <summary>How old a request had to be to count.</summary>
    public required TimeSpan OlderThan { get; init; }

    /// <summary>The share of the watch's events that were kept: 1 when nothing was lost.</summary>
    public required double KeptShare { get; init; }

    /// <summary>What follows from it.</summary>
    public Finding Finding => GcRouteFinding.Of(this);

    internal static GcRouteComparison Of(HttpRoute route, IReadOnlyList<GcExposedRequest> exposed, IReadOnlyList<HttpRequest> control, TimeSpan olderThan, HttpReport report)
    {
        GcExposedRequest[] ended = [.. exposed.Where(static one => one.Request?.Split is not null)];
        double[] with = [.. ended.Select(static one => (double)one.TimeNs).Order()];
        double[] own = [.. ended.Select(static one => (double)(one.TimeNs - one.Split!.GcNs))];
        double[] without = [.. control.Select(static one => (double)one.DurationNs!.Value).Order()];
        double[] shares = [.. exposed.Select(static one => one.GcShare).OfType<double>().Order()];
        double[] ready = [.. exposed.Select(static one => one.Split).OfType<RequestSplit>().Select(static split => (double)split.RunnableDuringGcNs).Order()];
        return new GcRouteComparison
        {
            Route = route,
            Exposed = exposed.Count,
            ExposedEnded = with.Length,
            GcNs = exposed.Sum(static one => one.Split?.GcNs ?? 0),
            MedianGcShare = shares.Length > 0 ? Quantile.Median(shares) : null,
            MedianRunnableDuringGcNs = ready.Length > 0 ? Quantile.Median(ready) : null,
            Control = without.Length,
            ExposedMedianNs = with.Length > 0 ? Quantile.Median(with) : null,
            ControlMedianNs = without.Length > 0 ? Quantile.Median(without) : null,
            Difference = ShiftEstimate.Between(with, without),
            DifferenceWithoutGc = ShiftEstimate.Between(own, without),
            DifferenceWithoutMarking = ShiftEstimate.Between([.. ended.Select(static one => (double)(one.TimeNs - one.Split!.GcNs - one.Split.RunnableDuringGcNs))], without),
            OlderThan = olderThan,
            KeptShare = report.Requests.Count / (double)Math.Max(1, report.Requests.Count + report.Probes.Lost.Total),
        };
    }
}
