namespace Vitrine.AspNetCore.Pprof;

/// <summary>What a look gave: bytes of a kind, or a file that is sent and then gone.</summary>
/// <param name="Bytes">The answer, when it is small enough to be held.</param>
/// <param name="ContentType">Its kind.</param>
/// <param name="FileName">The name that a browser saves it under; null for what a browser shows.</param>
/// <param name="File">The answer when it is a file; the receiver disposes it, which deletes it.</param>
sealed record LookOutcome(ReadOnlyMemory<byte> Bytes, string ContentType, string? FileName, FileStream? File = null);
