using Vitrine.Instruments;
using Vitrine.Linux.Kernel;

namespace Vitrine.Go.Probes.Http;

/// <summary>What a watch over the requests of a server saw.</summary>
public sealed record HttpReport
{
    /// <summary>Requests that ended, in the order of their ends.</summary>
    public required IReadOnlyList<HttpRequest> Requests { get; init; }

    /// <summary>Requests that ended beyond the limit of those that are kept: counted, nothing else is known of them.</summary>
    public required long NotKept { get; init; }

    /// <summary>Requests that still ran at the end; empty too when that is not known.</summary>
    public required IReadOnlyList<HttpInFlight> InFlight { get; init; }

    /// <summary>Why it is not known which requests still ran; null when it is.</summary>
    public string? InFlightUnknown { get; init; }

    /// <summary>Collections, in order; empty when the split was not asked for.</summary>
    public required IReadOnlyList<HttpCollection> Collections { get; init; }

    /// <summary>Stops of the world, in order; empty when the split was not asked for.</summary>
    public required IReadOnlyList<HttpStop> Stops { get; init; }

    /// <summary>True when the goroutines of requests were followed.</summary>
    public required bool Split { get; init; }

    /// <summary>When the watch began, by the kernel's monotonic clock in nanoseconds.</summary>
    public required long StartedNs { get; init; }

    /// <summary>When it ended.</summary>
    public required long EndedNs { get; init; }

    /// <summary>Turns times of the monotonic clock into times of day.</summary>
    public required MonotonicClock Clock { get; init; }

    /// <summary>What it cost and lost.</summary>
    public required ProbeReport Probes { get; init; }

    /// <summary>How long it lasted.</summary>
    public TimeSpan Watched => TimeSpan.FromTicks((EndedNs - StartedNs) / 100);
}
