using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Matching;

namespace Vitrine.AspNetCore.Metrics;

/// <summary>
/// Leaves the path of the metrics to an endpoint that the service has there itself – of another library for Prometheus, or its own –, which <c>MapVitrine</c> must neither hide nor make ambiguous. While Vitrine is switched
/// off, it leaves the path to whatever else would answer there, catch-all routes and fallbacks too; when nothing would, its own refusal says how to switch it on.
/// </summary>
sealed class MetricsRoutePolicy(LiveOptions options) : MatcherPolicy, IEndpointSelectorPolicy
{
    /// <summary>Marks the endpoint of the metrics.</summary>
    public static readonly object Mark = new Marking();

    sealed class Marking;

    /// <summary>Last: what others have ruled out is no endpoint of the service for this request.</summary>
    public override int Order => int.MaxValue;

    /// <inheritdoc/>
    public bool AppliesToEndpoints(IReadOnlyList<Endpoint> endpoints) => endpoints.Any(IsOurs);

    /// <inheritdoc/>
    public Task ApplyAsync(HttpContext httpContext, CandidateSet candidates)
    {
        var isOff = !options.Current.Enabled;
        var isLeft = false;
        for (var i = 0; i < candidates.Count; i++)
            isLeft |= candidates.IsValidCandidate(i) && !IsOurs(candidates[i].Endpoint) && (isOff || IsOfThisPathAlone(candidates[i].Endpoint));
        for (var i = 0; isLeft && i < candidates.Count; i++)
        {
            if (IsOurs(candidates[i].Endpoint)) candidates.SetValidity(i, false);
        }
        return Task.CompletedTask;
    }

    static bool IsOurs(Endpoint endpoint) => endpoint.Metadata.GetMetadata<Marking>() is not null;

    // A pattern with parameters means other paths too, and is less specific than ours.
    static bool IsOfThisPathAlone(Endpoint endpoint) => endpoint is RouteEndpoint { RoutePattern.Parameters.Count: 0 };
}
