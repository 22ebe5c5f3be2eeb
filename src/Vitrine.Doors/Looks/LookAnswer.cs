namespace Vitrine.Doors.Looks;

/// <summary>What a look gave. Already redacted, counted and in the audit log: a door only writes it out. Dispose it when it is sent.</summary>
public sealed record LookAnswer : IDisposable
{
    internal const int PartBytes = 64 << 10;

    /// <summary>How it ended.</summary>
    public required LookStatus Status { get; init; }

    /// <summary>For the caller, a sentence, when there is no answer.</summary>
    public string Message { get; init; } = "";

    /// <summary>When asking again makes sense.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The answer, when it is small enough to be held.</summary>
    public ReadOnlyMemory<byte> Bytes { get; init; }

    /// <summary>
    /// <see cref="Bytes"/> in the pieces in which they are sent. A server copies what it is given into the connection's memory, and waits for a slow reader only between two pieces: sent at once, an answer that a hundred callers share
    /// would be there a hundred times.
    /// </summary>
    internal IEnumerable<ReadOnlyMemory<byte>> Parts
    {
        get
        {
            for (var at = 0; at < Bytes.Length; at += PartBytes) yield return Bytes.Slice(at, Math.Min(PartBytes, Bytes.Length - at));
        }
    }

    /// <summary>The answer when it is a file; gone when this is disposed.</summary>
    public FileStream? File { get; init; }

    /// <summary>Its media type.</summary>
    public string ContentType { get; init; } = "text/plain; charset=utf-8";

    /// <summary>The name that a browser saves it under; null for what a browser shows.</summary>
    public string? FileName { get; init; }

    /// <summary>What the reader must know of the answer beside what is in it, a sentence: that the look was ended early. Empty when there is nothing.</summary>
    public string Note { get; init; } = "";

    /// <summary>Who made it, for a service behind a gate: <c>outside</c> or <c>forwarded</c>; empty where that is not told.</summary>
    public string Source { get; init; } = "";

    /// <summary>For <see cref="IsServiceGone"/>: whether the service did not answer in time (HTTP 504).</summary>
    public bool IsTooLate { get; init; }

    /// <summary>For <see cref="LookStatus.Unavailable"/>: whether it is the service behind the gate that does not answer (HTTP 502), and not the guard (503).</summary>
    public bool IsServiceGone { get; init; }

    /// <summary>HTTP's status for <see cref="Status"/>; the doors without HTTP name it too, so that one table holds for all.</summary>
    public int HttpStatus => Status switch
    {
        LookStatus.Ok => 200,
        LookStatus.BadRequest => 400,
        LookStatus.Unauthenticated => 401,
        LookStatus.Forbidden => 403,
        LookStatus.NotFound => 404,
        LookStatus.TooMany => 429,
        LookStatus.NotAvailable => 501,
        LookStatus.Unavailable => !IsServiceGone ? 503 : IsTooLate ? 504 : 502,
        _ => 500,
    };

    // By rule; the record of the look has them.
    internal IReadOnlyDictionary<string, long>? Redactions { get; init; }

    // The place among the looks that may run at once is held until the answer is sent: what waits in memory for slow readers is bounded with it.
    internal IDisposable? Place { get; init; }

    /// <inheritdoc/>
    public void Dispose()
    {
        File?.Dispose();
        Place?.Dispose();
    }
}
