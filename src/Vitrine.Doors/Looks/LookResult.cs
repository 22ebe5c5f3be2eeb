using Vitrine.Pprof;

namespace Vitrine.Doors.Looks;

/// <summary>What a look gave, before redaction: a profile, bytes, or a file.</summary>
/// <param name="ContentType">What it is sent as.</param>
/// <param name="FileName">The name that a browser saves it under; null for what a browser shows.</param>
sealed record LookResult(string ContentType, string? FileName) : IDisposable
{
    public const string Binary = "application/octet-stream", PlainText = "text/plain; charset=utf-8";

    /// <summary>Whether secrets are taken out of it; false for what the desk writes itself, and for pages that say so.</summary>
    public bool IsRedacted { get; init; }

    /// <summary>The profile, when that is what was seen; written as <see cref="ContentType"/> says.</summary>
    public Profile? Profile { get; init; }

    /// <summary>What was seen, when it is neither a profile nor a file.</summary>
    public ReadOnlyMemory<byte> Bytes { get; init; }

    /// <summary>What <see cref="Bytes"/> are until they are written.</summary>
    public ResultForm Form { get; init; }

    /// <summary>Who made it (<see cref="IKnowsSource"/>); empty where that is not told.</summary>
    public string Source { get; init; } = "";

    /// <summary>The file, from its start; deleted when it is closed.</summary>
    public FileStream? File { get; init; }

    public void Dispose() => File?.Dispose();
}
