namespace Vitrine.Go.Probes.Http;

/// <summary>How a request ended.</summary>
public enum HttpOutcome
{
    /// <summary>Its handler returned.</summary>
    Completed,

    /// <summary>Its handler was left by a panic or by Goexit: no status of its own was sent in order.</summary>
    Aborted,

    /// <summary>Its handler took the connection over (a WebSocket): what was sent then is not HTTP any more.</summary>
    Hijacked,
}

/// <summary>What a request asked for.</summary>
public sealed record HttpRequestLine
{
    /// <summary>The method; null when it could not be read.</summary>
    public string? Method { get; init; }

    /// <summary>The path without the query, at most 256 bytes; null when it could not be read.</summary>
    public string? Path { get; init; }

    /// <summary>True when the path was longer.</summary>
    public bool PathCut { get; init; }

    /// <summary>The query, when it was allowed to be kept; null otherwise.</summary>
    public string? Query { get; init; }

    /// <summary>The protocol: <c>HTTP/1.1</c>, <c>HTTP/2.0</c>; null when it could not be read.</summary>
    public string? Protocol { get; init; }
}

/// <summary>One request that ended while it was watched.</summary>
public sealed record HttpRequest
{
    /// <summary>What it asked for.</summary>
    public required HttpRequestLine Line { get; init; }

    /// <summary>Which route it belongs to.</summary>
    public required HttpRoute Route { get; init; }

    /// <summary>The status; null when none was sent in order, or it could not be read.</summary>
    public required int? Status { get; init; }

    /// <summary>How it ended.</summary>
    public required HttpOutcome Outcome { get; init; }

    /// <summary>When its handler began, by the kernel's monotonic clock in nanoseconds; null for one that began before the watch.</summary>
    public required long? StartedNs { get; init; }

    /// <summary>When its handler ended, by the same clock.</summary>
    public required long EndedNs { get; init; }

    /// <summary>The goroutine that served it.</summary>
    public required ulong GoroutineId { get; init; }

    /// <summary>Where its time went; null when that was not followed from beginning to end.</summary>
    public required RequestSplit? Split { get; init; }

    /// <summary>How long the handler took, in nanoseconds; null for one that began before the watch.</summary>
    public long? DurationNs => EndedNs - StartedNs;
}

/// <summary>One request whose handler still ran when the watch ended.</summary>
public sealed record HttpInFlight
{
    /// <summary>What it asked for; empty for one that began before the watch.</summary>
    public required HttpRequestLine Line { get; init; }

    /// <summary>Which route it belongs to; null for one that began before the watch.</summary>
    public required HttpRoute? Route { get; init; }

    /// <summary>When its handler began, by the kernel's monotonic clock; null for one that began before the watch.</summary>
    public required long? StartedNs { get; init; }

    /// <summary>How old it is, in nanoseconds; null when its beginning could have been missed.</summary>
    public required long? AgeNs { get; init; }

    /// <summary>True when <see cref="AgeNs"/> is only a lower bound: it began before the watch, and the probes were in place all the time.</summary>
    public required bool AgeIsLowerBound { get; init; }

    /// <summary>True when its handler has taken the connection over.</summary>
    public required bool Hijacked { get; init; }

    /// <summary>The goroutine that serves it.</summary>
    public required ulong GoroutineId { get; init; }

    /// <summary>What the goroutine does: <c>running</c>, <c>sleep</c>, <c>IO wait</c>; null when the dump did not have it.</summary>
    public required string? Doing { get; init; }

    /// <summary>Its stack, innermost first; empty when the dump did not have it or it ran at that moment.</summary>
    public required IReadOnlyList<Goroutines.Frame> Frames { get; init; }

    /// <summary>Where its time went so far; null when that was not followed.</summary>
    public required RequestSplit? Split { get; init; }
}

/// <summary>One collection, from the stop of the world that begins it to the end of marking.</summary>
/// <param name="StartedNs">By the kernel's monotonic clock.</param>
/// <param name="EndedNs">By the same clock; null while it lasts.</param>
/// <param name="BeganBefore">True when its beginning was not seen: <paramref name="StartedNs"/> is then the moment at which the probes came.</param>
public sealed record HttpCollection(long StartedNs, long? EndedNs, bool BeganBefore)
{
    /// <summary>True when its end was not seen because the budget took the probes away: <see cref="EndedNs"/> is then that moment.</summary>
    public bool IsCut { get; init; }
}

/// <summary>One stop of the world.</summary>
/// <param name="StartedNs">When it was asked for, by the kernel's monotonic clock.</param>
/// <param name="EndedNs">When the world was started again.</param>
/// <param name="ForCollection">True for the two stops of a collection.</param>
public sealed record HttpStop(long StartedNs, long EndedNs, bool ForCollection);
