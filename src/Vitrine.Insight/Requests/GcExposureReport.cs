using Vitrine.Go.Probes.Http;

namespace Vitrine.Insight.Requests;

/// <summary>Which requests were running when a collection started, and what it took from them.</summary>
/// <param name="OlderThan">How old they had to be.</param>
/// <param name="Collections">All collections of the watch.</param>
/// <param name="Exposed">The requests, the one that lost most first.</param>
/// <param name="Routes">Each route with its control, the one that lost most first.</param>
public sealed record GcExposureReport(TimeSpan OlderThan, IReadOnlyList<HttpCollection> Collections, IReadOnlyList<GcExposedRequest> Exposed, IReadOnlyList<GcRouteComparison> Routes);
