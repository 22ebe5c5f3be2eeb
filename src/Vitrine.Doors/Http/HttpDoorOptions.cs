using Microsoft.AspNetCore.Http;
using Vitrine.Guard;

namespace Vitrine.Doors.Http;

/// <summary>Where an HTTP door is, and what it leads to.</summary>
public sealed record HttpDoorOptions
{
    /// <summary>Where Go has its pages.</summary>
    public const string DefaultPrefix = "/debug/pprof/";

    /// <summary>The door's name in the audit log.</summary>
    public string Name { get; init; } = "http";

    /// <summary>The service that is looked at (<see cref="Looks.IShownService.Name"/>); empty = the only one.</summary>
    public string Service { get; init; } = "";

    /// <summary>
    /// Whether each path stands below the name of a service, which the caller writes: <c>/shop/debug/pprof/heap</c>. One door for all of them, and for the names that no service has: who may not look gets the same answer for both.
    /// </summary>
    public bool IsBelowServices { get; init; }

    /// <summary>The path of the profiles, from slash to slash. Where it is another than Go's, nothing of Vitrine's is at Go's: that path answers as any that there is not.</summary>
    public string Prefix { get; init; } = DefaultPrefix;

    /// <summary>The path of the metrics; empty = nowhere.</summary>
    public string MetricsPath { get; init; } = "/metrics";

    /// <summary>The path of expvar's page; empty = nowhere.</summary>
    public string VarsPath { get; init; } = "";

    /// <summary>How long an answer may take to be sent. Who reads more slowly than that is cut off: a place among the looks that may run at once is held until then.</summary>
    public TimeSpan SendTime { get; init; } = TimeSpan.FromMinutes(2);

    const string ServiceParameter = "vitrine_service";

    /// <summary>A path of this door, as it is mapped.</summary>
    internal string Route(string path) => IsBelowServices ? $"/{{{ServiceParameter}}}{path}" : path;

    /// <summary>The service that a request is about.</summary>
    internal string ServiceOf(HttpContext context) => IsBelowServices ? context.Request.RouteValues[ServiceParameter] as string ?? LookRequest.NoService : Service;

    /// <summary>The header that a request to turn a switch must have, with any value: a browser lets no page of another site send it.</summary>
    public const string SwitchHeader = "Vitrine-Switch";
}
