namespace Vitrine.Doors.Looks;

/// <summary>What a look gave. Already redacted, counted and in the audit log: a door only writes it out. Dispose it when it is sent.</summary>
public sealed record LookAnswer : IDisposable
{
    /// <summary>How it ended.</summary>
    public required LookStatus Status { get; init; }

    /// <summary>For the caller, a sentence, when there is no answer.</summary>
    public string Message { get; init; } = "";

    /// <summary>When asking again makes sense.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The answer, when it is small enough to be held.</summary>
    public ReadOnlyMemory<byte> Bytes { get; init; }

    /// <summary>The answer when it is a file; gone when this is disposed.</summary>
    public FileStream? File { get; init; }

    /// <summary>Its media type.</summary>
    public string ContentType { get; init; } = "text/plain; charset=utf-8";

    /// <summary>The name that a browser saves it under; null for what a browser shows.</summary>
    public string? FileName { get; init; }

    /// <inheritdoc/>
    public void Dispose() => File?.Dispose();
}
