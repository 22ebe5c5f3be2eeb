namespace Vitrine.Go.Probes.Http;

/// <summary>How requests are watched.</summary>
public sealed record HttpWatchOptions
{
    /// <summary>Follow the goroutine of each request, to say where its time went. Costs a probe at every park, wake-up and start of any goroutine of the target.</summary>
    public bool Split { get; init; }

    /// <summary>Keep the query of each request. Queries carry secrets: somebody must have allowed it.</summary>
    public bool KeepQuery { get; init; }

    /// <summary>The share of one processor that the probes may take from the target: 0.01 is one percent.</summary>
    public double Budget { get; init; } = 0.01;

    /// <summary>Requests that are kept one by one; further ones are only counted.</summary>
    public int MostRequests { get; init; } = 250_000;

    /// <summary>Called with each request that ended, also with those that are not kept; null when nobody asks.</summary>
    public Action<HttpRequest>? OnFinished { get; init; }
}
